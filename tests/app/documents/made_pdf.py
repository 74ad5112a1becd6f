"""Made PDF: small files written for tests, every character at a known place."""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 400.0, 600.0


@dataclass(frozen=True)
class Words:
    """Text with the left end of its baseline at (x, y), in points from the top left of the page."""

    x: float
    y: float
    text: str
    size: float = 10.0


@dataclass
class MadePage:
    words: Sequence[Words] = ()
    picture: bool = False
    turn: int = 0
    extra: str = ""  # entries of the page's dictionary
    packed: bool = False  # whether its content is deflated


@dataclass(frozen=True)
class Entry:
    """An entry of the outline: the page (from 0) and the height from its top that it points to."""

    title: str
    page: int
    y: float | None = None


@dataclass
class _Objects:
    bodies: list[bytes] = field(default_factory=list)

    def add(self, body: str | bytes) -> int:
        self.bodies.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(self.bodies)

    def stream(self, data: bytes, entries: str = "") -> int:
        return self.add(f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream")


def made(
    pages: Sequence[MadePage],
    outline: Sequence[Entry] = (),
    title: str = "",
    labels: str = "",
    codes: bool = False,
    named: bool = False,
) -> bytes:
    """A PDF file. Latin is set in Courier (0.6 em a letter), all else in a font that maps its codes to Unicode,
    or with `codes` some of them to characters of private use, or with `named` is known by name alone.
    """
    objects = _Objects()
    root, tree = objects.add(""), objects.add("")
    fonts = _fonts(objects, codes, named)
    pixel = objects.stream(
        b"\0", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    numbers = [_page(objects, page, tree, fonts, pixel) for page in pages]
    kids = " ".join(f"{n} 0 R" for n in numbers)
    objects.bodies[tree - 1] = f"<< /Type /Pages /Count {len(numbers)} /Kids [{kids}] >>".encode()
    more = f" /Outlines {_outline(objects, outline, numbers)} 0 R" if outline else ""
    more += f" /PageLabels << /Nums [{labels}] >>" if labels else ""
    objects.bodies[root - 1] = f"<< /Type /Catalog /Pages {tree} 0 R{more} >>".encode()
    info = objects.add(f"<< /Title {_string(title)} >>") if title else 0
    return _file(objects.bodies, root, info)


def below(lines: Sequence[str], x: float = 50.0, y: float = 60.0, leading: float = 14.0) -> list[Words]:
    """Lines below each other; an empty one leaves white. What begins with a tab stands in by two letters."""
    return [
        Words(x + 12.0 * line.startswith("\t"), y + i * leading, line.strip("\t"))
        for i, line in enumerate(lines)
        if line
    ]


def wrapped(text: str, letters: int = 50) -> list[str]:
    """A paragraph in lines as a typesetter breaks them, the first with a tab."""
    return ["\t" + line if not i else line for i, line in enumerate(textwrap.wrap(text, letters))]


def _fonts(objects: _Objects, codes: bool, named: bool) -> str:
    latin = objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>")
    unicode = objects.stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"1 beginbfrange " + (b"<0100> <01FF> <E100>" if codes else b"<0000> <FFFF> <0000>") + b" endbfrange\n"
        b"endcmap end end"
    )
    kind, name, order, encoding = (
        ("CIDFontType0", "STSong-Light", "GB1", "/UniGB-UCS2-H")
        if named
        else ("CIDFontType2", "Made", "Identity", f"/Identity-H /ToUnicode {unicode} 0 R")
    )
    cid = objects.add(
        f"<< /Type /Font /Subtype /{kind} /BaseFont /{name} /DW 1000 /CIDSystemInfo "
        f"<< /Registry (Adobe) /Ordering ({order}) /Supplement 0 >> >>"
    )
    wide = objects.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding {encoding} /DescendantFonts [{cid} 0 R] >>"
    )
    return f"<< /L {latin} 0 R /W {wide} 0 R >>"


def _page(objects: _Objects, page: MadePage, tree: int, fonts: str, pixel: int) -> int:
    drawn = [_drawn(words) for words in page.words]
    drawn += ["q 300 0 0 500 50 50 cm /P Do Q"] * page.picture
    data = "\n".join(drawn).encode("latin-1")
    content = objects.stream(zlib.compress(data), "/Filter /FlateDecode") if page.packed else objects.stream(data)
    box = f"/MediaBox [0 0 {WIDTH} {HEIGHT}]" if "MediaBox" not in page.extra else ""
    return objects.add(
        f"<< /Type /Page /Parent {tree} 0 R {box} /Rotate {page.turn} /Contents {content} 0 R "
        f"/Resources << /Font {fonts} /XObject << /P {pixel} 0 R >> >> {page.extra} >>"
    )


def _drawn(words: Words) -> str:
    latin = all(ord(c) < 256 for c in words.text)
    font, shown = ("L", _string(words.text)) if latin else ("W", f"<{words.text.encode('utf-16-be').hex()}>")
    return f"BT /{font} {words.size} Tf 1 0 0 1 {words.x} {HEIGHT - words.y} Tm {shown} Tj ET"


def _string(text: str) -> str:
    if any(ord(c) > 255 for c in text):
        return f"<feff{text.encode('utf-16-be').hex()}>"
    return "(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"


def _outline(objects: _Objects, entries: Sequence[Entry], pages: Sequence[int]) -> int:
    top = objects.add("")
    first = len(objects.bodies) + 1
    for i, entry in enumerate(entries):
        where = "/Fit" if entry.y is None else f"/XYZ 0 {HEIGHT - entry.y} 0"
        beside = f"/Next {first + i + 1} 0 R" if i + 1 < len(entries) else ""
        objects.add(
            f"<< /Title {_string(entry.title)} /Parent {top} 0 R /Dest [{pages[entry.page]} 0 R {where}] {beside} >>"
        )
    last = first + len(entries) - 1
    objects.bodies[top - 1] = f"<< /Type /Outlines /First {first} 0 R /Last {last} 0 R >>".encode()
    return top


def _file(bodies: Sequence[bytes], root: int, info: int) -> bytes:
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(data)
    data += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    named = f"/Info {info} 0 R" if info else ""
    data += f"trailer << /Size {len(places) + 1} /Root {root} 0 R {named} >>\nstartxref\n{table}\n%%EOF".encode()
    return bytes(data)
