"""Anchor: where a mark stands in another text of the same book, by its words and those around them."""

from __future__ import annotations

from rapidfuzz.fuzz import partial_ratio_alignment, ratio

from app.library.records import AROUND, Mark
from model.folding import Folded, fold
from model.types import Span

ALIKE = 85.0  # likeness of words that a newer parser may have written otherwise
LEAST = 12  # letters of words that are looked for otherwise written
VICINITY = 2000  # characters on either side of the old place in which such words are looked for


class Anchors:
    """Finds marks in a text. The text is folded once for all of them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded: Folded | None = None

    def find(self, mark: Mark, share: float) -> Span | None:
        """The place of a mark's words that is most like the old one; None where there is none.

        `share` is how far into the old text the mark stood, 0 to 1: it decides between places that are equally like.
        """
        place = round(share * len(self.text))
        if self._stands(mark, mark.span.start):
            return mark.span
        if not mark.words:
            return self._between(mark, place)
        return self._same(mark, place) or self._alike(mark, place)

    def _stands(self, mark: Mark, start: int) -> bool:
        whole = mark.before + mark.words + mark.after
        return bool(whole) and self.text.startswith(whole, max(0, start - len(mark.before)))

    def _same(self, mark: Mark, place: int) -> Span | None:
        """The place with the same words whose surroundings are most like the old ones."""
        wanted = fold(mark.words).text.strip()  # whether a space counts is told by both its sides
        folded = self._fold()
        starts: list[int] = []
        at = folded.text.find(wanted) if wanted else -1
        while at >= 0:
            starts.append(at)
            at = folded.text.find(wanted, at + 1)
        spans = [folded.span(start, start + len(wanted)) for start in starts]
        return max(spans, key=lambda s: (self._likeness(mark, s), -abs(s.start - place)), default=None)

    def _alike(self, mark: Mark, place: int) -> Span | None:
        """Words near the old place that are nearly the mark's."""
        wanted = fold(mark.words).text
        if sum(map(str.isalnum, wanted)) < LEAST:
            return None
        around = max(VICINITY, len(mark.words) * 4)
        low = max(0, place - around)
        folded = fold(self.text[low : place + around])
        found = partial_ratio_alignment(wanted, folded.text, score_cutoff=ALIKE)
        if found is None or len(folded.text) < len(wanted):
            return None
        inner = folded.span(found.dest_start, found.dest_end)
        return Span(low + inner.start, low + inner.end) if len(inner) else None

    def _between(self, mark: Mark, place: int) -> Span | None:
        """Where a mark without words stands: between those before it and those behind it."""
        for words, behind in ((mark.after, False), (mark.before, True)):
            if words.strip():
                found = self._same(Mark(0, mark.kind, mark.span, words, "", "", "", ""), place)
                if found is not None:
                    at = found.end if behind else found.start
                    return Span(at, at)
        return None

    def _likeness(self, mark: Mark, span: Span) -> float:
        around = self.text[max(0, span.start - AROUND) : span.start], self.text[span.end : span.end + AROUND]
        return ratio(fold(mark.before).text, fold(around[0]).text) + ratio(fold(mark.after).text, fold(around[1]).text)

    def _fold(self) -> Folded:
        if self._folded is None:
            self._folded = fold(self.text)
        return self._folded
