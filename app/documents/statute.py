"""Statute: what makes a Document a law, whatever file it came from. One tradition of law a module."""

from __future__ import annotations

from dataclasses import replace

from app.documents.document import Document, DocumentKind
from app.documents.law import eu, german, prc, us
from model.types import Problem

_TRADITIONS = (prc, german, eu, us)


def applied(document: Document, wanted: DocumentKind | None = None) -> Document:
    """The document with its law: the reader's own if the file marked one, else what its text says.

    `wanted` overrides what is recognised. Raises Problem("no-articles") where a law is wanted of a text
    in which no tradition finds one article.
    """
    if wanted == "novel":
        return replace(document, law=None)
    if document.law:
        return document
    for insist in (False, True) if wanted == "law" else (False,):
        for tradition in _TRADITIONS:
            if found := tradition.recognise(document.text, document.blocks, document.sections, insist):
                law, sections = found
                return replace(document, law=law, sections=sections)
    if wanted == "law":
        raise Problem("no-articles", title=document.title)
    return document
