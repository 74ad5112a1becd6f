"""Hits view: what all books say to some words, book by book, each line with its words in bold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPalette, QTextDocument
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.library.index import Hit
from app.library.records import Book
from model.folding import fold

HIT = Qt.ItemDataRole.UserRole
SHOWN = 160  # characters of a paragraph around the words


@dataclass(frozen=True)
class Shelfmark:
    """A hit in a book."""

    book: Book
    hit: Hit


class Line(QStyledItemDelegate):
    """Paints an item's text as HTML, on one line."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        document = self._document(option)
        option.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setClipRect(option.rect)
        painter.translate(option.rect.left() + 3, option.rect.top() + 2)
        document.drawContents(painter)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, option.fontMetrics.height() + 8)

    def _document(self, option: QStyleOptionViewItem) -> QTextDocument:
        document = QTextDocument()
        document.setDefaultFont(option.font)
        document.setDocumentMargin(1)
        colour = option.palette.color(QPalette.ColorRole.Text).name()
        document.setHtml(f'<span style="color:{colour}; white-space:pre">{option.text}</span>')
        return document


class HitsView(QTreeWidget):
    """Emits `chosen` with a Shelfmark, `left` when the reader goes back to the shelf."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setItemDelegate(Line(self))
        self.setAccessibleName(self.tr("Found in all books"))
        self.itemActivated.connect(self._choose)
        self.itemClicked.connect(self._choose)

    def show_hits(self, words: str, found: Sequence[tuple[Book, Sequence[Hit]]]) -> None:
        """Show hits under their books."""
        self.clear()
        for book, hits in found:
            top = QTreeWidgetItem([f"<b>{escape(book.title)}</b> · {len(hits)}"])
            top.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{book.title}, {len(hits)}")
            self.addTopLevelItem(top)
            for hit in hits:
                line = excerpt(hit.words, words)
                item = QTreeWidgetItem([marked(line, words)])
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, line)
                item.setData(0, HIT, Shelfmark(book, hit))
                top.addChild(item)
        self.expandAll()
        first = self.topLevelItem(0)
        if first is not None and (child := first.child(0)) is not None:
            self.setCurrentItem(child)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, item: QTreeWidgetItem) -> None:
        if (found := item.data(0, HIT)) is not None:
            self.chosen.emit(found)


def excerpt(paragraph: str, words: str) -> str:
    """A paragraph on one line, cut around the words."""
    line = " ".join(paragraph.split())
    at = max(0, fold(line).text.find(fold(words).text.strip()))
    begin = max(0, at - SHOWN // 3)
    cut = line[begin : begin + SHOWN]
    return ("…" if begin else "") + cut + ("…" if begin + SHOWN < len(line) else "")


def marked(line: str, words: str) -> str:
    """HTML of a line with the words in bold, wherever they stand in it."""
    folded, wanted = fold(line), fold(words).text.strip()
    parts, done = [], 0
    at = folded.text.find(wanted) if wanted else -1
    while at >= 0:
        span = folded.span(at, at + len(wanted))
        parts += [escape(line[done : span.start]), f"<b>{escape(line[span.start : span.end])}</b>"]
        done = span.end
        at = folded.text.find(wanted, at + len(wanted))
    return "".join([*parts, escape(line[done:])])
