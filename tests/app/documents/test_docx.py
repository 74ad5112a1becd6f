"""DOCX: what a reader of the page sees is in the text, once, in order, with its headings, notes and links."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents import docx
from app.documents.document import Document
from app.documents.open import open_document
from model.types import Problem

DATA = Path(__file__).parents[4] / "shared/data"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
PRINTED = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="<&>\ufffe\uffff")
Make = Callable[..., Path]


def relations(*found: tuple[str, str, str]) -> str:
    """A relations part: id, kind, target; an address outside the file has a colon."""
    rows = ""
    for id, kind, target in found:
        mode = ' TargetMode="External"' if ":" in target else ""
        rows += f'<Relationship Id="{id}" Type="{R}/{kind}" Target="{target}"{mode}/>'
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def part(name: str, content: str) -> str:
    return f"<w:{name} {NAMES}>{content}</w:{name}>"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a DOCX from the XML of its body and of its other parts (name without ending → content)."""

    def made(
        body: str, *links: tuple[str, str, str], files: dict[str, str | bytes] | None = None, **parts: str
    ) -> Path:
        kinds = [(f"p{i}", kind, f"{kind}.xml") for i, kind in enumerate(parts)]
        path = tmp_path / "a.docx"
        content: dict[str, str | bytes] = {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
            "word/_rels/document.xml.rels": relations(*kinds, *links),
            **{f"word/{kind}.xml": part(kind, inner) for kind, inner in parts.items()},
            **(files or {}),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in content.items():
                archive.writestr(name, data)
        return path

    return made


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content if content.startswith('<') else r(content)}</w:p>"


def styled(style: str, text: str) -> str:
    return p(text, f'<w:pStyle w:val="{style}"/>')


def style(id: str, name: str, more: str = "", kind: str = "paragraph") -> str:
    return f'<w:style w:type="{kind}" w:styleId="{id}"><w:name w:val="{name}"/>{more}</w:style>'


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<w:') else p(content)}</w:tc>"


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(instruction: str, result: str | None = None) -> str:
    shown = "" if result is None else mark("separate") + result
    return f"{mark('begin')}<w:r><w:instrText>{instruction}</w:instrText></w:r>{shown}{mark('end')}"


def m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def texts(document: Document) -> list[str]:
    return [text for _, text in blocks(document)]


def check(document: Document) -> None:
    text = document.text
    assert all(a.end <= b.start for a, b in pairwise(document.blocks))
    assert all(text[b.start : b.end] == text[b.start : b.end].strip() for b in document.blocks)
    assert not "".join(text[a.end : b.start] for a, b in pairwise(document.blocks)).strip()
    assert all(0 <= x.start < x.end <= len(text) and x.target <= len(text) for x in document.links)
    assert all(0 <= x.start < x.end <= len(text) for x in document.rubies)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (r("one ") + r("two"), "one two"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/><w:t>d</w:t></w:r>", "a\tb\nc\nd"),
        ('<w:r><w:t>a</w:t><w:br w:type="page"/><w:t>b</w:t></w:r>', "a\nb"),
        ("<w:r><w:t>co</w:t><w:softHyphen/><w:t>op\u00aded</w:t><w:noBreakHyphen/><w:t>x</w:t></w:r>", "cooped\u2011x"),
        (r("a") + r("hidden", "<w:vanish/>") + r("b", '<w:vanish w:val="0"/>'), "ab"),
        ('<w:r><w:sym w:font="Symbol" w:char="F061"/><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "α✓"),
        (f"<w:del>{r('old').replace('w:t>', 'w:delText>')}</w:del><w:ins>{r('new')}</w:ins>", "new"),
        (f"<w:moveFrom>{r('gone')}</w:moveFrom><w:moveTo>{r('here')}</w:moveTo>", "here"),
        (f"<w:smartTag><w:customXml>{r('a')}</w:customXml></w:smartTag>{r('b')}", "ab"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{r('a')}</w:sdtContent></w:sdt>{r('b')}", "ab"),
        (r("a") + field("PAGE", r("7")) + r("b"), "a7b"),
        (field("IF " + field("X", r("no")), r("yes")), "yes"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + r("a field that never ends"), "a field that never ends"),
        (f'<w:fldSimple w:instr="DATE">{r("today")}</w:fldSimple>', "today"),
        (field('SYMBOL 97 \\f "Symbol"'), "α"),
        (f"<m:oMath>{m('y=')}<m:f><m:num>{m('1')}</m:num><m:den>{m('x')}</m:den></m:f></m:oMath>", "y=1/x"),
        (f"<m:oMath>{m('f')}<m:d><m:e>{m('x')}</m:e></m:d></m:oMath>", "f(x)"),
        ('<w:r><w:commentReference w:id="0"/><w:lastRenderedPageBreak/><w:t>x</w:t></w:r>', "x"),
    ],
)  # fmt: skip
def test_a_paragraph_reads_as_it_is_shown(make: Make, content: str, expected: str) -> None:
    document = docx.read(make(p(content)))
    check(document)
    assert document.text == expected


def test_a_deleted_paragraph_mark_joins_paragraphs(make: Make) -> None:
    deleted = "<w:rPr><w:del/></w:rPr>"
    document = docx.read(
        make(p("one ", deleted) + p("two") + p("<w:del><w:r/></w:del>", deleted) + p("three") + p("four", deleted))
    )
    assert texts(document) == ["one two", "three", "four"]


def test_a_style_hides_its_runs(make: Make) -> None:
    styles = style("H", "Hidden", "<w:rPr><w:vanish/></w:rPr>", "character") + style(
        "I", "I", '<w:basedOn w:val="H"/>', "character"
    )
    document = docx.read(make(p(r("a") + r("no", '<w:rStyle w:val="I"/>') + r("b")), styles=styles))
    assert document.text == "ab"


def test_ruby_keeps_its_reading_beside_the_base(make: Make) -> None:
    ruby = f"<w:ruby><w:rt>{r('かん')}</w:rt><w:rubyBase>{r('漢')}</w:rubyBase></w:ruby>"
    old = field("EQ \\* jc2 \\o\\ad(\\s\\up 9(じ),字)")
    document = docx.read(make(p(r("  ") + r("x") + f"<w:r>{ruby}</w:r>" + old + r("。"))))
    check(document)
    assert document.text == "x漢字。"
    assert [(document.text[x.start : x.end], x.reading) for x in document.rubies] == [("漢", "かん"), ("字", "じ")]


def test_one_branch_of_alternate_content(make: Make) -> None:
    box = "<w:txbxContent>" + p("in the box") + "</w:txbxContent>"
    content = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wps:txbx>{box}</wps:txbx>'
        f"</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    assert texts(docx.read(make(p(r("before ") + content + r("after"))))) == ["before after", "in the box"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(PRINTED, max_size=20), max_size=8))
def test_every_paragraph_is_there_once_in_order(make: Make, paragraphs: list[str]) -> None:
    document = docx.read(make(p("first") + "".join(p(r(t[: len(t) // 2]) + r(t[len(t) // 2 :])) for t in paragraphs)))
    check(document)
    clean = [re.sub("[\u00ad\ufeff]", "", re.sub("[\u2028\u2029]", "\n", t)).strip() for t in paragraphs]
    assert texts(document) == ["first", *filter(None, clean)]


def test_headings_by_style_level_and_language(make: Make) -> None:
    styles = (
        style("1", "heading 1")
        + style("b", "Überschrift 2")
        + style("c", "标题 3")
        + style("d", "Mine", '<w:basedOn w:val="b"/>')
        + style("e", "Outlined", '<w:pPr><w:outlineLvl w:val="3"/></w:pPr>')
        + style("f", "No longer", '<w:basedOn w:val="1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
    )
    names = zip("1bcdef", ("One", "Two", "Three", "Again", "Deep", "Body"), strict=True)
    body = "".join(styled(id, name) for id, name in names) + p("Own", '<w:outlineLvl w:val="0"/>')
    document = docx.read(make(body, styles=styles))
    assert [(b.level, document.text[b.start : b.end]) for b in document.blocks] == [
        (1, "One"), (2, "Two"), (3, "Three"), (2, "Again"), (4, "Deep"), (0, "Body"), (1, "Own"),
    ]  # fmt: skip
    assert document.blocks[5].kind == "paragraph"


def test_chapters_without_styles_are_found_by_their_form(make: Make) -> None:
    chapters = "".join(
        p(f"第{n}章　{t}") + p("正文在此。" * 40) for n, t in zip("一二三", ("风", "云", "雨"), strict=True)
    )
    assert [s.title for s in docx.read(make(chapters)).sections] == ["第一章　风", "第二章　云", "第三章　雨"]


def test_a_law_numbered_by_the_program_has_its_articles(make: Make) -> None:
    level = (
        '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>{}'
        '<w:lvlText w:val="{}"/></w:lvl>'
    ).format
    levels = level(0, "", "第%1章") + level(1, '<w:lvlRestart w:val="0"/>', "第%2条")
    levels += level(2, '<w:suff w:val="nothing"/>', "（%3）")
    abstract = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
    numbering = f'{abstract}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'

    def numbered(i: int, text: str) -> str:
        return p(text, f'<w:numPr><w:ilvl w:val="{i}"/><w:numId w:val="1"/></w:numPr>')

    articles = "".join(
        numbered(1, f"国家保护第{n}种权利，任何人不得侵犯：") + numbered(2, "人身；") + numbered(2, "财产。")
        for n in range(6)
    )
    document = open_document(
        make(
            numbered(0, "总则") + articles + numbered(0, "附则") + numbered(1, "本法自公布之日起施行。"),
            numbering=numbering,
        )
    )
    assert document.kind == "law"
    assert [u.number for u in document.units] == [str(n) for n in range(1, 8)]
    assert [s.title for s in document.sections] == ["第一章 总则", "第二章 附则"]
    first = document.units[0]
    assert document.text[first.start : first.end].split("\n\n") == [
        "第一条 国家保护第0种权利，任何人不得侵犯：",
        "（一）人身；",
        "（二）财产。",
    ]


def test_a_row_is_a_block_and_merged_cells_come_once(make: Make) -> None:
    rows = (
        cell("wide", '<w:gridSpan w:val="2"/>'),
        cell("tall", '<w:vMerge w:val="restart"/>') + cell(p("one") + p("two")),
        cell("again", "<w:vMerge/>") + cell("x"),
        cell(table(cell("in") + cell("ner")) + p("")) + cell("y"),
    )
    document = docx.read(make(p("before") + table(*rows) + p("after")))
    check(document)
    assert blocks(document)[1:-1] == [("table", t) for t in ("wide", "tall\tone\ntwo", "x", "in ner\ty")]


def test_a_frame_round_paragraphs_is_no_table(make: Make) -> None:
    document = docx.read(make(table(cell(p("one") + p("two")))))
    assert blocks(document) == [("paragraph", "one"), ("paragraph", "two")]


def test_deleted_rows_are_gone(make: Make) -> None:
    assert texts(docx.read(make(table(cell("kept") + cell("k"), "<w:trPr><w:del/></w:trPr>" + cell("gone"))))) == [
        "kept\tk"
    ]


def test_notes_stand_behind_their_section_and_link_both_ways(make: Make) -> None:
    note = '<w:r><w:{}Reference w:id="{}"/></w:r>'.format
    first = styled("1", "One") + p(r("a") + note("footnote", 5) + r(" b") + note("endnote", 2)) + p("c")
    said = p("<w:r><w:footnoteRef/></w:r>" + r(" said"))
    path = make(
        first + styled("1", "Two") + p("d"),
        styles=style("1", "heading 1"),
        footnotes=f'<w:footnote w:id="-1">{p("line")}</w:footnote><w:footnote w:id="5">{said}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{p("first") + p("second")}</w:endnote>',
    )
    document = docx.read(path)
    check(document)
    assert blocks(document) == [
        ("heading", "One"), ("paragraph", "a[1] b[i]"), ("paragraph", "c"),
        ("note", "[1] said"), ("note", "[i] first"), ("note", "second"), ("heading", "Two"), ("paragraph", "d"),
    ]  # fmt: skip
    starts = {document.text[b.start : b.end]: b.start for b in document.blocks}
    body = starts["a[1] b[i]"]
    assert [(x.kind, document.text[x.start : x.end], x.target) for x in document.links] == [
        ("note", "[1]", starts["[1] said"]), ("note", "[i]", starts["[i] first"]),
        ("place", "[1]", body + 1), ("place", "[i]", body + 6),
    ]  # fmt: skip


def test_a_note_marked_by_hand(make: Make) -> None:
    body = p('<w:r><w:t>a</w:t></w:r><w:r><w:footnoteReference w:customMarkFollows="1" w:id="1"/><w:t>*</w:t></w:r>')
    document = docx.read(make(body, footnotes=f'<w:footnote w:id="1">{p("* said")}</w:footnote>'))
    assert texts(document) == ["a*", "* said"]
    assert [(document.text[x.start : x.end], x.kind) for x in document.links] == [("*", "note")]


def test_links_lead_out_or_to_their_place(make: Make) -> None:
    out = f'<w:hyperlink r:id="x" w:anchor="top">{r("out")}</w:hyperlink>' + field('HYPERLINK "https://b.org/"', r("b"))
    into = f'<w:hyperlink w:anchor="here">{r("in")}</w:hyperlink>' + field("REF here \\h", r("ref"))
    lost = field("HYPERLINK \\l nowhere", r("lost"))
    here = '<w:bookmarkStart w:id="0" w:name="here"/>'
    document = docx.read(make(p(out) + p(into + lost) + p(here + r("target")), ("x", "hyperlink", "https://a.org/")))
    check(document)
    at = document.text.index("target")
    found = [(document.text[x.start : x.end], x.kind, x.href if x.target < 0 else x.target) for x in document.links]
    assert found == [
        ("out", "web", "https://a.org/#top"),
        ("b", "web", "https://b.org/"),
        ("in", "place", at),
        ("ref", "place", at),
    ]


def test_a_contents_field_over_paragraphs_shows_its_result(make: Make) -> None:
    begin = f'{mark("begin")}<w:r><w:instrText>TOC \\o "1-3"</w:instrText></w:r>{mark("separate")}'
    toc = p(begin + r("One")) + p("Two") + p(mark("end"))
    assert texts(docx.read(make(toc + p("text")))) == ["One", "Two", "text"]


def test_a_book_written_by_python_docx(tmp_path: Path) -> None:
    book = python_docx.Document()
    book.core_properties.title, book.core_properties.author = "A Book", "Ann; Bob"
    book.add_heading("A Book", 0)
    for name in ("One", "Two", "Three"):
        book.add_heading(name, 1)
        book.add_paragraph("words " * 20)
        book.add_paragraph("point", style="List Bullet")
        book.add_paragraph("said", style="Quote")
    book.add_picture(io.BytesIO(PIXEL))
    book.save(str(path := tmp_path / "b.docx"))
    document = docx.read(path)
    check(document)
    assert (document.title, document.authors, document.format) == ("A Book", ("Ann", "Bob"), "DOCX")
    assert [s.title for s in document.sections] == ["A Book", "One", "Two", "Three"]
    assert blocks(document)[3:5] == [("list", "• point"), ("quote", "said")]
    image = document.blocks[-1]
    assert (image.kind, image.target) == ("image", "word/media/image1.png")
    assert docx.picture(path, image.target) == PIXEL
    assert docx.picture(path, "word/media/none.png") is None
    assert docx.read(path).key == document.key


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def test_a_picture_says_its_description(make: Make) -> None:
    blip = '<a:graphic><a:blip r:embed="i"/></a:graphic>'
    drawing = f'<w:r><w:drawing><wp:inline><wp:docPr descr="A map"/>{blip}</wp:inline></w:drawing></w:r>'
    document = docx.read(make(p(r("see") + drawing), ("i", "image", "media/map.png")))
    assert blocks(document) == [("paragraph", "see"), ("image", "A map")]
    assert document.blocks[1].target == "word/media/map.png"


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (styled("T", "The Title") + p("text"), "The Title"),
        (p("中华人民共和国某法", '<w:jc w:val="center"/>') + p("第一条"), "中华人民共和国某法"),
        (styled("1", "Chapter") + p("text"), "Chapter"),
        (p("just text"), "a"),
    ],
)
def test_the_title_is_what_is_set_as_one(make: Make, body: str, title: str) -> None:
    assert docx.read(make(body, styles=style("T", "Title") + style("1", "heading 1"))).title == title


def rewritten(path: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path) as archive:
        files = [change(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return path


def strict(name: str, data: bytes) -> tuple[str, bytes]:
    return name, re.sub(
        rb"http://schemas\.openxmlformats\.org/(officeDocument|wordprocessingml)/2006/",
        rb"http://purl.oclc.org/ooxml/\1/",
        data,
    )


def moved(name: str, data: bytes) -> tuple[str, bytes]:
    return name.replace("word/document.xml", "text/main.xml").replace(
        "word/_rels/document", "text/_rels/main"
    ), data.replace(b"word/document.xml", b"text/main.xml").replace(b'"styles.xml', b'"/word/styles.xml')


def macros(name: str, data: bytes) -> tuple[str, bytes]:
    return name, data.replace(
        b"vnd.openxmlformats-officedocument.wordprocessingml.document", b"vnd.ms-word.template.macroEnabledTemplate"
    )


def sixteen(name: str, data: bytes) -> tuple[str, bytes]:
    return name, data.decode().encode("utf-16") if name == "word/document.xml" else data


def without_types(name: str, data: bytes) -> tuple[str, bytes]:
    return name.replace("[Content_Types].xml", "other.xml").replace("/", "\\"), data


@pytest.mark.parametrize("change", [strict, moved, macros, sixteen, without_types])
def test_the_same_text_in_other_makes(make: Make, change: Callable[[str, bytes], tuple[str, bytes]]) -> None:
    path = make(styled("1", "Heading") + p("text"), styles=style("1", "heading 1"))
    expected = docx.read(path)
    assert docx.read(rewritten(path, change)).blocks == expected.blocks


def refused(path: Path) -> Problem:
    with pytest.raises(Problem) as caught:
        docx.read(path)
    return caught.value


LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
def test_entities_are_refused_in_any_encoding(make: Make, encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?>{LAUGHS}' + part(
        "document", f"<w:body>{p('&c;&b;')}</w:body>"
    )
    assert refused(make("", files={"word/document.xml": document.encode(encoding)})).code == "broken"


def test_no_part_is_read_without_limit(make: Make) -> None:
    assert refused(make("<w:p/>" * 1_600_000)).code == "broken"


def test_a_part_that_claims_gigabytes_is_refused(make: Make) -> None:
    path = make(p("words"))
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.rindex(b"word/document.xml") - 46 + 24, 3_900_000_000)
    path.write_bytes(data)
    assert refused(path).code == "broken"


def test_names_lead_nowhere_outside_the_file(make: Make) -> None:
    document = docx.read(
        make(p("x"), ("s", "styles", "../../../../etc/passwd"), ("n", "numbering", "/../../etc/passwd"))
    )
    assert document.text == "x"


@pytest.mark.parametrize(
    "body",
    [
        "<w:p>" + "<w:r>" * 200 + "<w:t>x</w:t>" + "</w:r>" * 200 + "</w:p>",
        "<w:p>" + "<w:hyperlink>" * 200 + r("x") + "</w:hyperlink>" * 200 + "</w:p>",
        "<w:sdt>" * 200 + p("x") + "</w:sdt>" * 200,
        "<w:tbl><w:tr><w:tc>" * 70 + p("x") + "</w:tc></w:tr></w:tbl>" * 70,
        "<w:p><w:r><w:pict><w:txbxContent>" * 50 + p("x") + "</w:txbxContent></w:pict></w:r></w:p>" * 50,
    ],
)
def test_deep_nesting_is_read(make: Make, body: str) -> None:
    assert docx.read(make(body)).text == "x"


def test_styles_that_are_based_on_each_other(make: Make) -> None:
    styles = style("A", "a", '<w:basedOn w:val="B"/>') + style("B", "b", '<w:basedOn w:val="A"/>')
    assert docx.read(make(styled("A", "x"), styles=styles)).text == "x"


def test_a_cut_file_shows_what_is_left_of_it_and_says_so(make: Make) -> None:
    path = make("".join(p(f"paragraph {n * n * 7919 % 1000003}") for n in range(3000)))
    path.write_bytes(path.read_bytes()[:-8000])
    document = docx.read(path)
    assert document.text.startswith("paragraph 0\n\nparagraph 7919\n\n")
    assert document.warnings == ("part-damaged:word/document.xml",)


def test_what_is_put_in_from_elsewhere_is_named(make: Make) -> None:
    document = docx.read(make(p("x") + '<w:altChunk r:id="c"/>', ("c", "aFChunk", "afchunk.mht")))
    assert document.warnings == ("inserted:word/afchunk.mht",)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip", zipfile.sizeEndCentDir * b"\0"])
def test_no_document_at_all(tmp_path: Path, data: bytes) -> None:
    (path := tmp_path / "a.docx").write_bytes(data)
    assert refused(path).code == "broken"


def test_no_words(make: Make) -> None:
    assert refused(make(p(" "))).code == "no-text"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=6))
def test_damage_anywhere_is_a_document_or_a_problem(make: Make, at: int, junk: bytes) -> None:
    path = make(styled("1", "One") + p("text") + table(cell("a") + cell("b")), styles=style("1", "heading 1"))
    data = bytearray(path.read_bytes())
    data[at % len(data) : at % len(data) + len(junk)] = junk
    path.write_bytes(data)
    try:
        check(docx.read(path))
    except Problem as problem:
        assert problem.code in ("broken", "drm", "no-text")


PIECES = [
    *("<w:p>", "</w:p>", "<w:r>", "</w:r>", "<w:tbl>", "</w:tbl>", "<w:tr>", "</w:tr>", "<w:tc>", "</w:tc>"),
    *("<w:t>x</w:t>", mark("begin"), mark("separate"), mark("end"), "<w:ins>", "</w:ins>", "<m:oMath>", "</m:oMath>"),
    *('<w:hyperlink w:anchor="a">', "</w:hyperlink>", '<w:footnoteReference w:id="1"/>', "<w:txbxContent>"),
    *("<w:sdtContent>", "<w:ruby><w:rubyBase>", "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"),
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_elements_in_any_order_are_read(make: Make, pieces: list[str]) -> None:
    try:
        check(docx.read(make("".join(pieces))))
    except Problem as problem:
        assert problem.code in ("broken", "no-text")


def real(name: str) -> Path:
    if not (path := DATA / name).exists():
        pytest.skip(f"{path} is absent")
    return path


@pytest.mark.parametrize(("name", "headings"), [("docx-en/les-miserables", 420), ("docx-zh/三国演义", 120)])
def test_a_novel_says_what_its_paragraphs_say(name: str, headings: int) -> None:
    path = real(f"docs/1-novels/{name}.docx")
    document = docx.read(path)
    check(document)
    assert sum(b.kind == "heading" for b in document.blocks) == headings
    paragraphs = (x.text.strip() for x in python_docx.Document(str(path)).paragraphs)
    assert document.text == "\n\n".join(filter(None, paragraphs))


def test_a_numbered_list_that_says_its_own_numbers() -> None:
    document = docx.read(real("docs/3-suites/tika/testWORD_override_list_numbering.docx"))
    lines = [t for kind, t in blocks(document) if " " in t and not t.startswith("Test") and not t.startswith("•")]
    assert len(lines) == 43
    assert all(t == f"{t.split(' ')[0]} {t.split(' ')[0]}" for t in lines)


@pytest.mark.parametrize("law", ["民法典", "刑法"])
def test_the_articles_of_a_code_say_what_the_gold_says(law: str) -> None:
    """But for the titles in 【】 and the amendments of an edition; the Civil Code's file ends with a news agency."""
    document = open_document(real(f"docs/2-law/zh/docx/{law}.docx"))
    gold = [json.loads(line) for line in real(f"qa/laws/{law}.articles.jsonl").read_text("utf-8").splitlines()]

    def bare(text: str) -> str:
        return re.sub("【[^】]*】", "", "".join(text.split()))

    found = {u.number: bare(document.text[u.start : u.end]) for u in document.units}
    same = sum(found.get(g["no"]) == bare(g["text"]) for g in gold)
    assert same >= {"民法典": 1259, "刑法": 492}[law]


@pytest.mark.slow
def test_the_suites_open_or_are_refused() -> None:
    paths = sorted((DATA / "docs").rglob("*.docx"))
    if not paths:
        pytest.skip(f"{DATA / 'docs'} is absent")
    for path in paths:
        try:
            check(docx.read(path))
        except Problem as problem:
            assert problem.code in ("broken", "no-text")
