"""Library view: the shelf. Covers, titles, progress and state; thousands of books, painted where they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.library.index import Hit
from app.library.records import Book
from app.ui.covers import Covers
from app.ui.hits_view import HitsView
from app.ui.themes import Theme
from app.ui.wording import QT_TRANSLATE_NOOP, translate
from model.folding import fold

COVER = QSize(120, 170)
TILE = QSize(152, 250)
SHADOW = 2  # pixels to the right and below a cover
KEPT = 300  # covers that stay in memory
BOOK = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
ORDERS = (
    QT_TRANSLATE_NOOP("Library", "Last read"),
    QT_TRANSLATE_NOOP("Library", "Title"),
    QT_TRANSLATE_NOOP("Library", "Author"),
    QT_TRANSLATE_NOOP("Library", "Added"),
)


@dataclass(frozen=True)
class State:
    """What a book is ready for: "" (readable), preparing with a share and words, or ready."""

    share: float = 0.0
    words: str = ""
    ready: bool = False


class BookList(QAbstractListModel):
    """The books as Qt's views see them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.books: tuple[Book, ...] = ()

    def put(self, books: Sequence[Book]) -> None:
        """Show these."""
        self.beginResetModel()
        self.books = tuple(books)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.books)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        book = self.books[index.row()]
        if role == BOOK:
            return book
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{book.title}, {', '.join(book.authors)}" if book.authors else book.title
        return book.path if role == Qt.ItemDataRole.ToolTipRole else None


class Shelf(QSortFilterProxyModel):
    """The books that match what was typed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.wanted = ""

    def want(self, words: str) -> None:
        """Show only books whose title or author says this."""
        self.wanted = fold(words).text.strip()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        book: Book = self.sourceModel().index(row, 0, parent).data(BOOK)
        return not self.wanted or self.wanted in fold(" ".join((book.title, *book.authors))).text


def ordered(books: Sequence[Book], order: int) -> list[Book]:
    """Books in one of ORDERS; those that are alike in it by their titles."""
    by_title = sorted(books, key=lambda book: book.title.casefold())
    if order == 1:
        return by_title
    if order == 2:
        return sorted(by_title, key=lambda book: ", ".join(book.authors).casefold())
    return sorted(by_title, key=lambda book: book.added if order == 3 else book.opened, reverse=True)


class Tile(QStyledItemDelegate):
    """Paints one book."""

    def __init__(self, covers: Covers, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.covers, self.theme = covers, theme
        self.states: Mapping[str, State] = {}
        self._plates: OrderedDict[str, QPixmap] = OrderedDict()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return TILE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        book: Book = index.data(BOOK)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(box.adjusted(3, 3, -3, -3), QColor(self.theme.panel))
        self._cover(painter, book, box)
        self._words(painter, book, box)
        painter.restore()

    def forget(self, key: str) -> None:
        """A book's cover is another one now."""
        self._plates.pop(key, None)

    def _cover(self, painter: QPainter, book: Book, box: QRect) -> None:
        """The cover on its shadow, and below it how far the reader is. Nothing is scaled or smoothed here: of a large
        shelf sixty of these are painted in a frame.
        """
        plate = self._plate(book, painter.device().devicePixelRatioF())
        left, top = box.left() + (box.width() - COVER.width()) // 2, box.top() + 10
        painter.drawPixmap(left, top, plate)
        bar = QRect(left, top + COVER.height() + 4, COVER.width(), 3)
        painter.fillRect(bar, QColor(self.theme.line))
        bar.setWidth(round(bar.width() * book.progress))
        painter.fillRect(bar, QColor(self.theme.accent))

    def _words(self, painter: QPainter, book: Book, box: QRect) -> None:
        room = QRect(box.left() + 10, box.top() + COVER.height() + 22, box.width() - 20, 18)
        state = self.states.get(book.key, State())
        said = state.words or (translate("Library", "Ready") if state.ready else "")
        author = ", ".join(book.authors)
        for words, colour, bold in (
            (book.title, self.theme.ink, True),
            (author, self.theme.faded, False),
            (said, self.theme.accent, False),
        ):
            font = QFont(painter.font())
            font.setPixelSize(13 if bold else 12)
            font.setBold(bold)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, shown)
            room.translate(0, 18)

    def _plate(self, book: Book, ratio: float) -> QPixmap:
        """A book's cover as large as it is shown, with its shadow."""
        if book.key not in self._plates or self._plates[book.key].devicePixelRatio() != ratio:
            self._plates[book.key] = plate(self.covers.of(book), ratio)
            if len(self._plates) > KEPT:
                self._plates.popitem(last=False)
        self._plates.move_to_end(book.key)
        return self._plates[book.key]


def plate(cover: QImage, ratio: float) -> QPixmap:
    """A cover at the bottom of its place, on its shadow, at so many pixels a point."""
    made = QPixmap((COVER + QSize(SHADOW, SHADOW)) * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    size = cover.size().scaled(COVER, Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect((COVER.width() - size.width()) // 2, COVER.height() - size.height(), size.width(), size.height())
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillRect(place.translated(SHADOW, SHADOW), QColor(0, 0, 0, 40))
    painter.drawImage(place, cover)
    painter.end()
    return made


class LibraryView(QWidget):
    """The start page. Emits `opened` with a book, `wanted` when the reader wants to choose a file, `sought` with words
    to look for in all books, `menu` with a book and where its menu belongs.
    """

    opened = Signal(object)
    wanted = Signal()
    sought = Signal(str)
    menu = Signal(object, object)

    def __init__(self, covers: Covers, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.books, self.shelf = BookList(self), Shelf(self)
        self.shelf.setSourceModel(self.books)
        self.tile = Tile(covers, theme, self)
        self.filter, self.order, self.open_button = QLineEdit(), QComboBox(), QPushButton()
        self.list, self.empty, self.found = QListView(), QLabel(), HitsView()
        self._set_up()
        self.retranslate()

    def show_books(self, books: Sequence[Book], states: Mapping[str, State]) -> None:
        """Show these books and what they are ready for."""
        chosen = self.chosen()
        self.tile.states = states
        sorted_ = tuple(ordered(books, max(0, self.order.currentIndex())))
        if sorted_ != self.books.books:
            self.books.put(sorted_)
            self._choose(chosen)
        if self._pages.currentWidget() is not self.found:
            self._pages.setCurrentWidget(self.list if books else self.empty)
        self.list.viewport().update()

    def show_hits(self, words: str, found: Sequence[tuple[Book, Sequence[Hit]]]) -> None:
        """Show what all books say to some words, instead of the shelf."""
        self.found.show_hits(words, found)
        self._pages.setCurrentWidget(self.found)
        self.found.setFocus()

    def leave_hits(self) -> None:
        """Back to the shelf."""
        self._pages.setCurrentWidget(self.list if self.books.books else self.empty)
        self.filter.setFocus()

    def _want(self, words: str) -> None:
        """Filter the shelf by what is typed."""
        if self._pages.currentWidget() is self.found:
            self.leave_hits()
        self.shelf.want(words)

    def chosen(self) -> Book | None:
        """The book that is selected."""
        index = self.list.currentIndex()
        return index.data(BOOK) if index.isValid() else None

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.tile.theme = theme
        self.list.viewport().update()

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.filter.setPlaceholderText(self.tr("Title or author; Enter searches the text of all books"))
        self.filter.setAccessibleName(self.tr("Filter"))
        self.open_button.setText(self.tr("Open…"))
        self.order.setAccessibleName(self.tr("Order"))
        self.list.setAccessibleName(self.tr("Books"))
        chosen = max(0, self.order.currentIndex())
        self.order.clear()
        self.order.addItems([translate("Library", words) for words in ORDERS])
        self.order.setCurrentIndex(chosen)
        self.empty.setText(self.tr("Drop books here, or open one: EPUB, PDF, TXT, DOCX, HTML, Markdown, MOBI, FB2."))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _set_up(self) -> None:
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._want)
        self.filter.returnPressed.connect(lambda: self.sought.emit(self.filter.text()))
        self.order.activated.connect(lambda: self.show_books(self.books.books, self.tile.states))
        self.open_button.clicked.connect(self.wanted)
        self.list.setModel(self.shelf)
        self.list.setItemDelegate(self.tile)
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setUniformItemSizes(True)
        self.list.setLayoutMode(QListView.LayoutMode.Batched)
        self.list.setMouseTracking(True)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.activated.connect(lambda index: self.opened.emit(index.data(BOOK)))
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        bar = QHBoxLayout()
        bar.addWidget(self.filter, 1)
        bar.addWidget(self.order)
        bar.addWidget(self.open_button)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.found)
        self._pages.setCurrentWidget(self.empty)
        self.found.left.connect(self.leave_hits)
        outer = QVBoxLayout(self)
        outer.addLayout(bar)
        outer.addLayout(self._pages, 1)

    def _choose(self, book: Book | None) -> None:
        for row in range(self.shelf.rowCount() if book else 0):
            index = self.shelf.index(row, 0)
            if book and index.data(BOOK).key == book.key:
                self.list.setCurrentIndex(index)

    def _menu(self, point: Any) -> None:
        index = self.list.indexAt(point)
        if index.isValid():
            self.menu.emit(index.data(BOOK), self.list.viewport().mapToGlobal(point))


def files_in(folder: Path, endings: Sequence[str]) -> list[Path]:
    """The files below a folder that may be books, by their endings; hidden ones are left out."""
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in endings)
    return [path for path in found if path.is_file() and not any(part.startswith(".") for part in path.parts)]
