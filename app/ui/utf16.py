"""UTF-16: Qt counts UTF-16 units, Tongdu code points; here one becomes the other."""

from __future__ import annotations

from bisect import bisect_left


class Utf16:
    """The units of one text. Almost every paragraph lies in the basic plane, where both counts are the same."""

    def __init__(self, text: str) -> None:
        wide = [i for i, c in enumerate(text) if c > "\uffff"] if text and max(text) > "\uffff" else []
        self._wide = wide
        self._units = [place + number for number, place in enumerate(wide)]

    def unit(self, place: int) -> int:
        """Where the code point `place` begins, in units."""
        return place + bisect_left(self._wide, place)

    def place(self, unit: int) -> int:
        """The code point that begins at a unit, or that it lies in."""
        return unit - bisect_left(self._units, unit)
