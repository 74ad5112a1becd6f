"""Prints: the pages of a PDF as they were printed, drawn in a process of its own; its death harms nobody."""

from __future__ import annotations

import json
import pickle
import subprocess
import threading
from pathlib import Path

from app.documents import child
from app.documents.printed.glyphs import Glyphs
from app.documents.printed.paper import Picture
from model.types import Problem

MODULE = "app.documents.printed.painter"


class Prints:
    """One PDF file. Its methods wait for the child and may be called from any thread, one at a time."""

    def __init__(self, path: Path, password: str | None = None) -> None:
        self.path, self._password = path, password
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._fatal: set[int] = set()  # pages on which a child died

    def picture(self, page: int, scale: float) -> Picture:
        """A page (from 0) at so many pixels a point. Raises Problem "broken", or what opening the file raises."""
        answer = self._ask(page, {"page": page, "scale": scale})
        assert isinstance(answer, Picture)
        return answer

    def glyphs(self, page: int) -> Glyphs | None:
        """The letters of a page and where they stand, in points from its top left; None where it has none that can be
        told. Raises as `picture`.
        """
        answer = self._ask(page, {"page": page})
        assert answer is None or isinstance(answer, Glyphs)
        return answer

    def kill(self) -> None:
        """End the child at once, also while another thread waits for it."""
        started = self._child
        if started is not None:
            started.kill()

    def close(self) -> None:
        """Let the child go."""
        with self._lock:
            self._end()

    def _ask(self, page: int, request: dict[str, float]) -> object:
        with self._lock:
            if page in self._fatal:
                raise self._broken(page)
            started = self._ready()
            assert started.stdin is not None and started.stdout is not None
            try:
                started.stdin.write(json.dumps(request).encode() + b"\n")
                started.stdin.flush()
                size = started.stdout.read(8)
                length = int.from_bytes(size, "big") if len(size) == 8 else -1
                said = started.stdout.read(max(length, 0))
            except OSError:
                length, said = -1, b""
            if len(said) != length:  # it died, perhaps in the middle of its answer
                self._end()
                self._fatal.add(page)
                raise self._broken(page)
        answer = pickle.loads(said)
        if isinstance(answer, tuple) and answer[:1] == ("problem",):
            raise Problem(answer[1], **answer[2])
        return answer

    def _ready(self) -> subprocess.Popen[bytes]:
        """The child; a new one where there is none or it died."""
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = child.start(MODULE)
            assert self._child.stdin is not None
            # The password goes through a pipe: arguments can be seen by every user of the machine.
            asked = {"path": str(self.path.absolute()), "password": self._password}
            self._child.stdin.write(json.dumps(asked).encode() + b"\n")
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
        self._child = None

    def _broken(self, page: int) -> Problem:
        return Problem("broken", path=str(self.path), reason=f"page {page + 1} cannot be drawn")
