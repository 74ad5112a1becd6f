"""US: sections of the United States Code and the Constitution, from plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.documents.document import Block, Law, Section
from app.documents.law import articles

_SECTION = re.compile(r"§\s*\d+[A-Za-z]?(?:[-‐‑–]\d+)?(?=[.\s]|$)")


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The code or act in a text and its sections, None if it is none."""
    units = articles.units(text, blocks, sections, _SECTION, insist)
    return (Law("US", units), sections) if units else None
