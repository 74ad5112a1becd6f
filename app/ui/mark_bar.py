"""Mark bar: what can be done with a highlight, beside it: five colours (keys 1 to 5), a note, removing it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from app.library.records import COLOURS, Colour, Mark
from app.ui.themes import Theme
from app.ui.wording import QT_TRANSLATE_NOOP, translate

CALLED: dict[Colour, str] = {
    "yellow": QT_TRANSLATE_NOOP("Marks", "Yellow"),
    "green": QT_TRANSLATE_NOOP("Marks", "Green"),
    "blue": QT_TRANSLATE_NOOP("Marks", "Blue"),
    "pink": QT_TRANSLATE_NOOP("Marks", "Pink"),
    "violet": QT_TRANSLATE_NOOP("Marks", "Violet"),
}


class MarkBar(QWidget):
    """Emits `coloured` with the mark and a colour, `noted` and `removed` with the mark. Esc, or a click beside it,
    closes it.
    """

    coloured = Signal(object, str)
    noted = Signal(object)
    removed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.mark: Mark | None = None
        self.colours = {colour: QToolButton() for colour in COLOURS}
        self.note, self.remove = QPushButton(), QPushButton()
        row = QHBoxLayout(self)
        for colour, button in self.colours.items():
            button.setAutoRaise(True)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._colour, colour))
            row.addWidget(button)
        for action, signal in ((self.note, self.noted), (self.remove, self.removed)):
            action.clicked.connect(partial(self._say, signal))
            row.addWidget(action)
        self._retranslate()

    def show_at(self, mark: Mark, theme: Theme, point: QPoint) -> None:
        """Show it for a mark, at a point of the screen."""
        self.mark = mark
        self._retranslate()
        for colour, button in self.colours.items():
            button.setIcon(swatch(theme.marks[colour], self.fontMetrics().height()))
            button.setChecked(colour == mark.colour)
        self.adjustSize()
        self.move(point)
        self.show()
        self.colours[mark.colour].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < len(COLOURS):
            self._colour(COLOURS[number])
        elif event.key() == Qt.Key.Key_Delete:
            self._say(self.removed)
        else:
            super().keyPressEvent(event)

    def _colour(self, colour: Colour, *_: object) -> None:
        self.hide()
        self.coloured.emit(self.mark, colour)

    def _say(self, signal: SignalInstance, *_: object) -> None:
        self.hide()
        signal.emit(self.mark)

    def _retranslate(self) -> None:
        for number, (colour, button) in enumerate(self.colours.items(), 1):
            called = translate("Marks", CALLED[colour])
            button.setAccessibleName(called)
            button.setToolTip(f"{called} ({number})")
        self.note.setText(self.tr("Note…"))
        self.remove.setText(self.tr("Remove"))
        self.setAccessibleName(self.tr("Highlight"))


def swatch(colour: str, size: int) -> QIcon:
    """A square of a colour."""
    picture = QPixmap(size, size)
    picture.fill(QColor(colour))
    return QIcon(picture)
