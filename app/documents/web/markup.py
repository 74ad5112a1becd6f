"""Markup: the bytes of a file with tags become characters, and those a tree that is not too deep."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from app.documents.encoding import Decoded, NotText, decode, detect, score
from app.documents.web import elements
from model.types import Problem

_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_PREAMBLE = 1 << 14  # bytes in which a declaration is looked for: some saved pages begin with long scripts
_MULTIBYTE = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_CLEAR = 0.35  # score of a multi-byte decoding that is surely right; wrong ones reach 0.1
_NONSENSE = 0.2

_DEEPEST = 150  # elements within one another; libxml2 drops what is deeper than 255 without a word
_DEEP = etree.XPath("boolean(" + "/*" * _DEEPEST + ")")
_ELEMENT = r"<(/?)([A-Za-z][\w:.-]*)[^<>]*?(/?)>"
_RAW = r"(?:script|style|title|textarea|xmp)(?=[\s/>])"  # elements whose content holds no tags
_HTML_TAG = re.compile(
    rf"<!--.*?(?:-->|\Z)|(?!<{_RAW}){_ELEMENT}|<({_RAW}).*?(?:</\4\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
XML_TAG = re.compile(rf"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|{_ELEMENT}", re.DOTALL)
_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big blink cite code data del dfn em font i ins kbd label mark nobr q s samp small "
    "span strike strong sub sup time tt u var"
)
_VOID, _INLINE = frozenset(_VOID_NAMES.split()), frozenset(_INLINE_NAMES.split())


def decoded(data: bytes, encoding: str | None = None, declared: str | None = None) -> Decoded:
    """The characters of a file with tags: a mark first, then what it declares if that is true, else what it is.

    A user's `encoding` is obeyed. `declared` stands for a declaration that is not in the file.
    Raises Problem("unknown-encoding").
    """
    marked = data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    try:
        found = decode(data, encoding or (None if marked else detect(_words(data))))
    except NotText:
        return _scrubbed(data, declared or _declaration(data))
    name = declared or _declaration(data)
    if encoding or marked or not name or found.encoding.startswith(("utf-16", "utf-32")):
        return found
    try:
        said = decode(data, name)
    except Problem:
        return found
    return said if _is_true(said, found, data) else found


def _words(data: bytes) -> bytes:
    """What is judged: not the tags, which are in English and may say what is not so, but what CDATA holds.

    Wide characters keep theirs.
    """
    return data if b"\0" in data else re.sub(rb"</?[A-Za-z][^<>]*>", b" ", data)


def _scrubbed(data: bytes, name: str) -> Decoded:
    """Tags say that this is text: what no text holds is damage."""
    try:
        text = decode(data, name or "utf-8")
    except Problem:
        text = decode(data, "utf-8")
    clean, damaged = re.subn(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]+", "\ufffd", text.text)
    return Decoded(clean, text.encoding, text.replaced + damaged)


def _declaration(data: bytes) -> str:
    """The encoding that a file names, "" if none. One that it could not have been read in is not meant."""
    match = _DECLARED.search(data[:_PREAMBLE])
    name = match[1].decode("ascii").lower().removeprefix("x-") if match else ""
    return "" if name.startswith(("utf-16", "utf-32", "ucs", "unicode", "user-defined")) else name


def _is_true(said: Decoded, found: Decoded, data: bytes) -> bool:
    """Whether a declaration fits the bytes, and what they look like is no clearly better reading."""
    if said.encoding == found.encoding:
        return True
    if said.replaced > found.replaced or (found.encoding == "utf-8" and not data.isascii()):
        return False
    if found.encoding in _MULTIBYTE and score(found.text) > _CLEAR and score(said.text) < _NONSENSE:
        return False
    # Tools write iso-8859-1 without looking; no language that it can write is mostly accents.
    wide = len(re.findall(rb"[\x80-\xff]", data))
    return said.encoding != "cp1252" or wide < len(re.findall(rb"[A-Za-z]", _words(data)))


def parsed(data: bytes) -> tuple[etree._Element | None, int]:
    """The tree of a file inside a book, not too deep, None if there is none, and how many of its characters could
    not be read. Raises elements.Hostile.
    """
    try:
        found = Decoded(data.decode("utf-8-sig"), "utf-8", 0)
    except UnicodeDecodeError:
        found = decoded(data)
    root = elements.parse(found.text)
    if root is not None and is_deep(root):
        root = elements.parse(shallow(found.text))
    return root, found.replaced


def tree(path: Path, text: str) -> etree._Element:
    """The tree of a file's characters, elements deeper than a reader can mean taken out, their text kept.

    Raises Problem: broken for markup made to harm, no-text.
    """
    found = _parsed(path, text)
    if is_deep(found):
        found = _parsed(path, shallow(text))
    return found


def is_deep(root: etree._Element) -> bool:
    """Whether elements stand so deep within one another that the parser may have dropped some."""
    return bool(_DEEP(root))


def _parsed(path: Path, text: str) -> etree._Element:
    try:
        found = elements.parse(text)
    except elements.Hostile as hostile:
        raise Problem("broken", path=str(path), reason=f"entity {hostile}") from None
    if found is None:
        raise Problem("no-text", path=str(path))
    return found


def shallow(text: str, tag: re.Pattern[str] = _HTML_TAG) -> str:
    """Markup without the tags that open more than 100 elements within one another: a rule stands for a block."""
    depth = 100
    open_tags: list[tuple[str, bool]] = []
    opened: dict[str, int] = {}

    def kept(match: re.Match[str]) -> str:
        name = (match[2] or "").lower()
        if not name or name in _VOID or match[3]:
            return match[0]
        if not match[1]:
            keep = len(open_tags) < depth
            open_tags.append((name, keep))
            opened[name] = opened.get(name, 0) + 1
        elif opened.get(name):
            keep = _close(open_tags, opened, name)
        else:
            return ""
        return match[0] if keep else "" if name in _INLINE else "<hr/>"

    return tag.sub(kept, text)


def _close(open_tags: list[tuple[str, bool]], opened: dict[str, int], name: str) -> bool:
    """Close an element and all within it; whether its own tag was kept."""
    while True:
        last, keep = open_tags.pop()
        opened[last] -= 1
        if last == name:
            return keep
