"""Searches, follow-up questions, named units and lists, through the engine on a tiny model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.aside import translated
from model.engine import Engine
from model.evidence import named_first
from model.types import Cited, Evidence, Finished, Listed, Located, Noticed, Reading, Search, Span, Turn
from tests.model.test_asking import SOURCE, answer, ask, fresh, one, run

pytestmark = pytest.mark.usefixtures("measured_once")
Folder = Callable[[str], Path]


def test_a_search_reads_nothing_and_says_so(tiny_folder: Folder, tmp_path: Path) -> None:
    request = ask(tiny_folder("qwen2"), tmp_path)
    search = Search(request.reading, "the keeper of gate 49", limit=3)
    found = list(Engine(dtype=torch.float32).search(search))
    assert [e.code for e in found if isinstance(e, Noticed)] == ["search-words"]
    assert "49" in SOURCE.text[(s := one(found, Located).evidence[0].span).start : s.end]
    assert not any(isinstance(e, Reading) for e in found) and isinstance(found[-1], Finished)


def test_a_search_of_what_is_prepared_ranks_twice(tiny_folder: Folder, tmp_path: Path) -> None:
    request, engine = ask(tiny_folder("qwen2"), tmp_path), Engine(dtype=torch.float32)
    run(request, engine)
    search = Search(request.reading, "the keeper of gate 49", limit=3)
    warm, cold = list(engine.search(search)), list(Engine(dtype=torch.float32).search(search))
    for found in (warm, cold):
        located = [e for e in found if isinstance(e, Located)]
        assert len(located) == 2 and all(len(e.evidence) == 3 for e in located) and fresh(found) == 0
    assert warm[-2] == cold[-2] != warm[-1]
    again = run(request, engine)
    assert fresh(again) == 0 and answer(again) == answer(run(request))


def test_a_long_question_is_searched_by_its_words(tiny_folder: Folder, tmp_path: Path) -> None:
    request, engine = ask(tiny_folder("qwen2"), tmp_path), Engine(dtype=torch.float32)
    run(request, engine)
    search = Search(request.reading, "the keeper of gate 49, " + "and so on, " * 900)
    by_words, by_model = [e.evidence for e in engine.search(search) if isinstance(e, Located)]
    assert by_model == by_words != ()


def test_a_search_keeps_to_its_scope(tiny_folder: Folder, tmp_path: Path) -> None:
    request, engine = ask(tiny_folder("qwen2"), tmp_path), Engine(dtype=torch.float32)
    run(request, engine)
    scope = Span(0, SOURCE.blocks[9].end)
    for event in engine.search(Search(request.reading, "the keeper of gate 49", scope)):
        assert not isinstance(event, Located) or all(scope.covers(e.span) for e in event.evidence)


def test_what_the_question_names_comes_first(tiny_folder: Folder, tmp_path: Path) -> None:
    named = (SOURCE.blocks[30], SOURCE.blocks[3])
    found = one(run(ask(tiny_folder("qwen2"), tmp_path, named=named)), Located).evidence
    assert tuple(e.span for e in found[:2]) == named
    assert not any(span.overlap(e.span) for span in named for e in found[2:])
    assert named_first((), (Evidence(Span(0, 1), 2.0),)) == (Evidence(Span(0, 1), 2.0),)


def test_what_was_said_before_changes_the_answer_alone(tiny_folder: Folder, tmp_path: Path) -> None:
    engine = Engine(dtype=torch.float32)
    first = ask(tiny_folder("qwen2"), tmp_path)
    alone = answer(run(first, engine))
    history = (Turn("Who kept gate 7?", "The keeper of gate 7 did, on day 1."), Turn("x " * 3000, "too long to keep"))
    follow = answer(run(replace(first, history=history[:1]), engine))
    assert follow != alone and answer(run(first, engine)) == alone
    assert answer(run(replace(first, history=history), engine)) != follow  # the last turn is too long: none is left


def test_a_question_for_all_gets_two_lists(tiny_folder: Folder, tmp_path: Path) -> None:
    found = run(ask(tiny_folder("qwen2"), tmp_path, question="List every day on which gate 49 was kept."))
    listed, cited = one(found, Listed), one(found, Cited)
    assert found.index(listed) > found.index(cited) and isinstance(found[-1], Finished)
    assert {s for s in listed.found if s not in listed.unlisted} | set(listed.unlisted) == set(listed.found)


def test_a_translation_is_words_and_leaves_the_pages_alone(tiny_folder: Folder, tmp_path: Path) -> None:
    engine = Engine(dtype=torch.float32)
    before = answer(run(ask(tiny_folder("qwen2"), tmp_path), engine))
    assert engine.model and engine.pages
    length = engine.pages.length
    assert isinstance(translated(engine.model, engine.pages, "谁守着门？", "en", lambda: False), str)
    assert engine.pages.length == length and answer(run(ask(tiny_folder("qwen2"), tmp_path), engine)) == before
