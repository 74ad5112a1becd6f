"""Package: what an EPUB says about itself: files, spine, lists, title, and whether it may be read.

ebooklib reads metadata and spine; where it chokes, lxml reads them from the OPF.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from lxml import etree

from app.documents.book import metadata, navigation
from app.documents.book.metadata import Metadata, Statement
from app.documents.book.navigation import Landmark, Lists, joined
from app.documents.book.salvage import Salvage
from app.documents.web import markup
from app.documents.web.elements import attributes, local
from model.types import Problem

_FONT_DISGUISES = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_TEXTS = (
    "application/xhtml+xml",
    "text/html",
    "text/x-oeb1-document",
    "image/svg+xml",
    "application/x-dtbook+xml",
    "text/xml",
)
_ENDINGS = (".xhtml", ".html", ".htm")
_NCX = "application/x-dtbncx+xml"


@dataclass(frozen=True)
class Package:
    """`spine` holds paths in the zip in reading order; `guessed`: it is the order of their names, none is said.

    `cover` is the path of a picture or of a page with one, "" if none is named.
    """

    about: Metadata
    spine: tuple[str, ...]
    lists: Lists
    cover: str = ""
    guessed: bool = False


def read(archive: Salvage) -> Package:
    """The package of an EPUB. Raises Problem: drm, broken, no-spine."""
    _check_rights(archive)
    opf = _opf_path(archive)
    tree = _parsed(archive, opf) if opf else None
    if tree is None:
        return _without_package(archive)
    statements, refs = _by_ebooklib(tree, opf) or _by_lxml(tree)
    about = metadata.metadata(statements)
    items = {e.get("id", ""): e for e in tree.iter() if local(e) == "item"}
    base = posixpath.dirname(opf)
    spine, guessed = _spine(archive, base, items, refs), False
    if not spine:
        navs = {joined(base, e.get("href", "")) for e in items.values() if "nav" in e.get("properties", "").split()}
        spine, guessed = _named_texts(archive, navs), True
    if not spine:
        raise Problem("no-spine", path=str(archive.path))
    guide = navigation.of_guide((e for e in tree.iter() if local(e) == "reference"), opf)
    lists = _lists(archive, base, list(items.values()), guide)
    return Package(about, spine, lists, _cover(archive, base, items, about, lists.landmarks), guessed)


def _check_rights(archive: Salvage) -> None:
    """Refuse what is encrypted; disguised fonts are no obstacle to reading."""
    rights, _ = archive.recover("META-INF/rights.xml") or (b"", True)
    if b"adobe.com/adept" in rights or any(archive.find(f"META-INF/{n}") for n in ("sinf.xml", "license.lcpl")):
        raise Problem("drm", path=str(archive.path))
    tree = _parsed(archive, "META-INF/encryption.xml")
    for element in tree.iter() if tree is not None else ():
        if local(element).lower() == "encrypteddata":
            parts = [(local(e).lower(), e) for e in element.iter()]
            methods = [dict(attributes(e)) for name, e in parts if name == "encryptionmethod"]
            if any((m.get("Algorithm") or m.get("algorithm")) not in _FONT_DISGUISES for m in methods):
                raise Problem("drm", path=str(archive.path))


def _opf_path(archive: Salvage) -> str:
    """The path of the first package that is there, "" if none is."""
    tree = _parsed(archive, "META-INF/container.xml")
    for element in tree.iter() if tree is not None else ():
        path = element.get("full-path") if local(element) == "rootfile" else None
        if path and (found := archive.find(path)):
            return found
    return next((n for n in archive.names if n.lower().endswith(".opf")), "")


def _without_package(archive: Salvage) -> Package:
    """A book whose package is lost: all its texts in the order of their names."""
    spine = _named_texts(archive)
    if not spine:
        raise archive.broken("no package document")
    ncx = next((n for n in archive.names if n.lower().endswith(".ncx")), "")
    lists = navigation.of_ncx(_parsed(archive, ncx), ncx) if ncx else Lists()
    return Package(Metadata(), spine, lists, guessed=True)


def _named_texts(archive: Salvage, but: Set[str] = frozenset()) -> tuple[str, ...]:
    """All texts of the zip by their names, without its lists."""
    found = [name for name in archive.names if name.lower().endswith(_ENDINGS) and name not in but]
    return tuple(sorted(found, key=_natural))


def _natural(name: str) -> list[tuple[int, str]]:
    """Part 2 before part 10."""
    return [(int(p), "") if p.isascii() and p.isdigit() else (-1, p) for p in re.split(r"([0-9]{1,9})", name.lower())]


def _by_ebooklib(tree: etree._Element, opf: str) -> tuple[list[Statement], list[str]] | None:
    """Metadata and spine as ebooklib reads them, None where it chokes.

    It is given the OPF alone, its characters all resolved: it would lose what follows an entity.
    """
    from ebooklib import epub

    data = etree.tostring(tree, encoding="utf-8")

    class Reader(epub.EpubReader):  # type: ignore[misc]
        def read_file(self, name: str) -> bytes:
            return data if name == opf else b""

        def _load(self) -> None:
            # The container was read with our own care: ebooklib would take the last of several.
            self.opf_file, self.opf_dir = opf, posixpath.dirname(opf)
            self._load_opf_file()

        def _parse_nav(self, *_: object, **__: object) -> None:
            """Contents are read here: ebooklib leaves out lines that lead nowhere, and what they head."""

        _parse_ncx = _parse_nav

    try:
        book = Reader("").load()
        said = [(name, pair) for names in book.metadata.values() for name, pairs in names.items() for pair in pairs]
        statements = [metadata.statement(name, value or "", given) for name, (value, given) in said if name]
        return statements, [idref for idref, _ in book.spine if idref]
    except Exception:  # ebooklib has no error of its own for what a damaged book can do to it
        return None


def _by_lxml(tree: etree._Element) -> tuple[list[Statement], list[str]]:
    return metadata.of_tree(tree), [e.get("idref", "") for e in tree.iter() if local(e) == "itemref"]


def _spine(archive: Salvage, base: str, items: dict[str, etree._Element], refs: Sequence[str]) -> tuple[str, ...]:
    """The paths of the spine's texts, each once; one that the zip does not have stays, to be told."""
    texts = (_text_of(items, items.get(ref)) for ref in refs)
    paths = (joined(base, item.get("href", "")) for item in texts if item is not None)
    return tuple(dict.fromkeys(archive.find(path) or path for path in paths))


def _text_of(items: dict[str, etree._Element], item: etree._Element | None) -> etree._Element | None:
    """A spine item, or the fallback it names if it is of a kind that is no text."""
    seen: set[str] = set()
    while item is not None and not _can_hold_text(item) and item.get("id", "") not in seen:
        seen.add(item.get("id", ""))
        item = items.get(item.get("fallback", ""))
    return item if item is not None and _can_hold_text(item) else None


def _can_hold_text(item: etree._Element) -> bool:
    return item.get("media-type") in _TEXTS or item.get("href", "").lower().endswith(_ENDINGS)


def _lists(archive: Salvage, base: str, items: Sequence[etree._Element], guide: tuple[Landmark, ...]) -> Lists:
    """The lists of the navigation document; what it has not, of the NCX and the guide."""
    nav = ncx = Lists()
    for item in items:
        path = joined(base, item.get("href", ""))
        if not nav.contents and "nav" in item.get("properties", "").split():
            nav = navigation.of_nav(_parsed(archive, path), path)
        elif not ncx.contents and (item.get("media-type") == _NCX or path.lower().endswith(".ncx")):
            ncx = navigation.of_ncx(_parsed(archive, path), path)
    return Lists(nav.contents or ncx.contents, nav.pages or ncx.pages, nav.landmarks or guide)


def _parsed(archive: Salvage, path: str) -> etree._Element | None:
    """The tree of a file that is whole, None of one that is not: a book can be read without its lists."""
    data, whole = archive.recover(path) or (b"", False)
    return markup.parsed(data)[0] if whole else None


def _cover(
    archive: Salvage, base: str, items: dict[str, etree._Element], about: Metadata, landmarks: Sequence[Landmark]
) -> str:
    """The picture or page that the package calls the cover, best first; "" if none of them is there."""
    named = items.get(about.cover)
    places = [
        joined(base, e.get("href", "")) for e in items.values() if "cover-image" in e.get("properties", "").split()
    ]
    places += [joined(base, named.get("href", ""))] if named is not None else []
    places += [joined(base, about.cover)] if about.cover else []
    places += [mark.href.partition("#")[0] for mark in landmarks if mark.role == "cover"]
    return next((found for place in places if place and (found := archive.find(place))), "")
