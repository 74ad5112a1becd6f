"""History: where the reader was before a jump, and the way back."""

from __future__ import annotations

NEAR = 200  # characters within which two places are the same
LONGEST = 200  # places that are remembered


class History:
    """Places of one book, as a browser keeps pages."""

    def __init__(self) -> None:
        self._places: list[int] = []
        self._now = 0  # how many of them are behind the reader

    def leave(self, place: int) -> None:
        """Remember a place from which the reader jumps; what was ahead is forgotten."""
        del self._places[self._now :]
        if not self._places or abs(self._places[-1] - place) > NEAR:
            self._places.append(place)
        del self._places[:-LONGEST]
        self._now = len(self._places)

    def back(self, place: int) -> int | None:
        """Where the reader was before, from `place`; None at the beginning."""
        if self._now == 0:
            return None
        if self._now == len(self._places):
            self._places.append(place)
        self._now -= 1
        return self._places[self._now]

    def forward(self) -> int | None:
        """Where the reader came back from; None at the end."""
        if self._now + 1 >= len(self._places):
            return None
        self._now += 1
        return self._places[self._now]
