"""Paragraph: one block laid out in lines: painted, hit by the mouse, and asked where its characters stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from app.documents.document import Block
from app.ui.typography import Style, line_space
from app.ui.utf16 import Utf16
from model.types import Span

_LINE = "\u2028"  # Qt breaks a line here


@dataclass(frozen=True)
class Paint:
    """A colour behind some characters, or of them; positions in the document."""

    span: Span
    background: str = ""
    foreground: str = ""
    underlined: bool = False


class Paragraph:
    """Laid out once for a width. Vertical positions are from its top, which includes the space above."""

    def __init__(self, text: str, block: Block, style: Style, width: float, image: QImage | None = None) -> None:
        self.block, self.style = block, style
        self.text = text[block.start : block.end]
        self.units = Utf16(self.text)
        self.image = image
        self.picture = QRectF()
        y = style.above
        if image is not None and not image.isNull():
            ratio = min(1.0, width / image.width())
            size = image.width() * ratio, image.height() * ratio
            self.picture = QRectF((width - size[0]) / 2, y, *size)
            y += size[1] + (style.font.pixelSize() / 2 if self.text else 0)
        self.layout = QTextLayout(self.text.replace("\n", _LINE), style.font)
        self.layout.setCacheEnabled(True)
        self.layout.setTextOption(_option(style))
        self.space = line_space(style)
        y = self._lay_out(width, y) if self.text else y
        self.height = y + style.below

    def _lay_out(self, width: float, y: float) -> float:
        """Break into lines from `y` on. Returns where they end."""
        style = self.style
        self.layout.beginLayout()
        first = True
        while (line := self.layout.createLine()).isValid():
            indent = style.inset + (style.indent if first else 0.0)
            line.setLineWidth(max(width - indent - style.inset, style.font.pixelSize()))
            line.setPosition(QPointF(indent, y + (self.space - line.height()) / 2))
            y += self.space
            first = False
        self.layout.endLayout()
        return y

    @property
    def lines(self) -> int:
        """How many lines of text it has."""
        return self.layout.lineCount()

    def top_of(self, number: int) -> float:
        """Where a line begins, with its share of the space between lines."""
        line = self.layout.lineAt(number)
        return line.y() - (self.space - line.height()) / 2

    def boxes(self) -> list[tuple[float, float]]:
        """Top and bottom of what must not be cut by the end of a page: the picture, and each line."""
        lines = [(self.top_of(number), self.top_of(number) + self.space) for number in range(self.lines)]
        pictures = [] if self.picture.isEmpty() else [(self.picture.top(), self.picture.bottom())]
        return [*pictures, *lines] or [(0.0, self.height)]

    def place(self, x: float, y: float) -> int:
        """The character of the document that is nearest to a point; the end counts too."""
        line = self._line_at(y)
        if line is None:
            return self.block.start
        return self.block.start + self.units.place(line.xToCursor(x))

    def character(self, x: float, y: float) -> int | None:
        """The character of the document that a point lies on, None beside the text."""
        line = self._line_at(y)
        if line is None or not line.x() <= x <= line.x() + line.naturalTextWidth() or not 0 <= y < self.height:
            return None
        unit = line.xToCursor(x, QTextLine.CursorPosition.CursorOnCharacter)
        return self.block.start + self.units.place(unit)

    def line_of(self, place: int) -> int:
        """The number of the line that shows a character of the document."""
        line = self.layout.lineForTextPosition(self._unit(place))
        return line.lineNumber() if line.isValid() else 0

    def rectangles(self, span: Span) -> list[QRectF]:
        """Where characters stand, line by line."""
        start, end = self._unit(span.start), self._unit(span.end)
        found = []
        for number in range(self.lines):
            line = self.layout.lineAt(number)
            low, high = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if low < high:
                left, right = _x(line, low), _x(line, high)
                found.append(QRectF(min(left, right), line.y(), abs(right - left), line.height()))
        return found

    def paint(self, painter: QPainter, at: QPointF, ink: str, paints: Sequence[Paint], clip: QRectF) -> None:
        """Draw with its top left corner `at`; what lies outside `clip` need not be drawn."""
        if self.image is not None and not self.picture.isEmpty():
            painter.drawImage(self.picture.translated(at), self.image)
        painter.setPen(QColor(ink))
        self.layout.draw(painter, at, [self._range(paint) for paint in paints], clip)

    def _range(self, paint: Paint) -> QTextLayout.FormatRange:
        ranged = QTextLayout.FormatRange()
        ranged.start = self._unit(paint.span.start)
        ranged.length = self._unit(paint.span.end) - ranged.start
        form = QTextCharFormat()
        if paint.background:
            form.setBackground(QBrush(QColor(paint.background)))
        if paint.foreground:
            form.setForeground(QBrush(QColor(paint.foreground)))
        form.setFontUnderline(paint.underlined)
        ranged.format = form
        return ranged

    def _unit(self, place: int) -> int:
        """The unit of Qt for a character of the document, at most the paragraph's end."""
        return self.units.unit(min(max(place - self.block.start, 0), len(self.text)))

    def _line_at(self, y: float) -> QTextLine | None:
        """The line at a height, or the nearest one."""
        if not self.lines:
            return None
        first = self.top_of(0)
        number = int((y - first) // self.space) if y > first else 0
        return self.layout.lineAt(min(max(number, 0), self.lines - 1))


def _option(style: Style) -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    alignment = Qt.AlignmentFlag.AlignLeft
    if style.justified:
        alignment = Qt.AlignmentFlag.AlignJustify
    if style.centred:
        alignment = Qt.AlignmentFlag.AlignHCenter
    option.setAlignment(alignment)
    return option


def _x(line: QTextLine, unit: int) -> float:
    """Where a unit stands in a line. The binding gives the position back with the place."""
    found: Any = line.cursorToX(unit)
    return float(found[0] if isinstance(found, tuple) else found)
