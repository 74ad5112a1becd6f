"""Articles: units found by labels at the start of blocks. What every tradition of law shares."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set

from app.documents.document import Block, Section, Unit
from model.labels import article

_FEWEST = 3
_LONGEST = 10_000  # characters of an average article, at most


def units(
    text: str, blocks: Sequence[Block], sections: Sequence[Section], form: re.Pattern[str], insist: bool
) -> tuple[Unit, ...]:
    """The articles whose labels have a form, if the text is plainly such a law or the user says so.

    Each ends where the next or a heading begins.
    """
    labels = labelled(text, blocks, form)
    if not labels or not (insist or is_law(text, blocks, labels)):
        return ()
    stops = {blocks[i].start for i, _ in labels}
    inner = inner_level(blocks, labels)
    return tuple(_unit(label, i, stops, inner, blocks, sections) for i, label in labels)


def labelled(text: str, blocks: Sequence[Block], form: re.Pattern[str]) -> list[tuple[int, str]]:
    """Which blocks begin with a label, and the label."""
    found = []
    for i, block in enumerate(blocks):
        if block.kind not in ("note", "table") and (
            match := form.match(text[block.start : min(block.end, block.start + 80)])
        ):
            found.append((i, match[0]))
    return found


def is_law(text: str, blocks: Sequence[Block], labels: Sequence[tuple[int, str]]) -> bool:
    """Many articles, counting up, and most of the text inside them."""
    if len(labels) < _FEWEST or len(text) - blocks[labels[0][0]].start < 0.3 * len(text):
        return False
    order = [_order(label) for _, label in labels]
    rising = sum(a < b for a, b in itertools.pairwise(order))
    return rising >= 0.9 * (len(order) - 1) and len(text) / len(labels) < _LONGEST


def inner_level(blocks: Sequence[Block], labels: Sequence[tuple[int, str]]) -> int:
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


def _order(label: str) -> tuple[int, int]:
    main, _, branch = article(label).partition("-")
    return int(re.sub(r"\D", "", main)), int(branch or 0)
