"""Drawing: a picture in markup: what is said of it or written in it, and which file holds it."""

from __future__ import annotations

import posixpath
import re
from itertools import islice
from urllib.parse import unquote

from lxml import etree

from app.documents.web.elements import attributes, local
from app.documents.web.style import BLOCKS

_LONGEST = 1000  # characters of a file's name: a picture may be its own address
_INITIAL = 2  # characters of an alt text that is a drop capital and belongs to its word
_FEW = 50  # elements that are looked at for words beside a picture
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)


def named(element: etree._Element, path: str) -> tuple[str, str]:
    """The words of a picture in the file at `path`, and the path of its own file; that of the first in an <svg>."""
    if local(element) != "svg":
        return _alt(element), _target(_source(element), path)
    written = [_lines(e) for e in element.iter() if local(e) in ("title", "desc", "text")]
    sources = (_source(e) for e in element.iter() if local(e) == "image")
    return _cleaned(element.get("aria-label") or " ".join(filter(None, written))), _target(next(sources, ""), path)


def initial(element: etree._Element) -> str:
    """The letters that a picture stands for in a word, "" if it is no drop capital."""
    alt = _alt(element)
    return alt if 0 < len(alt) <= _INITIAL and _has_text(element) else ""


def _alt(element: etree._Element) -> str:
    return _cleaned(element.get("alt") or element.get("title") or "")


def _cleaned(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").replace("\ufeff", "").split())


def _target(source: str, path: str) -> str:
    if not source or _SCHEME.match(source):
        return source[:_LONGEST]
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(source)))[:_LONGEST]


def _lines(element: etree._Element) -> str:
    """The words of a drawing's text; what has a place of its own is a line of its own."""
    pieces = [element.text or ""]
    for part in element.iterdescendants(etree.Element):
        placed = part.get("x") or part.get("y") or part.get("dy")
        pieces += [" " if placed else "", part.text or "", part.tail or ""]
    return " ".join("".join(pieces).split())


def _source(element: etree._Element) -> str:
    return next((v for k, v in attributes(element) if k.rpartition("}")[2] in ("src", "href", "xlink:href")), "")


def _has_text(element: etree._Element) -> bool:
    """Whether words stand beside a picture in its paragraph."""
    block = next((a for a in element.iterancestors() if local(a) in BLOCKS), None)
    if block is None:
        return False
    return any((e.text or "").strip() or (e.tail or "").strip() for e in islice(block.iter(), _FEW))
