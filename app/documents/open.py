"""Open: sniff the first bytes of a file and call the one reader it needs; name what is not supported."""

from __future__ import annotations

import re
from pathlib import Path

from app.documents import statute
from app.documents.book import archive
from app.documents.document import Document, Hints
from model.types import Problem

KNOWN = "EPUB, PDF, TXT, DOCX, HTML, Markdown, FB2, MOBI, AZW3, XML (USLM, Formex, CLML, Akoma Ntoso)"
_HEAD = 4096

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ\0", "XZ"),
    (b"\x28\xb5\x2f\xfd", "ZSTD"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"\xcf\xfa\xed\xfe", "Mach-O"),
    (b"\xca\xfe\xba\xbe", "Mach-O"),
    (b"SQLite format 3\0", "SQLite"),
    (b"AT&TFORM", "DJVU"),
    (b"ID3", "MP3"),
    (b"OggS", "OGG"),
    (b"\xe9DRMION", "KFX"),
    (b"TPZ", "Topaz"),
    (b"ITSF", "CHM"),
    (b"bplist00", "webarchive"),
    (b"%!PS", "PostScript"),
    (b"wOFF", "WOFF"),
    (b"wOF2", "WOFF2"),
    (b"OTTO", "OTF"),
    (b"\0\1\0\0\0", "TTF"),
)
# What the first bytes of an XML file, in lower case, name: its vocabulary.
_VOCABULARIES = (
    (rb"<fictionbook", "FB2"),
    (rb"xml\.house\.gov/schemas/uslm|schemas\.gpo\.gov/xml/uslm", "USLM"),
    (rb"legislation\.gov\.uk/namespaces/legislation", "CLML"),
    (rb"docs\.oasis-open\.org/legaldocml|<akomantoso", "AKN"),
    (rb"<doc\b[^<>]*formex", "XML"),  # what the Official Journal says about an act, without the act
    (rb"formex", "FORMEX"),
    (rb"<html", "HTML"),
)
_WORD = re.compile(rb"(?:wordprocessingml|ms-word)\.[\w.]+\.main\+xml", re.IGNORECASE)
# A short signature that a text may begin with too ("MZ", "ID3", "BZh") needs a byte that no text has.
_SHORTEST_SURE = 4


def open_document(path: Path, hints: Hints | None = None) -> Document:
    """The Document in a file, read as `hints` say where they say something.

    Raises Problem: missing, folder, no-file, empty, unreadable, unsupported, broken, no-spine, drm, password, no-text,
    unknown-encoding, wrong-encoding, binary, pattern, no-articles.
    """
    hints = hints or Hints()
    document = statute.applied(_read(path, hints), hints.kind)
    if hints.chapters:
        from app.documents.chapters import divided

        document = divided(document, hints.chapters)
    return document


def _read(path: Path, hints: Hints) -> Document:
    """Each reader is imported when it is needed: opening a TXT file waits for no PDF library."""
    head = _head(path)
    match kind := sniff(head, path):
        case "EPUB":
            from app.documents import epub

            return epub.read(path)
        case "PDF":
            from app.documents import pdf

            return pdf.read(path, hints.password)
        case "DOCX":
            from app.documents import docx

            return docx.read(path)
        case "HTML":
            from app.documents import html

            return html.read(path, _bytes(path), hints.encoding)
        case "MD":
            from app.documents import markdown

            return markdown.read(path, _bytes(path), hints.encoding)
        case "FB2":
            from app.documents import fb2

            return fb2.read(path)
        case "MOBI":
            from app.documents import mobi

            return mobi.read(path)
        case "USLM":
            from app.documents.law import uslm

            return uslm.read(path, _bytes(path))
        case "FORMEX":
            from app.documents.law import formex

            return formex.read(path, _bytes(path))
        case "CLML":
            from app.documents.law import clml

            return clml.read(path, _bytes(path))
        case "AKN":
            from app.documents.law import akoma

            return akoma.read(path, _bytes(path))
        case "XML":
            from app.documents import xml

            return xml.read(path, _bytes(path), hints.encoding)
        case "TXT":
            from app.documents import text

            return text.read(path, _bytes(path), hints.encoding)
        case "DOC" if "EncryptedPackage".encode("utf-16-le") in _bytes(path):
            raise Problem("encrypted", path=str(path))
    raise Problem("unsupported", path=str(path), kind=kind, known=KNOWN)


def picture(path: Path, name: str) -> bytes | None:
    """The bytes of a picture in a file, by a Block's `target` or the Document's `cover`; None if it is not there."""
    match sniff(_head(path), path):
        case "EPUB":
            from app.documents import epub

            return epub.picture(path, name)
        case "DOCX":
            from app.documents import docx

            return docx.picture(path, name)
        case "FB2":
            from app.documents import fb2

            return fb2.picture(path, name)
        case "MOBI":
            from app.documents import mobi

            return mobi.picture(path, name)
    return None


def sniff(head: bytes, path: Path) -> str:
    """The name of a file's kind by its first bytes; "TXT" for what none of the others claims."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(head, path)
    for signature, kind in _SIGNATURES:
        sure = len(signature) >= _SHORTEST_SURE or re.search(rb"[\x00-\x08]", head)
        if head.startswith(signature) and sure:
            return kind
    if found := _other_binary(head) or _markup_kind(head):
        return found
    suffix = path.suffix.lower()
    if suffix == ".pdf" and re.search(rb"\d \d+ obj\b", head):
        return "PDF"  # its head is damaged
    if suffix in (".html", ".htm", ".xhtml") and re.search(rb"<[A-Za-z!]", head.replace(b"\0", b"")):
        return "HTML"
    return "MD" if suffix in (".md", ".markdown", ".mdown") else "TXT"


def _other_binary(head: bytes) -> str | None:
    if b"%PDF-" in head[:1024]:
        return "PDF"
    if head[60:68] in (b"BOOKMOBI", b"TEXtREAd"):
        return "MOBI"
    if re.match(rb"(?:From:|MIME-Version:)", head) and b"multipart/related" in head:
        return "MHTML"
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return head[8:12].decode().strip()
    if head[4:8] == b"ftyp":
        return "MP4"
    return "BMP" if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" else None


def _markup_kind(head: bytes) -> str | None:
    """HTML and XML by their first element, in any encoding that keeps ASCII or pads it with zeros."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    start = re.sub(rb"\A(?:<!--.*?-->\s*)+", b"", start, flags=re.DOTALL)
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "HTML"
    if not re.match(rb"<[?!a-z]", start):
        return None
    vocabulary = next((kind for sign, kind in _VOCABULARIES if re.search(sign, start)), None)
    return vocabulary or ("XML" if start.startswith((b"<?xml", b"<!doctype")) else None)


def _zip_kind(head: bytes, path: Path) -> str:
    """What a zip holds, by its list of names; by its first entry or its suffix if the list is lost."""
    try:
        with archive.opened(path) as zipped:
            names = {name.replace("\\", "/") for name in zipped.namelist()}
            types = zipped.open("[Content_Types].xml").read(1 << 20) if "[Content_Types].xml" in names else b""
    except archive.DAMAGE:
        return _lost_zip_kind(head, path)
    if b"application/epub+zip" in head[:200] or "META-INF/container.xml" in names:
        return "EPUB"
    if "word/document.xml" in names or _WORD.search(types):
        return "DOCX"
    for sign, kind in (("xl/workbook.xml", "XLSX"), ("ppt/presentation.xml", "PPTX")):
        if sign in names:
            return kind
    if b"application/vnd.oasis.opendocument" in head[:200]:
        return "ODT"
    if sum(name.lower().endswith(".fb2") for name in names) == 1:
        return "FB2"
    return "EPUB" if path.suffix.lower() == ".epub" or any(n.lower().endswith(".opf") for n in names) else "ZIP"


def _lost_zip_kind(head: bytes, path: Path) -> str:
    suffix = path.suffix.lower()
    if b"[Content_Types].xml" in head or b"word/" in head or suffix in (".docx", ".docm", ".dotx"):
        return "DOCX"
    return "EPUB" if b"application/epub+zip" in head[:200] or suffix == ".epub" else "ZIP"


def _head(path: Path) -> bytes:
    """The first bytes, or the Problem that keeps us from them."""
    if path.is_dir():
        raise Problem("folder", path=str(path))
    if path.exists() and not path.is_file():  # what is read from a pipe cannot be read again
        raise Problem("no-file", path=str(path))
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise Problem("missing", path=str(path)) from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if not head:
        raise Problem("empty", path=str(path))
    return head


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> Problem:
    return Problem("unreadable", path=str(path), reason=error.strerror or str(error))
