"""Keys dialog: every key of the window by menu, as a list that is searched by what a key does or is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.commands import COMMANDS, MENU_TITLES, MENUS
from app.ui.wording import QT_TRANSLATE_NOOP, translate
from model.folding import fold

# What keys do that are no commands, since they do it in one place alone.
BESIDES: dict[str, Sequence[tuple[str, str]]] = {
    QT_TRANSLATE_NOOP("Keys", "In the text"): (
        ("Space", QT_TRANSLATE_NOOP("Keys", "A page forward")),
        ("Shift+Space", QT_TRANSLATE_NOOP("Keys", "A page back")),
        ("PgDown", QT_TRANSLATE_NOOP("Keys", "A page forward")),
        ("PgUp", QT_TRANSLATE_NOOP("Keys", "A page back")),
        ("Down", QT_TRANSLATE_NOOP("Keys", "A line forward")),
        ("Up", QT_TRANSLATE_NOOP("Keys", "A line back")),
        ("Return", QT_TRANSLATE_NOOP("Keys", "Follow the link that is selected")),
        ("1", QT_TRANSLATE_NOOP("Keys", "Highlight the selected words in the first colour, 5 in the last")),
    ),
    QT_TRANSLATE_NOOP("Keys", "In a question"): (
        ("Return", QT_TRANSLATE_NOOP("Keys", "Send the question")),
        ("Shift+Return", QT_TRANSLATE_NOOP("Keys", "Begin a line")),
    ),
    QT_TRANSLATE_NOOP("Keys", "In lists and panels"): (
        ("Return", QT_TRANSLATE_NOOP("Keys", "Go there")),
        ("Del", QT_TRANSLATE_NOOP("Keys", "Remove a bookmark or note")),
        ("Esc", QT_TRANSLATE_NOOP("Keys", "Back to the text; there, close what is in the way")),
    ),
}


class KeysDialog(QDialog):
    """`list` has a row for each menu and under it one for each command that has a key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self.list = QLineEdit(), QTreeWidget()
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.words.setPlaceholderText(self.tr("What a key does, or the key"))
        self.words.setAccessibleName(self.tr("Search the keys"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self.show_matching)
        self.list.setAccessibleName(self.tr("Keys"))
        self.list.setHeaderHidden(True)
        self.list.setColumnCount(2)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(self.tr("Close"))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.words, self.list, buttons):
            layout.addWidget(widget)
        self.setWindowTitle(self.tr("Keys"))
        line = self.fontMetrics().lineSpacing()
        self.resize(34 * line, 36 * line)
        self._fill()

    def show_matching(self, typed: str) -> None:
        """List only the keys that hold all words that were typed in what they do or are."""
        wanted = fold(typed).text.split()
        for group, rows in self._groups:
            for row in rows:
                said = fold(f"{row.text(0)} {row.text(1)} {row.data(0, Qt.ItemDataRole.UserRole)}").text
                row.setHidden(not all(word in said for word in wanted))
            group.setHidden(all(row.isHidden() for row in rows))

    def _fill(self) -> None:
        for menu in MENUS:
            keyed = [command for command in COMMANDS if command.menu == menu and command.keys]
            rows = [(c.text, translate("Commands", c.text), _shown(c.keys)) for c in keyed]
            self._add(translate("Commands", MENU_TITLES[menu]), rows)
        for title, keys in BESIDES.items():
            rows = [(text, translate("Keys", text), _shown((key,))) for key, text in keys]
            self._add(translate("Keys", title), rows)
        self.list.expandAll()

    def _add(self, title: str, rows: Sequence[tuple[str, str, str]]) -> None:
        if not rows:
            return
        group = QTreeWidgetItem([_plain(title)])
        font = self.list.font()
        font.setBold(True)
        group.setFont(0, font)
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        items = [QTreeWidgetItem([_plain(called), keys]) for _, called, keys in rows]
        for item, (english, _, _) in zip(items, rows, strict=True):
            item.setData(0, Qt.ItemDataRole.UserRole, english)
        group.addChildren(items)
        self._groups.append((group, items))
        self.list.addTopLevelItem(group)


def _shown(keys: Sequence[str]) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(native) for key in keys)


def _plain(title: str) -> str:
    """A menu's title without its mnemonic: 文件(&F) is 文件."""
    head, mark, rest = title.partition("(&")
    return (head if mark and rest.endswith(")") else title).replace("&", "").rstrip("…")
