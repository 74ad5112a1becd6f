"""Window: menus, docks, the shelf and the open book. What a command does is in the part that it names."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.documents.document import Document
from app.documents.open import picture
from app.library.records import Book
from app.library.store import Store
from app.paths import Places
from app.settings import Settings
from app.ui.ask_panel import AskPanel
from app.ui.asker import Asker
from app.ui.bridge import Bridge
from app.ui.contents import Contents
from app.ui.covers import Covers, decoded
from app.ui.desk import Desk
from app.ui.find_panel import FindPanel
from app.ui.heat_strip import HeatStrip
from app.ui.history import History
from app.ui.keys_dialog import KeysDialog
from app.ui.librarian import Librarian
from app.ui.library_view import LibraryView
from app.ui.looks import Looks, theme_of
from app.ui.marker import Marker
from app.ui.marks_panel import MarksPanel
from app.ui.menus import Menus
from app.ui.models import Models
from app.ui.navigator import Navigator
from app.ui.notice_bar import NoticeBar
from app.ui.palette import Palette
from app.ui.panes import Panes
from app.ui.picture_dialog import PictureDialog
from app.ui.preparer import Preparer
from app.ui.reading_view import ReadingView
from app.ui.remembered import Remembered
from app.ui.settings_dialog import SettingsDialog
from app.ui.sheets import Sheets, has_pages
from app.ui.themes import palette_of, style_sheet
from app.ui.tongue import Tongue
from app.ui.work_bar import WorkBar
from model.types import Problem

TITLE = "Tongdu 通读"
SETTLED = 400  # milliseconds behind the last move before the reader's place is kept
SHELF, BOOK = 0, 1  # the two pages
LAID_OUT = ("size", "typeface", "line-height", "measure", "justified", "indented", "mode")


class Window(QMainWindow):
    """The whole reader. Nothing of it imports torch: that is the worker's."""

    def __init__(self, places: Places, settings: Settings, store: Store, bridge: Bridge, language: str = "") -> None:
        super().__init__()
        self.settings, tongue = settings, Tongue(settings, language, self)
        self.theme = theme_of(settings)
        self.covers = Covers(places.cache)
        self.library, self.strip = LibraryView(self.covers, self.theme), HeatStrip(self.theme)
        self.contents_panel, self.find_panel = Contents(), FindPanel()
        self.marks_panel, self.ask_panel = MarksPanel(self.theme), AskPanel(self.theme)
        view, notice = ReadingView(settings, self.theme), NoticeBar(self.theme)
        remembered = Remembered(places.data)
        self.desk = Desk(places, settings, store, bridge, tongue, view, notice, remembered=remembered)
        self.sheets = Sheets(view)
        self.navigator = Navigator(self.desk, self.find_panel, self)
        self.marker = Marker(self.desk, self.marks_panel, self.navigator, self)
        self.preparer = Preparer(self.desk, self)
        self.asker = Asker(self.desk, self.ask_panel, self.strip, self.navigator, self.preparer, self)
        self.librarian = Librarian(self.desk, self.library, self.covers, self.preparer, self)
        self.models = Models(self.desk, self.librarian, self)
        self.looks = Looks(self.desk, self.sheets, self)
        self._pictures: dict[str, QImage | None] = {}
        self._settles = QTimer(self, singleShot=True, interval=SETTLED)
        self._build()
        self._connect()
        self.retranslate()
        self._apply_theme()
        self._show_switches()
        self.show_library()

    # Pages

    def show_library(self) -> None:
        """Go to the shelf."""
        self._keep_place()
        self._keep_docks()
        self.pages.setCurrentIndex(SHELF)
        for dock in self.docks.values():
            dock.hide()
        self.librarian.show()
        self._show_place()
        self._enable()

    def close_book(self) -> None:
        """Put the book back on the shelf."""
        self._let_go()
        self.show_library()

    def show_book(self, document: Document, book: Book) -> None:
        """Show a book where the reader left it."""
        self._let_go()
        self.desk.document, self.desk.book, self.desk.history = document, book, History()
        self._pictures.clear()
        self.desk.view.show_document(document, book.place, self._picture)
        self.contents_panel.show_document(document)
        self.find_panel.show_document(document)
        self.asker.show_document(document)
        self.marker.show()
        if self.pages.currentIndex() == SHELF:
            self.pages.setCurrentIndex(BOOK)
            self._show_docks()
        self.setWindowTitle(f"{document.title} – {TITLE}")
        self._show_place()
        self._enable()
        self.desk.view.setFocus()

    def _let_go(self) -> None:
        """Keep what is to be kept of the open book, and forget it."""
        self._keep_place()
        self.sheets.show_text()
        self.librarian.watch(None)
        self.asker.let_go()
        self.desk.document = self.desk.book = None
        self.setWindowTitle(TITLE)

    def _moved(self) -> None:
        if not self._settles.isActive():
            self._keep_place()  # a jump is kept at once, scrolling when it settles
        self._settles.start()
        self._show_place()
        self.contents_panel.follow(self.desk.view.place)

    def _keep_place(self) -> None:
        if self.desk.book is None or self.pages.currentIndex() == SHELF:
            return
        try:
            self.desk.store.keep_place(self.desk.book.key, self.desk.view.place)
        except Problem as problem:
            self.desk.say_problem(problem)

    def _show_docks(self) -> None:
        """The docks as they stood beside a book; at first contents and questions."""
        if not self.panes.restore_docks():
            self.docks["ask"].show()
            self._raise("contents")
        self.docks["ask"].setVisible(self.settings.on("ai") and self.docks["ask"].isVisible())

    def _keep_docks(self) -> None:
        """Remember where the docks stand, if a book is seen."""
        if self.pages.currentIndex() == BOOK:
            self._try(self.panes.keep_docks)

    def _try(self, keep: Callable[[], None]) -> None:
        try:
            keep()
        except Problem as problem:
            self.desk.say_problem(problem)

    def _remember_search(self, words: str) -> None:
        self._try(lambda: self.desk.remembered.keep_latest("sought", words))
        self.find_panel.show_history(self.desk.remembered.lines("sought"))

    def _show_place(self) -> None:
        document = self.desk.document
        if document is None or self.pages.currentIndex() == SHELF:
            self.place_label.setText("")
            return
        place = self.desk.view.place
        share = place / max(1, len(document.text))
        self.place_label.setText(f"{document.address(place)}  ·  {document.section_title(place)}  ·  {share:.0%}")

    def _picture(self, name: str) -> QImage | None:
        """A picture of the open book; None where it cannot be shown."""
        if self.desk.book is not None and name not in self._pictures:
            try:
                self._pictures[name] = decoded(picture(Path(self.desk.book.path), name))
            except Problem:
                self._pictures[name] = None
        return self._pictures.get(name)

    # Commands of the window itself

    def find_words(self) -> None:
        """Open the list of hits and type."""
        self._raise("find")
        self.find_panel.words.setFocus()
        self.find_panel.words.selectAll()

    def search_library(self) -> None:
        """Go to the shelf and type what all books are searched for."""
        self.show_library()
        self.library.filter.setFocus()
        self.library.filter.selectAll()

    def ask(self) -> None:
        """Open the panel and type a question."""
        self._raise("ask")
        self.ask_panel.question.setFocus()

    def contents(self) -> None:
        """Show or hide the contents."""
        self._toggle("contents")

    def marks(self) -> None:
        """Show or hide bookmarks and notes."""
        self._toggle("marks")

    def side_bar(self) -> None:
        """Show or hide all on the left."""
        names = ("contents", "find", "marks")
        visible = any(self.docks[name].isVisible() for name in names)
        for name in names:
            self.docks[name].setVisible(not visible)
        if not visible:
            self.docks["contents"].raise_()

    def next_pane(self) -> None:
        """The keyboard to the next part of the window."""
        self.panes.step(1)

    def previous_pane(self) -> None:
        """The keyboard to the part before."""
        self.panes.step(-1)

    def full_screen(self) -> None:
        """The whole screen, or a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def edit_settings(self) -> None:
        """Every setting, in a dialog; a change holds at once."""
        SettingsDialog(self.settings, self.desk.language, self).exec()

    def palette_of_commands(self) -> None:
        """All commands by their names."""
        chosen = Palette(self.menus.actions, self).chosen()
        if chosen is not None:
            chosen.trigger()

    def shortcuts(self) -> None:
        """All keys, as a list that can be searched."""
        KeysDialog(self).exec()

    def about(self) -> None:
        """What this is."""
        QMessageBox.about(self, TITLE, f"{TITLE} {version('tongdu')}\nAGPL-3.0-or-later")

    def quit(self) -> None:
        """Close the window."""
        self.close()

    def _toggle(self, name: str) -> None:
        dock = self.docks[name]
        if dock.isVisible() and not dock.visibleRegion().isEmpty():
            dock.hide()
        else:
            self._raise(name)

    def _raise(self, name: str) -> None:
        self.docks[name].show()
        self.docks[name].raise_()

    # Building

    def _build(self) -> None:
        page, centre = QWidget(), QWidget()
        row, column = QHBoxLayout(page), QVBoxLayout(centre)
        for layout in (row, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        row.addWidget(self.sheets, 1)
        row.addWidget(self.strip)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.library)
        self.pages.addWidget(page)
        column.addWidget(self.desk.notice)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = {
            "contents": self._dock("contents", self.contents_panel, left),
            "find": self._dock("find", self.find_panel, left),
            "marks": self._dock("marks", self.marks_panel, left),
            "ask": self._dock("ask", self.ask_panel, right),
        }
        self.tabifyDockWidget(self.docks["contents"], self.docks["find"])
        self.tabifyDockWidget(self.docks["find"], self.docks["marks"])
        self.place_label, self.work_bar = QLabel(), WorkBar(self.preparer)
        self.statusBar().addWidget(self.place_label, 1)
        self.statusBar().addPermanentWidget(self.work_bar)
        self.menus = Menus(self, self._method, lambda: self.library.books.books)
        self.setAcceptDrops(True)
        first = {
            "contents": self.contents_panel.tree,
            "find": self.find_panel.words,
            "marks": self.marks_panel.list,
            "ask": self.ask_panel.question,
        }
        self.panes = Panes(self, self.docks, first, self._middle, self.desk.remembered)
        self.panes.place()

    def _middle(self) -> QWidget:
        """What the reader looks at: the text, or the shelf."""
        return self.desk.view if self.pages.currentIndex() == BOOK else self.library.list

    def _dock(self, name: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        dock.hide()
        return dock

    def _method(self, command: str) -> Callable[[], None]:
        """What a command does: the method of its name."""
        owner, _, name = command.partition(".")
        method: Callable[[], None] = getattr(self if owner == "window" else getattr(self, owner), name)
        return method

    def _connect(self) -> None:
        self._settles.timeout.connect(self._keep_place)
        self.librarian.opened.connect(self.show_book)
        self.librarian.arrived.connect(self.navigator.show)
        self.menus.chosen.connect(self.librarian.open_book)
        self.looks.changed.connect(self._show_switches)
        self.contents_panel.chosen.connect(self.navigator.jump)
        self.desk.view.placed.connect(self._moved)
        self.find_panel.sought.connect(self._remember_search)
        self.find_panel.show_history(self.desk.remembered.lines("sought"))
        self.desk.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.desk.view.customContextMenuRequested.connect(self._menu)
        self.sheets.printed.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sheets.printed.customContextMenuRequested.connect(self._menu)
        self.desk.view.opened.connect(self._show_picture)
        self.settings.listen(self._setting_changed)

    def _menu(self, point: QPoint) -> None:
        """What can be done with what is selected, where it is."""
        self.menus.popup(self.sheets.shown.viewport().mapToGlobal(point))

    def _show_picture(self, name: str) -> None:
        """A picture of the book, large."""
        image = self._picture(name)
        if image is not None:
            PictureDialog(image, self).exec()

    # Looks and words

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.menus.retranslate()
        titles = {
            "contents": self.tr("Contents"),
            "find": self.tr("Find"),
            "marks": self.tr("Bookmarks and notes"),
            "ask": self.tr("Ask"),
        }
        for name, dock in self.docks.items():
            dock.setWindowTitle(titles[name])

    def _setting_changed(self, name: str) -> None:
        if name == "theme":
            self._apply_theme()
        elif name in LAID_OUT:
            self.desk.view.reset()
            self._show_switches()
        elif name == "ai":
            self._enable()

    def _apply_theme(self) -> None:
        self.theme = theme_of(self.settings)
        for part in (self.desk.view, self.desk.notice, self.strip, self.library, self.ask_panel, self.marks_panel):
            part.set_theme(self.theme)
        QApplication.setPalette(palette_of(self.theme))
        self.setStyleSheet(style_sheet(self.theme))
        self.marker.show()

    def _show_switches(self) -> None:
        """Which of the switches in the menus are on."""
        actions = self.menus.actions
        actions["looks.paged"].setChecked(self.settings.text("mode") == "paged")
        actions["looks.page_pictures"].setChecked(self.sheets.is_printed)
        actions["window.full_screen"].setChecked(self.isFullScreen())

    def _escape(self) -> bool:
        """From a panel back to the text; there, what is in the way is closed, one thing after another."""
        pane, view = self.panes.current(), self.desk.view
        if pane != "middle":
            if pane == "find":
                self.docks["find"].hide()
            self.panes.enter("middle")
        elif self.desk.notice.isVisible():
            self.desk.notice.hide()
        elif self.isFullScreen():
            self.full_screen()
        elif view.selection is not None or view.found:
            view.select(None)
            view.set_found(())
        else:
            return False
        return True

    def _enable(self) -> None:
        """Commands that need a book, or the language model, only where there is one."""
        has_book = self.desk.document is not None and self.pages.currentIndex() == BOOK
        has_ai = self.settings.on("ai")
        self.menus.enable(has_book, has_pages(self.desk.document), has_ai)
        if not has_ai:
            self.docks["ask"].hide()

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        if event.type() == QEvent.Type.WindowStateChange:
            self._show_switches()
        elif event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._look_again()
        super().changeEvent(event)

    def _look_again(self) -> None:
        """What another window did to the library meanwhile."""
        if self.pages.currentIndex() == SHELF:
            self.librarian.show()
        else:
            self.marker.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or not self._escape():
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.librarian.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._try(lambda: self.panes.keep(docks=self.pages.currentIndex() == BOOK))
        self._let_go()
        self.librarian.close()
        self.desk.bridge.close()
        super().closeEvent(event)
        QApplication.quit()
