"""One engine's process: the phases on a tiny random model, and what the second question finds."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest
import torch

from model.measure import run
from model.measure.row import Job
from tests.model.conftest import write_tiny

IDS = [(7 * i * i + 3 * i) % 256 for i in range(700)]  # more than one chunk
QUESTION = [65 + i for i in range(20)]


@pytest.fixture
def job(tiny_folder: Callable[[str], Path], tmp_path: Path) -> Callable[..., Job]:
    def made(engine: str, **changes: object) -> Job:
        plain = asdict(Job(engine, str(tiny_folder("qwen2")), IDS, QUESTION, 1, str(tmp_path), False, "bf16", 0.0))
        return Job(**plain | changes)

    return made


@pytest.mark.parametrize("engine", ["tongdu", "transformers"])
def test_the_second_question_finds_what_the_first_process_kept(engine: str, job: Callable[..., Job]) -> None:
    first = run.first(run.start(job(engine)), job(engine), 1.0)
    second = run.again(run.start(job(engine)), job(engine, again=True), 1.0)
    assert second.answer == first.answer
    assert first.prefill > 0 and first.decode > 0 and second.first_token > 0
    assert first.kept >= len(IDS) * 3 * 2 * 2 * 16  # layers, keys and values, heads, dimensions: a byte each at least
    assert not first.unkept


def test_ours_alone_drafts_from_the_document(job: Callable[..., Job]) -> None:
    assert run.first(run.start(job("tongdu")), job("tongdu"), 0.0).decode_quoting
    assert run.first(run.start(job("transformers")), job("transformers"), 0.0).decode_quoting is None


def test_engines_agree_on_what_follows(job: Callable[..., Job], tmp_path: Path) -> None:
    """The same weights and tokens, the rotary base not stretched: mostly the same tokens come next."""
    folder = str(write_tiny(tmp_path / "long", "qwen2", max_position_embeddings=4096))
    ours, theirs = run.start(job("tongdu", model=folder)), run.start(job("transformers", model=folder))
    ours.read(IDS)
    theirs.read(IDS)
    asked = [(ours.ask([token]), theirs.ask([token])) for token in QUESTION]
    assert sum(a == b for a, b in asked) >= 0.8 * len(asked)


def test_a_second_process_restores_and_reads_nothing(job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch) -> None:
    run.first(run.start(job("tongdu")), job("tongdu"), 0.0)
    engine = run.start(job("tongdu"))
    read: list[int] = []
    module = engine.model.module  # type: ignore[attr-defined]
    module.register_forward_pre_hook(lambda _, args, given: read.append(given["input_ids"].shape[1]), with_kwargs=True)
    run.again(engine, job("tongdu"), 0.0)
    assert read == [len(QUESTION)]


def test_warming_leaves_nothing_behind(job: Callable[..., Job]) -> None:
    for name in ("tongdu", "transformers"):
        cold, warm = run.start(job(name)), run.start(job(name))
        warm.warm(QUESTION)
        answers = []
        for engine in (cold, warm):
            engine.read(IDS)
            answers.append(engine.ask(QUESTION))
        assert answers[0] == answers[1]


def test_what_cannot_be_kept_is_said_and_ends_nothing(job: Callable[..., Job]) -> None:
    class Full:
        def keep(self) -> int:
            raise OSError("no space left")

    assert run.keep(Full()) == (0, "no space left")  # type: ignore[arg-type]


def test_the_process_takes_a_job_and_gives_one_line(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asdict(job("transformers")))))
    run.main()
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["prefill"] > 0


def test_a_problem_crosses_as_one(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asdict(job("tongdu", ids=IDS * 20)))))
    run.main()
    line = json.loads(capsys.readouterr().out)
    assert (line["type"], line["code"]) == ("Failed", "too-long")


def test_peak_memory_is_this_process_s_own() -> None:
    held = torch.ones(100_000_000, dtype=torch.uint8)
    peak = run.peak_memory()
    assert held.nbytes < peak < psutil.virtual_memory().total
    del held
    assert run.peak_memory() >= peak


class Silent:
    """An engine that drafts nothing."""

    def quote(self, ids: Sequence[int], tokens: int) -> int:
        return 0


def test_no_drafts_no_speed() -> None:
    assert run.quoting(Silent(), IDS) is None  # type: ignore[arg-type]
