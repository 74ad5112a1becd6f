"""HTML: one page becomes a Document, without what is round the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from app.documents.document import Document
from app.documents.encoding import Decoded
from app.documents.web import flow, markup, xhtml
from app.documents.web.flow import Front

PARSER = "html 1"

_CAPITALS = re.compile(r"(?=[a-z]*[A-Z])[A-Za-z][A-Za-z0-9]*")  # a name of HTML written with some
_FURNITURE = ("nav", "button", "select", "textarea", "datalist")
_AROUND = ("header", "footer", "aside", "dialog")
_MOSTLY = 0.5  # share of letters inside links that makes a header or footer a menu
_TITLES = ("dc.title", "dcterms.title", "citation_title", "og:title")
_AUTHORS = ("author", "dc.creator", "dcterms.creator", "citation_author")
_LANGUAGES = ("content-language", "dc.language", "dcterms.language")


def read(path: Path, data: bytes, encoding: str | None = None) -> Document:
    """The Document in the bytes of an HTML file. Raises Problem: broken, no-text, unknown-encoding."""
    decoded = markup.decoded(data, encoding)
    return parsed(path, decoded, "HTML", PARSER)


def parsed(path: Path, decoded: Decoded, format: str, parser: str) -> Document:
    """The Document of HTML's characters, whatever file they came from. Raises Problem: broken, no-text."""
    tree = _lowered(markup.tree(path, decoded.text))
    front = _front(tree)
    _without_furniture(tree)
    written = xhtml.Flow()
    xhtml.Writer(written, path.name).write(tree)
    return flow.document(
        path,
        written,
        front,
        format=format,
        parser=parser,
        encoding=decoded.encoding,
        warnings=decoded.warnings,
    )


def _lowered(tree: etree._Element) -> etree._Element:
    """HTML knows no case: a well-formed page in capitals was read as XML, which does."""
    for element in tree.iter(etree.Element):
        space, brace, name = str(element.tag).rpartition("}")
        if _CAPITALS.fullmatch(name):
            element.tag = f"{space}{brace}{name.lower()}"
        for key, value in xhtml.attributes(element):
            if _CAPITALS.fullmatch(key):
                del element.attrib[key]
                element.set(key.lower(), value)
    return tree


def _without_furniture(tree: etree._Element) -> None:
    """Take out what is pressed or leads elsewhere; a heading in a footer is no chapter's."""
    for element in list(tree.iter(etree.Element)):
        name = xhtml.local(element)
        if name in _FURNITURE or element.get("role") == "navigation" or (name in _AROUND and _is_menu(element)):
            _emptied(element)
        elif name == "footer":
            for heading in element.iter("h1", "h2", "h3", "h4", "h5", "h6"):
                heading.tag = "p"


def _is_menu(element: etree._Element) -> bool:
    if xhtml.local(element) == "dialog" and element.get("open") is None:
        return True  # shown only when a script opens it
    linked = sum(len(_text(e)) for e in element.iter(etree.Element) if xhtml.local(e) in ("a", "button", "select"))
    return linked > _MOSTLY * len(_text(element)) > 0


def _emptied(element: etree._Element) -> None:
    """Nothing left of an element but its tail and the places that links point to."""
    places = [place for e in element.iter(etree.Element) if (place := e.get("id"))]
    tail = element.tail
    element.clear()
    element.tail = tail
    for place in places:
        etree.SubElement(element, "span", id=place)


def _front(tree: etree._Element) -> Front:
    return Front(
        title=next(_titles(tree), ""),
        authors=tuple(dict.fromkeys(_meta(tree, _AUTHORS))),
        language=next(_languages(tree), ""),
    )


def _titles(tree: etree._Element) -> Iterator[str]:
    """What may be the title, best first: a heading that is the only one of its kind, and the head's."""
    tops = [_text(e) for e in tree.iter(etree.Element) if xhtml.local(e) == "h1"]
    yield from _meta(tree, _TITLES)
    if len(tops) == 1:
        yield from filter(None, tops)
    yield from filter(None, (_text(e) for e in tree.iter(etree.Element) if xhtml.local(e) == "title"))


def _languages(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        if xhtml.local(element) in ("html", "body"):
            yield from (v for k, v in xhtml.attributes(element) if k.rpartition("}")[2] in ("lang", "xml:lang") and v)
    yield from _meta(tree, _LANGUAGES)


def _meta(tree: etree._Element, names: tuple[str, ...]) -> Iterator[str]:
    """What the head says under one of the names, in the order of the names."""
    said: dict[str, list[str]] = {}
    for element in tree.iter(etree.Element):
        if xhtml.local(element) == "meta":
            name = element.get("name") or element.get("property") or element.get("http-equiv") or ""
            said.setdefault(name.lower(), []).append(" ".join(element.get("content", "").split()))
    for name in names:
        yield from filter(None, said.get(name, ()))


def _text(element: etree._Element) -> str:
    return " ".join(xhtml.words(element).split())
