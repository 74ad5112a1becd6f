"""Statute: the articles of a law, found at line starts over any Document's text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set

from app.documents.document import Block, Section, Unit
from model.labels import HAN_NUMERAL, article

_HAN_ARTICLE = re.compile(rf"第{HAN_NUMERAL}[条條](?:之{HAN_NUMERAL})?(?=\s|【|\[|［|（|$)")
_TIGHT_ARTICLE = re.compile(rf"第{HAN_NUMERAL}[条條](?:之{HAN_NUMERAL})?")
_ENGLISH_ARTICLE = re.compile(r"Article\s+(?:\d+[a-z]{0,2}|[IVXLC]+)(?:[-‐‑–]\d+)?(?=$|[.:]|\s*$|\s+[-–—]|\s+[A-Z\[(])")
_PARAGRAPH_SIGN = re.compile(r"§\s*\d+[A-Za-z]?(?:[-‐‑–]\d+)?(?=[.\s]|$)")
_FEWEST = 3


def units(text: str, blocks: Sequence[Block], sections: Sequence[Section]) -> tuple[Unit, ...]:
    """The articles if the text is plainly a law, else none. Each ends where the next or a heading begins."""
    for form in (_HAN_ARTICLE, _ENGLISH_ARTICLE, _PARAGRAPH_SIGN, _TIGHT_ARTICLE):
        labels = _labels(text, blocks, form)
        if _is_law(text, blocks, labels):
            stops = {blocks[i].start for i, _ in labels}
            inner = _inner_level(blocks, labels)
            return tuple(_unit(label, i, stops, inner, blocks, sections) for i, label in labels)
    return ()


def _inner_level(blocks: Sequence[Block], labels: Sequence[tuple[int, str]]) -> int:
    """The level from which headings stand inside articles (Article 1, Section 1), 99 if none do."""
    after = [blocks[i + 1].level for i, _ in labels if i + 1 < len(blocks) and blocks[i + 1].kind == "heading"]
    return min(after) if 2 * len(after) > len(labels) else 99


def _unit(
    label: str, first: int, stops: Set[int], inner: int, blocks: Sequence[Block], sections: Sequence[Section]
) -> Unit:
    start, end = blocks[first].start, blocks[first].end
    for block in blocks[first + 1 :]:
        if block.start in stops or (block.kind == "heading" and block.level < inner):
            break
        end = max(end, block.end)
    path = tuple(s.title for s in sections if s.level < inner and s.start <= start < s.end)
    return Unit(label, article(label), start, end, path)


def _labels(text: str, blocks: Sequence[Block], form: re.Pattern[str]) -> list[tuple[int, str]]:
    """Which blocks begin with a label, and the label."""
    found = []
    for i, block in enumerate(blocks):
        if block.kind not in ("note", "table") and (
            match := form.match(text[block.start : min(block.end, block.start + 80)])
        ):
            found.append((i, match[0]))
    return found


def _is_law(text: str, blocks: Sequence[Block], labels: Sequence[tuple[int, str]]) -> bool:
    """Many articles, counting up, and most of the text inside them."""
    if len(labels) < _FEWEST or len(text) - blocks[labels[0][0]].start < 0.3 * len(text):
        return False
    order = [_order(label) for _, label in labels]
    rising = sum(a < b for a, b in itertools.pairwise(order))
    return rising >= 0.9 * (len(order) - 1) and len(text) / len(labels) < 10_000


def _order(label: str) -> tuple[int, int]:
    main, _, branch = article(label).partition("-")
    return int(re.sub(r"\D", "", main)), int(branch or 0)
