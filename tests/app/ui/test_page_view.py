"""Pages as printed: what is lit, found and selected stands on the right words; the place is that of the text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.documents.document import Document
from app.documents.open import open_document
from app.documents.printed.paper import Paper
from app.library.records import COLOURS
from app.ui.letters import Letters
from app.ui.note_popup import NotePopup
from app.ui.page_view import PAPER_MARKS, PageView
from app.ui.picture_dialog import PictureDialog
from app.ui.window import Window
from model.types import Span
from tests.app.documents.made_pdf import MadePage, below, made
from tests.app.ui.test_window import Make, answers, dropped, make

__all__ = ["answers", "make"]  # fixtures
TALE = [f"On day {n} the tide came in and the ferry crossed {n + 2} times." for n in range(200)]
TALE[150] = "The smith called Ansel Pike cast the bell from spoons."


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.pdf"
    path.write_bytes(made([MadePage(below(TALE[n : n + 25])) for n in range(0, 200, 25)]))
    return path


def span_of(document: Document, words: str) -> Span:
    start = document.text.index(words)
    return Span(start, start + len(words))


@pytest.fixture
def printed(make: Make, pdf: Path, qtbot: QtBot) -> tuple[Window, PageView]:
    window = make()
    dropped(window, pdf, qtbot)
    window.menus.actions["looks.page_pictures"].trigger()
    view = window.sheets.printed
    qtbot.waitUntil(lambda: bool(view._letters) and any(view._images.values()))
    return window, view


def colour_at(view: PageView, point: QPointF) -> QColor:
    image = view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(round(point.x() * ratio), round(point.y() * ratio))


def test_a_lit_passage_is_on_its_words(printed: tuple[Window, PageView], qtbot: QtBot) -> None:
    window, view = printed
    assert window.desk.document
    span = span_of(window.desk.document, "Ansel Pike")
    assert view.where(span.start)[0] == 6
    window.navigator.show(span)
    qtbot.waitUntil(lambda: bool(view.rectangles(span)))
    (box,) = view.rectangles(span)
    assert view.viewport().rect().contains(box.toRect())
    qtbot.waitUntil(lambda: colour_at(view, box.topLeft() + QPointF(1, 1)).blue() < 200)
    assert colour_at(view, QPointF(box.left() - 12, box.top() - 6)) == QColor("white")


def test_the_place_is_one_in_the_text_and_on_the_pages(printed: tuple[Window, PageView], qtbot: QtBot) -> None:
    window, view = printed
    document = window.desk.document
    assert document
    window.navigator.jump(document.pages[4].start)
    assert view._visible()[0] == 4
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    qtbot.waitUntil(lambda: view._visible()[0] in view._letters)
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + 30)
    page = document.pages[view._visible()[0]]
    assert page.start <= window.desk.view.place <= page.end
    place = window.desk.view.place
    window.menus.actions["looks.page_pictures"].trigger()
    assert not window.sheets.is_printed and window.desk.view.place == place and view._loader is None


def test_words_are_selected_with_the_mouse(printed: tuple[Window, PageView], qtbot: QtBot) -> None:
    window, view = printed
    assert window.desk.document
    span = span_of(window.desk.document, "day 3 the tide")
    qtbot.waitUntil(lambda: bool(view.rectangles(span)))
    (box,) = view.rectangles(span)
    begin, end = box.center().toPoint(), box.center().toPoint()
    begin.setX(round(box.left()) + 1)
    end.setX(round(box.right()) - 2)
    viewport = view.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=begin)
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    there = QPointF(end)
    QApplication.sendEvent(viewport, QMouseEvent(QEvent.Type.MouseMove, there, there, button, button, none))
    assert window.desk.view.selected_text() == "day 3 the tide"
    window.menus.actions["marker.highlight"].trigger()
    assert [mark.words for mark in window.marker.marks()] == ["day 3 the tide"]


def test_every_colour_of_a_highlight_is_one_on_paper() -> None:
    assert set(PAPER_MARKS) == set(COLOURS)


def test_pages_are_drawn_nearer(printed: tuple[Window, PageView], qtbot: QtBot) -> None:
    window, view = printed
    before = view._scale
    window.menus.actions["looks.larger"].trigger()
    assert view._scale > before and window.settings["size"] == 17
    window.menus.actions["looks.usual_size"].trigger()
    assert view._scale == pytest.approx(before)


def test_what_is_no_pdf_has_no_printed_pages(make: Make, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Chapter 1\n\nThe bell rang.\n", encoding="utf-8")
    window = make()
    dropped(window, path, qtbot)
    assert not window.menus.actions["looks.page_pictures"].isEnabled()


def test_a_file_that_is_gone_shows_blank_pages_and_the_text_stays(make: Make, pdf: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, pdf, qtbot)
    pdf.unlink()
    window.menus.actions["looks.page_pictures"].trigger()
    view = window.sheets.printed
    qtbot.waitUntil(lambda: bool(view._images))
    assert not any(view._images.values())
    window.menus.actions["looks.page_pictures"].trigger()
    assert "Ansel Pike" in window.desk.view.document.text


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_letters_lead_there_and_back(made_letters: tuple[Document, Letters], data: st.DataObject) -> None:
    document, letters = made_letters
    first, last = letters.runs[0].start, letters.runs[-1].end
    place = data.draw(st.integers(first, last - 1).filter(lambda p: not document.text[p].isspace()))
    (box,) = letters.boxes(Span(place, place + 1))
    assert letters.at(box.center()) == place
    assert letters.top(place) <= box.top() and letters.below(box.top()) is not None


@pytest.fixture(scope="module")
def made_letters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, Letters]:
    path = tmp_path_factory.mktemp("letters") / "made.pdf"
    path.write_bytes(made([MadePage(below([*TALE[:20], "民法典 第577条"]))]))
    document = open_document(path)
    with Paper(path) as paper:
        return document, Letters(document.origins, paper.glyphs(0))


def test_without_letters_there_is_nothing() -> None:
    from app.documents.document import Origin

    letters = Letters([Origin(0, 5, 0, 0)], None)
    assert letters.boxes(Span(0, 5)) == [] and letters.at(QPointF(1, 1)) is None
    assert letters.below(0) is None and letters.top(0) == 0


def test_a_picture_is_shown_large(make: Make, qtbot: QtBot) -> None:
    image = QImage(2000, 1000, QImage.Format.Format_RGB32)
    dialog = PictureDialog(image, make())
    qtbot.addWidget(dialog)
    dialog.show()
    fitted = dialog.view.transform().m11()
    assert fitted < 1
    qtbot.keyClick(dialog.view, Qt.Key.Key_Plus)
    assert dialog.view.transform().m11() > fitted
    qtbot.keyClick(dialog.view, Qt.Key.Key_0)
    assert dialog.view.transform().m11() == pytest.approx(fitted)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_a_note_is_shown_at_its_mark(make: Make, samples: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, samples / "the-deaf-ground.epub", qtbot)
    document = window.desk.document
    assert document
    link = next(link for link in document.links if link.kind == "note" and link.target >= 0)
    window.navigator.follow(link)
    popup: NotePopup = one(window, lambda: window.desk.view.findChildren(NotePopup))
    assert popup.words.text() and popup.words.text() in document.text
    popup.button.click()
    assert window.desk.view.place == next(iter(document.blocks_at(link.target, link.target + 1))).start


def one(window: Window, found: Callable[[], list[NotePopup]]) -> NotePopup:
    (popup,) = found()
    return popup
