"""Navigator: ways through the open book, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.documents.destination import Destinations
from app.documents.document import Link
from app.ui.desk import Desk
from app.ui.find_panel import FindPanel
from app.ui.go_to_dialog import GoToDialog
from app.ui.note_popup import NotePopup
from model.types import Problem, Span

LIT = 2000  # characters of a place that is lit after going to its beginning


class Navigator(QObject):
    """Each public method without arguments is a command."""

    def __init__(self, desk: Desk, panel: FindPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk, self.panel = desk, panel
        self._destinations: Destinations | None = None
        self._run: tuple[int, int] | None = None  # the last of a row of hits, and the reader's place then
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
        """Ask for a place, show what is there, and go."""
        destinations = self.destinations()
        if destinations is None:
            return
        dialog = GoToDialog(destinations, self.desk.language, self.desk.view.window())
        if dialog.exec() and dialog.span is not None:
            self.arrive(dialog.span)
        self.desk.view.setFocus()

    def go_to_words(self, words: str) -> None:
        """Go where words lead; where nowhere, say so."""
        destinations = self.destinations()
        if destinations is None:
            return
        try:
            span = destinations.find(words)
        except Problem as problem:
            self.desk.say_problem(problem)
            return
        self.arrive(span)

    def arrive(self, span: Span) -> None:
        """Go to the beginning of a place; an article, not a chapter, is lit."""
        self.jump(span.start)
        if len(span) <= LIT:
            self.desk.view.light(span)

    def destinations(self) -> Destinations | None:
        """The places of the open book."""
        if self.desk.document is None:
            return None
        if self._destinations is None or self._destinations.document is not self.desk.document:
            self._destinations = Destinations(self.desk.document)
        return self._destinations

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

    def next_link(self) -> None:
        """Select the next link in the text, which Enter follows."""
        view = self.desk.view
        self._reach(view.links.after(view.selection.start if view.selection else view.place - 1))

    def previous_link(self) -> None:
        """Select the link before."""
        view = self.desk.view
        self._reach(view.links.before(view.selection.start if view.selection else view.place))

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
            NotePopup(words, lambda: self.jump(note.start), self.desk.view)
        elif (goal := self.desk.view.links.goal(link)) is not None:
            self.arrive(goal)
        else:
            self.desk.say(self.tr("This leads out of the book: {link}").format(link=link.href))

    def _reach(self, link: Link | None) -> None:
        if link is None:
            self.desk.say(self.tr("There is no other link in this direction."))
            return
        span = Span(link.start, link.end)
        self.desk.view.reveal(span)
        self.desk.view.select(span)
        self.desk.view.setFocus()

    def _hit(self, back: bool) -> None:
        view = self.desk.view
        is_run = self._run is not None and self._run[1] == view.place
        span = self.panel.next(self._run[0] if is_run and self._run else view.place, back)
        if span is None:
            return
        if not is_run:
            self.desk.history.leave(view.place)  # Back leads out of a row of hits, not through it
        view.light(span)
        self._run = span.start, view.place

    def _chapters(self) -> list[int]:
        return [section.start for section in self.desk.document.sections] if self.desk.document else []
