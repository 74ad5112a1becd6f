"""Contents: the headings of a PDF, by its outline, or by the words and the size of its paragraphs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from operator import attrgetter

from app.documents import headings
from app.documents.printed.bookmarks import Bookmark, numbers_only
from app.documents.printed.columns import Line
from app.documents.printed.glyphs import Frame
from app.documents.printed.paragraphs import Paragraph, plain

_LARGER = 1.15  # times the body's size: type of a heading
_LONGEST = 120  # characters of a heading
_MOST_LINES = 4
_LEVELS = 4
_MOST_ON_PAGE = 200  # entries of the outline for one page: more are made to harm, or of no use


@dataclass(frozen=True, slots=True)
class Head:
    """A title, its level from 1, the line with which its section begins, and how many lines show the title:
    none where the page does not.
    """

    title: str
    level: int
    line: Line
    count: int


def placed(outline: Sequence[Bookmark], pages: Sequence[Sequence[Line]], frames: Sequence[Frame]) -> list[Head]:
    """The outline's entries at the lines that they point to, none if it only counts pages."""
    if numbers_only(outline):
        return []
    found: list[Head] = []
    taken: set[int] = set()
    asked: Counter[int] = Counter()
    for bookmark in outline:
        page = next((p for p in range(bookmark.page, len(pages)) if pages[p]), len(pages))
        if page == len(pages):
            continue
        height = None if page != bookmark.page else _height(bookmark, frames[page])
        asked[page] += 1
        lines = pages[page] if asked[page] <= _MOST_ON_PAGE else pages[page][:1]
        head = _head(bookmark, lines, height, taken)
        taken.update(id(head.line) for _ in range(head.count))
        found.append(head)
    return found


def _height(bookmark: Bookmark, frame: Frame) -> float | None:
    return None if bookmark.y is None else frame.place(bookmark.x, bookmark.y)[1]


def _head(bookmark: Bookmark, page: Sequence[Line], height: float | None, taken: set[int]) -> Head:
    """The lines of a page that show a title, the nearest to its height; else the first line below it."""
    title = _core(bookmark.title)
    shown = [(i, n) for i in range(len(page)) if id(page[i]) not in taken and (n := _count(title, page, i))]
    if shown:
        i, n = min(shown, key=lambda place: 0.0 if height is None else abs(page[place[0]].top - height))
        return Head(bookmark.title, bookmark.level, page[i], n)
    below = [line for line in page if height is not None and line.bottom > height + 0.5 * line.size]
    return Head(bookmark.title, bookmark.level, below[0] if below else page[0], 0)


def _count(title: str, page: Sequence[Line], first: int) -> int:
    """How many lines from one on show a title and little else, 0 if they do not."""
    shown = ""
    for n, line in enumerate(page[first : first + _MOST_LINES], 1):
        shown += _core(line.text)
        if len(shown) >= len(title):
            near = shown == title or (title in shown and len(shown) <= len(title) + max(6, len(title) // 2))
            return n * near
        if not shown or not (title.startswith(shown) or title.endswith(shown)):
            return 0
    return 0


def _core(title: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title)).casefold()


@dataclass(frozen=True, slots=True)
class Title:
    """A heading among paragraphs, shown by those from `first` to `last`. `echo`: it says again what an earlier one
    said.
    """

    title: str
    level: int
    first: int
    last: int
    echo: bool = False


def found(paragraphs: Sequence[Paragraph], texts: Sequence[str], body: float) -> list[Title]:
    """The headings of paragraphs by their words; by their size where fewer than three say that they are chapters."""
    by_words = [Title(mark.title, level, mark.block, mark.last, mark.echo) for mark, level in headings.find(texts)]
    if sum(not title.echo for title in by_words) >= 3:
        return by_words
    by_size = _by_size(paragraphs, texts, body)
    return by_size if len(by_size) > len(by_words) else by_words


def _by_size(paragraphs: Sequence[Paragraph], texts: Sequence[str], body: float) -> list[Title]:
    """Short paragraphs in larger type. Each size is a level; what follows at once in one size is one heading."""
    large = [
        i
        for i, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True))
        if paragraph.size > _LARGER * body and len(text) <= _LONGEST and re.search(r"[^\W\d_]{2}", text)
    ]
    if 3 * len(large) > len(texts):
        return []  # a leaflet or a form: type of all sizes
    pages = defaultdict(set)
    for i in large:
        pages[round(paragraphs[i].size)].add(paragraphs[i].lines[0].page)
    # What stands on the first page alone names the authors and the like, but for the largest, the title.
    often = [size for size in pages if len(pages[size]) > 1 or size == max(pages) or len(texts) < 100]
    sizes = sorted(often, reverse=True)[:_LEVELS]
    titles = []
    for _, group in groupby(enumerate(large), lambda place: (place[1] - place[0], round(paragraphs[place[1]].size))):
        run = [i for _, i in group]
        size = round(paragraphs[run[0]].size)
        if size in sizes:
            title = headings.one_line(" ".join(texts[i] for i in run))
            titles.append(Title(title[:_LONGEST], sizes.index(size) + 1, run[0], run[-1]))
    return titles


def largest(paragraphs: Sequence[Paragraph], body: float) -> str:
    """The words in the largest type of the first page with text, if it is larger than the body's: the title."""
    front = [p for p in paragraphs if p.lines[0].page == paragraphs[0].lines[0].page]
    best = max(front, key=attrgetter("size"))
    place = front.index(best)
    run = takewhile(lambda p: round(p.size) == round(best.size), front[place:])
    words = headings.one_line(plain([line for p in run for line in p.lines]))
    is_title = 1 < len(words) <= 2 * _LONGEST and 2 * sum(c.isalpha() for c in words) > len(words)
    return words if best.size > _LARGER * body and is_title and not re.match(r"\d", words) else ""
