"""HTML: what a browser shows, in the encoding the bytes really have, with the chapters of the page."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import html
from app.documents.document import Document
from app.documents.web import markup
from model.types import Problem

DOCS = Path(__file__).parents[4] / "shared/data/docs"
BOOKS = [
    ("1-novels/html-en/pg1342_pride-and-prejudice.htm", "Pride and Prejudice", "Jane Austen", "Chapter ", 61, 3),
    (
        "1-novels/html-en/pg1661_sherlock-holmes.htm",
        "The Adventures of Sherlock Holmes",
        "Arthur Conan Doyle",
        "",
        16,
        0,
    ),
    ("1-novels/html-en/pg2600_war-and-peace.htm", "War and Peace", "Leo Tolstoy", "CHAPTER ", 365, 20),
    ("1-novels/html-en/pg2701_moby-dick.htm", "Moby Dick; or The Whale", "Herman Melville", "CHAPTER ", 135, 12),
    ("1-novels/html-zh/西游记.gb2312-meta.html", "西游记", "", "第", 100, 0),
]
CHINESE = "<p>话说天下大势，分久必合，合久必分。周末七国分争，并入于秦。</p>" * 20
RUSSIAN = "<p>Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.</p>" * 20


def read(markup: str | bytes, encoding: str | None = None) -> Document:
    return html.read(Path("page.html"), markup.encode() if isinstance(markup, str) else markup, encoding)


def texts(document: Document, kind: str) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == kind]


@pytest.mark.parametrize(("name", "title", "author", "start", "chapters", "others"), BOOKS, ids=[b[0] for b in BOOKS])
def test_a_novel_has_its_title_author_and_chapters(
    name: str, title: str, author: str, start: str, chapters: int, others: int
) -> None:
    if not (DOCS / name).exists():
        pytest.skip(f"{DOCS / name} is absent")
    document = html.read(DOCS / name, (DOCS / name).read_bytes())
    assert (document.title, document.authors) == (title, (author,) if author else ())
    found = [s for s in document.sections if s.title.startswith(start)]
    assert (len(found), len(document.sections) - len(found)) == (chapters, others)


def test_the_books_of_war_and_peace_hold_their_chapters() -> None:
    path = DOCS / "1-novels/html-en/pg2600_war-and-peace.htm"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    sections = html.read(path, path.read_bytes()).sections
    parts = [s for s in sections if s.title.startswith(("BOOK", "FIRST EPILOGUE", "SECOND EPILOGUE"))]
    assert len(parts) == 17
    assert sum(s.level == 2 for s in sections) == 365
    assert {s.level for s in parts} == {1}


@pytest.mark.parametrize(
    ("said", "real", "text"),
    [
        ("gb2312", "gb18030", CHINESE),
        ("iso-8859-1", "gb18030", CHINESE),
        ("utf-8", "big5hkscs", CHINESE.replace("话说", "話說")),
        ("gb2312", "utf-8", CHINESE),
        ("big5", "utf-16", CHINESE),
        ("windows-1251", "windows-1251", RUSSIAN),
        ("iso-8859-1", "windows-1251", RUSSIAN),
        ("iso-8859-1", "cp1252", "<p>“Voilà”, dit-il; l’été — déjà — s’achevait.</p>"),
        ("no-such-encoding", "utf-8", CHINESE),
    ],
)
def test_what_the_bytes_are_counts_not_what_the_page_says(said: str, real: str, text: str) -> None:
    text = text.encode(real, "ignore").decode(real)
    document = read(f'<html><head><meta charset="{said}"></head><body>{text}</body></html>'.encode(real))
    assert texts(document, "paragraph")[0] == text[3 : text.index("</p>")]
    assert document.warnings == ()


def test_a_users_encoding_is_obeyed() -> None:
    data = "<p>déjà</p>".encode("cp1252")
    assert read(data, "koi8-r").text == data.decode("koi8-r")[3:-4]


def test_damaged_bytes_are_shown_and_counted() -> None:
    document = read('<meta charset="utf-8"><p>Один два три четыре пять, вышел зайчик'.encode() + b"\xff</p>")
    assert document.warnings == ("replaced:1",)
    assert document.text.endswith("\ufffd")


def test_menus_and_controls_are_left_out_and_text_is_not() -> None:
    document = read(
        '<nav><a href="/">Home</a></nav><div role="navigation">Menu</div><header><h1>Title</h1></header>'
        "<form><h2>One</h2><p>in a form</p><button>Go</button><select><option>a</option></select></form>"
        '<aside>An aside.</aside><footer><h3>Links</h3><a href="a">all</a> <a href="b">of it</a></footer>'
        "<footer><h3>Colophon</h3>Set in Garamond, see <a href=a>x</a>.</footer><script>no()</script>"
    )
    assert document.text == "Title\n\nOne\n\nin a form\n\nAn aside.\n\nColophon\n\nSet in Garamond, see x."
    assert texts(document, "heading") == ["Title", "One"]


def test_capitals_are_read_as_html_even_where_they_are_well_formed() -> None:
    document = read("<HTML><BODY><H1>Title</H1><P ID='a'>One.</P><P>Two.</P></BODY></HTML>")
    assert document.text == "Title\n\nOne.\n\nTwo."
    assert document.blocks[1].anchor.endswith("#a")


def test_links_lead_to_their_places_and_notes_are_notes() -> None:
    document = read(
        '<p id="a">See <a href="page.html#a">above</a><sup><a href="#n">1</a></sup>.</p><p id="n">1 Said so.'
    )
    assert [(link.target, link.kind) for link in document.links] == [
        (0, "place"),
        (document.text.index("1 Said"), "note"),
    ]
    assert texts(document, "note") == ["1 Said so."]


def test_front_matter_comes_from_the_head() -> None:
    document = read(
        '<html lang="en"><head><title>Site</title><meta name="Author" content="Ann"><meta property="og:title" '
        'content="The Book"></head><body><p>The end of the day was near, and it was late in the year.</p>'
    )
    assert (document.title, document.authors, document.language) == ("The Book", ("Ann",), "en")
    assert read(f'<html lang="en"><p>{CHINESE}').language == "zh-Hans"


def test_headings_that_follow_at_once_are_one_unless_they_open_something() -> None:
    page = "<h1>T</h1><p>x</p>" + "".join(f"<h2>{i}</h2><h2>A Name {i}</h2><p>x</p>" for i in range(1, 4))
    assert [s.title for s in read(page).sections] == ["T", "1 A Name 1", "2 A Name 2", "3 A Name 3"]
    page = "<h2>Article 1</h2><h2>Article 2</h2><p>x</p><h2>Article 3</h2><p>x</p>"
    assert [s.title for s in read(page).sections] == ["Article 1", "Article 2", "Article 3"]


def test_a_page_without_headings_gets_them_by_their_form() -> None:
    page = "".join(f"<p>第{n}回 灵根育孕源流出</p>{CHINESE}" for n in "一二三四五")
    assert len(read(page).sections) == 5


def test_a_page_cut_in_the_middle_opens() -> None:
    assert read("<html><body><p>Whole.</p><div><p>Half a sen").text == "Whole.\n\nHalf a sen"


@pytest.mark.parametrize(
    "page", ["<html></html>", "<frameset><frame src=a></frameset>", "<p>&nbsp; </p><script>x</script>"]
)
def test_a_page_without_text_says_so(page: str) -> None:
    with pytest.raises(Problem, match="no-text"):
        read(page)


@pytest.mark.parametrize("tag", ["div", "font", "blockquote", "b", "table"])
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_loses_no_words(tag: str, closed: bool) -> None:
    deep = f"<{tag}>" * 30_000 + "<p>in the deep</p>" + (f"</{tag}>" * 30_000 if closed else "")
    document = read(f"<p>before</p>{deep}<p>after</p><h2>End</h2>")
    assert document.text == "before\n\nin the deep\n\nafter\n\nEnd"


def test_entities_made_to_grow_are_refused() -> None:
    with pytest.raises(Problem, match="broken"):
        read('<!DOCTYPE html [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><html><p>&b;</p></html>')


WORDS = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=8)
TAGS = st.sampled_from(["p", "div", "b", "i", "h2", "li", "ul", "td", "tr", "table", "a", "span", "section", "font"])


@settings(deadline=None)
@given(st.lists(st.one_of(WORDS, TAGS.map(lambda t: f"<{t}>"), TAGS.map(lambda t: f"</{t}>")), max_size=60))
def test_every_word_is_kept_in_order_whatever_the_tags(pieces: list[str]) -> None:
    words = [p for p in pieces if not p.startswith("<")]
    try:
        document = read(" ".join(["<html><body>", *pieces]))
    except Problem as problem:
        assert problem.code == "no-text" and not words
        return
    assert document.text.split() == words
    assert all(a.end < b.start for a, b in pairwise(document.blocks))
    assert all(document.text[a.end : b.start] == "\n\n" for a, b in pairwise(document.blocks))


@given(st.lists(TAGS.flatmap(lambda t: st.sampled_from([f"<{t}>", f"</{t}>"])), max_size=300))
def test_markup_made_shallow_opens_at_most_a_hundred_elements(tags: list[str]) -> None:
    shown = markup.shallow("".join(tags * 3))
    depth = deepest = 0
    for piece in shown.split("<")[1:]:
        depth += 0 if piece.startswith("hr") else -1 if piece.startswith("/") else 1
        deepest = max(deepest, depth)
    assert deepest <= 100 + shown.count("</")  # what closes an outer element closes those within it unsaid


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_a_problem(data: bytes) -> None:
    for page in (data, b"<html><p>" + data, b'<html><meta charset="gb2312">' + data):
        try:
            read(page)
        except Problem as problem:
            assert problem.code in ("no-text", "broken")
