"""Passage: the inline text of one block as it is written, and the words in it that point elsewhere."""

from __future__ import annotations

import re

from app.documents.document import LinkKind
from app.documents.law.draft import Reference

_BLANK = re.compile(r"[ \t\n\r\f]+")
_DROPPED = {ord("\u00ad"): None, ord("\ufeff"): None}


class Passage:
    """Characters added one after the other, white space collapsed as a browser does."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._blank = True  # whether white space would be the second in a row
        self._front = 0  # how much is a mark before the text
        self.length = 0
        self.references: list[Reference] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, text: str | None) -> None:
        """Add text in which white space means no more than a space."""
        if not text:
            return
        text = _BLANK.sub(" ", text.translate(_DROPPED))
        if self._blank:
            text = text.lstrip(" ")
        self._put(text)

    def gap(self, white: str) -> None:
        """A line break or tab that is meant. A space before it goes; at the front or after another, it goes."""
        if self.length <= self._front:
            return
        if self._pieces and self._pieces[-1].endswith(" "):
            self._pieces[-1] = self._pieces[-1][:-1]
            self.length -= 1
        if white == "\t" or not self._pieces[-1].endswith(("\n", "\t")):
            self._put(white)

    def mark(self, mark: str) -> None:
        """Add a note's mark, behind which its text begins on the same line."""
        self.add(f"{mark} ")
        self._front = self.length

    def refer(self, start: int, href: str, kind: LinkKind) -> None:
        """Let the words from `start` to here point to `href`."""
        words = self._since(start)
        end = start + len(words.rstrip())
        start += len(words) - len(words.lstrip())
        if href and start < end:
            self.references.append(Reference(start, end, href, kind))

    def _since(self, start: int) -> str:
        """The text from `start` on, without joining what stands before."""
        size, first = 0, len(self._pieces)
        while first and size < self.length - start:
            first -= 1
            size += len(self._pieces[first])
        return "".join(self._pieces[first:])[size - (self.length - start) :] if size else ""

    def _put(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self.length += len(text)
            self._blank = text.endswith((" ", "\n", "\t"))
