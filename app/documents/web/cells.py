"""Cells: what a row of a table is: a line of data, or paragraphs that only stand in cells."""

from __future__ import annotations

import re

from lxml import etree

from app.documents.web.elements import local, words
from app.documents.web.style import BLOCKS

_CELLS = ("td", "th")
_OWN_NAMES = "table h1 h2 h3 h4 h5 h6 ul ol dl pre blockquote"
_OWN = frozenset(_OWN_NAMES.split())  # never part of a line of data
_LABEL = re.compile(
    r"[‘“\"„«]?[\[(（【]?\s*(?:\d{1,4}(?:[.\-]\d{1,3})*[a-z]{0,2}|[a-z]{1,2}|[ivxlcdm]{1,7}|[一二三四五六七八九十百]{1,4})"
    r"\s*[\])）】.、]{1,2}"
    r"|[—–‒•·●○▪*-]|§{1,2}\s*\d{1,4}\w?",
    re.IGNORECASE,
)
_LINE = 120  # characters of a row of data that has cells of several lines, at most


def is_prose(row: etree._Element) -> bool:
    """Whether a row's cells hold paragraphs, as laws and old web pages set them, and not data.

    So it is with one cell that holds a block, a number beside text, or several paragraphs of length in one cell.
    """
    filled = [(text, cell) for cell in row if local(cell) in _CELLS and (text := words(cell).strip())]
    if not filled:
        return False
    if any(local(e) in _OWN and words(e).strip() for _, cell in filled for e in cell.iter()):
        return True
    paragraphs = max(_paragraphs(cell) for _, cell in filled)
    if len(filled) == 1:
        return paragraphs > 0 or len(filled[0][0]) > _LINE
    if len(filled) == 2 and is_label(filled[0][0]):
        return True
    return paragraphs > 1 and sum(len(text) for text, _ in filled) > _LINE


def is_label(text: str) -> bool:
    """Whether the words of a cell only number what stands in the next one: "(1)", "a)", "—"."""
    return bool(_LABEL.fullmatch(text.strip()))


def _paragraphs(cell: etree._Element) -> int:
    """How many blocks with text of their own a cell holds."""
    return sum(
        local(e) in BLOCKS and e is not cell and not any(local(c) in BLOCKS for c in e) and bool(words(e).strip())
        for e in cell.iter()
    )


class Columns:
    """Which columns of a table's next rows are taken by cells that reach down (rowspan)."""

    def __init__(self) -> None:
        self._taken: dict[int, int] = {}
        self._column = 0

    def row(self) -> None:
        self._column = 0

    def cell(self, element: etree._Element) -> int:
        """How many taken columns stand before this cell of the row."""
        skipped = 0
        while self._taken.get(self._column, 0) > 0:
            self._taken[self._column] -= 1
            self._column += 1
            skipped += 1
        for _ in range(_span(element, "colspan")):
            self._taken[self._column] = _span(element, "rowspan") - 1
            self._column += 1
        return skipped


def _span(element: etree._Element, name: str) -> int:
    value = element.get(name, "1")
    return min(1000, int(value)) if value.isascii() and value.isdigit() and int(value[:9]) else 1
