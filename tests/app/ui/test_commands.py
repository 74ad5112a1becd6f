"""Every command does what it says, by its menu and by its key, on the real window. One row a command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.library.conversation import Conversation
from app.ui.bridge import Request
from app.ui.commands import COMMANDS
from app.ui.go_to_dialog import GoToDialog
from app.ui.keys_dialog import KeysDialog
from app.ui.palette import Palette
from app.ui.settings_dialog import SettingsDialog
from app.ui.window import BOOK, SHELF, Window
from model.types import Ask, Cited, Event, Read, Span, Stopped
from tests.app.documents.made_pdf import MadePage, below, made
from tests.app.ui.test_keyboard import activate
from tests.app.ui.test_window import Answers, Make, book, dropped, make

__all__ = ["book", "make"]  # fixtures
WORDS = "The bell 🔔 was cast in 1871."


class Patient(Answers):
    """As `Answers`; of a question that says "wait" the answer comes never."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = threading.Event()

    def run(self, request: Request) -> Iterator[Event]:
        if isinstance(request, Ask) and "wait" in request.question:
            self.stopped.wait()
            yield Stopped(0)
        else:
            yield from super().run(request)

    def stop(self) -> None:
        self.stopped.set()

    close = stop


@pytest.fixture
def answers() -> Patient:
    return Patient()


def nothing(window: Window) -> None:
    pass


@dataclass(frozen=True)
class Row:
    """`before` brings the window where the command is used, `drive` answers the dialog that it opens, `after` says
    whether it did what it says.
    """

    after: Callable[[Window], object]
    before: Callable[[Window], object] = nothing
    drive: Callable[[QWidget], None] | None = None


def select(window: Window) -> None:
    start = window.desk.view.document.text.index(WORDS)
    window.desk.view.select(Span(start, start + len(WORDS)))


def copied(window: Window) -> str:
    return QGuiApplication.clipboard().text()


def searched(window: Window) -> None:
    window.find_panel.words.setText("tide")
    window.find_panel.search()


def middle(window: Window) -> None:
    window.desk.view.go(len(window.desk.view.document.text) // 2)


def jumped(window: Window) -> None:
    window.navigator.jump(1000)
    window.navigator.jump(5000)


def back(window: Window) -> None:
    jumped(window)
    window.navigator.back()


def asked(window: Window, words: str) -> bool:
    session = window.desk.bridge._session
    assert isinstance(session, Answers)
    return any(isinstance(request, Ask) and words in request.question for request in session.asked)


def estimated(window: Window) -> bool:
    session = window.desk.bridge._session
    assert isinstance(session, Answers)
    return any(isinstance(request, Read) and request.estimate_only for request in session.asked)


def marked(window: Window, kind: str, note: str = "") -> bool:
    return any(mark.kind == kind and mark.note == note for mark in window.marker.marks())


def chapter(window: Window) -> str:
    return window.desk.view.document.section_title(window.desk.view.place)


def choose_file(dialog: QWidget) -> None:
    assert isinstance(dialog, QFileDialog)
    path = Path(QApplication.applicationName())
    dialog.findChild(QLineEdit).setText(str(path))
    dialog.accept()


def write_note(dialog: QWidget) -> None:
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("a note")
    dialog.accept()


def choose_sans(dialog: QWidget) -> None:
    assert isinstance(dialog, SettingsDialog)
    field = dialog.fields["typeface"]
    assert isinstance(field, QComboBox)
    field.setCurrentIndex(field.findData("sans"))
    field.activated.emit(field.currentIndex())
    dialog.reject()


def go_to_chapter_2(dialog: QWidget) -> None:
    assert isinstance(dialog, GoToDialog)
    dialog.words.setText("Chapter 2")
    dialog.accept()


def larger(dialog: QWidget) -> None:
    assert isinstance(dialog, Palette)
    dialog.words.setText("Larger")
    dialog.accept()


def close_keys(dialog: QWidget) -> None:
    assert isinstance(dialog, KeysDialog) and dialog.list.topLevelItemCount() > 5
    dialog.setParent(None)
    dialog.reject()
    QApplication.setApplicationName("keys were seen")


def close_about(dialog: QWidget) -> None:
    assert isinstance(dialog, QMessageBox) and "AGPL" in dialog.text()
    dialog.accept()
    QApplication.setApplicationName("about was seen")


def to_a_file(window: Window) -> None:
    QApplication.setApplicationName(str(window.desk.store.path.with_name("out.md")))


def written(window: Window) -> bool:
    return window.desk.store.path.with_name("out.md").exists()


def talked(window: Window) -> None:
    assert window.desk.document
    Conversation(window.desk.store, window.desk.document).add("Why?", "So.", Cited(True, ()))


def agree(dialog: QWidget) -> None:
    assert isinstance(dialog, QMessageBox)
    dialog.button(QMessageBox.StandardButton.Ok).click()


def seen(words: str) -> Callable[[QWidget], None]:
    """Close the dialog, of which this is the title."""

    def close(dialog: QWidget) -> None:
        assert isinstance(dialog, QDialog) and dialog.windowTitle() == words
        QApplication.setApplicationName(f"{words} was seen")
        dialog.reject()

    return close


def was_seen(words: str) -> Callable[[Window], bool]:
    return lambda window: QApplication.applicationName() == f"{words} was seen"


def empty_folder(window: Window) -> Path:
    folder = window.desk.store.path.with_name("empty")
    folder.mkdir()
    return folder


def choose_folder(dialog: QWidget) -> None:
    assert isinstance(dialog, QFileDialog)
    dialog.findChild(QLineEdit).setText(str(Path(QApplication.applicationName())))
    dialog.accept()


def open_pdf(window: Window) -> None:
    path = window.desk.store.path.with_name("made.pdf")
    path.write_bytes(made([MadePage(below(["It is a truth universally acknowledged."]))]))
    window.librarian.open(path)
    for _ in range(400):
        QTest.qWait(20)
        if window.desk.document is not None and window.desk.document.format == "PDF":
            return
    raise TimeoutError("the PDF was not opened")


TABLE: dict[str, Row] = {
    "looks.page_pictures": Row(lambda w: w.sheets.is_printed, open_pdf),
    "models.choose": Row(was_seen("Models"), drive=seen("Models")),
    "models.check": Row(was_seen("Self-check"), drive=seen("Self-check")),
    "models.welcome": Row(was_seen("Welcome to Tongdu"), drive=seen("Welcome to Tongdu")),
    "librarian.add_folder": Row(
        lambda w: "There is no book in" in w.desk.notice.words.text(),
        lambda w: (w.show_library(), QApplication.setApplicationName(str(empty_folder(w)))),
        choose_folder,
    ),
    "models.folder": Row(
        lambda w: w.desk.places.models == w.desk.places.data,
        lambda w: QApplication.setApplicationName(str(w.desk.places.data)),
        choose_folder,
    ),
    "asker.export": Row(written, to_a_file, choose_file),
    "marker.export": Row(written, to_a_file, choose_file),
    "asker.clear": Row(lambda w: not w.desk.store.turns(w.desk.view.document.key), talked, agree),
    "librarian.open_files": Row(
        lambda w: w.desk.document is not None and w.pages.currentIndex() == BOOK,
        lambda w: (w.close_book(), QApplication.setApplicationName(w.desk.store.books()[0].path)),
        choose_file,
    ),
    "window.show_library": Row(lambda w: w.pages.currentIndex() == SHELF and w.library.isVisible()),
    "window.close_book": Row(lambda w: w.desk.document is None and w.pages.currentIndex() == SHELF),
    "window.quit": Row(lambda w: not w.isVisible()),
    "marker.undo": Row(lambda w: not w.marker.marks(), lambda w: w.marker.bookmark()),
    "marker.copy": Row(lambda w: copied(w) == WORDS, select),
    "marker.copy_with_address": Row(lambda w: WORDS in copied(w) and copied(w).endswith("c1.p1"), select),
    "marker.copy_citation": Row(lambda w: copied(w) == "the bell 钟, Chapter 1", select),
    "marker.copy_quotation": Row(lambda w: copied(w) == f"“{WORDS}” (the bell 钟, Chapter 1)", select),
    "window.find_words": Row(lambda w: w.panes.current() == "find" and w.find_panel.words.hasFocus()),
    "navigator.find_next": Row(lambda w: w.desk.view.lit == w.find_panel.hits[0], searched),
    "navigator.find_previous": Row(lambda w: w.desk.view.lit == w.find_panel.hits[-1], searched),
    "window.search_library": Row(lambda w: w.pages.currentIndex() == SHELF and w.library.filter.hasFocus()),
    "marker.highlight": Row(lambda w: marked(w, "highlight"), select),
    "marker.note": Row(lambda w: marked(w, "highlight", "a note"), select, write_note),
    "marker.bookmark": Row(lambda w: marked(w, "bookmark")),
    "window.edit_settings": Row(lambda w: w.settings["typeface"] == "sans", drive=choose_sans),
    "window.contents": Row(lambda w: not w.docks["contents"].isVisible(), lambda w: w._raise("contents")),
    "window.marks": Row(lambda w: w.docks["marks"].isVisible()),
    "window.side_bar": Row(lambda w: not any(w.docks[n].isVisible() for n in ("contents", "find", "marks"))),
    "window.next_pane": Row(lambda w: w.panes.current() == "contents"),
    "window.previous_pane": Row(lambda w: w.panes.current() == "ask"),
    "looks.larger": Row(lambda w: w.settings["size"] == 18 and w.desk.view.flow.typography.size == 18),
    "looks.smaller": Row(lambda w: w.settings["size"] == 16 and w.desk.view.flow.typography.size == 16),
    "looks.usual_size": Row(lambda w: w.settings["size"] == 17, lambda w: w.settings.set("size", 30)),
    "looks.paged": Row(lambda w: w.desk.view.is_paged and w.menus.actions["looks.paged"].isChecked()),
    "looks.next_theme": Row(lambda w: w.theme.name == "sepia", lambda w: w.settings.set("theme", "light")),
    "window.full_screen": Row(lambda w: w.isFullScreen()),
    "navigator.go_to": Row(lambda w: chapter(w) == "Chapter 2", drive=go_to_chapter_2),
    "navigator.back": Row(lambda w: w.desk.view.place == 1000, jumped),
    "navigator.forward": Row(lambda w: w.desk.view.place == 5000, back),
    "navigator.next_chapter": Row(lambda w: chapter(w) == "Chapter 2"),
    "navigator.previous_chapter": Row(lambda w: w.desk.view.place == 0, middle),
    "navigator.next_link": Row(lambda w: "no other link" in w.desk.notice.words.text()),  # see test_law.py
    "navigator.previous_link": Row(lambda w: "no other link" in w.desk.notice.words.text()),
    "navigator.beginning": Row(lambda w: w.desk.view.place == 0, middle),
    "navigator.end": Row(lambda w: w.desk.view.place == len(w.desk.view.document.text)),
    "window.ask": Row(lambda w: w.ask_panel.question.hasFocus() and w.docks["ask"].isVisible()),
    "asker.prepare": Row(estimated),
    "asker.stop": Row(
        lambda w: w.asker.dialogue is not None and w.asker.dialogue.exchanges[-1].state == "stopped",
        lambda w: w.asker.ask("wait for it", 0),
    ),
    "asker.explain": Row(lambda w: asked(w, "Explain"), select),
    "asker.translate": Row(lambda w: asked(w, "Translate"), select),
    "asker.summarize": Row(lambda w: asked(w, "Summarize"), select),
    "window.palette_of_commands": Row(lambda w: w.settings["size"] == 18, drive=larger),
    "window.shortcuts": Row(lambda w: QApplication.applicationName() == "keys were seen", drive=close_keys),
    "window.about": Row(lambda w: QApplication.applicationName() == "about was seen", drive=close_about),
}
WAYS = [(command.name, way) for command in COMMANDS for way in ("menu", *command.keys)]


def test_every_command_has_a_row_that_says_what_it_does() -> None:
    """Whoever adds a command writes here what must be true behind it."""
    assert {command.name for command in COMMANDS} == set(TABLE)


@pytest.mark.parametrize(("name", "way"), WAYS)
def test_a_command_does_what_it_says(make: Make, book: Path, qtbot: QtBot, name: str, way: str) -> None:
    row = TABLE[name]
    window = make()
    dropped(window, book, qtbot)
    QApplication.setApplicationName("tongdu")
    QGuiApplication.clipboard().clear()
    activate(window, qtbot)
    row.before(window)
    (window.library.list if window.pages.currentIndex() == SHELF else window.desk.view).setFocus()
    assert not row.after(window), "it was so before"
    if row.drive is not None:
        answer(row.drive)
    if way == "menu":
        action = window.menus.actions[name]
        assert (
            action.isEnabled()
            and action in window.menus.bar[next(c.menu for c in COMMANDS if c.name == name)].actions()
        )
        action.trigger()
    else:
        press(way, qtbot)
    qtbot.waitUntil(lambda: bool(row.after(window)))


def answer(drive: Callable[[QWidget], None]) -> None:
    """Answer the dialog that comes, as soon as it is there."""

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            drive(dialog)
        else:
            QTimer.singleShot(10, look)

    QTimer.singleShot(0, look)


def press(key: str, qtbot: QtBot) -> None:
    combination = QKeySequence(key)[0]
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, combination.key(), combination.keyboardModifiers())
