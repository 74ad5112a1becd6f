"""Columns: the lines of a PDF page in reading order, each with its characters' places in the file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from app.documents.printed import pieces
from app.documents.printed.glyphs import Glyphs
from app.documents.printed.pieces import RTL, Piece

_BREAK_MARKS = ("\x02", "\ufffe")  # pdfium's signs for a hyphen at a line's end
CJK = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffe6\U00020000-\U0003ffff"
_CJK = re.compile(f"[{CJK}]")
# Characters that are no text: control, zero width, soft hyphen, noncharacters; surrogates need joining.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ufff0-\uffff\ud800-\udfff]")
_MOST_EDGES = 40  # places where columns may begin; a page made to harm has thousands
_UNIT = re.compile("[\ud800-\udbff][\udc00-\udfff]|.", re.DOTALL)
_SPACES = dict.fromkeys((0xA0, 0x09, *range(0x2000, 0x200B), 0x202F, 0x205F), " ")
# Radicals and doubles of Chinese characters that fonts of macOS and others name instead of the character itself.
_DOUBLES = {
    code: plain
    for code in (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1
}
FOLDED = str.maketrans(_SPACES | _DOUBLES)
"""Characters that stand for another in every copy of the text, one for one."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as it is read. `runs`: (offset in the text, pdfium's index) from where on characters
    follow one for one; index -1 where the file has none. `column` counts those of the page, of which there
    are `columns`. Points are from the top left, turned where the page's text runs downwards. `cells` counts
    parts with wide white between them. `broken`: ends in a hyphen that pdfium takes for a break's.
    """

    page: int
    text: str
    runs: tuple[tuple[int, int], ...]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    column: int = 0
    columns: int = 1
    cells: int = 1
    broken: bool = False


def lines(glyphs: Glyphs) -> list[Line]:
    """The lines of a page, column by column; what stands across the direction of the text comes last."""
    glyphs = pieces.upright(glyphs)
    upright, across = pieces.of(glyphs)
    regions = _regions(upright) + [[piece] for piece in across]
    found = []
    for column, region in enumerate(regions):
        found += [replace(_line(glyphs, row), column=column) for row in _rows(region)]
    columns = max(1, len(regions) - len(across))
    return [_stripped(replace(line, columns=columns)) for line in found if line.text.strip()]


def _stripped(line: Line) -> Line:
    """A line without white space at its ends, which may come to light when marks are taken away."""
    text = line.text.strip()
    if len(text) == len(line.text):
        return line
    cut = line.text.index(text)
    runs = [
        (max(0, offset - cut), index + max(0, cut - offset) if index >= 0 else -1)
        for (offset, index), end in zip(line.runs, [o for o, _ in line.runs[1:]] + [len(line.text)], strict=True)
        if end > cut and offset < cut + len(text)
    ]
    return replace(line, text=text, runs=tuple(runs))


def _regions(region: list[Piece]) -> list[list[Piece]]:
    """Pieces by region in reading order: left of a gutter before right, what crosses it between."""
    gutter = _gutter(region)
    if gutter is None:
        return [region] if region else []
    regions: list[list[Piece]] = []
    sides: tuple[list[Piece], list[Piece]] = [], []
    crossing: list[Piece] = []
    for piece in sorted(region, key=attrgetter("top")):
        if crosses := piece.left < gutter - 1 and piece.right > gutter + 1:
            for side in sides:
                regions += _regions(side[:])
                side.clear()
            crossing.append(piece)
        else:
            sides[piece.left >= gutter - 1].append(piece)
        if crossing and not crosses:
            regions.append(crossing)
            crossing = []
    regions += [crossing] if crossing else []
    return regions + _regions(sides[0]) + _regions(sides[1])


def _gutter(region: Sequence[Piece]) -> float | None:
    """Where white runs down between two columns of text; None if there is one column, or a table."""
    if len(region) < 8:
        return None
    edges = Counter(round(piece.left) for piece in region)
    first = min(edges)
    best: tuple[int, float] | None = None
    for edge, count in edges.most_common(_MOST_EDGES):
        if count < 3 or edge - first < 5 * region[0].size:
            continue
        strength = _strength(region, edge - 1.0)
        if strength and (best is None or strength > best[0]):
            best = strength, edge - 1.0
    return best[1] if best else None


def _strength(region: Sequence[Piece], gutter: float) -> int:
    """How many lines stand side by side with a gutter between; 0 if they are not two columns of text."""
    left = [p for p in region if p.right <= gutter + 1]
    right = [p for p in region if p.left >= gutter - 1]
    full = [_full(left), _full(right)]
    if min(full) < 4 or max(full[0] / len(left), full[1] / len(right)) < 0.5:
        return 0
    top = max(min(p.top for p in side) for side in (left, right))
    bottom = min(max(p.bottom for p in side) for side in (left, right))
    beside = [sum(top <= p.middle <= bottom for p in side) for side in (left, right)]
    crossing = sum(top <= p.middle <= bottom for p in region if p.left < gutter - 1 and p.right > gutter + 1)
    if min(beside) < 4 or crossing > 0.5 * min(beside):
        return 0
    return min(beside)


def _full(side: Sequence[Piece]) -> int:
    """How many lines fill their column, as few cells of a table, labels and page numbers do."""
    if len(side) < 4:
        return 0
    width = max(p.right for p in side) - min(p.left for p in side)
    return sum(p.right - p.left > max(0.8 * width, 8 * p.size) for p in side)


def _rows(region: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that stand on one line together, from top to bottom, each row from left to right."""
    rows: list[list[Piece]] = []
    anchor: Piece | None = None
    for piece in sorted(region, key=attrgetter("middle")):
        if anchor and _overlap(piece, anchor) > 0.5 * min(piece.bottom - piece.top, anchor.bottom - anchor.top):
            rows[-1].append(piece)
            anchor = max(anchor, piece, key=lambda p: p.end - p.start)
        else:
            rows.append([piece])
            anchor = piece
    for row in rows:
        row.sort(key=attrgetter("left"))
    return rows


def _overlap(one: Piece, other: Piece) -> float:
    return min(one.bottom, other.bottom) - max(one.top, other.top)


def _line(glyphs: Glyphs, row: Sequence[Piece]) -> Line:
    text: list[str] = []
    runs: list[tuple[int, int]] = []
    length = 0
    if len(row) > 1 and sum(bool(RTL.search(glyphs.text, p.start, p.end)) for p in row) * 2 > len(row):
        row = row[::-1]
    # A line of justified text may be stretched at all its spaces; a row of a table is not.
    stretched = len(row) >= sum(len(glyphs.text[p.start : p.end].split()) for p in row)
    cells = 1
    last: Piece | None = None
    for piece in row:
        start = piece.start
        if last:
            gap = max(piece.left - last.right, last.left - piece.right)
            cells += gap > (3.0 if stretched else 1.5) * piece.size
            if 0 < piece.start - last.end <= 2 and not glyphs.text[last.end : piece.start].strip(" \xa0"):
                start = last.end
            elif gap > 0.15 * piece.size and not (gap < 0.6 * piece.size and _both_cjk(glyphs.text, last, piece)):
                text.append(" ")
                runs.append((length, -1))
                length += 1
        shown, places = _cleaned(glyphs.text[start : piece.end], start)
        text.append(shown)
        runs += [(length + offset, index if index < glyphs.own else -1) for offset, index in places]
        length += len(shown)
        last = piece
    widest = max(row, key=lambda p: p.end - p.start)
    return Line(
        glyphs.page,
        "".join(text),
        tuple(runs),
        min(p.left for p in row),
        widest.top,
        max(p.right for p in row),
        widest.bottom,
        widest.size,
        cells=cells,
        broken=glyphs.text[row[-1].end - 1] in _BREAK_MARKS,
    )


def _both_cjk(text: str, last: Piece, piece: Piece) -> bool:
    return bool(_CJK.match(text[last.end - 1]) and _CJK.match(text[piece.start]))


def _cleaned(text: str, start: int) -> tuple[str, list[tuple[int, int]]]:
    """Characters without those that are no text, and the runs of those that stay."""
    if not _ODD.search(text):
        return text.translate(FOLDED), [(0, start)]
    shown: list[str] = []
    runs: list[tuple[int, int]] = []
    expected = -2  # the index that the next character has if it goes on the run; -1 is a mark's, which is nowhere
    for match in _UNIT.finditer(text):
        character, index = match[0], start + match.start()
        if len(character) == 2:
            character = character.encode("utf-16", "surrogatepass").decode("utf-16")
        elif "\ud800" <= character <= "\udfff":
            character = "\ufffd"
        elif character in _BREAK_MARKS and match.end() == len(text):
            character, index = "-", -1
        elif _ODD.match(character):
            continue
        if index != expected:
            runs.append((len(shown), index))
        shown.append(character)
        expected = index + 1 if len(match[0]) == 1 else -2
    return "".join(shown).translate(FOLDED), runs
