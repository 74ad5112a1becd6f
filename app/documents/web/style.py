"""Style: what kind of block an element makes, by its name and by what it says it is; and what is not shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import etree

from app.documents.document import BlockKind
from app.documents.web.elements import attributes, local, words

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main nav ol optgroup p pre section "
    "summary table tbody td tfoot th thead tr ul "
    # DTBook, the talking books' own vocabulary
    "annotation book bodymatter bridgehead byline covertitle dateline docauthor doctitle dtbook epigraph frontmatter "
    "hd imggroup level level1 level2 level3 level4 level5 level6 line linegroup list note poem prodnote rearmatter "
    "sidebar"
)
BLOCKS = frozenset(_BLOCK_NAMES.split())
_HIDDEN_NAMES = "head script style template noscript iframe"
HIDDEN = frozenset(_HIDDEN_NAMES.split())
_NOTE = re.compile(r"\b(?:footnotes?|endnotes?|rearnotes?|doc-footnote|doc-endnotes?|note)\b")
_VERSE = re.compile(r"\b(?:z3998:(?:verse|poem|song|hymn|lyrics)|poem|poetry|verse|stanza|lyrics?)\b")
_PAGE = re.compile(r"\b(?:pagebreak|doc-pagebreak|pagenum|pageno|page-number)\b")
_PAGE_LABEL = re.compile(
    r"[\[({]?\s*(?:page|pages|pg\.?|p\.?|s\.?|seite)?\s*([^\[\](){}]*?)\s*[\])}]?\.?", re.IGNORECASE
)
_LONGEST_LABEL = 24  # characters of a page's number with all that is set round it
_HEADING = re.compile(r"h[1-6]")
_TELLING_NAMES = (
    "h1 h2 h3 h4 h5 h6 hd doctitle hgroup level level1 level2 level3 level4 level5 level6 caption pre poem linegroup "
    "blockquote epigraph li dt dd"
)
_TELLING = frozenset(_TELLING_NAMES.split())  # elements whose name alone makes a kind of block
_LEVELS = re.compile(r"level[1-6]?")
_NOWHERE = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """What a block inherits from the elements around it.

    `depth` counts DTBook's levels; `collected`: inside a list of notes; `silent`: text is not shown.
    """

    kind: BlockKind = "paragraph"
    level: int = 0
    target: str = ""
    preformatted: bool = False
    in_cell: bool = False
    collected: bool = False
    silent: bool = False
    depth: int = 0


PLAIN = Style()


def said(element: etree._Element) -> str:
    """Everything by which an element says what it is: epub:type, role, class."""
    return " ".join(
        value for name, value in attributes(element) if name in ("class", "role") or name.endswith("type")
    ).lower()


def is_hidden(element: etree._Element, name: str, kinds: str) -> bool:
    """Whether an element shows nothing in a book: scripts, what is hidden, the arrow behind a note."""
    if name in HIDDEN:
        return True
    if name == "a" and "backlink" in kinds and not re.search(r"\w", words(element)):
        return True  # furniture
    return element.get("hidden") is not None or bool(_NOWHERE.search(element.get("style", "")))


def page_label(element: etree._Element, name: str, kinds: str) -> str | None:
    """The number of the page that begins here, "" if it is not said; None if no page begins.

    What has such a class and more than a number inside is text.
    """
    if name != "pagenum" and not (kinds and _PAGE.search(kinds)):
        return None
    shown = ""
    for piece in element.itertext():
        shown = " ".join(f"{shown}{piece!s}".split())
        if len(shown) > _LONGEST_LABEL:
            return None
    for value in (shown, element.get("title", ""), element.get("aria-label", "")):
        if (match := _PAGE_LABEL.fullmatch(" ".join(value.split())[:100])) and match[1]:
            return match[1].strip(" .:–—-") or match[1]
    return ""


def inherited(element: etree._Element, name: str, kinds: str, style: Style) -> Style:
    """The style inside an element, from its name and from what it says it is."""
    if style.kind == "note" and not style.collected:
        return replace(style, preformatted=True) if name == "pre" else style
    if name in BLOCKS and ((found := _NOTE.search(kinds)) or name in ("note", "annotation")):
        # A list of notes says only what its items are; each item points back for itself.
        several = bool(found and found[0].endswith("s"))
        target = "" if several else _backlink(element)
        return Style("note", target=target, in_cell=style.in_cell, collected=several, depth=style.depth)
    if not kinds and name not in _TELLING and style.kind in ("paragraph", "list", "quote"):
        return style
    if style.kind == "note" and not (style.collected and _HEADING.fullmatch(name)):
        return replace(style, preformatted=True) if name == "pre" else style
    return _by_name(element, name, kinds, style)


def _by_name(element: etree._Element, name: str, kinds: str, style: Style) -> Style:
    if _HEADING.fullmatch(name):
        return Style("heading", int(name[1]), depth=style.depth)
    if name in ("hd", "doctitle"):
        return Style("heading", max(1, style.depth), depth=style.depth)
    if name == "hgroup" or style.kind == "heading":
        return Style("heading", style.level or _hgroup_level(element), depth=style.depth)
    if _LEVELS.fullmatch(name):
        return replace(style, depth=style.depth + 1)
    if name == "caption":
        return Style("table", depth=style.depth)
    if name == "pre":
        return Style("code", preformatted=True, depth=style.depth)
    if style.kind == "verse" or (kinds and _VERSE.search(kinds)) or name in ("poem", "linegroup"):
        return Style("verse", in_cell=style.in_cell, depth=style.depth)
    if name in ("blockquote", "epigraph"):
        return Style("quote", in_cell=style.in_cell, depth=style.depth)
    if name in ("li", "dt", "dd") and style.kind == "paragraph":
        return Style("list", depth=style.depth)
    return style


def _hgroup_level(element: etree._Element) -> int:
    return next((int(local(e)[1]) for e in element.iter() if _HEADING.fullmatch(local(e))), 1)


def _backlink(element: etree._Element) -> str:
    """Where a note points back to: its first link that says so, else its first link within the book."""
    links = [e for e in element.iter() if local(e) == "a" and "#" in e.get("href", "")]
    back = [e for e in links if "backlink" in said(e)]
    return next((e.get("href", "") for e in back + links), "")
