"""Page view: a PDF as it was printed, page below page. What is lit, marked, found and selected is that of the text's
own view, which it follows and moves: both are at one place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.documents.document import Document, Origin
from app.documents.printed.glyphs import Glyphs
from app.ui.letters import Letters
from app.ui.page_loader import PageLoader, Wanted
from app.ui.reading_view import ReadingView
from app.ui.themes import THEMES
from model.types import Span

GAP = 14  # pixels between two pages
A4 = QSize(595, 842)  # points, of a page whose size is not known
ABOVE = 4.0  # points of paper over a line that was gone to
KEPT = 24  # pictures of pages that stay in memory
ZOOMS = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0)  # times the width of the window


class PageView(QAbstractScrollArea):
    """Shows the pages of the document of `view`."""

    def __init__(self, view: ReadingView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.zoom = 1.0
        self._loader: PageLoader | None = None
        self._letters: dict[int, Letters] = {}
        self._runs: dict[int, list[Origin]] = {}
        self._images: OrderedDict[Wanted, QImage | None] = OrderedDict()
        self._tops: list[float] = [0.0]  # of the pages, and the end of the last, at one pixel a point
        self._widest = A4.width()  # of all pages, in points
        self._moving = False  # by the reader's own hand
        self._grasp: int | None = None
        self._goal: int | None = None  # a place whose page's letters were not told yet
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Pages as printed"))
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        view.placed.connect(lambda place: self.go(place))
        view.changed.connect(self._follow)

    @property
    def document(self) -> Document:
        """The document of the text's view."""
        return self.view.document

    def open(self, path: Path, password: str | None = None) -> None:
        """Show the pages of a file from the place of the text's view on."""
        self.close_file()
        self._loader = PageLoader(path, password, self)
        self._loader.drawn.connect(self._drawn)
        self._loader.told.connect(self._told)
        self._runs = {}
        for origin in self.document.origins:
            self._runs.setdefault(origin.page, []).append(origin)
        self._lay_out()
        self.go(self.view.place)

    def close_file(self) -> None:
        """Let the file go."""
        if self._loader is not None:
            self._loader.close()
            self._loader.deleteLater()
        self._loader = None
        self._letters.clear()
        self._images.clear()

    def go(self, place: int) -> None:
        """Bring the line of a character to the top."""
        if self._loader is None or self._moving or not self.document.pages:
            return
        page, y = self.where(place)
        self._goal = None if page in self._letters else place
        self._move(self._tops[page] + y)

    def where(self, place: int) -> tuple[int, float]:
        """The page of a character and how far down it stands, in points; 0 as long as its letters are not told."""
        starts = [page.start for page in self.document.pages]
        page = max(0, bisect_right(starts, place) - 1)
        letters = self._wanted_letters(page)
        return page, max(0.0, letters.top(place) - ABOVE) if letters else 0.0

    def rectangles(self, span: Span) -> list[QRectF]:
        """Where characters stand in the window, on the pages that are seen."""
        return [
            self._shown(box, page)
            for page in self._visible()
            if (letters := self._letters.get(page)) is not None
            for box in letters.boxes(span)
        ]

    def zoom_by(self, steps: int) -> None:
        """A step nearer or farther."""
        at = min(range(len(ZOOMS)), key=lambda i: abs(ZOOMS[i] - self.zoom))
        self.set_zoom(ZOOMS[min(len(ZOOMS) - 1, max(0, at + steps))])

    def set_zoom(self, zoom: float) -> None:
        """So many times as wide as the window; the place stays."""
        self.zoom = zoom
        self._lay_out()
        self.go(self.view.place)

    # Layout: pages at one pixel a point in `_tops`, at `_scale` on the screen

    @property
    def _scale(self) -> float:
        """Pixels a point."""
        return self.zoom * max(100, self.viewport().width() - 2 * GAP) / self._widest

    def _size(self, page: int) -> QSize:
        known = self.document.pages[page]
        return QSize(round(known.width), round(known.height)) if known.width and known.height else A4

    def _lay_out(self) -> None:
        self._tops, self._widest = [0.0], 1
        for page in range(len(self.document.pages)):
            self._tops.append(self._tops[-1] + self._size(page).height() + GAP)
            self._widest = max(self._widest, self._size(page).width())
        scale = self._scale
        room = self.viewport().size()
        self.verticalScrollBar().setRange(0, max(0, round(self._tops[-1] * scale) - room.height()))
        self.verticalScrollBar().setPageStep(room.height())
        self.verticalScrollBar().setSingleStep(40)
        self.horizontalScrollBar().setRange(0, max(0, round(self._widest * scale) + 2 * GAP - room.width()))
        self.horizontalScrollBar().setPageStep(room.width())
        self.viewport().update()

    def _visible(self) -> range:
        """The pages that are seen."""
        top = self.verticalScrollBar().value() / self._scale
        bottom = top + self.viewport().height() / self._scale
        first = max(0, bisect_right(self._tops, top + 1) - 1)
        last = min(len(self.document.pages), bisect_right(self._tops, bottom))
        return range(first, max(first, last))

    def _corner(self, page: int) -> QPointF:
        """The top left of a page in the window."""
        width = self._size(page).width() * self._scale
        left = max(float(GAP), (self.viewport().width() - width) / 2) - self.horizontalScrollBar().value()
        return QPointF(left, self._tops[page] * self._scale - self.verticalScrollBar().value())

    def _shown(self, box: QRectF, page: int) -> QRectF:
        """A box of a page, in points, as it stands in the window."""
        corner, scale = self._corner(page), self._scale
        return QRectF(
            corner.x() + box.x() * scale, corner.y() + box.y() * scale, box.width() * scale, box.height() * scale
        )

    def _move(self, top: float) -> None:
        """Scroll without telling the text's view."""
        self._moving = True
        self.verticalScrollBar().setValue(round(top * self._scale))
        self._moving = False
        self.viewport().update()

    def _scrolled(self) -> None:
        """The reader moved: the text's view follows."""
        if self._moving or self._loader is None or not self.document.pages:
            return
        self._goal = None
        top = self.verticalScrollBar().value() / self._scale
        page = min(len(self.document.pages) - 1, max(0, bisect_right(self._tops, top) - 1))
        letters = self._wanted_letters(page)
        place = letters.below(top - self._tops[page]) if letters else None
        self._moving = True
        self.view.go(self.document.pages[page].start if place is None else place)
        self._moving = False

    # What comes from the file

    def _wanted_letters(self, page: int) -> Letters | None:
        """The letters of a page, asked for if they are not here."""
        if page not in self._letters and self._loader is not None:
            self._loader.want(Wanted(page))
        return self._letters.get(page)

    def _wanted_image(self, page: int) -> QImage | None:
        """The picture of a page at this scale, or at another as long as that is not here."""
        wanted = Wanted(page, round(self._scale * self.devicePixelRatioF(), 3))
        if wanted not in self._images and self._loader is not None:
            self._loader.want(wanted)
            return next((image for known, image in reversed(self._images.items()) if known.page == page), None)
        self._images.move_to_end(wanted)
        return self._images[wanted]

    def _drawn(self, wanted: Wanted, image: QImage | None) -> None:
        self._images[wanted] = image
        while len(self._images) > KEPT:
            self._images.popitem(last=False)
        self.viewport().update()

    def _told(self, page: int, glyphs: Glyphs | None) -> None:
        self._letters[page] = Letters(self._runs.get(page, ()), glyphs)
        if self.view.lit is not None:
            self._show(self.view.lit)
        elif self._goal is not None and self.where(self._goal)[0] == page:
            self.go(self._goal)
        self.viewport().update()

    def _follow(self) -> None:
        """The text's view shows something else."""
        if self._loader is None or not self.isVisible():
            return
        if self.view.lit is not None:
            self._show(self.view.lit)
        self.viewport().update()

    def _show(self, span: Span) -> None:
        """Bring a place into the window, a third down, if it is not there."""
        page, y = self.where(span.start)
        seen = self.rectangles(Span(span.start, span.start + 1))
        inside = self.viewport().rect()
        if not any(inside.contains(box.center().toPoint()) for box in seen):
            self._move(self._tops[page] + y - self.viewport().height() / 3 / self._scale)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        theme = self.view.theme
        painter.fillRect(event.rect(), QColor(theme.line))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for page in self._visible():
            size = self._size(page)
            place = self._shown(QRectF(0, 0, size.width(), size.height()), page)
            painter.fillRect(place, QColor("white"))
            image = self._wanted_image(page)
            if image is not None:
                painter.drawImage(place, image)
            letters = self._wanted_letters(page)
            if letters is not None:
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
                for span, colour in self._washes():
                    for box in letters.boxes(span):
                        painter.fillRect(self._shown(box, page), QColor(colour))
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)

    def _washes(self) -> Iterator[tuple[Span, str]]:
        """What lies over the letters, in the colours of white paper."""
        view, marks = self.view, PAPER_MARKS
        yield from ((mark.span, marks[mark.colour]) for mark in view.marks)
        yield from ((span, PAPER_WASH) for span in (*view.cited, *view.found))
        if view.lit is not None:
            yield view.lit, PAPER_WASH
        if view.selection is not None:
            yield view.selection, PAPER_SELECTION

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self.go(self.view.place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_Space:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            bar.setValue(bar.value() + (-1 if back else 1) * (bar.pageStep() - bar.singleStep()))
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grasp = self._character_at(event.position())
            self.view.select(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._character_at(event.position())
        if self._grasp is not None and place is not None and event.buttons() & Qt.MouseButton.LeftButton:
            low, high = sorted((self._grasp, place))
            self.view.select(Span(low, high + 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grasp = None
        place = self._character_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place is not None and self.view.selection is None:
            self.view.press(place)

    def _character_at(self, point: QPointF) -> int | None:
        """The character of the text at a point of the window, or the nearest on its line."""
        for page in self._visible():
            letters = self._letters.get(page)
            size, corner = self._size(page), self._corner(page)
            inside = (point - corner) / self._scale
            if letters is not None and 0 <= inside.y() <= size.height():
                return letters.at(inside)
        return None


PAPER_WASH, PAPER_SELECTION = "#ffe27a", "#b9d6f2"
PAPER_MARKS = THEMES["light"].marks  # paper is white in every theme
