"""Note pop-up: a note's words at its mark, with the way to where it stands; Esc or a click elsewhere closes it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

WIDTH, HIGHEST = 380, 320  # pixels
BELOW = QPoint(0, 18)  # the pointer


class NotePopup(QFrame):
    """Shows itself where the pointer is."""

    def __init__(self, words: str, go: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Note"))
        self.words, self.button = QLabel(words), QPushButton(self.tr("Go there"))
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setFixedWidth(WIDTH)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.words)
        area.setFixedSize(WIDTH + 16, min(HIGHEST, self.words.heightForWidth(WIDTH) + 4))
        self.button.clicked.connect(self.close)
        self.button.clicked.connect(go)
        column = QVBoxLayout(self)
        column.addWidget(area)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)
        self.adjustSize()
        self.move(self._place())
        self.show()
        self.button.setFocus()

    def _place(self) -> QPoint:
        """Below the pointer, inside the screen."""
        room = self.screen().availableGeometry()
        at = QCursor.pos() + BELOW
        left = max(room.left(), min(at.x(), room.right() - self.width()))
        return QPoint(left, max(room.top(), min(at.y(), room.bottom() - self.height())))
