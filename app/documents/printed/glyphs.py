"""Glyphs: the characters of a PDF page and their boxes, fetched from pdfium in bulk."""

from __future__ import annotations

import ctypes
import math
import re
import sys
from array import array
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat

import pypdfium2
import pypdfium2.raw as pdfium

# pypdfium2's own prototypes convert each argument; over a book's million characters plain integers are 5x faster.
_GET_UNICODE = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetUnicode, ctypes.c_void_p).value or 0
)
_GET_LOOSE_BOX = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)
LINE = re.compile(r"[^\r\n\x02\ufffe]+[\x02\ufffe]?")
"""One of pdfium's lines; \\x02 or \\ufffe is a hyphen at its end that pdfium takes for a break's."""

_BOX_BYTES = 16  # FS_RECTF: left, top, right, bottom as 32-bit floats
MOST = 3_000_000
"""Characters of a page at most: four times a long novel."""

_OBJECT = 12  # characters that cost as much as a text object does by itself
_DEEPEST = 6  # forms inside forms
_THIN = 0.01  # points: no width
_MOST_TEXTS = 20_000  # text objects of a page that are looked at
_WIDEST = 100_000.0  # points: what lies further out is no place on paper


@dataclass(frozen=True, slots=True)
class Frame:
    """What of a page is shown: its box in PDF's coordinates (points, y upwards) and its turn in quarters, clockwise."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int

    @property
    def width(self) -> float:
        """Points, as the page is shown."""
        return self.top - self.bottom if self.turn % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.turn % 2 else self.top - self.bottom

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page in points from the top left as it is shown."""
        match self.turn:
            case 1:
                return y - self.bottom, x - self.left
            case 2:
                return self.right - x, y - self.bottom
            case 3:
                return self.top - y, self.right - x
        return x - self.left, self.top - y


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A page's characters in pdfium's order, one for one, with their boxes in points from the top left. `sizes`:
    where each of pdfium's lines begins, and the size of its type in points. `unplaced`: where pieces of
    text begin that have no width, as a blank has, or a sign whose font is missing: pdfium leaves them out. Only
    the first `own` characters are pdfium's, all by default.
    """

    page: int
    frame: Frame
    text: str
    left: Sequence[float]
    top: Sequence[float]
    right: Sequence[float]
    bottom: Sequence[float]
    sizes: Mapping[int, float]
    unplaced: Sequence[tuple[float, float]] = ()
    own: int = sys.maxsize


def frame(page: pypdfium2.PdfPage) -> Frame:
    """The part of a page that is shown. A page without a usable box is as large as US Letter."""
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    left, right = sorted((_sane(box.left), _sane(box.right)))
    bottom, top = sorted((_sane(box.bottom), _sane(box.top)))
    if right - left < 1 or top - bottom < 1:
        left, bottom, right, top = 0.0, 0.0, 612.0, 792.0
    return Frame(left, bottom, right, top, pdfium.FPDFPage_GetRotation(page) % 4)


def weight(page: pypdfium2.PdfPage) -> int:
    """About how many characters pdfium will have to place, from what is drawn; it stops counting at `MOST`.

    pdfium cannot be stopped once it reads a page's text: 1.3 µs and 270 bytes for each character, 15 µs for
    each text object. A small file may hold a page of a hundred million.
    """
    total = 0
    for thing in _texts(page):
        left, bottom, right, top = _bounds(thing)
        long, short = sorted((abs(right - left), abs(top - bottom)), reverse=True)
        total += _OBJECT + int(2 * long / max(short, 1.0))
        if total > MOST:
            break
    return total


def _texts(page: pypdfium2.PdfPage) -> Iterator[object]:
    """The text objects of a page, those inside its forms too."""
    for i in range(pdfium.FPDFPage_CountObjects(page)):
        yield from _texts_in(pdfium.FPDFPage_GetObject(page, i), 0)


def _texts_in(thing: object, depth: int) -> Iterator[object]:
    kind = pdfium.FPDFPageObj_GetType(thing)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        yield thing
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
        for i in range(pdfium.FPDFFormObj_CountObjects(thing)):
            yield from _texts_in(pdfium.FPDFFormObj_GetObject(thing, i), depth + 1)


def _bounds(thing: object) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def unplaced(page: pypdfium2.PdfPage) -> list[tuple[float, float]]:
    """Where text objects without width begin, in points from the top left of the page as it is shown."""
    shape = frame(page)
    boxes = map(_bounds, islice(_texts(page), _MOST_TEXTS))
    return [shape.place(left, bottom) for left, bottom, right, _ in boxes if right - left < _THIN]


def read(number: int, page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, first: int = 0, last: int = -1) -> Glyphs:
    """The characters [first, last) of a page (all by default), in the order and number that pdfium has them."""
    count = pdfium.FPDFText_CountChars(text)
    last = count if last < 0 else min(last, count)
    size = max(0, last - first)
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value
    codes = map(_GET_UNICODE, repeat(handle), range(first, last))
    shown = "".join(map(chr, (code if code < 0x110000 else 0xFFFD for code in codes)))
    boxes = array("f", bytes(_BOX_BYTES * size))
    base = boxes.buffer_info()[0]
    addresses = range(base, base + _BOX_BYTES * size, _BOX_BYTES)
    deque(map(_GET_LOOSE_BOX, repeat(handle), range(first, last), addresses), maxlen=0)
    if not math.isfinite(sum(boxes)):
        boxes = array("f", map(_sane, boxes))
    shape = frame(page)
    sizes = {m.start(): _size(text, first + (m.start() + m.end()) // 2) for m in LINE.finditer(shown)}
    places = _turned(shape, boxes[0::4], boxes[1::4], boxes[2::4], boxes[3::4])
    return Glyphs(number, shape, shown, *places, sizes)


def _size(text: pypdfium2.PdfTextPage, index: int) -> float:
    """The size of a character's type in points: the font's times the scale at which it is set."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(text, index, matrix):
        return 0.0
    return float(pdfium.FPDFText_GetFontSize(text, index) * math.hypot(matrix.b, matrix.d))


def _turned(
    shape: Frame, lefts: array[float], tops: array[float], rights: array[float], bottoms: array[float]
) -> tuple[Sequence[float], Sequence[float], Sequence[float], Sequence[float]]:
    """Left, top, right, bottom of PDF's coordinates as the page is shown."""
    from_left = [x - shape.left for x in lefts], [x - shape.left for x in rights]
    from_top = [shape.top - y for y in tops], [shape.top - y for y in bottoms]
    if shape.turn == 0:
        return from_left[0], from_top[0], from_left[1], from_top[1]
    from_right = [shape.right - x for x in rights], [shape.right - x for x in lefts]
    from_bottom = [y - shape.bottom for y in bottoms], [y - shape.bottom for y in tops]
    if shape.turn == 1:
        return from_bottom[0], from_left[0], from_bottom[1], from_left[1]
    if shape.turn == 2:
        return from_right[0], from_bottom[0], from_right[1], from_bottom[1]
    return from_top[0], from_right[0], from_top[1], from_right[1]


def _sane(value: float) -> float:
    """A coordinate within reach; a broken file has any number here, or none."""
    return min(max(value, -_WIDEST), _WIDEST) if value == value else 0.0
