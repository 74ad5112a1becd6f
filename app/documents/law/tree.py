"""Tree: a law in XML parsed with nothing fetched, nothing grown, and nothing too deep to walk."""

from __future__ import annotations

import html.entities
import re
from pathlib import Path

from lxml import etree

from app.documents.web import guarded, markup
from model.types import Problem

_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[(.*?)\]\s*)?>", re.DOTALL)
_DECLARED = re.compile(r"<!ENTITY\s+(?:(%)\s+)?([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)'|(\w+))", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][\w.-]*);")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OWN = ("amp", "lt", "gt", "quot", "apos")  # what every parser knows
_LONGEST = 100  # characters that the file's own entity may stand for


def parse(path: Path, data: bytes) -> tuple[etree._Element, tuple[str, ...]]:
    """The root of an XML file and the warnings that reading it gave: "replaced", "truncated".

    Where the file is cut off or damaged, the tree of what can be read. Raises Problem: broken.
    """
    decoded = markup.decoded(data)
    text = _plain(path, decoded.text)
    try:
        root = _parsed(text)
    except etree.XMLSyntaxError as error:
        return _mended(path, text, error), (*decoded.warnings, f"truncated:{error.lineno or 1}")
    return root, decoded.warnings


def local(element: etree._Element) -> str:
    """An element's name without its namespace; "" for an entity or the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def first(element: etree._Element, *names: str) -> etree._Element | None:
    """The first element inside, at any depth, that has one of these names."""
    return next((e for e in element.iter(etree.Element) if local(e) in names), None)


def words(element: etree._Element | None) -> str:
    """All text inside an element, on one line; "" for None."""
    return " ".join("".join(str(piece) for piece in element.itertext()).split()) if element is not None else ""


def _parsed(text: str) -> etree._Element:
    """The tree of well-formed text, what stands deeper than a law goes set higher up, its words kept."""
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), guarded.parser(recover=False))
    except etree.XMLSyntaxError as error:
        if "depth" not in str(error.msg).lower():
            raise
    else:
        if not markup.is_deep(root):
            return root
    return etree.fromstring(_shallow(text), guarded.parser(recover=False))


def _shallow(text: str) -> bytes:
    return markup.shallow(text, markup.XML_TAG).encode("utf-8", "replace")


def _mended(path: Path, text: str, error: etree.XMLSyntaxError) -> etree._Element:
    """The tree of what stands before and after the damage, as far as the parser finds its way."""
    try:
        found = etree.fromstring(_shallow(text), guarded.parser(recover=True))
    except etree.XMLSyntaxError:
        found = None
    if found is None or not words(found):
        raise Problem("broken", path=str(path), reason=re.sub(r", line \d+, column \d+.*", "", str(error.msg)))
    return found


def _plain(path: Path, text: str) -> str:
    """Characters without declaration and doctype, named characters as themselves."""
    text = re.sub(r"\A\ufeff?\s*<\?xml[^>]*\?>", "", text)
    doctype = _DOCTYPE.match(text, max(0, text.find("<!DOCTYPE")))
    declared = _declared(path, doctype[1] or "") if doctype else {}
    text = text[: doctype.start()] + text[doctype.end() :] if doctype else text
    text = _CONTROL.sub("", text).lstrip()
    return _ENTITY.sub(lambda m: _entity(m, declared), text) if "&" in text else text


def _entity(match: re.Match[str], declared: dict[str, str]) -> str:
    name = match[1]
    if name in _OWN:
        return match[0]
    return declared.get(name) or html.entities.html5.get(f"{name};", f"&amp;{name};")


def _declared(path: Path, subset: str) -> dict[str, str]:
    """The file's own names of characters. One that grows or fetches is refused: laws need none."""
    found = {}
    for percent, name, double, single, external in _DECLARED.findall(subset):
        value = double or single
        bare = re.sub(r"&(?:#\w+|amp|lt|gt|quot|apos);", "", value)
        if percent or external or "&" in bare or "<" in bare or len(value) > _LONGEST:
            raise Problem("broken", path=str(path), reason=f"entity {name}")
        found[name] = value
    return found
