"""Window: menus, docks, library and book; each command is a method of its own name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.conversation import Conversation
from app.documents.document import Document, Hints, Link
from app.documents.open import picture
from app.documents.place import Gazetteer
from app.library.index import Index
from app.library.records import Book, Mark
from app.library.store import Store
from app.paths import Places
from app.problems import render, system_language
from app.settings import SETTINGS, Settings
from app.ui.ask_panel import AskPanel, part_of
from app.ui.bridge import Bridge
from app.ui.commands import COMMANDS, MENU_TITLES, MENUS, Command
from app.ui.contents import Contents
from app.ui.covers import Covers, decoded
from app.ui.dialogue import Dialogue
from app.ui.find_panel import FindPanel
from app.ui.heat_strip import HeatStrip
from app.ui.history import History
from app.ui.library_view import LibraryView, State
from app.ui.marks_panel import MarksPanel
from app.ui.notice_bar import NoticeBar
from app.ui.opener import Opened, Opener
from app.ui.palette import Palette
from app.ui.reading_view import ReadingView
from app.ui.settings_dialog import SettingsDialog
from app.ui.themes import THEMES, Theme
from app.ui.wording import translated
from model import readings
from model.types import Problem, Read, Span

SETTLED = 400  # milliseconds behind the last move before the reader's place is kept
THEME_ORDER = ("light", "sepia", "dark")
ENDINGS = (
    ".epub",
    ".pdf",
    ".txt",
    ".html",
    ".htm",
    ".xhtml",
    ".md",
    ".markdown",
    ".docx",
    ".fb2",
    ".mobi",
    ".azw3",
    ".xml",
)


class Window(QMainWindow):
    """The whole reader. Nothing of it imports torch: that is the worker's."""

    def __init__(self, places: Places, settings: Settings, store: Store, bridge: Bridge) -> None:
        super().__init__()
        self.places, self.settings, self.store, self.bridge = places, settings, store, bridge
        self.theme = self._theme()
        self.document: Document | None = None
        self.book: Book | None = None
        self.dialogue: Dialogue | None = None
        self.history = History()
        self.actions_by_name: dict[str, QAction] = {}
        self.opener = Opener(places.cache, self)
        self._covers = Covers(places.cache)
        self._pictures: dict[str, QImage | None] = {}
        self._settles = QTimer(self, singleShot=True, interval=SETTLED)
        self._build()
        self._connect()
        self.retranslate()
        self._apply_theme()
        self.show_library()

    # Building

    def _build(self) -> None:
        self.notice = NoticeBar(self.theme)
        self.library = LibraryView(self._covers, self.theme)
        self.view = ReadingView(self.settings, self.theme)
        self.strip = HeatStrip(self.theme)
        self.contents_panel, self.find_panel = Contents(), FindPanel()
        self.marks_panel, self.ask_panel = MarksPanel(self.theme), AskPanel(self.theme)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.view, 1)
        row.addWidget(self.strip)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.library)
        self.pages.addWidget(page)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = {
            name: self._dock(name, widget, area)
            for name, widget, area in (
                ("contents", self.contents_panel, left),
                ("find", self.find_panel, left),
                ("marks", self.marks_panel, left),
                ("ask", self.ask_panel, right),
            )
        }
        self.tabifyDockWidget(self.docks["contents"], self.docks["find"])
        self.tabifyDockWidget(self.docks["find"], self.docks["marks"])
        self.place_label, self.work_label = QLabel(), QLabel()
        self.statusBar().addWidget(self.place_label, 1)
        self.statusBar().addPermanentWidget(self.work_label)
        self.menus: dict[str, QMenu] = {name: self.menuBar().addMenu("") for name in MENUS}
        for command in COMMANDS:
            self.actions_by_name[command.name] = self._action(command)
        self.setAcceptDrops(True)
        self.resize(1200, 800)

    def _dock(self, name: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        dock.hide()
        return dock

    def _action(self, command: Command) -> QAction:
        action = QAction(self)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setCheckable(command.checked)
        method: Callable[[], None] = getattr(self, command.name)
        action.triggered.connect(lambda: method())
        self.menus[command.menu].addAction(action)
        self.addAction(action)
        return action

    def _connect(self) -> None:
        self._settles.timeout.connect(self._keep_place)
        self.opener.opened.connect(self._opened)
        self.library.opened.connect(lambda book: self.open_path(Path(book.path), book.hints))
        self.library.wanted.connect(self.open_files)
        self.library.sought.connect(self._search_all)
        self.library.menu.connect(self._book_menu)
        self.view.placed.connect(self._moved)
        self.view.followed.connect(self._follow)
        self.view.pressed.connect(self._edit_mark)
        self.contents_panel.chosen.connect(self.jump)
        self.find_panel.found.connect(self.view.set_found)
        self.find_panel.chosen.connect(self.show_span)
        self.marks_panel.chosen.connect(lambda mark: None if mark.lost else self.show_span(mark.span))
        self.marks_panel.edited.connect(self._edit_mark)
        self.marks_panel.removed.connect(self._remove_mark)
        self.ask_panel.asked.connect(self._ask)
        self.ask_panel.stopped.connect(self.stop)
        self.ask_panel.cited.connect(self.show_span)
        self.strip.pressed.connect(self.show_span)
        self.settings.listen(self._setting_changed)
        self.bridge.changed.connect(self._show_work)

    # Files and books

    def open_path(self, path: Path, hints: Hints | None = None) -> None:
        """Open a file; what is wrong with it is said in place."""
        self.opener.open(path, hints)

    def open_files(self) -> None:
        """Let the reader choose files."""
        endings = " ".join(f"*{ending}" for ending in ENDINGS)
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Open"), "", f"{self.tr('Books')} ({endings});;* (*)")
        for name in names:
            self.open_path(Path(name))

    def show_library(self) -> None:
        """Go to the shelf."""
        self._keep_place()
        self.pages.setCurrentIndex(0)
        for dock in self.docks.values():
            dock.hide()
        self._show_books()
        self._show_place()
        self._enable()

    def close_book(self) -> None:
        """Put the book back on the shelf."""
        self._let_go()
        self.show_library()

    def show_document(self, document: Document, book: Book) -> None:
        """Show a book where the reader left it."""
        self._let_go()
        self.document, self.book, self.history = document, book, History()
        self._pictures.clear()
        self.view.show_document(document, book.place, self._picture)
        self.contents_panel.show_document(document)
        self.find_panel.show_document(document)
        self.ask_panel.show_document(document)
        self.strip.show_places(document, (), ())
        self.dialogue = Dialogue(
            document, self.bridge, self._reading, Conversation(self.places.data, document.key), self.language, self
        )
        for exchange in self.dialogue.begin():
            self.ask_panel.add(exchange)
        self.dialogue.changed.connect(self._exchange_changed)
        self.dialogue.busy.connect(self.ask_panel.set_busy)
        self._show_marks()
        self.pages.setCurrentIndex(1)
        self.docks["contents"].setVisible(True)
        self.docks["ask"].setVisible(self.settings.on("ai"))
        self.docks["contents"].raise_()
        self.setWindowTitle(f"{document.title} – Tongdu")
        self._show_place()
        self._enable()
        self.view.setFocus()

    def _opened(self, opened: Opened) -> None:
        if opened.problem is not None:
            self.say_problem(opened.problem)
            return
        assert opened.document is not None
        try:
            book = self.store.open(opened.document, opened.path, opened.digest, opened.hints)
        except Problem as problem:
            self.say_problem(problem)
            return
        if opened.show:
            self.show_document(opened.document, book)
        else:
            self._show_books()

    def _let_go(self) -> None:
        """Keep what is to be kept of the open book, and forget it."""
        self._keep_place()
        if self.dialogue is not None:
            self.dialogue.close()
        self.document = self.book = self.dialogue = None
        self.setWindowTitle("Tongdu 通读")

    def _show_books(self) -> None:
        try:
            books = self.store.books()
        except Problem as problem:
            self.say_problem(problem)
            return
        ready = {note.document for note in readings.notes(self.places.pages)}
        self.library.show_books(books, {book.key: State(ready=book.key in ready) for book in books})

    def _book_menu(self, book: Book, point: object) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Open"), lambda: self.open_path(Path(book.path), book.hints))
        menu.addAction(self.tr("Remove from the library…"), lambda: self._remove(book))
        menu.exec(point)  # type: ignore[call-overload]

    def _remove(self, book: Book) -> None:
        """Take a book off the shelf, when the reader says so again."""
        asked = self.tr("Remove “{title}” with its highlights and notes? The file itself stays.").format(
            title=book.title
        )
        if QMessageBox.question(self, self.tr("Remove"), asked) == QMessageBox.StandardButton.Yes:
            self.store.remove(book.key)
            self._covers.forget(book.key)
            readings.forget(self.places.pages, book.key)
            with Index(self.places.cache) as index:
                index.remove(book.key)
            self._show_books()

    def _search_all(self, words: str) -> None:
        """Look for words in all books; the hits are a menu of their own for now."""
        with Index(self.places.cache) as index:
            hits = list(index.search(words, limit=200))
        books = {book.key: book for book in self.store.books()}
        menu = QMenu(self)
        for hit in hits:
            if hit.key in books:
                book, shown = books[hit.key], " ".join(hit.words.split())[:80]
                menu.addAction(f"{book.title}: {shown}", partial(self.open_path, Path(book.path), book.hints))
        if menu.isEmpty():
            self.notice.say(self.tr("No book says “{words}”.").format(words=words))
        else:
            menu.exec(self.library.filter.mapToGlobal(self.library.filter.rect().bottomLeft()))

    # Places

    def jump(self, place: int) -> None:
        """Go to a character, so that Back leads here again."""
        self.history.leave(self.view.place)
        self.view.go(place)

    def show_span(self, span: Span) -> None:
        """Go to a place and light it."""
        self.history.leave(self.view.place)
        self.view.light(span)

    def go_to(self) -> None:
        """Ask for a place and go there."""
        label = self.tr("Address, chapter, article, page, share (40%) or offset:")
        words, chosen = QInputDialog.getText(self, self.tr("Go to"), label)
        if chosen and words.strip():
            self.go_to_words(words)

    def go_to_words(self, words: str) -> None:
        """Go where words lead; where nowhere, say so."""
        if self.document is None:
            return
        try:
            span = Gazetteer(self.document).place(words)
        except Problem as problem:
            self.say_problem(problem)
            return
        self.jump(span.start)

    def back(self) -> None:
        """Where the reader was before the last jump."""
        place = self.history.back(self.view.place)
        if place is not None:
            self.view.go(place)

    def forward(self) -> None:
        """Where the reader came back from."""
        place = self.history.forward()
        if place is not None:
            self.view.go(place)

    def next_chapter(self) -> None:
        """The beginning of the next chapter."""
        starts = [s.start for s in self.document.sections] if self.document else []
        ahead = [start for start in starts if start > self.view.place]
        if ahead:
            self.jump(ahead[0])

    def previous_chapter(self) -> None:
        """The beginning of this chapter, or of the one before."""
        starts = [s.start for s in self.document.sections] if self.document else []
        behind = [start for start in starts if start < self.view.place]
        if behind:
            self.jump(behind[-1])

    def beginning(self) -> None:
        """The first line."""
        self.jump(0)

    def end(self) -> None:
        """The last line."""
        if self.document is not None:
            self.jump(len(self.document.text))

    def _follow(self, link: Link) -> None:
        """Go where a link leads; what is on the web is named and never fetched."""
        if link.kind == "note" and self.document is not None:
            (note, *_) = self.document.blocks_at(link.target, link.target + 1) or (None,)
            if note is not None:
                self.notice.say(
                    self.document.text[note.start : note.end], self.tr("Go there"), lambda: self.jump(note.start)
                )
        elif link.target >= 0:
            self.jump(link.target)
        else:
            self.notice.say(self.tr("This leads out of the book: {link}").format(link=link.href))

    def _moved(self) -> None:
        self._settles.start()
        self._show_place()
        self.contents_panel.follow(self.view.place)

    def _keep_place(self) -> None:
        if self.book is None or self.pages.currentIndex() == 0:
            return
        try:
            self.store.keep_place(self.book.key, self.view.place)
        except Problem as problem:
            self.say_problem(problem)

    def _show_place(self) -> None:
        if self.document is None or self.pages.currentIndex() == 0:
            self.place_label.setText("")
            return
        place, size = self.view.place, max(1, len(self.document.text))
        title = self.document.section_title(place)
        self.place_label.setText(f"{self.document.address(place)}  ·  {title}  ·  {place / size:.0%}")

    # Finding

    def find_words(self) -> None:
        """Open the list of hits and type."""
        self._raise("find")
        self.find_panel.words.setFocus()
        self.find_panel.words.selectAll()

    def find_next(self) -> None:
        """The next hit."""
        self._hit(back=False)

    def find_previous(self) -> None:
        """The hit before."""
        self._hit(back=True)

    def _hit(self, back: bool) -> None:
        here = self.view.lit.start if self.view.lit else self.view.place
        span = self.find_panel.next(here, back)
        if span is not None:
            self.view.light(span)

    def search_library(self) -> None:
        """Go to the shelf and type what all books are searched for."""
        self.show_library()
        self.library.filter.setFocus()
        self.library.filter.selectAll()

    # Marks and copies

    def copy(self) -> None:
        """Copy what is selected, exactly."""
        if self.view.selection is not None:
            QGuiApplication.clipboard().setText(self.view.selected_text())

    def copy_with_address(self) -> None:
        """Copy what is selected with where it stands."""
        if self.view.selection is not None and self.document is not None:
            words, where = self.view.selected_text(), self.document.address(self.view.selection.start)
            QGuiApplication.clipboard().setText(f"{words}\n— {self.document.title}, {where}")

    def highlight(self) -> None:
        """Highlight what is selected."""
        self._mark("")

    def note(self) -> None:
        """Highlight what is selected and write a note to it."""
        if self.view.selection is None:
            self.notice.say(self.tr("Select the words that the note is about first."))
            return
        words, chosen = QInputDialog.getMultiLineText(self, self.tr("Note"), self.view.selected_text()[:200])
        if chosen:
            self._mark(words)

    def bookmark(self) -> None:
        """Keep a bookmark at the top of the page, or take it away."""
        if self.document is None:
            return
        place = self.view.place
        here = next((m for m in self._marks() if m.kind == "bookmark" and m.span.start == place), None)
        if here is not None:
            self._try(partial(self.store.unmark, here.number))
        else:
            self._try(partial(self.store.mark, self.document, "bookmark", Span(place, place)))

    def _mark(self, note: str) -> None:
        span, document = self.view.selection, self.document
        if span is None or document is None:
            self.notice.say(self.tr("Select the words to highlight first."))
            return
        self._try(lambda: self.store.mark(document, "highlight", span, note=note))
        self.view.select(None)

    def _edit_mark(self, mark: Mark) -> None:
        words, chosen = QInputDialog.getMultiLineText(self, self.tr("Note"), mark.words[:200], mark.note)
        if chosen:
            self._try(lambda: self.store.change(mark.number, mark.colour, words))

    def _remove_mark(self, mark: Mark) -> None:
        self._try(lambda: self.store.unmark(mark.number))

    def _try(self, do: Callable[[], object]) -> None:
        """Change the marks and show them; what cannot be kept is said."""
        try:
            do()
        except Problem as problem:
            self.say_problem(problem)
        self._show_marks()

    def _marks(self) -> tuple[Mark, ...]:
        return self.store.marks(self.document.key) if self.document else ()

    def _show_marks(self) -> None:
        if self.document is None:
            return
        try:
            marks = self._marks()
        except Problem as problem:
            self.say_problem(problem)
            return
        self.view.set_marks(marks)
        self.marks_panel.show_marks(self.document, marks)

    # Asking

    def ask(self) -> None:
        """Open the panel and type a question."""
        self._raise("ask")
        self.ask_panel.question.setFocus()

    def stop(self) -> None:
        """End the answer in hand."""
        if self.dialogue is not None:
            self.dialogue.stop()

    def explain(self) -> None:
        """Ask what the selected words mean."""
        self._ask_of_selection(self.tr("Explain what this passage means."))

    def translate(self) -> None:
        """Ask for the selected words in the language of the window."""
        self._ask_of_selection(self.tr("Translate this passage into English."))

    def summarize(self) -> None:
        """Ask for the selected words in short."""
        self._ask_of_selection(self.tr("Summarize this passage."))

    def _ask_of_selection(self, words: str) -> None:
        self._raise("ask")
        self._ask(words, 3)

    def prepare(self) -> None:
        """Read the book now, so that questions are answered at once."""
        if self.document is not None:
            self.bridge.submit(self._reading())

    def _ask(self, words: str, scope: int) -> None:
        if self.dialogue is None or self.document is None:
            return
        if scope == 3 and self.view.selection is None:
            self.notice.say(self.tr("Select the words that the answer may come from first."))
            return
        part = part_of(self.document, scope, self.view.place, self.view.selection)
        number = self.dialogue.ask(words, part)
        if number == len(self.ask_panel.views):
            self.ask_panel.add(self.dialogue.exchanges[number])

    def _exchange_changed(self, number: int, exchange: object) -> None:
        if self.dialogue is None or self.document is None:
            return
        shown = self.dialogue.exchanges[number]
        if number == len(self.ask_panel.views):
            self.ask_panel.add(shown)
        self.ask_panel.show_exchange(number, shown)
        self.strip.show_places(self.document, shown.evidence, shown.cited())
        self.view.set_cited(shown.cited())

    def _reading(self) -> Read:
        assert self.document is not None
        folders = self.places.folders()
        limit = self.settings.number("cache-limit")
        return Read(
            self.document.source(),
            self.settings.text("model"),
            folders,
            offline=self.settings.on("offline"),
            cache_bytes=round(limit * 1e9) or None,
        )

    def _show_work(self) -> None:
        waiting = len(self.bridge.queue())
        self.work_label.setText(self.tr("{count} jobs").format(count=waiting) if waiting else "")

    # Looks

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

    def larger(self) -> None:
        """Larger letters."""
        self._resize(1)

    def smaller(self) -> None:
        """Smaller letters."""
        self._resize(-1)

    def usual_size(self) -> None:
        """Letters of the usual size."""
        self.settings.set("size", SETTINGS["size"].default)

    def next_theme(self) -> None:
        """Light, sepia, dark, and round."""
        index = THEME_ORDER.index(self.theme.name)
        self.settings.set("theme", THEME_ORDER[(index + 1) % len(THEME_ORDER)])

    def paged(self) -> None:
        """Turn pages, or scroll."""
        self.settings.set("mode", "scroll" if self.settings.text("mode") == "paged" else "paged")

    def edit_settings(self) -> None:
        """Every setting, in a dialog; a change holds at once."""
        SettingsDialog(self.settings, self.language(), self).exec()

    def palette_of_commands(self) -> None:
        """All commands by their names."""
        chosen = Palette(self.actions_by_name, self).chosen()
        if chosen is not None:
            chosen.trigger()

    def shortcuts(self) -> None:
        """All keys."""
        lines = [
            f"{translated('Commands', command.text)}\t{', '.join(command.keys)}" for command in COMMANDS if command.keys
        ]
        QMessageBox.information(self, self.tr("Keys"), "\n".join(lines))

    def about(self) -> None:
        """What this is."""
        QMessageBox.about(self, "Tongdu 通读", f"Tongdu 通读 {version('tongdu')}\nAGPL-3.0-or-later")

    def full_screen(self) -> None:
        """The whole screen, or a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def quit(self) -> None:
        """Close the window."""
        self.close()

    def _resize(self, steps: int) -> None:
        setting = SETTINGS["size"]
        size = self.settings.number("size") + steps
        if setting.low <= size <= setting.high:
            self.settings.set("size", round(size))

    def _toggle(self, name: str) -> None:
        dock = self.docks[name]
        if dock.isVisible() and not dock.visibleRegion().isEmpty():
            dock.hide()
        else:
            self._raise(name)

    def _raise(self, name: str) -> None:
        if self.document is not None:
            self.docks[name].show()
            self.docks[name].raise_()

    def _setting_changed(self, name: str) -> None:
        if name == "theme":
            self._apply_theme()
        elif name in ("size", "typeface", "line-height", "measure", "justified", "indented", "mode"):
            self.view.reset()
        elif name == "ai":
            self._enable()

    def _theme(self) -> Theme:
        chosen = self.settings.text("theme")
        if chosen == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            chosen = "dark" if dark else "light"
        return THEMES[chosen]

    def _apply_theme(self) -> None:
        self.theme = self._theme()
        for part in (self.view, self.strip, self.library, self.ask_panel, self.notice):
            part.set_theme(self.theme)
        self.marks_panel.theme = self.theme
        self._show_marks()
        t = self.theme
        self.setStyleSheet(
            f"QWidget {{ background: {t.panel}; color: {t.ink}; }}"
            f"QLineEdit, QPlainTextEdit, QTextBrowser, QListView, QTreeView, QComboBox {{ background: {t.paper};"
            f" border: 1px solid {t.line}; border-radius: 4px; padding: 2px; }}"
            f"QPushButton {{ background: {t.paper}; border: 1px solid {t.line}; border-radius: 4px;"
            " padding: 4px 12px; }"
            f"QPushButton:hover {{ border-color: {t.accent}; }}"
            f"QMenu::item:selected, QMenuBar::item:selected {{ background: {t.selection}; }}"
            f"QTreeView::item:selected, QListView::item:selected {{ background: {t.selection}; color: {t.ink}; }}"
        )

    def _enable(self) -> None:
        """Commands that need a book, or the language model, only where there is one."""
        has_book, has_ai = self.document is not None and self.pages.currentIndex() == 1, self.settings.on("ai")
        for command in COMMANDS:
            action = self.actions_by_name[command.name]
            action.setEnabled((has_book or not command.book) and (has_ai or not command.ai))
            action.setVisible(has_ai or not command.ai)
        self.menus["Ask"].menuAction().setVisible(has_ai)
        if not has_ai:
            self.docks["ask"].hide()

    def _picture(self, name: str) -> QImage | None:
        """A picture of the open book; None where it cannot be shown."""
        if self.book is not None and name not in self._pictures:
            try:
                self._pictures[name] = decoded(picture(Path(self.book.path), name))
            except Problem:
                self._pictures[name] = None
        return self._pictures.get(name)

    # Words

    def language(self) -> str:
        """The language of the window: "en" or "zh"."""
        chosen = self.settings.text("language")
        return system_language() if chosen == "system" else chosen

    def say_problem(self, problem: Problem) -> None:
        """One plain sentence in place."""
        self.notice.say(render(problem.code, problem.parameters, self.language()))

    def retranslate(self) -> None:
        """Words in the language of the window."""
        for name, menu in self.menus.items():
            menu.setTitle(translated("Commands", MENU_TITLES[name]))
        for command in COMMANDS:
            self.actions_by_name[command.name].setText(translated("Commands", command.text))
        for name, words in (
            ("contents", self.tr("Contents")),
            ("find", self.tr("Find")),
            ("marks", self.tr("Bookmarks and notes")),
            ("ask", self.tr("Ask")),
        ):
            self.docks[name].setWindowTitle(words)
        self._show_work()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        for path in paths:
            self.open_path(path)
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._let_go()
        self.opener.close()
        self.bridge.close()
        super().closeEvent(event)
        QApplication.quit()
