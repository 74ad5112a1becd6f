"""The window without a mouse and without eyes: names, Tab, panes, Esc, and keys that nothing swallows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui.adding import FailedDialog
from app.ui.check_list import CheckList
from app.ui.commands import COMMANDS
from app.ui.go_to_dialog import GoToDialog
from app.ui.heat_strip import HeatStrip
from app.ui.keys_dialog import KeysDialog
from app.ui.model_list import ModelList
from app.ui.palette import Palette
from app.ui.plan_dialog import PlanDialog
from app.ui.reading_view import ReadingView
from app.ui.settings_dialog import SettingsDialog
from app.ui.welcome import Welcome
from app.ui.window import Window
from model.types import Span
from tests.app.ui.test_window import Make, answers, book, dropped, make

__all__ = ["answers", "book", "make"]  # fixtures
KINDS = (
    QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QProgressBar, QTabBar,
    QTextEdit, ReadingView, HeatStrip,
)  # fmt: skip
TYPED = (QLineEdit, QPlainTextEdit)


def dialogs(window: Window) -> Iterator[QDialog]:
    """Every dialog that a command opens, as it is at first."""
    destinations = window.navigator.destinations()
    assert destinations
    yield GoToDialog(destinations, "en", window)
    yield KeysDialog(window)
    yield Palette(window.menus.actions, window)
    yield SettingsDialog(window.settings, "en", window)
    yield PlanDialog("A book", (), "", window)
    yield Welcome(window.desk, window)
    yield FailedDialog(["It is empty."], window)
    for content in (ModelList(window.desk), CheckList(window.desk)):
        yield window.models._dialog("Models", content)


def is_own(widget: QWidget) -> bool:
    """Whether the reader meets a widget: not a part of another control."""
    above = widget.parentWidget()
    inner = isinstance(above, QComboBox | QAbstractSpinBox | QLineEdit) or isinstance(widget, QHeaderView)
    inner = inner or widget.objectName().startswith("qt_")
    return not inner and not (above is not None and above.metaObject().className() == "QComboBoxPrivateContainer")


def met(root: QWidget) -> list[QWidget]:
    """What the reader meets; what was hidden by itself has nothing to say now."""
    return [w for w in root.findChildren(QWidget) if isinstance(w, KINDS) and is_own(w) and not w.isHidden()]


def name_of(widget: QWidget) -> str:
    """What a screen reader says of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface else ""


def described(widget: QWidget) -> str:
    above, chain = widget.parentWidget(), [type(widget).__name__]
    while above is not None:
        chain.append(type(above).__name__)
        above = above.parentWidget()
    return " < ".join(chain)


def everything_shown(window: Window) -> None:
    for dock in window.docks.values():
        dock.show()
    window.desk.say("A notice.")


def test_every_control_has_a_name(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    everything_shown(window)
    window.asker.ask("Who cast the bell?", 0)
    qtbot.waitUntil(lambda: bool(window.ask_panel.views))
    found = met(window)
    assert len(found) > 15
    assert [described(w) for w in found if not name_of(w)] == []
    for dialog in dialogs(window):
        qtbot.addWidget(dialog)
        assert met(dialog) and [described(w) for w in met(dialog) if not name_of(w)] == [], type(dialog).__name__


def activate(root: QWidget, qtbot: QtBot) -> None:
    """Give a window the keyboard."""

    def is_active() -> bool:
        root.activateWindow()
        return QApplication.activeWindow() is root

    qtbot.waitUntil(is_active)


def reached(start: QWidget, qtbot: QtBot, most: int = 80) -> set[QWidget]:
    """What gets the keyboard when Tab is pressed again and again."""
    start.setFocus()
    seen: set[QWidget] = set()
    for _ in range(most):
        widget = QApplication.focusWidget()
        if widget is None:
            break
        seen.add(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is widget:
            break
    return seen


def operable(root: QWidget) -> list[QWidget]:
    """What a reader can use now; of buttons of which one is chosen, that one: arrows lead to the others."""
    return [
        w
        for w in met(root)
        if w.isVisible() and w.isEnabled() and not w.visibleRegion().isEmpty() and not isinstance(w, QProgressBar)
        if not isinstance(w, QRadioButton) or w.isChecked()
    ]


@pytest.mark.parametrize("page", ["shelf", "contents", "find", "marks"])
def test_every_control_is_reached_by_tab(make: Make, book: Path, qtbot: QtBot, page: str) -> None:
    window = make()
    activate(window, qtbot)
    if page != "shelf":
        dropped(window, book, qtbot)
        window.docks[page].show()
        window.docks[page].raise_()
        window.desk.say("A notice.")
        qtbot.waitUntil(lambda: not window.docks[page].visibleRegion().isEmpty())
    middle = window.library.list if page == "shelf" else window.desk.view
    missed = set(operable(window)) - reached(middle, qtbot)
    keyed = {w for w in missed if isinstance(w, HeatStrip | QTabBar)}  # nothing was found yet; F6 goes to a panel
    assert [described(w) for w in missed - keyed] == []


def test_every_control_of_a_dialog_is_reached_by_tab(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    for dialog in dialogs(window):
        qtbot.addWidget(dialog)
        dialog.setModal(True)
        dialog.show()
        activate(dialog, qtbot)
        first = operable(dialog)[0]
        assert [described(w) for w in set(operable(dialog)) - reached(first, qtbot)] == [], type(dialog).__name__
        dialog.close()


def test_panes_are_gone_through_and_escape_leads_back(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    activate(window, qtbot)
    window.desk.view.setFocus()
    seen = []
    for _ in range(3):
        window.menus.actions["window.next_pane"].trigger()
        seen.append(window.panes.current())
    assert seen == ["contents", "ask", "middle"]
    window.menus.actions["window.previous_pane"].trigger()
    assert window.panes.current() == "ask"
    for name in ("ask", "contents", "marks", "find"):
        window._raise(name)
        qtbot.waitUntil(lambda name=name: name in window.panes.shown())  # type: ignore[misc]
        window.panes.enter(name)
        widget = QApplication.focusWidget()
        assert widget and window.panes.current() == name
        qtbot.keyClick(widget, Qt.Key.Key_Escape)
        assert window.desk.view.hasFocus(), name
    assert not window.docks["find"].isVisible() and window.docks["contents"].isVisible()


def test_escape_in_the_text_closes_one_thing_after_another(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    view = window.desk.view
    window.desk.say("A notice.")
    view.select(Span(12, 20))
    view.set_found((Span(12, 20),))
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not window.desk.notice.isVisible() and view.selection
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.selection is None and view.found == ()


def test_an_answer_is_stopped_by_escape_before_it_leads_away(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    stopped: list[bool] = []
    window.ask_panel.stopped.connect(lambda: stopped.append(True))
    window.ask_panel.question.setFocus()
    window.ask_panel.set_busy(True)
    qtbot.keyClick(window.ask_panel.question, Qt.Key.Key_Escape)
    assert stopped == [True]
    window.ask_panel.set_busy(False)
    qtbot.keyClick(window.ask_panel.question, Qt.Key.Key_Escape)
    assert stopped == [True]


def test_places_of_an_answer_are_gone_through_by_keys(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.asker.ask("Who cast the bell?", 0)
    qtbot.waitUntil(lambda: len(window.strip.heat) == 2)
    activate(window, qtbot)
    assert window.strip in reached(window.desk.view, qtbot)
    places = sorted(span for span, _ in window.strip.heat)
    with qtbot.waitSignal(window.strip.pressed) as heard:
        qtbot.keyClick(window.strip, Qt.Key.Key_Down)
        qtbot.keyClick(window.strip, Qt.Key.Key_Down)
        qtbot.keyClick(window.strip, Qt.Key.Key_Down)  # there is no further one
        qtbot.keyClick(window.strip, Qt.Key.Key_Return)
    assert heard.args == [places[1]] and window.desk.view.lit == places[1]
    qtbot.keyClick(window.strip, Qt.Key.Key_Up)
    qtbot.keyClick(window.strip, Qt.Key.Key_Return)
    assert window.desk.view.lit == places[0]


def fields(window: Window) -> list[QWidget]:
    return [window.find_panel.words, window.contents_panel.filter, window.ask_panel.question, window.library.filter]


def test_no_two_commands_share_a_key() -> None:
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert all(keys) and len(keys) == len(set(keys))


def test_what_is_typed_into_a_field_is_typed(make: Make, book: Path, qtbot: QtBot) -> None:
    """No command that has a bare character as its key takes it from a field."""
    window = make()
    dropped(window, book, qtbot)
    bare = [key for command in COMMANDS for key in command.keys if len(key) == 1]
    assert "/" in bare
    for field in fields(window):
        assert isinstance(field, TYPED)
        if field is window.library.filter:
            window.show_library()
        else:
            for name, dock in window.docks.items():
                if dock.isAncestorOf(field):
                    window._raise(name)
        field.setFocus()
        place = window.desk.view.place
        qtbot.keyClicks(field, "a b" + "".join(bare) + "1")
        said = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
        assert said == "a b" + "".join(bare) + "1" and window.desk.view.place == place


@pytest.mark.parametrize("where", ["text", "contents", "marks"])
def test_a_key_works_wherever_the_keyboard_is(make: Make, book: Path, qtbot: QtBot, where: str) -> None:
    """What has a key does it, unless the reader types; only keys that move in a list or text stay there."""
    window = make()
    dropped(window, book, qtbot)
    activate(window, qtbot)
    heard: list[str] = []
    for name, action in window.menus.actions.items():
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, name=name: heard.append(name))
    if where == "text":
        window.desk.view.setFocus()
    else:
        window._raise(where)
        qtbot.waitUntil(lambda: where in window.panes.shown())
        window.panes.enter(where)
    widget = QApplication.focusWidget()
    assert widget
    for command in COMMANDS:
        for key in command.keys:
            if not window.menus.actions[command.name].isEnabled():
                continue
            heard.clear()
            press(widget, key, qtbot)
            assert heard == [command.name], (command.name, key)


def press(widget: QWidget, key: str, qtbot: QtBot) -> None:
    """Press a key of a command as a hand would."""
    combination = QKeySequence(key)[0]
    qtbot.keyClick(widget, combination.key(), combination.keyboardModifiers())


def test_the_palette_finds_by_words_of_both_languages(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.settings.set("language", "zh")
    qtbot.waitUntil(lambda: window.menus.bar["File"].title() == "文件(&F)")
    palette = Palette(window.menus.actions, window)
    qtbot.addWidget(palette)
    for typed in ("full screen", "screen full", "全屏", "F11"):
        palette.show_matching(typed)
        found = [palette.list.topLevelItem(i) for i in range(palette.list.topLevelItemCount())]
        assert [item.text(1) for item in found] == ["F11"], typed
    palette.show_matching("no such command")
    assert palette.list.topLevelItemCount() == 0


def test_the_palette_does_what_was_chosen(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)

    def drive() -> None:
        palette = QApplication.activeModalWidget()
        assert isinstance(palette, Palette)
        qtbot.keyClicks(palette.words, "end")
        texts = [palette.list.topLevelItem(i).text(0) for i in range(palette.list.topLevelItemCount())]
        for _ in range(texts.index("End")):
            qtbot.keyClick(palette.words, Qt.Key.Key_Down)
        qtbot.keyClick(palette.words, Qt.Key.Key_Return)

    QTimer.singleShot(0, drive)
    window.menus.actions["window.palette_of_commands"].trigger()
    assert window.desk.view.place > len(window.desk.view.document.text) // 2


def rows(dialog: KeysDialog) -> list[tuple[str, str]]:
    return [(row.text(0), row.text(1)) for _, group in dialog._groups for row in group if not row.isHidden()]


def test_the_page_of_keys_has_every_key_and_is_searched(make: Make, qtbot: QtBot) -> None:
    window = make()
    dialog = KeysDialog(window)
    qtbot.addWidget(dialog)
    shown = rows(dialog)
    native = QKeySequence.SequenceFormat.NativeText
    for command in COMMANDS:
        if command.keys:
            keys = ", ".join(QKeySequence(key).toString(native) for key in command.keys)
            assert (command.text.rstrip("…"), keys) in shown
    dialog.words.setText("ctrl+h")
    assert ("Highlight", "Ctrl+H") in rows(dialog) and ("Quit", "Ctrl+Q") not in rows(dialog)
    dialog.words.setText("page forward")
    assert {words for words, _ in rows(dialog)} == {"A page forward"}
