"""Paper: an open PDF file with its pages, their characters and boxes, and pictures of them."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from itertools import groupby, islice, takewhile
from mmap import ACCESS_READ, mmap
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from app.documents.document import Document, Origin
from app.documents.printed import glyphs
from app.documents.printed.glyphs import Glyphs
from app.documents.printed.mended import mended
from model.types import Problem, Span

if TYPE_CHECKING:
    from app.documents.printed.objects import Objects

_LARGEST = 40_000_000  # pixels of a picture: 160 MB
_SLOW = 0.05  # seconds of loading a page after which it is looked at before its text is read
# pdfium keeps global state: two threads may not be in it at once, not even with two files.
_PDFIUM = threading.RLock()


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of a line on a page (from 0), in points from the top left of the page as it is shown."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in pixels: rows of `stride` bytes, four a pixel: blue, green, red, and one that means nothing."""

    width: int
    height: int
    stride: int
    data: bytes


class Paper:
    """An open PDF file, to be closed. Its methods may be called from any thread."""

    def __init__(self, path: Path, password: str | None = None) -> None:
        """Opens the file, mended if it is cut off. Raises Problem: password, wrong-password, drm, broken."""
        self._path = path
        self._mended: bytes | None = None
        self._password: str | None = None  # the one that is needed
        with _PDFIUM:
            self._file = self._opened(password)
            self.pages: int = len(self._file)

    def __enter__(self) -> Paper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with _PDFIUM:
            self._file.close()

    @property
    def is_mended(self) -> bool:
        """Whether the file is cut off, or so damaged that its pages had to be sought one by one."""
        return self._mended is not None

    @property
    def is_encrypted(self) -> bool:
        """Whether the file is encrypted, with a password or without."""
        with _PDFIUM:
            return int(pdfium.FPDF_GetSecurityHandlerRevision(self._file.raw)) >= 0

    @cached_property
    def objects(self) -> Objects:
        """The objects of the file. Raises whatever pypdf runs into."""
        from app.documents.printed.objects import Objects  # whoever only shows pages need not wait for pypdf

        return Objects(self._path if self._mended is None else BytesIO(self._mended), password=self._password)

    @contextmanager
    def content(self) -> Iterator[bytes | mmap]:
        """The bytes of the file, as it is open here."""
        if self._mended is not None:
            yield self._mended
            return
        with self._path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            yield content

    @contextmanager
    def file(self) -> Iterator[pypdfium2.PdfDocument]:
        """The file for pdfium's own calls, while no other thread is in pdfium."""
        with _PDFIUM:
            yield self._file

    def glyphs(self, page: int, first: int = 0, last: int = -1, seek: bool = False) -> Glyphs | None:
        """The characters [first, last) of a page (all by default), None if it cannot be loaded or is endless.

        `seek`: look for what of the page's text they lack.
        """
        begun = time.monotonic()
        with self._page(page) as loaded:
            slow = time.monotonic() - begun > _SLOW
            if loaded is None or (slow and glyphs.weight(loaded) > glyphs.MOST):
                return None
            try:
                text = loaded.get_textpage()
            except pypdfium2.PdfiumError:
                return None
            found = glyphs.read(page, loaded, text, first, last)
            text.close()
            return replace(found, unplaced=glyphs.unplaced(loaded)) if seek else found

    def kinds(self, page: int) -> set[int]:
        """The kinds of objects that a page shows, as pdfium numbers them (FPDF_PAGEOBJ_…)."""
        with self._page(page) as loaded:
            if loaded is None:
                return set()
            count = pdfium.FPDFPage_CountObjects(loaded)
            return {pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(loaded, i)) for i in range(count)}

    def boxes(self, document: Document, span: Span) -> tuple[Box, ...]:
        """Where a passage of the document in this file stands on paper: one box for each piece of a line.

        A run of origins never leaves its line, so each that the span touches is one box.
        """
        first = bisect_left(document.origins, span.start + 1, key=lambda origin: origin.end)
        runs = takewhile(lambda origin: origin.start < span.end, islice(document.origins, first, None))
        return tuple(
            box for page, group in groupby(runs, attrgetter("page")) for box in self._boxes(page, list(group), span)
        )

    def picture(self, page: int, scale: float) -> Picture:
        """A page drawn at `scale` pixels a point, or smaller where that would be more than 40 million pixels.

        Raises Problem("broken") for a page that cannot be loaded.
        """
        with self._page(page) as loaded:
            if loaded is None:
                raise Problem("broken", path=str(self._path), reason=f"page {page + 1}")
            area = max(1.0, loaded.get_width() * loaded.get_height())
            bitmap = loaded.render(
                scale=max(min(scale, (_LARGEST / area) ** 0.5), 0.01), force_bitmap_format=pdfium.FPDFBitmap_BGRx
            )
            picture = Picture(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            bitmap.close()
            return picture

    def _boxes(self, page: int, runs: Sequence[Origin], span: Span) -> Iterator[Box]:
        """The boxes of the parts of runs of one page that lie inside the span; what has no ink has none."""
        parts = [_part(run, span) for run in runs]
        first = min(part.start for part in parts)
        found = self.glyphs(page, first, max(part.end for part in parts))
        if found is None:
            return
        for part in parts:
            inked = [i - first for i in range(part.start, part.end) if i - first < len(found.text)]
            if inked := [i for i in inked if not found.text[i].isspace()]:
                yield Box(
                    page,
                    min(found.left[i] for i in inked),
                    min(found.top[i] for i in inked),
                    max(found.right[i] for i in inked),
                    max(found.bottom[i] for i in inked),
                )

    @contextmanager
    def _page(self, page: int) -> Iterator[pypdfium2.PdfPage | None]:
        with _PDFIUM:
            try:
                loaded = self._file.get_page(page)
            except pypdfium2.PdfiumError:
                yield None
                return
            try:
                yield loaded
            finally:
                loaded.close()

    def _opened(self, password: str | None) -> pypdfium2.PdfDocument:
        try:
            file = pypdfium2.PdfDocument(self._path)
            if len(file):
                return file
            file.close()
        except pypdfium2.PdfiumError as error:
            if error.err_code == pdfium.FPDF_ERR_PASSWORD and password:
                return self._unlocked(password)
            if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
                raise self._problem(error.err_code, password) from None
        self._mended = mended(self._path)
        try:
            return pypdfium2.PdfDocument(self._mended or b"")
        except pypdfium2.PdfiumError as error:
            raise self._problem(error.err_code, password) from None

    def _unlocked(self, password: str) -> pypdfium2.PdfDocument:
        self._password = password
        try:
            return pypdfium2.PdfDocument(self._path, password)
        except pypdfium2.PdfiumError as error:
            raise self._problem(error.err_code, password) from None

    def _problem(self, code: int | None, password: str | None) -> Problem:
        """pdfium's reasons for not opening a file."""
        path = str(self._path)
        if code == pdfium.FPDF_ERR_PASSWORD:
            return Problem("wrong-password" if password else "password", path=path)
        if code == pdfium.FPDF_ERR_SECURITY:
            return Problem("drm", path=path)
        return Problem("broken", path=path, reason="no PDF pages can be found in it")


def _part(run: Origin, span: Span) -> Span:
    """The characters of the page that a run has inside a span of the text."""
    shift = run.index - run.start
    return Span(max(run.start, span.start) + shift, min(run.end, span.end) + shift)
