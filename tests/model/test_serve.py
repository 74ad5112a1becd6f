"""The worker process: lines in, lines out; what it owes each request, whoever asks and however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch

from app import worker as module
from app.session import Session
from model import serve
from model.engine import Engine
from model.types import (
    Ask,
    Event,
    Failed,
    Finished,
    Folders,
    Noticed,
    Read,
    Reading,
    Request,
    Source,
    Span,
    Stop,
    Stopped,
    Wrote,
)
from model.wire import pack, unpack
from tests.model.conftest import write_tiny
from tests.model.test_engine import answer, fresh, request, source_of

Folder = Callable[[str], Path]
SOURCE = Source("k", "T", "en", "text", (Span(0, 4),), ("c1.p1",), (Span(0, 4),))


class Worker:
    """The worker as the reader starts it, driven by hand."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *(command or ("-m", "model", "serve"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    def send(self, number: int, value: Request) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{number} {pack(value)}\n")
        self.process.stdin.flush()

    def lines(self) -> Iterator[str]:
        assert self.process.stdout
        for line in self.process.stdout:
            yield line.rstrip("\n")

    def ask(self, number: int, ask: Ask) -> Iterator[Event]:
        self.send(number, ask)
        for line in self.lines():
            if line.startswith(f"{number} "):
                event = unpack(line.partition(" ")[2])
                yield event
                if isinstance(event, Finished | Failed | Stopped):
                    return

    def end(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[Worker]:
    """A worker whose engine follows the question (tests/app/scripted.py)."""
    worker = Worker("-m", "tests.app.scripted", str(tmp_path / "workers"))
    yield worker
    worker.end()


def script(words: str) -> Ask:
    return Ask(Read(SOURCE, "m", Folders("/nowhere", "/nowhere")), words)


def test_the_worker_ends_with_its_input(scripted: Worker) -> None:
    scripted.end()
    assert scripted.process.returncode == 0


def test_the_worker_ends_with_its_input_also_while_it_works(scripted: Worker) -> None:
    working = scripted.ask(1, script("read 1 wait stop"))
    assert isinstance(next(working), Reading)
    scripted.end()
    assert scripted.process.returncode == 0


def test_half_a_line_ends_the_worker(scripted: Worker) -> None:
    assert scripted.process.stdin
    scripted.process.stdin.write('1 {"type": "Fe')
    scripted.end()
    assert scripted.process.returncode == 1


def test_a_worker_that_works_gives_signs_of_life_and_an_idle_one_does_not(scripted: Worker) -> None:
    scripted.send(1, script("read 1 wait stop"))
    lines = scripted.lines()
    assert next(lines).startswith("1 ")
    assert [next(lines), next(lines)] == ["", ""]
    scripted.send(1, Stop())
    rest = [next(lines)]
    while not rest[-1]:
        rest.append(next(lines))
    assert unpack(rest[-1].partition(" ")[2]) == Stopped(1)
    scripted.send(2, script("write a"))
    assert next(lines).startswith("2 ")


def test_a_stop_ends_its_own_request_and_none_behind_it(scripted: Worker) -> None:
    scripted.send(1, script("read 1 wait stop"))
    scripted.send(2, script("wait stop"))
    scripted.send(3, script("write a"))
    scripted.send(1, Stop())
    scripted.send(2, Stop())  # it waits its turn: stopped before it began
    found = [line.partition(" ") for line in islice(filter(None, scripted.lines()), 6)]
    names = [(number, type(unpack(text)).__name__) for number, _, text in found]
    assert names == [
        ("1", "Reading"),
        ("1", "Stopped"),
        ("2", "Stopped"),
        ("3", "Wrote"),
        ("3", "Cited"),
        ("3", "Finished"),
    ]


def test_a_late_stop_is_for_nobody(scripted: Worker) -> None:
    assert isinstance(list(scripted.ask(1, script("write a")))[-1], Finished)
    scripted.send(1, Stop())
    assert isinstance(list(scripted.ask(2, script("write a")))[-1], Finished)


def test_a_bug_is_an_ending_and_the_worker_lives(scripted: Worker) -> None:
    assert list(scripted.ask(1, script("raise ouch"))) == [Failed("bug", {"error": "RuntimeError: ouch"})]
    assert isinstance(list(scripted.ask(2, script("write a")))[-1], Finished)


def test_a_lost_gpu_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    assert not serve.gpu_is_lost()
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    assert not serve.gpu_is_lost()
    monkeypatch.setattr(torch.cuda, "synchronize", lost)
    assert serve.gpu_is_lost()


def test_the_worker_speaks_utf8_whatever_the_system_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    worker = Worker("-m", "tests.app.scripted", str(tmp_path / "workers"))
    found = list(worker.ask(1, script("write 通读“𝄞”")))
    worker.end()
    assert found[0] == Wrote("通读“𝄞”") and isinstance(found[-1], Finished)


DYING = """
import os, signal, sys
from pathlib import Path
from model import serve
from model.__main__ import own_pipes

kind, count, name, flag = sys.argv[1:]
def dying(told, tell=serve.ended):
    seen = 0
    for event in tell(told):
        seen += type(event).__name__ == kind
        if seen == int(count) and not Path(flag).exists():
            Path(flag).touch()
            os.kill(os.getpid(), getattr(signal, name))
        yield event
serve.ended = dying
serve.serve(*own_pipes())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count", "name"), [("Reading", 3, "SIGKILL"), ("Wrote", 5, "SIGSEGV")])
def test_what_was_sealed_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, count: int, name: str
) -> None:
    """One stream of events with one ending, whenever a real worker dies and of what."""
    command = [sys.executable, "-P", "-c", DYING, kind, str(count), name, str(tmp_path / "dead")]
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(module, "COMMAND", command)
    ask = request(write_tiny(tmp_path / "m", "llama", max_position_embeddings=2048), tmp_path, source_of("a", 60))
    ask = replace(ask, reading=replace(ask.reading, layout="exact"))
    with Session() as session:
        found = list(session.run(ask))
    folders = Folders(str(tmp_path / "models"), str(tmp_path / "whole"))
    whole = list(Engine().answer(replace(ask, reading=replace(ask.reading, folders=folders))))
    (notice,) = [e for e in found if isinstance(e, Noticed) and e.code != "answer-cut"]
    before, after = found[: found.index(notice)], found[found.index(notice) :]
    assert notice.code == "worker-restarted" and (tmp_path / "dead").exists()
    assert [e for e in found if isinstance(e, Finished | Stopped | Failed)] == [found[-1]]
    assert isinstance(found[-1], Finished) and not found[-1].receipt.prepared_before
    assert fresh(before) > 0 and fresh(before) + fresh(after) <= fresh(whole)
    assert not list((tmp_path / "pages").rglob("*.part"))
    if kind == "Wrote":  # a worker that was killed for memory goes on with other sizes, and so with other roundings
        assert answer(before) and fresh(after) == 0 and answer(found) == answer(whole)
