"""Bookmarks: a PDF file's outline, labels and description, as pdfium reads them."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

_MOST = 20_000  # entries of an outline; the largest honest ones have a few thousand
_DEEPEST = 12
_LONGEST = 4_000  # bytes of a title
_MADE_BY = r"(?:untitled|paper title|无标题|未命名|document|文档|slide|microsoft (?:word|powerpoint|excel))\b.*"
_FILE_NAME = r".*\.(?:docx?|indd|tex|dvi|pdf|qxd|fm|rtf|txt|wps|pptx?|xlsx?|html?|p65|ps|cdr|odt)"
_NO_TITLE = re.compile(f"{_MADE_BY}|{_FILE_NAME}", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline, level from 1. It points to a page (from 0) and there to (x, y) in PDF's
    coordinates, where y is None if it means the whole page.
    """

    title: str
    level: int
    page: int
    x: float
    y: float | None


def outline(file: pypdfium2.PdfDocument) -> list[Bookmark]:
    """The entries that point to a page, in order. Loops end; what lies too deep is left out."""
    found = []
    seen: set[int] = set()
    waiting = [(pdfium.FPDFBookmark_GetFirstChild(file, None), 1)]
    while waiting and len(seen) < _MOST:
        entry, level = waiting.pop()
        if not entry or (address := ctypes.addressof(entry.contents)) in seen:
            continue
        seen.add(address)
        waiting.append((pdfium.FPDFBookmark_GetNextSibling(file, entry), level))
        if level < _DEEPEST:
            waiting.append((pdfium.FPDFBookmark_GetFirstChild(file, entry), level + 1))
        if bookmark := _bookmark(file, entry, level):
            found.append(bookmark)
    return found


def description(file: pypdfium2.PdfDocument) -> tuple[str, tuple[str, ...]]:
    """Title and authors as the file says, empty where it says nothing or nothing sensible."""
    title = _text(lambda buffer, size: pdfium.FPDF_GetMetaText(file, b"Title", buffer, size))
    authors = _text(lambda buffer, size: pdfium.FPDF_GetMetaText(file, b"Author", buffer, size))
    if not is_sensible(title) or _NO_TITLE.fullmatch(title):
        title = ""
    names = [name.strip() for name in re.split(r"[;；]|、", authors) if is_sensible(name.strip())]
    return title, tuple(dict.fromkeys(names))


def language(file: pypdfium2.PdfDocument) -> str:
    """The language that the file names (BCP 47), "" if none."""
    name = _text(lambda buffer, size: pdfium.FPDFCatalog_GetLanguage(file, _wide(buffer), size))
    return name if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", name) else ""


def label(file: pypdfium2.PdfDocument, page: int) -> str:
    """The number printed on a page (from 0), its place in the file where none is given."""
    return _text(lambda buffer, size: pdfium.FPDF_GetPageLabel(file, page, buffer, size)) or str(page + 1)


def is_sensible(words: str) -> bool:
    """Whether words are text at all: not empty, no codes, no characters of private use."""
    return bool(re.search(r"\w", words)) and not re.search(r"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]|\(0x", words)


def _bookmark(file: pypdfium2.PdfDocument, entry: object, level: int) -> Bookmark | None:
    title = _text(lambda buffer, size: pdfium.FPDFBookmark_GetTitle(entry, buffer, size))
    goal = pdfium.FPDFBookmark_GetDest(file, entry)
    if not goal and (action := pdfium.FPDFBookmark_GetAction(entry)):
        goal = pdfium.FPDFAction_GetDest(file, action)
    title = " ".join(title.split())
    page = pdfium.FPDFDest_GetDestPageIndex(file, goal) if goal else -1
    return Bookmark(title, level, page, *_point(goal)) if page >= 0 and title else None


def _point(goal: object) -> tuple[float, float | None]:
    count, numbers = ctypes.c_ulong(), (pdfium.FS_FLOAT * 4)()
    kind = pdfium.FPDFDest_GetView(goal, count, numbers)
    match kind:
        case pdfium.PDFDEST_VIEW_XYZ:
            has_x, has_y, has_zoom = pdfium.FPDF_BOOL(), pdfium.FPDF_BOOL(), pdfium.FPDF_BOOL()
            x, y, zoom = pdfium.FS_FLOAT(), pdfium.FS_FLOAT(), pdfium.FS_FLOAT()
            if pdfium.FPDFDest_GetLocationInPage(goal, has_x, has_y, has_zoom, x, y, zoom):
                return x.value if has_x.value else 0.0, y.value if has_y.value else None
        case pdfium.PDFDEST_VIEW_FITH | pdfium.PDFDEST_VIEW_FITBH if count.value:
            return 0.0, float(numbers[0])
        case pdfium.PDFDEST_VIEW_FITR if count.value == 4:
            return float(numbers[0]), float(numbers[3])
    return 0.0, None


def _text(call: Callable[[ctypes.Array[ctypes.c_char] | None, int], int]) -> str:
    """What a call of pdfium's writes as UTF-16 into a buffer: asked once for the size, once for the text."""
    size = min(call(None, 0), _LONGEST)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(_LONGEST)
    call(buffer, _LONGEST)
    return buffer.raw[: size - size % 2].decode("utf-16-le", "replace").partition("\0")[0].strip()


def _wide(buffer: ctypes.Array[ctypes.c_char] | None) -> object:
    """A buffer as the one call of these that wants UTF-16 units takes it."""
    return ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)) if buffer else None


def numbers_only(bookmarks: Sequence[Bookmark]) -> bool:
    """Whether the entries only count pages, as scanners write them."""
    return all(re.fullmatch(r"(?:page|seite|页|第)?\s*\W?\d+\s*页?", b.title, re.IGNORECASE) for b in bookmarks)
