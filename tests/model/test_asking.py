"""Questions about a part, while reading goes on, with little memory, and for several models at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from model import answer as writing
from model import engine as engines
from model.engine import Engine
from model.plan import make
from model.read import Interrupted
from model.types import (
    Ask,
    Cited,
    Event,
    Finished,
    Folders,
    Located,
    Noticed,
    Planned,
    Problem,
    Read,
    Reading,
    Source,
    Span,
    Withdrew,
    Wrote,
)

pytestmark = pytest.mark.usefixtures("measured_once")
Folder = Callable[[str], Path]
LINES = [f"On day {i} the keeper of gate {i * 7} wrote it down." for i in range(40)]


def source_of(lines: list[str]) -> Source:
    blocks, place = [], 0
    for line in lines:
        blocks.append(Span(place, place + len(line)))
        place += len(line) + 1
    text = "\n".join(lines)
    labels = tuple(f"c1.p{i}" for i in range(len(lines)))
    return Source("a", "a", "en", text, tuple(blocks), labels, tuple(blocks))


SOURCE = source_of(LINES)


def ask(folder: Path, root: Path, **changes: Any) -> Ask:
    folders = Folders(models=str(root / "models"), pages=str(root / "pages"))
    asked = Ask(Read(SOURCE, str(folder), folders, precision="bf16", layout="exact"), "Who kept gate 49?")
    return replace(asked, **changes)


def run(request: Ask, engine: Engine | None = None) -> list[Event]:
    return list((engine or Engine(dtype=torch.float32)).answer(request))


def answer(events: list[Event]) -> str:
    return "".join(e.text for e in events if isinstance(e, Wrote))


def one(events: list[Event], kind: type[Any]) -> Any:
    return next(e for e in events if isinstance(e, kind))


def fresh(events: list[Event]) -> int:
    return max((e.fresh for e in events if isinstance(e, Reading)), default=0)


def test_up_to_a_place_nothing_behind_it_is_read_or_told(tiny_folder: Folder, tmp_path: Path) -> None:
    end = SOURCE.blocks[19].end
    scoped = ask(tiny_folder("llama"), tmp_path, scope=Span(0, end))
    found = run(scoped)
    receipt = one(found, Finished).receipt
    assert receipt.tokens_read < receipt.tokens_total and receipt.sections_read < 40
    assert [SOURCE.text[s.start : s.end].strip() for s in receipt.left_out] == ["\n".join(LINES[20:])]
    spans = [e.span for e in one(found, Located).evidence]
    spans += [s for claim in one(found, Cited).claims for s in claim.citations]
    assert spans and all(s.end <= end for s in spans)


def test_up_to_a_place_is_the_same_whether_more_was_read_or_not(tiny_folder: Folder, tmp_path: Path) -> None:
    scope = Span(0, SOURCE.blocks[19].end)
    early = run(ask(tiny_folder("llama"), tmp_path / "early", scope=scope))
    engine = Engine(dtype=torch.float32)
    whole = run(ask(tiny_folder("llama"), tmp_path / "whole"), engine)
    late = run(ask(tiny_folder("llama"), tmp_path / "whole", scope=scope), engine)
    again = run(ask(tiny_folder("llama"), tmp_path / "whole"), engine)
    assert answer(early) == answer(late) != "" and fresh(late) == 0
    assert answer(whole) == answer(again)


def test_a_part_alone_is_attended_to(tiny_folder: Folder, tmp_path: Path) -> None:
    scope = Span(SOURCE.blocks[5].start, SOURCE.blocks[9].end)
    engine = Engine(dtype=torch.float32)
    whole = run(ask(tiny_folder("llama"), tmp_path), engine)
    found = run(ask(tiny_folder("llama"), tmp_path, scope=scope), engine)
    assert all(scope.covers(e.span) for e in one(found, Located).evidence)
    assert answer(found) != answer(whole) and len(one(found, Finished).receipt.left_out) == 2
    assert answer(run(ask(tiny_folder("llama"), tmp_path), engine)) == answer(whole)


def test_what_has_been_read_so_far_answers_at_once(tiny_folder: Folder, tmp_path: Path) -> None:
    request = ask(tiny_folder("llama"), tmp_path)
    with pytest.raises(Problem) as problem:
        run(replace(request, so_far=True))
    assert problem.value.code == "nothing-read"
    calls = iter(range(10**6))
    with pytest.raises(Interrupted):
        run(request, Engine(stopped=lambda: next(calls) >= 3, dtype=torch.float32))
    found = run(replace(request, so_far=True))
    receipt = one(found, Finished).receipt
    assert fresh(found) == 0 and 0 < receipt.tokens_read < receipt.tokens_total
    end = receipt.left_out[0].start
    assert answer(found) == answer(run(ask(tiny_folder("llama"), tmp_path / "alone", scope=Span(0, end))))


def test_one_engine_answers_between_two_chunks(tiny_folder: Folder, tmp_path: Path) -> None:
    """Reading is stopped, a question asked about what stands, and reading goes on where it was."""
    request, stop = ask(tiny_folder("llama"), tmp_path), iter([False, False, False, True])
    engine = Engine(stopped=lambda: next(stop, False), dtype=torch.float32)
    with pytest.raises(Interrupted) as interrupted:
        list(engine.read(request.reading))
    found = run(replace(request, so_far=True), engine)
    assert one(found, Finished).receipt.tokens_read == interrupted.value.done
    rest = list(engine.read(request.reading))
    assert fresh(rest) == one(rest, Finished).receipt.tokens_total - interrupted.value.done
    assert answer(run(request, engine)) == answer(run(ask(tiny_folder("llama"), tmp_path / "fresh")))


def test_the_same_seed_draws_the_same_words(tiny_folder: Folder, tmp_path: Path) -> None:
    engine = Engine(dtype=torch.float32)
    drawn = [answer(run(ask(tiny_folder("llama"), tmp_path, temperature=1.0, seed=seed), engine)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("where", ["prefill", "stream"])
def test_when_memory_runs_out_a_smaller_plan_goes_on(
    tiny_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    request = ask(tiny_folder("llama"), tmp_path)
    want = answer(run(ask(tiny_folder("llama"), tmp_path / "calm")))
    real, calls = getattr(writing, where), iter(range(10**6))

    def scarce(*arguments: Any) -> Any:
        if next(calls) == 0:
            if where == "prefill":
                raise RuntimeError("[enforce fail at alloc_cpu.cpp:132] DefaultCPUAllocator: can't allocate memory")
            return broken(real(*arguments))
        return real(*arguments)

    def broken(pieces: Iterator[str]) -> Iterator[str]:
        yield next(pieces)
        raise MemoryError

    monkeypatch.setattr(writing, where, scarce)
    found = run(request)
    plans = [e.plan for e in found if isinstance(e, Planned)]
    assert [e.code for e in found if isinstance(e, Noticed)] == ["memory-shrunk"]
    assert (plans[0].tier, plans[1].tier) == ("resident", "file") and plans[1].rows < plans[0].rows
    withdrawn = next((i for i, e in enumerate(found) if isinstance(e, Withdrew)), 0)
    assert answer(found[withdrawn:]) == want and isinstance(found[-1], Finished)


def test_memory_that_never_suffices_is_an_error(
    tiny_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(engines, "load", none)
    with pytest.raises(Problem) as problem:
        run(ask(tiny_folder("llama"), tmp_path))
    assert problem.value.code == "memory-out"


def test_a_document_that_is_too_long_is_read_as_far_as_asked(tiny_folder: Folder, tmp_path: Path) -> None:
    long = source_of(LINES * 4)
    request = ask(tiny_folder("llama"), tmp_path)
    request = replace(request, reading=replace(request.reading, source=long))
    with pytest.raises(Problem) as problem:
        run(request)
    assert problem.value.code == "too-long"
    found = run(replace(request, scope=Span(0, long.blocks[30].end)))
    assert one(found, Planned).plan.document_tokens < problem.value.parameters["limit"]
    assert one(found, Finished).receipt.left_out[0].end == len(long.text)


@pytest.mark.parametrize("frugality", range(5))
def test_each_step_takes_less(frugality: int) -> None:
    from tests.model.test_plan import DEVICE, SHAPE

    less = make("m", SHAPE, 20_000, DEVICE, 4, frugality=frugality + 1)
    more = make("m", SHAPE, 20_000, DEVICE, 4, frugality=frugality)
    assert less.kv_bytes <= more.kv_bytes and less.rows <= more.rows
    assert (less.layout, less.tier, less.rows) != (more.layout, more.tier, more.rows) or frugality >= 3


@pytest.mark.parametrize("family", ["qwen3_5_text", pytest.param("qwen3_next", marks=pytest.mark.slow)])
def test_a_hybrid_answers_and_goes_back_to_where_the_document_ends(
    tiny_folder: Folder, tmp_path: Path, family: str
) -> None:
    request, engine = ask(tiny_folder(family), tmp_path), Engine(dtype=torch.float32)
    first, _, third = (answer(run(r, engine)) for r in (request, replace(request, question="What?"), request))
    assert first == third == answer(run(request)) == answer(run(ask(tiny_folder(family), tmp_path / "alone")))
    half = Span(0, len(request.reading.source.text) // 2)
    known = replace(request, scope=half)
    assert answer(run(known, engine)) == answer(run(ask(tiny_folder(family), tmp_path / "half", scope=half)))
    with pytest.raises(Problem) as problem:
        run(replace(request, scope=Span(half.end, half.end + 200)), engine)
    assert problem.value.code == "scope-hybrid"
