"""Find panel: every place that says what was typed, in a list with its words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.documents.document import Document
from app.documents.find import find, line
from model.types import Span

MOST = 2000  # hits that are listed; all are counted and lit
DELAY = 150  # milliseconds behind the last key before a long book is searched
PLACE = Qt.ItemDataRole.UserRole


class FindPanel(QWidget):
    """Emits `found` with all hits, `chosen` with the one to go to, `sought` with words that were used."""

    found = Signal(object)
    chosen = Signal(object)
    sought = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = Document("", "", (), ())
        self.hits: tuple[Span, ...] = ()
        self.words, self.count, self.list = QLineEdit(), QLabel(), QListWidget()
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.search)
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda: self._timer.start())
        self.words.returnPressed.connect(self._go)
        self._history = QStringListModel(self)
        earlier = QCompleter(self._history, self)
        earlier.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.words.setCompleter(earlier)
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(lambda item: self._choose(item.data(PLACE)))
        self.list.itemActivated.connect(lambda item: self._choose(item.data(PLACE)))
        layout = QVBoxLayout(self)
        for widget in (self.words, self.count, self.list):
            layout.addWidget(widget)
        self.retranslate()

    def show_document(self, document: Document) -> None:
        """Search this one from now on."""
        self.document = document
        self.search()

    def search(self) -> None:
        """Look for what is typed."""
        self._timer.stop()
        typed = self.words.text()
        self.hits = find(self.document, typed) if typed.strip() else ()
        self.list.clear()
        for span in self.hits[:MOST]:
            item = QListWidgetItem(f"{self.document.address(span.start)}  {line(self.document, span)}")
            item.setData(PLACE, span)
            self.list.addItem(item)
        self._say()
        self.found.emit(self.hits)

    def show_history(self, earlier: Sequence[str]) -> None:
        """Offer what was looked for before."""
        self._history.setStringList(list(earlier))

    def _choose(self, span: Span) -> None:
        if self.words.text().strip():
            self.sought.emit(self.words.text().strip())
        self.chosen.emit(span)

    def next(self, place: int, back: bool = False) -> Span | None:
        """The hit behind a place, or before it; round at the ends."""
        if self._timer.isActive():
            self.search()
        if not self.hits:
            return None
        starts = [span.start for span in self.hits]
        index = bisect_left(starts, place) - 1 if back else bisect_right(starts, place)
        index %= len(self.hits)
        if index < self.list.count():
            self.list.setCurrentRow(index)
        return self.hits[index]

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.words.setPlaceholderText(self.tr("Find in this book"))
        self.words.setAccessibleName(self.tr("Find in this book"))
        self.list.setAccessibleName(self.tr("Hits"))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _say(self) -> None:
        listed = self.list.count()
        said = self.tr("{count} places").format(count=f"{len(self.hits):,}")
        if listed < len(self.hits):
            said += self.tr(", the first {listed} listed").format(listed=f"{listed:,}")
        self.count.setText(said if self.words.text().strip() else "")

    def _go(self) -> None:
        if self._timer.isActive():
            self.search()
        current = self.list.currentItem()
        if current is not None:
            self._choose(current.data(PLACE))
        elif self.hits:
            self.list.setCurrentRow(0)
            self._choose(self.hits[0])
