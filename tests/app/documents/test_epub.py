"""EPUB files made by hand: each feature and each fault alone."""

import struct
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.book import package
from app.documents.book.salvage import Salvage
from app.documents.document import Document
from app.documents.epub import picture, read
from app.documents.web import markup
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
        read(path)
    return problem.value.code


def test_metadata_and_text(make_epub: MakeEpub) -> None:
    document = read(make_epub({"a.xhtml": "<h1>One</h1><p>It  was\n a <i>dark</i> night.</p>"}))
    assert (document.title, document.authors, document.language) == ("A Book", ("Ann", "Bob"), "en")
    assert document.text == "One\n\nIt was a dark night."
    assert blocks(document) == [("heading", "One"), ("paragraph", "It was a dark night.")]


def test_nested_contents_of_a_navigation_document(make_epub: MakeEpub) -> None:
    items = li("Part", "a.xhtml", li("One", "b.xhtml") + li("Two", "c.xhtml")) + li("End", "d.xhtml")
    pages = {f"{n}.xhtml": f"<h1>h{n}</h1><p>text</p>" for n in "abcd"}
    document = read(make_epub(pages, nav_items=items))
    assert outline(document) == [(1, "Part", "ha"), (2, "One", "hb"), (2, "Two", "hc"), (1, "End", "hd")]
    assert document.sections[0].end == document.sections[3].start


def test_a_part_without_a_link_begins_with_its_first_chapter(make_epub: MakeEpub) -> None:
    items = f"<li><span>Part</span><ol>{li('One', 'a.xhtml')}{li('Two', 'b.xhtml')}</ol></li>"
    document = read(make_epub({"a.xhtml": "<p>x</p>", "b.xhtml": "<p>y</p>"}, nav_items=items))
    assert outline(document) == [(1, "Part", "x"), (2, "One", "x"), (2, "Two", "y")]


def test_contents_of_an_ncx_alone(make_epub: MakeEpub) -> None:
    points = point("Part", "a.xhtml", point("One", "a.xhtml#one")) + point("Two", "b.xhtml")
    pages = {"a.xhtml": '<p>intro</p><p id="one">first</p>', "b.xhtml": "<p>second</p>"}
    document = read(make_epub(pages, ncx_points=points))
    assert outline(document) == [(1, "Part", "intro"), (2, "One", "first"), (1, "Two", "second")]


def test_fragments_in_the_middle_of_a_file(make_epub: MakeEpub) -> None:
    body = '<p>front</p><h2><a id="x"/>X</h2><p>one</p><h2>Y</h2><p id="y">two</p><div id="z"><p>three</p></div>'
    items = li("X", "a.xhtml#x") + li("Y", "a.xhtml#y") + li("Z", "a.xhtml#z")
    document = read(make_epub({"a.xhtml": body}, nav_items=items))
    assert outline(document) == [(1, "A Book", "front"), (1, "X", "X"), (1, "Y", "Y"), (1, "Z", "three")]


def test_an_entry_and_its_heading_are_one_section(make_epub: MakeEpub) -> None:
    pages = {"a.xhtml": "<h1>One</h1><p>x</p>", "b.xhtml": "<h1>Two</h1><p>y</p>"}
    document = read(make_epub(pages, nav_items=li("One", "a.xhtml") + li("Two", "b.xhtml")))
    assert [s.title for s in document.sections] == ["One", "Two"]


def test_without_contents_headings_serve(make_epub: MakeEpub) -> None:
    body = "<h1>A</h1><h2>I</h2><p>x</p><h2>II</h2><p>y</p><h1>B</h1><p>z</p>"
    document = read(make_epub({"a.xhtml": body}))
    assert outline(document) == [(1, "A", "A"), (2, "I", "I"), (2, "II", "II"), (1, "B", "B")]


def test_the_spine_orders_and_unlinear_files_are_read(make_epub: MakeEpub) -> None:
    pages = {"z.xhtml": "<p>first</p>", "a.xhtml": "<p>second</p>"}
    assert read(make_epub(pages, linear=' linear="no"')).text == "first\n\nsecond"


def test_the_navigation_document_is_no_text(make_epub: MakeEpub) -> None:
    assert "Contents" not in read(make_epub({"a.xhtml": "<p>x</p>"}, nav_items=li("One", "a.xhtml"))).text


def test_notes_point_back(make_epub: MakeEpub) -> None:
    body = (
        '<p>word<a epub:type="noteref" id="r1" href="#n1">1</a></p>'
        '<aside epub:type="footnote" id="n1"><p>why <a epub:type="backlink" href="#r1">↩</a></p></aside>'
    )
    document = read(make_epub({"a.xhtml": body}))
    assert blocks(document) == [("paragraph", "word1"), ("note", "why")]
    assert (document.blocks[1].anchor, document.blocks[1].target) == ("OPS/a.xhtml#n1", "#r1")


def test_images_are_blocks_with_their_alt_text(make_epub: MakeEpub) -> None:
    body = (
        '<p>a</p><img src="../i/x.png" alt="A whale"/><p>b <img src="y.png"/> c</p>'
        '<p><img alt="I" src="i.png"/>t was</p>'
    )
    document = read(make_epub({"t/a.xhtml": body}))
    assert blocks(document) == [
        ("paragraph", "a"),
        ("image", "A whale"),
        ("paragraph", "b c"),
        ("image", ""),
        ("paragraph", "It was"),
    ]
    assert [b.target for b in document.blocks if b.kind == "image"] == ["OPS/i/x.png", "OPS/t/y.png"]


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
    document = read(make_epub({"a.xhtml": "<p>here</p>"}, package=package_text))
    assert document.text == "here"
    assert document.warnings == ("unread:OPS/gone.xhtml",)


def test_no_spine(make_epub: MakeEpub) -> None:
    assert code(make_epub({})) == "no-spine"


def test_no_text(make_epub: MakeEpub) -> None:
    assert code(make_epub({"a.xhtml": '<img src="x.png"/>'})) == "no-text"


@pytest.mark.parametrize("algorithm", ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"])
def test_disguised_fonts_are_no_obstacle(make_epub: MakeEpub, algorithm: str) -> None:
    path = make_epub({"a.xhtml": "<p>x</p>"}, more={"META-INF/encryption.xml": ENCRYPTION.format(algorithm)})
    assert read(path).text == "x"


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


BOMB = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "{}">]><html><body><p>&b;</p></body></html>'


def test_growing_entities_are_refused(make_epub: MakeEpub) -> None:
    assert code(make_epub({"a.xhtml": BOMB.format("&a;" * 1000)})) == "broken"


def test_fetching_entities_are_refused(make_epub: MakeEpub) -> None:
    outside = BOMB.replace('"{}"', 'SYSTEM "file:///etc/passwd"')
    assert code(make_epub({"a.xhtml": outside})) == "broken"


def test_a_plain_entity_is_its_word(make_epub: MakeEpub) -> None:
    assert read(make_epub({"a.xhtml": BOMB.format("hello")})).text == "hello"


def test_a_password_is_drm(make_epub: MakeEpub) -> None:
    path = make_epub({"a.xhtml": "<p>x</p>"})
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8 : at + 10] = struct.pack("<H", 1)
    path.write_bytes(bytes(data))
    assert code(path) == "drm"


def test_ebooklib_and_our_own_reading_agree(make_epub: MakeEpub) -> None:
    archive = Salvage(make_epub({"a.xhtml": "<p>x</p>", "b.xhtml": "<p>y</p>"}))
    tree = markup.parsed(archive.read("OPS/book.opf") or b"")[0]
    assert tree is not None
    statements, refs = package._by_ebooklib(tree, "OPS/book.opf") or ([], [])
    assert refs == package._by_lxml(tree)[1] == ["i0", "i1"]
    assert package.metadata.metadata(statements) == package.metadata.metadata(package._by_lxml(tree)[0])


TITLES = (
    '<dc:title id="s">Being the First Part</dc:title><meta refines="#s" property="title-type">subtitle</meta>'
    '<dc:title id="t">Fish &amp; Chips</dc:title><meta refines="#t" property="title-type">main</meta>'
)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (TITLES, ("Fish & Chips", (), "")),
        (
            '<dc:title>T</dc:title><dc:creator opf:role="trl" opf:file-as="X, Ann">Ann</dc:creator>'
            '<dc:creator opf:role="aut">Bob</dc:creator><meta name="calibre:series" content="Sea"/>'
            '<meta name="calibre:series_index" content="2.0"/>',
            ("T", ("Bob",), "Sea, 2"),
        ),
        (
            '<dc:title>T</dc:title><dc:creator id="a">Ann</dc:creator><dc:creator id="b">Bob</dc:creator>'
            '<meta refines="#a" property="role">aut</meta><meta refines="#b" property="role">ill</meta>'
            '<meta property="belongs-to-collection" id="x">Best Books</meta>'
            '<meta refines="#x" property="collection-type">set</meta>'
            '<meta property="belongs-to-collection" id="c">Sky</meta>'
            '<meta refines="#c" property="collection-type">series</meta>'
            '<meta refines="#c" property="group-position">3.5</meta>',
            ("T", ("Ann",), "Sky, 3.5"),
        ),
        ('<dc:title>T</dc:title><dc:creator opf:role="edt">Ann</dc:creator>', ("T", ("Ann",), "")),
    ],
)
def test_what_the_package_says(make_epub: MakeEpub, metadata: str, expected: tuple[str, tuple[str, ...], str]) -> None:
    document = read(make_epub({"a.xhtml": "<p>x</p>"}, metadata=metadata))
    assert (document.title, document.authors, document.series) == expected


@pytest.mark.parametrize(
    "parts",
    [
        {"manifest": '<item id="c" href="i/c.png" media-type="image/png" properties="cover-image"/>'},
        {
            "manifest": '<item id="c" href="i/c.png" media-type="image/png"/>',
            "metadata": '<meta name="cover" content="c"/>',
        },
        {"guide": '<reference type="cover" href="cover.xhtml"/>'},
        {
            "nav_items": li("One", "a.xhtml"),
            "nav_more": '<nav epub:type="landmarks"><ol><li><a epub:type="cover" href="cover.xhtml">C</a></li></ol>'
            "</nav>",
        },
    ],
)
def test_the_cover_and_pictures_are_given_out(make_epub: MakeEpub, parts: dict[str, str]) -> None:
    pages = {"cover.xhtml": '<svg><image href="i/c.png"/></svg>', "a.xhtml": "<p>x</p>"}
    path = make_epub(pages, more={"OPS/i/c.png": b"picture"}, **parts)
    assert read(path).cover == "OPS/i/c.png"
    assert picture(path, "OPS/i/c.png") == b"picture"
    assert picture(path, "OPS/none.png") is picture(path, "http://example.org/x.png") is picture(path, "") is None


def words_of(document: Document, kind: str) -> list[tuple[str, str]]:
    """The words of each link and the block it leads to."""
    found = []
    for link in document.links:
        if link.kind == kind:
            target = next(b for b in document.blocks if b.start <= link.target < max(b.end, b.start + 1))
            found.append((document.text[link.start : link.end], document.text[target.start : target.end]))
    return found


def test_links_lead_to_places_in_the_text(make_epub: MakeEpub) -> None:
    pages = {
        "t/a.xhtml": '<p>See <a href="../b%20c.xhtml#x"> the other</a>, <a href="../B c.xhtml">all</a>, '
        '<a href="#me">me</a>, <a href="#lost">lost</a><a href="none.xhtml">none</a> <a href="http://x.org/y">out</a> '
        '<a href="mailto:a@b.c">mail</a> <a href="javascript:alert()">run</a> <a href="file:///etc/passwd">f</a></p>'
        '<p id="me">Here.</p>',
        "b c.xhtml": '<h1>B</h1><p>one <b id="x">two</b></p>',
    }
    document = read(make_epub(pages))
    assert words_of(document, "place") == [
        ("the other", "one two"),
        ("all", "B"),
        ("me", "Here."),
        ("lost", document.text.partition("\n\n")[0]),
    ]
    assert document.text[document.links[0].target :].startswith("two")
    assert [(link.href, link.target) for link in document.links if link.kind == "web"] == [
        ("http://x.org/y", -1),
        ("mailto:a@b.c", -1),
    ]
    assert all(a.end <= b.start for a, b in pairwise(document.links))


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        ('<a epub:type="noteref" href="n.xhtml#n1">1</a>', '<li id="n1">Why.</li>'),
        ('<a role="doc-noteref" href="n.xhtml#n1">1</a>', '<p id="n1">Why.</p>'),
        ('<a href="n.xhtml#n1">1</a>', '<aside epub:type="footnote" id="n1"><p>Why.</p></aside>'),
        ('<a id="r1" href="n.xhtml#n1">[1]</a>', '<p><a id="n1" href="a.xhtml#r1">[1]</a> Why.</p>'),
        ('<a id="r1" href="n.xhtml#n1"><sup>1</sup></a>', '<p id="n1">1. Why.</p>'),
        ('<sup><a id="r1" href="n.xhtml#n1">*</a></sup>', '<p id="n1">* Why. <a href="a.xhtml#r1">back</a></p>'),
        ('<a id="r1" href="n.xhtml#n1">〔一〕</a>', '<p id="n1">〔一〕为什么。<a href="a.xhtml#r1">返回</a></p>'),
    ],
)
def test_notes_are_known_from_epub_3_and_from_epub_2(make_epub: MakeEpub, reference: str, note: str) -> None:
    document = read(make_epub({"a.xhtml": f"<p>A word{reference} more.</p>", "n.xhtml": f"<h2>Notes</h2>{note}"}))
    link = next(link for link in document.links if link.kind == "note")
    target = document.blocks[-1]
    assert (link.target, target.kind) == (target.start, "note")
    assert sum(link.kind == "note" for link in document.links) == 1  # the way back is none


def test_contents_and_cross_references_are_no_notes(make_epub: MakeEpub) -> None:
    pages = {
        "a.xhtml": '<p id="t1"><a href="#c1">1</a></p><p><a href="#c2">2</a></p><p>Section <a href="#c2">2</a></p>',
        "b.xhtml": '<h2 id="c1"><a href="a.xhtml#t1">1</a></h2><p id="c2">2 of them came.</p>',
    }
    document = read(make_epub({k: v.replace('"#c', '"b.xhtml#c') for k, v in pages.items()}))
    assert {link.kind for link in document.links} == {"place"}
    assert not any(b.kind == "note" for b in document.blocks)


def test_pages_of_paper(make_epub: MakeEpub) -> None:
    body = (
        '<p>front</p><p><span epub:type="pagebreak" id="p1" title="1"/>one goes <span role="doc-pagebreak" '
        'aria-label="Page 2"/>on</p><div class="pagenum" id="p3">[Pg 3]</div><p>three</p>'
    )
    document = read(make_epub({"a.xhtml": body}))
    assert document.text == "front\n\none goes on\n\nthree"
    assert [(p.label, document.text[p.start : p.end].strip()) for p in document.pages] == [
        ("1", "one goes"),
        ("2", "on"),
        ("3", "three"),
    ]
    listed = '<nav epub:type="page-list"><ol><li><a href="a.xhtml#p1">i</a></li><li><a href="a.xhtml#p3">ii</a></li>'
    listed += '<li><a href="a.xhtml">cover</a></li></ol></nav>'
    document = read(make_epub({"a.xhtml": body}, nav_items=li("One", "a.xhtml"), nav_more=listed))
    assert [(p.label, document.text[p.start : p.start + 5]) for p in document.pages] == [
        ("cover", "front"),
        ("i", "one g"),
        ("ii", "three"),
    ]


def test_a_part_that_only_a_landmark_names_is_a_section(make_epub: MakeEpub) -> None:
    marks = "".join(
        f'<li><a epub:type="{role}" href="{href}">{role}</a></li>'
        for role, href in (("bodymatter", "a.xhtml"), ("endnotes", "n.xhtml"), ("toc", "nav.xhtml"))
    )
    pages = {"a.xhtml": "<p>x</p>", "b.xhtml": "<p>y</p>", "n.xhtml": "<p>z</p>"}
    items = li("One", "a.xhtml") + li("Two", "b.xhtml")
    landmarks = f'<nav epub:type="landmarks"><ol>{marks}</ol></nav>'
    document = read(make_epub(pages, nav_items=items, nav_more=landmarks))
    assert outline(document) == [(1, "One", "x"), (1, "Two", "y"), (1, "endnotes", "z")]


def test_a_switch_shows_its_default(make_epub: MakeEpub) -> None:
    body = (
        '<epub:switch id="s"><epub:case required-namespace="x"><p>case</p></epub:case>'
        "<epub:default><p>default</p></epub:default></epub:switch><p>after</p>"
    )
    assert read(make_epub({"a.xhtml": body})).text == "default\n\nafter"


def test_a_talking_book_is_read(make_epub: MakeEpub) -> None:
    body = (
        '<?xml version="1.0"?><dtbook xmlns="http://www.daisy.org/z3986/2005/dtbook/"><head><title>no</title></head>'
        "<book><bodymatter><level1><h1>One</h1><pagenum>7</pagenum><p>word<noteref idref='#n'>1</noteref></p>"
        '<level2><hd>Deeper</hd><poem><line>rose</line></poem><note id="n"><p>why</p></note></level2></level1>'
        "</bodymatter></book></dtbook>"
    )
    document = read(make_epub({"a.xhtml": body}))
    assert blocks(document) == [
        ("heading", "One"),
        ("paragraph", "word1"),
        ("heading", "Deeper"),
        ("verse", "rose"),
        ("note", "why"),
    ]
    assert words_of(document, "note") == [("1", "why")]
    assert [p.label for p in document.pages] == ["7"]


LONG = {f"c{i:02}.xhtml": f"<h1>Chapter {i}</h1>" + f"<p>word {i}</p>" * 200 for i in range(8)}


def test_a_cut_zip_gives_what_it_still_has(make_epub: MakeEpub) -> None:
    path = make_epub(LONG)
    whole = read(path)
    path.write_bytes(path.read_bytes()[:-100])
    document = read(path)
    assert document.text == whole.text
    assert document.warnings == ("salvaged:11",)
    assert document.sections == whole.sections


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1), st.integers(0, 255), st.booleans())
def test_damage_anywhere_loses_no_more_than_it_must(make_epub: MakeEpub, place: float, byte: int, cut: bool) -> None:
    path = make_epub(LONG)
    data = bytearray(path.read_bytes())
    at = min(len(data) - 1, int(place * len(data)))
    data[at : at + 30] = bytes([byte]) * min(30, len(data) - at)
    path.write_bytes(data[:at] if cut else data)
    try:
        document = read(path)
    except Problem as problem:
        assert problem.code in ("broken", "drm", "no-text", "no-spine")
        return
    assert document.text.startswith("Chapter") or document.warnings
    assert len(document.text) >= len(read(make_epub(LONG)).text) or document.warnings


def test_a_damaged_chapter_is_read_as_far_as_it_goes_and_told(make_epub: MakeEpub) -> None:
    numbers = "".join(f"<p>{i * i}</p>" for i in range(5000))
    path = make_epub({"a.xhtml": "<p>before</p>", "b.xhtml": numbers, "c.xhtml": "<p>after</p>"})
    info = zipfile.ZipFile(path).getinfo("OPS/b.xhtml")
    data = bytearray(path.read_bytes())
    place = info.header_offset + info.compress_size // 2
    data[place : place + 50] = b"\xff" * 50
    path.write_bytes(bytes(data))
    document = read(path)
    assert document.text.startswith("before\n\n0\n\n1\n\n4\n\n9") and document.text.endswith("after")
    assert document.warnings == ("part-damaged:OPS/b.xhtml",)


def test_without_a_package_the_names_give_the_order(make_epub: MakeEpub) -> None:
    pages = {"c10.xhtml": "<p>ten</p>", "c2.xhtml": "<p>two</p>", "c1.xhtml": "<p>one</p>"}
    document = read(make_epub(pages, package=""))
    assert (document.text, document.warnings) == ("one\n\ntwo\n\nten", ("guessed-order:3",))
    spineless = '<package><manifest><item id="a" href="c2.xhtml"/></manifest><spine/></package>'
    assert read(make_epub(pages, package=spineless)).text == "one\n\ntwo\n\nten"


def test_bombs_are_refused_where_they_are_read(make_epub: MakeEpub) -> None:
    assert code(make_epub({"a.xhtml": " " * (20 << 20)})) == "broken"
    assert read(make_epub({"a.xhtml": "<p>x</p>"}, more={"OPS/big.bin": b" " * (20 << 20)})).text == "x"


def test_sizes_that_are_only_declared_are_refused_at_once(make_epub: MakeEpub) -> None:
    path = make_epub({"a.xhtml": "<p>x</p>"})
    data = bytearray(path.read_bytes())
    at = data.find(b"OPS/a.xhtml", data.find(b"PK\x01\x02")) - 46
    data[at + 24 : at + 28] = struct.pack("<L", 0xFFFFFFF0)
    path.write_bytes(bytes(data))
    assert code(path) == "broken"


def test_a_spine_of_many_missing_files_is_told_in_few_lines(make_epub: MakeEpub) -> None:
    count = 20_000
    items = "".join(f'<item id="i{i}" href="c{i}.xhtml"/>' for i in range(count))
    refs = "".join(f'<itemref idref="i{i}"/>' for i in range(count))
    package_text = f"<package><metadata/><manifest>{items}</manifest><spine>{refs}</spine></package>"
    document = read(make_epub({"c7.xhtml": "<p>seven</p>"}, package=package_text))
    assert document.text == "seven"
    assert len(document.warnings) == 21 and document.warnings[-1] == f"unread:{count - 21} more files"


def test_a_path_out_of_the_book_leads_nowhere(make_epub: MakeEpub) -> None:
    hrefs = ("../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://example.org/a.xhtml")
    items = "".join(f'<item id="i{i}" href="{h}" media-type="application/xhtml+xml"/>' for i, h in enumerate(hrefs))
    refs = "".join(f'<itemref idref="i{i}"/>' for i in range(len(hrefs)))
    package_text = f"<package><metadata/><manifest>{items}</manifest><spine>{refs}</spine></package>"
    assert code(make_epub({"a.xhtml": "<p>x</p>"}, package=package_text)) == "broken"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-16", "Žluťoučký kůň"), ("gbk", "话说天下大势"), ("shift_jis", "吾輩は猫である"), ("cp1252", "It’s a café.")],
)
def test_encodings(make_epub: MakeEpub, encoding: str, text: str) -> None:
    said = f'<?xml version="1.0" encoding="{encoding}"?><html><body><p>{text}</p></body></html>'
    path = make_epub({"b.xhtml": "<p>x</p>"}, more={"OPS/a.xhtml": said.encode(encoding)}, package="")
    assert read(path).text == f"{text}\n\nx"


@pytest.mark.parametrize("tag", ["div", "span", "blockquote", "table><tr><td"])
def test_deep_nesting_loses_no_words(make_epub: MakeEpub, tag: str) -> None:
    closed = "".join(f"</{name}>" for name in reversed(tag.split("><")))
    deep = f"<p>before</p>{f'<{tag}>' * 20_000}<p>deep</p>{closed * 20_000}<p>after</p>"
    assert read(make_epub({"a.xhtml": deep})).text == "before\n\ndeep\n\nafter"
