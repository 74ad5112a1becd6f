"""Package: what an EPUB says about itself: files, spine, contents, title, and whether it may be read.

ebooklib reads the package; where it chokes, the zip and the OPF are read here with lxml.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from app.documents.xhtml import attributes, local, parse, words
from model.types import Problem

_LARGEST_FILE = 64 << 20  # bytes of one text inside, unpacked
_LARGEST_BOOK = 2 << 30  # bytes of everything inside, unpacked
_STEEPEST = 500  # times smaller than its content: deflate reaches 1030 on zeros, books reach 20
# All that zipfile raises for a damaged zip, or for a compression it does not know.
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)
_FONT_DISGUISES = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_MEDIA = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svgz|bmp|tiff?|ttf|otf|woff2?|css|js|mp[34]|m4[av]|ogg|opus|webm|pls)$",
    re.IGNORECASE,
)
_TEXTS = (
    "application/xhtml+xml",
    "text/html",
    "text/x-oeb1-document",
    "image/svg+xml",
    "application/x-dtbook+xml",
    "text/xml",
)


@dataclass(frozen=True)
class Entry:
    """A line of the contents. `level` counts from 1; `href` is a path in the zip, perhaps with #fragment."""

    title: str
    level: int
    href: str


@dataclass(frozen=True)
class Package:
    """`spine` holds paths in the zip in reading order."""

    title: str
    authors: tuple[str, ...]
    language: str
    spine: tuple[str, ...]
    contents: tuple[Entry, ...]


class Archive:
    """The zip of an EPUB: bytes by path, within limits, case and quoting forgiven as readers do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise self.broken(str(error)) from None
        self.names = {name: name for name in self.zip.namelist()}
        self._folded = {name.lower(): name for name in self.names}
        self._check()

    def _check(self) -> None:
        infos = self.zip.infolist()
        if sum(i.file_size for i in infos) > _LARGEST_BOOK:
            raise self.broken("too large")
        if any(i.file_size > _LARGEST_FILE // 8 and i.file_size > _STEEPEST * max(1, i.compress_size) for i in infos):
            raise self.broken("zip bomb")
        if any(i.flag_bits & 1 for i in infos):
            raise Problem("drm", path=str(self.path))

    def find(self, name: str) -> str | None:
        """The zip's own name for a path, or None."""
        for form in (name, unquote(name), posixpath.normpath(unquote(name))):
            if form in self.names:
                return form
            if form.lower() in self._folded:
                return self._folded[form.lower()]
        return None

    def read(self, name: str) -> bytes | None:
        """The bytes at a path, None if there are none. Raises Problem("broken") for damage and bombs."""
        found = self.find(name)
        if found is None:
            return None
        info = self.zip.getinfo(found)
        if info.file_size > _LARGEST_FILE:
            raise self.broken("too large")
        try:
            return self.zip.read(info)
        except _DAMAGE as error:
            raise self.broken(f"{found}: {error}") from None

    def broken(self, reason: str) -> Problem:
        return Problem("broken", path=str(self.path), reason=reason)


def read(archive: Archive) -> Package:
    """The package of an EPUB. Raises Problem: drm, broken, no-spine."""
    _check_rights(archive)
    opf = _opf_path(archive)
    package = _by_ebooklib(archive, opf) or _by_opf(archive, opf)
    if not package.spine:
        raise Problem("no-spine", path=str(archive.path))
    return package


def _check_rights(archive: Archive) -> None:
    """Refuse what is encrypted; disguised fonts are no obstacle to reading."""
    rights = archive.read("META-INF/rights.xml") or b""
    if b"adobe.com/adept" in rights or any(archive.find(f"META-INF/{n}") for n in ("sinf.xml", "license.lcpl")):
        raise Problem("drm", path=str(archive.path))
    encryption = archive.read("META-INF/encryption.xml")
    tree = parse(encryption) if encryption else None
    for element in tree.iter() if tree is not None else ():
        if local(element) == "EncryptedData":
            methods = [e.get("Algorithm") for e in element.iter() if local(e) == "EncryptionMethod"]
            if any(method not in _FONT_DISGUISES for method in methods):
                raise Problem("drm", path=str(archive.path))


def _opf_path(archive: Archive) -> str:
    container = archive.read("META-INF/container.xml")
    tree = parse(container) if container else None
    for element in tree.iter() if tree is not None else ():
        path = element.get("full-path") if local(element) == "rootfile" else None
        if path and archive.find(path):
            return archive.find(path) or path
    if found := next((n for n in archive.names if n.lower().endswith(".opf")), None):
        return found
    raise archive.broken("no package document")


def _by_ebooklib(archive: Archive, opf: str) -> Package | None:
    """What ebooklib makes of the book, None where it chokes. Media are not unpacked: only text is read."""
    from ebooklib import epub

    class Reader(epub.EpubReader):  # type: ignore[misc]
        def read_file(self, name: str) -> bytes:
            path = posixpath.normpath(name)
            return b"" if _MEDIA.search(path) else archive.read(path) or b""

        def _load_container(self) -> None:
            # The container was read with our own care: ebooklib would take the last of several.
            self.opf_file, self.opf_dir = opf, posixpath.dirname(opf)

    try:
        book = Reader(str(archive.path)).load()
        hrefs = [item.file_name for i, _ in book.spine if (item := book.get_item_with_id(i)) and _is_text(item)]
        base = posixpath.dirname(opf)
        spine = tuple(p for href in hrefs if (p := archive.find(_join(base, href))))
    except Problem:
        raise
    except Exception:  # ebooklib has no error of its own for what a damaged book can do to it
        return None
    own = _by_opf(archive, opf)
    # An item the OPF names that ebooklib lost, or contents it could not read, are taken from the OPF.
    return Package(
        title=_first(book, "title") or own.title,
        authors=tuple(_clean(v) for v, _ in book.get_metadata("DC", "creator") if v) or own.authors,
        language=_first(book, "language") or own.language,
        spine=spine if len(spine) >= len(own.spine) else own.spine,
        contents=own.contents or tuple(_from_toc(book.toc, base, archive)),
    )


def _is_text(item: object) -> bool:
    return getattr(item, "media_type", "") in _TEXTS or getattr(item, "file_name", "").endswith(
        (".xhtml", ".html", ".htm")
    )


def _first(book: object, name: str) -> str:
    values = book.get_metadata("DC", name)  # type: ignore[attr-defined]
    return _clean(values[0][0] or "") if values else ""


def _clean(value: str) -> str:
    return " ".join(value.split())


def _from_toc(toc: object, base: str, archive: Archive, level: int = 1) -> Iterator[Entry]:
    for node in toc if isinstance(toc, list | tuple) else [toc]:
        link, children = node if isinstance(node, tuple) else (node, ())
        yield Entry(_clean(link.title or ""), level, _join(base, link.href or ""))
        yield from _from_toc(children, base, archive, level + 1)


def _by_opf(archive: Archive, opf: str) -> Package:
    tree = parse(archive.read(opf) or b"")
    if tree is None:
        raise archive.broken("no package document")
    base = posixpath.dirname(opf)
    items = {e.get("id"): e for e in tree.iter() if local(e) == "item"}
    refs = [items.get(e.get("idref")) for e in tree.iter() if local(e) == "itemref"]
    texts = [_text_of(items, item) for item in refs if item is not None]
    paths = [_join(base, item.get("href", "")) for item in texts if item is not None]
    return Package(
        title=next(iter(_values(tree, "title")), ""),
        authors=tuple(_values(tree, "creator")),
        language=next(iter(_values(tree, "language")), ""),
        spine=tuple(archive.find(path) or path for path in paths),
        contents=_contents(archive, base, list(items.values())),
    )


def _text_of(items: dict[str | None, etree._Element], item: etree._Element) -> etree._Element | None:
    """A spine item, or the fallback it names if it is of a kind that is no text."""
    seen: set[str | None] = set()
    found: etree._Element | None = item
    while found is not None and not _can_hold_text(found) and found.get("id") not in seen:
        seen.add(found.get("id"))
        found = items.get(found.get("fallback"))
    return found if found is not None and _can_hold_text(found) else None


def _can_hold_text(item: etree._Element) -> bool:
    href = item.get("href", "").lower()
    return item.get("media-type") in _TEXTS or href.endswith((".xhtml", ".html", ".htm"))


def _values(tree: etree._Element, name: str) -> Iterator[str]:
    for element in tree.iter():
        if local(element) == name and (value := _clean(words(element))):
            yield value


def _contents(archive: Archive, base: str, items: list[etree._Element]) -> tuple[Entry, ...]:
    """The contents of the navigation document, else of the NCX."""
    for item in items:
        if "nav" in item.get("properties", "").split():
            path = _join(base, item.get("href", ""))
            if entries := tuple(_from_nav(parse(archive.read(path) or b""), path)):
                return entries
    for item in items:
        if item.get("media-type") == "application/x-dtbncx+xml" or item.get("href", "").lower().endswith(".ncx"):
            path = _join(base, item.get("href", ""))
            if entries := tuple(_from_ncx(parse(archive.read(path) or b""), path)):
                return entries
    return ()


def _from_nav(tree: etree._Element | None, path: str) -> Iterator[Entry]:
    for nav in tree.iter() if tree is not None else ():
        kinds = (
            " ".join(v for k, v in attributes(nav) if k.endswith("type") or k == "role") if local(nav) == "nav" else ""
        )
        if "toc" in kinds.replace("doc-toc", "toc").split():
            yield from _from_list(nav, posixpath.dirname(path), path, 0)
            return


def _from_list(parent: etree._Element, base: str, path: str, level: int) -> Iterator[Entry]:
    for child in parent:
        name = local(child)
        if name == "ol":
            yield from _from_list(child, base, path, level + 1)
        elif name == "li":
            yield from _from_list(child, base, path, level)
        elif name in ("a", "span") and level:
            href = child.get("href") or ""
            target = _target(path, href) if href else ""
            if title := _clean(words(child)):
                yield Entry(title, level, target)
        elif name in ("div", "section", "nav", "p"):
            yield from _from_list(child, base, path, level)


def _from_ncx(tree: etree._Element | None, path: str) -> Iterator[Entry]:
    for point in tree.iter() if tree is not None else ():
        if local(point) != "navPoint":
            continue
        level = 1 + sum(local(a) == "navPoint" for a in point.iterancestors())
        label = next((e for e in point if local(e) == "navLabel"), None)
        content = next((e for e in point if local(e) == "content"), None)
        title = _clean(words(label)) if label is not None else ""
        if title and content is not None:
            yield Entry(title, level, _target(path, content.get("src", "")))


def _target(path: str, href: str) -> str:
    """A path in the zip from a link in the file at `path`; "#x" stays in that file."""
    name, mark, fragment = href.partition("#")
    whole = _join(posixpath.dirname(path), name) if name else path
    return whole + mark + unquote(fragment)


def _join(base: str, href: str) -> str:
    if re.match(r"[a-z][a-z0-9+.-]+:", href, re.IGNORECASE):
        return href  # elsewhere in the world: never fetched, never found in the zip
    return posixpath.normpath(posixpath.join(base, unquote(href))).lstrip("/")
