"""Notice bar: one plain sentence in place, with a way out if there is one; never a box in the reader's way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.ui.themes import Theme


class NoticeBar(QWidget):
    """Shows the last notice until it is closed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self.action, self.close_button = QLabel(), QPushButton(), QToolButton()
        self._do: Callable[[], None] = lambda: None
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button.setText("×")
        self.close_button.setAutoRaise(True)
        self.close_button.clicked.connect(self.hide)
        self.action.clicked.connect(self._act)
        row = QHBoxLayout(self)
        row.addWidget(self.words, 1)
        row.addWidget(self.action)
        row.addWidget(self.close_button)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.set_theme(theme)
        self.retranslate()
        self.hide()

    def say(self, words: str, label: str = "", do: Callable[[], None] | None = None) -> None:
        """Show a sentence, and what can be done about it under a label."""
        self.words.setText(words)
        self.action.setText(label)
        self.action.setVisible(do is not None)
        self._do = do or (lambda: None)
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.setStyleSheet(f"NoticeBar {{ background: {theme.wash}; color: {theme.ink}; }}")

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.close_button.setAccessibleName(self.tr("Close"))
        self.setAccessibleName(self.tr("Notice"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _act(self) -> None:
        self.hide()
        self._do()
