"""The shelf: searched through, filled from folders, and honest about files that went away or changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.library.index import NAME, Index
from app.ui.adding import FailedDialog
from app.ui.hits_view import HIT, excerpt, marked
from app.ui.window import SHELF, Window
from tests.app.ui.test_window import Make, answers, drop, dropped, make

__all__ = ["answers", "make"]  # fixtures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three books, one of them deep, something that is no book, and one that cannot be read."""
    folder = tmp_path / "books 书"
    (folder / "deep/deeper").mkdir(parents=True)
    for name, words in (("a.txt", "The ferry left."), ("b.txt", "The bell rang."), ("deep/deeper/c.txt", "A FERRY!")):
        (folder / name).write_text(f"Chapter 1\n\n{words}\n\n" + "The tide came in. " * 30, encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "broken.epub").write_bytes(b"PK\x03\x04 nothing")
    return folder


def filled(make: Make, folder: Path, qtbot: QtBot) -> Window:
    window = make()
    drop(window, folder)
    qtbot.waitUntil(lambda: window.librarian.adding.total == 4 and window.librarian.adding.is_over)

    def is_known() -> bool:
        with Index(window.desk.places.cache) as index:
            return all(index.holds(book.key) for book in window.library.books.books)

    qtbot.waitUntil(is_known)
    return window


def test_a_dropped_folder_is_put_on_the_shelf_and_what_failed_is_told(
    make: Make, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = filled(make, folder, qtbot)
    assert {book.title for book in window.library.books.books} == {"a", "b", "c"} and window.desk.document is None
    assert "3 added" in window.desk.notice.words.text() and "1 could not" in window.desk.notice.words.text()
    shown: list[str] = []
    monkeypatch.setattr(FailedDialog, "exec", lambda self: shown.extend(window.librarian.adding.failed))
    window.desk.notice.action.click()
    assert len(shown) == 1 and "broken.epub" in shown[0]


def test_adding_is_stopped(make: Make, folder: Path, qtbot: QtBot) -> None:
    window = make()
    for number in range(60):
        (folder / f"more {number}.txt").write_text(f"Chapter 1\n\nBook {number}.\n" * 400, encoding="utf-8")
    drop(window, folder)
    window.desk.notice.action.click()
    qtbot.waitUntil(lambda: window.librarian.adding.is_over)
    assert window.librarian.adding.total < 64


def test_all_books_are_searched_and_a_hit_leads_into_its_book(make: Make, folder: Path, qtbot: QtBot) -> None:
    window = filled(make, folder, qtbot)
    window.menus.actions["window.search_library"].trigger()
    window.library.filter.setText("ferry")
    qtbot.keyClick(window.library.filter, Qt.Key.Key_Return)
    found = window.library.found
    assert found.isVisible() and found.topLevelItemCount() == 2
    child = found.topLevelItem(0).child(0)
    assert "<b>" in child.text(0)
    mark = child.data(0, HIT)
    found.setFocus()
    qtbot.keyClick(found, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.desk.document is not None)
    assert window.desk.view.lit == mark.hit.span
    assert "ferry" in window.desk.view.document.text[mark.hit.span.start : mark.hit.span.end].lower()
    window.show_library()
    qtbot.keyClick(found, Qt.Key.Key_Escape)
    assert not found.isVisible() and window.library.list.isVisible()


def test_a_damaged_index_is_made_again(make: Make, folder: Path, qtbot: QtBot) -> None:
    window = filled(make, folder, qtbot)
    for path in window.desk.places.cache.glob(f"{NAME}*"):
        path.unlink()
    (window.desk.places.cache / NAME).write_bytes(b"no index at all " * 100)
    window.librarian.search("ferry")
    assert "3 books are being taken" in window.desk.notice.words.text()

    def again() -> bool:
        window.librarian.search("ferry")
        return window.library.found.topLevelItemCount() == 2

    qtbot.waitUntil(again)
    window.librarian.search("zeppelin")
    qtbot.waitUntil(lambda: "No book says" in window.desk.notice.words.text())


def test_a_file_that_moved_is_found_again_with_its_marks(
    make: Make, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make()
    dropped(window, folder / "a.txt", qtbot)
    assert window.desk.document
    window.marker.bookmark()
    key = window.desk.document.key
    window.close_book()
    (folder / "a.txt").rename(folder / "moved.txt")
    (book,) = window.library.books.books
    window.librarian.open_book(book)
    qtbot.waitUntil(lambda: window.desk.notice.action.isVisible())
    assert "a.txt" in window.desk.notice.words.text()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(folder / "moved.txt"), ""))
    window.desk.notice.action.click()
    qtbot.waitUntil(lambda: window.desk.document is not None)
    assert window.desk.document.key == key and len(window.marker.marks()) == 1
    (book,) = window.desk.store.books()
    assert Path(book.path).name == "moved.txt"


def test_a_file_that_changes_while_it_is_open_is_told_and_opened_anew(make: Make, folder: Path, qtbot: QtBot) -> None:
    window = make()
    path = folder / "a.txt"
    dropped(window, path, qtbot)
    before = window.desk.document
    path.write_text("Chapter 1\n\nThe ferry left at nine.\n", encoding="utf-8")
    qtbot.waitUntil(lambda: "has changed" in window.desk.notice.words.text())
    assert window.desk.document is before
    window.desk.notice.action.click()
    qtbot.waitUntil(lambda: window.desk.document is not before)
    assert "at nine" in window.desk.view.document.text and len(window.desk.store.books()) == 1
    path.unlink()
    qtbot.waitUntil(lambda: "is gone" in window.desk.notice.words.text())
    assert "at nine" in window.desk.view.document.text


def test_what_was_opened_last_is_in_the_menu(make: Make, folder: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, folder / "a.txt", qtbot)
    window.close_book()
    window.menus.recent.aboutToShow.emit()
    (action,) = window.menus.recent.actions()
    action.trigger()
    qtbot.waitUntil(lambda: window.desk.document is not None)
    assert window.desk.document.title == "a" and window.pages.currentIndex() != SHELF


def test_a_book_is_finished_and_removed_after_asking(
    make: Make, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make()
    dropped(window, folder / "a.txt", qtbot)
    window.close_book()
    (book,) = window.library.books.books
    window.librarian.finish(book)
    assert window.library.books.books[0].finished and window.library.books.books[0].progress == 1.0
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *words: said.append(words[2]) or QMessageBox.StandardButton.Yes)
    window.librarian._ask_to_remove(book)
    assert "questions" in said[0] and window.library.books.books == () and os.path.exists(book.path)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60), st.text(max_size=5))
@settings(max_examples=80, deadline=None)
def test_a_line_with_its_words_in_bold_says_the_same(line: str, words: str) -> None:
    document = QTextDocument()
    document.setHtml(f"<p style='white-space:pre'>{marked(line, words)}</p>")
    assert document.toPlainText().split() == line.replace("\u2028", "\n").split()


def test_a_long_paragraph_is_cut_around_the_words() -> None:
    line = excerpt("word " * 200 + "the FERRY left " + "word " * 200, "ferry")
    assert "FERRY" in line and line.startswith("…") and line.endswith("…") and len(line) < 200
    assert marked("a FERRY & more", "ferry") == "a <b>FERRY</b> &amp; more"
