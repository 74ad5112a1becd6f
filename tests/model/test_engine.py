"""The engine's story on tiny random models: its events, its endings, what it keeps and what it refuses."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from filelock import FileLock

from model import calibration, readings
from model import device as devices
from model.engine import Engine
from model.forecast import key_of
from model.read import Interrupted, awaited
from model.serve import events
from model.support import agreement, checked
from model.types import (
    Ask,
    Cited,
    Claim,
    Device,
    Event,
    Failed,
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
    Wrote,
)

pytestmark = pytest.mark.usefixtures("measured_once")
Folder = Callable[[str], Path]
ORDER = [Planned, Reading, Located, Wrote, Noticed, Cited, Finished]  # a tiny model's answer is cut at its limit


def source_of(name: str, paragraphs: int = 40) -> Source:
    lines = [f"{name} line {i}: the keeper of gate {i * 7} wrote it down." for i in range(paragraphs)]
    blocks, place = [], 0
    for line in lines:
        blocks.append(Span(place, place + len(line)))
        place += len(line) + 1
    text = "\n".join(lines)
    return Source(
        name,
        name,
        "en",
        text,
        tuple(blocks),
        tuple(f"c1.p{i}" for i in range(len(lines))),
        (Span(0, len(text)),),
    )


def request(folder: Path, root: Path, source: Source | None = None, question: str = "Who kept gate 49?") -> Ask:
    folders = Folders(models=str(root / "models"), pages=str(root / "pages"))
    return Ask(Read(source or source_of("a"), str(folder), folders), question)


def run(engine: Engine, ask: Ask) -> list[Event]:
    return list(engine.answer(ask))


def answer(found: list[Event]) -> str:
    return "".join(e.text for e in found if isinstance(e, Wrote))


def fresh(found: list[Event]) -> int:
    return max((e.fresh for e in found if isinstance(e, Reading)), default=0)


def test_the_story_in_order(tiny_folder: Folder, tmp_path: Path) -> None:
    found = run(Engine(dtype=torch.float32), request(tiny_folder("llama"), tmp_path))
    places = [ORDER.index(type(e)) for e in found]
    assert places == sorted(places) and isinstance(found[-1], Finished)
    receipt = found[-1].receipt
    assert receipt.tokens_read == receipt.tokens_total > 1500 and receipt.left_out == ()
    plan = next(e.plan for e in found if isinstance(e, Planned))
    assert plan.rope == "ntk" and plan.alpha == plan.length / 512 - 1


def test_the_second_time_nothing_is_read(tiny_folder: Folder, tmp_path: Path) -> None:
    ask = request(tiny_folder("qwen3"), tmp_path)
    first = run(Engine(dtype=torch.float32), ask)
    second = run(Engine(dtype=torch.float32), ask)
    assert fresh(first) > 0 and fresh(second) == 0
    assert not first[-1].receipt.prepared_before and second[-1].receipt.prepared_before  # type: ignore[union-attr]
    assert answer(first) == answer(second)


def test_a_then_b_then_a(tiny_folder: Folder, tmp_path: Path) -> None:
    one = request(tiny_folder("qwen2"), tmp_path)
    other = request(tiny_folder("qwen2"), tmp_path, source_of("b", 30))
    engine = Engine(dtype=torch.float32)
    first, _, again = run(engine, one), run(engine, other), run(engine, one)
    alone = run(Engine(dtype=torch.float32), request(tiny_folder("qwen2"), tmp_path / "alone"))
    assert answer(first) == answer(again) == answer(alone) != ""


def test_documents_with_one_beginning_share_it_and_are_forgotten_apart(tiny_folder: Folder, tmp_path: Path) -> None:
    short, long = source_of("a", 40), replace(source_of("a", 42), key="longer", title="a")
    engine = Engine(dtype=torch.float32)
    run(engine, request(tiny_folder("llama"), tmp_path, short))
    assert fresh(run(engine, request(tiny_folder("llama"), tmp_path, long))) < 1024
    pages = tmp_path / "pages"
    assert readings.forget(pages, "longer") > 0
    assert fresh(run(Engine(dtype=torch.float32), request(tiny_folder("llama"), tmp_path, short))) == 0
    readings.forget(pages, "a")
    assert not list((pages / "chunks").iterdir()) and readings.notes(pages) == []


def test_stopping_keeps_what_was_read(tiny_folder: Folder, tmp_path: Path) -> None:
    ask = request(tiny_folder("llama"), tmp_path)
    calls = iter(range(10**6))
    engine = Engine(stopped=lambda: next(calls) >= 3, dtype=torch.float32)
    with pytest.raises(Interrupted) as interrupted:
        run(engine, ask)
    assert interrupted.value.done > 0
    whole = run(Engine(dtype=torch.float32), request(tiny_folder("llama"), tmp_path / "whole"))
    assert 0 < fresh(run(Engine(dtype=torch.float32), ask)) < fresh(whole)


def test_stopping_an_answer_ends_it_within_a_token(tiny_folder: Folder, tmp_path: Path) -> None:
    ask = request(tiny_folder("llama"), tmp_path)
    written: list[str] = []
    engine = Engine(stopped=lambda: len(written) >= 3, dtype=torch.float32)
    with pytest.raises(Interrupted):
        for event in engine.answer(ask):
            written += [event.text] if isinstance(event, Wrote) else []
    assert len(written) == 3
    assert answer(run(Engine(dtype=torch.float32), ask)).startswith("".join(written))


def test_a_document_that_is_being_read_is_not_forgotten(tiny_folder: Folder, tmp_path: Path) -> None:
    ask = request(tiny_folder("llama"), tmp_path)
    for event in Engine(dtype=torch.float32).answer(ask):
        if isinstance(event, Reading):
            with pytest.raises(Problem) as problem:
                readings.forget(tmp_path / "pages", "a")
            break
    assert problem.value.code == "being-read"
    assert readings.forget(tmp_path / "pages", "a") > 0


def test_what_a_dead_process_left_half_written_is_swept(tiny_folder: Folder, tmp_path: Path) -> None:
    chunks = tmp_path / "pages" / "chunks"
    chunks.mkdir(parents=True)
    dead, alive = chunks / ".x.safetensors.99999999.part", chunks / f".x.safetensors.{os.getppid()}.part"
    dead.touch()
    alive.touch()
    run(Engine(dtype=torch.float32), request(tiny_folder("llama"), tmp_path))
    assert not dead.exists() and alive.exists()


def test_an_estimate_reads_nothing_and_measures_once(
    tiny_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[bool] = []

    def measure(kind: str, thoroughly: bool) -> Device:
        measured.append(thoroughly)
        return replace(devices.describe(kind), flops=1e11, bandwidth=1e10)

    monkeypatch.setattr(devices, "measure", measure)
    ask = request(tiny_folder("llama"), tmp_path)
    estimate = replace(ask, reading=replace(ask.reading, estimate_only=True))
    for expected in ([Noticed, Planned, Finished], [Planned, Finished]):
        assert [type(e) for e in run(Engine(dtype=torch.float32), estimate)] == expected
    assert measured == [True] and {p.suffix for p in (tmp_path / "pages").iterdir()} <= {".json", ".lock"}


def test_a_plan_knows_what_reading_and_writing_took_before(tiny_folder: Folder, tmp_path: Path) -> None:
    ask, engine = request(tiny_folder("llama"), tmp_path), Engine(dtype=torch.float32)
    first, second = (next(e.plan for e in run(engine, ask) if isinstance(e, Planned)) for _ in range(2))
    assert first.seconds_to_read > 0 == second.seconds_to_read and second.prepared_tokens == first.document_tokens
    other = replace(ask, reading=replace(ask.reading, source=source_of("b", 40)))
    third = next(e.plan for e in engine.answer(other) if isinstance(e, Planned))  # reads nothing
    assert engine.planner.device and engine.model
    key, end = key_of(third, engine.planner.device), third.document_tokens
    assert third.seconds_to_read == calibration.predict(tmp_path / "pages", key, engine.model.shape, 0, end)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"seconds_allowed": 0.0}, "long-read"),
        ({"model": "no-such-model"}, "unknown-model"),
        ({"model": "smollm2-135m", "offline": True}, "offline"),
        ({"source": source_of("long", 3000)}, "too-long"),
    ],
)
def test_refusals_name_themselves(tiny_folder: Folder, tmp_path: Path, change: dict[str, object], code: str) -> None:
    ask = request(tiny_folder("llama"), tmp_path)
    reading = replace(ask.reading, **change)  # type: ignore[arg-type]
    *_, last = events(Engine(dtype=torch.float32), replace(ask, reading=reading))
    assert isinstance(last, Failed) and last.code == code


def test_a_folder_without_weights_is_refused(tiny_folder: Folder, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_folder("llama"), broken)
    (broken / "model.safetensors").unlink()
    with pytest.raises(Problem) as problem:
        run(Engine(dtype=torch.float32), request(broken, tmp_path))
    assert problem.value.code == "model-folder"


def test_a_long_question_is_refused_and_the_pages_stay_right(tiny_folder: Folder, tmp_path: Path) -> None:
    engine = Engine(dtype=torch.float32)
    first = run(engine, request(tiny_folder("llama"), tmp_path))
    with pytest.raises(Problem) as problem:
        run(engine, request(tiny_folder("llama"), tmp_path, question="why " * 2000))
    assert problem.value.code == "question-long"
    assert answer(run(engine, request(tiny_folder("llama"), tmp_path))) == answer(first)


def test_a_full_disk_is_said_and_loses_nothing(
    tiny_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = request(tiny_folder("llama"), tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    *_, last = events(Engine(dtype=torch.float32), ask)
    assert isinstance(last, Failed) and last.code == "disk-full"
    monkeypatch.undo()

    real, calls = os.fsync, iter(range(10**6))

    def full(descriptor: int) -> None:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    *_, last = events(Engine(dtype=torch.float32), ask)
    assert isinstance(last, Failed) and last.code == "disk-full"
    monkeypatch.undo()
    chunks = sorted((tmp_path / "pages" / "chunks").iterdir())
    assert len(chunks) == 2 and all(c.suffix == ".safetensors" for c in chunks)
    assert isinstance(run(Engine(dtype=torch.float32), ask)[-1], Finished)


def test_the_model_may_doubt_a_claim_away(tiny_folder: Folder, tmp_path: Path) -> None:
    source, claim = source_of("a"), Claim("gate 49", "full", (Span(0, 5),))
    engine = Engine(dtype=torch.float32)
    run(engine, request(tiny_folder("llama"), tmp_path))
    assert engine.model and engine.pages
    agreed = agreement(engine.model, engine.pages, source, Span(0, 5), "Which?", claim.text)
    (kept,) = checked(engine.model, engine.pages, source, "Which?", [claim], agreed - 0.01)
    (doubted,) = checked(engine.model, engine.pages, source, "Which?", [claim], agreed + 0.01)
    assert kept == claim and doubted == Claim("gate 49", "none", ())


def test_a_page_that_was_read_again_was_not_prepared_before(tiny_folder: Folder, tmp_path: Path) -> None:
    ask = request(tiny_folder("llama"), tmp_path)
    run(Engine(dtype=torch.float32), ask)
    victim = next((tmp_path / "pages" / "chunks").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1])
    found = run(Engine(dtype=torch.float32), ask)
    assert any(isinstance(e, Noticed) for e in found) and fresh(found) > 0
    assert not found[-1].receipt.prepared_before  # type: ignore[union-attr]
    again = run(Engine(dtype=torch.float32), ask)
    assert again[-1].receipt.prepared_before  # type: ignore[union-attr]


def test_another_title_is_another_reading_and_both_are_forgotten(tiny_folder: Folder, tmp_path: Path) -> None:
    engine = Engine(dtype=torch.float32)
    for title in ("one", "two"):
        run(engine, request(tiny_folder("llama"), tmp_path, replace(source_of("a"), title=title)))
    assert len(readings.notes(tmp_path / "pages")) == 2
    readings.forget(tmp_path / "pages", "a")
    assert not list((tmp_path / "pages" / "chunks").iterdir())


def test_a_broken_note_is_only_a_note(tiny_folder: Folder, tmp_path: Path) -> None:
    run(Engine(dtype=torch.float32), request(tiny_folder("llama"), tmp_path))
    next((tmp_path / "pages" / "documents" / "a").glob("*.json")).write_text("")
    assert readings.notes(tmp_path / "pages") == []
    again = run(Engine(dtype=torch.float32), request(tiny_folder("llama"), tmp_path))
    assert fresh(again) == 0 and len(readings.notes(tmp_path / "pages")) == 1


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ("{", "model-broken"),
        ('{"model_type": "gpt2"}', "architecture"),
        ('{"model_type": "baichuan", "auto_map": {"AutoConfig": "x.Y"}}', "remote-code"),
        ('{"model_type": "xverse", "auto_map": {"AutoConfig": "x.Y"}}', "weights-differ"),
    ],
)
def test_a_folder_that_does_not_load_is_a_problem(tiny_folder: Folder, tmp_path: Path, config: str, code: str) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_folder("llama"), broken)
    (broken / "config.json").write_text(config)
    *_, last = events(Engine(dtype=torch.float32), request(broken, tmp_path))
    assert isinstance(last, Failed) and last.code == code


def test_a_document_that_another_process_reads_is_waited_for(tiny_folder: Folder, tmp_path: Path) -> None:
    ask = request(tiny_folder("llama"), tmp_path)
    (tmp_path / "pages").mkdir()
    lock = readings.lock_of(tmp_path / "pages", "a")
    lock.acquire()
    events = Engine(dtype=torch.float32).answer(ask)
    assert next(e for e in events if isinstance(e, Noticed)).code == "document-busy"
    lock.release()
    assert isinstance(list(events)[-1], Finished)


def test_waiting_can_be_stopped(tmp_path: Path) -> None:
    lock, notice = FileLock(tmp_path / "lock"), Noticed("model-busy", {"model": "m"})
    with lock, pytest.raises(Interrupted):
        list(awaited(FileLock(tmp_path / "lock"), notice, lambda: True))
