"""Reading view: the canonical text as a page to read; every place in it is a character of the text.

The scroll bar counts characters, so it never jumps while paragraphs are laid out; the wheel moves by pixels.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from app.documents.document import Document, Link
from app.library.records import Mark
from app.settings import Settings
from app.ui.cross_links import CrossLinks
from app.ui.flow import Flow, Top
from app.ui.paragraph import Paint, Paragraph
from app.ui.themes import Theme
from app.ui.typography import Typography
from model.types import Span

MARGIN = 28  # pixels of paper around the text, at least
STEP = 3  # lines that one notch of the wheel or an arrow moves
OVERLAP = 1  # lines of a page that stay when a page is turned
LIT = 2600  # milliseconds that a place stays lit after a jump
SELECTS_WORD = 2  # clicks


class ReadingView(QAbstractScrollArea):
    """Shows one document. Emits `placed` with the character at the top when that changes, `selected` with the span or
    None, `followed` with a link that was clicked, `pressed` with the mark that was clicked, `numbered`
    with a digit that was typed while words are selected.
    """

    placed = Signal(int)
    selected = Signal(object)
    followed = Signal(object)
    pressed = Signal(object)
    opened = Signal(str)
    changed = Signal()
    numbered = Signal(int)

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings, self.theme = settings, theme
        self.document = Document("", "", (), ())
        self.marks: tuple[Mark, ...] = ()
        self.cited: tuple[Span, ...] = ()  # what answers point at, washed
        self.found: tuple[Span, ...] = ()  # hits of a search
        self.lit: Span | None = None  # where the reader was just taken
        self.selection: Span | None = None
        self._picture: Callable[[str], QImage | None] = lambda name: None
        self.links = CrossLinks(self.document)
        self._top = Top()
        self._place = 0
        self._grasp: int | None = None
        self._dims = QTimer(self, singleShot=True, interval=LIT)
        self._dims.timeout.connect(self._dim)
        self.flow = self._flow()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().actionTriggered.connect(self._scrolled)
        self.setAccessibleName(self.tr("Text"))

    # What is shown

    def show_document(
        self, document: Document, place: int = 0, picture: Callable[[str], QImage | None] = lambda name: None
    ) -> None:
        """Show a document from a character on."""
        self.document, self._picture = document, picture
        self.links = CrossLinks(document)
        self.marks, self.cited, self.found, self.lit = (), (), (), None
        self._select(None)
        self.verticalScrollBar().setRange(0, max(0, len(document.text) - 1))
        self.flow = self._flow()
        self.go(place)
        self.setAccessibleDescription(document.title)

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Show these highlights."""
        self.marks = tuple(mark for mark in marks if not mark.lost)
        self._repaint()

    def set_cited(self, spans: Sequence[Span]) -> None:
        """Wash these places: what an answer cites."""
        self.cited = tuple(spans)
        self._repaint()

    def set_found(self, spans: Sequence[Span]) -> None:
        """Show these places as found."""
        self.found = tuple(spans)
        self._repaint()

    def set_theme(self, theme: Theme) -> None:
        """Other colours; nothing is laid out again."""
        self.theme = theme
        self.viewport().update()

    def reset(self) -> None:
        """Lay out again, as after a change of typeface, size or width; the place stays."""
        self.flow = self._flow()
        self.go(self._place)

    # Places

    @property
    def place(self) -> int:
        """Where the reader is: the character that was gone to, or the first in the window after moving."""
        return self._place

    def go(self, place: int) -> None:
        """Put the line of a character at the top."""
        self._put(self.flow.top_of(place), place)

    def light(self, span: Span) -> None:
        """Take the reader to a place, a third down the window, and light it for a while."""
        self.lit = span
        self.reveal(span)
        self._dims.start()
        self._repaint()

    def reveal(self, span: Span) -> None:
        """Move so that a place is in the window, a third down it; not if it is there already."""
        if not self._shows(span):
            self._put(self.flow.top_of(span.start, margin=self.viewport().height() / 3))

    def turn(self, pages: int) -> None:
        """Move by windows with a line of overlap; where pages are turned, by pages of whole lines."""
        if self.is_paged:
            for _ in range(abs(pages)):
                self._turn_page(forward=pages > 0)
            return
        line = self.flow.paragraph(self._top.number).space if len(self.flow) else 0.0
        self._move(pages * (self.viewport().height() - OVERLAP * line))

    @property
    def is_paged(self) -> bool:
        """Whether pages are turned."""
        return self.settings.text("mode") == "paged"

    def _turn_page(self, forward: bool) -> None:
        height = self.viewport().height()
        if not len(self.flow):
            return
        if not forward:
            self._put(self.flow.page_before(self._top, height))
            return
        (end, _), lowest = self.flow.page_end(self._top, height), self.flow.last(height)
        if (self._top.number, self._top.hidden) < (lowest.number, lowest.hidden):
            self._put(end, bounded=False)  # the last page may be short

    def select(self, span: Span | None) -> None:
        """Select characters."""
        self._select(span)
        self._repaint()

    def selected_text(self) -> str:
        """What is selected, as it stands in the document."""
        return self.document.text[self.selection.start : self.selection.end] if self.selection else ""

    def rectangles(self, span: Span) -> list[QRectF]:
        """Where characters stand in the window, as far as they are visible."""
        left = self._left()
        return [
            r.translated(left, y)
            for _, paragraph, y in self.flow.visible(self._top, self.viewport().height())
            if paragraph.block.span.overlap(span)
            for r in paragraph.rectangles(span)
        ]

    def press(self, place: int) -> None:
        """What a click on a character does: follow its link, or open the mark that it is in."""
        link = self.links.at(place)
        mark = next((m for m in self.marks if m.span.start <= place < m.span.end), None)
        if link is not None:
            self.followed.emit(link)
        elif mark is not None:
            self.pressed.emit(mark)

    # Layout

    def _flow(self) -> Flow:
        typography = Typography.of(self.settings, self.document.language)
        room = self.viewport().width() - 2 * MARGIN
        return Flow(self.document, typography, max(8 * typography.size, min(typography.width, room)), self._picture)

    def _left(self) -> float:
        return max(float(MARGIN), (self.viewport().width() - self.flow.width) / 2)

    def _move(self, pixels: float) -> None:
        self._put(self.flow.moved(self._top, pixels))

    def _put(self, top: Top, place: int | None = None, bounded: bool = True) -> None:
        """Make this the top, if `bounded` no lower than the last line at the bottom; the reader is at `place`, or at
        the top.
        """
        if len(self.flow) and bounded:
            lowest = self.flow.last(self.viewport().height())
            if (top.number, top.hidden) > (lowest.number, lowest.hidden):
                top = lowest
        self._top = top
        first = self.flow.place_of(top)
        if place is None:
            place = first
        bar = self.verticalScrollBar()
        bar.setPageStep(max(1, self._characters()))
        bar.setValue(first)
        if place != self._place:
            self._place = place
            self.placed.emit(place)
        self.viewport().update()

    def _characters(self) -> int:
        """How many characters the window shows, about."""
        shown = [p.block for _, p, _ in self.flow.visible(self._top, self.viewport().height())]
        return shown[-1].end - shown[0].start if shown else 1

    def _shows(self, span: Span) -> bool:
        """Whether the beginning of a span is in the window, not at its very edge."""
        here = self.rectangles(Span(span.start, min(span.end, span.start + 1)))
        return bool(here) and here[0].top() >= 0 and here[0].bottom() <= self.viewport().height() * 0.9

    def _repaint(self) -> None:
        self.viewport().update()
        self.changed.emit()

    def _dim(self) -> None:
        self.lit = None
        self._repaint()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self.theme.paper))
        clip, left = QRectF(event.rect()), self._left()
        if self.is_paged and len(self.flow):
            _, bottom = self.flow.page_end(self._top, self.viewport().height())
            painter.setClipRect(QRectF(0, 0, self.viewport().width(), bottom))
        for _, paragraph, y in self.flow.visible(self._top, self.viewport().height()):
            at = QPointF(left, y)
            paragraph.paint(painter, at, self.theme.ink, self._paints(paragraph), clip)

    def _paints(self, paragraph: Paragraph) -> list[Paint]:
        """What lies behind a paragraph's characters, the topmost last."""
        block, theme = paragraph.block.span, self.theme
        paints = [Paint(Span(link.start, link.end), foreground=theme.link) for link in self.links.within(block)]
        paints += [Paint(m.span, theme.marks[m.colour]) for m in self.marks if m.span.overlap(block)]
        paints += [Paint(span, theme.wash) for span in (*self.cited, *self.found) if span.overlap(block)]
        for span, colour in ((self.lit, theme.wash), (self.selection, theme.selection)):
            if span is not None and span.overlap(block):
                paints.append(Paint(span, colour))
        return paints

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.reset()
        else:
            self.go(self._place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels = event.pixelDelta().y() or event.angleDelta().y() / 120 * STEP * self._space()
        if self.is_paged:
            self.turn(1 if pixels < 0 else -1)
        else:
            self._move(-pixels)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, back = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Space:
            self.turn(-1 if back else 1)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        elif self.is_paged and key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
            self.turn(1 if key in (Qt.Key.Key_Down, Qt.Key.Key_Right) else -1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move((1 if key == Qt.Key.Key_Down else -1) * self._space())
        elif self.selection is not None and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.numbered.emit(key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selection is not None:
            link = self.links.at(self.selection.start)
            if link is not None and (link.start, link.end) == (self.selection.start, self.selection.end):
                self.followed.emit(link)
        elif key == Qt.Key.Key_Home:
            self._put(Top())
        elif key == Qt.Key.Key_End:
            self._put(self.flow.last(self.viewport().height()))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._grasp = self._place_at(event.position())
        self._select(None)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grasp is not None and event.buttons() & Qt.MouseButton.LeftButton:
            low, high = sorted((self._grasp, self._place_at(event.position())))
            self._select(Span(low, high) if low < high else None)
            self.viewport().update()
            return
        over = self._link_at(event.position()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.IBeamCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grasp = None
        if event.button() != Qt.MouseButton.LeftButton or self.selection:
            return
        place, image = self._character_at(event.position()), self._image_at(event.position())
        if image:
            self.opened.emit(image)
        elif place is not None:
            self.press(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._character_at(event.position())
        if place is not None:
            self._select(_word(self.document.text, place))
            self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            link = self._link_at(event.pos().toPointF())
            # what is rich is broken into lines
            tip = f"<div style='white-space: pre-wrap'>{html.escape(self.links.tip(link))}</div>" if link else ""
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        return super().viewportEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.reset()
        super().changeEvent(event)

    def _scrolled(self) -> None:
        """The user moved the scroll bar, by whatever means."""
        self.go(self.verticalScrollBar().sliderPosition())

    def _space(self) -> float:
        return self.flow.paragraph(self._top.number).space if len(self.flow) else 1.0

    def _select(self, span: Span | None) -> None:
        if span != self.selection:
            self.selection = span
            self.selected.emit(span)

    def _under(self, point: QPointF) -> tuple[Paragraph, float, float] | None:
        """The paragraph at a height, and the point in it; the last one below all."""
        found = None
        for _, paragraph, y in self.flow.visible(self._top, self.viewport().height()):
            found = paragraph, point.x() - self._left(), point.y() - y
            if point.y() < y + paragraph.height:
                break
        return found

    def _place_at(self, point: QPointF) -> int:
        under = self._under(point)
        return under[0].place(under[1], under[2]) if under else 0

    def _character_at(self, point: QPointF) -> int | None:
        under = self._under(point)
        return under[0].character(under[1], under[2]) if under else None

    def _image_at(self, point: QPointF) -> str:
        """The name of the picture at a point, "" where there is none."""
        under = self._under(point)
        if under is None or under[0].block.kind != "image" or not 0 <= under[2] <= under[0].height:
            return ""
        return under[0].block.target

    def _link_at(self, point: QPointF) -> Link | None:
        place = self._character_at(point)
        return None if place is None else self.links.at(place)


def _word(text: str, place: int) -> Span:
    """The word that holds a character; a Han character is one itself."""
    if place >= len(text) or not _joins(text[place]):
        return Span(place, min(place + 1, len(text)))
    start, end = place, place + 1
    while start > 0 and _joins(text[start - 1]):
        start -= 1
    while end < len(text) and _joins(text[end]):
        end += 1
    return Span(start, end)


def _joins(character: str) -> bool:
    """Whether a character is a part of a word that is longer."""
    return (character.isalnum() or character in "’'-") and not "\u2e80" <= character <= "\u9fff"
