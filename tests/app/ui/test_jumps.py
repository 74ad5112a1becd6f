"""Back leads back from every kind of jump, forward there again; the history has its limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from pytestqt.qtbot import QtBot

from app.documents.document import Link
from app.ui.history import LONGEST, NEAR, History
from app.ui.window import Window
from model.types import Span
from tests.app.ui.test_window import BOOK, PIKE, Make, answers, book, dropped, make

__all__ = ["answers", "book", "make"]  # fixtures
START = BOOK.index("Paragraph 20 ")
GOAL = BOOK.index(PIKE)


def by_contents(window: Window, qtbot: QtBot) -> None:
    item = next(i for i in window.contents_panel._items if i.text(0) == "Chapter 2")
    window.contents_panel.tree.itemActivated.emit(item, 0)


def by_find(window: Window, qtbot: QtBot) -> None:
    window.find_panel.words.setText("Ansel Pike")
    window.find_panel.search()
    window.find_panel.list.itemClicked.emit(window.find_panel.list.item(0))


def by_find_next(window: Window, qtbot: QtBot) -> None:
    window.find_panel.words.setText("Ansel Pike")
    window.find_panel.search()
    window.navigator.find_next()


def by_citation(window: Window, qtbot: QtBot) -> None:
    window.asker.ask("Who cast the bell?", 0)
    qtbot.waitUntil(lambda: bool(window.asker.dialogue and window.asker.dialogue.exchanges[-1].state == "done"))
    window.ask_panel.views[-1].anchorClicked.emit(QUrl(f"cite:{GOAL}-{GOAL + len(PIKE)}"))


def by_heat_strip(window: Window, qtbot: QtBot) -> None:
    window.strip.pressed.emit(Span(GOAL, GOAL + len(PIKE)))


def by_link(window: Window, qtbot: QtBot) -> None:
    window.desk.view.followed.emit(Link(START, START + 5, GOAL, "place"))


def by_go_to(window: Window, qtbot: QtBot) -> None:
    window.navigator.go_to_words("Chapter 2")


def by_bookmark(window: Window, qtbot: QtBot) -> None:
    window.desk.store.mark(window.desk.view.document, "bookmark", Span(GOAL, GOAL))
    window.marker.show()
    window.marks_panel.list.itemActivated.emit(window.marks_panel.list.item(0))


def by_chapter(window: Window, qtbot: QtBot) -> None:
    window.navigator.next_chapter()


def by_end(window: Window, qtbot: QtBot) -> None:
    window.navigator.end()


JUMPS: list[Callable[[Window, QtBot], None]] = [
    by_contents, by_find, by_find_next, by_citation, by_heat_strip, by_link, by_go_to, by_bookmark, by_chapter, by_end,
]  # fmt: skip


@pytest.mark.parametrize("jump", JUMPS)
def test_back_and_forward(make: Make, book: Path, qtbot: QtBot, jump: Callable[[Window, QtBot], None]) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.desk.view.go(START)
    jump(window, qtbot)
    there = window.desk.view.place
    assert there > START + 1000
    for _ in range(2):
        window.menus.actions["navigator.back"].trigger()
        assert window.desk.view.place == START
        window.menus.actions["navigator.forward"].trigger()
        assert window.desk.view.place == there
    window.menus.actions["navigator.forward"].trigger()
    assert window.desk.view.place == there  # there is nothing further


def test_back_leads_out_of_a_row_of_hits(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.desk.view.go(START)
    window.find_panel.words.setText("tide")
    window.find_panel.search()
    for _ in range(120):
        window.navigator.find_next()
    assert window.desk.view.place > START
    window.navigator.back()
    assert window.desk.view.place == START


def test_another_book_has_its_own_history(make: Make, book: Path, qtbot: QtBot, tmp_path: Path) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.navigator.go_to_words("Chapter 2")
    other = tmp_path / "other.txt"
    other.write_text("Another book. " * 900)
    window.librarian.open(other)
    qtbot.waitUntil(lambda: window.desk.view.document.title == "other")
    window.navigator.back()
    assert window.desk.view.place == 0


def test_the_history_has_limits_and_forgets_what_was_ahead() -> None:
    history = History()
    for number in range(LONGEST + 50):
        history.leave(number * 2 * NEAR)
    steps, place = 0, (LONGEST + 50) * 2 * NEAR
    while (found := history.back(place)) is not None:
        place, steps = found, steps + 1
    assert steps == LONGEST and place == 50 * 2 * NEAR
    assert history.forward() == 51 * 2 * NEAR
    history.leave(7)
    assert history.forward() is None and history.back(9999) == 7


def test_places_side_by_side_are_one() -> None:
    history = History()
    history.leave(1000)
    history.leave(1000 + NEAR)
    assert history.back(50_000) == 1000 and history.back(1000) is None
