"""Work bar: the book that is being read, how far it is, pause and end; in the status bar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from app.ui.preparer import Preparation, Preparer

SHOWN = 24  # characters of a title


class WorkBar(QWidget):
    """Shows the first of the books that are being read or wait, and how many there are."""

    def __init__(self, preparer: Preparer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preparer = preparer
        self.words, self.bar = QLabel(), QProgressBar()
        self.pause_button, self.cancel_button = QToolButton(), QToolButton()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(140)
        self.pause_button.clicked.connect(self._pause)
        self.cancel_button.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.words, self.bar, self.pause_button, self.cancel_button):
            row.addWidget(widget)
        preparer.changed.connect(self.show_work)
        self.retranslate()
        self.show_work()

    def show_work(self) -> None:
        """What is being done now."""
        first = self._first()
        self.setVisible(first is not None)
        if first is None:
            return
        title = first.document.title
        shown = title if len(title) <= SHOWN else title[:SHOWN] + "…"
        more = len(self.preparer.preparations) - 1
        self.words.setText(f"{shown}: {first.words}" + (f" (+{more})" if more else ""))
        self.bar.setValue(round(1000 * first.share))
        self.pause_button.setText("▶" if first.paused else "⏸")
        self.pause_button.setToolTip(self.tr("Go on") if first.paused else self.tr("Pause"))

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.bar.setAccessibleName(self.tr("Progress of reading"))
        self.pause_button.setAccessibleName(self.tr("Pause or go on"))
        self.cancel_button.setText("✕")
        self.cancel_button.setToolTip(self.tr("Read no further"))
        self.cancel_button.setAccessibleName(self.tr("Read no further"))
        self.cancel_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _first(self) -> Preparation | None:
        every = list(self.preparer.preparations.values())
        return next((p for p in every if not p.paused), every[0] if every else None)

    def _pause(self) -> None:
        first = self._first()
        if first is not None:
            (self.preparer.go_on if first.paused else self.preparer.pause)(first.document.key)

    def _cancel(self) -> None:
        first = self._first()
        if first is not None:
            self.preparer.cancel(first.document.key)
