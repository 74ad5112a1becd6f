"""Conversation: what was asked about a document and answered, kept on this machine one line a turn."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from filelock import FileLock

from app.documents.document import Document
from app.paths import PRIVATE
from app.reply import MARKS, struck
from model.types import Cited, Claim, Correction, Problem, Span, Turn

VERSION = 1  # of a line; lines of later versions are left as they are and not shown
FOLLOWED = 3  # turns that a follow-up question is understood by
_OWN = 0o600
_PATIENCE = 10.0  # seconds to wait for another program that is writing a line


@dataclass(frozen=True, slots=True)
class Kept:
    """One turn. `time` is UTC, ISO 8601, to the second; spans are characters of the document's text; `scope` is the
    part that was asked about, None the whole.
    """

    time: str
    question: str
    answer: str
    answered: bool
    claims: tuple[Claim, ...] = ()
    scope: Span | None = None


class Conversation:
    """All turns about one document, under its key: another text has another conversation.

    A line is written whole or, where the machine stops in the middle, dropped when it is read. Nothing written is ever
    changed. Every method raises Problem "no-folder" where the folder cannot be used.
    """

    def __init__(self, data: Path, key: str) -> None:
        self.folder = data / "conversations"
        self.path = self.folder / f"{key}.jsonl"

    def turns(self) -> tuple[Kept, ...]:
        """The turns, oldest first; without lines that are damaged or that a later version wrote."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error) from error
        return tuple(_read(lines))

    def history(self, scope: Span | None = None, most: int = FOLLOWED) -> tuple[Turn, ...]:
        """The last answered turns, oldest first: what a follow-up question may belong to. Of a part of the document
        only those that were asked of no more than it: an answer from behind it would tell what is to stay unknown.
        """
        answered = [
            Turn(kept.question, kept.answer)
            for kept in self.turns()
            if kept.answered and (scope is None or (kept.scope is not None and scope.covers(kept.scope)))
        ]
        return tuple(answered[-most:] if most > 0 else ())

    def add(
        self, question: str, answer: str, cited: Cited, scope: Span | None = None, now: datetime | None = None
    ) -> Kept:
        """Keep one more turn. Whoever owns the account alone can read it."""
        time = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        kept = Kept(time, question, answer, cited.answered, cited.claims, scope)
        line = json.dumps({"version": VERSION, **asdict(kept)}, ensure_ascii=False, separators=(",", ":"))
        try:
            for folder in (self.folder.parent, self.folder):
                folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
            with FileLock(self.folder / ".lock", timeout=_PATIENCE, mode=_OWN):
                self._append(line.encode("utf-8", "surrogatepass"))
        except OSError as error:  # also the lock's Timeout
            raise self._unusable(error) from error
        return kept

    def forget(self) -> int:
        """Remove all turns. Returns the bytes freed."""
        try:
            size = self.path.stat().st_size
            self.path.unlink()
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._unusable(error) from error
        return size

    def _append(self, line: bytes) -> None:
        """Add a line at the file's end, on disk when this returns; what was torn before stays a line of its own."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), _OWN)
        with os.fdopen(descriptor, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 1))
            torn = end > 0 and file.read(1) != b"\n"
            file.write(b"\n" * torn + line + b"\n")
            file.flush()
            os.fsync(descriptor)

    def _unusable(self, error: OSError) -> Problem:
        return Problem("no-folder", folder=str(self.folder), reason=error.strerror or type(error).__name__)


def show(document: Document, turns: Sequence[Kept]) -> None:
    """The turns as lines: when, what was asked, the answer, and each claim with its places."""
    for kept in turns:
        click.echo(f"{kept.time}  {click.style(kept.question, bold=True)}\n{kept.answer}")
        for claim in kept.claims:
            places = ", ".join(dict.fromkeys(document.address(span.start) for span in claim.citations))
            click.echo(f"  {MARKS[claim.support]}: {struck(claim)}" + (f"  [{places}]" if places else ""))
        if not kept.answered:
            click.echo("  This was not answered in this document.")
        click.echo()


def as_plain(document: Document, kept: Kept) -> dict[str, Any]:
    """The stable machine-readable form of a turn: places with their words, which are the document's own."""
    claims = [
        {**asdict(claim), "citations": [_place(document, span) for span in claim.citations]} for claim in kept.claims
    ]
    return {**asdict(kept), "claims": claims}


def _place(document: Document, span: Span) -> dict[str, Any]:
    words = document.text[span.start : span.end]
    return {"start": span.start, "end": span.end, "text": words, "address": document.address(span.start)}


def _read(lines: Iterable[bytes]) -> Iterator[Kept]:
    """The turns of the lines that are whole and of a version known here."""
    for line in lines:
        try:
            plain = json.loads(line.decode("utf-8", "surrogatepass"))
            if plain["version"] <= VERSION:
                yield _kept(plain)
        except (ValueError, TypeError, KeyError):
            continue  # torn, or not written by Tongdu


def _kept(plain: dict[str, Any]) -> Kept:
    """Raises TypeError, KeyError or ValueError for what is no turn."""
    time, question, answer = plain["time"], plain["question"], plain["answer"]
    if not all(isinstance(words, str) for words in (time, question, answer)):
        raise TypeError("a turn is words")
    claims = tuple(_claim(claim) for claim in plain["claims"])
    scope = plain.get("scope")
    return Kept(time, question, answer, bool(plain["answered"]), claims, scope and Span(scope["start"], scope["end"]))


def _claim(plain: dict[str, Any]) -> Claim:
    if plain["support"] not in MARKS:
        raise ValueError(plain["support"])
    return Claim(
        plain["text"],
        plain["support"],
        tuple(Span(span["start"], span["end"]) for span in plain["citations"]),
        tuple(Correction(one["said"], one["right"]) for one in plain.get("corrections", ())),
    )
