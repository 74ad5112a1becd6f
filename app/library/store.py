"""Store: the library on disk, one SQLite file. What a method was told is on disk when it returns.

Write-ahead logging, every change its own transaction: a process that is killed loses nothing that was shown, and two
windows (or a window and a command) read and write side by side. `PRAGMA user_version` is the schema's version: a later
one is refused, an earlier one is brought up to date, with a copy of the old file kept beside it.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.documents.document import Document, Hints
from app.library.anchor import Anchors
from app.library.records import Book, Colour, Mark, MarkKind, context
from app.paths import PRIVATE
from model.types import Problem, Span

NAME = "library.sqlite"
PATIENCE = 10.0  # seconds to wait for another program that writes
SCHEMA = (
    # version 1
    """
    CREATE TABLE book (
        key TEXT PRIMARY KEY, path TEXT NOT NULL, digest TEXT NOT NULL, title TEXT NOT NULL, authors TEXT NOT NULL,
        language TEXT NOT NULL, kind TEXT NOT NULL, format TEXT NOT NULL, characters INTEGER NOT NULL,
        parser TEXT NOT NULL, added TEXT NOT NULL, opened TEXT NOT NULL, place INTEGER NOT NULL,
        hints TEXT NOT NULL, finished INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX book_by_path ON book (path);
    CREATE INDEX book_by_digest ON book (digest);
    CREATE TABLE mark (
        number INTEGER PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, words TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
        created TEXT NOT NULL, changed TEXT NOT NULL,
        colour TEXT NOT NULL, note TEXT NOT NULL, lost INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX mark_by_key ON mark (key);
    """,
)
_BOOK = ", ".join(Book.__dataclass_fields__)
_FIELDS = 'kind, start, "end", words, before, after, created, changed, colour, note, lost'


class Store:
    """One connection; of one thread. Every method raises Problem "library-locked", "library-damaged", "disk-full" or
    "no-folder" where the file cannot be used.
    """

    def __init__(self, data: Path) -> None:
        """Raises Problem "library-newer" too."""
        self.path = data / NAME
        try:
            data.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        except OSError as error:
            raise Problem("no-folder", folder=str(data), reason=error.strerror or "") from error
        with self._said():
            self._base = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            self.path.chmod(0o600)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._migrate()

    def close(self) -> None:
        """Let the file go."""
        self._base.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Books

    def books(self) -> tuple[Book, ...]:
        """All books, the one that was opened last first."""
        return tuple(_book(row) for row in self._rows(f"SELECT {_BOOK} FROM book ORDER BY opened DESC, title"))

    def book(self, key: str) -> Book | None:
        """The book with this text."""
        return next((_book(row) for row in self._rows(f"SELECT {_BOOK} FROM book WHERE key = ?", key)), None)

    def at(self, path: Path) -> Book | None:
        """The book that was last opened from this file."""
        rows = self._rows(f"SELECT {_BOOK} FROM book WHERE path = ? ORDER BY opened DESC", str(path))
        return next(map(_book, rows), None)

    def open(self, document: Document, path: Path, digest: str, hints: Hints, now: datetime | None = None) -> Book:
        """Put a document on the shelf, or note that it was opened again.

        A file that gives another text than it did, since a newer parser reads it or it was edited in place, stays the
        same book: its place and its marks move to where their words stand now.
        """
        time = moment(now)
        with self._writing():
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
        with self._unhurried():
            self._write("UPDATE book SET place = ? WHERE key = ?", place, key)

    def finish(self, key: str, finished: bool) -> None:
        """Remember that the reader has read it to the end, or has not."""
        self._write("UPDATE book SET finished = ? WHERE key = ?", int(finished), key)

    def remove(self, key: str) -> None:
        """Take a book off the shelf, with its marks. The file itself is never touched."""
        with self._writing():
            self._base.execute("DELETE FROM mark WHERE key = ?", (key,))
            self._base.execute("DELETE FROM book WHERE key = ?", (key,))

    # Marks

    def marks(self, key: str) -> tuple[Mark, ...]:
        """The marks of a book in the order of its text; those that were not found again at the end."""
        rows = self._rows(f'SELECT number, {_FIELDS} FROM mark WHERE key = ? ORDER BY lost, start, "end", number', key)
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
        with self._writing():
            made = self._base.execute(f"INSERT INTO mark (key, {_FIELDS}) VALUES ({_holes(values)})", values)
        assert made.lastrowid is not None
        return Mark(made.lastrowid, kind, span, words, before, after, time, time, colour, note)

    def change(self, number: int, colour: Colour, note: str, now: datetime | None = None) -> None:
        """Give a mark another colour or note."""
        self._write(
            "UPDATE mark SET colour = ?, note = ?, changed = ? WHERE number = ?", colour, note, moment(now), number
        )

    def unmark(self, number: int) -> None:
        """Remove a mark."""
        self._write("DELETE FROM mark WHERE number = ?", number)

    # The file

    def _earlier(self, document: Document, path: Path, digest: str, hints: Hints) -> Book | None:
        """The book that this file was when it gave another text."""
        same = "digest = ? OR (path = ? AND title = ? AND format = ?)"
        rows = self._rows(
            f"SELECT {_BOOK} FROM book WHERE hints = ? AND ({same}) ORDER BY digest = ? DESC, opened DESC",
            *(_plain(hints), digest, str(path), document.title, document.format, digest),
        )
        return next(map(_book, rows), None)

    def _moved(self, before: Book, document: Document) -> int:
        """Take the marks of a book's earlier text to `document`. Returns where the reader's place is now."""
        anchors = Anchors(document.text)
        for mark in self.marks(before.key):
            span = anchors.find(mark, mark.span.start / max(1, before.characters))
            place = mark.span if span is None else span  # an empty span is false
            self._base.execute(
                'UPDATE mark SET key = ?, start = ?, "end" = ?, lost = ? WHERE number = ?',
                (document.key, place.start, place.end, int(span is None), mark.number),
            )
        self._base.execute("DELETE FROM book WHERE key = ?", (before.key,))
        return round(before.place / max(1, before.characters) * len(document.text))

    def _put(self, book: Book) -> None:
        plain = {**asdict(book), "authors": json.dumps(book.authors), "hints": _plain(book.hints)}
        values = tuple(int(v) if isinstance(v, bool) else v for v in plain.values())
        self._base.execute(f"INSERT OR REPLACE INTO book ({_BOOK}) VALUES ({_holes(values)})", values)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._said():
            return self._base.execute(query, values).fetchall()

    def _write(self, query: str, *values: object) -> None:
        with self._writing():
            self._base.execute(query, values)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        with self._said():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    @contextlib.contextmanager
    def _unhurried(self) -> Iterator[None]:
        """Writing that does not wait for the disk: of a process that is killed nothing is lost, of a machine the last
        moments may be. A place is written at every jump, and reading must not stutter.
        """
        with self._said():
            self._base.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            with self._said():
                self._base.execute("PRAGMA synchronous = FULL")

    def _migrate(self) -> None:
        version = self._version()
        if version > len(SCHEMA):
            raise Problem("library-newer", path=str(self.path), version=version, known=len(SCHEMA))
        if version == len(SCHEMA):
            return
        if version:
            self._copy(version)
        with self._writing():
            for number in range(self._version(), len(SCHEMA)):  # another window may have been quicker
                for statement in filter(str.strip, SCHEMA[number].split(";")):
                    self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {len(SCHEMA)}")

    def _version(self) -> int:
        return int(self._base.execute("PRAGMA user_version").fetchone()[0])

    def _copy(self, version: int) -> None:
        """Keep what was, as this version wrote it."""
        with contextlib.closing(sqlite3.connect(self.path.with_suffix(f".{version}.sqlite"))) as kept:
            self._base.backup(kept)

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """What SQLite cannot do, as a Problem."""
        try:
            yield
        except sqlite3.Error as error:
            raise _problem(error, self.path) from error


def moment(now: datetime | None = None) -> str:
    """A time as it is kept: UTC, ISO 8601, to the microsecond, so that order is never lost."""
    return (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _problem(error: sqlite3.Error, path: Path) -> Problem:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Problem("library-locked", path=str(path))
    if name.startswith("SQLITE_FULL"):
        return Problem("disk-full", folder=str(path.parent), megabytes=1)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_PERM")):
        return Problem("no-folder", folder=str(path.parent), reason=str(error))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Problem("library-damaged", path=str(path))
    raise error


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
