"""Marker: copies, highlights, notes and bookmarks of the open book."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QInputDialog, QPlainTextEdit, QTextEdit

from app import export
from app.documents.law.citation import cited, quoted
from app.library.records import Mark
from app.ui.desk import Desk
from app.ui.marks_panel import MarksPanel
from app.ui.navigator import Navigator
from model.types import Problem, Span

SHOWN = 200  # characters of the words that a note is about, above it


class Marker(QObject):
    """Each public method without arguments is a command."""

    def __init__(self, desk: Desk, panel: MarksPanel, navigator: Navigator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk, self.panel = desk, panel
        panel.chosen.connect(lambda mark: None if mark.lost else navigator.show(mark.span))
        panel.edited.connect(self.edit)
        panel.removed.connect(self.remove)
        desk.view.pressed.connect(self.edit)

    def copy(self) -> None:
        """Copy what is selected, exactly: in the panel that has the keyboard, else in the book."""
        typed = QApplication.focusWidget()
        if isinstance(typed, QTextEdit | QPlainTextEdit) and typed.textCursor().hasSelection():
            typed.copy()
        elif self.desk.view.selection is not None:
            QGuiApplication.clipboard().setText(self.desk.view.selected_text())

    def copy_with_address(self) -> None:
        """Copy what is selected with where it stands."""
        span, document = self.desk.view.selection, self.desk.document
        if span is not None and document is not None:
            where = document.address(span.start)
            QGuiApplication.clipboard().setText(f"{self.desk.view.selected_text()}\n— {document.title}, {where}")

    def copy_citation(self) -> None:
        """Copy how what is selected, or the reader's place, is cited."""
        if self.desk.document is not None:
            QGuiApplication.clipboard().setText(cited(self.desk.document, self._here()))

    def copy_quotation(self) -> None:
        """Copy what is selected, in quotation marks and with its citation."""
        if self.desk.document is None:
            return
        if self.desk.view.selection is None:
            self.desk.say(self.tr("Select the words to quote first."))
        else:
            QGuiApplication.clipboard().setText(quoted(self.desk.document, self._here()))

    def _here(self) -> Span:
        place = self.desk.view.place
        return self.desk.view.selection or Span(place, place)

    def highlight(self) -> None:
        """Highlight what is selected."""
        span = self.desk.view.selection
        if span is None:
            self.desk.say(self.tr("Select the words to highlight first."))
        else:
            self._mark(span, "")

    def note(self) -> None:
        """Highlight what is selected and write a note to it."""
        span = self.desk.view.selection
        if span is None:
            self.desk.say(self.tr("Select the words that the note is about first."))
            return
        words, chosen = self._written(self.desk.view.selected_text(), "")
        if chosen:
            self._mark(span, words)

    def bookmark(self) -> None:
        """Keep a bookmark where the reader is, or take it away."""
        document, place = self.desk.document, self.desk.view.place
        if document is None:
            return
        here = next((m for m in self.marks() if m.kind == "bookmark" and m.span.start == place), None)
        if here is not None:
            self._try(partial(self.desk.store.unmark, here.number))
        else:
            self._try(partial(self.desk.store.mark, document, "bookmark", Span(place, place)))

    def edit(self, mark: Mark) -> None:
        """Write another note to a mark."""
        words, chosen = self._written(mark.words, mark.note)
        if chosen:
            self._try(lambda: self.desk.store.change(mark.number, mark.colour, words))

    def remove(self, mark: Mark) -> None:
        """Take a mark away."""
        self._try(lambda: self.desk.store.unmark(mark.number))

    def export(self) -> None:
        """Write the marks to a file."""
        document = self.desk.document
        if document is not None:
            self.desk.export(self.panel, lambda form: export.marks(document, self.marks(), form, self.desk.language))

    def marks(self) -> tuple[Mark, ...]:
        """The marks of the open book. Raises Problem."""
        return self.desk.store.marks(self.desk.document.key) if self.desk.document else ()

    def show(self) -> None:
        """Show the marks in the text and in the list."""
        if self.desk.document is None:
            return
        try:
            marks = self.marks()
        except Problem as problem:
            self.desk.say_problem(problem)
            return
        self.desk.view.set_marks(marks)
        self.panel.show_marks(self.desk.document, marks)

    def _mark(self, span: Span, note: str) -> None:
        if self.desk.document is not None:
            self._try(partial(self.desk.store.mark, self.desk.document, "highlight", span, note=note))
            self.desk.view.select(None)

    def _written(self, about: str, note: str) -> tuple[str, bool]:
        """Let the reader write a note; whether they did."""
        words, chosen = QInputDialog.getMultiLineText(self.desk.view, self.tr("Note"), about[:SHOWN], note)
        return words, chosen

    def _try(self, do: Callable[[], object]) -> None:
        """Change the marks and show them; what cannot be kept is said."""
        try:
            do()
        except Problem as problem:
            self.desk.say_problem(problem)
        self.show()
