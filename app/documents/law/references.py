"""References: the words of a law that cite units, and where each leads. One grammar a language."""

from __future__ import annotations

from collections.abc import Iterator

from app.documents.document import Document
from app.documents.law import chinese_references, english_references, german_references
from app.documents.law.reference import Reference
from app.documents.law.register import Register, Target
from model.types import Span

__all__ = ["Reference", "Target", "outgoing", "references"]

_GRAMMARS = {"CN": chinese_references, "JP": chinese_references, "DE": german_references}
_BY_LANGUAGE = {"zh": chinese_references, "ja": chinese_references, "de": german_references}


def references(document: Document, start: int = 0, end: int | None = None) -> tuple[Reference, ...]:
    """The references that begin in [start, end) of a law, in order; none in a novel.

    Nothing is resolved to what it does not name: a number that the law lacks is in `missing`.
    """
    if not document.law:
        return ()
    jurisdiction = document.law.jurisdiction
    grammar = _GRAMMARS.get(jurisdiction) or _BY_LANGUAGE.get(document.language[:2], english_references)
    register = Register(document, strict=jurisdiction in ("CN", "JP"))
    end = len(document.text) if end is None else end
    return tuple(
        reference
        for first, last in _passages(document, start, end)
        for reference in grammar.cited(document, register, first, last)
        if start <= reference.start < end
    )


def outgoing(document: Document, span: Span) -> tuple[Reference, ...]:
    """What a unit refers to outside itself, other laws included, each once."""
    found = references(document, span.start, span.end)
    away = [r for r in found if not r.targets or not all(span.covers(Span(t.start, t.end)) for t in r.targets)]
    return tuple({(r.targets, r.law, r.missing): r for r in away}.values())


def _passages(document: Document, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The blocks of a range that can cite, without the labels of articles: a label is no reference.

    Nor is a note of amendment: what it names are other laws.
    """
    history = {span.start for span in document.law.history} if document.law else set()
    labels = {u.start: u.start + len(u.label) for u in document.units if document.text.startswith(u.label, u.start)}
    for block in document.blocks_at(start, end):
        if block.kind != "heading" and block.start < end and block.start not in history:
            yield labels.get(block.start, block.start), block.end
