"""Marks panel: bookmarks, highlights and notes of the open book, in the text's order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QMenu, QVBoxLayout, QWidget

from app.documents.document import Document
from app.library.records import Mark
from app.ui.themes import Theme

MARK = Qt.ItemDataRole.UserRole
SHOWN = 120  # characters of a mark's words


class MarksPanel(QWidget):
    """Emits `chosen`, `edited` and `removed` with a mark."""

    chosen = Signal(object)
    edited = Signal(object)
    removed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.list, self.empty = QListWidget(), QLabel()
        self.list.setWordWrap(True)
        self.empty.setWordWrap(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.addWidget(self.empty)
        layout.addWidget(self.list)
        self.retranslate()

    def show_marks(self, document: Document, marks: Sequence[Mark]) -> None:
        """List these."""
        self.list.clear()
        for mark in marks:
            item = QListWidgetItem(self._icon(mark), self._words(document, mark))
            item.setData(MARK, mark)
            if mark.lost:
                item.setForeground(QColor(self.theme.faded))
                item.setToolTip(self.tr("These words are no longer in the text of this book."))
            self.list.addItem(item)
        self.empty.setVisible(not marks)

    def set_theme(self, theme: Theme) -> None:
        """Other colours, of what is listed from now on."""
        self.theme = theme

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.list.setAccessibleName(self.tr("Bookmarks and notes"))
        self.empty.setText(self.tr("Select words and press Ctrl+H to highlight them; Ctrl+D keeps a bookmark."))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.list.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self.removed.emit(item.data(MARK))
        else:
            super().keyPressEvent(event)

    def _words(self, document: Document, mark: Mark) -> str:
        address = "" if mark.lost else document.address(mark.span.start) + "  "
        words = " ".join((mark.words or mark.after).split())
        shown = words if len(words) <= SHOWN else words[:SHOWN] + "…"
        return f"{address}{shown}" + (f"\n✎ {mark.note}" if mark.note else "")

    def _icon(self, mark: Mark) -> QIcon:
        picture = QPixmap(12, 12)
        picture.fill(QColor(self.theme.accent if mark.kind == "bookmark" else self.theme.marks[mark.colour]))
        return QIcon(picture)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(MARK))

    def _menu(self, point: QPoint) -> None:
        item = self.list.itemAt(point)
        if item is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Note and colour…"), lambda: self.edited.emit(item.data(MARK)))
        menu.addAction(self.tr("Remove"), lambda: self.removed.emit(item.data(MARK)))
        menu.exec(self.list.viewport().mapToGlobal(point))
