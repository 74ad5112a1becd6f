"""Panes: the parts of the window that the keyboard goes to, where they stood, and the way back to the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from app.ui.remembered import Remembered, fitting

VERSION = 1  # of how docks are kept
USUAL = (1200, 800)  # pixels of a window that was never open


class Panes:
    """The docks and the middle of one window; `first` is the widget of a dock in which one types or moves."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Mapping[str, QDockWidget],
        first: Mapping[str, QWidget],
        middle: Callable[[], QWidget],
        remembered: Remembered,
    ) -> None:
        self.window, self.docks, self.remembered = window, docks, remembered
        self._first, self._middle = first, middle

    # Where they stand

    def place(self) -> None:
        """Put the window where it stood, if there is still a screen there."""
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        frame = self.remembered.frame("frame")
        known = fitting(frame, screens) if frame is not None else None
        if known is not None:
            self.window.setGeometry(known)
        else:
            self.window.resize(*USUAL)
        if self.remembered.on("maximised"):
            self.window.showMaximized()

    def keep(self, docks: bool) -> None:
        """Remember where the window stands; `docks`: and where these do. Raises Problem "no-folder"."""
        frame = self.window.normalGeometry() if self.window.isMaximized() or self.window.isFullScreen() else None
        standing = frame if frame is not None and frame.isValid() else self.window.geometry()
        self.remembered.keep(frame=standing, maximised=self.window.isMaximized())
        if docks:
            self.keep_docks()

    def keep_docks(self) -> None:
        """Remember which docks are shown, where, and how large. Raises Problem "no-folder"."""
        self.remembered.keep(docks=bytes(self.window.saveState(VERSION).toHex().data()).decode("ascii"))

    def restore_docks(self) -> bool:
        """Put the docks where they stood beside a book; False where nothing is known of that."""
        state = self.remembered.words("docks")
        return bool(state) and self.window.restoreState(QByteArray.fromHex(state.encode("ascii", "replace")), VERSION)

    # The keyboard

    def shown(self) -> list[str]:
        """The panes that are seen, in their order; the middle is "middle"."""
        seen = [name for name, dock in self.docks.items() if dock.isVisible() and not dock.visibleRegion().isEmpty()]
        return ["middle", *seen]

    def current(self) -> str:
        """The pane that has the keyboard."""
        widget = QApplication.focusWidget()
        return next((name for name, dock in self.docks.items() if widget and dock.isAncestorOf(widget)), "middle")

    def step(self, by: int) -> None:
        """Give the keyboard to the next pane, or to one before."""
        names = self.shown()
        here = self.current()
        index = names.index(here) if here in names else 0
        self.enter(names[(index + by) % len(names)])

    def enter(self, name: str) -> None:
        """Give the keyboard to a pane."""
        widget = self._middle() if name == "middle" else self._first.get(name, self.docks[name].widget())
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
