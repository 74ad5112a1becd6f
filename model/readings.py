"""Which documents have been read, by which model: one small note each, beside the pages. No torch.

A note names the chunks of a reading, so that a document can be forgotten while another that shares its
beginning keeps its pages. Its time of change is the reading's last use. Notes are written and removed under one lock:
a reading that is being kept either counts as one that shares, or finds the chunks gone and reads them again.
"""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import psutil
from filelock import FileLock, Timeout

from model.types import Problem

MOST = 50 * 10**9  # bytes: what pages may take by default where there is plenty of room
SHARE = 4  # and at most this part of the room that there would be without them
YOUNG = 86_400.0  # seconds for which a chunk without a note may still be wanted by a reading in hand
SLACK = 2.0  # seconds by which two readings of one process's start may differ


@dataclass(frozen=True, slots=True)
class Note:
    """One reading: a document's key, the model's name, the header's digest, the chunks in order. `kind`: "pages", or
    "extracts" where passages were read alone.
    """

    document: str
    model: str
    header: str
    tokens: int
    chunks: tuple[str, ...]
    kind: str = "pages"


def chunk_path(pages: Path, name: str) -> Path:
    return pages / "chunks" / f"{name}.safetensors"


def folder_of(pages: Path, document: str) -> Path:
    return pages / "documents" / document


def keep(pages: Path, note: Note) -> None:
    """Write a reading's note: whole or not at all. The reading counts as used now.

    Raises Problem "disk-full".
    """
    folder = folder_of(pages, note.document)
    last = note.chunks[-1] if note.chunks else note.header
    path = folder / f"{last[:16]}.json"
    with _room_for(pages), _alone(pages):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(note)), encoding="utf-8")
        part.replace(path)
        _use(path)


def touch(pages: Path, document: str, header: str = "") -> None:
    """The document's readings were used now, in the order in which they were last: all, or those under one header."""
    written = _written(pages, document)
    for path in sorted(written, key=_last_use):
        if header in ("", written[path].header):
            _use(path)


def notes(pages: Path, document: str = "*") -> list[Note]:
    """The notes of a document, or of all."""
    return list(_written(pages, document).values())


def prepared(pages: Path, document: str, model: str) -> bool:
    """Whether a model has read a document to its end and all of it is on disk."""
    return any(
        note.model == model and note.kind == "pages" and all(chunk_path(pages, name).exists() for name in note.chunks)
        for note in notes(pages, document)
    )


def totals(pages: Path) -> dict[str, int]:
    """Bytes on disk of each document that has a note. What two documents share is counted for both."""
    sizes = _sizes(pages)
    named: dict[str, set[str]] = {}
    for note in notes(pages):
        named.setdefault(note.document, set()).update(note.chunks)
    return {document: sum(sizes.get(name, 0) for name in names) for document, names in named.items()}


def taken(pages: Path) -> int:
    """Bytes that all sealed chunks take on disk, each counted once."""
    return sum(_sizes(pages).values())


def default_limit(pages: Path) -> int:
    """Bytes that pages may take where the user said nothing: a quarter of what is free and what they take
    already, at most MOST. It does not move as pages come and go.
    """
    there = next(folder for folder in (pages, *pages.absolute().parents) if folder.exists())
    return min(MOST, (shutil.disk_usage(there).free + taken(pages)) // SHARE)


def lock_of(pages: Path, document: str) -> FileLock:
    """The lock that the process has which reads or removes a document's pages."""
    folder = pages / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLock(folder / document)


@contextmanager
def opened(pages: Path, document: str) -> Iterator[None]:
    """As long as this lasts, and this process lives, `trim` leaves the document's pages alone.

    Raises Problem "disk-full".
    """
    folder = pages / "opened" / document
    mark = folder / ".".join(map(str, (os.getpid(), *_started(psutil.Process()), uuid4().hex[:8])))
    with _room_for(pages), _alone(pages):  # not while pages are being removed: what is there afterwards stays
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch()
    try:
        yield
    finally:
        _remove_file(mark)


def forget(pages: Path, document: str) -> int:
    """Remove what was read of a document, except chunks that another one shares. Returns bytes freed.

    Raises Problem "being-read" while another process reads it.
    """
    if not folder_of(pages, document).exists():
        return 0
    try:
        with _alone(pages), lock_of(pages, document).acquire(timeout=0):
            own = {name for note in notes(pages, document) for name in note.chunks}
            shared = {name for note in notes(pages) if note.document != document for name in note.chunks}
            shutil.rmtree(folder_of(pages, document), ignore_errors=True)
            return sum(_remove_file(chunk_path(pages, name)) for name in own - shared)
    except Timeout:
        raise Problem("being-read") from None


def trim(pages: Path, limit: int, keep: str) -> int:
    """Remove pages until they take at most `limit` bytes: chunks that no note names first, then whole readings, the
    one longest unused first. Returns bytes freed.

    The pages of a document stay that is `keep`, that a living process has open or that is being read, even where
    this leaves more than `limit`; so do files that the system does not let go of.
    """
    if not pages.exists():
        return 0
    with _alone(pages):
        over = before = taken(pages) - limit
        written = _written(pages)
        users = Counter(name for note in written.values() for name in set(note.chunks))
        for path in _orphans(pages, set(users)):
            over -= _remove_file(path) if over > 0 else 0
        spared = {keep} | _open_documents(pages)
        for path in sorted(written, key=_last_use):
            if over > 0 and written[path].document not in spared:
                over -= _drop(pages, path, written[path], users)
    return before - over


def _drop(pages: Path, path: Path, note: Note, users: Counter[str]) -> int:
    """Remove a reading, its note first, unless its document is being read. Returns bytes freed.

    `users` counts the notes that name a chunk; this one is taken off.
    """
    try:
        with lock_of(pages, note.document).acquire(timeout=0):
            _remove_file(path)
            if path.exists():
                return 0
            users.subtract(set(note.chunks))
            _remove_empty(path.parent)
            return sum(_remove_file(chunk_path(pages, name)) for name in set(note.chunks) if not users[name])
    except Timeout:
        return 0


def _written(pages: Path, document: str = "*") -> dict[Path, Note]:
    """The notes of a document, or of all, by their files."""
    found = {}
    for path in sorted((pages / "documents").glob(f"{document}/*.json")):
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            found[path] = Note(**{**fields, "chunks": tuple(fields["chunks"])})
        except OSError:
            continue  # gone meanwhile, or in another process's hands
        except (ValueError, TypeError, KeyError):
            _remove_file(path)  # not whole: the chunks are there all the same and name themselves
    return found


def _sizes(pages: Path) -> dict[str, int]:
    """Bytes of each sealed chunk on disk, by its name."""
    sizes = {}
    for path in (pages / "chunks").glob("[!.]*.safetensors"):
        with suppress(FileNotFoundError):
            sizes[path.stem] = path.stat().st_size
    return sizes


def _orphans(pages: Path, named: set[str]) -> list[Path]:
    """Files of chunks that no note names, oldest first; the young ones only while nothing is being read."""
    paths = [chunk_path(pages, name) for name in _sizes(pages) if name not in named]
    newest = time.time() - YOUNG if paths and _anything_is_read(pages) else math.inf
    return [path for path in sorted(paths, key=_last_use) if _last_use(path) < newest]


def _anything_is_read(pages: Path) -> bool:
    return any(_is_held(FileLock(path)) for path in (pages / "locks").glob("*"))


def _is_held(lock: FileLock) -> bool:
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True


def _open_documents(pages: Path) -> set[str]:
    """Documents that a living process has open; marks of dead ones are removed."""
    for mark in (pages / "opened").glob("*/*"):
        if not _lives(mark.name):
            _remove_file(mark)
            _remove_empty(mark.parent)
    return {mark.parent.name for mark in (pages / "opened").glob("*/*")}


def _lives(mark: str) -> bool:
    """Whether the process that left a mark is still there: its number, and the time at which it started.

    One of the two ways to say the time is enough: a clock that is set moves the first on some systems, the
    second on others.
    """
    try:
        pid, *times = (int(part) for part in mark.split(".")[:3])
        process = psutil.Process(pid)
        alike = any(abs(one - other) <= SLACK for one, other in zip(times, _started(process), strict=True))
        return alike and process.status() != psutil.STATUS_ZOMBIE
    except psutil.AccessDenied:
        return True
    except (psutil.NoSuchProcess, ValueError):
        return False


def _started(process: psutil.Process) -> tuple[int, int]:
    """When a process started: seconds since 1970, and since the system did."""
    created = process.create_time()
    return round(created), round(created - psutil.boot_time())


def _use(path: Path) -> None:
    now = time.time_ns()  # the file system's own clock ticks more slowly
    with suppress(FileNotFoundError):
        os.utime(path, ns=(now, now))


def _last_use(path: Path) -> float:
    """Seconds since 1970; 0 for a file that is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove_file(path: Path) -> int:
    """Bytes freed: none where another process was faster, or has the file in use on Windows."""
    try:
        size = path.stat().st_size
        path.unlink()
        return size
    except (FileNotFoundError, PermissionError):
        return 0


def _remove_empty(folder: Path) -> None:
    """Remove a folder with nothing in it, or with no more than the half-written note of a killed process."""
    for part in folder.glob("*.part"):
        _remove_file(part)
    with suppress(OSError):
        folder.rmdir()


def _alone(pages: Path) -> FileLock:
    """Held while notes and marks are written and pages removed: moments, never as long as a reading."""
    pages.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLock(pages / "notes.lock")


@contextmanager
def _room_for(pages: Path) -> Iterator[None]:
    """Say what a full disk is. Raises Problem "disk-full"."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Problem("disk-full", folder=str(pages), megabytes=1) from error
        raise
