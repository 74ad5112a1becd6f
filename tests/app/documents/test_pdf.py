"""PDF: what stands on pages becomes text as it is read, and every character keeps its place in the file."""

import io
import json
import re
import textwrap
import time
import zlib
from functools import cache
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.open import open_document
from app.documents.printed import columns, reader
from app.documents.printed.columns import FOLDED
from app.documents.printed.paper import Paper
from model.types import Problem
from tests.app.documents.made_pdf import Entry, MadePage, Words, below, made, wrapped

DATA = Path(__file__).parents[4] / "shared/data"
DOCS = DATA / "docs"
BOOKS = {
    "zh": DOCS / "1-novels/pdf-zh/红楼梦.pdf",
    "en": DOCS / "1-novels/pdf-en/pg1342_pride-and-prejudice.pdf",
    "law": DOCS / "2-law/zh/pdf/民法典.pdf",
}
FULL = "This line is as long as any of the page, it is full"
FIRST = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness."
SECOND = "It was the season of Light, it was the season of Darkness, it was the spring of hope."
PROSE = [*wrapped(FIRST), *wrapped(SECOND)]


def prose(seed: int, count: int = 2) -> list[str]:
    """Paragraphs that are like no others: what comes again at one height would be a running line."""
    words = ["wind", "water", "of", "the", "stone", "and", "a", "light", "harbour", "never", "seen", "there", "old"]
    picked = [[words[(seed * 7 + i * i + k * (seed + 3)) % 13] for i in range(40)] for k in range(count)]
    return [line for paragraph in picked for line in wrapped(" ".join(paragraph) + ".")]


@pytest.fixture
def opened(tmp_path: Path):
    def read(pages: list[MadePage], *outline: Entry, password: str | None = None, **more: object) -> Document:
        path = tmp_path / "made.pdf"
        path.write_bytes(made(pages, outline, **more))  # type: ignore[arg-type]
        document = reader.read(path, password)
        check(document)
        check_origins(document, path)
        return document

    return read


@cache
def real(path: Path) -> Document:
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return reader.read(path)


def texts(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


def check(document: Document) -> None:
    """What holds of every document."""
    text = document.text
    assert all(text[b.start : b.end] == text[b.start : b.end].strip() != "" for b in document.blocks)
    assert all(text[a.end : b.start] == "\n\n" for a, b in pairwise(document.blocks))
    assert document.blocks[0].start == 0 and document.blocks[-1].end == len(text)
    assert document.sections[0].start == 0
    assert all(a.end == b.start for a, b in pairwise(document.pages))
    assert all(a.end <= b.start for a, b in pairwise(document.origins))


def check_origins(document: Document, path: Path, step: int = 1) -> None:
    """Every run of origins names the file's own characters, but for doubles that stand for the same sign."""
    with Paper(path) as paper:
        for number in range(0, paper.pages, step):
            glyphs = paper.glyphs(number)
            for origin in (o for o in document.origins if o.page == number):
                assert glyphs is not None
                theirs = glyphs.text[origin.index : origin.index + origin.end - origin.start]
                ours = document.text[origin.start : origin.end]
                joined = len(ours) == 1 and (ours > "\uffff" or ours == "\ufffd")  # of two surrogates, or of one
                assert joined or ours == theirs.translate(FOLDED)


def inked(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_lines_become_below(opened) -> None:
    document = opened([MadePage(below(PROSE * 3))])
    assert texts(document) == [FIRST, SECOND] * 3
    assert document.format == "PDF" and document.language == "en"


def test_white_between_lines_parts_below(opened) -> None:
    document = opened([MadePage(below([FULL, FULL, "", FULL, FULL, "", FULL, FULL]))])
    assert texts(document) == [f"{FULL} {FULL}"] * 3


def test_chinese_lines_are_joined_without_a_space(opened) -> None:
    lines = [
        "\t为了保护民事主体的合法权益，调整民事关系，维护社会和经济",
        "秩序，适应中国特色社会主义发展要求。",
        "\t民法调整平等主体。",
    ]
    document = opened([MadePage(below(lines * 3))])
    assert (
        texts(document)[0]
        == "为了保护民事主体的合法权益，调整民事关系，维护社会和经济秩序，适应中国特色社会主义发展要求。"
    )
    assert document.language == "zh-Hans"


def test_what_paper_adds_is_taken_away_and_a_paragraph_runs_across_pages(opened) -> None:
    whole = " ".join(f"{word}-{n}" for n in range(30) for word in ("one", "other", "third", "fourth", "last"))
    lines = textwrap.wrap(whole, 50)
    parts = [lines[i : i + 6] for i in range(0, len(lines), 6)]
    pages = [
        [Words(50, 20, "A Tale of Running Heads"), Words(190, 580, f"- {number} -"), *below(part)]
        for number, part in enumerate(parts, 7)
    ]
    document = opened([MadePage(page) for page in pages])
    assert texts(document) == [whole]
    assert [document.text[p.start :].split()[0] for p in document.pages] == [part[0].split()[0] for part in parts]
    assert document.pages[0].width == 400 and document.pages[0].height == 600


def test_a_running_head_that_counts_articles_is_no_article(opened) -> None:
    """The number of a running head need not be the page's: only the words come again."""
    pages = [MadePage([Words(50, 20, f"Running title of a code of laws {n * n}"), *below(prose(n))]) for n in range(5)]
    assert "Running" not in opened(pages).text


def test_pages_that_show_only_one_line_keep_it(opened) -> None:
    document = opened([MadePage([Words(50, 60, f"Potato {n}"), Words(190, 580, str(n + 1))]) for n in range(6)])
    assert inked(document.text) == "".join(f"Potato{n}" for n in range(6))


@pytest.mark.parametrize(
    ("first", "second", "elsewhere", "expected"),
    [
        ("for exam-", "ple", "an example of it", "for example of"),
        ("a well-", "known", "is a well-known thing", "a well-known of"),
        ("the win-", "dow", "nothing of that kind", "the window of"),
        ("the Anglo-", "Saxon", "nothing of that kind", "the Anglo-Saxon of"),
        ("from left-", "right", "either left or right there", "from left-right of"),
    ],
)
def test_a_hyphen_goes_where_only_the_line_broke(
    opened, first: str, second: str, elsewhere: str, expected: str
) -> None:
    filler = "so that the line is filled and then comes "
    lines = [f"{filler}{first}", f"{second} of the next line which is not as full", elsewhere]
    assert expected in opened([MadePage(below(lines))]).text


def test_columns_are_read_one_after_the_other(opened) -> None:
    rows = [(f"left {n} goes on as it can", f"right {n} does the same too") for n in range(12)]
    words = [Words(x, 100 + 14 * n, row[i]) for n, row in enumerate(rows) for i, x in ((0, 30), (1, 210))]
    title = [Words(30, 40, "A title that goes across both of the columns of the page", 12.0)]
    text = opened([MadePage([*title, *words])]).text
    assert [int(n) for n in re.findall(r"left (\d+)", text)] == list(range(12))
    assert text.index("left 11") < text.index("right 0")
    assert text.startswith("A title")


def test_a_table_is_read_row_by_row(opened) -> None:
    rows = [
        ("Apples", "12", "3.50"),
        ("Pears", "4", "2.25"),
        ("Plums", "118", "0.75"),
        ("Figs", "7", "9.00"),
        ("Nuts", "1", "8"),
    ]
    words = [Words(50 + 100 * i, 60 + 14 * n, cell) for n, row in enumerate(rows) for i, cell in enumerate(row)]
    assert texts(opened([MadePage(words)])) == [" ".join(row) for row in rows]


def test_text_drawn_twice_is_read_once(opened) -> None:
    words = [Words(50 + d, 60, "Bold by being drawn twice") for d in (0.0, 0.4)]
    assert opened([MadePage(words)]).text == "Bold by being drawn twice"


def test_what_small_type_says_below_the_text_is_a_note(opened) -> None:
    one = [*below([FULL] * 8), Words(50, 500, "1 A note at the foot of the page, in small type.", 7.0)]
    document = opened([MadePage(one), MadePage(below(["and so it goes on", ""]))])
    assert [b.kind for b in document.blocks] == ["paragraph", "note"]
    assert texts(document)[0].endswith(f"{FULL} and so it goes on")


def test_the_outline_gives_sections_where_it_points(opened) -> None:
    page = [Words(50, 60, "One", 14.0), *below(PROSE, y=90), Words(50, 200, "Two", 14.0), *below(PROSE, y=230)]
    document = opened([MadePage(page), MadePage(page)], Entry("One", 0, 50), Entry("Two", 0, 190), Entry("Two", 1, 190))
    assert [s.title for s in document.sections] == ["One", "Two", "Two"]
    assert [document.text[s.start : s.start + 3] for s in document.sections] == ["One", "Two", "Two"]
    assert document.sections[2].start > document.pages[1].start
    assert [b.kind for b in document.blocks].count("heading") == 3


def test_an_outline_that_only_counts_pages_is_none(opened) -> None:
    pages = [MadePage(below(prose(n))) for n in range(3)]
    document = opened(pages, *[Entry(f"Page {n + 1}", n) for n in range(3)], title="A Book")
    assert [s.title for s in document.sections] == ["A Book"]


@pytest.mark.parametrize("name", ["Chapter {}", "第{}章 标题"])
def test_chapters_are_found_by_their_words(opened, name: str) -> None:
    pages = [MadePage([Words(150, 60, name.format(n)), *below(prose(n), y=100)]) for n in range(1, 6)]
    document = opened(pages)
    assert [s.title for s in document.sections] == [name.format(n) for n in range(1, 6)]


def test_headings_are_found_by_their_size(opened) -> None:
    titles = ["Of Beginnings", "Of Middles", "Of Ends"]
    pages = [MadePage([Words(50, 60, title, 16.0), *below(prose(len(title)), y=100)]) for title in titles]
    document = opened(pages)
    assert [s.title for s in document.sections] == titles
    assert document.title == "Of Beginnings"


def test_labels_and_title_of_the_file(opened) -> None:
    labels = "0 << /S /r >> 2 << /S /D /St 1 >>"
    document = opened([MadePage(below(prose(n))) for n in range(4)], title="红楼梦", labels=labels)
    assert [p.label for p in document.pages] == ["i", "ii", "1", "2"]
    assert document.title == "红楼梦"


@pytest.mark.parametrize("title", ["Microsoft Word - thesis.doc", "untitled", "scan.pdf", ""])
def test_a_title_that_says_nothing_is_not_taken(opened, title: str) -> None:
    assert opened([MadePage(below(PROSE))], title=title).title == "made"


def test_a_turned_page_is_read_as_it_is_shown(opened) -> None:
    plain = opened([MadePage(below(PROSE))])
    for turn in (90, 180, 270):
        assert opened([MadePage(below(PROSE), turn=turn)]).text == plain.text


def test_pages_without_text_are_named(opened, tmp_path: Path) -> None:
    text, scan = MadePage(below(PROSE)), MadePage(picture=True)
    assert opened([text, scan, scan, scan, text, MadePage(), scan]).warnings == ("scanned-pages:2–4, 7",)
    with pytest.raises(Problem) as problem:
        opened([scan, scan])
    assert problem.value.code == "scanned"
    assert problem.value.parameters == {"path": str(tmp_path / "made.pdf"), "pages": 2}
    with pytest.raises(Problem) as problem:
        opened([MadePage()])
    assert problem.value.code == "no-text"


def test_pages_whose_fonts_name_no_characters_are_named(opened) -> None:
    pages = [MadePage(below(PROSE)), MadePage([Words(50, 60, "ĀāĂăĄąĆć")])]
    assert opened(pages, codes=True).warnings == ("garbled:2",)
    assert opened(pages).warnings == ()


def test_signs_set_one_by_one_in_a_font_that_is_nowhere_are_read(opened) -> None:
    """A text object of one sign whose font is missing has no width, and pdfium leaves it out."""
    lines = ["第一条为了保护民事主体的合法权益，调整民", "事关系。", "第二条民法调整平等主体的关系。"]
    words = [Words(50 + 10 * i, 60 + 14 * n, sign) for n, line in enumerate(lines) for i, sign in enumerate(line)]
    document = opened([MadePage(words)], named=True)
    assert texts(document) == [lines[0] + lines[1], lines[2]]


def encrypted(user: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(made([MadePage(below(PROSE))])))
    writer.encrypt(user, "owner", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_passwords(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(encrypted("käse"))
    for password, code in ((None, "password"), ("wrong", "wrong-password")):
        with pytest.raises(Problem) as problem:
            reader.read(path, password)
        assert problem.value.code == code
    assert reader.read(path, "käse").text.startswith("It was the best")
    path.write_bytes(encrypted(""))
    assert reader.read(path).text.startswith("It was the best")


@pytest.mark.parametrize("user", ["", None])
def test_a_password_that_is_not_needed_is_left_aside(tmp_path: Path, user: str | None) -> None:
    path = tmp_path / "open.pdf"
    path.write_bytes(made([MadePage(below(PROSE))]) if user is None else encrypted(user))
    assert reader.read(path, "x").text == reader.read(path).text


def contents(file: bytes | bytearray) -> list[tuple[int, int]]:
    """Where the packed streams of a made file lie, one for each page."""
    return [(m.start(1), m.end(1)) for m in re.finditer(rb"FlateDecode >>\nstream\n(.*?)\nendstream", file, re.DOTALL)]


PACKED = [MadePage(below(prose(n, 6)), packed=True) for n in range(5)]


def test_a_page_that_is_damaged_half_way_is_named(tmp_path: Path) -> None:
    file = bytearray(made(PACKED))
    start, end = contents(file)[2]
    file[(start + end) // 2 : (start + end) // 2 + 40] = b"x" * 40
    path = tmp_path / "damaged.pdf"
    path.write_bytes(file)
    assert reader.read(path).warnings == ("unread:page 3",)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("wiped", ["content", "object"])
def test_pages_whose_content_is_wiped_are_named_and_blank_ones_are_not(
    tmp_path: Path, packed: bool, wiped: str
) -> None:
    pages = [MadePage(below(prose(n, 6)), packed=packed) for n in range(5)]
    file = bytearray(made([*pages, MadePage(packed=packed)]))
    for number in (1, 2):
        stream = [m for m in re.finditer(rb"\d+ 0 obj\n<< /Length.*?stream\n(.*?)endstream", file, re.DOTALL)][
            -6 + number
        ]
        start, end = stream.span(1) if wiped == "content" else stream.span()
        file[start:end] = bytes(end - start)
    path = tmp_path / "wiped.pdf"
    path.write_bytes(file)
    document = reader.read(path)
    check(document)
    assert document.warnings == ("unread:pages 2–3",)
    assert len(document.pages) == 6


def test_pages_are_named_whose_fonts_are_lost(tmp_path: Path) -> None:
    law = MadePage(below(["第一条为了保护民事主体的合法权益", "第二条民法调整平等主体的关系。"]), packed=True)
    file = bytearray(made([law, *PACKED]))
    meaning = re.search(rb"\d+ 0 obj\n<< /Length \d+  >>\nstream\n/CIDInit.*?endobj", file, re.DOTALL)
    assert meaning
    file[meaning.start() : meaning.end()] = b""
    path = tmp_path / "fonts.pdf"
    path.write_bytes(file[: file.index(b"xref\n0")])
    assert reader.read(path).warnings == ("cut-off:6", "garbled:1–6")


def test_a_page_of_which_only_a_form_is_lost_is_named(tmp_path: Path) -> None:
    file = made([*PACKED, MadePage(extra="", picture=True)])
    lost = re.sub(rb"/P \d+ 0 R", b"/P 999 0 R", file)
    path = tmp_path / "lost.pdf"
    path.write_bytes(lost)
    assert reader.read(path).warnings == ("unread:page 6",)


def test_a_file_without_its_end_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = made(PACKED)
    path = tmp_path / "cut.pdf"
    path.write_bytes(whole)
    text = reader.read(path).text
    path.write_bytes(whole[: whole.index(b"xref\n0")])
    document = reader.read(path)
    assert document.text == text and document.warnings == ("cut-off:5",)
    check_origins(document, path)
    path.write_bytes(whole[: contents(whole)[3][1] - 20])
    document = reader.read(path)
    check(document)
    assert document.warnings == ("cut-off:3", "unread:pages 4–5")
    assert inked(text).startswith(inked(document.text)[:1000])


def test_pages_are_found_without_a_catalogue(tmp_path: Path) -> None:
    whole = made(PACKED)
    path = tmp_path / "headless.pdf"
    path.write_bytes(whole)
    text = reader.read(path).text
    path.write_bytes(re.sub(rb"/Type /(Catalog|Pages) ", rb"/Kind /\1 ", whole))
    assert reader.read(path).text == text
    path.write_bytes(b"%PDF-1.7\n" + whole[whole.index(b"\n3 0 obj") :])
    document = reader.read(path)
    assert document.text == text and document.warnings == ("cut-off:5",)


def test_objects_that_lie_packed_in_one_stream_are_found_in_a_file_without_its_end(tmp_path: Path) -> None:
    plain = re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", made(PACKED), re.DOTALL)
    packed = [(number, body) for number, body in plain if b"stream" not in body]
    places = [sum(len(body) + 1 for _, body in packed[:i]) for i in range(len(packed))]
    table = b" ".join(b"%b %d" % (number, place) for (number, _), place in zip(packed, places, strict=True))
    data = zlib.compress(table + b"\n" + b"\n".join(body for _, body in packed))
    head = b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>" % (
        len(packed),
        len(table) + 1,
        len(data),
    )
    rest = b"".join(b"%b 0 obj\n%b\nendobj\n" % item for item in plain if item not in packed)
    path = tmp_path / "cut.pdf"
    path.write_bytes(b"%PDF-1.7\n" + rest + b"99 0 obj\n" + head + b"\nstream\n" + data + b"\nendstream\nendobj\n")
    document = reader.read(path)
    check(document)
    assert document.warnings == ("cut-off:5",) and len(document.pages) == 5


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_that_breaks_off_is_a_document_with_a_warning_or_a_problem(tmp_path: Path, data: st.DataObject) -> None:
    whole = made(PACKED, [Entry("One", 0)])
    path = tmp_path / "cut.pdf"
    path.write_bytes(whole[: data.draw(st.integers(9, whole.rindex(b"trailer")))])
    try:
        document = reader.read(path)
    except Problem as problem:
        assert problem.code in ("broken", "no-text")
        return
    check(document)
    assert document.warnings


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_a_document_or_a_problem(tmp_path: Path, data: st.DataObject) -> None:
    file = bytearray(made([MadePage(below(PROSE)), MadePage(picture=True)], [Entry("One", 0), Entry("Two", 1)]))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(9, len(file) - 1))
        file[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    path = tmp_path / "damaged.pdf"
    path.write_bytes(file[: data.draw(st.integers(9, len(file)))])
    try:
        check(reader.read(path))
    except Problem as problem:
        assert problem.code in ("broken", "no-text", "scanned", "password", "drm")


def test_forms_that_draw_each_other_without_end_have_places_that_are_numbers(tmp_path: Path) -> None:
    """Every turn stretches the page further, until pdfium's boxes are no numbers."""
    font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> /XObject << /X {} 0 R >> >>"
    drawn = "BT /F 24 Tf (Hello world) Tj ET 9.5 0 0 95 25 25 cm /X Do"
    form = "<< /Subtype /Form /BBox [0 0 1000 1000] /Length {} /Resources {} >>\nstream\n{}\nendstream"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 600 600] >>",
        f"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources {font.format(5)} >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        form.format(len(drawn), font.format(6), drawn),
        form.format(len(drawn), font.format(5), drawn),
    ]
    objects = "".join(f"{number} 0 obj\n{body}\nendobj\n" for number, body in enumerate(bodies, 1))
    path = tmp_path / "endless.pdf"
    path.write_text(f"%PDF-1.7\n{objects}trailer << /Size 7 /Root 1 0 R >>\n%%EOF")
    document = reader.read(path)
    check(document)
    assert document.text.startswith("Hello world")


WORDS = st.text(st.sampled_from("abcxyzéß民法典第一条，。"), min_size=1, max_size=9)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=1, max_size=3))
def test_nothing_is_lost_and_every_character_has_its_place(tmp_path: Path, pages: list[list[str]]) -> None:
    path = tmp_path / "any.pdf"
    path.write_bytes(made([MadePage(below(lines)) for lines in pages]))
    try:
        document = reader.read(path)
    except Problem as problem:
        assert problem.code == "scanned" and not any(len(line) > 1 for page in pages for line in page)
        return
    check(document)
    check_origins(document, path)
    # One page cannot have running lines; what stands on it is all there.
    if len(pages) == 1:
        assert sorted(inked(document.text)) == sorted(inked("".join(pages[0])))
    assert reader.read(path).key == document.key


@pytest.mark.parametrize(
    ("book", "pattern", "chapters"),
    [("en", r"Chapter \d+", 61), pytest.param("zh", r"第.+回 ", 120, marks=pytest.mark.slow)],
)
def test_chapters_of_real_books(book: str, pattern: str, chapters: int) -> None:
    document = real(BOOKS[book])
    check(document)
    assert sum(bool(re.match(pattern, s.title)) for s in document.sections) == chapters
    assert document.warnings == ()
    check_origins(document, BOOKS[book], step=20)


@pytest.mark.slow
def test_a_real_book_with_a_hole_names_the_pages(tmp_path: Path) -> None:
    if not BOOKS["en"].exists():
        pytest.skip(f"{BOOKS['en']} is absent")
    file = bytearray(BOOKS["en"].read_bytes())
    file[500_000:520_000] = bytes(20_000)
    path = tmp_path / "hole.pdf"
    path.write_bytes(file)
    assert reader.read(path).warnings == ("unread:pages 112–116",)  # of page 112 the second half


def test_a_real_law_without_its_end_is_read(tmp_path: Path) -> None:
    if not BOOKS["law"].exists():
        pytest.skip(f"{BOOKS['law']} is absent")
    path = tmp_path / "cut.pdf"
    path.write_bytes(BOOKS["law"].read_bytes()[:300_000])
    document = reader.read(path)
    check(document)
    assert document.warnings == ("cut-off:115", "unread:pages 116–141", "garbled:1–115")  # its fonts are at its end


def test_the_articles_of_a_real_law_are_the_law() -> None:
    if not BOOKS["law"].exists():
        pytest.skip(f"{BOOKS['law']} is absent")
    document = open_document(BOOKS["law"])
    ours = {inked(u.label): inked(document.text[u.start : u.end]) for u in document.units}
    gold = [json.loads(line) for line in (DATA / "qa/laws/民法典.articles.jsonl").read_text("utf-8").splitlines()]
    wrong = [g["article"] for g in gold if ours.get(g["article"]) != inked(g["text"])]
    # The news agency's dateline stands below the last article.
    assert set(wrong) <= {"第一千二百六十条"}
    assert ours["第一千二百六十条"].startswith(inked(gold[-1]["text"]))


def test_a_scan_of_a_law_asks_for_ocr() -> None:
    path = DOCS / "2-law/zh/pdf/民法典_p21-32_scan-no-text-layer-made.pdf"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    with pytest.raises(Problem) as problem:
        reader.read(path)
    assert problem.value.code == "scanned" and problem.value.parameters["pages"] == 12


@pytest.mark.slow
def test_the_suites_open_or_are_refused() -> None:
    """Broken, encrypted, hostile and odd PDFs: a Document or a Problem, never another exception, never long."""
    paths = sorted((DOCS / "3-suites").rglob("*.pdf"))
    if not paths:
        pytest.skip(f"{DOCS / '3-suites'} is absent")
    refused = {}
    for path in paths:
        begun = time.monotonic()
        try:
            check(reader.read(path))
        except Problem as problem:
            refused[path.name] = problem.code
        assert time.monotonic() - begun < 10
    assert set(refused.values()) <= {"broken", "password", "scanned", "no-text"}
    assert len(paths) - len(refused) >= 117


@pytest.mark.slow
def test_a_page_without_end_is_named_and_the_others_are_read(opened) -> None:
    """The characters of one page, in a file of a megabyte or two, would take pdfium minutes."""
    endless = [Words(50, 60, "a" * 30_000)] * 600
    begun = time.monotonic()
    document = opened([MadePage(below(PROSE)), MadePage(endless)])
    assert document.warnings == ("unread:page 2",)
    assert document.text.startswith("It was the best") and len(document.pages) == 2
    assert time.monotonic() - begun < 10


def test_known_passwords_of_the_suites() -> None:
    path = DOCS / "3-suites/qpdf/enc-R2,V1,U=view,O=master.pdf"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    assert "Potato 29" in reader.read(path, "view").text
    assert "Potato 29" in reader.read(path, "master").text


def test_a_break_mark_alone_is_a_hyphen_from_nowhere() -> None:
    assert columns._cleaned("\x02", 5) == ("-", [(0, -1)])
