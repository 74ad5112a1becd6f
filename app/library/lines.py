"""Lines: conversations as Tongdu 0.1 kept them, a JSON line a turn in a file of each text; taken over once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from app.library.turn import Kept
from model.types import Claim, Correction, Problem, Span, Support

VERSION = 1
TAKEN = ".taken"  # behind the name of a file whose turns the library has


def file_of(data: Path, key: str) -> Path:
    """Where the turns about a text were."""
    return data / "conversations" / f"{key}.jsonl"


def read(path: Path) -> tuple[Kept, ...]:
    """The turns of a file, oldest first; without lines that are torn or that Tongdu did not write. Raises Problem
    "no-folder" where the file is there and cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Problem("no-folder", folder=str(path.parent), reason=error.strerror or "") from error
    return tuple(_read(lines))


def _read(lines: Iterable[bytes]) -> Iterator[Kept]:
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
    if plain["support"] not in get_args(Support):
        raise ValueError(plain["support"])
    return Claim(
        plain["text"],
        plain["support"],
        tuple(Span(span["start"], span["end"]) for span in plain["citations"]),
        tuple(Correction(one["said"], one["right"]) for one in plain.get("corrections", ())),
    )
