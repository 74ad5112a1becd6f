"""A library that cannot be used: the window opens, says so in one sentence, books are read, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.library import database
from app.library.database import NAME
from app.library.store import Store
from app.ui.rescue import Rescue
from app.ui.start import opened
from app.ui.window import Window
from model.types import Problem
from tests.app.ui.test_window import Make, answers, book, dropped, make

__all__ = ["answers", "book", "make"]  # fixtures
NOISE = b"this was a library once, and now it is noise " * 100


def rescued(make: Make, data: Path) -> tuple[Window, Rescue]:
    """A window as `start` makes it where its library cannot be used."""
    window = make()
    window.desk.store.close()
    for path in data.glob(f"{NAME}*"):
        path.unlink()
    (data / NAME).write_bytes(NOISE)
    window.desk.store, problem = opened(data)
    assert isinstance(problem, Problem) and problem.code == "library-damaged"
    rescue = Rescue(window, problem)
    rescue.say()
    return window, rescue


def test_a_damaged_library_is_set_aside_on_wish(make: Make, book: Path, tmp_path: Path, qtbot: QtBot) -> None:
    data = tmp_path / "data"
    window, _ = rescued(make, data)
    assert "nothing is kept" in window.desk.notice.words.text()
    dropped(window, book, qtbot)
    assert window.desk.document and (data / NAME).read_bytes() == NOISE
    window.desk.notice.action.click()
    (aside,) = data.glob("library.damaged-*.sqlite")
    assert aside.read_bytes() == NOISE and str(aside) in window.desk.notice.words.text()
    window.close_book()
    dropped(window, book, qtbot)
    window.marker.bookmark()
    with Store(data) as store:
        assert [known.title for known in store.books()] == ["the bell 钟"]
        assert len(store.marks(window.desk.document.key)) == 1


def test_a_library_of_a_later_version_is_tried_again(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    window = make()
    window.desk.store.close()
    with monkeypatch.context() as later:
        later.setattr(database, "SCHEMA", (*database.SCHEMA, "ALTER TABLE mark ADD COLUMN extra TEXT"))
        Store(data).close()
    window.desk.store, problem = opened(data)
    assert problem is not None and problem.code == "library-newer"
    Rescue(window, problem).say()
    window.desk.notice.action.click()
    assert "nothing is kept" in window.desk.notice.words.text() and window.desk.notice.isVisible()
    monkeypatch.setattr(database, "SCHEMA", (*database.SCHEMA, "ALTER TABLE mark ADD COLUMN extra TEXT"))
    window.desk.notice.action.click()
    assert window.desk.store.path.parent == data and not window.desk.notice.isVisible()


def test_what_another_window_marked_is_seen(make: Make, book: Path, qtbot: QtBot) -> None:
    one, other = make(), make()
    dropped(one, book, qtbot)
    dropped(other, book, qtbot)
    one.marker.bookmark()
    assert not other.desk.view.marks
    other._look_again()
    assert len(other.desk.view.marks) == 1
