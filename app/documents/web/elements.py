"""Elements: the characters of an XML or HTML file become a tree. Nothing is fetched, no entity grows."""

from __future__ import annotations

import html.entities
import re
from collections import Counter
from functools import lru_cache

from lxml import etree
from lxml import html as lxml_html

from app.documents.web import guarded

_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_ENTITY = re.compile(r"&([A-Za-z_][\w.-]*);")
_DECLARED = re.compile(r"<!ENTITY\s+(?:(%)\s+)?([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)'|(SYSTEM|PUBLIC))", re.IGNORECASE)
_PROLOGUE = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)  # what may stand before a document's type
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[(.*?)\]\s*)?>", re.IGNORECASE | re.DOTALL)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+")  # in XML
_EMPTIED = re.compile(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
_NESTED = re.compile(r"&(?!#)|<")  # in the value of an entity: another one, or markup
_HIGHEST = 1_000_000  # characters that the uses of entities may add


class Hostile(ValueError):
    """Markup made to harm: entities that grow, or that fetch."""


def local(element: etree._Element) -> str:
    """An element's name without namespace or prefix; "" for comments and the like."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


def words(element: etree._Element) -> str:
    """All text inside an element, as it stands."""
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False))


def attributes(element: etree._Element) -> list[tuple[str, str]]:
    """Names with their namespaces, and values."""
    return [(str(name), str(value)) for name, value in element.items()]


def attribute(element: etree._Element, name: str) -> str:
    """An attribute's value in whatever namespace or under whatever prefix it stands, "" if there is none."""
    return next((value for key, value in attributes(element) if _local(key) == name), "")


def parse(text: str) -> etree._Element | None:
    """The tree of the characters of an XML or HTML file, None if there is none to be had. Fetches and expands
    nothing; an encoding that they declare is not asked. Raises Hostile for entities that would grow or fetch.
    """
    markup = _markup(text)
    if not markup.strip():
        return None
    # Bytes, because lxml refuses characters that carry a declaration, even a broken one.
    try:
        return etree.fromstring(markup.encode("utf-8", "replace"), guarded.parser())
    except etree.XMLSyntaxError:
        return _mended(_ILLEGAL.sub("", markup))


def _mended(markup: str) -> etree._Element | None:
    """What is not well formed is read as HTML, where <a/> and <title/> would swallow what follows."""
    try:
        return etree.fromstring(markup.encode("utf-8", "replace"), guarded.parser())
    except etree.XMLSyntaxError:
        opened = _EMPTIED.sub(r"<\1\2></\1>", markup)
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)
        return lxml_html.document_fromstring(opened.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _markup(text: str) -> str:
    """Characters without declaration and doctype; HTML's named characters become themselves."""
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    prologue = _PROLOGUE.match(text)
    doctype = _DOCTYPE.match(text, prologue.end() if prologue else 0)
    declared = _declared(doctype[1] or "", text[doctype.end() :]) if doctype else {}
    text = text[: doctype.start()] + text[doctype.end() :] if doctype else text
    return _ENTITY.sub(lambda match: _entity(match, declared), text) if "&" in text else text


def _entity(match: re.Match[str], declared: dict[str, str]) -> str:
    name = match[1]
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return match[0]
    if name in declared:
        return declared[name]
    return html.entities.html5.get(f"{name};", f"&amp;{name};")


def _declared(subset: str, body: str) -> dict[str, str]:
    """The file's own entities, plain words only: one that names another or a file is refused if used."""
    found: dict[str, str] = {}
    used = Counter(_ENTITY.findall(body)) if subset else Counter[str]()
    grown = 0
    for percent, name, double, single, external in _DECLARED.findall(subset):
        value = double or single
        grown += len(value) * used[name]
        # A public collection of names is not fetched: they stay as they are written.
        if (
            (percent and external.upper() != "PUBLIC")
            or (used[name] and (external or _NESTED.search(value)))
            or grown > _HIGHEST
        ):
            raise Hostile(name)
        if not external and not _NESTED.search(value):
            found.setdefault(name, value)
    return found
