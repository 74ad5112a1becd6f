"""Statute: what makes a Document a law, whatever file it came from. One tradition of law a module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.documents.document import Block, Document, DocumentKind, Law, Section
from app.documents.law import eu, german, prc, us
from model.types import Problem

Recognised = tuple[Law, tuple[Section, ...]] | None
Tradition = Callable[[str, Sequence[Block], tuple[Section, ...], bool], Recognised]

_TRADITIONS: tuple[Tradition, ...] = (prc.recognise, german.recognise, eu.recognise, us.recognise)
_PRODUCED = ("DOCX", "PDF")
"""Formats whose files name as author whoever made the file: of a law that is not who made the law."""
_HOME = {"zh": prc.recognise, "ja": prc.recognise, "de": german.recognise}
"""The tradition to try first on a text of a language."""


def applied(document: Document, wanted: DocumentKind | None = None) -> Document:
    """The document with its law: the reader's own if the file marked one, else what its text says.

    `wanted` overrides what is recognised. Raises Problem("no-articles") where a law is wanted of a text
    in which no tradition finds one article and whose front says nowhere that it is an act.
    """
    if wanted == "novel":
        return replace(document, law=None)
    if document.law:
        return document
    for insist in (False, True) if wanted == "law" else (False,):
        if found := _recognised(document, insist):
            law, sections = found
            blocks = _with_headings(document.text, document.blocks, sections)
            authors = () if document.format in _PRODUCED else document.authors
            found_law = replace(document, law=law, sections=sections, blocks=blocks, authors=authors)
            return _named(found_law) if law.jurisdiction == "EU" else found_law
    if wanted == "law":
        raise Problem("no-articles", title=document.title)
    return document


def _named(document: Document) -> Document:
    """The act of the Union under the name that it has in its own text: files are called by numbers or pages."""
    called = eu.name(document.text, document.blocks, document.units[0].start) if document.units else ""
    if not called:
        return document
    sections = tuple(replace(s, title=called) if s.title == document.title else s for s in document.sections)
    return replace(document, title=called, sections=sections)


def _recognised(document: Document, insist: bool) -> Recognised:
    """The law by the tradition of the text's language; if that finds none, by the one whose articles
    hold most of the text.
    """
    best: Recognised = None
    home = _HOME.get(document.language[:2])
    for tradition in sorted(_TRADITIONS, key=lambda tradition: tradition is not home):
        found = tradition(document.text, document.blocks, document.sections, insist)
        if found and tradition is home:
            return found
        if found and (best is None or _held(found[0]) > 1.1 * _held(best[0])):
            best = found
    return best


def _held(law: Law) -> int:
    """How many characters the articles hold."""
    return sum(u.end - u.start for u in law.units)


def _with_headings(text: str, blocks: Sequence[Block], sections: Sequence[Section]) -> tuple[Block, ...]:
    """The blocks, where those that head a section and were read as paragraphs are headings."""
    levels = {s.start: (s.level, "".join(s.title.split())) for s in sections}
    return tuple(
        replace(b, kind="heading", level=levels[b.start][0])
        if b.kind == "paragraph" and b.start in levels and "".join(text[b.start : b.end].split()) == levels[b.start][1]
        else b
        for b in blocks
    )
