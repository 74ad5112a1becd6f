"""The only caller of the engine: one child process, watched and restarted; requests in, events out. No Qt, no torch."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Literal

from model import types
from model.types import (
    Ask,
    Chose,
    Cited,
    Converting,
    Event,
    Failed,
    Fetch,
    Fetching,
    Finished,
    Located,
    Noticed,
    Planned,
    Read,
    Reading,
    Request,
    Stop,
    Stopped,
    Withdrew,
    Wrote,
)
from model.wire import pack, unpack

COMMAND = [sys.executable, "-P", "-m", "model", "serve"]  # -P: a `model` in the user's folder is not ours
QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "TRANSFORMERS_VERBOSITY": "error",
    "TQDM_DISABLE": "1",
}
DEATHS = 3  # of workers in a row that came no further; then the request fails
SILENCE = 60.0  # seconds without an event or a sign of life after which a worker counts as dead
STEP = 0.5  # seconds of one wait; a machine that slept has then slept through one of them, not through SILENCE
PARTING = 5.0  # seconds for a process to be gone; inside a stuck driver it may never be
NO_MEMORY = {-9, -15, 0xC0000017, 0xC000012D}  # SIGKILL, SIGTERM (earlyoom); NTSTATUS no memory, commitment limit
WHY = {
    "memory": "the system ended it, most likely because memory ran out",
    "fault": "it broke off on a fault of its own or of a driver",
    "silence": "it no longer gave a sign of life",
}
PHASES = (Chose, Fetching, Converting, Planned, Reading, Located, Wrote, Cited)


class Session:
    """Starts the worker when it is first needed, and again when it died, in the middle of a request too."""

    def __init__(self, offline: bool = False) -> None:
        self._worker: Worker | None = None
        self._running = threading.Lock()
        self._number = self._stopped = self._killed = 0
        self._frugality: dict[tuple[str, str], int] = {}  # of a document and a model, as memory ran out
        found = [str(Path(types.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
        ours = {"PYTHONPATH": os.pathsep.join(filter(None, found))}
        self._environment = os.environ | QUIET | ours | ({"HF_HUB_OFFLINE": "1"} if offline else {})

    def run(self, request: Read | Ask | Fetch) -> Iterator[Event]:
        """The events of one request; the last is its only ending, also when workers die. Whoever stops iterating
        before that stops the request. Raises RuntimeError while another request runs.

        When a worker dies, `Noticed` says so and the request goes to the next one, which reads nothing again that is
        sealed; where memory ran out, with one more step of `frugality`. Of the answer only what is new is passed on.
        """
        if not self._running.acquire(blocking=False):
            raise RuntimeError("one request at a time: the one before has not ended")
        self._number += 1
        try:
            yield from self._attempts(request, Story())
        finally:
            self._running.release()

    def stop(self) -> None:
        """Ask for the end of the request in hand; its ending still comes. Safe in a signal handler."""
        self._stopped = self._number
        if self._worker is not None:
            self._worker.send(self._number, Stop())

    def kill(self) -> None:
        """End the worker and what it started, and with it the request in hand, at once. Touches no pipe and no lock,
        so a signal handler may call it.
        """
        self._stopped = self._killed = self._number
        if self._worker is not None:
            self._worker.kill()

    def close(self) -> None:
        """Let the worker go; what is sealed is sealed."""
        self.kill()
        if self._worker is not None:
            self._worker.end()
        self._worker = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _attempts(self, request: Read | Ask | Fetch, story: Story) -> Iterator[Event]:
        number, deaths = self._number, 0
        while True:
            came = story.furthest
            death = yield from self._attempt(self._sized(request), story)
            if death is None:
                return
            if self._stopped == number:
                yield Stopped(story.done)
                return
            deaths = 1 if story.furthest > came else deaths + 1
            reason = WHY[death.cause]
            if deaths == DEATHS:
                yield Failed("worker-died", {"times": deaths, "status": death.status, "reason": reason})
                return
            if death.cause == "memory" or deaths > 1:  # an allocator may also abort: a fault that comes again is one
                self._take_less(self._sized(request))
            cause = death.cause
            yield Noticed("worker-restarted", {"status": death.status, "cause": cause, "reason": reason})

    def _attempt(self, request: Read | Ask | Fetch, story: Story) -> Generator[Event, None, Death | None]:
        """One worker's events as far as they are new. Returns None after the ending, else how the worker died."""
        number, worker = self._number, self._ready()
        worker.send(number, request)
        if self._stopped == number:  # while there was no worker
            worker.send(number, Stop())
        if self._killed == number:
            worker.kill()
        story.begins_again()
        ended = False
        try:
            for event in worker.events(number):
                ended = isinstance(event, Finished | Stopped | Failed)
                if isinstance(event, Noticed) and event.code == "memory-shrunk":
                    self._take_less(request, int(event.parameters["step"]))
                yield from story.tell(event)
                if ended:
                    return None
        finally:
            if not ended:
                worker.send(number, Stop())  # nobody waits for its events any more
        self._worker = None
        return worker.end()

    def _ready(self) -> Worker:
        """The worker; a new one if there is none, or if it died while nothing was asked of it."""
        if self._worker is not None and self._worker.is_dead():
            self._worker.end()
            self._worker = None
        if self._worker is None:
            self._worker = Worker(self._environment)
        return self._worker

    def _sized(self, request: Read | Ask | Fetch) -> Read | Ask | Fetch:
        """The request with as much frugality as memory has asked for in this session."""
        if isinstance(request, Fetch):
            return request
        reading = request.reading if isinstance(request, Ask) else request
        least = self._frugality.get((reading.source.key, reading.model), 0)
        sized = replace(reading, frugality=max(reading.frugality, least))
        return replace(request, reading=sized) if isinstance(request, Ask) else sized

    def _take_less(self, request: Read | Ask | Fetch, step: int = 0) -> None:
        """Remember that the request as it was sent took too much: the engine came down to `step`, or one more."""
        reading = request.reading if isinstance(request, Ask) else request
        if isinstance(reading, Read):
            known = self._frugality.get((reading.source.key, reading.model), 0)
            self._frugality[reading.source.key, reading.model] = max(known, step or reading.frugality + 1)


@dataclass(frozen=True)
class Death:
    """How a worker ended: its exit status (negative: a signal's number) and what that means."""

    status: int
    cause: Literal["memory", "fault", "silence"]


class Worker:
    """The child process. Lines to and from it pass through a thread each: nothing else here waits at a pipe."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl+C is the reader's to handle
            creationflags=int(getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)),  # and so it is on Windows
        )
        self._silent = False
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()  # its `put` may interrupt its `put`
        self._incoming: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=task, daemon=True) for task in (self._write, self._read)]
        for thread in self._threads:
            thread.start()

    def send(self, number: int, request: Request) -> None:
        """Send a request under its number, or the stop of that request."""
        self._outgoing.put(f"{number} {pack(request)}\n".encode())

    def events(self, number: int) -> Iterator[Event]:
        """The events of one request, those of earlier ones left out. Ends only when the worker is dead or silent."""
        while (line := self._next()) is not None:
            mark, _, text = line.decode().partition(" ")
            if mark == str(number):
                yield unpack(text)

    def is_dead(self) -> bool:
        return self.process.poll() is not None

    def kill(self) -> None:
        """End the process and those that it started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: not permitted on a dead one
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()

    def end(self) -> Death:
        """Take leave of it, killing it unless it is dead: how it died."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0 if self._silent else PARTING)
        self._silent = not self.is_dead()
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PARTING)
        self._outgoing.put(None)
        for thread in self._threads:
            thread.join(PARTING)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and self.is_dead():
                with contextlib.suppress(OSError):
                    pipe.close()
        status = self.process.returncode or 0
        return Death(status, "silence" if self._silent else "memory" if status in NO_MEMORY else "fault")

    def _next(self) -> bytes | None:
        """The next whole line; None when the worker is dead or has been silent for too long."""
        for _ in range(max(1, round(SILENCE / STEP))):
            with contextlib.suppress(queue.Empty):
                return self._incoming.get(timeout=STEP)
        self._silent = True
        return None

    def _write(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it died; whoever waits for its events learns that
            while (line := self._outgoing.get()) is not None:
                self.process.stdin.write(line)
                self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith(b"\n"):  # the last one may be cut off
                self._incoming.put(line)
        self._incoming.put(None)


class Story:
    """What the consumer of one request has been told, whichever workers it came from."""

    def __init__(self) -> None:
        self.furthest = (-1, 0)  # the latest phase, and in it the tokens read or bytes fetched
        self.done = 0  # tokens that stand prepared
        self._fresh = False  # whether this request read any of them
        self._told = self._written = ""  # the answer as the consumer has it, as this worker writes it

    def begins_again(self) -> None:
        """From here on the answer is written anew, by another worker or with a smaller plan."""
        self._written = ""

    def tell(self, event: Event) -> Iterator[Event]:
        """What of one worker's event is new to the consumer."""
        if isinstance(event, PHASES):
            amount = event.done if isinstance(event, Reading | Fetching) else 0
            self.furthest = max(self.furthest, (PHASES.index(type(event)), amount))
        match event:
            case Wrote():
                self._written += event.text
                yield from self._news(whole=False)
            case Cited():
                yield from self._news(whole=True)
                yield event
            case Withdrew():
                self.begins_again()
            case Reading():
                self.done, self._fresh = event.done, self._fresh or event.fresh > 0
                yield event
            case Finished(receipt=receipt):
                prepared_before = receipt.prepared_before and not self._fresh
                yield replace(event, receipt=replace(receipt, prepared_before=prepared_before))
            case _:
                yield event

    def _news(self, whole: bool) -> Iterator[Wrote | Withdrew]:
        """The answer's next piece. Written anew it mostly begins as before, and nothing is told twice; where it does
        not, or where the `whole` is shorter than what was told, that is withdrawn first.
        """
        if whole or not self._told.startswith(self._written):
            if not self._written.startswith(self._told):
                self._told = ""
                yield Withdrew()
            if news := self._written.removeprefix(self._told):
                yield Wrote(news)
            self._told = self._written
