"""Case: one question whose answer is known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model.types import Span

Kind = Literal["number", "content", "reference", "missing", "statute", "absent", "tale", "claim"]
LOOKUPS: tuple[Kind, ...] = ("number", "content", "reference", "missing")


@dataclass(frozen=True, slots=True)
class Case:
    """A question of a set. `gold` are places of the document's canonical text that answer it, `answers` gold words.

    `kind`: a look-up by number, by content or by reference, of a missing article; a lay question about a law; one that
    the document does not answer; one about a tale; a claim, with its `truth`, that shares `pair` with its opposite.
    `version` names what is asked of what: a case that changes is another one.
    """

    id: str
    set: str
    kind: Kind
    document: Path
    question: str
    gold: tuple[Span, ...] = ()
    answers: tuple[str, ...] = ()
    answerable: bool = True
    truth: bool | None = None
    pair: str = ""
    version: str = ""


def draw(name: str) -> int:
    """The place of an id in the fixed order of all ids: its sha1."""
    return int(hashlib.sha1(name.encode()).hexdigest(), 16)


def is_reported(name: str) -> bool:
    """Whether an id belongs to the half that is reported; the other one tunes."""
    return draw(name) % 2 == 1


def version_of(key: str, question: str, gold: tuple[Span, ...], answers: tuple[str, ...], truth: bool | None) -> str:
    """The digest (12 hex digits) of a document's key and of what is asked and known."""
    said = json.dumps([key, question, [(s.start, s.end) for s in gold], answers, truth])
    return hashlib.sha256(said.encode()).hexdigest()[:12]
