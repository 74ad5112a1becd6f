"""Records: what the library remembers of a book: the file, the reader's place, marks. All frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from app.documents.document import Document, DocumentKind, Hints
from model.types import Span

MarkKind = Literal["highlight", "bookmark"]
Colour = Literal["yellow", "green", "blue", "pink", "violet"]
COLOURS: tuple[Colour, ...] = ("yellow", "green", "blue", "pink", "violet")
AROUND = 48  # characters of a text that are kept on either side of a mark


@dataclass(frozen=True)
class Book:
    """One book on the shelf. `key` is that of its text (`Document.key`), `digest` the SHA-256 of its file, which stays
    the same when a newer parser gives another text. Times are UTC, ISO 8601. `place` is the character at the top of the
    page, of `characters`. `finished` is said by the reader, never guessed.
    """

    key: str
    path: str
    digest: str
    title: str
    authors: tuple[str, ...]
    language: str
    kind: DocumentKind
    format: str
    characters: int
    parser: str
    added: str
    opened: str
    place: int = 0
    hints: Hints = field(default_factory=Hints)
    finished: bool = False

    @property
    def progress(self) -> float:
        """How far the reader is, 0 to 1."""
        return 1.0 if self.finished else self.place / max(1, self.characters)


@dataclass(frozen=True)
class Mark:
    """A highlight, with the reader's note if there is one, or a bookmark.

    `words` are the document's own at `span`, `before` and `after` what stands around them: by these a mark is found
    again in another text of the same book. `lost`: it was not, and its words are all that is left of it.
    """

    number: int
    kind: MarkKind
    span: Span
    words: str
    before: str
    after: str
    created: str
    changed: str
    colour: Colour = "yellow"
    note: str = ""
    lost: bool = False


def context(document: Document, span: Span) -> tuple[str, str, str]:
    """What is kept of a text with a mark: before it, its own words, behind it."""
    text = document.text
    before = text[max(0, span.start - AROUND) : span.start]
    return before, text[span.start : span.end], text[span.end : span.end + AROUND]
