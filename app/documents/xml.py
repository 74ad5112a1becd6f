"""XML: a file in a vocabulary that has no reader of its own becomes its words, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from app.documents.document import Document
from app.documents.web import flow, markup, xhtml
from app.documents.web.flow import Front

PARSER = "xml 1"
_MARKUP = re.compile(r"<(?:p|br|div|a|b|i|em|strong|img|ul|table)\b[^<>]*>", re.IGNORECASE)  # a page inside a feed


def read(path: Path, data: bytes, encoding: str | None = None) -> Document:
    """The Document in the bytes of an XML file. Raises Problem: broken, no-text, unknown-encoding."""
    decoded = markup.decoded(data, encoding)
    tree = markup.tree(path, decoded.text)
    written = xhtml.Flow()
    xhtml.Writer(written, path.name).write(_page(path, tree))
    return flow.document(
        path,
        written,
        Front(title=next((words for e in tree.iter(etree.Element) if _is_title(e) and (words := _words(e))), "")),
        join=False,
        format="XML",
        parser=PARSER,
        encoding=decoded.encoding,
        warnings=(f"vocabulary:{xhtml.local(tree)}", *decoded.warnings),
    )


def _page(path: Path, tree: etree._Element) -> etree._Element:
    """The same words as a page of HTML: each element that has words of its own is a paragraph, a title a heading."""
    body = etree.Element("body")
    for element in _holders(tree):
        words = _words(element)
        if _MARKUP.search(words):
            body.extend(markup.tree(path, f"<html><body>{words}</body></html>").iter("body"))
        else:
            etree.SubElement(body, "h2" if _is_title(element) else "p").text = words
    return body


def _holders(element: etree._Element) -> Iterator[etree._Element]:
    """The outermost elements that have words beside their children's."""
    own = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in own):
        yield element
        return
    for child in element.iterchildren(etree.Element):
        yield from _holders(child)


def _is_title(element: etree._Element) -> bool:
    return xhtml.local(element).lower() in ("title", "heading", "head")


def _words(element: etree._Element) -> str:
    return " ".join(xhtml.words(element).split())
