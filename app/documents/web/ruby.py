"""Ruby: which reading belongs to which characters inside one <ruby>, in all the forms HTML has had."""

from __future__ import annotations

Pair = tuple[int, int, str]
"""Start and end of the characters, and their reading."""


class Annotation:
    """One <ruby> while it is written. Places count as the writer's own; rt after rt pairs with base after base.

    HTML: "漢<rt>かん</rt>字<rt>じ</rt>"; XHTML: "<rb>漢</rb><rb>字</rb><rt>かん</rt><rt>じ</rt>", or an <rtc>
    whose single text stands beside all of it; a second <rtc> is a second reading of the same characters.
    """

    def __init__(self, place: int) -> None:
        self.pairs: list[Pair] = []
        self._start = place
        self._bases: list[tuple[int, int]] = []
        self._readings: list[list[str]] = [[]]

    def base(self, place: int) -> None:
        """A base begins or ends: what was written since the last one is one too."""
        if place > self._start:
            if any(self._readings):
                self._pair()
            self._bases.append((self._start, place))
        self._start = place

    def reading(self, text: str, place: int) -> None:
        """An <rt>, at the place up to which its base is written."""
        self.base(place)
        self._readings[-1].append(" ".join(text.split()))

    def container(self, place: int) -> None:
        """An <rtc> begins."""
        self.base(place)
        if self._readings[-1]:
            self._readings.append([])

    def close(self, place: int) -> list[Pair]:
        """The pairs of the whole <ruby>, in order."""
        self.base(place)
        self._pair()
        return sorted(self.pairs)

    def _pair(self) -> None:
        for readings in self._readings:
            self.pairs += _paired(self._bases, readings)
        self._bases, self._readings = [], [[]]


def _paired(bases: list[tuple[int, int]], readings: list[str]) -> list[Pair]:
    """One to one; a single reading, or one too many, stands beside all that is left."""
    if not bases or not any(readings):
        return []
    if len(readings) == 1:
        return [(bases[0][0], bases[-1][1], readings[0])]
    last = len(bases) - 1
    joined = [*readings[:last], " ".join(filter(None, readings[last:]))]
    return [(start, end, reading) for (start, end), reading in zip(bases, joined, strict=False) if reading]
