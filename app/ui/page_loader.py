"""Page loader: pages of a PDF come from their child in a thread of its own, the one that was asked for last first."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.documents.printed.glyphs import Glyphs
from app.documents.prints import Prints
from model.types import Problem


@dataclass(frozen=True)
class Wanted:
    """A page (from 0) at so many pixels a point; at none, its letters."""

    page: int
    scale: float = 0.0


class PageLoader(QObject):
    """Emits `drawn(Wanted, QImage or None)` and `told(page, Glyphs or None)`; None for what cannot be drawn or told."""

    drawn = Signal(object, object)
    told = Signal(int, object)

    def __init__(self, path: Path, password: str | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._prints = Prints(path, password)
        self._waiting: list[Wanted] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="pages", daemon=True)
        self._thread.start()

    def want(self, wanted: Wanted) -> None:
        """Ask for a page; what is asked for last comes first."""
        with self._changed:
            if wanted in self._waiting:
                self._waiting.remove(wanted)
            self._waiting.append(wanted)
            self._changed.notify()

    def drop(self) -> None:
        """Forget what was asked for and has not begun."""
        with self._changed:
            self._waiting.clear()

    def close(self) -> None:
        """Emit no more, and let the child go."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._prints.kill()  # the window does not wait for a page that nobody looks at
        self._thread.join()
        self._prints.close()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                wanted = self._waiting.pop()
            if wanted.scale:
                self.drawn.emit(wanted, self._image(wanted))
            else:
                self.told.emit(wanted.page, self._glyphs(wanted.page))

    def _image(self, wanted: Wanted) -> QImage | None:
        try:
            picture = self._prints.picture(wanted.page, wanted.scale)
        except Problem:
            return None
        shown = QImage(picture.data, picture.width, picture.height, picture.stride, QImage.Format.Format_RGB32)
        return shown.copy()  # the bytes are Python's

    def _glyphs(self, page: int) -> Glyphs | None:
        try:
            return self._prints.glyphs(page)
        except Problem:
            return None
