"""Styles: what a Word document's styles say that a reader needs: headings, numbers, what is hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DEEPEST = 9  # outline levels
# Built-in names are English in the file whatever the language of the program; other programs write their own.
_HEADING = re.compile(
    r"(?:heading|标题|標題|überschrift|titre|título|titolo|заголовок|見出し|제목|rubrik|overskrift|kop|nagłówek|nadpis)"
    r"\s*([1-9])(?:\s*(?:char|字符))?",
)
_TITLES = ("title", "titel", "titre principal", "标题", "標題", "表題", "제목", "название")


@dataclass(frozen=True, slots=True)
class Style:
    """A style with all that it inherits. None and "" where nothing is said.

    `level`: depth of a heading from 1, 0 for body text. `number` and `number_level`: its list and level;
    `ids`: itself and what it is based on.
    """

    name: str = ""
    level: int | None = None
    number: str = ""
    number_level: int | None = None
    hidden: bool = False
    centred: bool = False
    ids: tuple[str, ...] = ()

    @property
    def is_title(self) -> bool:
        """Whether it sets the title of the whole document."""
        return self.name in _TITLES


def value(parent: etree._Element | None, name: str) -> str | None:
    """The value of a property's element, "" if the element has none, None if there is no such element."""
    found = parent.find(W + name) if parent is not None else None
    return found.get(W + "val", "") if found is not None else None


def is_on(parent: etree._Element | None, name: str) -> bool | None:
    """Whether a property that is on or off is on, None if nothing is said."""
    said = value(parent, name)
    return None if said is None else said.lower() not in ("0", "false", "off", "none")


def whole(text: str | None) -> int | None:
    """A number as properties have it, None for anything else."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else None


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: etree._Element | None) -> None:
        found = root.iterchildren(W + "style") if root is not None else ()
        self._elements = {e.get(W + "styleId", ""): e for e in found}
        self._known: dict[str, Style] = {}
        defaults = (
            k for k, e in self._elements.items() if e.get(W + "default") in ("1", "true", "on") and _is_paragraph(e)
        )
        self._default = next(defaults, "")
        self.language = _language(root)

    def paragraph(self, name: str | None) -> Style:
        """The style of a paragraph that names one, or none."""
        return self.style(name if name in self._elements else self._default)

    def style(self, name: str | None, seen: tuple[str, ...] = ()) -> Style:
        """The style of an id; one that says nothing if there is none."""
        if not name or name not in self._elements or name in seen or len(seen) > 50:
            return Style()
        if name not in self._known:
            element = self._elements[name]
            base = self.style(value(element, "basedOn"), (*seen, name))
            self._known[name] = _inherited(name, element, base)
        return self._known[name]


def _is_paragraph(style: etree._Element) -> bool:
    return style.get(W + "type", "paragraph") == "paragraph"


def _inherited(id: str, element: etree._Element, base: Style) -> Style:
    own = properties(element.find(W + "pPr"))
    name = (value(element, "name") or "").lower()
    heading = _HEADING.fullmatch(name) or _HEADING.fullmatch(name.partition(",")[0])
    level = own.level if own.level is not None else int(heading[1]) if heading else base.level
    hidden = is_on(element.find(W + "rPr"), "vanish")
    return replace(
        base,
        name=name,
        level=level,
        number=own.number or base.number,
        number_level=own.number_level if own.number or own.number_level is not None else base.number_level,
        hidden=base.hidden if hidden is None else hidden,
        centred=own.centred or base.centred,
        ids=(id, *base.ids),
    )


def properties(paragraph: etree._Element | None) -> Style:
    """What a paragraph's own properties say, as a style without a name."""
    if paragraph is None:
        return Style()
    outline = whole(value(paragraph, "outlineLvl"))
    level = None if outline is None else outline + 1 if 0 <= outline < _DEEPEST else 0
    numbers = paragraph.find(W + "numPr")
    return Style(
        level=level,
        number=value(numbers, "numId") or "",
        number_level=whole(value(numbers, "ilvl")),
        centred=value(paragraph, "jc") == "center",
    )


def _language(root: etree._Element | None) -> str:
    """The language that new text of the document has, "" if nothing says."""
    found = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang") if root is not None else None
    return found.get(W + "val", "") if found is not None else ""
