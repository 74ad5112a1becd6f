"""Palette: every command that can be done now, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from model.folding import fold

ACTION = Qt.ItemDataRole.UserRole


class Palette(QDialog):
    """Type, choose with the arrows, Enter."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("All commands"))
        self.resize(460, 420)
        self._actions = [action for action in actions.values() if action.isEnabled() and action.isVisible()]
        self.words, self.list = QLineEdit(), QListWidget()
        self.words.setPlaceholderText(self.tr("Type a part of a command"))
        self.words.setAccessibleName(self.tr("Command"))
        self.list.setAccessibleName(self.tr("Commands"))
        self.words.textChanged.connect(self.show_matching)
        self.words.returnPressed.connect(self.accept)
        self.list.itemActivated.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addWidget(self.list)
        self.show_matching("")

    def chosen(self) -> QAction | None:
        """Let the reader choose. None where they do not."""
        accepted = self.exec() == QDialog.DialogCode.Accepted
        item = self.list.currentItem()
        return item.data(ACTION) if accepted and item is not None else None

    def show_matching(self, typed: str) -> None:
        """List the commands whose names hold all words that were typed."""
        wanted = fold(typed).text.split()
        self.list.clear()
        for action in self._actions:
            name = action.text().replace("&", "")
            if all(word in fold(name).text for word in wanted):
                item = QListWidgetItem(f"{name}    {action.shortcut().toString()}")
                item.setData(ACTION, action)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
        else:
            super().keyPressEvent(event)
