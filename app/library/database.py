"""Database: the library's SQLite file. What a method was told is on disk when it returns.

Write-ahead logging, every change its own transaction: a process that is killed loses nothing that was shown, and two
windows (or a window and a command) read and write side by side. `PRAGMA user_version` is the schema's version: a later
one is refused, an earlier one is brought up to date, with a copy of the old file kept beside it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from app.paths import PRIVATE
from model.types import Problem

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
    # version 2: what was asked and answered; `said` is JSON (app.library.turn)
    """
    CREATE TABLE turn (
        number INTEGER PRIMARY KEY, key TEXT NOT NULL, time TEXT NOT NULL, said TEXT NOT NULL
    ) STRICT;
    CREATE INDEX turn_by_key ON turn (key);
    """,
)


class Database:
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

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self._said():
            return self._base.execute(query, values).fetchall()

    def write(self, query: str, *values: object) -> int:
        """One change, on disk when this returns. Returns the number of the last row that was put in."""
        with self.writing():
            return self.put(query, *values)

    def put(self, query: str, *values: object) -> int:
        """One change inside `writing`."""
        return int(self._base.execute(query, values).lastrowid or 0)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
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
    def unhurried(self) -> Iterator[None]:
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
        with self.writing():
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


def set_aside(data: Path, now: datetime) -> Path:
    """Give a library that cannot be used another name, so that a new one can begin. Returns where it is now. Raises
    Problem "no-folder".
    """
    aside = data / f"library.damaged-{now:%Y%m%d-%H%M%S}.sqlite"
    try:
        for ending in ("", "-wal", "-shm"):
            path = data / f"{NAME}{ending}"
            if path.exists():
                path.rename(f"{aside}{ending}")
    except OSError as error:
        raise Problem("no-folder", folder=str(data), reason=error.strerror or "") from error
    return aside


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
