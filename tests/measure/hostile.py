"""Hostile: files made to harm a reader, what becomes of them, and at what cost."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
OPF = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title></metadata>'
    '<manifest><item id="a" href="{page}" media-type="application/xhtml+xml"/></manifest>'
    '<spine><itemref idref="a"/></spine></package>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{RELATION}" Target="word/document.xml"/></Relationships>'
)
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
BILLION = f'<!DOCTYPE html [<!ENTITY l0 "ha">{LAUGHS}]>'
EXTERNAL = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def page(body: str, doctype: str = "") -> str:
    return (
        f'{doctype}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>{body}</body></html>'
    )


def epub(body: str, name: str = "a.xhtml", href: str | None = None, more: dict[str, bytes] | None = None) -> bytes:
    """An EPUB of one page."""
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": CONTAINER,
        "book.opf": OPF.format(page=href or name),
        name: body,
        **(more or {}),
    }
    return zipped({"mimetype": "application/epub+zip", **files})


def docx(body: str, doctype: str = "") -> bytes:
    """A DOCX whose body is `body`."""
    document = f'{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS, "word/document.xml": document})


def zipped(files: dict[str, str | bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return memory.getvalue()


def declared(data: bytes, member: bytes, size: int) -> bytes:
    """A zip whose directory says that a member unpacks to `size` bytes."""
    changed = bytearray(data)
    place = data.rindex(member) - 46  # the central directory's entry: its name stands behind 46 bytes
    struct.pack_into("<I", changed, place + 24, size & 0xFFFFFFFF)
    return bytes(changed)


def pdf(content: bytes, more: bytes = b"", media: bytes = b"[0 0 612 792]", count: int = 1) -> bytes:
    """A PDF of one page without a cross-reference table, which every reader rebuilds."""
    return b"\n".join(
        [
            b"%PDF-1.4",
            b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
            b"2 0 obj<</Type/Pages/Kids[" + b"3 0 R " * count + b"]/Count %d>>endobj" % count,
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox"
            + media
            + b"/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj",
            b"4 0 obj<</Length %d%s>>stream\n" % (len(content), more) + content + b"\nendstream endobj",
            b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
            b"trailer<</Root 1 0 R>>",
            b"%%EOF",
        ]
    )


def _zeros(megabytes: int) -> bytes:
    return zlib.compress(b"\0" * (megabytes << 20), 9)


def files() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Name of the file, what it tries, and its bytes."""
    text = "<p>" + "words " * 100 + "</p>"
    spaces = b" " * (300 << 20)
    yield "bomb.epub", "300 MB of blanks in a page", lambda: epub("x", more={"b.xhtml": spaces})
    yield "bomb-page.epub", "the page itself is the bomb", lambda: epub(spaces.decode())
    yield "declared.epub", "a page declared as 3.9 GB", lambda: declared(epub(page(text)), b"a.xhtml", 3_900_000_000)
    yield "outside.epub", "a spine that climbs out of the book", lambda: epub(page(text), href="../../../etc/passwd")
    yield "absolute.epub", "a spine that names the root folder", lambda: epub(page(text), href="/etc/passwd")
    yield (
        "remote.epub",
        "pictures and pages on the network",
        lambda: epub(page(text + '<img src="http://127.0.0.1:9/x.png"/><object data="http://127.0.0.1:9/"/>')),
    )
    yield "laughs.epub", "a billion laughs", lambda: epub(page("<p>&l11;</p>", BILLION))
    yield "external.epub", "an entity that is a file of the machine", lambda: epub(page("<p>&x;</p>", EXTERNAL))
    yield "deep.epub", "100,000 nested elements", lambda: epub(page("<div>" * 100_000 + text + "</div>" * 100_000))
    yield "wide.epub", "a million empty elements", lambda: epub(page("<i/>" * 1_000_000 + text))
    yield (
        "entries.epub",
        "65,000 files in the zip",
        lambda: epub(page(text), more={f"junk/{i}": b"" for i in range(65_000)}),
    )
    yield "laughs.docx", "a billion laughs", lambda: docx("<w:p><w:r><w:t>&l11;</w:t></w:r></w:p>", BILLION)
    yield "external.docx", "an entity that is a file", lambda: docx("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", EXTERNAL)
    yield "bomb.docx", "300 MB of blanks", lambda: docx("<w:p><w:r><w:t>" + spaces.decode() + "</w:t></w:r></w:p>")
    yield (
        "deep.docx",
        "20,000 nested tables",
        lambda: docx("<w:tbl><w:tr><w:tc>" * 20_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 20_000),
    )
    yield (
        "declared.docx",
        "a part declared as 3.9 GB",
        lambda: declared(docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>"), b"word/document.xml", 3_900_000_000),
    )
    yield "bomb.pdf", "a stream that unpacks to 1 GB", lambda: pdf(_zeros(1024), b"/Filter/FlateDecode")
    yield (
        "bombs.pdf",
        "a stream packed three times",
        lambda: pdf(zlib.compress(zlib.compress(_zeros(2048), 9), 9), b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"),
    )
    yield "pages.pdf", "one page counted 200,000 times", lambda: pdf(b"BT /F 9 Tf (words) Tj ET", count=200_000)
    yield (
        "huge.pdf",
        "a page ten million points wide",
        lambda: pdf(b"BT /F 9 Tf (words) Tj ET", media=b"[0 0 10000000 10000000]"),
    )
    yield (
        "letters.pdf",
        "two million words on one page",
        lambda: pdf(b"BT /F 9 Tf " + b"(words ) Tj " * 2_000_000 + b"ET"),
    )
    yield "deep.pdf", "100,000 nested arrays", lambda: pdf(b"[" * 100_000 + b"]" * 100_000 + b" TJ")
    yield "loop.pdf", "a page tree that is its own child", lambda: pdf(b"").replace(b"3 0 R ", b"2 0 R ")
    yield "laughs.html", "a billion laughs", lambda: page("<p>&l11;</p>", BILLION).encode()
    yield "external.html", "an entity that is a file", lambda: page("<p>&x;</p>", EXTERNAL).encode()
    yield "deep.html", "100,000 nested elements", lambda: page("<div>" * 100_000 + text).encode()
    yield "deep.md", "50,000 nested quotes", lambda: b">" * 50_000 + b" words " * 50
    yield "brackets.md", "100,000 open brackets", lambda: b"[" * 100_000 + b" words " * 50
    yield "stars.md", "100,000 stars", lambda: b"*a _b " * 50_000 + b" words " * 50
    yield (
        "laughs.xml",
        "a billion laughs in a law",
        lambda: (
            BILLION.replace("html", "Legislation")
            + '<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation">&l11;</Legislation>'
        ).encode(),
    )
    yield "line.txt", "50 MB on one line", lambda: b"words " * (50_000_000 // 6)
    yield "breaks.txt", "10 million line breaks", lambda: b"\n" * 10_000_000 + b"words"
    yield "heads.txt", "half a million chapter heads", lambda: "第一章\n".encode() * 500_000 + b"words"
    yield (
        "numbers.txt",
        "200,000 numbers on lines of their own",
        lambda: "".join(f"{i}\n" for i in range(200_000)).encode(),
    )
