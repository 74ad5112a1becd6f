"""Palette: every command that can be done now, found by any words of its name in either language."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.ui.commands import COMMANDS
from model.folding import fold

ACTION = Qt.ItemDataRole.UserRole


class Palette(QDialog):
    """Type, choose with the arrows, Enter."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("All commands"))
        self._actions = [
            (fold(f"{command.text} {action.text()} {_keys(action)}".replace("&", "")).text, action)
            for command in COMMANDS
            if (action := actions[command.name]).isEnabled() and action.isVisible()
        ]
        self.words, self.list = QLineEdit(), QTreeWidget()
        self._items: list[QTreeWidgetItem] = []
        self.words.setPlaceholderText(self.tr("Type a part of a command"))
        self.words.setAccessibleName(self.tr("Command"))
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setColumnCount(2)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.words.textChanged.connect(self.show_matching)
        self.words.returnPressed.connect(self.accept)
        self.list.itemActivated.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addWidget(self.list)
        line = self.fontMetrics().lineSpacing()
        self.resize(32 * line, 28 * line)
        self.show_matching("")

    def chosen(self) -> QAction | None:
        """Let the reader choose. None where they do not."""
        accepted = self.exec() == QDialog.DialogCode.Accepted
        item = self.list.currentItem()
        return item.data(0, ACTION) if accepted and item is not None else None

    def show_matching(self, typed: str) -> None:
        """List the commands that say all words that were typed, those that begin so first."""
        wanted = fold(typed).text.split()
        found = [(said, action) for said, action in self._actions if all(word in said for word in wanted)]
        found.sort(key=lambda one: not (wanted and one[0].startswith(wanted[0])))
        self.list.clear()
        self._items = [QTreeWidgetItem([action.text().replace("&", ""), _keys(action)]) for _, action in found]
        for item, (_, action) in zip(self._items, found, strict=True):
            item.setData(0, ACTION, action)
        self.list.addTopLevelItems(self._items)
        self._go(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        if event.key() in steps:
            self._go(self.list.currentIndex().row() + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _go(self, row: int) -> None:
        """Choose a row, or the nearest that there is."""
        if self._items:
            self.list.setCurrentItem(self._items[max(0, min(len(self._items) - 1, row))])


def _keys(action: QAction) -> str:
    """All keys of a command, as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(key.toString(native) for key in action.shortcuts())
