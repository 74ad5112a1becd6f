"""Paper: a passage is lit where it was printed, and a page's picture shows ink there."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.printed import reader
from app.documents.printed.paper import Box, Paper, Picture
from model.types import Problem, Span
from tests.app.documents.made_pdf import MadePage, Words, below, made

SIZE = 10.0
LETTER = 0.6 * SIZE
LINES = ["It is a truth universally acknowledged, that a man", "in possession of a good fortune must be in want of"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "made.pdf"
    file.write_bytes(made([MadePage(below(LINES)), MadePage(below(["a wife.", "", "民法典"], y=100))]))
    return file


def boxes(path: Path, words: str) -> tuple[Document, tuple[Box, ...]]:
    document = reader.read(path)
    start = document.text.index(words)
    with Paper(path) as paper:
        return document, paper.boxes(document, Span(start, start + len(words)))


def test_a_word_is_where_it_was_printed(path: Path) -> None:
    _, found = boxes(path, "universally")
    assert len(found) == 1
    assert found[0].page == 0
    assert found[0].left == pytest.approx(50 + LETTER * LINES[0].index("universally"), abs=0.5)
    assert found[0].right - found[0].left == pytest.approx(LETTER * len("universally"), abs=0.5)
    assert found[0].top < 60 - 0.5 * SIZE and 60 < found[0].bottom < 60 + 0.5 * SIZE


def test_a_passage_over_lines_and_pages_has_a_box_for_each_piece(path: Path) -> None:
    document, found = boxes(path, "that a man in possession of a good fortune must be in want of a wife.")
    assert [(b.page, round(b.left)) for b in found] == [(0, 50 + 6 * LINES[0].index("that")), (0, 50), (1, 50)]
    assert found[0].bottom - found[1].bottom == pytest.approx(-14, abs=0.5)
    assert boxes(path, "民法典")[1][0].right == pytest.approx(50 + 3 * SIZE, abs=0.5)
    with Paper(path) as paper:
        assert paper.boxes(document, Span(5, 5)) == ()
        assert len(paper.boxes(document, Span(0, len(document.text)))) == 4


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_follow_a_turned_page(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "turned.pdf"
    path.write_bytes(made([MadePage(below(LINES), turn=turn)]))
    document, found = boxes(path, "It is a truth")
    page = document.pages[0]
    assert (page.width, page.height) == ((400, 600) if turn == 180 else (600, 400))
    box = found[0]
    long, short = box.right - box.left, box.bottom - box.top
    assert (long < short) == (turn != 180)
    near = {
        90: (page.width - box.right, box.top),
        180: (page.width - box.right, page.height - box.bottom),
        270: (box.left, page.height - box.bottom),
    }
    assert near[turn] == pytest.approx({90: (50, 50), 180: (50, 57), 270: (50, 50)}[turn], abs=8)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_character_lies_in_the_box_of_every_span_around_it(path: Path, data: st.DataObject) -> None:
    document = reader.read(path)
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    inner = data.draw(st.integers(start, end - 1))
    with Paper(path) as paper:
        wide, narrow = paper.boxes(document, Span(start, end)), paper.boxes(document, Span(inner, inner + 1))
    if document.text[inner].isspace():
        return
    assert len(narrow) == 1
    assert any(
        w.page == n.page and w.left <= n.left and w.top <= n.top and w.right >= n.right and w.bottom >= n.bottom
        for w in wide
        for n in narrow
    )


def is_inked(picture: Picture, x: float, y: float, scale: float) -> bool:
    """Whether anything dark stands within a letter's width of a place in points."""
    for row in range(int((y - 4) * scale), int((y + 4) * scale)):
        start = row * picture.stride + 4 * int(x * scale)
        if min(picture.data[start : start + 4 * int(LETTER * scale) : 4]) < 128:
            return True
    return False


def test_a_picture_has_ink_where_the_boxes_are(path: Path) -> None:
    with Paper(path) as paper:
        picture = paper.picture(0, 2.0)
        assert (picture.width, picture.height) == (800, 1200)
        assert len(picture.data) == picture.stride * picture.height and picture.stride >= 4 * picture.width
        box = boxes(path, "universally")[1][0]
        assert is_inked(picture, box.left, (box.top + box.bottom) / 2, 2.0)
        assert not is_inked(picture, 50, 300, 2.0)


def test_a_picture_is_never_larger_than_memory_bears(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(made([MadePage([Words(50, 60, "vast")], extra="/MediaBox [0 0 14000 14000]")]))
    with Paper(path) as paper:
        picture = paper.picture(0, 1.0)
    assert picture.width * picture.height <= 41_000_000


def test_what_is_no_page_is_a_problem(path: Path, tmp_path: Path) -> None:
    with Paper(path) as paper:
        assert paper.glyphs(9) is None
        with pytest.raises(Problem) as problem:
            paper.picture(9, 1.0)
    assert problem.value.code == "broken"
    other = tmp_path / "none.pdf"
    other.write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(Problem) as problem:
        Paper(other)
    assert problem.value.code == "broken"


def test_threads_may_share_pdfium(path: Path) -> None:
    expected = reader.read(path).text

    def read(_: int) -> str:
        with Paper(path) as paper:
            paper.picture(0, 0.5)
        return reader.read(path).text

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(read, range(24))) == {expected}
