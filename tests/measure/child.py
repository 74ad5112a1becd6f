"""Child: calls one function in another process, file after file, within a limit of time, and survives its death."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from model.types import Problem

Opener = Callable[[Path], str]


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `ending`: opened, refused, bug, hang or death; `said`: the Problem's code or the error.

    `characters` counts letters and digits, `seconds` wall time, `megabytes` the process' peak after it.
    """

    path: Path
    ending: str
    said: str = ""
    characters: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0


class Child:
    """A process that opens files. Use as a context manager."""

    def __init__(self, opener: Opener, limit: float) -> None:
        self.opener, self.limit = opener, limit
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def open(self, path: Path) -> Outcome:
        """Open one file. A child that hangs or dies is replaced by a new one."""
        connection = self._started()
        began = time.perf_counter()
        connection.send(path)
        try:
            if connection.poll(self.limit):
                outcome: Outcome = connection.recv()
                return outcome
            ending = Outcome(path, "hang", seconds=self.limit)
        except EOFError:
            ending = Outcome(path, "death", seconds=time.perf_counter() - began)
        self._end()
        return ending

    def _started(self) -> Connection:
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other, self.opener), daemon=True)
            self._process.start()
            other.close()
            self._connection.recv()  # it has imported all it needs
        return self._connection

    def _end(self) -> None:
        if self._process is not None and self._connection is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
        self._process = self._connection = None


def readable(text: str) -> int:
    """How many characters a reader can read: letters and digits, not private ones."""
    return sum(c.isalnum() for c in text)


def _serve(connection: Connection, opener: Opener) -> None:
    connection.send("ready")
    while True:
        try:
            path = connection.recv()
        except EOFError:
            return
        connection.send(_opened(opener, path))


def _opened(opener: Opener, path: Path) -> Outcome:
    began = time.perf_counter()
    ending, said, characters = "opened", "", 0
    try:
        characters = readable(opener(path))
    except Problem as problem:
        ending, said = "refused", problem.code
    except Exception as error:  # whatever a reader can raise is what is measured
        ending, said = "bug", f"{type(error).__name__}: {error}"[:200]
    return Outcome(path, ending, said, characters, time.perf_counter() - began, _peak())


def _peak() -> float:
    """The most memory that this process or one it started has had, in MB. getrusage of self counts the parent's too."""
    status = Path("/proc/self/status").read_text("ascii", "replace")
    own = int(status.partition("VmHWM:")[2].split()[0])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
