"""Menus: every command as an action with its keys, in its menu; which of them can be used now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from app.library.records import Book
from app.ui.commands import COMMANDS, MENU_TITLES, MENUS, Command
from app.ui.wording import translate

RECENT = 10  # books in their menu
HERE = (
    "marker.copy", "marker.copy_with_address", "marker.copy_citation", "", "marker.highlight", "marker.note",
    "marker.bookmark", "", "window.ask", "asker.explain", "asker.translate", "asker.summarize",
)  # fmt: skip


class Menus(QObject):
    """The menu bar of a window. `do` gives the method behind a command's name. Emits `chosen` with a recent book."""

    chosen = Signal(object)

    def __init__(
        self, window: QMainWindow, do: Callable[[str], Callable[[], None]], books: Callable[[], Sequence[Book]]
    ) -> None:
        super().__init__(window)
        self._window, self._books = window, books
        self.bar: dict[str, QMenu] = {name: window.menuBar().addMenu("") for name in MENUS}
        self.actions = {command.name: self._action(command, do(command.name)) for command in COMMANDS}
        self.recent = QMenu(window)
        self.bar["File"].insertMenu(self.actions["window.show_library"], self.recent)
        self.recent.aboutToShow.connect(self._show_recent)

    def retranslate(self) -> None:
        """Words in the language of the window."""
        for name, menu in self.bar.items():
            menu.setTitle(translate("Commands", MENU_TITLES[name]))
        self.recent.setTitle(self.tr("Recent books"))
        for command in COMMANDS:
            self.actions[command.name].setText(translate("Commands", command.text))

    def enable(self, has_book: bool, has_pages: bool, has_ai: bool) -> None:
        """Commands that need a book, or the language model, only where there is one."""
        for command in COMMANDS:
            action = self.actions[command.name]
            action.setEnabled((has_book or not command.book) and (has_ai or not command.ai))
            action.setVisible(has_ai or not command.ai)
        self.actions["looks.page_pictures"].setEnabled(has_book and has_pages)
        for name in ("Ask", "Models"):
            self.bar[name].menuAction().setVisible(has_ai)

    def popup(self, at: QPoint) -> None:
        """What can be done with what is selected, at a point of the screen."""
        menu = QMenu(self._window)
        for name in HERE:
            menu.addAction(self.actions[name]) if name else menu.addSeparator()
        menu.popup(at)

    def _action(self, command: Command, do: Callable[[], None]) -> QAction:
        action = QAction(self._window)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setCheckable(command.checked)
        action.triggered.connect(lambda: do())
        self.bar[command.menu].addAction(action)
        self._window.addAction(action)
        return action

    def _show_recent(self) -> None:
        """The books that were opened last."""
        self.recent.clear()
        latest = sorted(self._books(), key=lambda book: book.opened, reverse=True)
        for book in latest[:RECENT]:
            self.recent.addAction(book.title).triggered.connect(lambda _=False, book=book: self.chosen.emit(book))
