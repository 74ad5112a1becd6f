"""Go-to dialog: a place typed in any form, what is there while it is typed, one sentence where nothing is."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.documents.destination import Destinations
from app.problems import render
from model.types import Problem, Span

DELAY = 60  # milliseconds behind the last key before a place is looked for
SHOWN = 240  # characters of a place's words


class GoToDialog(QDialog):
    """`span` is where what is typed leads, None while that is nowhere."""

    def __init__(self, destinations: Destinations, language: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._destinations, self._language = destinations, language
        self.span: Span | None = None
        self.words, self.preview = QLineEdit(), QLabel()
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.look)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, Qt.Orientation.Horizontal
        )
        self._set_up()
        self.look()

    def look(self) -> None:
        """Find out where what is typed leads, and show it."""
        self._timer.stop()
        self.span = None
        if not self.words.text().strip():
            self.preview.setText(self.hint())
        else:
            try:
                self.span = self._destinations.find(self.words.text())
                self.preview.setText(self._seen(self.span))
            except Problem as problem:
                self.preview.setText(render(problem.code, problem.parameters, self._language))
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self.span is not None)

    def hint(self) -> str:
        """What may be typed."""
        if self._destinations.document.law:
            return self.tr("An article in any form (577, 五百七十七, Art. 17, § 823), a chapter, a share (40%).")
        if self._destinations.document.pages:
            return self.tr("A page, a chapter or its title, an address (c3.p14), a share (40%).")
        return self.tr("A chapter or its title, an address (c3.p14), a share (40%), an offset (12000).")

    def accept(self) -> None:
        """Go, if there is such a place."""
        if self._timer.isActive():
            self.look()
        if self.span is not None:
            super().accept()

    def _seen(self, span: Span) -> str:
        """The address, the chapter and the first words of a place."""
        document = self._destinations.document
        place = min(span.start, max(0, len(document.text) - 1))
        address, title = document.address(place), " ".join(document.section_title(place).split())
        words = " ".join(document.text[span.start : span.end].split())
        shown = words if len(words) <= SHOWN else words[:SHOWN].rstrip() + "…"
        head = address if title in ("", address) else f"{address}  ·  {title}"
        return f"{head}\n{shown}"

    def _set_up(self) -> None:
        self.setWindowTitle(self.tr("Go to"))
        self.words.setAccessibleName(self.tr("Where to"))
        self.words.setPlaceholderText(self.tr("Page, chapter, article, address or share"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda: self._timer.start())
        self.preview.setAccessibleName(self.tr("What is there"))
        self.preview.setWordWrap(True)
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        line = self.fontMetrics().lineSpacing()
        self.preview.setMinimumHeight(6 * line)
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setText(self.tr("Go"))
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("Cancel"))
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.words, self.preview, self._buttons):
            layout.addWidget(widget)
        self.resize(30 * line, 12 * line)
