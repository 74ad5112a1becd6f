"""Navigator: ways through the open book, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog

from app.documents.document import Link
from app.documents.place import Gazetteer
from app.ui.desk import Desk
from app.ui.find_panel import FindPanel
from model.types import Problem, Span


class Navigator(QObject):
    """Each public method without arguments is a command."""

    def __init__(self, desk: Desk, panel: FindPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk, self.panel = desk, panel
        panel.found.connect(desk.view.set_found)
        panel.chosen.connect(self.show)
        desk.view.followed.connect(self.follow)

    def jump(self, place: int) -> None:
        """Go to a character, so that Back leads here again."""
        self.desk.history.leave(self.desk.view.place)
        self.desk.view.go(place)

    def show(self, span: Span) -> None:
        """Go to a place and light it."""
        self.desk.history.leave(self.desk.view.place)
        self.desk.view.light(span)

    def go_to(self) -> None:
        """Ask for a place and go there."""
        label = self.tr("Address, chapter, article, page, share (40%) or offset:")
        words, chosen = QInputDialog.getText(self.desk.view, self.tr("Go to"), label)
        if chosen and words.strip():
            self.go_to_words(words)

    def go_to_words(self, words: str) -> None:
        """Go where words lead; where nowhere, say so."""
        if self.desk.document is None:
            return
        try:
            span = Gazetteer(self.desk.document).place(words)
        except Problem as problem:
            self.desk.say_problem(problem)
            return
        self.jump(span.start)

    def back(self) -> None:
        """Where the reader was before the last jump."""
        place = self.desk.history.back(self.desk.view.place)
        if place is not None:
            self.desk.view.go(place)

    def forward(self) -> None:
        """Where the reader came back from."""
        place = self.desk.history.forward()
        if place is not None:
            self.desk.view.go(place)

    def next_chapter(self) -> None:
        """The beginning of the next chapter."""
        ahead = [start for start in self._chapters() if start > self.desk.view.place]
        if ahead:
            self.jump(ahead[0])

    def previous_chapter(self) -> None:
        """The beginning of this chapter, or of the one before."""
        behind = [start for start in self._chapters() if start < self.desk.view.place]
        if behind:
            self.jump(behind[-1])

    def beginning(self) -> None:
        """The first line."""
        self.jump(0)

    def end(self) -> None:
        """The last line."""
        if self.desk.document is not None:
            self.jump(len(self.desk.document.text))

    def find_next(self) -> None:
        """The next hit."""
        self._hit(back=False)

    def find_previous(self) -> None:
        """The hit before."""
        self._hit(back=True)

    def follow(self, link: Link) -> None:
        """Go where a link leads; a note is shown in place, what is on the web is named and never fetched."""
        document = self.desk.document
        if document is None:
            return
        if link.kind == "note" and link.target >= 0:
            (note, *_) = document.blocks_at(link.target, link.target + 1)
            words = document.text[note.start : note.end]
            self.desk.notice.say(words, self.tr("Go there"), lambda: self.jump(note.start))
        elif link.target >= 0:
            self.jump(link.target)
        else:
            self.desk.say(self.tr("This leads out of the book: {link}").format(link=link.href))

    def _hit(self, back: bool) -> None:
        view = self.desk.view
        span = self.panel.next(view.lit.start if view.lit else view.place, back)
        if span is not None:
            view.light(span)

    def _chapters(self) -> list[int]:
        return [section.start for section in self.desk.document.sections] if self.desk.document else []
