"""Contents: chapters, or a law's articles under their titles with ranges; follows the reader."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from app.documents.document import Document, Section, Unit

PLACE = Qt.ItemDataRole.UserRole


class Contents(QTreeWidget):
    """Emits `chosen` with the character where a chapter or an article begins."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[tuple[int, QTreeWidgetItem]] = []
        self._starts: list[int] = []
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(self.tr("Contents"))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(0, PLACE)))
        self.itemActivated.connect(lambda item: self.chosen.emit(item.data(0, PLACE)))

    def show_document(self, document: Document) -> None:
        """Show a document's sections, and under them its articles."""
        self.clear()
        units = list(document.units)
        open_items: list[tuple[int, QTreeWidgetItem]] = []
        made: list[tuple[int, QTreeWidgetItem]] = []
        next_unit = 0
        tops: list[QTreeWidgetItem] = []
        starts = [section.start for section in document.sections]
        for number, section in enumerate(document.sections):
            while open_items and open_items[-1][0] >= section.level:
                open_items.pop()
            item = _item(title_of(section, document, units), section.start)
            open_items[-1][1].addChild(item) if open_items else tops.append(item)
            open_items.append((section.level, item))
            made.append((section.start, item))
            behind = starts[number + 1] if number + 1 < len(starts) else len(document.text)
            while next_unit < len(units) and units[next_unit].start < behind:
                unit = units[next_unit]
                own = _item(label_of(unit, document), unit.start)
                item.addChild(own)
                made.append((unit.start, own))
                next_unit += 1
        if not document.sections:
            for unit in units:
                own = _item(label_of(unit, document), unit.start)
                tops.append(own)
                made.append((unit.start, own))
        self.addTopLevelItems(tops)
        self._items = made
        self._starts = [start for start, _ in made]
        if len(tops) <= 1:
            self.expandToDepth(0)

    def follow(self, place: int) -> None:
        """Show which one the reader is in."""
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return
        item = self._items[index][1]
        if item is not self.currentItem():
            self.setCurrentItem(item)
            self.scrollToItem(item)  # unfolds what it is in


def title_of(section: Section, document: Document, units: list[Unit]) -> str:
    """A section's title; in a law with the range of its articles."""
    inside = [unit for unit in units if section.start <= unit.start < section.end]
    if not inside:
        return section.title
    first, last = document.address(inside[0].start), document.address(inside[-1].start)
    if first == section.title:
        return section.title
    return f"{section.title}  {first}" if first == last else f"{section.title}  {first}–{last}"


def label_of(unit: Unit, document: Document) -> str:
    """An article's label with its first words."""
    label = document.address(unit.start)
    words = " ".join(document.text[unit.start : unit.end][:80].split())
    return f"{label}  {words.removeprefix(unit.label).strip()[:40]}"


def _item(words: str, place: int) -> QTreeWidgetItem:
    item = QTreeWidgetItem([words])
    item.setData(0, PLACE, place)
    item.setToolTip(0, words)
    return item
