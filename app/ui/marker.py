"""Marker: copies, highlights, notes and bookmarks of the open book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QInputDialog, QPlainTextEdit, QTextEdit

from app import export
from app.documents.document import Document
from app.documents.law.citation import cited, quoted
from app.library.records import COLOURS, Colour, Mark, MarkKind
from app.ui.desk import Desk
from app.ui.mark_bar import MarkBar
from app.ui.marks_panel import MarksPanel
from app.ui.navigator import Navigator
from model.types import Problem, Span

LONGEST = 100  # changes that can be taken back
SHOWN = 200  # characters of the words that a note is about, above it


@dataclass(frozen=True, eq=False)
class Done:
    """A change of the marks of a document, and how it is taken back."""

    document: Document
    undo: Callable[[], object]


class Marker(QObject):
    """Each public method without arguments is a command."""

    def __init__(self, desk: Desk, panel: MarksPanel, navigator: Navigator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk, self.panel = desk, panel
        panel.chosen.connect(lambda mark: None if mark.lost else navigator.show(mark.span))
        panel.edited.connect(self.edit)
        panel.removed.connect(self.remove)
        panel.coloured.connect(self.colour)
        desk.view.pressed.connect(self.show_bar)
        desk.view.numbered.connect(self._numbered)
        self.bar = MarkBar(desk.view)
        self.bar.coloured.connect(self.colour)
        self.bar.noted.connect(self.edit)
        self.bar.removed.connect(self.remove)
        self._done: list[Done] = []

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
        """Highlight what is selected, in the colour that was chosen last."""
        self.highlight_in(self._colour())

    def highlight_in(self, colour: Colour) -> None:
        """Highlight what is selected in a colour; a highlight that is selected itself takes that colour."""
        span = self.desk.view.selection
        if span is None:
            self.desk.say(self.tr("Select the words to highlight first."))
            return
        same = next((m for m in self.desk.view.marks if m.kind == "highlight" and m.span == span), None)
        if same is not None:
            self.colour(same, colour)
        else:
            self._mark("highlight", span, "", colour)
            self.desk.view.select(None)

    def note(self) -> None:
        """Highlight what is selected and write a note to it."""
        span = self.desk.view.selection
        if span is None:
            self.desk.say(self.tr("Select the words that the note is about first."))
            return
        words, chosen = self._written(self.desk.view.selected_text(), "")
        if chosen:
            self._mark("highlight", span, words, self._colour())
            self.desk.view.select(None)

    def bookmark(self) -> None:
        """Keep a bookmark where the reader is, or take it away."""
        document, place = self.desk.document, self.desk.view.place
        if document is None:
            return
        here = next((m for m in self.panel.marks if m.kind == "bookmark" and m.span.start == place), None)
        if here is not None:
            self.remove(here)
        else:
            self._mark("bookmark", Span(place, place), "", "yellow")

    def edit(self, mark: Mark) -> None:
        """Write another note to a mark."""
        words, chosen = self._written(mark.words, mark.note)
        if chosen:
            self._change(mark, mark.colour, words)

    def colour(self, mark: Mark, colour: Colour) -> None:
        """Give a highlight another colour, which the next one has too."""
        self._change(mark, colour, mark.note)
        self._try(partial(self.desk.remembered.keep, colour=colour))

    def remove(self, mark: Mark) -> None:
        """Take a mark away; the notice brings it back."""
        document, store = self.desk.document, self.desk.store
        if document is not None and self._try(partial(store.unmark, mark.number)):
            undo = self._can_undo(partial(store.restore, document.key, mark))
            said = self.tr("The bookmark was removed.") if mark.kind == "bookmark" else self.tr("The note was removed.")
            highlight = mark.kind == "highlight" and not mark.note
            said = self.tr("The highlight was removed.") if highlight else said
            self.desk.notice.say(said, self.tr("Undo"), partial(self._undo, undo))

    def undo(self) -> None:
        """Take back the last change of a highlight, a note or a bookmark of the open book."""
        last = next((done for done in reversed(self._done) if done.document is self.desk.document), None)
        if last is None:
            self.desk.say(self.tr("There is nothing to undo."))
        else:
            self._undo(last)

    def show_bar(self, mark: Mark) -> None:
        """What can be done with a highlight, beside it."""
        boxes = self.desk.view.rectangles(mark.span)
        point = boxes[-1].bottomRight().toPoint() if boxes else self.desk.view.viewport().rect().center()
        self.bar.show_at(mark, self.desk.view.theme, self.desk.view.viewport().mapToGlobal(point))

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

    def _mark(self, kind: MarkKind, span: Span, note: str, colour: Colour) -> None:
        document, store = self.desk.document, self.desk.store
        made: list[Mark] = []
        if document is None:
            return
        if self._try(lambda: made.append(store.mark(document, kind, span, colour, note))):
            self._can_undo(partial(store.unmark, made[0].number))

    def _change(self, mark: Mark, colour: Colour, note: str) -> None:
        change = self.desk.store.change
        if self._try(partial(change, mark.number, colour, note)):
            self._can_undo(partial(change, mark.number, mark.colour, mark.note))

    def _colour(self) -> Colour:
        """The colour that was chosen last."""
        last = self.desk.remembered.words("colour")
        return next((colour for colour in COLOURS if colour == last), COLOURS[0])

    def _numbered(self, number: int) -> None:
        if number <= len(COLOURS):
            self.highlight_in(COLOURS[number - 1])

    def _can_undo(self, undo: Callable[[], object]) -> Done:
        """Remember how a change is taken back."""
        assert self.desk.document is not None
        done = Done(self.desk.document, undo)
        self._done = [*self._done, done][-LONGEST:]
        return done

    def _undo(self, done: Done) -> None:
        if done in self._done:
            self._done.remove(done)
            self._try(done.undo)
            self.desk.notice.hide()

    def _written(self, about: str, note: str) -> tuple[str, bool]:
        """Let the reader write a note; whether they did."""
        words, chosen = QInputDialog.getMultiLineText(self.desk.view, self.tr("Note"), about[:SHOWN], note)
        return words, chosen

    def _try(self, do: Callable[[], object]) -> bool:
        """Change the marks and show them; what cannot be kept is said. Whether it was kept."""
        try:
            do()
        except Problem as problem:
            self.desk.say_problem(problem)
            return False
        self.show()
        return True
