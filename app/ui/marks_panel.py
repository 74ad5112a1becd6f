"""Marks panel: bookmarks, highlights and notes of the open book, by place or by date, filtered by kind and by words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QTextLayout
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.documents.document import Document
from app.library.records import COLOURS, Mark
from app.ui.mark_bar import CALLED, swatch
from app.ui.themes import Theme
from app.ui.wording import QT_TRANSLATE_NOOP, translate
from model.folding import fold

MARK = Qt.ItemDataRole.UserRole
SHOWN = 100  # characters of a mark's words
KINDS = (
    QT_TRANSLATE_NOOP("Marks", "All"),
    QT_TRANSLATE_NOOP("Marks", "Highlights"),
    QT_TRANSLATE_NOOP("Marks", "Notes"),
    QT_TRANSLATE_NOOP("Marks", "Bookmarks"),
)
ORDERS = (QT_TRANSLATE_NOOP("Marks", "By place"), QT_TRANSLATE_NOOP("Marks", "By date"))
BY_DATE = 1


class Roomy(QStyledItemDelegate):
    """Rows as high as their words: the style counts lines of the interface's font, and Chinese ones are higher."""

    def __init__(self, view: QListWidget) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        usual = super().sizeHint(option, index)
        edge = 2 * (self._view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1)
        room = self._view.viewport().width() - self._view.fontMetrics().height() - 3 * edge
        height = 0.0
        for line in str(index.data()).split("\n"):
            layout = QTextLayout(line, self._view.font())
            layout.beginLayout()
            while (row := layout.createLine()).isValid():
                row.setLineWidth(max(room, 40))
                height += row.height()
            layout.endLayout()
        return QSize(usual.width(), max(usual.height(), round(height) + edge))


class MarksPanel(QWidget):
    """Emits `chosen`, `edited` and `removed` with a mark, `coloured` with a mark and a colour."""

    chosen = Signal(object)
    edited = Signal(object)
    removed = Signal(object)
    coloured = Signal(object, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.document = Document("", "", (), ())
        self.marks: tuple[Mark, ...] = ()
        self.filter, self.kind, self.order = QLineEdit(), QComboBox(), QComboBox()
        self.list, self.empty = QListWidget(), QLabel()
        self.list.setWordWrap(True)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setItemDelegate(Roomy(self.list))
        self.empty.setWordWrap(True)
        self.list.installEventFilter(self)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._list)
        self.kind.currentIndexChanged.connect(self._list)
        self.order.currentIndexChanged.connect(self._list)
        row = QHBoxLayout()
        row.addWidget(self.kind, 1)
        row.addWidget(self.order, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.filter)
        layout.addLayout(row)
        layout.addWidget(self.empty)
        layout.addWidget(self.list, 1)
        self.retranslate()

    def show_marks(self, document: Document, marks: Sequence[Mark]) -> None:
        """List these."""
        self.document, self.marks = document, tuple(marks)
        self._list()

    def set_theme(self, theme: Theme) -> None:
        """Other colours, of what is listed from now on."""
        self.theme = theme

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.list.setAccessibleName(self.tr("Bookmarks and notes"))
        self.filter.setAccessibleName(self.tr("Filter bookmarks and notes"))
        self.filter.setPlaceholderText(self.tr("Words of a mark or a note"))
        self.kind.setAccessibleName(self.tr("Which of them"))
        self.order.setAccessibleName(self.tr("Order"))
        for box, words in ((self.kind, KINDS), (self.order, ORDERS)):
            chosen = max(0, box.currentIndex())
            box.blockSignals(True)
            box.clear()
            box.addItems([translate("Marks", said) for said in words])
            box.setCurrentIndex(chosen)
            box.blockSignals(False)
        self._list()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the list, before it takes digits for the beginning of a row."""
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(event.key())
        return super().eventFilter(watched, event)

    def _press(self, key: int) -> bool:
        item, number = self.list.currentItem(), key - Qt.Key.Key_1
        if item is not None and key == Qt.Key.Key_Delete:
            self.removed.emit(item.data(MARK))
        elif item is not None and 0 <= number < len(COLOURS) and item.data(MARK).kind == "highlight":
            self.coloured.emit(item.data(MARK), COLOURS[number])
        else:
            return False
        return True

    def _list(self, *_: object) -> None:
        """Show what is wanted of the marks, in the order that is wanted."""
        row = self.list.currentRow()
        wanted = fold(self.filter.text()).text.split()
        marks = [mark for mark in self.marks if self._is_wanted(mark, wanted)]
        if self.order.currentIndex() == BY_DATE:
            marks.sort(key=lambda mark: mark.changed, reverse=True)
        self.list.clear()
        for mark in marks:
            self.list.addItem(self._item(mark))
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.empty.setVisible(not marks)
        said = self.tr("Select words and press Ctrl+H to highlight them; Ctrl+D keeps a bookmark.")
        self.empty.setText(self.tr("No bookmark or note says this.") if self.marks else said)

    def _is_wanted(self, mark: Mark, wanted: Sequence[str]) -> bool:
        kind = self.kind.currentIndex()
        of_kind = (True, mark.kind == "highlight", bool(mark.note), mark.kind == "bookmark")[max(0, kind)]
        said = fold(f"{self._words(mark)}").text if wanted else ""
        return of_kind and all(word in said for word in wanted)

    def _item(self, mark: Mark) -> QListWidgetItem:
        colour = self.theme.accent if mark.kind == "bookmark" else self.theme.marks[mark.colour]
        item = QListWidgetItem(swatch(colour, self.fontMetrics().height()), self._words(mark))
        item.setData(MARK, mark)
        if mark.lost:
            item.setForeground(QColor(self.theme.faded))
            item.setToolTip(self.tr("These words are no longer in the text of this book."))
        return item

    def _words(self, mark: Mark) -> str:
        address = "" if mark.lost else self.document.address(mark.span.start) + "  "
        words = " ".join((mark.words or mark.after).split())
        shown = words if len(words) <= SHOWN else words[:SHOWN] + "…"
        return f"{address}{shown}" + (f"\n✎ {mark.note}" if mark.note else "")

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(MARK))

    def menu(self, mark: Mark) -> QMenu:
        """What can be done with a mark."""
        menu = QMenu(self)
        menu.addAction(self.tr("Note…"), lambda: self.edited.emit(mark))
        for number, colour in enumerate(COLOURS if mark.kind == "highlight" else (), 1):
            icon = swatch(self.theme.marks[colour], self.fontMetrics().height())
            words = f"{translate('Marks', CALLED[colour])}\t{number}"
            menu.addAction(icon, words, partial(self.coloured.emit, mark, colour))
        menu.addAction(self.tr("Remove"), lambda: self.removed.emit(mark))
        return menu

    def _menu(self, point: QPoint) -> None:
        item = self.list.itemAt(point)
        if item is not None:
            self.menu(item.data(MARK)).exec(self.list.viewport().mapToGlobal(point))
