"""Paragraphs: the lines of paper pages joined to paragraphs, across columns and pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import attrgetter
from statistics import median

from app.documents.printed.columns import CJK, Line
from model.labels import HAN_NUMERAL

_INDENT = 0.8  # of a line's height: a first line that stands so far in opens a paragraph
_LEADING = 1.35  # times the usual distance of lines: white that parts paragraphs
_SMALL = 0.9  # of the body's size: notes at the foot of a page
_CELLS = 3  # parts with wide white between them that make a line a row of a table
_BULLET = re.compile(r"[•●■◆▪‣◦○□◇▶➢✓*·](?=\s|\w)|[–—-]\s")
_LABEL = re.compile(rf"第{HAN_NUMERAL}[条條](?:之{HAN_NUMERAL})?\s|(?:Article|Section|Art\.|Sec\.)\s\d|§+\s?\d")
_CHAPTER = re.compile(
    rf"第\s*{HAN_NUMERAL}\s*(?:分?[编編]|[章节節卷回部])(?:\s|$)|(?:CHAPTER|Chapter|PART|Part|BOOK|Book|Letter|LETTER)\s+[\dIVXLC]+\b"
)
_SENTENCE_END = re.compile(r"[.。！？!?：:；;…”’」』）)\"．]\s*\Z")
_LEADERS = re.compile(r"(?:\.{4,}|…{2,}|(?:\s?[.·]\s){3,}[.·]?)\s*[\divxlc]*\s*\Z")
_WIDE = re.compile(f"[{CJK}]")
_FIRST = re.compile(rf"[{CJK}][，。、；：？！．”’）》」』]*|[^\s{CJK}]{{1,30}}")


HYPHENS = ("-", "\u2010")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together. `note`: it stood at the foot of its page, below the text."""

    lines: tuple[Line, ...]
    note: bool = False

    @property
    def size(self) -> float:
        """Points: the height of its largest part."""
        return max(self.lines, key=lambda line: len(line.text)).size


@dataclass(frozen=True, slots=True)
class _Column:
    """The edges of a column's lines and the distance of their feet, in points."""

    left: float
    right: float
    leading: float

    @property
    def width(self) -> float:
        return max(1.0, self.right - self.left)


@dataclass
class Layout:
    """What is usual in a document: found once from all its lines, asked for each pair of them."""

    pages: Sequence[Sequence[Line]]
    body: float = field(init=False)
    indents: bool = field(init=False)
    _columns: dict[tuple[int, int], _Column] = field(init=False, default_factory=dict)
    _quotes: dict[int, tuple[float, float]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.body = _usual_size(self.pages)
        groups = {
            (page[0].page, column): list(group)
            for page in self.pages
            for column, group in groupby(page, attrgetter("column"))
        }
        lefts, widths = _usual_edges(groups)
        for key, lines in groups.items():
            self._columns[key] = self._column(key, lines, lefts, widths)
            self._find_quotes(lines, self._columns[key])
        self.indents = self._is_indented_throughout()

    def parts(self, before: Line, line: Line, first: bool) -> bool:
        """Whether a paragraph ends between two lines; `first`: the earlier one opened its paragraph."""
        if not 0.87 < line.size / before.size < 1.15 or max(before.cells, line.cells) >= _CELLS:
            return True
        if _LEADERS.search(before.text) or _BULLET.match(line.text) or _CHAPTER.match(line.text):
            return True
        here, there = self._columns[line.page, line.column], self._columns[before.page, before.column]
        if before.page == line.page and before.column == line.column:
            if not -0.5 * line.size < line.bottom - before.bottom < _LEADING * here.leading:
                return True
            quote = self._quotes.get(id(line))
            if quote and self._quotes.get(id(before)) == quote:
                return _is_short(before, line, quote[1])
        elif before.page == line.page and not 0.8 < here.width / there.width < 1.25:
            return True  # from a title across the page into its columns
        if before.broken or (before.text.endswith(HYPHENS) and line.text[:1].islower()):
            return False
        return self._is_indented(before, line, first, there, here) or self._is_last(before, line, there)

    def _is_indented(self, before: Line, line: Line, first: bool, there: _Column, here: _Column) -> bool:
        now, then = (line.left - here.left) / line.size, (before.left - there.left) / before.size
        if now > _INDENT:
            # A hanging indent: the marker of an item stands out, its text does not.
            hangs = first and then < now - 0.3 and bool(_BULLET.match(before.text))
            return not hangs and (first or abs(now - then) > 0.3)
        return (then > _INDENT and not first) or bool(_LABEL.match(line.text) and _SENTENCE_END.search(before.text))

    def _is_last(self, before: Line, line: Line, there: _Column) -> bool:
        """Whether a line is a paragraph's last by where it ends. Where every first line stands further in, one
        that does not may follow a line that is short by chance.
        """
        far = before.right < there.right - 0.25 * there.width
        return _is_short(before, line, there.right) and (far or not self.indents)

    def _is_indented_throughout(self) -> bool:
        """Whether first lines stand further in: nearly all that follow a line which is plainly the last."""
        after = []
        for page in self.pages:
            for before, line in pairwise(page):
                column = self._columns[line.page, line.column]
                if before.column == line.column and before.right < column.right - 0.25 * column.width:
                    after.append(line.left - column.left > _INDENT * line.size)
        return len(after) > 20 and sum(after) > 0.7 * len(after)

    def _column(
        self,
        key: tuple[int, int],
        lines: Sequence[Line],
        lefts: dict[tuple[int, int, int], float],
        widths: dict[int, float],
    ) -> _Column:
        left, right = _left(lines), _right(lines)
        usual = lefts.get((lines[0].columns, key[1], key[0] % 2), left)
        # A page of short first lines alone: its margin is where other pages have theirs.
        if len(lines) < 5 or 0.5 < (left - usual) / self.body < 3:
            left = min(left, usual)
        width = widths.get(lines[0].columns, 0.0)
        if lines[0].columns == 1 and width and not 0.97 * width < right - left < 1.03 * width:
            inside = [line.right for line in lines if line.right - left < 1.03 * width]
            right = max([*inside, left + width])
        feet = sorted(b.bottom - a.bottom for a, b in pairwise(lines) if b.bottom - a.bottom > 0.5 * self.body)
        leading = feet[len(feet) * 3 // 10] if len(feet) >= 4 else 1.2 * median(line.size for line in lines)
        return _Column(left, right, leading)

    def _find_quotes(self, lines: Sequence[Line], column: _Column) -> None:
        """Runs of lines that stand further in with an edge of their own: their width counts, not the column's."""
        for left, group in groupby(lines, lambda line: round(line.left)):
            run = list(group)
            right = max(line.right for line in run)
            inside = left - column.left > _INDENT * run[0].size
            if len(run) < 3 or not inside or right - left < 0.5 * column.width:
                continue
            full = sum(not _is_short(a, b, right) for a, b in pairwise(run))
            if full >= 0.75 * (len(run) - 1):
                self._quotes |= {id(line): (left, right) for line in run}


def joined(pages: Sequence[Sequence[Line]], heads: dict[int, int]) -> tuple[list[Paragraph], float]:
    """The paragraphs of all pages in reading order, and the size of the body's type. `heads`: lines (by id) that open
    a heading, and how many lines it has. Notes follow the paragraph during which their page ends.
    """
    layout = Layout([page for page in pages if page])
    notes = {p: _notes(page, layout.body) for p, page in enumerate(pages)}
    aside = {id(line) for lines in notes.values() for line in lines}
    body = _runs((line for page in pages for line in page if id(line) not in aside), layout, heads)
    starts = [run[0].page for run in body]
    after: dict[int, list[Paragraph]] = defaultdict(list)
    for p, lines in notes.items():
        place = max(0, bisect_right(starts, p) - 1)
        after[place] += [Paragraph(tuple(run), True) for run in _runs(lines, layout, {})]
    found: list[Paragraph] = []
    for i, run in enumerate(body):
        found += [Paragraph(tuple(run)), *after[i]]
    return found, layout.body


def _runs(lines: Iterable[Line], layout: Layout, heads: dict[int, int]) -> list[list[Line]]:
    runs: list[list[Line]] = []
    left = 0  # lines of a heading still to come
    for line in lines:
        if id(line) in heads:
            left = heads[id(line)]
            runs.append([line])
        elif left > 1:
            left -= 1
            runs[-1].append(line)
        elif left == 1 or not runs or layout.parts(runs[-1][-1], line, len(runs[-1]) == 1):
            left = 0
            runs.append([line])
        else:
            runs[-1].append(line)
    return runs


def _notes(page: Sequence[Line], body: float) -> list[Line]:
    """The small lines below a column's text: notes, which stand between it and its next page."""
    found: list[Line] = []
    for _, group in groupby(page, attrgetter("column")):
        lines = list(group)
        small = len(lines)
        while small and lines[small - 1].size < _SMALL * body:
            small -= 1
        if small >= 0.5 * len(lines):
            found += lines[small:]
    return found


def _usual_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 1.0


def _usual_edges(
    groups: dict[tuple[int, int], list[Line]],
) -> tuple[dict[tuple[int, int, int], float], dict[int, float]]:
    """By columns of the page, column and left or right page: where lines begin; by columns: how wide they are."""
    lefts: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    widths: dict[int, list[float]] = defaultdict(list)
    for (page, column), lines in groups.items():
        if len(lines) >= 5:
            left = _left(lines)
            lefts[lines[0].columns, column, page % 2].append(left)
            widths[lines[0].columns] += [_right(lines) - left] * len(lines)
    return (
        {key: median(values) for key, values in lefts.items()},
        {key: sorted(values)[len(values) * 3 // 4] for key, values in widths.items()},
    )


def _left(lines: Sequence[Line]) -> float:
    """The margin: the leftmost place where several lines begin."""
    places = Counter(round(line.left) for line in lines)
    often = [place for place, count in places.items() if count >= max(2, 0.15 * len(lines))]
    place = min(often, default=min(places))
    return min(line.left for line in lines if round(line.left) == place)


def _right(lines: Sequence[Line]) -> float:
    """The right edge: the farthest place where two lines end, for one alone may stand out."""
    ends = sorted((line.right for line in lines), reverse=True)
    return next((a for a, b in pairwise(ends) if a - b < 2.5), ends[0])


def _is_short(before: Line, line: Line, right: float) -> bool:
    """Whether a line ends before its column does, though the next one's first word would have had room."""
    wide = len(_WIDE.findall(before.text))
    unit = (before.right - before.left) / max(1, len(before.text) + wide)
    first = _FIRST.match(line.text)
    word = first[0] if first else ""
    need = (len(word) + len(_WIDE.findall(word))) * unit
    # A line of Chinese may stop early because a mark may not open the next one, or close this one.
    slack = 2.2 * unit if wide else 1.5 * unit
    return before.right + need + slack < right


def glue(before: str, after: str) -> str:
    """What stands between two lines that are joined: nothing where either is written without spaces, or where
    a hyphen or a dash binds them.
    """
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    if before[-1] in (*HYPHENS, "—", "–") and before[-2:-1].isalnum() and after[0].isalnum():
        return ""
    return "" if _WIDE.match(before[-1]) or _WIDE.match(after[0]) else " "


def plain(lines: Collection[Line], most: int = 1000) -> str:
    """The text of lines, joined, with their hyphens; of long ones the beginning."""
    text = ""
    for line in lines:
        text += glue(text, line.text) + line.text
        if len(text) > most:
            break
    return text
