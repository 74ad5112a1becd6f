"""Worker: the child process that holds the engine; lines in, lines out. Watched, and killed with what it started."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model import types
from model.types import Event, Request
from model.wire import pack, unpack

COMMAND = [sys.executable, "-P", "-m", "model", "serve"]  # -P: a `model` in the user's folder is not ours
QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "TRANSFORMERS_VERBOSITY": "error",
    "TQDM_DISABLE": "1",
}
SILENCE = 60.0  # seconds without an event or a sign of life after which a worker counts as dead
STEP = 0.5  # seconds of one wait; a machine that slept has then slept through one of them, not through SILENCE
PARTING = 5.0  # seconds for a process to be gone; inside a stuck driver it may never be
NO_MEMORY = {-9, -15, 0xC0000017, 0xC000012D}  # SIGKILL, SIGTERM (earlyoom); NTSTATUS no memory, commitment limit


def environment(offline: bool) -> dict[str, str]:
    """What a child process that imports `model` is to find around it."""
    found = [str(Path(types.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
    ours = {"PYTHONPATH": os.pathsep.join(filter(None, found))}
    return os.environ | QUIET | ours | ({"HF_HUB_OFFLINE": "1"} if offline else {})


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
