"""Wholeness: what holds of every Document of a law."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lxml import etree

from app.documents.document import Document, Unit


def check(document: Document) -> None:
    """Blocks cover the text with two line ends between them; units and their parts nest and stand in order."""
    text = document.text
    filled = [b for b in document.blocks if b.end > b.start]
    assert filled[0].start == 0
    assert filled[-1].end == len(text)
    assert {text[a.end : b.start] for a, b in pairwise(filled)} <= {"\n\n"}
    assert all(text[b.start : b.end] == text[b.start : b.end].strip(" \t\n") for b in filled)
    nested(document.units, 0, len(text))
    assert document.sections[0].start == 0
    assert all(0 <= link.start < link.end <= len(text) and -1 <= link.target < len(text) for link in document.links)
    assert all((link.kind == "web") == (link.target < 0) for link in document.links)
    assert document.source().text == text


def nested(units: Sequence[Unit], start: int, end: int) -> None:
    place = start
    for unit in units:
        assert place <= unit.start < unit.end <= end
        place = unit.end
        nested(unit.parts, unit.start, unit.end)


def paths(units: Sequence[Unit], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Unit]]:
    """Every unit and part with the numbers from the outermost in."""
    for unit in units:
        here = (*above, unit.number)
        yield here, unit
        yield from paths(unit.parts, here)


def own(document: Document, *numbers: str) -> str:
    """The text of the unit or part that is called so."""
    unit = next(unit for path, unit in paths(document.units) if path == numbers)
    return document.text[unit.start : unit.end]


def bare(text: str) -> str:
    """Characters that count: no white space, no brackets that a mark of a note is set in."""
    return re.sub(r"[\s\[\]\u00ad]+", "", text)


def outermost(root: etree._Element, name: str, apart: Sequence[str]) -> list[etree._Element]:
    """The elements of a name that stand in none of those `apart`."""
    return [
        e for e in root.iter(f"{{*}}{name}") if not any(etree.QName(a).localname in apart for a in e.iterancestors())
    ]
