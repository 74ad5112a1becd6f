"""Store: books, marks and turns as the library keeps them. What a method was told is on disk when it returns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.documents.document import Document, Hints
from app.library.anchor import Anchors
from app.library.database import Database
from app.library.records import Book, Colour, Mark, MarkKind, context
from app.library.turn import Kept, kept_of, moved, said_of
from model.types import Span

_BOOK = ", ".join(Book.__dataclass_fields__)
_FIELDS = 'kind, start, "end", words, before, after, created, changed, colour, note, lost'


class Store:
    """Books, marks and turns; of one thread. Every method raises the Problems of `Database`."""

    def __init__(self, data: Path) -> None:
        self._file = Database(data)

    @property
    def path(self) -> Path:
        """The library's file."""
        return self._file.path

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Books

    def books(self) -> tuple[Book, ...]:
        """All books, the one that was opened last first."""
        return tuple(_book(row) for row in self._file.rows(f"SELECT {_BOOK} FROM book ORDER BY opened DESC, title"))

    def book(self, key: str) -> Book | None:
        """The book with this text."""
        return next((_book(row) for row in self._file.rows(f"SELECT {_BOOK} FROM book WHERE key = ?", key)), None)

    def at(self, path: Path) -> Book | None:
        """The book that was last opened from this file."""
        rows = self._file.rows(f"SELECT {_BOOK} FROM book WHERE path = ? ORDER BY opened DESC", str(path))
        return next(map(_book, rows), None)

    def open(self, document: Document, path: Path, digest: str, hints: Hints, now: datetime | None = None) -> Book:
        """Put a document on the shelf, or note that it was opened again.

        A file that gives another text than it did, since a newer parser reads it or it was edited in place, stays the
        same book: its place and its marks move to where their words stand now.
        """
        time = moment(now)
        with self._file.writing():
            known = self.book(document.key)
            before = known or self._earlier(document, path, digest, hints)
            book = Book(
                document.key, str(path), digest, document.title, document.authors, document.language, document.kind,
                document.format, len(document.text), document.parser, time, time, hints=hints,
            )  # fmt: skip
            if before is not None:
                book = replace(book, added=before.added, place=before.place, finished=before.finished)
            if before is not None and before.key != document.key:
                book = replace(book, place=self._moved(before, document))
            self._put(book)
        return book

    def keep_place(self, key: str, place: int) -> None:
        """Remember the character at the top of the page."""
        with self._file.unhurried():
            self._file.write("UPDATE book SET place = ? WHERE key = ?", place, key)

    def finish(self, key: str, finished: bool) -> None:
        """Remember that the reader has read it to the end, or has not."""
        self._file.write("UPDATE book SET finished = ? WHERE key = ?", int(finished), key)

    def remove(self, key: str) -> None:
        """Take a book off the shelf, with its marks and what was asked about it. The file itself is never touched."""
        with self._file.writing():
            self._file.put("DELETE FROM mark WHERE key = ?", key)
            self._file.put("DELETE FROM turn WHERE key = ?", key)
            self._file.put("DELETE FROM book WHERE key = ?", key)

    # Marks

    def marks(self, key: str) -> tuple[Mark, ...]:
        """The marks of a book in the order of its text; those that were not found again at the end."""
        rows = self._file.rows(
            f'SELECT number, {_FIELDS} FROM mark WHERE key = ? ORDER BY lost, start, "end", number', key
        )
        return tuple(map(_mark, rows))

    def mark(
        self,
        document: Document,
        kind: MarkKind,
        span: Span,
        colour: Colour = "yellow",
        note: str = "",
        now: datetime | None = None,
    ) -> Mark:
        """Keep a new mark."""
        before, words, after = context(document, span)
        time = moment(now)
        values = (document.key, kind, span.start, span.end, words, before, after, time, time, colour, note, 0)
        number = self._file.write(f"INSERT INTO mark (key, {_FIELDS}) VALUES ({_holes(values)})", *values)
        return Mark(number, kind, span, words, before, after, time, time, colour, note)

    def change(self, number: int, colour: Colour, note: str, now: datetime | None = None) -> None:
        """Give a mark another colour or note."""
        self._file.write(
            "UPDATE mark SET colour = ?, note = ?, changed = ? WHERE number = ?", colour, note, moment(now), number
        )

    def unmark(self, number: int) -> None:
        """Remove a mark."""
        self._file.write("DELETE FROM mark WHERE number = ?", number)

    def restore(self, key: str, mark: Mark) -> None:
        """Put back a mark that was removed, as it was, and under its number while nothing else has that."""
        taken = bool(self._file.rows("SELECT 1 FROM mark WHERE number = ?", mark.number))
        values = (
            None if taken else mark.number, key, mark.kind, mark.span.start, mark.span.end, mark.words, mark.before,
            mark.after, mark.created, mark.changed, mark.colour, mark.note, int(mark.lost),
        )  # fmt: skip
        self._file.write(f"INSERT INTO mark (number, key, {_FIELDS}) VALUES ({_holes(values)})", *values)

    # Turns

    def turns(self, key: str) -> tuple[Kept, ...]:
        """What was asked about a text and answered, oldest first."""
        rows = self._file.rows("SELECT number, time, said FROM turn WHERE key = ? ORDER BY number", key)
        return tuple(kept_of(*row) for row in rows)

    def keep_turns(self, document: Document, turns: Sequence[Kept]) -> tuple[Kept, ...]:
        """Keep turns behind those that are there, all of them or none; with their numbers."""
        put, said = "INSERT INTO turn (key, time, said) VALUES (?, ?, ?)", [said_of(turn, document) for turn in turns]
        with self._file.writing():
            numbers = [
                self._file.put(put, document.key, turn.time, words) for turn, words in zip(turns, said, strict=True)
            ]
        return tuple(replace(turn, number=number) for turn, number in zip(turns, numbers, strict=True))

    def take_turns(self, document: Document, turns: Sequence[Kept]) -> None:
        """Keep those of the turns that are not there yet, all of them or none."""
        put = (
            "INSERT INTO turn (key, time, said) SELECT ?1, ?2, ?3 "
            "WHERE NOT EXISTS (SELECT 1 FROM turn WHERE key = ?1 AND time = ?2 AND said = ?3)"
        )
        said = [(turn.time, said_of(turn, document)) for turn in turns]
        with self._file.writing():
            for time, words in said:
                self._file.put(put, document.key, time, words)

    def forget_turn(self, number: int) -> None:
        """Remove one turn."""
        self._file.write("DELETE FROM turn WHERE number = ?", number)

    def forget_turns(self, key: str) -> int:
        """Remove all turns about a text. Returns how many letters they were."""
        with self._file.writing():
            ((letters,),) = self._file.rows("SELECT coalesce(sum(length(said)), 0) FROM turn WHERE key = ?", key)
            self._file.put("DELETE FROM turn WHERE key = ?", key)
        return int(letters)

    # The text of a book is another one now

    def _earlier(self, document: Document, path: Path, digest: str, hints: Hints) -> Book | None:
        """The book that this file was when it gave another text."""
        same = "digest = ? OR (path = ? AND title = ? AND format = ?)"
        rows = self._file.rows(
            f"SELECT {_BOOK} FROM book WHERE hints = ? AND ({same}) ORDER BY digest = ? DESC, opened DESC",
            *(_plain(hints), digest, str(path), document.title, document.format, digest),
        )
        return next(map(_book, rows), None)

    def _moved(self, before: Book, document: Document) -> int:
        """Take the marks and turns of a book's earlier text to `document`. Returns where the reader's place is now."""
        anchors = Anchors(document.text)
        for mark in self.marks(before.key):
            span = anchors.find(mark, mark.span.start / max(1, before.characters))
            place = mark.span if span is None else span  # an empty span is false
            self._file.put(
                'UPDATE mark SET key = ?, start = ?, "end" = ?, lost = ? WHERE number = ?',
                *(document.key, place.start, place.end, int(span is None), mark.number),
            )
        for number, said in self._file.rows("SELECT number, said FROM turn WHERE key = ?", before.key):
            there = moved(said, anchors, before.characters)
            self._file.put("UPDATE turn SET key = ?, said = ? WHERE number = ?", document.key, there, number)
        self._file.put("DELETE FROM book WHERE key = ?", before.key)
        return round(before.place / max(1, before.characters) * len(document.text))

    def _put(self, book: Book) -> None:
        plain = {**asdict(book), "authors": json.dumps(book.authors), "hints": _plain(book.hints)}
        values = tuple(int(v) if isinstance(v, bool) else v for v in plain.values())
        self._file.put(f"INSERT OR REPLACE INTO book ({_BOOK}) VALUES ({_holes(values)})", *values)


def moment(now: datetime | None = None) -> str:
    """A time as it is kept: UTC, ISO 8601, to the microsecond, so that order is never lost."""
    return (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _holes(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _plain(hints: Hints) -> str:
    """Hints as they are kept; never a password."""
    return json.dumps(asdict(replace(hints, password=None)), ensure_ascii=False)


def _book(row: tuple[Any, ...]) -> Book:
    fields = dict(zip(Book.__dataclass_fields__, row, strict=True))
    fields |= {
        "authors": tuple(json.loads(fields["authors"])),
        "hints": Hints(**json.loads(fields["hints"])),
        "finished": bool(fields["finished"]),
    }
    return Book(**fields)


def _mark(row: tuple[Any, ...]) -> Mark:
    number, kind, start, end, words, before, after, created, changed, colour, note, lost = row
    span = Span(start, end)
    return Mark(number, kind, span, words, before, after, created, changed, colour, note, bool(lost))
