"""Numbering: the numbers that a Word document counts for its paragraphs, as a reader sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from app.documents.word.numerals import written
from app.documents.word.styles import Style, W, is_on, value, whole
from app.documents.word.symbols import has_symbols, symbol

_LEVELS = 9
_LONGEST = 100  # characters of what stands before a paragraph
_SUFFIXES = {"tab": " ", "space": " ", "nothing": ""}  # one space folds like any white space and divides no cells
_SPOKEN = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered. `text` holds %1 … %9 for the numbers of the levels from the top.

    `restart`: the level (from 1) after which it begins again, 0 never, None after any above it.
    """

    start: int = 0
    format: str = "decimal"
    text: str = ""
    suffix: str = " "
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """What stands before a paragraph: `text` with the space after it. `kind`: a bullet (•), a mark (1. or （一）)
    or a label that has words of its own (第一条, Article 1).
    """

    text: str
    kind: str


class Numbering:
    """The lists of a document and how far each has been counted. Call `number` in the order of the text."""

    def __init__(self, root: etree._Element | None) -> None:
        abstract = list(root.iterchildren(W + "abstractNum")) if root is not None else []
        self._levels = {e.get(W + "abstractNumId", ""): _levels(e) for e in abstract}
        linked = {name: e.get(W + "abstractNumId", "") for e in abstract if (name := value(e, "styleLink"))}
        # A list may only name the style whose list it is.
        self._same = {
            e.get(W + "abstractNumId", ""): linked[name]
            for e in abstract
            if (name := value(e, "numStyleLink")) and name in linked
        }
        self._lists: dict[str, str] = {}
        self._own: dict[str, dict[int, Level]] = {}
        self._restarts: dict[tuple[str, int], int] = {}
        for num in root.iterchildren(W + "num") if root is not None else ():
            self._add(num)
        self._counts: dict[str, dict[int, int]] = {}

    def number(self, own: Style, style: Style) -> Number | None:
        """The next number of a paragraph by its own properties and its style, None if it has none."""
        name = own.number or style.number
        if name not in self._lists:
            return None
        level = own.number_level if own.number_level is not None else self._level_of(name, style, bool(own.number))
        if not 0 <= level < _LEVELS:
            return None
        counts = self._counted(name, level)
        return self._shown(name, level, counts)

    def _add(self, num: etree._Element) -> None:
        name, abstract = num.get(W + "numId", ""), value(num, "abstractNumId") or ""
        if name == "0":
            return  # "no list"
        self._lists[name] = self._same.get(abstract, abstract)
        for override in num.iterchildren(W + "lvlOverride"):
            level = whole(override.get(W + "ilvl")) or 0
            for element in override.iterchildren(W + "lvl"):
                self._own.setdefault(name, {})[level] = _level(element)
            start = whole(value(override, "startOverride"))
            if start is not None:
                self._restarts[name, level] = start

    def _definition(self, name: str, level: int) -> Level:
        own = self._own.get(name, {})
        return own.get(level) or self._levels.get(self._lists[name], {}).get(level) or Level(start=1)

    def _level_of(self, name: str, style: Style, is_own: bool) -> int:
        """The level of a paragraph that names none: its style's, or the one that names its style."""
        if style.number_level is not None and not is_own:
            return style.number_level
        levels = range(_LEVELS)
        found = (i for id in style.ids for i in levels if self._definition(name, i).style == id)
        return next(found, 0)

    def _counted(self, name: str, level: int) -> dict[int, int]:
        """The counts of the list after one more paragraph at a level. Lists of one definition count together."""
        counts = self._counts.setdefault(self._lists[name], {})
        for i in range(level):
            # A level that was left out counts as once used.
            counts.setdefault(i, self._restarts.pop((name, i), self._definition(name, i).start))
        if (name, level) in self._restarts:
            counts[level] = self._restarts.pop((name, level))
        elif level in counts:
            counts[level] += 1
        else:
            counts[level] = self._definition(name, level).start
        for i in range(level + 1, _LEVELS):
            restart = self._definition(name, i).restart
            if restart is None or level < restart:
                counts.pop(i, None)
        return counts

    def _shown(self, name: str, level: int, counts: dict[int, int]) -> Number | None:
        definition = self._definition(name, level)
        if definition.format == "bullet":
            return Number((definition.text.strip() or "•") + " ", "bullet") if definition.text else None

        def figure(match: re.Match[str]) -> str:
            i = int(match[0][1]) - 1
            format = self._definition(name, i).format
            return written(counts.get(i, 0), "decimal" if definition.legal and format != "decimalZero" else format)

        text = re.sub(r"%[1-9]", figure, definition.text)
        if not text.strip():
            return None
        kind = "label" if _SPOKEN.search(re.sub(r"%[1-9]", "", definition.text)) else "mark"
        return Number(text[:_LONGEST] + definition.suffix, kind)


def _levels(abstract: etree._Element) -> dict[int, Level]:
    return {whole(e.get(W + "ilvl")) or 0: _level(e) for e in abstract.iterchildren(W + "lvl")}


def _level(element: etree._Element) -> Level:
    format, text = _format(element), (value(element, "lvlText") or "")[:_LONGEST]
    if format == "bullet":
        text = _bullet(element, text)
    return Level(
        start=whole(value(element, "start")) or 0,
        format=format,
        text=text,
        suffix=_SUFFIXES.get(value(element, "suff") or "tab", " "),
        restart=whole(value(element, "lvlRestart")),
        legal=bool(is_on(element, "isLgl")),
        style=value(element, "pStyle") or "",
    )


def _bullet(level: etree._Element, text: str) -> str:
    """The sign of a list without numbers. Many are letters of a font that shows something else."""
    if level.find(W + "lvlPicBulletId") is not None:
        return "•"
    fonts = level.find(f"{W}rPr/{W}rFonts")
    font = fonts.get(W + "ascii", "") if fonts is not None else ""
    if has_symbols(text) or font.lower().startswith(("symbol", "wingdings", "webdings")):
        found = "".join(symbol(ord(c), font) for c in text)
        return "•" if has_symbols(found) or found.isalnum() else found
    return "•" if text in ("o", "●", "·") else text


def _format(level: etree._Element) -> str:
    """The format of a level's numbers. One of Word's newer ones stands beside an old one for older programs."""
    for element in level.iter(W + "numFmt"):
        name = element.get(W + "val", "decimal")
        if name == "custom" and element.get(W + "format", "").startswith("0"):
            return f"zeros{min(9, len(element.get(W + 'format', '').partition(',')[0]))}"
        if name != "custom":
            return name
    return "decimal"
