"""Librarian: books are opened, put on the shelf, looked through and taken off it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from app.documents.document import Document, Hints
from app.library.bundle import bundled
from app.library.index import Index
from app.library.records import Book
from app.ui.covers import Covers
from app.ui.desk import Desk
from app.ui.library_view import LibraryView, State
from app.ui.opener import Opened, Opener
from app.ui.preparer import Preparer
from model import readings
from model.types import Problem

HITS = 200  # paragraphs that a search over all books shows
SHOWN = 80  # characters of each
ENDINGS = (
    ".epub", ".pdf", ".txt", ".html", ".htm", ".xhtml", ".md", ".markdown", ".docx", ".fb2", ".mobi", ".azw3", ".xml",
)  # fmt: skip


class Librarian(QObject):
    """Emits `opened` with a document and its book, when the reader is to see it."""

    opened = Signal(object, object)

    def __init__(
        self, desk: Desk, view: LibraryView, covers: Covers, preparer: Preparer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.desk, self.view, self.covers, self.preparer = desk, view, covers, preparer
        preparer.changed.connect(self._show_states)
        self.opener = Opener(desk.places.cache, self)
        self.opener.opened.connect(self._put)
        view.opened.connect(self.open_book)
        view.wanted.connect(self.open_files)
        view.sought.connect(self.search)
        view.menu.connect(self._menu)

    def open(self, path: Path, hints: Hints | None = None) -> None:
        """Open a file; what is wrong with it is said in place."""
        self.opener.open(path, hints)

    def add(self, path: Path) -> None:
        """Put a file on the shelf without showing it."""
        self.opener.open(path, show=False)

    def open_together(self, paths: Sequence[Path]) -> None:
        """Open several files as one document; a file alone as itself."""
        if len(paths) == 1:
            self.open(paths[0])
            return
        try:
            self.open(bundled(self.desk.places.data / "shelves", paths))
        except Problem as problem:
            self.desk.say_problem(problem)

    def open_book(self, book: Book) -> None:
        """Open a book of the shelf."""
        self.open(Path(book.path), book.hints)

    def open_files(self) -> None:
        """Let the reader choose files."""
        endings = " ".join(f"*{ending}" for ending in ENDINGS)
        books = self.tr("Books")
        kinds = f"{books} ({endings});;* (*)"
        names, _ = QFileDialog.getOpenFileNames(self.view, self.tr("Open"), self._folder(), kinds)
        if names:
            self._keep_folder(Path(names[0]).parent)
        for name in names:
            self.open(Path(name))

    def _folder(self) -> str:
        """Where files were chosen last, while there is such a folder."""
        last = self.desk.remembered.words("folder")
        return last if last and Path(last).is_dir() else ""

    def _keep_folder(self, folder: Path) -> None:
        try:
            self.desk.remembered.keep(folder=str(folder))
        except Problem as problem:
            self.desk.say_problem(problem)

    def show(self) -> None:
        """Show the shelf as it stands."""
        try:
            books = self.desk.store.books()
        except Problem as problem:
            self.desk.say_problem(problem)
            return
        ready = {note.document for note in readings.notes(self.desk.places.pages)}
        states = {book.key: State(ready=book.key in ready) for book in books} | self.preparer.states()
        self.view.show_books(books, states)

    def search(self, words: str) -> None:
        """Look for words in the text of all books."""
        with Index(self.desk.places.cache) as index:
            hits = list(index.search(words, limit=HITS))
        books = {book.key: book for book in self.desk.store.books()}
        menu = QMenu(self.view)
        for hit in hits:
            if hit.key in books:
                shown = " ".join(hit.words.split())[:SHOWN]
                menu.addAction(f"{books[hit.key].title}: {shown}", partial(self.open_book, books[hit.key]))
        if menu.isEmpty():
            self.desk.say(self.tr("No book says “{words}”.").format(words=words))
        else:
            menu.exec(self.view.filter.mapToGlobal(self.view.filter.rect().bottomLeft()))

    def remove(self, book: Book) -> None:
        """Take a book off the shelf, with all that was kept of it but the file."""
        try:
            self.desk.store.remove(book.key)
            readings.forget(self.desk.places.pages, book.key)
        except Problem as problem:
            self.desk.say_problem(problem)
        self.covers.forget(book.key)
        with Index(self.desk.places.cache) as index:
            index.remove(book.key)
        self.show()

    def close(self) -> None:
        """Open no more."""
        self.opener.close()

    def _put(self, opened: Opened) -> None:
        """Put what was opened on the shelf."""
        if opened.problem is not None:
            self.desk.say_problem(opened.problem)
            return
        document: Document | None = opened.document
        assert document is not None
        try:
            book = self.desk.store.open(document, opened.path, opened.digest, opened.hints)
        except Problem as problem:
            self.desk.say_problem(problem)
            return
        if opened.show:
            self.opened.emit(document, book)
        else:
            self.show()

    def _show_states(self) -> None:
        """What the books are ready for, while the shelf is seen."""
        if self.view.isVisible():
            self.show()

    def _menu(self, book: Book, point: QPoint) -> None:
        menu = QMenu(self.view)
        menu.addAction(self.tr("Open"), partial(self.open_book, book))
        menu.addAction(self.tr("Remove from the library…"), partial(self._ask_to_remove, book))
        menu.exec(point)

    def _ask_to_remove(self, book: Book) -> None:
        said = self.tr("Remove “{title}” with its highlights and notes? The file itself stays.")
        asked = said.format(title=book.title)
        if QMessageBox.question(self.view, self.tr("Remove"), asked) == QMessageBox.StandardButton.Yes:
            self.remove(book)
