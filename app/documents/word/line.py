"""Line: one paragraph under construction: its text, and by place what lies in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.documents.document import BlockKind

NOTE = "note:"
_SPECIAL = re.compile("[\u00ad\ufeff\u2028\u2029]")
_DROPPED = {ord("\u00ad"): None, ord("\ufeff"): None, ord("\u2028"): "\n", ord("\u2029"): "\n"}


@dataclass
class Line:
    """A paragraph, a row of a table or a picture, before it is placed in the text.

    Places count from its own start. `links` lead to an address, a "#bookmark" or NOTE and a note's id; `target`
    is a picture's part. `centred` and `is_title` say how it is set.
    """

    pieces: list[str] = field(default_factory=list)
    size: int = 0
    kind: BlockKind = "paragraph"
    level: int = 0
    target: str = ""
    centred: bool = False
    is_title: bool = False
    links: list[tuple[int, int, str]] = field(default_factory=list)
    rubies: list[tuple[int, int, str]] = field(default_factory=list)
    anchors: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What has been written."""
        return "".join(self.pieces)

    def write(self, text: str) -> None:
        """Append text, without what is never seen."""
        if _SPECIAL.search(text):
            text = text.translate(_DROPPED)
        self.pieces.append(text)
        self.size += len(text)

    def link(self, start: int, href: str) -> None:
        """Make what was written since `start` lead somewhere."""
        if start < self.size and href:
            self.links.append((start, self.size, href))

    def add(self, other: Line) -> None:
        """Append all of another line."""
        self._take(other, self.size)
        self.pieces += other.pieces
        self.size += other.size

    def prefix(self, text: str) -> None:
        """Put text in front."""
        shifted = Line()
        shifted._take(self, len(text))
        self.links, self.rubies = shifted.links, shifted.rubies
        self.anchors = [(place + len(text) if place else 0, name) for place, name in self.anchors]
        self.pieces.insert(0, text)
        self.size += len(text)

    def trim(self) -> str:
        """Drop the white space at both ends; the text that is left."""
        whole = self.text
        text = whole.strip()
        cut = len(whole) - len(whole.lstrip()) if text else 0
        self.pieces, self.size = [text], len(text)

        def kept(place: int) -> int:
            return min(max(0, place - cut), len(text))

        self.links = [(kept(s), kept(e), href) for s, e, href in self.links if kept(s) < kept(e)]
        self.rubies = [(kept(s), kept(e), reading) for s, e, reading in self.rubies if kept(s) < kept(e)]
        self.anchors = [(kept(place), name) for place, name in self.anchors]
        return text

    def _take(self, other: Line, shift: int) -> None:
        self.links += [(s + shift, e + shift, href) for s, e, href in other.links]
        self.rubies += [(s + shift, e + shift, reading) for s, e, reading in other.rubies]
        self.anchors += [(place + shift, name) for place, name in other.anchors]
