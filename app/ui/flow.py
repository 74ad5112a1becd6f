"""Flow: a document's paragraphs one under another, laid out only where they are looked at.

A place on the screen is a paragraph and how many of its pixels are above the top edge. Nothing is known of paragraphs
that were never shown, so opening takes no longer for a long book than for a short one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtGui import QImage

from app.documents.document import Block, Document
from app.ui.paragraph import Paragraph
from app.ui.typography import Typography

KEPT = 400  # paragraphs that stay laid out
_EXACT = 0.5  # pixels that two edges may differ
LONGEST = 6000  # characters of a paragraph; a longer one is set as several


@dataclass(frozen=True, slots=True)
class Top:
    """What is at the top edge: the number of a paragraph, and how many of its pixels are above the edge."""

    number: int = 0
    hidden: float = 0.0


class Flow:
    """The paragraphs of one document for one width and typography."""

    def __init__(
        self,
        document: Document,
        typography: Typography,
        width: float,
        picture: Callable[[str], QImage | None] = lambda name: None,
    ) -> None:
        self.document, self.typography, self.width = document, typography, width
        self.blocks = list(_pieces(document))
        self._starts = [block.start for block in self.blocks]
        self._picture = picture
        self._laid: OrderedDict[int, Paragraph] = OrderedDict()

    def __len__(self) -> int:
        return len(self.blocks)

    def paragraph(self, number: int) -> Paragraph:
        """One paragraph, laid out."""
        if number in self._laid:
            self._laid.move_to_end(number)
            return self._laid[number]
        block = self.blocks[number]
        before = self.blocks[number - 1] if number else None
        style = self.typography.style(block, is_first=before is None or before.kind == "heading")
        image = self._picture(block.target) if block.kind == "image" else None
        made = self._laid[number] = Paragraph(self.document.text, block, style, self.width, image)
        if len(self._laid) > KEPT:
            self._laid.popitem(last=False)
        return made

    def number_of(self, place: int) -> int:
        """The paragraph that holds a character, or the last one before it."""
        return max(0, bisect_right(self._starts, place) - 1)

    def top_of(self, place: int, margin: float = 0.0) -> Top:
        """The line of a character at the top edge, `margin` pixels below it."""
        if not self.blocks:
            return Top()
        number = self.number_of(place)
        paragraph = self.paragraph(number)
        line = paragraph.top_of(paragraph.line_of(place)) if paragraph.lines else paragraph.style.above
        return self.moved(Top(number), (0.0 if number == 0 and place <= paragraph.block.start else line) - margin)

    def place_of(self, top: Top) -> int:
        """The first character of the first line that is not cut by the top edge."""
        for number, paragraph, y in self.visible(top, 0.0):
            for line in range(paragraph.lines):
                if y + paragraph.top_of(line) >= -1.0:
                    start = paragraph.layout.lineAt(line).textStart()
                    return paragraph.block.start + paragraph.units.place(start)
            if number + 1 < len(self):
                return self.blocks[number + 1].start
        return self.blocks[top.number].start if self.blocks else 0

    def moved(self, top: Top, pixels: float) -> Top:
        """The place so many pixels below, or above; no further than the ends."""
        if not self.blocks:
            return Top()
        number, hidden = top.number, top.hidden + pixels
        while hidden < 0 and number > 0:
            number -= 1
            hidden += self.paragraph(number).height
        while number + 1 < len(self) and hidden >= self.paragraph(number).height:
            hidden -= self.paragraph(number).height
            number += 1
        return Top(number, max(0.0, min(hidden, self.paragraph(number).height)))

    def page_end(self, top: Top, height: float) -> tuple[Top, float]:
        """Where the next page begins, and where this one ends in the window: no line and no picture is cut."""
        bottom = 0.0
        for number, paragraph, y in self.visible(top, height):
            for low, high in paragraph.boxes():
                if y + low < -_EXACT:
                    continue
                if y + high > height + _EXACT and bottom > 0:
                    return Top(number, low), bottom
                bottom = min(y + high, height)
        return self.moved(top, height), height

    def page_before(self, top: Top, height: float) -> Top:
        """Where the page begins that ends where this one begins, as nearly as whole lines allow."""
        above = self.moved(top, -height)
        for number, paragraph, y in self.visible(above, height):
            for low, _ in paragraph.boxes():
                if y + low >= -_EXACT:
                    return Top(number, max(0.0, low)) if (number, low) < (top.number, top.hidden) else above
        return above

    def last(self, height: float) -> Top:
        """The lowest place: the end of the text at the bottom of a window of this height."""
        end = len(self) - 1
        return self.moved(Top(end), self.paragraph(end).height - height) if self.blocks else Top()

    def visible(self, top: Top, height: float) -> Iterator[tuple[int, Paragraph, float]]:
        """The paragraphs in a window: number, paragraph, and where its top is."""
        number, y = top.number, -top.hidden
        while number < len(self) and y <= height:
            paragraph = self.paragraph(number)
            yield number, paragraph, y
            y += paragraph.height
            number += 1


def _pieces(document: Document) -> Iterator[Block]:
    """The blocks that have something to show, long ones in pieces that end with a line or a sentence."""
    for block in document.blocks:
        start = block.start
        while block.end - start > LONGEST:
            words = document.text[start : start + LONGEST]
            end = start + (max(words.rfind(mark) for mark in ("\n", "。", ". ", " ")) + 1 or LONGEST)
            yield Block(start, end, block.kind, block.level, block.anchor, block.target)
            start = end
        if block.end > start or block.kind == "image":
            yield Block(start, block.end, block.kind, block.level, block.anchor, block.target)
