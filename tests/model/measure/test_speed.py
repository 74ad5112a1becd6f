"""The table: what becomes a row, what is left out and said."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from model.measure import speed
from model.measure.row import ENGINES, Job, Row, Took
from model.measure.speed import Unmeasured, Wanted
from model.types import Failed, Noticed, Problem

TOOK = Took(load=2.0, memory=10**9, answer=5, prefill=100.0, decode=10.0, kept=6400)
SECOND = Took(load=1.0, memory=9**9, answer=5, first_token=0.5)
TEXT = "The ferry leaves at nine. Nobody asked the ferryman why. "
Runs = Callable[[Job, str, bool], Took]


@pytest.fixture
def wanted(tiny_folder: Callable[[str], Path], tmp_path: Path) -> Wanted:
    return Wanted(str(tiny_folder("qwen2")), str(tmp_path), TEXT, [128, 256])


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int, bool]]]:
    """The processes that would have been started, in order."""
    seen: list[tuple[str, int, bool]] = []

    def run(job: Job, folder: str, again: bool = False) -> Took:
        seen.append((job.engine, len(job.ids), again))
        return SECOND if again else TOOK

    monkeypatch.setattr(speed, "run", run)
    yield seen


def answering(monkeypatch: pytest.MonkeyPatch, first: Took | str, second: Took | str) -> None:
    """Every engine's two processes end with these; a string is the reason why not."""

    def run(job: Job, folder: str, again: bool = False) -> Took:
        took = second if again else first
        if isinstance(took, str):
            raise Unmeasured(took)
        return took

    monkeypatch.setattr(speed, "run", run)


def test_every_engine_at_every_length_each_twice(wanted: Wanted, runs: list[tuple[str, int, bool]]) -> None:
    rows = [event for event in speed.measure(wanted) if isinstance(event, Row)]
    assert [(row.tokens, row.engine) for row in rows] == [(n, e) for n in (128, 256) for e in ENGINES]
    assert runs == [(e, n, again) for n in (128, 256) for e in ENGINES for again in (False, True)]
    assert rows[0] == Row("tongdu", 128, 100.0, 10.0, 0.5, 1.0, 10**9, 6400 / 128)


def test_a_short_text_is_said(wanted: Wanted, runs: list[tuple[str, int, bool]]) -> None:
    said = [event for event in speed.measure(wanted) if isinstance(event, Noticed)]
    assert said == [Noticed("text-short", {"tokens": len(TEXT), "wanted": 256})]
    assert not [e for e in speed.measure(replace(wanted, text=TEXT * 9)) if isinstance(e, Noticed)]


def test_an_engine_that_fails_is_left_out_and_said(wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "its process ended with -9", SECOND)
    events = list(speed.measure(replace(wanted, tokens=[128], text=TEXT * 9)))
    reasons = [e.parameters for e in events if isinstance(e, Noticed) and e.code == "unmeasured"]
    assert reasons == [{"engine": e, "tokens": 128, "reason": "its process ended with -9"} for e in ENGINES]
    assert len(events) == len(ENGINES)


def test_an_engine_s_problem_is_said_in_its_own_sentence(wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    too_long = Failed("too-long", {"model": "m", "tokens": 9000, "limit": 4000})

    def run(job: Job, folder: str, again: bool = False) -> Took:
        raise Unmeasured("as said above", too_long)

    monkeypatch.setattr(speed, "run", run)
    events = list(speed.measure(replace(wanted, tokens=[128], text=TEXT * 9)))
    assert [e.code for e in events if isinstance(e, Noticed)] == ["too-long", "unmeasured"] * len(ENGINES)


@pytest.mark.parametrize(
    ("first", "second"),
    [(TOOK, replace(SECOND, answer=6)), (replace(TOOK, kept=0, unkept="no space left"), SECOND), (TOOK, "it broke")],
)
def test_a_state_that_does_not_hold_gives_no_first_token(
    first: Took, second: Took | str, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, first, second)
    events = list(speed.measure(replace(wanted, tokens=[128], text=TEXT * 9)))
    rows = [e for e in events if isinstance(e, Row)]
    assert [(row.first_token, row.page_bytes, row.load) for row in rows] == [(None, None, 2.0)] * 3
    assert [e.code for e in events if isinstance(e, Noticed)] == ["unkept"] * 3


def test_a_peer_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(speed.PACKAGES, "llama.cpp", "no_such_package")
    job = Job("llama.cpp", "model.gguf", [1], [2], 1, "", False, "bf16", 0.0)
    with pytest.raises(Unmeasured, match="not installed"):
        speed.run(job, "")


def test_a_folder_has_no_gguf_for_llama_cpp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(speed.PACKAGES, "llama.cpp", "json")
    with pytest.raises(Unmeasured, match="GGUF"):
        speed.run(Job("llama.cpp", "", [1], [2], 1, "", False, "bf16", 0.0), "")


def test_no_picture_without_matplotlib(wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Problem) as raised:
        list(speed.measure(replace(wanted, picture="speed.png")))
    assert raised.value.code == "not-installed"


def test_a_problem_is_the_last_line(
    wanted: Wanted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asdict(replace(wanted, model="no-such-model")))))
    speed.main()
    assert json.loads(capsys.readouterr().out)["code"] == "unknown-model"


def test_cores_are_those_this_process_may_use() -> None:
    assert speed.cores() >= 1


@pytest.mark.slow
def test_in_processes_of_their_own(wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(speed.__file__).parents[2]))
    events = list(speed.measure(replace(wanted, tokens=[700])))
    rows = [e for e in events if isinstance(e, Row)]
    assert [row.engine for row in rows] == ["tongdu", "transformers"]
    assert all(row.first_token and row.memory > 10**7 and row.load > 0 for row in rows)
    assert [e.parameters["engine"] for e in events if isinstance(e, Noticed) and e.code == "unmeasured"] == [
        "llama.cpp"
    ]
