"""Contents: chapters, or a law's parts with their ranges and articles; filtered by what is typed, following."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QLabel, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.documents.destination import numeral
from app.documents.document import Document, Section, Unit
from app.documents.law.wording import BESIDE
from model.folding import fold

PLACE = Qt.ItemDataRole.UserRole
NUMBER = Qt.ItemDataRole.UserRole + 1  # the plain numeral of an article
ROOMY = 1.3  # heights of the font from row to row
SHOWN = 60  # characters of an article's first words
_LOOKED = 200  # characters of an article in which its first words are


class Contents(QWidget):
    """Emits `chosen` with the character where a chapter or an article begins."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self.filter, self.tree = QLabel(), QLineEdit(), QTreeWidget()
        self.document = Document("", "", (), ())
        self._items: list[QTreeWidgetItem] = []
        self._starts: list[int] = []
        self._folded: list[str] = []  # what the rows say, made comparable when it is first asked for
        self._place, self._date = 0, ""
        self.head.setWordWrap(True)
        self.head.hide()
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self.show_matching)
        self.filter.returnPressed.connect(self._go)
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setColumnCount(2)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setResizeContentsPrecision(0)  # what is seen, not thousands of rows
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setIndentation(2 * self.fontMetrics().averageCharWidth())
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.itemClicked.connect(self._choose)
        self.tree.itemActivated.connect(self._choose)
        layout = QVBoxLayout(self)
        for widget in (self.head, self.filter, self.tree):
            layout.addWidget(widget)
        self.retranslate()

    def show_document(self, document: Document) -> None:
        """Show a document's sections, and under them its articles."""
        self.document, self._place = document, 0
        self.filter.clear()
        self.tree.clear()
        rows = _rows(document)
        tops: list[QTreeWidgetItem] = []
        open_items: list[tuple[int, QTreeWidgetItem]] = []
        self._items, self._starts, self._folded = [], [], []
        for level, start, words, range_, number in rows:
            while open_items and open_items[-1][0] >= level:
                open_items.pop()
            item = _item(words, start, range_, number)
            open_items[-1][1].addChild(item) if open_items else tops.append(item)
            open_items.append((level, item))
            self._items.append(item)
            self._starts.append(start)
        if tops:  # all rows are as high as the first, which may be in another script than the rest
            tops[0].setSizeHint(0, QSize(0, round(ROOMY * self.fontMetrics().height())))
        self.tree.addTopLevelItems(tops)
        for item in self._items:
            if item.columnCount() == 1:
                item.setFirstColumnSpanned(True)
        self._fold_up()
        self._say_version(0)

    def follow(self, place: int) -> None:
        """Show which one the reader is in."""
        self._place = place
        index = bisect_right(self._starts, place) - 1
        self._say_version(place)
        if index < 0:
            return
        item = self._items[index]
        if item is not self.tree.currentItem() and not item.isHidden():
            self.tree.setCurrentItem(item)
            self.tree.scrollToItem(item)  # unfolds what it is in

    def show_matching(self, typed: str) -> None:
        """Show only what says all words that were typed or is the article of that number, and what it is in."""
        wanted, number = fold(typed).text.split(), numeral(typed)
        if wanted and not self._folded:
            self._folded = [fold(item.text(0)).text for item in self._items]
        found = [
            item
            for item, said in zip(self._items, self._folded, strict=False)
            if (number and item.data(0, NUMBER) == number) or all(word in said for word in wanted)
        ]
        shown = {id(item) for item in found}
        for item in found:
            above = item.parent()
            while above is not None and id(above) not in shown:
                shown.add(id(above))
                above = above.parent()
        for item in self._items:
            item.setHidden(bool(wanted) and id(item) not in shown)
            if wanted and id(item) in shown and item.childCount():
                item.setExpanded(True)
        if not wanted:
            self._fold_up()
            self.follow(self._place)
        elif found:
            best = next((item for item in found if number and item.data(0, NUMBER) == number), found[0])
            self.tree.setCurrentItem(best)
            self.tree.scrollToItem(best)

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.tree.setAccessibleName(self.tr("Contents"))
        self.head.setAccessibleName(self.tr("Version of the law"))
        self.filter.setAccessibleName(self.tr("Filter the contents"))
        self.filter.setPlaceholderText(self.tr("A word of a title, or a number"))
        self._date = ""
        self._say_version(self._place)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _fold_up(self) -> None:
        """Show the parts alone; of a document that is one part, the parts of that."""
        self.tree.collapseAll()
        self.tree.setCurrentItem(None)  # type: ignore[call-overload]
        if self.tree.topLevelItemCount() <= 1:
            self.tree.expandToDepth(0)

    def _say_version(self, place: int) -> None:
        """Which wording of the law this is, as its text says."""
        date = version_at(self.document, place)
        if date == self._date:
            return
        self._date = date
        self.head.setText(self.tr("Wording of {date}").format(date=date) if date else "")
        self.head.setVisible(bool(date))

    def _choose(self, item: QTreeWidgetItem) -> None:
        self.chosen.emit(item.data(0, PLACE))

    def _go(self) -> None:
        item = self.tree.currentItem()
        if item is not None and not item.isHidden():
            self._choose(item)


def version_at(document: Document, place: int) -> str:
    """The date of the law that a place is in, as its text names it; "" where it names none."""
    for volume in document.volumes:
        if volume.start <= place < volume.end:
            return version_at(volume.document, place - volume.start)
    return document.law.version if document.law else ""


def _rows(document: Document) -> list[tuple[int, int, str, str, str]]:
    """Level, place, words, range of articles and plain numeral of every row, from the top down."""
    units, deepest = document.units, 99
    starts = [unit.start for unit in units]
    rows = [(s.level, s.start, " ".join(s.title.split()), range_of(s, units, starts), "") for s in document.sections]
    heads = {(s.start, " ".join(s.title.split()).casefold()) for s in document.sections}
    for unit in units:
        if (unit.start, " ".join(unit.name.split()).casefold()) not in heads:
            rows.append((deepest, unit.start, labelled(unit, document), "", unit.number.casefold()))
    return sorted(rows, key=lambda row: (row[1], row[0]))


def range_of(section: Section, units: tuple[Unit, ...], starts: list[int]) -> str:
    """The articles behind a section: "463–988"; "" where there are none, or it is one of them itself."""
    inside = units[bisect_left(starts, section.start) : bisect_left(starts, section.end)]
    articles = [u for u in inside if u.level not in BESIDE] or list(inside)
    if not articles or not (articles[0].number and articles[-1].number):
        return ""
    first, last = articles[0].number, articles[-1].number
    if len(articles) == 1:
        return "" if articles[0].start == section.start else first
    return f"{first}–{last}"


def labelled(unit: Unit, document: Document) -> str:
    """An article's label with its title or first words."""
    label = unit.name.rstrip(" .")
    lines = [
        " ".join(line.split()) for line in document.text[unit.start : min(unit.end, unit.start + _LOOKED)].split("\n")
    ]
    lines[0] = lines[0].removeprefix(" ".join(unit.label.split()))
    title = next((rest for line in lines if (rest := line.lstrip(" .　:：—–-"))), "")
    return f"{label}  {title[:SHOWN]}" if title else label


def _item(words: str, place: int, range_: str, number: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([words, range_] if range_ else [words])
    item.setData(0, PLACE, place)
    item.setData(0, NUMBER, number)
    item.setToolTip(0, f"{words} · {range_}" if range_ else words)
    if range_:
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
