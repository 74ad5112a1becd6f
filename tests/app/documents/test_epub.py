"""EPUB files made by hand: each feature and each fault alone."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from app.documents import package
from app.documents.document import Document
from app.documents.open import open_document
from model.types import Problem

MakeEpub = Callable[..., Path]
ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
    'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
    '<enc:EncryptionMethod Algorithm="{}"/><enc:CipherData><enc:CipherReference URI="OPS/f"/>'
    "</enc:CipherData></enc:EncryptedData></encryption>"
)


def li(title: str, href: str, inner: str = "") -> str:
    return f'<li><a href="{href}">{title}</a>{f"<ol>{inner}</ol>" if inner else ""}</li>'


def point(title: str, src: str, inner: str = "") -> str:
    label = f"<navLabel><text>{title}</text></navLabel>"
    return f'<navPoint id="n">{label}<content src="{src}"/>{inner}</navPoint>'


def outline(document: Document) -> list[tuple[int, str, str]]:
    """Level, title and the first word of each section."""
    return [(s.level, s.title, document.text[s.start : s.end].split()[0]) for s in document.sections]


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def code(path: Path) -> str:
    with pytest.raises(Problem) as problem:
        open_document(path)
    return problem.value.code


def test_metadata_and_text(make_epub: MakeEpub) -> None:
    document = open_document(make_epub({"a.xhtml": "<h1>One</h1><p>It  was\n a <i>dark</i> night.</p>"}))
    assert (document.title, document.authors, document.language) == ("A Book", ("Ann", "Bob"), "en")
    assert document.text == "One\n\nIt was a dark night."
    assert blocks(document) == [("heading", "One"), ("paragraph", "It was a dark night.")]


def test_nested_contents_of_a_navigation_document(make_epub: MakeEpub) -> None:
    items = li("Part", "a.xhtml", li("One", "b.xhtml") + li("Two", "c.xhtml")) + li("End", "d.xhtml")
    pages = {f"{n}.xhtml": f"<h1>h{n}</h1><p>text</p>" for n in "abcd"}
    document = open_document(make_epub(pages, nav_items=items))
    assert outline(document) == [(1, "Part", "ha"), (2, "One", "hb"), (2, "Two", "hc"), (1, "End", "hd")]
    assert document.sections[0].end == document.sections[3].start


def test_a_part_without_a_link_begins_with_its_first_chapter(make_epub: MakeEpub) -> None:
    items = f"<li><span>Part</span><ol>{li('One', 'a.xhtml')}{li('Two', 'b.xhtml')}</ol></li>"
    document = open_document(make_epub({"a.xhtml": "<p>x</p>", "b.xhtml": "<p>y</p>"}, nav_items=items))
    assert outline(document) == [(1, "Part", "x"), (2, "One", "x"), (2, "Two", "y")]


def test_contents_of_an_ncx_alone(make_epub: MakeEpub) -> None:
    points = point("Part", "a.xhtml", point("One", "a.xhtml#one")) + point("Two", "b.xhtml")
    pages = {"a.xhtml": '<p>intro</p><p id="one">first</p>', "b.xhtml": "<p>second</p>"}
    document = open_document(make_epub(pages, ncx_points=points))
    assert outline(document) == [(1, "Part", "intro"), (2, "One", "first"), (1, "Two", "second")]


def test_fragments_in_the_middle_of_a_file(make_epub: MakeEpub) -> None:
    body = '<p>front</p><h2><a id="x"/>X</h2><p>one</p><h2>Y</h2><p id="y">two</p><div id="z"><p>three</p></div>'
    items = li("X", "a.xhtml#x") + li("Y", "a.xhtml#y") + li("Z", "a.xhtml#z")
    document = open_document(make_epub({"a.xhtml": body}, nav_items=items))
    assert outline(document) == [(1, "A Book", "front"), (1, "X", "X"), (1, "Y", "Y"), (1, "Z", "three")]


def test_an_entry_and_its_heading_are_one_section(make_epub: MakeEpub) -> None:
    pages = {"a.xhtml": "<h1>One</h1><p>x</p>", "b.xhtml": "<h1>Two</h1><p>y</p>"}
    document = open_document(make_epub(pages, nav_items=li("One", "a.xhtml") + li("Two", "b.xhtml")))
    assert [s.title for s in document.sections] == ["One", "Two"]


def test_without_contents_headings_serve(make_epub: MakeEpub) -> None:
    body = "<h1>A</h1><h2>I</h2><p>x</p><h2>II</h2><p>y</p><h1>B</h1><p>z</p>"
    document = open_document(make_epub({"a.xhtml": body}))
    assert outline(document) == [(1, "A", "A"), (2, "I", "I"), (2, "II", "II"), (1, "B", "B")]


def test_the_spine_orders_and_unlinear_files_are_read(make_epub: MakeEpub) -> None:
    pages = {"z.xhtml": "<p>first</p>", "a.xhtml": "<p>second</p>"}
    assert open_document(make_epub(pages, linear=' linear="no"')).text == "first\n\nsecond"


def test_the_navigation_document_is_no_text(make_epub: MakeEpub) -> None:
    assert "Contents" not in open_document(make_epub({"a.xhtml": "<p>x</p>"}, nav_items=li("One", "a.xhtml"))).text


def test_kinds_of_blocks(make_epub: MakeEpub) -> None:
    body = (
        "<blockquote><p>said</p></blockquote><ul><li>milk</li><li>eggs</li></ul>"
        "<table><tr><th>a</th><th>b</th></tr><tr><td><p>1</p></td><td>2</td></tr></table>"
        '<div class="poem"><p>rose<br/>red</p></div><pre>x = 1\n  y</pre>'
    )
    assert blocks(open_document(make_epub({"a.xhtml": body}))) == [
        ("quote", "said"),
        ("list", "milk"),
        ("list", "eggs"),
        ("table", "a\tb"),
        ("table", "1\t2"),
        ("verse", "rose\nred"),
        ("code", "x = 1\n  y"),
    ]


def test_notes_point_back(make_epub: MakeEpub) -> None:
    body = (
        '<p>word<a epub:type="noteref" id="r1" href="#n1">1</a></p>'
        '<aside epub:type="footnote" id="n1"><p>why <a epub:type="backlink" href="#r1">↩</a></p></aside>'
    )
    document = open_document(make_epub({"a.xhtml": body}))
    assert blocks(document) == [("paragraph", "word1"), ("note", "why")]
    assert (document.blocks[1].anchor, document.blocks[1].target) == ("OPS/a.xhtml#n1", "#r1")


def test_ruby_keeps_the_base_alone(make_epub: MakeEpub) -> None:
    body = "<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>だ</p>"
    assert open_document(make_epub({"a.xhtml": body})).text == "漢字だ"


def test_images_are_blocks_with_their_alt_text(make_epub: MakeEpub) -> None:
    body = (
        '<p>a</p><img src="../i/x.png" alt="A whale"/><p>b <img src="y.png"/> c</p>'
        '<p><img alt="I" src="i.png"/>t was</p>'
    )
    document = open_document(make_epub({"t/a.xhtml": body}))
    assert blocks(document) == [
        ("paragraph", "a"),
        ("image", "A whale"),
        ("paragraph", "b c"),
        ("image", ""),
        ("paragraph", "It was"),
    ]
    assert [b.target for b in document.blocks if b.kind == "image"] == ["OPS/i/x.png", "OPS/t/y.png"]


def test_what_is_not_seen_is_not_text(make_epub: MakeEpub) -> None:
    body = (
        "<script>s</script><style>s</style><p hidden=''>h</p><p style='display: none'>d</p>"
        "<p>co\u00adoperate\u00a0now<span epub:type='pagebreak'>12</span>, &eacute;</p><!-- c -->"
    )
    assert open_document(make_epub({"a.xhtml": body})).text == "cooperate\u00a0now, é"


def test_broken_markup_is_read_leniently(make_epub: MakeEpub) -> None:
    document = open_document(make_epub({"a.xhtml": "<p>one<p>two & three <a id='x'/> four<b>bold</p>"}))
    assert document.text == "one\n\ntwo & three four" + "bold"


def test_a_chapter_set_with_line_breaks_has_many_blocks(make_epub: MakeEpub) -> None:
    lines = ["　　" + "话说天下大势，分久必合，合久必分。" * 10 for _ in range(12)]
    document = open_document(make_epub({"a.xhtml": f"<p>{'<br/>'.join(lines)}</p>"}))
    assert len(document.blocks) == 12


def test_a_missing_file_is_told_and_the_rest_is_read(make_epub: MakeEpub) -> None:
    path = make_epub({"a.xhtml": "<p>here</p>"})
    listing = path.read_bytes()
    package_text = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="gone.xhtml" media-type="application/xhtml+xml"/>'
        '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    assert listing
    document = open_document(make_epub({"a.xhtml": "<p>here</p>"}, package=package_text))
    assert document.text == "here"
    assert document.warnings == ("unread:OPS/gone.xhtml",)


def test_ebooklib_and_our_own_reading_agree(make_epub: MakeEpub) -> None:
    path = make_epub({"a.xhtml": "<p>x</p>", "b.xhtml": "<p>y</p>"}, nav_items=li("One", "a.xhtml"))
    archive = package.Archive(path)
    assert package._by_ebooklib(archive, "OPS/book.opf") == package._by_opf(archive, "OPS/book.opf")


def test_no_spine(make_epub: MakeEpub) -> None:
    assert code(make_epub({})) == "no-spine"


def test_no_text(make_epub: MakeEpub) -> None:
    assert code(make_epub({"a.xhtml": '<img src="x.png"/>'})) == "no-text"


@pytest.mark.parametrize("algorithm", ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"])
def test_disguised_fonts_are_no_obstacle(make_epub: MakeEpub, algorithm: str) -> None:
    path = make_epub({"a.xhtml": "<p>x</p>"}, more={"META-INF/encryption.xml": ENCRYPTION.format(algorithm)})
    assert open_document(path).text == "x"


@pytest.mark.parametrize(
    "files",
    [
        {"META-INF/encryption.xml": ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")},
        {"META-INF/rights.xml": '<rights xmlns="http://ns.adobe.com/adept"/>'},
        {"META-INF/sinf.xml": "<sinf/>"},
    ],
)
def test_drm_is_refused(make_epub: MakeEpub, files: dict[str, str]) -> None:
    assert code(make_epub({"a.xhtml": "<p>x</p>"}, more=files)) == "drm"


def test_a_cut_zip_is_broken(make_epub: MakeEpub) -> None:
    path = make_epub({"a.xhtml": "<p>x</p>" * 500})
    path.write_bytes(path.read_bytes()[:-100])
    assert code(path) == "broken"


def test_damaged_content_is_broken(make_epub: MakeEpub) -> None:
    path = make_epub({"a.xhtml": "<p>" + "".join(map(str, range(5000))) + "</p>"})
    data = bytearray(path.read_bytes())
    place = data.find(b"OPS/a.xhtml") + 200
    data[place : place + 50] = b"\xff" * 50
    path.write_bytes(bytes(data))
    assert code(path) == "broken"


def test_no_package_is_broken(make_epub: MakeEpub) -> None:
    assert code(make_epub({"a.xhtml": "<p>x</p>"}, package="")) == "broken"


BOMB = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "{}">]><html><body><p>&b;</p></body></html>'


def test_growing_entities_are_refused(make_epub: MakeEpub) -> None:
    assert code(make_epub({"a.xhtml": BOMB.format("&a;" * 1000)})) == "broken"


def test_fetching_entities_are_refused(make_epub: MakeEpub) -> None:
    outside = BOMB.replace('"{}"', 'SYSTEM "file:///etc/passwd"')
    assert code(make_epub({"a.xhtml": outside})) == "broken"


def test_a_plain_entity_is_its_word(make_epub: MakeEpub) -> None:
    assert open_document(make_epub({"a.xhtml": BOMB.format("hello")})).text == "hello"


def test_a_zip_bomb_is_refused(make_epub: MakeEpub) -> None:
    assert code(make_epub({"a.xhtml": "<p>x</p>"}, more={"OPS/big.xhtml": b" " * (20 << 20)})) == "broken"


def test_deep_nesting_does_no_harm(make_epub: MakeEpub) -> None:
    deep = "<div>" * 5000 + "x" + "</div>" * 5000
    try:
        assert open_document(make_epub({"a.xhtml": deep, "b.xhtml": "<p>y</p>"})).text.endswith("y")
    except Problem as problem:
        assert problem.code in ("broken", "no-text")


def test_a_password_is_drm(make_epub: MakeEpub) -> None:
    path = make_epub({"a.xhtml": "<p>x</p>"})
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8 : at + 10] = struct.pack("<H", 1)
    path.write_bytes(bytes(data))
    assert code(path) == "drm"
