"""Pieces: what stands together on the lines of a PDF page, apart where white lies between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import sub

from app.documents.printed.glyphs import LINE, Glyphs

_GAP = 1.2  # ems of white inside a line from which its parts may belong to different columns
RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # Hebrew, Arabic and their like
_CELL = 3.0  # points: a shadow is not farther away


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters [start, end) of a page that stand together on a line."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def of(glyphs: Glyphs) -> tuple[list[Piece], list[Piece]]:
    """The pieces that run as the page's text does, each once, and those that stand across it."""
    upright: list[Piece] = []
    across: list[Piece] = []
    for match in LINE.finditer(glyphs.text):
        start, end = _trimmed(glyphs.text, match.start(), match.end())
        if start < end:
            _split(glyphs, start, end, glyphs.sizes.get(match.start(), 0.0), upright, across)
    return _single(glyphs.text, upright), across


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def upright(glyphs: Glyphs) -> Glyphs:
    """The page turned so that most of its text runs from left to right, as vertical Chinese does not."""
    left, top, right, bottom = glyphs.left, glyphs.top, glyphs.right, glyphs.bottom
    width, height = glyphs.frame.width, glyphs.frame.height
    match _direction(glyphs):
        case "down":
            return replace(
                glyphs, left=top, right=bottom, top=[width - x for x in right], bottom=[width - x for x in left]
            )
        case "up":
            return replace(
                glyphs, left=[height - y for y in bottom], right=[height - y for y in top], top=left, bottom=right
            )
        case "back":
            return replace(
                glyphs,
                left=[width - x for x in right],
                right=[width - x for x in left],
                top=[height - y for y in bottom],
                bottom=[height - y for y in top],
            )
    return glyphs


def _direction(glyphs: Glyphs) -> str:
    """Where most characters of a page go on to: down, up, back (upside down) or on."""
    ways: Counter[str] = Counter()
    for match in LINE.finditer(glyphs.text):
        start, end = _trimmed(glyphs.text, *match.span())
        if end - start < 2:
            ways["on"] += end - start
        elif _is_vertical(glyphs, start, end):
            ways["down" if glyphs.top[end - 1] > glyphs.top[start] else "up"] += end - start
        elif glyphs.left[end - 1] < glyphs.left[start] and not RTL.search(glyphs.text, start, end):
            ways["back"] += end - start
        else:
            ways["on"] += end - start
    return max(ways, key=lambda way: (ways[way], way == "on"), default="on")


def _is_vertical(glyphs: Glyphs, start: int, end: int) -> bool:
    wide = abs(glyphs.left[end - 1] - glyphs.left[start])
    high = abs(glyphs.top[end - 1] - glyphs.top[start])
    return high > 2 * wide and high > 0.8 * (glyphs.bottom[start] - glyphs.top[start])


def _split(glyphs: Glyphs, start: int, end: int, size: float, upright: list[Piece], across: list[Piece]) -> None:
    """One of pdfium's lines as pieces: apart where white or a jump lies between. What runs across is whole."""
    piece = _piece(glyphs, start, end, size)
    if end - start > 1 and piece.bottom - piece.top > 1.7 * piece.size:
        if _slants(glyphs, start, end, piece.size):
            across.append(piece)
            return
        upright += _pieces(glyphs, start, end, size)
        return
    gaps = map(sub, glyphs.left[start + 1 : end], glyphs.right[start : end - 1])
    if max(gaps, default=0.0) > _GAP * piece.size:
        upright += _pieces(glyphs, start, end, size)
    else:
        upright.append(piece)


def _slants(glyphs: Glyphs, start: int, end: int, size: float) -> bool:
    """Whether characters rise or fall one by one: text that is turned against the page's."""
    inked = [i for i in range(start, end) if not glyphs.text[i].isspace()]
    steps = [glyphs.top[b] - glyphs.top[a] for a, b in pairwise(inked)]
    return len(steps) > 1 and max(map(abs, steps)) < 1.5 * size and (min(steps) > 0 or max(steps) < 0)


def _pieces(glyphs: Glyphs, start: int, end: int, nominal: float) -> Iterator[Piece]:
    size = _piece(glyphs, start, end, nominal).size
    place = last = start
    for i in range(start + 1, end):
        if glyphs.text[i].isspace():
            continue
        jump = abs(glyphs.bottom[i] - glyphs.bottom[last]) > 0.8 * size
        if jump or glyphs.left[i] - glyphs.right[last] > _GAP * size:
            yield _piece(glyphs, place, last + 1, nominal)
            place = i
        last = i
    yield _piece(glyphs, place, end, nominal)


def _piece(glyphs: Glyphs, start: int, end: int, size: float) -> Piece:
    """`size` is what the file calls it, where that fits what is drawn: a font may mean anything by it."""
    heights = sorted(filter(None, map(sub, glyphs.bottom[start:end], glyphs.top[start:end])))
    height = heights[len(heights) * 5 // 8] if heights else 1.0
    return Piece(
        start,
        end,
        min(glyphs.left[start:end]),
        min(glyphs.top[start:end]),
        max(glyphs.right[start:end]),
        max(glyphs.bottom[start:end]),
        max(1.0, size if 0.5 * height < size < 1.5 * height else height),
    )


def _single(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """Each piece once: one drawn again at the same place makes it bold, or is its shadow."""
    seen: dict[tuple[str, int, int], Piece] = {}
    kept = []
    for piece in pieces:
        words, x, y = text[piece.start : piece.end], int(piece.left // _CELL), int(piece.top // _CELL)
        near = (seen.get((words, x + dx, y + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        if not any(twin and _is_twin(twin, piece) for twin in near):
            seen[words, x, y] = piece
            kept.append(piece)
    return kept


def _is_twin(one: Piece, other: Piece) -> bool:
    near = 0.2 * other.size
    return abs(one.left - other.left) < near and abs(one.top - other.top) < near
