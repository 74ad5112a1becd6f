"""Line breaks: a block that is a whole chapter, set with <br/> for its paragraphs, and what it is made of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from app.documents.document import BlockKind

_LONG = 1500  # characters of a block that no paragraph with line breaks has
_FEWEST = 5  # line breaks


def is_chapter(text: str, kind: BlockKind) -> bool:
    """Whether a block is a whole chapter, set with <br/> for its paragraphs."""
    return kind in ("paragraph", "quote", "list") and len(text) >= _LONG and text.count("\n") >= _FEWEST


def paragraphs(text: str) -> tuple[str, Callable[[int], int]]:
    """The lines of a block as paragraphs, and where each place of it is now."""
    matches = list(re.finditer(r"\S(?:[^\n]*\S)?", text))
    starts = [m.start() for m in matches]
    moved = list(accumulate((len(m[0]) + 2 for m in matches), initial=0))

    def place(offset: int) -> int:
        i = max(0, bisect_right(starts, offset) - 1)
        return moved[i] + min(max(0, offset - starts[i]), len(matches[i][0]))

    return "\n\n".join(m[0] for m in matches), place
