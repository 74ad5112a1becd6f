"""Letters: where the characters of a text stand on one printed page, both ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF

from app.documents.document import Origin
from app.documents.printed.glyphs import Glyphs
from model.types import Span


class Letters:
    """The runs of a page, each on one line, in points from the page's top left. Without letters: nothing anywhere."""

    def __init__(self, runs: Sequence[Origin], glyphs: Glyphs | None) -> None:
        self.glyphs = glyphs
        self.runs = tuple(runs) if glyphs is not None else ()
        self._boxes = [self._box(run, Span(run.start, run.end)) for run in self.runs]

    def boxes(self, span: Span) -> list[QRectF]:
        """Where a passage stands: one box for each piece of a line."""
        touched = (self._box(run, span) for run in self.runs if run.start < span.end and span.start < run.end)
        return [box for box in touched if box is not None]

    def at(self, point: QPointF) -> int | None:
        """The character at a point, or the nearest on the nearest line."""
        nearest = min(self._lines(), key=lambda line: _distance(line[1], point), default=None)
        if nearest is None:
            return None
        run = nearest[0]
        return min(
            (place for place, _ in self._inked(run, Span(run.start, run.end))),
            key=lambda place: self._across(run, place, point.x()),
        )

    def top(self, place: int) -> float:
        """How far down the line of a character stands, or of the next that has ink; 0 where there is none."""
        return next((box.top() for run, box in self._lines() if run.end > place), 0.0)

    def below(self, y: float) -> int | None:
        """The first character of the text that stands at this height or below it."""
        return min((run.start for run, box in self._lines() if box.bottom() > y), default=None)

    def _lines(self) -> Iterator[tuple[Origin, QRectF]]:
        for run, box in zip(self.runs, self._boxes, strict=True):
            if box is not None:
                yield run, box

    def _box(self, run: Origin, span: Span) -> QRectF | None:
        """The box of that part of a run which lies in the span; None where it has no ink."""
        at = [index for _, index in self._inked(run, span)]
        if not at or self.glyphs is None:
            return None
        g = self.glyphs
        left, top = min(g.left[i] for i in at), min(g.top[i] for i in at)
        return QRectF(left, top, max(g.right[i] for i in at) - left, max(g.bottom[i] for i in at) - top)

    def _inked(self, run: Origin, span: Span) -> Iterator[tuple[int, int]]:
        """The characters of a run in a span that are no blanks, with their numbers on the page."""
        shift = run.index - run.start
        for place in range(max(run.start, span.start), min(run.end, span.end)):
            index = place + shift
            if self.glyphs is not None and index < len(self.glyphs.text) and not self.glyphs.text[index].isspace():
                yield place, index

    def _across(self, run: Origin, place: int, x: float) -> float:
        """How far beside a character a height's point is."""
        assert self.glyphs is not None
        index = place + run.index - run.start
        return max(self.glyphs.left[index] - x, x - self.glyphs.right[index], 0.0)


def _distance(box: QRectF, point: QPointF) -> float:
    """How far a point is from a box; lines count more than the place on them."""
    across = max(box.left() - point.x(), point.x() - box.right(), 0.0)
    down = max(box.top() - point.y(), point.y() - box.bottom(), 0.0)
    return across + 4 * down
