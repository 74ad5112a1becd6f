"""FB2: a FictionBook, zipped or not, becomes a Document: its sections, verses, notes and pictures."""

from __future__ import annotations

import base64
import binascii
import html.entities
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from app.documents.book.salvage import Salvage
from app.documents.document import Document
from app.documents.outline import Entry
from app.documents.web import flow, guarded, markup, xhtml
from app.documents.web.flow import Front
from app.documents.web.xhtml import attributes, local, words
from model.types import Problem

PARSER = "fb2 1"

_BINARY = re.compile(r"<binary\b([^>]*)>([^<]*)(?:</binary\s*>|\Z)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#([0-9]+|x[0-9A-Fa-f]+)|([A-Za-z][A-Za-z0-9]*));")
_OWN = ("amp", "lt", "gt", "quot", "apos")  # entities of XML
_TAGS = {
    "cite": "blockquote",
    "epigraph": "blockquote",
    "annotation": "blockquote",
    "text-author": "p",
    "date": "p",
    "empty-line": "hr",
    "emphasis": "i",
    "strong": "b",
    "strikethrough": "s",
    "style": "span",  # HTML's style is hidden
    "image": "img",
}
_LOWEST = 6  # levels of headings


def read(path: Path) -> Document:
    """The Document in a FictionBook file, or in a zip with one. Raises Problem: broken, drm, no-text, unreadable."""
    data, damage = _data(path)
    decoded = markup.decoded(data)
    root = _root(path, _BINARY.sub("", decoded.text))
    front = _front(root)
    headed = _converted(root)
    written = xhtml.Flow()
    xhtml.Writer(written, path.name).write(root)
    entries: list[Entry] = [
        (title, level, place)
        for name, title, level in headed
        if (place := written.anchors.get(f"{path.name}#{name}")) is not None
    ]
    return flow.document(
        path,
        written,
        front,
        entries or None,
        format="FB2",
        parser=PARSER,
        encoding=decoded.encoding,
        warnings=damage + decoded.warnings,
    )


def picture(path: Path, name: str) -> bytes | None:
    """The bytes of a picture by its name in the file, None if there is none that can be read."""
    for found, content in _BINARY.findall(markup.decoded(_data(path)[0]).text):
        if re.search(rf"""\bid\s*=\s*(["']){re.escape(name)}\1""", found):
            try:
                return base64.b64decode("".join(content.split()))
            except binascii.Error:
                return None
    return None


def _data(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of the book, out of its zip, and the warning if these are not all."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Problem("unreadable", path=str(path), reason=error.strerror or str(error)) from None
    if not data.startswith(b"PK"):
        return data, ()
    archive = Salvage(path)
    books = [name for name in archive.names if name.lower().endswith(".fb2")]
    if len(books) != 1:
        raise archive.broken(f"{len(books)} FB2 files in one zip")
    found, whole = archive.recover(books[0]) or (b"", False)
    return found, () if whole else (f"part-damaged:{books[0]}",)


def _root(path: Path, text: str) -> etree._Element:
    """The tree of a FictionBook, whatever is wrong in it. Raises Problem: broken, no-text."""
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise Problem("broken", path=str(path), reason="entity")  # FB2 has none: made to harm
    text = re.sub(r"\A\s*<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
    text = re.sub(r"&(?!#?\w+;)", "&amp;", _ENTITY.sub(_character, text))
    text = re.sub(r"<(br|hr)\b[^<>]*>", r"<\1/>", text)
    root = _parsed(text)
    if root is not None and markup.is_deep(root):
        root = _parsed(markup.shallow(text, markup.XML_TAG))
    if root is None:
        raise Problem("no-text", path=str(path))
    for element in root.iter(etree.Element):
        for name, value in element.items():
            if not value:  # the parser's None for an attribute without a value
                del element.attrib[name]
    return root


def _character(match: re.Match[str]) -> str:
    """A reference to a character that XML has, or that HTML names, or its letters."""
    digits, name = match.groups()
    if digits:
        code = _code(digits)
        return match[0] if 32 <= code < 0xD800 or 0xE000 <= code < 0x110000 or code in (9, 10, 13) else "\ufffd"
    return match[0] if name in _OWN else html.entities.html5.get(f"{name};", f"&amp;{name};")


def _code(digits: str) -> int:
    return 0 if len(digits) > 8 else int(digits[1:], 16) if digits[0] == "x" else int(digits)


def _parsed(text: str) -> etree._Element | None:
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), guarded.parser(recover=True))
    except etree.XMLSyntaxError:
        return None


def _front(root: etree._Element) -> Front:
    info = next(_named(root, "title-info"), None)
    if info is None:
        return Front()
    series = next(_named(info, "sequence"), None)
    number = series.get("number", "") if series is not None else ""
    cover = next((i for page in _named(info, "coverpage") for i in _named(page, "image")), None)
    return Front(
        title=_first(info, "book-title"),
        authors=tuple(filter(None, (_person(e) for e in info if local(e) == "author"))),
        language=_first(info, "lang"),
        series=f"{series.get('name', '')} {number}".strip() if series is not None else "",
        cover=_href(cover).lstrip("#") if cover is not None else "",
    )


def _person(author: etree._Element) -> str:
    names = (_first(author, part) for part in ("first-name", "middle-name", "last-name"))
    return " ".join(filter(None, names)) or _first(author, "nickname")


def _named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (e for e in root.iter(etree.Element) if local(e) == name)


def _children(element: etree._Element) -> list[etree._Element]:
    """The elements directly inside one, without what the parser keeps of broken references."""
    return [e for e in element if isinstance(e.tag, str)]


def _first(root: etree._Element, name: str) -> str:
    return next((_line(e) for e in _named(root, name)), "")


def _line(element: etree._Element) -> str:
    """All words in one line; the paragraphs of a title touch one another in the file."""
    paragraphs = [e for e in element if local(e) == "p"] or [element]
    return " ".join(word for e in paragraphs for word in words(e).split())


def _href(element: etree._Element) -> str:
    return next((v for k, v in attributes(element) if re.split("[}:]", k)[-1] == "href"), "")


def _converted(root: etree._Element) -> list[tuple[str, str, int]]:
    """Make HTML of a FictionBook in place. Returns the titles of its sections: anchor, title, level."""
    headed: list[tuple[str, str, int]] = []
    for child in list(root):
        if local(child) != "body":
            root.remove(child)
    for i, body in enumerate(_children(root)):
        is_notes = body.get("name", "").lower() in ("notes", "comments", "footnotes")
        _section(body, 1, headed, contents=i > 0, notes=is_notes)
    root.tag = "div"
    return headed


def _section(
    section: etree._Element, level: int, headed: list[tuple[str, str, int]], contents: bool, notes: bool
) -> None:
    """A section or body and all in it. The first body's title is the book's and no part of the contents."""
    inner = [e for e in section if local(e) == "section"]
    if notes and not inner and local(section) == "section":
        _note(section)
        return
    titled = False
    for child in _children(section):
        match local(child):
            case "section":
                _section(child, level + (titled and contents), headed, True, notes)
            case "title":
                if contents and not titled:
                    headed.append((f"section-{len(headed) + 1}", _line(child), level))
                    child.set("id", headed[-1][0])
                titled = True
                _heading(child, level)
            case "subtitle" if re.search(r"\w", words(child)):
                child.tag = f"h{min(level + 1, _LOWEST)}"
                _inline(child)
            case _:
                _element(child, level)
    section.tag = "div"


def _note(section: etree._Element) -> None:
    """A note: its number and its words in one block."""
    section.set("role", "doc-footnote")
    title = next((e for e in section if local(e) == "title"), None)
    for child in _children(section):
        if child is not title:
            _element(child, 1)
    first = next((e for e in section if local(e) == "p"), None)
    if title is not None and first is not None:
        first.text = f"{_line(title)} {first.text or ''}"
        section.remove(title)
    elif title is not None:
        _element(title, 1)
    section.tag = "div"


def _heading(title: etree._Element, level: int) -> None:
    """The paragraphs of a title are the lines of one heading."""
    title.tag = f"h{min(level, _LOWEST)}"
    _lines(title)


def _lines(block: etree._Element) -> None:
    children = _children(block)
    for child in children:
        _inline(child)
        child.tag = "hr" if local(child) == "empty-line" else "span"
        if child is not children[-1]:
            etree.SubElement(child, "br")


def _element(element: etree._Element, level: int) -> None:
    """Any block outside the order of sections: a paragraph, a poem, a quotation, a table, a picture."""
    name = local(element)
    if name in ("poem", "stanza"):
        element.set("class", name)
    if name == "title":
        _heading(element, level + 1)
    elif name == "stanza" and all(local(e) in ("v", "") for e in element):
        _lines(element)
        element.tag = "p"
    elif name == "image":
        _inline_one(element)
    else:
        for child in _children(element):
            _element(child, level)
        _inline_one(element)
        element.tag = {"poem": "div", "stanza": "div", "subtitle": "p", "v": "p"}.get(name, local(element))


def _inline(block: etree._Element) -> None:
    for element in list(block.iter(etree.Element)):
        if element is not block:
            _inline_one(element)


def _inline_one(element: etree._Element) -> None:
    """One element inside a paragraph, as HTML calls it."""
    name = local(element) or "span"
    if name in ("a", "image"):
        href, is_note, alt = _href(element), element.get("type") == "note", element.get("alt", "")
        element.attrib.clear()
        element.set("alt", alt)
        element.set("href" if name == "a" else "src", href if name == "a" else href.lstrip("#"))
        if is_note:
            element.set("role", "doc-noteref")
    element.tag = _TAGS.get(name, name)
