"""References: the words of a law that cite units, and where each leads. One grammar a language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from app.documents.document import Document
from app.documents.law import chinese_references, english_references, german_references
from app.documents.law.reference import Reference
from app.documents.law.register import Register, Target, target
from model.types import Span

__all__ = ["Crossings", "Reference", "Target", "outgoing", "references"]

_GRAMMARS = {"CN": chinese_references, "JP": chinese_references, "DE": german_references}
_BY_LANGUAGE = {"zh": chinese_references, "ja": chinese_references, "de": german_references}


class Crossings:
    """The references of one document, ready to be asked for passage by passage: a register is made once, where
    `references` makes one at every call. On a shelf each volume's own.
    """

    def __init__(self, document: Document) -> None:
        self.document, law = document, document.law
        self._volumes = [(volume, Crossings(volume.document)) for volume in document.volumes]
        jurisdiction = law.jurisdiction if law else ""
        self._grammar = _GRAMMARS.get(jurisdiction) or _BY_LANGUAGE.get(document.language[:2], english_references)
        self._register = Register(document, strict=jurisdiction in ("CN", "JP"))
        self._history = {span.start for span in law.history} if law else set()
        self._labels = {
            u.start: u.start + len(u.label) for u in document.units if document.text.startswith(u.label, u.start)
        }

    def between(self, start: int, end: int) -> tuple[Reference, ...]:
        """Those that begin in [start, end), in order; none in a novel."""
        if self._volumes:
            return tuple(self._on_shelf(start, end))
        if not self.document.law:
            return ()
        return tuple(
            reference
            for first, last in self._passages(start, end)
            for reference in self._grammar.cited(self.document, self._register, first, last)
            if start <= reference.start < end
        )

    def _on_shelf(self, start: int, end: int) -> Iterator[Reference]:
        for volume, crossings in self._volumes:
            low, high = max(start, volume.start) - volume.start, min(end, volume.end) - volume.start
            for found in crossings.between(low, high) if low < high else ():
                here = found if found.targets else self._beside(found)
                by = volume.start if found.targets else 0
                targets = tuple(replace(t, start=t.start + by, end=t.end + by) for t in here.targets)
                yield replace(here, start=found.start + volume.start, end=found.end + volume.start, targets=targets)

    def _beside(self, found: Reference) -> Reference:
        """A reference to another law, resolved where that stands on the same shelf."""
        for volume, crossings in self._volumes:
            names = {_bare(volume.name), _bare(volume.document.title)}
            if not found.law or _bare(found.law) not in names:
                continue
            targets = tuple(
                replace(t, start=t.start + volume.start, end=t.end + volume.start)
                for missing in found.missing
                if (t := crossings.at(missing))
            )
            return replace(found, targets=targets) if targets else found
        return found

    def at(self, address: str) -> Target | None:
        """The unit of an address as `Reference.missing` writes it: "17(1)(f)"."""
        number, *parts = re.findall(r"[^()]+", address)
        chain = self._register.article(number.strip())
        chain = self._register.descend(chain, [("", part) for part in parts]) if chain else ()
        return target(chain) if chain else None

    def _passages(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The blocks of a range that can cite, without the labels of articles: a label is no reference.

        Nor is a note of amendment: what it names are other laws.
        """
        for block in self.document.blocks_at(start, end):
            if block.kind != "heading" and block.start < end and block.start not in self._history:
                yield self._labels.get(block.start, block.start), block.end


def _bare(name: str) -> str:
    """A law's name as it is compared: without marks, and without its state's name."""
    return "".join(name.split()).strip("《》〈〉").removeprefix("中华人民共和国").casefold()


def references(document: Document, start: int = 0, end: int | None = None) -> tuple[Reference, ...]:
    """The references that begin in [start, end) of a law, in order; none in a novel.

    Nothing is resolved to what it does not name: a number that the law lacks is in `missing`.
    """
    return Crossings(document).between(start, len(document.text) if end is None else end)


def outgoing(document: Document, span: Span) -> tuple[Reference, ...]:
    """What a unit refers to outside itself, other laws included, each once."""
    found = references(document, span.start, span.end)
    away = [r for r in found if not r.targets or not all(span.covers(Span(t.start, t.end)) for t in r.targets)]
    return tuple({(r.targets, r.law, r.missing): r for r in away}.values())
