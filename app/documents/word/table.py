"""Table: its rows and cells as they are seen, and how they become lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from app.documents.word.line import Line
from app.documents.word.styles import W, is_on, value

_LONGEST_ROW = 1500  # characters of a row of a table that is no mere layout of the page
_NO_WRAPPERS = frozenset(W + name for name in ("tr", "tc", "p", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr"))
_REMOVED = (W + "del", W + "moveFrom")

Row = list[list[Line]]
"""The lines of each cell."""


def rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows that are shown."""
    for row in _inside(table, W + "tr"):
        own = row.find(W + "trPr")
        if own is None or (own.find(W + "del") is None and not is_on(own, "hidden")):
            yield row


def cells(row: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
    """The cells that were not deleted, and whether each is only more of the one above it or before it."""
    for cell in _inside(row, W + "tc"):
        own = cell.find(W + "tcPr")
        if own is None or own.find(W + "cellDel") is None:
            yield cell, any(value(own, name) in ("", "continue") for name in ("vMerge", "hMerge"))


def lines(table: Sequence[Row]) -> Iterator[Line]:
    """One line to each row. What only sets out the page (a frame, its columns) leaves its paragraphs as they are."""
    columns = max((len(row) for row in table), default=0)
    frame = columns == 1 and any(len(cell) > 1 or cell[0].kind == "heading" for row in table for cell in row if cell)
    for row in table:
        if frame or _is_layout(row):
            yield from (line for cell in row for line in cell)
        else:
            yield _joined(row)
            yield from (line for cell in row for line in cell if line.kind == "image")


def _inside(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The children with a tag, also those in what only wraps them."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in _NO_WRAPPERS and child.tag not in _REMOVED:
            yield from _inside(child, tag)


def _is_layout(row: Row) -> bool:
    """Whether a row only sets the columns of a page: its cells hold too much."""
    found = [line for cell in row for line in cell if line.kind != "image"]
    return len(found) > len(row) and sum(line.size for line in found) > _LONGEST_ROW


def _joined(row: Row) -> Line:
    """A row in one line: cells divided by tabs, their paragraphs by line breaks."""
    whole = Line(kind="table")
    for i, cell in enumerate(row):
        whole.write("\t" if i else "")
        for j, line in enumerate(one for one in cell if one.kind != "image"):
            line.pieces = [line.trim().replace("\t", " ")]
            whole.write("\n" if j else "")
            whole.add(line)
    return whole
