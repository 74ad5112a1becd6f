"""Remembered: what stays of the window between two starts and is no setting: where it stood, its docks, what was typed.

A small file beside the library. What it says that cannot be used is as if it had not been said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRect

from app.paths import PRIVATE
from model.types import Problem

NAME = "window.json"
MOST = 20  # searches that are remembered
_SEEN = 0.25  # share of a window that must be on a screen for it to be put there again


class Remembered:
    """`folder` None: nothing is read or kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = folder / NAME if folder else None
        self._values: dict[str, Any] = dict(self._read())

    def words(self, name: str) -> str:
        """Words that were kept, "" if none were."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def lines(self, name: str) -> list[str]:
        """A list of words, the latest first."""
        value = self._values.get(name)
        return [line for line in value if isinstance(line, str)] if isinstance(value, list) else []

    def on(self, name: str) -> bool:
        """A switch."""
        return self._values.get(name) is True

    def frame(self, name: str) -> QRect | None:
        """A rectangle on the screen."""
        value = self._values.get(name)
        if not isinstance(value, list) or len(value) != 4 or not all(type(n) is int for n in value):
            return None
        return QRect(*value) if value[2] > 0 and value[3] > 0 else None

    def keep(self, **values: str | bool | list[str] | QRect) -> None:
        """Keep values under their names, at once. Raises Problem "no-folder"."""
        plain = {
            name: [v.x(), v.y(), v.width(), v.height()] if isinstance(v, QRect) else v for name, v in values.items()
        }
        self._values = {**self._read(), **self._values, **plain}
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(self._values, ensure_ascii=False), encoding="utf-8")
            fresh.chmod(0o600)
            fresh.replace(self._path)
        except OSError as error:
            raise Problem("no-folder", folder=str(self._path.parent), reason=error.strerror or str(error)) from error

    def keep_latest(self, name: str, line: str) -> None:
        """Put words in front of a list. Raises Problem "no-folder"."""
        self.keep(**{name: [line, *(other for other in self.lines(name) if other != line)][:MOST]})

    def _read(self) -> Mapping[str, Any]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            plain = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # damaged or in use: the window stands where it would at the first start
            return {}
        return plain if isinstance(plain, dict) else {}


def fitting(frame: QRect, screens: Sequence[QRect]) -> QRect | None:
    """A frame as it can be put on the screens that there are now: on the one that shows most of it, no larger than
    that; None where too little of it would be seen.
    """
    screen = max(screens, key=lambda one: _area(one.intersected(frame)), default=None)
    if screen is None or _area(screen.intersected(frame)) < _SEEN * _area(frame):
        return None
    width, height = min(frame.width(), screen.width()), min(frame.height(), screen.height())
    x = min(max(frame.x(), screen.x()), screen.x() + screen.width() - width)
    y = min(max(frame.y(), screen.y()), screen.y() + screen.height() - height)
    return QRect(x, y, width, height)


def _area(rectangle: QRect) -> int:
    return max(0, rectangle.width()) * max(0, rectangle.height())
