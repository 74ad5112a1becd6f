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
    if next((b.start for b in blocks if b.start < b.end), first) < first:
        ordered.insert(0, (title, 1, 0))
    ends = _ends(ordered, end)
    sections = [Section(name, level, start, last) for (name, level, start), last in zip(ordered, ends, strict=True)]
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


def _ends(entries: Sequence[Entry], end: int) -> list[int]:
    """Where each of ordered entries ends: at the next one that is not inside it."""
    ends = [end] * len(entries)
    open_entries: list[int] = []
    for i, (_, level, start) in enumerate(entries):
        while open_entries and entries[open_entries[-1]][1] >= level:
            ends[open_entries.pop()] = start
        open_entries.append(i)
    return ends
