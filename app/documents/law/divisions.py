"""Divisions: 编, 分编, 章, 节 of a law from its own words, whatever its file marked as headings."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from app.documents.document import Block, Section, Unit
from app.documents.law.clauses import han
from app.documents.outline import Entry
from model.labels import HAN_NUMERAL, number

_RANKS = {"编": 1, "分编": 2, "章": 3, "节": 4, "款": 5, "目": 6}
_SIMPLIFIED = str.maketrans("編節", "编节")
_LISTED, _OTHER = 7, 8  # 一、 and what no form tells
_DIVISION = re.compile(
    rf"第\s*{HAN_NUMERAL}\s*(?P<unit>分[編编]|[編编章节節款目])(?=[\s\u3000]|$)(?P<title>.*)", re.DOTALL
)
_TIGHT = re.compile(
    rf"第{HAN_NUMERAL}(?P<unit>分[編编]|[編编章节節])(?P<title>[^的之规規至、和或及与與依第\d].{{0,24}})"
)
_NUMBERED = re.compile(rf"{HAN_NUMERAL}、(?P<title>.*)")
_NAMED = re.compile(r"(?:序\s*言|前\s*言|附\s*[则則]|附\s*[件录錄表][一二三四五六七八九十\d]{0,3}|附\s*[:：].{0,30})")
_BOOK = re.compile(r"[\u4e00-\u9fff]{2,10}[编編]")
_GENERAL = re.compile(r"[总總][则則][编編]?")  # the first of the books
_HEAD = re.compile(rf"第\s*(?P<number>{HAN_NUMERAL})\s*(?P<unit>分[编編]|[编編章节節])")
_LEADERS = re.compile(r"[\s.．·…‥⋯]*\d*\s*$")
_CONTENTS = re.compile(r"目\s*[录錄次]")
_SPACED = re.compile(r"(?:(?<=\s)|^)[\u4e00-\u9fff](?: [\u4e00-\u9fff])+$")
_LONGEST = 40  # characters of a division's title
_SENTENCE = re.compile(r"[。；！？;]|[，,：:、]$")


@dataclass(frozen=True, slots=True)
class Division:
    """A block that heads a part of a law; `rank` counts from the outside in."""

    block: int
    title: str
    rank: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """A section as the law cites it: 第`value``kind`; `value` is 0 where no number can be told.

    `label` is its head in the law's words (第三章, 合同编), `address` the same by number (第三编), `name`
    the words of its title after a number.
    """

    section: Section
    kind: str
    value: int
    label: str
    address: str
    name: str


def found(text: str, blocks: Sequence[Block], articles: Set[int]) -> list[Division]:
    """The divisions among blocks, without tables of contents. `articles` are the blocks that open articles."""
    marks: list[Division] = []
    name = names(text, blocks)
    following = False  # whether the next block opens an article or a division
    for i in range(len(blocks) - 1, -1, -1):
        mark = (
            None
            if i in articles
            else _division(text, blocks[i], i, following or i - 1 in name, not _any_after(articles, i))
        )
        if mark:
            marks.append(mark)
        following = i in articles or mark is not None
    marks.reverse()
    marks = _with_general_book(marks, text, blocks, name, articles)
    return _without_contents(_levelled(marks, blocks), blocks, text, min(articles, default=len(blocks)))


def numbered(sections: Sequence[Section], units: Sequence[Unit]) -> tuple[Numbered, ...]:
    """The sections that a law can cite by kind and number.

    Books without numbers (总则, 物权编, 合同编) count in their order, if they begin with 总则 and their
    articles run on from one to the next: in a file of some books only, no number is sure.
    """
    books = [s for s in sections if _is_book(s, sections)]
    values = _counted(books, units) if not any(_kind(s) == "编" for s in sections) else {}
    divisions = []
    for section in sections:
        if head := _HEAD.match(section.title):
            label, name = ("".join(part.split()) for part in (head[0], section.title[head.end() :]))
            divisions.append(Numbered(section, _kind(section), number(head["number"]), label, label, name))
        elif section in books:
            label, value = section.title, values.get(section, 0)
            divisions.append(Numbered(section, "编", value, label, f"第{han(value)}编" if value else label, ""))
    return tuple(divisions)


def _kind(section: Section) -> str:
    head = _HEAD.match(section.title)
    return head["unit"].translate(_SIMPLIFIED) if head else ""


def _is_book(section: Section, sections: Sequence[Section]) -> bool:
    """Whether a section is a book without a number: 总则 is one if it holds chapters."""
    if _HEAD.match(section.title):
        return False
    inner = (s for s in sections if section.start < s.start < section.end)
    return bool(
        _BOOK.fullmatch(section.title)
        or (_GENERAL.fullmatch(section.title) and any(_kind(s) in ("分编", "章") for s in inner))
    )


def _counted(books: Sequence[Section], units: Sequence[Unit]) -> dict[Section, int]:
    """The numbers of books by their order, as far as their articles run on."""
    if not books or not _GENERAL.fullmatch(books[0].title):
        return {}
    values, last = {books[0]: 1}, 0
    for count, book in enumerate(books, 1):
        plain = [u.number.partition("-")[0] for u in units if book.start <= u.start < book.end]
        inside = [int(numeral) for numeral in plain if numeral.isdigit()]
        if not inside or inside[0] != last + 1:
            break
        values[book], last = count, inside[-1]
    return values


def names(text: str, blocks: Sequence[Block]) -> set[int]:
    """The blocks that say the law's name, its first line: some editions repeat it above every 编."""
    lines = [(i, b) for i, b in enumerate(blocks) if b.end - b.start <= 2 * _LONGEST]
    if not lines or lines[0][0] > 0:
        return set()
    name = text[lines[0][1].start : lines[0][1].end]
    return {i for i, b in lines if b.end - b.start == len(name) and text.startswith(name, b.start)}


def _with_general_book(
    marks: Sequence[Division], text: str, blocks: Sequence[Block], name: Set[int], articles: Set[int]
) -> list[Division]:
    """With 总则 as the first of the books (物权编, 合同编), which has no 编 in its name."""
    if not any(_BOOK.fullmatch(m.title) for m in marks):
        return list(marks)
    known = {m.block for m in marks}
    general = {
        i: Division(i, line, _RANKS["编"])
        for i, block in enumerate(blocks[: min(articles, default=0)])
        if block.end - block.start <= _LONGEST
        and (i in known or i - 1 in name or i + 1 in known)
        and _GENERAL.fullmatch(line := one_line(text[block.start : block.end]))
    }
    return sorted([*general.values(), *(m for m in marks if m.block not in general)], key=lambda m: m.block)


def entries(divisions: Sequence[Division], blocks: Sequence[Block]) -> list[Entry]:
    """What `outline.nested` makes sections of. The outermost rank that is numbered is level 1, and 附则 too."""
    ranks = sorted({d.rank for d in divisions if not _is_named(d)})
    return [(d.title, 1 if _is_named(d) else ranks.index(d.rank) + 1, blocks[d.block].start) for d in divisions]


def _is_named(division: Division) -> bool:
    return bool(_NAMED.fullmatch(division.title))


def _any_after(articles: Set[int], i: int) -> bool:
    return i > min(articles, default=i)


def _division(text: str, block: Block, i: int, following: bool, before: bool) -> Division | None:
    if block.end - block.start > 2 * _LONGEST or block.kind not in ("heading", "paragraph", "list", "verse"):
        return None
    line = one_line(text[block.start : block.end])
    rank = _rank(line, following)
    if not rank and (block.kind == "heading" or following) and _BOOK.fullmatch(line):
        rank = _RANKS["编"]
    if not rank and block.kind == "heading" and (following or before) and not _SENTENCE.search(line):
        rank = _OTHER
    return Division(i, line, rank) if rank and not _CONTENTS.fullmatch(line) else None


def _rank(line: str, following: bool) -> int:
    if len(line) > _LONGEST or _SENTENCE.search(line):
        return 0
    if match := _DIVISION.fullmatch(line) or _TIGHT.fullmatch(line):
        rank = _RANKS[match["unit"].translate(_SIMPLIFIED)]
        return rank if rank < _RANKS["款"] or following else 0
    if _NUMBERED.fullmatch(line) and following:
        return _LISTED
    return 1 if _NAMED.fullmatch(_LEADERS.sub("", line) or line) else 0


def one_line(text: str) -> str:
    """White space collapsed, and none in a short title set wide ("第三章 法 人"); U+3000 stays."""
    line = re.sub(r"\s+", lambda run: "\u3000" if "\u3000" in run[0] else " ", text.strip())
    return _SPACED.sub(lambda run: run[0].replace(" ", ""), line)


def _levelled(marks: Sequence[Division], blocks: Sequence[Block]) -> list[Division]:
    """Headings of no known form take the rank of known ones on their level of the file, else the top.

    One in front of all others is the law's own name and heads no part of it.
    """
    if marks and marks[0].rank == _OTHER:
        marks = [m for m in marks if m.title != marks[0].title]
    known = {blocks[m.block].level: m.rank for m in reversed(marks) if m.rank < _OTHER and blocks[m.block].level}
    first = min((m.block for m in marks if m.rank < _OTHER), default=0)
    return [
        Division(m.block, m.title, known.get(blocks[m.block].level, 1 if m.block < first else _OTHER))
        if m.rank == _OTHER
        else m
        for m in marks
    ]


def _without_contents(
    marks: Sequence[Division], blocks: Sequence[Block], text: str, first_article: int
) -> list[Division]:
    """Without the lines of a table of contents: before the first article, and said again later."""
    latest = {_core(m.title): m.block for m in marks}
    contents = any(_CONTENTS.fullmatch(text[b.start : b.end].strip()) for b in blocks[:first_article])
    kept = []
    for mark in marks:
        again = mark.block < first_article and latest[_core(mark.title)] > mark.block
        leaders = contents and mark.block < first_article and re.search(r"[.．·…]{3,}\s*\d*$", mark.title)
        if not again and not leaders:
            kept.append(mark)
    return kept


def _core(title: str) -> str:
    """A title without spaces, dot leaders and page number."""
    return re.sub(r"\s+", "", _LEADERS.sub("", title) or title)
