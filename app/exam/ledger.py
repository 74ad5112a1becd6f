"""Ledger: a file of outcomes, a line as soon as each is there, so that a run can be taken up after any stop."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.exam.case import Case
from app.exam.outcome import Outcome, outcome_of, plain
from model.types import Problem

Key = tuple[str, str, str, str, str]  # system, set, case, version of the case, model


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: who answered what, and when (ISO date). `program` is Tongdu's version."""

    system: str
    set: str
    case: str
    version: str
    model: str
    date: str
    program: str
    outcome: Outcome

    @property
    def key(self) -> Key:
        return (self.system, self.set, self.case, self.version, self.model)


class Ledger:
    """The outcomes of one model. A later line replaces an earlier one of the same key."""

    def __init__(self, path: Path) -> None:
        """Reads what is there; what a killed process left of its last line is cut off."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = path.read_bytes() if path.exists() else b""
        whole = written[: written.rfind(b"\n") + 1]
        if whole != written:
            os.truncate(path, len(whole))
        found = (_entry(line) for line in whole.splitlines())
        self.entries: dict[Key, Entry] = {entry.key: entry for entry in found if entry}

    def add(self, entry: Entry) -> None:
        """Write a line; it is on the disk when this returns. Raises Problem "disk-full"."""
        line = json.dumps(_plain(entry), ensure_ascii=True) + "\n"
        try:
            with self.path.open("a", encoding="ascii") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Problem("disk-full", folder=str(self.path.parent), megabytes=1) from error
            raise
        self.entries[entry.key] = entry

    def outcome(self, system: str, case: Case, model: str) -> Outcome | None:
        """What the system said to the case as it is now, if that is known."""
        entry = self.entries.get(key_of(system, case, model))
        return entry.outcome if entry else None


def key_of(system: str, case: Case, model: str) -> Key:
    return (system, case.set, case.id, case.version, model)


def _plain(entry: Entry) -> dict[str, Any]:
    fields = {name: getattr(entry, name) for name in Entry.__slots__ if name != "outcome"}
    return {**fields, **plain(entry.outcome)}


def _entry(line: bytes) -> Entry | None:
    """The entry of a line; None where it is none that this version reads, so that it is run again."""
    try:
        fields = json.loads(line)
        own = {name: fields[name] for name in Entry.__slots__ if name != "outcome"}
        return Entry(**own, outcome=outcome_of(fields))
    except (ValueError, KeyError, TypeError):
        return None
