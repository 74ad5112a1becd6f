"""Clean: what paper adds to a text is taken away: running heads and feet, page numbers, hyphens at line ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from app.documents import headings
from app.documents.printed.columns import Line
from model.labels import number

_EDGE = 4  # lines at the top and at the foot of a page among which running lines are looked for
_BAND = 8.0  # points in which a running line stays from page to page
_APART = 4  # pages from one showing of a running line to the next, at most: left pages, chapters' first pages
_FEWEST = 3
_LONGEST = 160  # characters of a running line
_WHITE = 1.6  # times its height: white below a head, above a foot
_LETTERS = 15  # of a line that is known again whatever its numbers are
_NUMBER = re.compile(r"\d{1,5}")
_HAN_PAGE = re.compile(r"第?\s*([零〇一二三四五六七八九十百千]{1,7})\s*页?")
_ROMAN_PAGE = re.compile(r"([ivxlc]{1,8})", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[^\w]*(?:(?:page|seite|第|p\.)\s*)?(?:\d{1,5}|[ivxlc]{1,8})(?:\s*(?:/|of|von|共|页\s*共?|，共)\s*\d{1,5})*\s*页?[^\w]*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*(?:-[^\W\d_]+)*")

Key = tuple[str, int, str]


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Pages without the lines that come again on their neighbours at the same height: the same words, or
    the same with a number that counts pages. A page that shows nothing else keeps them, but for its number.
    """
    gone = {place for run in _runs(pages) for place in run}
    gone = {place for p, page in enumerate(pages) for place in _outer(page, p, gone)}
    gone |= _strays(pages, gone)
    emptied = [p for p, page in enumerate(pages) if page and all((p, i) in gone for i in range(len(page)))]
    spared = set(emptied) if 2 * len(emptied) > sum(map(bool, pages)) else set()
    return [
        [
            line
            for i, line in enumerate(page)
            if (p, i) not in gone or (p in spared and not _PAGE_NUMBER.fullmatch(line.text))
        ]
        for p, page in enumerate(pages)
    ]


def _runs(pages: Sequence[Sequence[Line]]) -> Iterator[list[tuple[int, int]]]:
    """Runs of lines (page, line) that show one shape at one height on pages near each other."""
    going: dict[Key, list[tuple[int, int]]] = {}
    for p, page in enumerate(pages):
        for key, i in _keys(page, p):
            if "#" in key[2] and _is_chapter(page[i].text):
                continue
            going.setdefault(key, []).append((p, i))
        if p % _APART == 0 or p == len(pages) - 1:
            for key in [k for k, run in going.items() if p - run[-1][0] >= _APART or p == len(pages) - 1]:
                yield from _near(going.pop(key))


def _is_chapter(text: str) -> bool:
    """Whether a line that counts up with the pages heads a chapter on each, as a page's number does not."""
    mark = None if _PAGE_NUMBER.fullmatch(text) else headings.parse(text)
    return mark is not None and not mark.weak


def _near(run: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The parts of a run without a gap of many pages that are long enough to be no chance."""
    start = 0
    for i in range(1, len(run) + 1):
        if i == len(run) or run[i][0] - run[i - 1][0] > _APART:
            if len({p for p, _ in run[start:i]}) >= _FEWEST:
                yield list(run[start:i])
            start = i


def _keys(page: Sequence[Line], number: int) -> Iterator[tuple[Key, int]]:
    apart = _apart(page)
    for i, edge in _edges(page):
        for shape in _shapes(page[i].text, number, i in apart):
            for band in _bands(page[i]):
                yield (edge, band, shape), i


def _apart(page: Sequence[Line]) -> set[int]:
    """The outermost lines, where white parts them from the next."""
    order = sorted(range(len(page)), key=lambda i: page[i].top)
    ends = ((order[0], order[1]), (order[-1], order[-2])) if len(order) > 1 else ()
    return {i for i, other in ends if abs(page[i].top - page[other].top) > _WHITE * page[i].size}


def _outer(page: Sequence[Line], number: int, gone: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The running lines of a page that lie outside its text: with one other line at most further out."""
    order = sorted(range(len(page)), key=lambda i: page[i].top)
    for inwards in (order, order[::-1]):
        others = 0
        for i in inwards[: _EDGE + 1]:
            others += (number, i) not in gone
            if others > 1:
                break
            if (number, i) in gone:
                yield number, i


def _edges(page: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """The lines at a page's edges by their heights, whatever order they are read in."""
    order = sorted(range(len(page)), key=lambda i: page[i].top)
    for i in order[:_EDGE]:
        yield i, "top"
    for i in order[-_EDGE:]:
        yield i, "foot"


def _bands(line: Line) -> tuple[int, int]:
    """The two overlapping bands that hold a height, so that none lies at an edge of both."""
    return 2 * int(line.top // _BAND), 2 * int((line.top + _BAND / 2) // _BAND) + 1


def _shapes(text: str, page: int, apart: bool) -> Iterator[str]:
    """A line without spaces, as it stands and with one of its numbers taken relative to the page; a long
    one that stands apart without its numbers.
    """
    if len(text) > _LONGEST:
        return
    text = re.sub(r"\s+", "", text).casefold()
    yield text
    numbers = list(_NUMBER.finditer(text))
    for place in (*numbers[:1], *numbers[1:][-1:]):
        yield f"{text[: place.start()]}#{int(place[0]) - page}#{text[place.end() :]}"
    if apart and sum(c.isalpha() for c in text) >= _LETTERS:
        yield _NUMBER.sub("#", text)
    if match := _HAN_PAGE.fullmatch(text) or _ROMAN_PAGE.fullmatch(text):
        try:
            yield f"#{number(match[1].upper()) - page}#"
        except ValueError:  # "mix" and "civic" are no numerals
            return


def _strays(pages: Sequence[Sequence[Line]], gone: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Outermost lines at a height where nearly all are running lines: a chapter too short for its own head
    to come again. A heading stays.
    """
    all_in: Counter[tuple[str, int]] = Counter()
    gone_in: Counter[tuple[str, int]] = Counter()
    outermost = []
    for p, page in enumerate(pages):
        order = sorted(range(len(page)), key=lambda i: page[i].top)
        for i, edge in ((order[0], "top"), (order[-1], "foot")) if order else ():
            outermost.append((p, i, edge))
            for band in _bands(page[i]):
                all_in[edge, band] += 1
                gone_in[edge, band] += (p, i) in gone
    running = {zone for zone, count in gone_in.items() if count >= 5 and count >= 0.6 * all_in[zone]}
    return {
        (p, i)
        for p, i, edge in outermost
        if any((edge, band) in running for band in _bands(pages[p][i]))
        and len(pages[p]) > 1
        and len(pages[p][i].text) < 80
        and not headings.parse(pages[p][i].text)
    }


class Words:
    """The words of a document as they stand inside its lines: what a word broken at a line's end is checked by."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines

    @cached_property
    def _known(self) -> set[str]:
        known: set[str] = set()
        for line in self._lines:
            found = [match[0].casefold() for match in _WORD.finditer(line)]
            known.update(found[1:-1])
        return known

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether the hyphen that ends `before` belongs to the word that goes on in `after`.

        It goes where the joined word is used elsewhere, stays where the hyphenated one is, or where both
        halves are words of their own.
        """
        head = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*\Z", before[:-1])
        tail = re.match(r"[^\W\d_]+(?:-[^\W\d_]+)*", after)
        if not head or not tail or not after[0].islower():
            return True
        one, other = head[0].casefold(), tail[0].casefold()
        if f"{one}{other}" in self._known:
            return False
        if f"{one}-{other}" in self._known or "-" in one:
            return True
        return len(one) > 2 and len(other) > 2 and one in self._known and other in self._known
