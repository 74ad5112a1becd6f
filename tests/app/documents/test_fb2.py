"""FB2: sections, verses, notes and pictures of a FictionBook, zipped, broken or made to harm."""

import base64
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents import fb2
from app.documents.document import Document
from app.documents.open import open_document
from model.types import Problem

PICTURE = b"\x89PNG not really"
INFO = (
    "<title-info><author><first-name>Лев</first-name><middle-name>Николаевич</middle-name>"
    "<last-name>Толстой</last-name></author><author><nickname>Аноним</nickname></author>"
    '<book-title>Война и мир</book-title><coverpage><image l:href="#cover.png"/></coverpage><lang>ru</lang>'
    '<sequence name="Эпопея" number="1"/></title-info><publish-info><book-title>Другое</book-title></publish-info>'
)
BODY = (
    "<body><title><p>Лев Толстой</p><p>Война и мир</p></title><epigraph><p>Эпиграф.</p></epigraph>"
    '<section><title><p>Том первый</p></title><section id="ch1"><title><p>Глава I</p><p>Начало</p></title>'
    '<p>Он сказал: <emphasis>нет</emphasis><a l:href="#n1" type="note">[1]</a>.</p><empty-line/>'
    '<p>Ещё.</p><image l:href="#map.png" alt="карта"/><subtitle>* * *</subtitle><subtitle>Утро</subtitle>'
    "<poem><stanza><v>Мой дядя</v><v>самых честных</v></stanza><stanza><v>правил</v></stanza>"
    "<text-author>Пушкин</text-author></poem><cite><p>Цитата.</p></cite>"
    "<table><tr><td>а</td><td>б</td></tr></table></section>"
    '<section><title><p>Глава II</p></title><p>См. <a l:href="#ch1">начало</a>.</p></section></section></body>'
    '<body name="notes"><title><p>Примечания</p></title>'
    '<section id="n1"><title><p>1</p></title><p>Сноска.</p></section></body>'
    f'<binary content-type="image/png" id="map.png">{base64.encodebytes(PICTURE).decode()}</binary>'
)


def book(body: str = BODY, encoding: str = "utf-8", doctype: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<FictionBook '
        'xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">'
        f"<description>{INFO}</description>{body}</FictionBook>"
    ).encode(encoding)


@pytest.fixture
def opened(tmp_path: Path):
    def at(data: bytes, name: str = "book.fb2") -> Document:
        path = tmp_path / name
        path.write_bytes(data)
        return fb2.read(path)

    return at


def test_a_fictionbook_is_known_by_its_root(tmp_path: Path) -> None:
    path = tmp_path / "no-suffix"
    path.write_bytes(book())
    assert open_document(path).format == "FB2"


def test_the_description_gives_title_authors_series_language_and_cover(opened) -> None:
    document = opened(book())
    assert (document.title, document.series, document.language) == ("Война и мир", "Эпопея 1", "ru")
    assert (document.authors, document.cover) == (("Лев Николаевич Толстой", "Аноним"), "cover.png")


def test_sections_are_the_contents_and_the_books_own_title_is_not(opened) -> None:
    assert [(s.title, s.level) for s in opened(book()).sections] == [
        ("Война и мир", 1),
        ("Том первый", 1),
        ("Глава I Начало", 2),
        ("Глава II", 2),
        ("Примечания", 1),
    ]


def test_every_element_becomes_its_kind_of_block(opened) -> None:
    document = opened(book())
    assert [(b.kind, document.text[b.start : b.end]) for b in document.blocks] == [
        ("heading", "Лев Толстой\nВойна и мир"),
        ("quote", "Эпиграф."),
        ("heading", "Том первый"),
        ("heading", "Глава I\nНачало"),
        ("paragraph", "Он сказал: нет[1]."),
        ("paragraph", "Ещё."),
        ("image", "карта"),
        ("paragraph", "* * *"),
        ("heading", "Утро"),
        ("verse", "Мой дядя\nсамых честных"),
        ("verse", "правил"),
        ("verse", "Пушкин"),
        ("quote", "Цитата."),
        ("table", "а\tб"),
        ("heading", "Глава II"),
        ("paragraph", "См. начало."),
        ("heading", "Примечания"),
        ("note", "1 Сноска."),
    ]


def test_a_picture_is_found_by_the_name_of_its_block(opened, tmp_path: Path) -> None:
    document = opened(book())
    target = next(b.target for b in document.blocks if b.kind == "image")
    assert fb2.picture(tmp_path / "book.fb2", target) == PICTURE
    assert fb2.picture(tmp_path / "book.fb2", document.cover) is None


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-16"])
def test_other_encodings_give_the_same_document(opened, encoding: str) -> None:
    assert opened(book(encoding=encoding)).key == opened(book()).key


def test_a_cut_zip_gives_what_is_left_of_its_book(tmp_path: Path) -> None:
    body = "".join(f"<section><title><p>Chapter {i}</p></title><p>{i * 7919} words.</p></section>" for i in range(400))
    with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("book.fb2", f"<FictionBook><body>{body}</body></FictionBook>")
    data = (tmp_path / "packed").read_bytes()
    (tmp_path / "cut.fb2").write_bytes(data[: len(data) // 2])
    document = fb2.read(tmp_path / "cut.fb2")
    assert document.warnings == ("part-damaged:book.fb2",)
    assert document.text.startswith("Chapter 0\n\n0 words.") and "Chapter 150" in document.text


def test_a_zip_with_one_book_is_that_book(opened, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.fb2", book())
    data = (tmp_path / "packed").read_bytes()
    (tmp_path / "book.fb2.zip").write_bytes(data)
    document = fb2.read(tmp_path / "book.fb2.zip")
    assert document.key == opened(book()).key
    assert fb2.picture(tmp_path / "book.fb2.zip", "map.png") == PICTURE


def test_a_book_cut_in_the_middle_opens(opened) -> None:
    data = book()
    assert "Том первый" in opened(data[: data.index("Ещё".encode())]).text


def test_a_book_with_html_in_it_and_bare_ampersands_is_read(opened) -> None:
    body = (
        "<body><section><title><p>A&nbsp;B</p></title><p>Q & A; x &foo; y<br>z</p></section><section><p>End</p></body>"
    )
    assert opened(book(body)).text.split() == ["A", "B", "Q", "&", "A;", "x", "&foo;", "y", "z", "End"]


@pytest.mark.parametrize("content", ['"x"', 'SYSTEM "file:///etc/passwd"'])
def test_a_book_that_declares_entities_is_refused(opened, content: str) -> None:
    with pytest.raises(Problem, match="broken"):
        opened(book("<body><p>&a;</p></body>", doctype=f"<!DOCTYPE a [<!ENTITY a {content}>]>"))


def test_deep_sections_lose_no_words(opened) -> None:
    document = opened(
        book("<body>" + "<section>" * 20_000 + "<p>deep</p>" + "</section>" * 20_000 + "<p>end</p></body>")
    )
    assert document.text == "deep\n\nend"


def test_a_book_without_text_says_so(opened) -> None:
    with pytest.raises(Problem, match="no-text"):
        opened(book("<body><section/></body>"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(book())), st.binary(max_size=8), st.integers(0, 40))
def test_any_damage_is_a_document_or_a_problem(opened, place: int, put: bytes, drop: int) -> None:
    data = book()
    try:
        opened(data[:place] + put + data[place + drop :])
    except Problem as problem:
        assert problem.code in ("broken", "no-text")
