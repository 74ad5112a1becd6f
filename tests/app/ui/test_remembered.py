"""What stays between two starts: where the window and its docks stood, the last folder, what was looked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.ui.remembered import MOST, NAME, Remembered, fitting
from model.types import Problem
from tests.app.ui.test_window import Make, answers, book, dropped, make

__all__ = ["answers", "book", "make"]  # fixtures
SCREEN, SECOND = QRect(0, 0, 1600, 1000), QRect(1600, 0, 1600, 1000)


@pytest.mark.parametrize(
    ("frame", "screens", "put"),
    [
        (QRect(100, 80, 1200, 800), [SCREEN], QRect(100, 80, 1200, 800)),
        (QRect(1700, 80, 1200, 800), [SCREEN, SECOND], QRect(1700, 80, 1200, 800)),
        (QRect(1700, 80, 1200, 800), [SCREEN], None),  # its screen is gone
        (QRect(900, 500, 1200, 800), [SCREEN], QRect(400, 200, 1200, 800)),  # half of it hung over the edge
        (QRect(0, 0, 3000, 2000), [SCREEN], QRect(0, 0, 1600, 1000)),
        (QRect(-300, -100, 1200, 800), [SCREEN], QRect(0, 0, 1200, 800)),
        (QRect(10, 10, 100, 100), [], None),
    ],
)
def test_a_window_is_put_where_there_is_a_screen(frame: QRect, screens: list[QRect], put: QRect | None) -> None:
    assert fitting(frame, screens) == put


def test_the_same_window_again(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    window.setGeometry(40, 30, 700, 500)
    dropped(window, book, qtbot)
    window.docks["ask"].hide()
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, window.docks["contents"])
    window.docks["contents"].show()
    window.resizeDocks([window.docks["contents"]], [222], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: window.docks["contents"].width() == 222)
    window.close()

    again = make()
    assert again.geometry() == QRect(40, 30, 700, 500)
    assert not any(dock.isVisible() for dock in again.docks.values())  # the shelf has none
    dropped(again, book, qtbot)
    qtbot.waitUntil(lambda: again.docks["contents"].width() == 222)
    assert again.dockWidgetArea(again.docks["contents"]) == Qt.DockWidgetArea.RightDockWidgetArea
    assert not again.docks["ask"].isVisible()


def test_docks_are_there_again_behind_the_shelf(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.docks["ask"].hide()
    window.menus.actions["window.marks"].trigger()
    window.menus.actions["window.show_library"].trigger()
    assert not window.docks["marks"].isVisible()
    window.library.opened.emit(window.desk.store.books()[0])
    qtbot.waitUntil(lambda: window.docks["marks"].isVisible())
    assert not window.docks["ask"].isVisible()


def test_a_maximised_window_is_so_again_and_knows_its_size(make: Make) -> None:
    window = make()
    window.setGeometry(40, 30, 700, 500)
    window.showMaximized()
    window.close()
    again = make()
    assert again.isMaximized()
    again.showNormal()
    assert again.width() == 700


def test_what_was_looked_for_is_offered_again(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    for words in ("tide", "bell", "tide", "never said"):
        window.find_panel.words.setText(words)
        window.find_panel.search()
        qtbot.keyClick(window.find_panel.words, Qt.Key.Key_Return)
    assert window.desk.remembered.lines("sought") == ["tide", "bell"]
    window.close()
    again = make()
    assert again.find_panel._history.stringList() == ["tide", "bell"]


def test_files_are_chosen_where_they_were_last(
    make: Make, book: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(parent: object, title: str, folder: str, kinds: str) -> tuple[list[str], str]:
        asked.append(folder)
        return [str(book)], kinds

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", choose)
    window = make()
    window.menus.actions["librarian.open_files"].trigger()
    qtbot.waitUntil(lambda: window.desk.document is not None)
    window.close()
    again = make()
    again.menus.actions["librarian.open_files"].trigger()
    qtbot.waitUntil(lambda: again.desk.document is not None)
    assert asked == ["", str(book.parent)]


def test_what_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    for said in ("", "{", "[1]", '{"frame": [1, 2, "x", 4], "docks": 7, "sought": "a", "maximised": "yes"}'):
        (tmp_path / NAME).write_text(said)
        remembered = Remembered(tmp_path)
        assert remembered.frame("frame") is None and remembered.words("docks") == ""
        assert remembered.lines("sought") == [] and not remembered.on("maximised")
    remembered.keep(folder="/x")
    assert json.loads((tmp_path / NAME).read_text())["folder"] == "/x"
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_no_more_searches_are_kept_than_are_useful_and_nothing_without_a_folder(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path)
    for number in range(MOST + 5):
        remembered.keep_latest("sought", f"words {number}")
    assert len(Remembered(tmp_path).lines("sought")) == MOST
    fleeting = Remembered(None)
    fleeting.keep(folder="/x")
    assert fleeting.words("folder") == "/x" and Remembered(None).words("folder") == ""


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="no-folder"):
        Remembered(tmp_path / "file").keep(folder="/x")


def test_full_screen_is_left_with_escape(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.menus.actions["window.full_screen"].trigger()
    assert window.isFullScreen() and window.menus.actions["window.full_screen"].isChecked()
    qtbot.keyClick(window.desk.view, Qt.Key.Key_Escape)
    assert not window.isFullScreen() and not window.menus.actions["window.full_screen"].isChecked()
