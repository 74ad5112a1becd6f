"""Indexing: the passages of a long document are read alone once, found by them, and forgotten with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from model import engine as engines
from model import extracts, indexing, readings
from model.engine import Engine
from model.fitted import Fitted, Probe
from model.types import Event, Indexing, Located, Noticed, Reading, Search, Span
from tests.model.test_asking import SOURCE, ask, fresh, one, run

pytestmark = pytest.mark.usefixtures("measured_once")
Folder = Callable[[str], Path]


@pytest.fixture(autouse=True)
def everything_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "LONG", 100)
    monkeypatch.setattr(extracts, "GROUP", 4)
    monkeypatch.setattr(Fitted, "read", lambda _: Fitted(Probe(2, torch.linspace(-1, 1, 64), 0.0)))


def told(events: list[Event]) -> list[int]:
    return [e.done for e in events if isinstance(e, Indexing)]


def test_passages_are_read_alone_before_the_whole_and_only_once(tiny_folder: Folder, tmp_path: Path) -> None:
    request = ask(tiny_folder("qwen2"), tmp_path)
    first = run(request)
    steps = told(first)
    assert steps == sorted(steps) and len(steps) > 1
    places = [type(e) for e in first]
    assert places.index(Indexing) < places.index(Reading) < places.index(Located)
    assert all(e.bearing is not None for e in one(first, Located).evidence)
    again = run(request)
    assert told(again) == [] and fresh(again) == 0 and one(again, Located) == one(first, Located)


def test_a_search_needs_the_passages_alone(tiny_folder: Folder, tmp_path: Path) -> None:
    """Also while the whole has not been read yet."""
    request = ask(tiny_folder("qwen2"), tmp_path)
    engine = Engine(dtype=torch.float32)
    for event in engine.read(request.reading):
        if isinstance(event, Reading):
            break
    found = list(Engine(dtype=torch.float32).search(Search(request.reading, "the keeper of gate 49", limit=5)))
    assert sum(isinstance(e, Located) for e in found) == 2 and not any(isinstance(e, Noticed | Reading) for e in found)


def test_without_the_whole_nothing_behind_the_limit_is_read(tiny_folder: Folder, tmp_path: Path) -> None:
    found = run(ask(tiny_folder("qwen2"), tmp_path, scope=Span(0, SOURCE.blocks[9].end)))
    assert told(found) == [] and one(found, Located).evidence


def test_it_stops_and_goes_on(tiny_folder: Folder, tmp_path: Path) -> None:
    request, seen = ask(tiny_folder("qwen2"), tmp_path), list[Event]()
    engine = Engine(lambda: len(told(seen)) > 0, torch.float32)
    with pytest.raises(engines.Interrupted):
        for event in engine.read(request.reading):
            seen.append(event)
    assert len(told(seen)) == 1 and not any(isinstance(e, Reading) for e in seen)
    rest = told(run(request))
    assert rest and rest[0] > told(seen)[0]


def test_what_is_forgotten_is_gone(tiny_folder: Folder, tmp_path: Path) -> None:
    request = ask(tiny_folder("qwen2"), tmp_path)
    run(request)
    pages = tmp_path / "pages"
    notes = readings.notes(pages, SOURCE.key)
    assert sorted(note.kind for note in notes) == ["extracts", "pages"]
    readings.forget(pages, SOURCE.key)
    assert not list((pages / "chunks").iterdir()) and readings.notes(pages) == []


def test_extracts_alone_are_no_prepared_document(tiny_folder: Folder, tmp_path: Path) -> None:
    note = readings.Note("d", "m", "h", 3, (), "extracts")
    readings.keep(tmp_path, note)
    assert readings.notes(tmp_path, "d") == [note] and not readings.prepared(tmp_path, "d", "m")
