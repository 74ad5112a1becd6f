"""Librarian: books are opened, put on the shelf, looked through and taken off it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QPoint, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from app.documents.document import Document, Hints
from app.library.bundle import bundled
from app.library.index import NAME as INDEX
from app.library.index import Index
from app.library.records import Book
from app.problems import render
from app.ui.adding import Adding, FailedDialog
from app.ui.covers import Covers
from app.ui.desk import Desk
from app.ui.library_view import LibraryView, State, files_in
from app.ui.opener import Opened, Opener
from app.ui.preparer import Preparer
from model import readings
from model.types import Problem, Span

HITS = 500  # paragraphs that a search over all books shows
ENDINGS = (
    ".epub", ".pdf", ".txt", ".html", ".htm", ".xhtml", ".md", ".markdown", ".docx", ".fb2", ".mobi", ".azw3", ".xml",
)  # fmt: skip


class Librarian(QObject):
    """Emits `opened` with a document and its book, when the reader is to see it, and `arrived` with the place in it
    that the reader chose before it was open.
    """

    opened = Signal(object, object)
    arrived = Signal(object)

    def __init__(
        self, desk: Desk, view: LibraryView, covers: Covers, preparer: Preparer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.desk, self.view, self.covers, self.preparer = desk, view, covers, preparer
        preparer.changed.connect(self._show_states)
        self.opener = Opener(desk.places.cache, self)
        self.opener.opened.connect(self._put)
        self.adding = Adding()
        self._goal: tuple[str, Span] | None = None  # of the book that is being opened: its key, and where to go
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._file_changed)
        view.opened.connect(self.open_book)
        view.wanted.connect(self.open_files)
        view.sought.connect(self.search)
        view.found.chosen.connect(lambda mark: self.open_book(mark.book, mark.hit.span))
        view.menu.connect(self._menu)

    def open(self, path: Path, hints: Hints | None = None) -> None:
        """Open a file; what is wrong with it is said in place."""
        self.opener.open(path, hints)

    def add(self, paths: Sequence[Path]) -> None:
        """Put files on the shelf without showing them, one after another; how far it is stands in the notice."""
        if self.adding.is_over:
            self.adding = Adding()
        self.adding.total += len(paths)
        for path in paths:
            self.opener.open(path, show=False)
        self._say_adding()

    def add_folder(self) -> None:
        """Put all books of a folder on the shelf, with those of the folders in it."""
        folder = QFileDialog.getExistingDirectory(self.view, self.tr("Add a folder"), self._folder())
        if folder:
            self._keep_folder(Path(folder))
            self.take([Path(folder)])

    def take(self, paths: Sequence[Path]) -> None:
        """What was dropped or chosen: one file is opened, several and those of folders are put on the shelf."""
        found = [file for path in paths for file in (files_in(path, ENDINGS) if path.is_dir() else [path])]
        if len(found) == 1:
            self.open(found[0])
        elif found:
            self.add(found)
        elif paths:
            self.desk.say(self.tr("There is no book in {folder}.").format(folder=paths[0]))

    def open_together(self, paths: Sequence[Path]) -> None:
        """Open several files as one document; a file alone as itself."""
        if len(paths) == 1:
            self.open(paths[0])
            return
        try:
            self.open(bundled(self.desk.places.data / "shelves", paths))
        except Problem as problem:
            self.desk.say_problem(problem)

    def open_book(self, book: Book, at: Span | None = None) -> None:
        """Open a book of the shelf, at a place if there is one."""
        self._goal = (book.key, at) if at is not None else None
        self.open(Path(book.path), book.hints)

    def open_files(self) -> None:
        """Let the reader choose files."""
        endings = " ".join(f"*{ending}" for ending in ENDINGS)
        books = self.tr("Books")
        kinds = f"{books} ({endings});;* (*)"
        names, _ = QFileDialog.getOpenFileNames(self.view, self.tr("Open"), self._folder(), kinds)
        if names:
            self._keep_folder(Path(names[0]).parent)
        self.take([Path(name) for name in names])

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
        """Look for words in the text of all books; those whose text is not known yet are taken in."""
        if not words.strip():
            return
        books = {book.key: book for book in self.desk.store.books()}
        with self._index() as index:
            hits = [hit for hit in index.search(words, limit=HITS) if hit.key in books]
            unknown = [book for book in books.values() if not index.holds(book.key) and Path(book.path).exists()]
        grouped = [(books[key], tuple(group)) for key, group in groupby(hits, key=attrgetter("key"))]
        for book in unknown:
            self.opener.open(Path(book.path), book.hints, show=False)
        if unknown:
            said = self.tr("{count} books are being taken into the search; search again in a moment.")
            self.desk.say(said.format(count=len(unknown)))
        elif not grouped:
            self.desk.say(self.tr("No book says “{words}”.").format(words=words))
        if grouped:
            self.view.show_hits(words, grouped)

    def _index(self) -> Index:
        """The index of all texts; a new one where it is damaged."""
        try:
            return Index(self.desk.places.cache)
        except sqlite3.DatabaseError:
            for path in self.desk.places.cache.glob(f"{INDEX}*"):
                path.unlink()
            return Index(self.desk.places.cache)

    def remove(self, book: Book) -> None:
        """Take a book off the shelf, with all that was kept of it but the file."""
        try:
            self.desk.store.remove(book.key)
            readings.forget(self.desk.places.pages, book.key)
        except Problem as problem:
            self.desk.say_problem(problem)
        self.covers.forget(book.key)
        with self._index() as index:
            index.remove(book.key)
        self.show()

    def forget(self, book: Book) -> None:
        """Remove what was read of a book from the cache; everything else of it stays."""
        try:
            freed = readings.forget(self.desk.places.pages, book.key)
        except Problem as problem:
            self.desk.say_problem(problem)
        else:
            self.desk.say(self.tr("{size} MB freed.").format(size=round(freed / 1e6)))
        self.show()

    def finish(self, book: Book) -> None:
        """Mark a book as read to the end, or as not."""
        try:
            self.desk.store.finish(book.key, not book.finished)
        except Problem as problem:
            self.desk.say_problem(problem)
        self.show()

    def find_again(self, book: Book) -> None:
        """Let the reader show where a book's file is now; its place and marks come along."""
        title = self.tr("Where is “{title}” now?").format(title=book.title)
        name, _ = QFileDialog.getOpenFileName(self.view, title, self._folder())
        if name:
            self.open(Path(name), book.hints)

    def watch(self, book: Book | None) -> None:
        """Notice when the file of the open book changes."""
        if watched := self._watcher.files():
            self._watcher.removePaths(watched)
        if book is not None:
            self._watcher.addPath(book.path)

    def close(self) -> None:
        """Open no more."""
        self.opener.close()

    def _put(self, opened: Opened) -> None:
        """Put what was opened on the shelf."""
        if not opened.show:
            self._added(opened)
        if opened.problem is not None:
            if opened.show:
                self._say_unopened(opened.path, opened.problem)
            return
        document: Document | None = opened.document
        assert document is not None
        try:
            book = self.desk.store.open(document, opened.path, opened.digest, opened.hints)
        except Problem as problem:
            self.desk.say_problem(problem)
            return
        if not opened.show:
            self._show_states()
            return
        self.opened.emit(document, book)
        self.watch(book)
        if self._goal is not None and self._goal[0] == document.key:
            self.arrived.emit(self._goal[1])
        self._goal = None

    def _added(self, opened: Opened) -> None:
        """One more of those that are added was opened, or was not."""
        if self.adding.is_over:
            return  # a text that is taken into the search
        self.adding.done += 1
        if opened.problem is not None:
            problem = opened.problem
            self.adding.failed.append(render(problem.code, problem.parameters, self.desk.language))
        self._say_adding()

    def _say_adding(self) -> None:
        if not self.adding.is_over:
            self.desk.notice.say(self.adding.words(), self.tr("Stop"), self._stop_adding)
        elif self.adding.failed:
            self.desk.notice.say(self.adding.words(), self.tr("Which?"), self._show_failed)
        else:
            self.desk.say(self.adding.words())

    def _show_failed(self) -> None:
        FailedDialog(self.adding.failed, self.view).exec()

    def _stop_adding(self) -> None:
        """Add no more; what is on the shelf stays."""
        self.adding.total -= self.opener.drop()
        self._say_adding()

    def _say_unopened(self, path: Path, problem: Problem) -> None:
        """Why a file was not opened; a book whose file is gone can be looked for."""
        said = render(problem.code, problem.parameters, self.desk.language)
        book = self.desk.store.at(path) if problem.code == "missing" else None
        if book is None:
            self.desk.say(said)
        else:
            self.desk.notice.say(said, self.tr("Find it…"), partial(self.find_again, book))

    def _file_changed(self, name: str) -> None:
        """The file of the open book is another one now, or gone; what is seen stays as it is."""
        book = self.desk.book
        if book is None or book.path != name:
            return
        if Path(name).exists():
            said = self.tr("The file of this book has changed.")
            self.desk.notice.say(said, self.tr("Open the new text"), partial(self.open, Path(name), book.hints))
        else:
            self.desk.say(self.tr("The file of this book is gone; what is open can still be read."))

    def _show_states(self) -> None:
        """What the books are ready for, while the shelf is seen."""
        if self.view.isVisible():
            self.show()

    def _menu(self, book: Book, point: QPoint) -> None:
        menu = QMenu(self.view)
        finished = self.tr("Not yet finished") if book.finished else self.tr("Finished")
        for words, do in (
            (self.tr("Open"), self.open_book),
            (finished, self.finish),
            (self.tr("Show in its folder"), self._show_folder),
            (self.tr("Forget what was read of it"), self.forget),
            (self.tr("Remove from the library…"), self._ask_to_remove),
        ):
            menu.addAction(words, partial(do, book))
        menu.exec(point)

    def _show_folder(self, book: Book) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(book.path).parent)))

    def _ask_to_remove(self, book: Book) -> None:
        said = self.tr(
            "Remove “{title}” with its highlights, notes, questions and what was read of it? The file itself stays."
        )
        asked = said.format(title=book.title)
        if QMessageBox.question(self.view, self.tr("Remove"), asked) == QMessageBox.StandardButton.Yes:
            self.remove(book)
