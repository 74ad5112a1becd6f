"""Cross links: the links of a document. A law's references to its articles are found where they are looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from app.documents.document import Document, Link
from app.documents.law.references import Crossings
from model.types import Span

_REACH = 400  # characters that a link may be long
_TIP = 600  # characters of a target that hovering shows


class CrossLinks:
    """Nothing is searched before it is asked for, so a law of thousands of articles opens as fast as a tale."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._own = sorted(document.links, key=lambda link: link.start)
        self._starts = [link.start for link in self._own]
        self._crossings: Crossings | None = None
        self._found: dict[tuple[int, int], tuple[Link, ...]] = {}  # by a block's edges
        self._goals: dict[tuple[int, int], Span] = {}  # of references, by the link's edges

    def within(self, block: Span) -> tuple[Link, ...]:
        """The links in a block, in order and disjoint. What leads to a place of the text goes before what leads out."""
        edges = block.start, block.end
        if edges not in self._found:
            own = self._owned(block)
            kept = [link for link in own if link.target >= 0]
            for link in (*self._crossing(block), *(link for link in own if link.target < 0)):
                if not any(_overlap(link, other) for other in kept):
                    kept.append(link)
            self._found[edges] = tuple(sorted(kept, key=lambda link: link.start))
        return self._found[edges]

    def at(self, place: int) -> Link | None:
        """The link that a character is in."""
        (*_, block) = self.document.blocks_at(place, place + 1) or (None,)
        links = self.within(block.span) if block is not None else ()
        return next((link for link in links if link.start <= place < link.end), None)

    def after(self, place: int) -> Link | None:
        """The first link that begins behind a character."""
        blocks = self.document.blocks
        first = max(0, bisect_right(blocks, place, key=lambda block: block.start) - 1)
        found = (link for block in blocks[first:] for link in self.within(block.span) if link.start > place)
        return next(found, None)

    def before(self, place: int) -> Link | None:
        """The last link that begins before a character."""
        blocks = self.document.blocks
        last = bisect_left(blocks, place, key=lambda block: block.start)
        rows = (self.within(block.span) for block in reversed(blocks[:last]))
        return next((link for links in rows for link in reversed(links) if link.start < place), None)

    def goal(self, link: Link) -> Span | None:
        """What a link leads to in the document: an article, else a block; None where it leads out of it."""
        if link.target < 0:
            return None
        if (link.start, link.end) in self._goals:
            return self._goals[link.start, link.end]
        unit = self.document.unit_at(link.target)
        if unit is not None and unit.start == link.target:
            return Span(unit.start, unit.end)
        blocks = self.document.blocks_at(link.target, link.target + 1)
        return blocks[-1].span if blocks else Span(link.target, link.target)

    def tip(self, link: Link) -> str:
        """The words that a link leads to, under their address; of one out of the book, where."""
        span = self.goal(link)
        if span is None:
            return link.href
        words = self.document.text[span.start : span.end].strip()
        shown = words if len(words) <= _TIP else words[:_TIP].rstrip() + "…"
        address = self.document.address(span.start)
        return shown if shown.startswith(address) else f"{address}\n{shown}"

    def _owned(self, block: Span) -> list[Link]:
        first, last = bisect_left(self._starts, block.start - _REACH), bisect_left(self._starts, block.end)
        return [link for link in self._own[first:last] if link.end > block.start]

    def _crossing(self, block: Span) -> list[Link]:
        if self.document.law is None:
            return []
        if self._crossings is None:
            self._crossings = Crossings(self.document)
        links = []
        for found in self._crossings.between(block.start, block.end):
            if found.targets:
                first, last = found.targets[0], found.targets[-1]
                links.append(Link(found.start, found.end, first.start, "place"))
                whole = Span(first.start, max(first.end, last.end) if last.start >= first.start else first.end)
                self._goals[found.start, found.end] = whole
        return links


def _overlap(link: Link, other: Link) -> bool:
    return link.start < other.end and other.start < link.end
