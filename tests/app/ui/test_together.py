"""Several files on the command line are one shelf: read, marked and opened again as one document."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.documents.document import Hints
from app.library.bundle import bundled, files_of, opened
from app.ui.start import Wish, _open
from model.types import Problem, Span
from tests.app.ui.test_window import Make, answers, book, make

__all__ = ["answers", "book", "make"]  # fixtures


@pytest.fixture
def laws(samples: Path) -> tuple[Path, Path]:
    return samples / "ferry-ordinance.en.txt", samples / "ferry-ordinance.zh.txt"


def test_two_laws_are_one_shelf_and_so_again(make: Make, laws: tuple[Path, Path], qtbot: QtBot) -> None:
    window = make()
    _open(window, Wish(laws))
    qtbot.waitUntil(lambda: window.desk.document is not None)
    document = window.desk.document
    assert document and [v.document.language[:2] for v in document.volumes] == ["en", "zh"]
    tops = window.contents_panel.tree.topLevelItemCount()
    assert tops == 2 and window.contents_panel.tree.topLevelItem(1).text(0) == "榆汀市渡运与码头示范条例"
    window.navigator.go_to_words("榆汀市渡运与码头示范条例:第五条")
    assert window.contents_panel.head.text() == "Wording of 2023-06-09"
    place = window.desk.view.place
    window.desk.view.select(Span(place, place + 3))
    window.menus.actions["marker.copy_citation"].trigger()
    assert QGuiApplication.clipboard().text() == "《榆汀市渡运与码头示范条例》第五条"
    window.menus.actions["marker.highlight"].trigger()
    window.close()
    again = make()
    (known,) = again.desk.store.books()
    assert "榆汀市渡运与码头示范条例" in known.title
    again.library.opened.emit(known)
    qtbot.waitUntil(lambda: again.desk.document is not None)
    assert again.desk.view.place == place and [m.words for m in again.marker.marks()] == ["第五条"]


def test_one_file_is_itself_and_a_place_is_gone_to_once(
    make: Make, laws: tuple[Path, Path], book: Path, qtbot: QtBot
) -> None:
    window = make()
    _open(window, Wish(laws[1:], open_at="第三十条"))
    qtbot.waitUntil(lambda: window.desk.document is not None)
    document = window.desk.document
    assert document and not document.volumes and document.address(window.desk.view.place) == "第三十条"
    window.librarian.open(book)
    qtbot.waitUntil(lambda: window.desk.document is not document)
    assert window.desk.view.place == 0 and not window.desk.notice.isVisible()


def test_a_file_that_is_not_there_is_named(make: Make, laws: tuple[Path, Path], qtbot: QtBot, tmp_path: Path) -> None:
    window = make()
    _open(window, Wish((laws[0], tmp_path / "gone.txt")))
    qtbot.waitUntil(lambda: "gone.txt" in window.desk.notice.words.text())
    assert window.desk.document is None


def test_the_same_files_are_the_same_list(laws: tuple[Path, Path], tmp_path: Path) -> None:
    first = bundled(tmp_path / "shelves", laws)
    assert bundled(tmp_path / "shelves", laws) == first != bundled(tmp_path / "shelves", laws[::-1])
    assert files_of(first) == laws and len(opened(first, Hints()).volumes) == 2
    for said in ("", "{}", '{"files": []}', '{"files": 7}'):
        first.write_text(said)
        with pytest.raises(Problem, match="broken"):
            files_of(first)
    first.unlink()
    with pytest.raises(Problem, match="missing"):
        files_of(first)
