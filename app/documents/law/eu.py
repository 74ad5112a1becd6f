"""EU: recitals, articles, paragraphs, points and annexes of an act of the European Union."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.documents.document import Block, Law, Section
from app.documents.law import articles

_ARTICLE = re.compile(r"Article\s+(?:\d+[a-z]{0,2}|[IVXLC]+)(?:[-‐‑–]\d+)?(?=$|[.:]|\s*$|\s+[-–—]|\s+[A-Z\[(])")


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The act in a text and its sections, None if it is none."""
    units = articles.units(text, blocks, sections, _ARTICLE, insist)
    return (Law("EU", units), sections) if units else None
