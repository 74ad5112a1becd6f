"""Looks: how large, in what colours and in which way a book is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from app.settings import SETTINGS, Settings
from app.ui.desk import Desk
from app.ui.sheets import Sheets
from app.ui.themes import THEMES, Theme


class Looks(QObject):
    """Each public method without arguments is a command. Emits `changed` when the text or the printed pages are shown
    instead of the other.
    """

    changed = Signal()

    def __init__(self, desk: Desk, sheets: Sheets, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk, self.sheets = desk, sheets

    def larger(self) -> None:
        """Larger letters."""
        self._change_size(1)

    def smaller(self) -> None:
        """Smaller letters."""
        self._change_size(-1)

    def usual_size(self) -> None:
        """Letters of the usual size."""
        if self.sheets.is_printed:
            self.sheets.printed.set_zoom(1.0)
        else:
            self.desk.settings.set("size", SETTINGS["size"].default)

    def paged(self) -> None:
        """Turn pages, or scroll."""
        settings = self.desk.settings
        settings.set("mode", "scroll" if settings.text("mode") == "paged" else "paged")

    def page_pictures(self) -> None:
        """The pages of a PDF as they were printed, or its text."""
        book = self.desk.book
        if self.sheets.is_printed or book is None:
            self.sheets.show_text()
        else:
            self.sheets.show_printed(book)
        self.sheets.shown.setFocus()
        self.changed.emit()

    def next_theme(self) -> None:
        """Light, sepia, dark, and round."""
        names = list(THEMES)
        now = theme_of(self.desk.settings).name
        self.desk.settings.set("theme", names[(names.index(now) + 1) % len(names)])

    def _change_size(self, steps: int) -> None:
        if self.sheets.is_printed:
            self.sheets.printed.zoom_by(steps)
            return
        size = round(self.desk.settings.number("size")) + steps
        if SETTINGS["size"].takes(size):
            self.desk.settings.set("size", size)


def theme_of(settings: Settings) -> Theme:
    """The chosen theme; the system's own light or dark, where that was chosen."""
    chosen = settings.text("theme")
    if chosen == "system":
        chosen = "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"
    return THEMES[chosen]
