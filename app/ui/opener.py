"""Opener: opens files in a thread of its own, so that the window never waits; one after another."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QObject, Signal

from app.documents.document import Document, Hints
from app.library import bundle
from app.library.index import Index
from app.ui.covers import Covers
from model.types import Problem

CHUNK = 1 << 20


@dataclass(frozen=True)
class Opened:
    """A file and what came of it: a document with the digest of the file's bytes, or a problem."""

    path: Path
    hints: Hints
    show: bool
    document: Document | None = None
    digest: str = ""
    problem: Problem | None = None


class Opener(QObject):
    """Emits `opened` with an `Opened` for each file, in their order."""

    opened = Signal(object)

    def __init__(self, cache: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache, self._covers = cache, Covers(cache)
        self._queue: SimpleQueue[Opened | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="opener", daemon=True)

    def open(self, path: Path, hints: Hints | None = None, show: bool = True) -> None:
        """Open a file; `show`: the reader waits to see it."""
        self._queue.put(Opened(path, hints or Hints(), show))
        if not self._thread.is_alive():
            self._thread.start()

    def drop(self) -> int:
        """Open none of those that wait without being waited for. Returns how many they were."""
        waiting = []
        while not self._queue.empty():
            waiting.append(self._queue.get())
        kept = [wanted for wanted in waiting if wanted is None or wanted.show]
        for wanted in kept:
            self._queue.put(wanted)
        return len(waiting) - len(kept)

    def close(self) -> None:
        """End after the file in hand."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while (wanted := self._queue.get()) is not None:
            try:
                document = bundle.opened(wanted.path, wanted.hints)
                found = Opened(wanted.path, wanted.hints, wanted.show, document, digest_of(wanted.path))
            except Problem as problem:
                found = Opened(wanted.path, wanted.hints, wanted.show, problem=problem)
            self.opened.emit(found)
            if found.document is not None:
                self._covers.keep(found.document, found.path)
                self._take_in(found.document)

    def _take_in(self, document: Document) -> None:
        """Make the text one that all books' search knows; where that fails the search says so."""
        with contextlib.suppress(sqlite3.Error), Index(self._cache) as index:
            index.add(document)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hex. Raises Problem "missing" where it went away."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise Problem("missing", path=str(path)) from error
    return digest.hexdigest()
