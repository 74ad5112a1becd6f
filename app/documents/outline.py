"""Outline: titles with levels and places become nested sections that cover the whole text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.documents.document import Block, Section

Entry = tuple[str, int, int]
"""Title, level from 1, and where it begins."""

_LICENCE = re.compile(r"\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)


def gutenberg_licence(text: str) -> list[Entry]:
    """The terms after a Project Gutenberg book as a section of their own: they are not its last chapter."""
    match = _LICENCE.search(text)
    return [("Project Gutenberg License", 1, match.start())] if match else []


def nested(entries: Sequence[Entry], end: int, title: str, blocks: Sequence[Block]) -> tuple[Section, ...]:
    """Sections from entries in any order. Text before the first is a front section with the book's title.

    Of two entries at one place the outer comes first; one that would be empty is left out.
    """
    ordered = sorted(entries, key=lambda entry: (entry[2], entry[1]))
    first = ordered[0][2] if ordered else end
    if any(len(b.span) and b.start < first for b in blocks):
        ordered.insert(0, (title, 1, 0))
    sections = [Section(name, level, start, _end(ordered, i, end)) for i, (name, level, start) in enumerate(ordered)]
    return _by_depth([s for s in sections if s.end > s.start])


def _by_depth(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Levels without gaps: one deeper than what holds it (编 > 章 beside 编 > 分编 > 章)."""
    stack: list[Section] = []
    shown = []
    for section in sections:
        while stack and stack[-1].level >= section.level:
            stack.pop()
        stack.append(section)
        shown.append(replace(section, level=len(stack)))
    return tuple(shown)


def _end(entries: Sequence[Entry], i: int, end: int) -> int:
    return next((start for _, level, start in entries[i + 1 :] if level <= entries[i][1]), end)
