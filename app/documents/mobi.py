"""MOBI: a Mobipocket or Kindle book without DRM becomes a Document, by way of the EPUB it was made from."""

from __future__ import annotations

import re
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.documents import child, epub, html, kindle, text
from app.documents.book.archive import Archive
from app.documents.document import Document
from app.documents.web import flow
from model.types import Problem

PARSER = "mobi 1"

_SECONDS = 10  # a book of 3 MB takes one
_NCX = 0xF4  # where the first record says which one holds the contents
_CHARSET = re.compile(rb'<meta http-equiv="content-type" content="text/html; charset=(utf-8|windows-1252)" />')
_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def read(path: Path) -> Document:
    """The Document in a MOBI or AZW3 file. Raises Problem: broken, drm, no-text, unreadable."""
    with _unpacked(path) as (book, lost):
        try:
            document = _plain(path, book) if book.name == kindle.PLAIN else epub.read(book)
        except Problem as problem:
            raise Problem(problem.code, **problem.parameters | {"path": str(path)}) from None
        name = "AZW3" if book.parent.name == "mobi8" else "MOBI"
    if len(document.sections) < 2:
        document = flow.outlined(document)
    title = path.stem if document.title == book.stem else document.title
    missing = (f"records-lost:{lost}",) if lost else ()
    return replace(document, title=title, format=name, parser=PARSER, warnings=document.warnings + missing)


def _plain(path: Path, book: Path) -> Document:
    """A PalmDOC is a text, or a page without images."""
    data = book.read_bytes()
    return html.read(path, data) if re.match(rb"\s*<(?:html|body|head|p|h1)\b", data, re.I) else text.read(path, data)


def picture(path: Path, name: str) -> bytes | None:
    """The bytes of a picture by its name in the unpacked book, None if there is none."""
    with _unpacked(path) as (book, _):
        return None if book.name == kindle.PLAIN else Archive(book).read(name)


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[Path, int]]:
    """The EPUB inside a MOBI file, as long as the context lasts, and how many records of text were lost.

    Raises Problem: broken, drm, unreadable."""
    if _is_encrypted(path):
        raise Problem("drm", path=str(path))
    with tempfile.TemporaryDirectory(prefix="tongdu-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, lost = _mended(path, folder)
        reason = _unpack(source, folder)
        plain = folder / kindle.PLAIN
        found = next(iter(sorted(folder.glob("mobi8/*.epub"))), None) or _packed(folder / "mobi7") or plain
        if not found.exists():
            raise Problem("broken", path=str(path), reason=reason or "no text in it")
        yield found, lost


def _is_encrypted(path: Path) -> bool:
    """What the head of the first record says; a plain PalmDOC has another meaning there."""
    try:
        with path.open("rb") as file:
            head = file.read(82)
            if len(head) < 82 or head[60:68] != b"BOOKMOBI":
                return False
            file.seek(struct.unpack_from(">L", head, 78)[0] + 12)
            return file.read(2) not in (b"\0\0", b"")
    except OSError as error:
        raise Problem("unreadable", path=str(path), reason=error.strerror or str(error)) from None


def _unpack(path: Path, folder: Path) -> str:
    """Unpack in a process of its own; what stopped it, "" if nothing did. Raises Problem("drm")."""
    try:
        ended = child.run(kindle.__name__, [str(path.absolute()), str(folder)], seconds=_SECONDS)
    except TimeoutError as error:
        return str(error)
    if ended.status == kindle.ENCRYPTED:
        raise Problem("drm", path=str(path))
    return ended.said.strip().rpartition("\n")[2][:200] if ended.status else ""


def _mended(path: Path, folder: Path) -> tuple[Path, int]:
    """The file, or a copy that names only the text records it still has; and how many of its records are lost.

    Raises Problem("unreadable").
    """
    try:
        data = bytearray(path.read_bytes())
    except OSError as error:
        raise Problem("unreadable", path=str(path), reason=error.strerror or str(error)) from None
    count = struct.unpack_from(">H", data, 76)[0] if len(data) > 78 else 0
    if len(data) < 78 + 8 * count + 16 or not count:
        return path, 0  # the list itself is cut: the unpacker says so
    starts = struct.unpack_from(">" + "L4x" * count, data, 78)
    whole = max(1, sum(start < len(data) for start in starts) - 1)  # the last one is cut inside
    first = starts[0]
    if whole == count - 1 or first + 10 > len(data):
        return path, 0
    records = struct.unpack_from(">H", data, first + 8)[0]
    struct.pack_into(">H", data, first + 8, min(records, whole - 1))
    if len(data) >= first + _NCX + 4 and data[first + 16 : first + 20] == b"MOBI":
        struct.pack_into(">L", data, first + _NCX, 0xFFFFFFFF)  # the contents stand behind the text
    copy = folder / "cut.mobi"
    copy.write_bytes(data)
    return copy, max(0, records - (whole - 1))


def _packed(folder: Path) -> Path | None:
    """An older book, which unpacks to one HTML file with package and contents, as the EPUB it nearly is."""
    if not (folder / "book.html").exists() or not (folder / "content.opf").exists():
        return None
    _repaired(folder / "book.html")
    book = folder / "book.epub"
    with zipfile.ZipFile(book, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("META-INF/container.xml", _CONTAINER)
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file != book:
                archive.write(file, file.relative_to(folder).as_posix())
    return book


def _repaired(page: Path) -> None:
    """The unpacker sets the encoding into the 12th byte, wherever that is: make it UTF-8 and take that out."""
    data = page.read_bytes()
    if match := _CHARSET.search(data[:200]):
        text = data.replace(match[0], b"", 1).decode(match[1].decode("ascii"), "replace")
        page.write_bytes(text.encode("utf-8-sig", "replace"))
