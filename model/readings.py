"""Which documents have been read, by which model: one small note each, beside the pages. No torch.

A note names the chunks of a reading, so that a document can be forgotten while another that shares its
beginning keeps its pages.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from model.types import Problem


@dataclass(frozen=True, slots=True)
class Note:
    """One reading: a document's key, the model's name, the header's digest, the chunks in order."""

    document: str
    model: str
    header: str
    tokens: int
    chunks: tuple[str, ...]


def chunk_path(pages: Path, name: str) -> Path:
    return pages / "chunks" / f"{name}.safetensors"


def folder_of(pages: Path, document: str) -> Path:
    return pages / "documents" / document


def keep(pages: Path, note: Note) -> None:
    """Write a reading's note: whole or not at all."""
    folder = folder_of(pages, note.document)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = note.chunks[-1] if note.chunks else note.header
    path = folder / f"{last[:16]}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(note)), encoding="utf-8")
    part.replace(path)


def notes(pages: Path, document: str = "*") -> list[Note]:
    """The notes of a document, or of all."""
    found = []
    for path in sorted((pages / "documents").glob(f"{document}/*.json")):
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            found.append(Note(**{**fields, "chunks": tuple(fields["chunks"])}))
        except (OSError, ValueError, TypeError, KeyError):
            path.unlink(missing_ok=True)  # not whole: the chunks are there all the same and name themselves
    return found


def prepared(pages: Path, document: str, model: str) -> bool:
    """Whether a model has read a document to its end and all of it is on disk."""
    return any(
        note.model == model and all(chunk_path(pages, name).exists() for name in note.chunks)
        for note in notes(pages, document)
    )


def lock_of(pages: Path, document: str) -> FileLock:
    """The lock that the process has which reads or removes a document's pages."""
    folder = pages / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLock(folder / document)


def forget(pages: Path, document: str) -> int:
    """Remove what was read of a document, except chunks that another one shares. Returns bytes freed.

    Raises Problem "being-read" while another process reads it.
    """
    if not folder_of(pages, document).exists():
        return 0
    try:
        with lock_of(pages, document).acquire(timeout=0):
            return _remove(pages, document)
    except Timeout:
        raise Problem("being-read") from None


def _remove(pages: Path, document: str) -> int:
    own = {name for note in notes(pages, document) for name in note.chunks}
    shared = {name for note in notes(pages) if note.document != document for name in note.chunks}
    freed = 0
    for name in own - shared:
        path = chunk_path(pages, name)
        if path.exists():
            freed += path.stat().st_size
            path.unlink()
    shutil.rmtree(folder_of(pages, document), ignore_errors=True)
    return freed
