"""The reading view shows the document's characters and gives them back: places, selections, highlights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.documents.document import Block, Document, Link
from app.documents.open import open_document
from app.library.records import Mark
from app.settings import Settings
from app.ui.reading_view import ReadingView
from app.ui.themes import THEMES
from model.types import Span

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "docs" / "1-novels"
WORDS = "The ferry 🔔 left at nine; 钟响了三声，𠀀渡口没有人。 "
Show = Callable[..., ReadingView]


def document_of(paragraphs: list[str], links: tuple[Link, ...] = (), language: str = "en") -> Document:
    blocks, place = [], 0
    for number, words in enumerate(paragraphs):
        blocks.append(Block(place, place + len(words), "heading" if number == 0 else "paragraph", int(number == 0)))
        place += len(words) + 2
    text = "\n\n".join(paragraphs)
    return Document(title="T", text=text, blocks=tuple(blocks), sections=(), links=links, language=language)


LONG = document_of(["Chapter 1", *(WORDS * (1 + n % 5) + f"Paragraph {n}." for n in range(300))])


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def show(
        document: Document = LONG, place: int = 0, width: int = 700, **settings: str | float | bool
    ) -> ReadingView:
        chosen = Settings(None)
        for name, value in settings.items():
            chosen.set(name.replace("_", "-"), value)
        view = ReadingView(chosen, THEMES["light"])
        qtbot.addWidget(view)
        view.resize(width, 500)
        view.show_document(document, place)
        view.show()
        return view

    return show


def start_of_line(view: ReadingView, place: int) -> int:
    paragraph = view.flow.paragraph(view.flow.number_of(place))
    line = paragraph.layout.lineAt(paragraph.line_of(place))
    return paragraph.block.start + paragraph.units.place(line.textStart())


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.83])
def test_the_line_of_a_place_is_put_at_the_top(show: Show, share: float) -> None:
    view = show()
    place = int(share * len(LONG.text))
    view.go(place)
    assert view.place == place and view.verticalScrollBar().value() == start_of_line(view, place)


def test_the_place_survives_other_sizes_widths_and_typefaces(show: Show) -> None:
    view = show()
    place = LONG.text.index("Paragraph 150")
    view.go(place)
    seen = view.place
    for size, width in ((30, 700), (12, 400), (17, 1000), (17, 700)):
        view.settings.set("size", size)
        view.resize(width, 500)
        view.reset()
        assert view.place == seen and view.verticalScrollBar().value() == start_of_line(view, seen)


def test_paging_through_shows_every_line_and_ends_at_the_end(show: Show) -> None:
    view = show()
    seen, pages = set(), 0
    while pages < 1000:
        for number, paragraph, y in view.flow.visible(view._top, view.viewport().height()):
            for line in range(paragraph.lines):
                if y + paragraph.top_of(line) >= -1 and y + paragraph.top_of(line) + paragraph.space <= 501:
                    seen.add((number, line))
        before = view.place
        view.turn(1)
        pages += 1
        if view.place == before:
            break
    assert seen == {(n, k) for n in range(len(view.flow)) for k in range(view.flow.paragraph(n).lines)}
    for _ in range(pages + 2):
        view.turn(-1)
    assert view.place == 0


def shown_lines(view: ReadingView) -> list[tuple[int, int]]:
    """The lines that a page shows whole: paragraph and line."""
    height = view.viewport().height()
    _, bottom = view.flow.page_end(view._top, height)
    assert bottom <= height
    return [
        (number, line)
        for number, paragraph, y in view.flow.visible(view._top, height)
        for line in range(paragraph.lines)
        if y + paragraph.top_of(line) >= -0.5 and y + paragraph.top_of(line) + paragraph.space <= bottom + 0.5
    ]


def test_pages_show_every_line_once_and_none_is_cut(show: Show) -> None:
    view = show(mode="paged")
    seen: list[tuple[int, int]] = []
    for _ in range(1000):
        seen += shown_lines(view)
        place = view.place
        view.turn(1)
        if view.place == place:
            break
    assert seen == [(n, k) for n in range(len(view.flow)) for k in range(view.flow.paragraph(n).lines)]
    for _ in range(1000):
        place = view.place
        view.turn(-1)
        if view.place == place:
            break
        assert view.place < place
    assert view.place == 0


def test_keys_and_wheel_move_and_no_further_than_the_ends(show: Show, qtbot: QtBot) -> None:
    view = show()
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.place == 0
    qtbot.keyClick(view, Qt.Key.Key_Space)
    page = view.place
    assert page > 0
    qtbot.keyClick(view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert view.place == 0
    qtbot.keyClick(view, Qt.Key.Key_End)
    end = view.place
    (*_, last) = view.flow.visible(view._top, view.viewport().height())
    assert last[0] == len(view.flow) - 1 and last[2] + last[1].height == pytest.approx(view.viewport().height())
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.place == end
    notch = QWheelEvent(
        QPointF(50, 50), QPointF(50, 50), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), notch)
    assert view.place < end


@pytest.mark.parametrize("words", ["ferry 🔔 left", "三声，𠀀渡口", "Paragraph 2."])
def test_what_the_mouse_goes_over_is_selected(show: Show, qtbot: QtBot, words: str) -> None:
    view = show()
    start = LONG.text.index(words, LONG.text.index("Paragraph 1.") if words != "Paragraph 2." else 0)
    span = Span(start, start + len(words))
    view.light(span)
    first, last = view.rectangles(Span(start, start + 1))[0], view.rectangles(Span(span.end - 1, span.end))[-1]
    heard: list[object] = []
    view.selected.connect(heard.append)
    mouse = Qt.MouseButton.LeftButton
    qtbot.mousePress(view.viewport(), mouse, pos=QPoint(round(first.left()) + 1, round(first.center().y())))
    qtbot.mouseMove(view.viewport(), QPoint(round(last.right()), round(last.center().y())))
    end = QPointF(round(last.right()), round(last.center().y()))
    view.mouseMoveEvent(_moved(end))
    qtbot.mouseRelease(view.viewport(), mouse, pos=end.toPoint())
    assert view.selected_text() == words and heard[-1] == span


def _moved(point: QPointF) -> QMouseEvent:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    return QMouseEvent(QEvent.Type.MouseMove, point, point, Qt.MouseButton.NoButton, left, none)


def colour_at(view: ReadingView, image: QImage, span: Span) -> QColor:
    """The paper behind a character: at its upper left corner."""
    box = view.rectangles(span)[0]
    return QColor(image.pixel(round(box.left()) + 1, round(box.top()) + 1))


def test_highlights_lie_behind_their_words_and_nowhere_else(show: Show) -> None:
    view = show()
    start = LONG.text.index("ferry", LONG.text.index("Paragraph 3"))
    words = Span(start, start + 5)
    view.go(start)
    view.set_marks([Mark(1, "highlight", words, "ferry", "", "", "", "", "green")])
    image = view.viewport().grab().toImage()
    assert colour_at(view, image, words).name() == THEMES["light"].marks["green"]
    assert colour_at(view, image, Span(words.end, words.end + 1)).name() == THEMES["light"].paper
    view.set_marks([])
    view.set_cited([words])
    assert colour_at(view, view.viewport().grab().toImage(), words).name() == THEMES["light"].wash


def test_a_place_far_away_is_lit_in_the_window(show: Show, qtbot: QtBot) -> None:
    view = show()
    start = LONG.text.index("Paragraph 250")
    view.light(Span(start, start + 13))
    (box,) = view.rectangles(Span(start, start + 13))
    assert box.top() >= 0 and box.bottom() <= view.viewport().height()
    image = view.viewport().grab().toImage()
    assert colour_at(view, image, Span(start, start + 1)).name() == THEMES["light"].wash
    view._dims.setInterval(1)
    view._dims.start()
    qtbot.waitUntil(lambda: view.lit is None)


def test_a_link_is_followed_and_a_word_selected(show: Show, qtbot: QtBot) -> None:
    link = Link(15, 24, 100, "note")
    view = show(document_of(["Chapter 1", "See footnote. " * 3, "Another."], (link,)))
    mouse = Qt.MouseButton.LeftButton
    spot = view.rectangles(Span(17, 18))[0].center().toPoint()
    with qtbot.waitSignal(view.followed) as heard:
        qtbot.mouseClick(view.viewport(), mouse, pos=spot)
    assert heard.args == [link]
    qtbot.mouseDClick(view.viewport(), mouse, pos=view.rectangles(Span(12, 13))[0].center().toPoint())
    assert view.selected_text() == "See"


def test_a_paragraph_as_long_as_a_book_is_shown(show: Show) -> None:
    view = show(document_of(["T", "钟" * 50_000]), place=25_000)
    assert (
        abs(view.place - 25_000) < 100
        and "".join(view.document.text[b.start : b.end] for b in view.flow.blocks[1:]) == "钟" * 50_000
    )


def test_nothing_to_show_is_no_error(show: Show, qtbot: QtBot) -> None:
    view = show(Document("", "", (), ()))
    for key in (Qt.Key.Key_Space, Qt.Key.Key_End, Qt.Key.Key_Up):
        qtbot.keyClick(view, key)
    assert view.place == 0


@pytest.mark.parametrize("name", ["epub-en/se_war-and-peace.epub", "txt-zh/红楼梦.utf8-crlf.txt"])
def test_a_real_book_is_turned_through(show: Show, name: str) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"{DATA / name} is not here")
    document = open_document(DATA / name)
    view = show(document)
    for share in (0.2, 0.97):
        view.go(int(share * len(document.text)))
        for _ in range(5):
            place = view.place
            view.turn(1)
            assert view.place > place
            view.viewport().grab()
