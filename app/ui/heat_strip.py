"""Heat strip: beside the scroll bar, where in the book an answer comes from, by the locator's own scores."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.documents.document import Document
from app.ui.themes import Theme
from model.types import Evidence, Span

WIDTH = 14
LEAST = 3.0  # pixels of a place, however small its share of the book
FAINTEST = 0.25  # opacity of the last of the places that were located


class HeatStrip(QWidget):
    """Emits `pressed` with the span of a place that was clicked."""

    pressed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.document = Document("", "", (), ())
        self.heat: tuple[tuple[Span, float], ...] = ()
        self.cited: tuple[Span, ...] = ()
        self._chosen: Span | None = None  # by the keyboard
        self.setFixedWidth(WIDTH)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Where the answer comes from"))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 100)

    def show_places(self, document: Document, evidence: Sequence[Evidence], cited: Sequence[Span]) -> None:
        """Show what was located, the better the stronger, and what is cited."""
        self.document, self.cited = document, tuple(cited)
        self.heat = tuple(zip((item.span for item in evidence), strengths(evidence), strict=True))
        self._chosen = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self.heat else Qt.FocusPolicy.NoFocus)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.update()

    def box(self, span: Span) -> QRectF:
        """Where a place of the text is in the strip."""
        size = max(1, len(self.document.text))
        top, height = self.height() * span.start / size, self.height() * len(span) / size
        return QRectF(2, top, WIDTH - 4, max(LEAST, height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.theme.panel))
        for span, strength in sorted(self.heat, key=lambda item: item[1]):
            colour = QColor(self.theme.accent)
            colour.setAlphaF(strength)
            painter.fillRect(self.box(span), colour)
        painter.setPen(QColor(self.theme.ink))
        for span in self.cited:
            middle = round(self.box(span).center().y())
            painter.drawLine(0, middle, WIDTH, middle)
        if self.hasFocus() and self._chosen is not None:
            painter.drawRect(self.box(self._chosen).adjusted(-1, -1, 1, 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps and self.heat:
            self._step(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen is not None:
            self.pressed.emit(self._chosen)
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        """Choose the next place in the text's order, or the one before."""
        places = sorted((span for span, _ in self.heat), key=lambda span: span.start)
        here = places.index(self._chosen) if self._chosen in places else (-1 if by > 0 else len(places))
        self._chosen = places[max(0, min(len(places) - 1, here + by))]
        self.setAccessibleDescription(self.document.address(self._chosen.start))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        span = self._at(event.position().toPoint())
        if span is not None:
            self.pressed.emit(span)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._at(event.position().toPoint()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            span = self._at(event.pos())
            QToolTip.showText(event.globalPos(), self.document.address(span.start) if span else "", self)
            return True
        return super().event(event)

    def _at(self, point: QPoint) -> Span | None:
        """The place at a point, the strongest first."""
        near = [item for item in self.heat if self.box(item[0]).adjusted(-2, -2, 2, 2).contains(point.toPointF())]
        return max(near, key=lambda item: item[1])[0] if near else None


def strengths(evidence: Sequence[Evidence]) -> list[float]:
    """Opacities, from 1 for the best score to FAINTEST for the worst."""
    scores = [item.score for item in evidence]
    if not scores:
        return []
    low, high = min(scores), max(scores)
    return [FAINTEST + (1 - FAINTEST) * ((s - low) / (high - low) if high > low else 1.0) for s in scores]
