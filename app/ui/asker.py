"""Asker: the dialogue about the open book, in its panel, in the text and on the heat strip."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from app import export
from app.documents.document import Document
from app.library.conversation import Conversation
from app.ui.answer_html import exchange_text
from app.ui.ask_panel import AskPanel, part_of
from app.ui.desk import Desk
from app.ui.dialogue import Dialogue
from app.ui.heat_strip import HeatStrip
from app.ui.navigator import Navigator
from app.ui.preparer import Preparer
from model.types import Problem, Read, Span

SELECTION = 3  # of the panel's scopes


class Asker(QObject):
    """Each public method without arguments is a command."""

    def __init__(
        self,
        desk: Desk,
        panel: AskPanel,
        strip: HeatStrip,
        navigator: Navigator,
        preparer: Preparer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.desk, self.panel, self.strip, self.preparer = desk, panel, strip, preparer
        self.dialogue: Dialogue | None = None
        panel.asked.connect(self.ask)
        panel.sought.connect(self.search)
        panel.acted.connect(self._act)
        panel.stopped.connect(self.stop)
        panel.cited.connect(navigator.show)
        strip.pressed.connect(navigator.show)

    def show_document(self, document: Document) -> None:
        """Talk about this one; what was said before is shown."""
        self.let_go()
        self.panel.show_document(document)
        self.strip.show_places(document, (), ())
        conversation = Conversation(self.desk.store, document)
        self.dialogue = Dialogue(
            document, self.desk.bridge, self.reading, conversation, lambda: self.desk.language, self
        )
        try:
            for exchange in self.dialogue.begin():
                self.panel.add(exchange)
        except Problem as problem:
            self.desk.say_problem(problem)
        self.dialogue.changed.connect(self._changed)
        self.dialogue.busy.connect(self.panel.set_busy)

    def let_go(self) -> None:
        """End the dialogue."""
        if self.dialogue is not None:
            self.dialogue.close()
        self.dialogue = None

    def ask(self, words: str, scope: int) -> None:
        """Put a question, to be answered from one of the panel's scopes."""
        if self.dialogue is not None and self._has_words(scope):
            self.dialogue.ask(words, self._part(scope))

    def search(self, words: str, scope: int) -> None:
        """Ask for passages alone, of one of the panel's scopes."""
        if self.dialogue is not None and self._has_words(scope):
            self.dialogue.search(words, self._part(scope))

    def stop(self) -> None:
        """End the answers in hand."""
        if self.dialogue is not None:
            self.dialogue.stop()

    def clear(self) -> None:
        """Keep nothing of what was asked of the open book, once the reader has said so."""
        document, title = self.desk.document, self.tr("Clear the conversation")
        if self.dialogue is None or document is None:
            return
        said = self.tr("All questions and answers about “{title}” are removed. Export them first to keep them.")
        buttons = QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel
        words = said.format(title=document.title)
        if QMessageBox.question(self.panel, title, words, buttons) == QMessageBox.StandardButton.Ok:
            try:
                self.dialogue.clear()
            except Problem as problem:
                self.desk.say_problem(problem)
            self.show_document(document)

    def export(self) -> None:
        """Write the conversation to a file."""
        document = self.desk.document
        if document is not None:
            turns = Conversation(self.desk.store, document).turns
            self.desk.export(self.panel, lambda form: export.conversation(document, turns(), form, self.desk.language))

    def prepare(self) -> None:
        """Read the book now, so that questions are answered at once; first the plan is shown."""
        if self.desk.document is not None:
            self.preparer.plan(self.desk.document, self.reading())

    def explain(self) -> None:
        """Ask what the selected words mean."""
        self.ask(self.tr("Explain what this passage means."), SELECTION)

    def translate(self) -> None:
        """Ask for the selected words in the language of the window."""
        self.ask(self.tr("Translate this passage into English."), SELECTION)

    def summarize(self) -> None:
        """Ask for the selected words in short."""
        self.ask(self.tr("Summarize this passage."), SELECTION)

    def reading(self) -> Read:
        """How the open book is to be read, as the settings stand. Raises Problem "no-folder"."""
        document, settings = self.desk.document, self.desk.settings
        assert document is not None
        return Read(
            document.source(),
            settings.text("model"),
            self.desk.places.folders(),
            offline=settings.on("offline"),
            cache_bytes=round(settings.number("cache-limit") * 1e9) or None,
        )

    def _has_words(self, scope: int) -> bool:
        """Whether the scope says what it means; if not, that is said."""
        if scope == SELECTION and self.desk.view.selection is None:
            self.desk.say(self.tr("Select the words that the answer may come from first."))
            return False
        return self.desk.document is not None

    def _part(self, scope: int) -> Span | None:
        document, view = self.desk.document, self.desk.view
        return part_of(document, scope, view.place, view.selection) if document is not None else None

    def _act(self, number: int, what: str) -> None:
        """Do with an exchange what the reader chose below it."""
        if self.dialogue is None or self.desk.document is None:
            return
        if what == "copy":
            words = exchange_text(self.dialogue.exchanges[number], self.desk.document)
            QGuiApplication.clipboard().setText(words)
        elif what == "again":
            self.dialogue.again(number)
        else:
            try:
                self.dialogue.remove(number)
            except Problem as problem:
                self.desk.say_problem(problem)
            else:
                self.panel.remove(number)

    def _changed(self, number: int) -> None:
        if self.dialogue is None or self.desk.document is None:
            return
        exchange = self.dialogue.exchanges[number]
        if number == len(self.panel.views):
            self.panel.add(exchange)
        else:
            self.panel.show_exchange(number, exchange)
        self.strip.show_places(self.desk.document, exchange.evidence, exchange.cited())
        self.desk.view.set_cited(exchange.cited())
