"""Highlights, notes and bookmarks: five colours, lists that are filtered and sorted, and everything can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from app.library.records import COLOURS, Mark
from app.ui.themes import THEMES
from app.ui.window import Window
from model.types import Span
from tests.app.ui.test_window import BOOK, Make, answers, book, dropped, make

__all__ = ["answers", "book", "make"]  # fixtures


@pytest.fixture
def window(make: Make, book: Path, qtbot: QtBot) -> Window:
    window = make()
    dropped(window, book, qtbot)
    return window


def select(window: Window, words: str) -> Span:
    start = BOOK.index(words)
    span = Span(start, start + len(words))
    window.desk.view.select(span)
    return span


def do(window: Window, name: str) -> None:
    window.menus.actions[name].trigger()


def listed(window: Window) -> list[str]:
    shown = window.marks_panel.list
    return [shown.item(row).text() for row in range(shown.count())]


def test_a_digit_highlights_in_its_colour_and_the_next_one_too(window: Window, qtbot: QtBot) -> None:
    for number, words in ((3, "cast in 1871"), (5, "Paragraph 3 ")):
        select(window, words)
        qtbot.keyClick(window.desk.view, Qt.Key(Qt.Key.Key_0 + number))
    select(window, "Paragraph 5 ")
    do(window, "marker.highlight")
    assert [mark.colour for mark in window.marker.marks()] == ["blue", "violet", "yellow"]
    span = select(window, "Paragraph 5 ")
    qtbot.keyClick(window.desk.view, Qt.Key.Key_2)
    assert [m.colour for m in window.marker.marks() if m.span == span] == ["green"]  # it took the colour
    select(window, "Paragraph 6 ")
    do(window, "marker.highlight")
    assert window.marker.marks()[-1].colour == "green"
    qtbot.keyClick(window.desk.view, Qt.Key.Key_1)
    assert len(window.marker.marks()) == 4  # nothing was selected


def test_every_colour_is_in_every_theme() -> None:
    for theme in THEMES.values():
        assert set(theme.marks) == set(COLOURS) and len(set(theme.marks.values())) == len(COLOURS)


def bar_of(window: Window, words: str, qtbot: QtBot) -> Mark:
    """Click a highlight, so that its bar is there."""
    span = select(window, words)
    do(window, "marker.highlight")
    window.desk.view.go(span.start)
    spot = window.desk.view.rectangles(Span(span.start + 1, span.start + 2))[0].center().toPoint()
    qtbot.mouseClick(window.desk.view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.waitUntil(lambda: window.marker.bar.isVisible())
    assert window.marker.bar.mark and window.marker.bar.mark.span == span
    return window.marker.bar.mark


def test_a_highlight_has_a_bar_with_colours_note_and_removal(window: Window, qtbot: QtBot) -> None:
    bar = window.marker.bar
    bar_of(window, "Paragraph 2 ", qtbot)
    qtbot.keyClick(bar, Qt.Key.Key_4)
    assert window.marker.marks()[0].colour == "pink" and not bar.isVisible()
    mark = window.marker.marks()[0]
    bar.show_at(mark, window.theme, QPoint(0, 0))
    assert bar.colours["pink"].isChecked() and all(button.accessibleName() for button in bar.colours.values())
    qtbot.mouseClick(bar.colours["green"], Qt.MouseButton.LeftButton)
    assert window.marker.marks()[0].colour == "green"

    def write() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QInputDialog)
        dialog.setTextValue("why?")
        dialog.accept()

    QTimer.singleShot(0, write)
    bar.show_at(window.marker.marks()[0], window.theme, QPoint(0, 0))
    bar.note.click()
    assert window.marker.marks()[0].note == "why?"
    bar.show_at(window.marker.marks()[0], window.theme, QPoint(0, 0))
    qtbot.keyClick(bar, Qt.Key.Key_Delete)
    assert window.marker.marks() == ()
    bar.show_at(mark, window.theme, QPoint(0, 0))
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_what_was_removed_comes_back_as_it_was(window: Window, qtbot: QtBot) -> None:
    select(window, "Paragraph 2 ")
    do(window, "marker.highlight")
    window.desk.store.change(window.marker.marks()[0].number, "pink", "a note")
    window.marker.show()
    (mark,) = window.marker.marks()
    window._raise("marks")
    window.marks_panel.list.setCurrentRow(0)
    window.marks_panel.list.setFocus()
    qtbot.keyClick(window.marks_panel.list, Qt.Key.Key_Delete)
    assert window.marker.marks() == () and "removed" in window.desk.notice.words.text()
    window.desk.notice.action.click()
    assert window.marker.marks() == (mark,) and window.desk.view.marks == (mark,) and len(listed(window)) == 1


def test_every_change_is_taken_back_in_turn(window: Window) -> None:
    states = [window.marker.marks()]
    select(window, "Paragraph 2 ")
    do(window, "marker.highlight")
    states.append(window.marker.marks())
    window.marker.colour(window.marker.marks()[0], "blue")
    states.append(window.marker.marks())
    do(window, "marker.bookmark")
    states.append(window.marker.marks())
    do(window, "marker.bookmark")  # takes it away
    states.append(window.marker.marks())
    window.marker.remove(window.marker.marks()[0])
    plain = [[(m.kind, m.span, m.colour, m.note) for m in state] for state in states]
    for before in reversed(plain):
        do(window, "marker.undo")
        assert [(m.kind, m.span, m.colour, m.note) for m in window.marker.marks()] == before
    do(window, "marker.undo")
    assert "nothing to undo" in window.desk.notice.words.text()


def test_undo_belongs_to_the_open_book(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    select(window, "Paragraph 2 ")
    do(window, "marker.highlight")
    key, other = window.desk.document.key if window.desk.document else "", tmp_path / "other.txt"
    other.write_text("Another book. " * 300)
    window.librarian.open(other)
    qtbot.waitUntil(lambda: bool(window.desk.document and window.desk.document.key != key))
    do(window, "marker.undo")
    assert len(window.desk.store.marks(key)) == 1


def test_ctrl_z_in_a_field_is_the_fields(window: Window, qtbot: QtBot) -> None:
    select(window, "Paragraph 2 ")
    do(window, "marker.highlight")
    window._raise("find")
    window.find_panel.words.setFocus()
    qtbot.keyClicks(window.find_panel.words, "tide")
    qtbot.keyClick(window.find_panel.words, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.find_panel.words.text() == "" and len(window.marker.marks()) == 1


def test_the_list_is_filtered_and_sorted(window: Window) -> None:
    for words in ("Paragraph 7 ", "cast in 1871", "Paragraph 3 "):
        select(window, words)
        do(window, "marker.highlight")
    do(window, "marker.bookmark")
    panel = window.marks_panel
    by_place = listed(window)
    assert [("Paragraph 3" in t, "1871" in t) for t in by_place[1:3]] == [(False, True), (True, False)]
    panel.order.setCurrentIndex(1)
    assert listed(window)[0].endswith(BOOK[:9] + listed(window)[0].split(BOOK[:9])[-1])
    assert "Paragraph 3" in listed(window)[1] and "Paragraph 7" in listed(window)[3]
    panel.order.setCurrentIndex(0)
    panel.kind.setCurrentIndex(3)
    assert len(listed(window)) == 1
    panel.kind.setCurrentIndex(2)
    assert listed(window) == [] and "No bookmark or note" in panel.empty.text() and not panel.empty.isHidden()
    number = next(m.number for m in window.marker.marks() if m.words.startswith("Paragraph 7"))
    window.desk.store.change(number, "yellow", "钟声")
    window.marker.show()
    assert len(listed(window)) == 1
    panel.kind.setCurrentIndex(0)
    panel.filter.setText("钟声")
    assert len(listed(window)) == 1 and "Paragraph 7" in listed(window)[0]
    panel.filter.setText("PARAGRAPH 3")
    assert len(listed(window)) == 1


def test_the_panels_menu_colours_and_removes(window: Window, qtbot: QtBot) -> None:
    select(window, "Paragraph 7 ")
    do(window, "marker.highlight")
    (mark,) = window.marker.marks()
    actions = window.marks_panel.menu(mark).actions()
    assert len(actions) == 2 + len(COLOURS)
    actions[5].trigger()
    assert window.marker.marks()[0].colour == "violet"
    window._raise("marks")
    window.marks_panel.list.setCurrentRow(0)
    window.marks_panel.list.setFocus()
    qtbot.keyClick(window.marks_panel.list, Qt.Key.Key_2)
    assert window.marker.marks()[0].colour == "green"
    window.marks_panel.menu(window.marker.marks()[0]).actions()[-1].trigger()
    assert window.marker.marks() == ()
