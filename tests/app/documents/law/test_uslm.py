import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.documents.document import Document
from app.documents.law import uslm
from app.documents.open import open_document
from model.types import Problem
from tests.app.documents.law.wholeness import bare, check, outermost, own, paths

US = Path(__file__).parents[5] / "shared/data/docs/2-law/us"
FILES = sorted(p.relative_to(US).as_posix() for p in US.glob("us*/*.xml"))
APART = ("sourceCredit", "notes", "sidenote", "source", "authority", "footnote", "page", "editorialNote", "note")
BIG = ("title", "subtitle", "chapter", "subchapter", "part", "subpart", "division", "subdivision", "level")

TITLE = """<?xml version="1.0" encoding="UTF-8"?>
<uscDoc xmlns="http://xml.house.gov/schemas/uslm/1.0" xmlns:dcterms="http://purl.org/dc/terms/" xml:lang="en"
 identifier="/us/usc/t99"><meta><dcterms:created>2024-05-06T07:08:09</dcterms:created></meta><main>
<title identifier="/us/usc/t99"><num value="99">Title 99—</num><heading>TRIALS</heading>
<toc><layout><tocItem><column>101.</column><column>Rights.</column></tocItem></layout></toc>
<chapter identifier="/us/usc/t99/ch1"><num value="1">CHAPTER 1—</num><heading>RIGHTS</heading>
<section identifier="/us/usc/t99/s101"><num value="101">§ 101.</num><heading> Rights</heading>
<subsection identifier="/us/usc/t99/s101/a"><num value="a">(a)</num><heading> In General.—</heading>
<chapeau>Under <ref href="/us/usc/t99/s102/b/9">section 102(b)(9)</ref> and
<ref href="/us/usc/t5/s1">section 1 of title 5</ref>—</chapeau>
<paragraph identifier="/us/usc/t99/s101/a/1"><num value="1">(1)</num>
<subparagraph identifier="/us/usc/t99/s101/a/1/A"><num value="A">(A)</num><content> one,<ref class="footnoteRef"
 idref="fn1">1</ref><note type="footnote" id="fn1"><num>1</num> So in original.</note> or</content></subparagraph>
<subparagraph identifier="/us/usc/t99/s101/a/1/B"><num value="B">(B)</num><content> two,</content></subparagraph>
<continuation>as the case may be; and</continuation></paragraph>
<paragraph identifier="/us/usc/t99/s101/a/2"><num value="2">(2)</num><content> three.</content></paragraph></subsection>
<sourceCredit>(Jan. 1, 2000, 1 Stat. 1.)</sourceCredit>
<notes type="uscNote"><note topic="amendments"><heading>Amendments</heading><p>2001—Act amended section:
<quotedContent><section><num>“§ 101.</num><heading>Old</heading><content>Old words.”</content></section></quotedContent>
</p></note></notes>
</section>
<section identifier="/us/usc/t99/s102" startPeriod="2010-02-03"><num value="102">§ 102.</num><heading> More</heading>
<content><p>First.</p><table xmlns="http://www.w3.org/1999/xhtml"><tr><td><p>a</p></td><td>b</td></tr></table>
</content></section>
<section identifier="/us/usc/t99/s2000e–5" status="repealed"><num value="2000e–5">[§ 2000e–5.</num>
<heading> Repealed. Act of 2001]</heading></section>
</chapter></title></main></uscDoc>"""


def made(xml: str = TITLE) -> Document:
    return uslm.read(Path("usc99.xml"), xml.encode())


@cache
def opened(name: str) -> Document:
    if not (US / name).exists():
        pytest.skip(f"{US / name} is absent")
    return open_document(US / name)


def test_a_section_ends_before_its_notes() -> None:
    document = made()
    check(document)
    assert (document.title, document.language, document.format) == ("Title 99—TRIALS", "en", "USLM")
    assert [(u.label, u.number, u.level) for u in document.units] == [
        ("§ 101.", "101", "section"),
        ("§ 102.", "102", "section"),
        ("§ 2000e–5.", "2000e-5", "section"),
    ]
    assert own(document, "101") == (
        "§ 101. Rights\n\n(a) In General.—Under section 102(b)(9) and section 1 of title 5—\n\n(1)(A) one,[1] or\n\n"
        "(B) two,\n\nas the case may be; and\n\n(2) three."
    )
    assert document.units[0].path == ("Title 99—TRIALS", "CHAPTER 1—RIGHTS")


def test_parts_nest_and_flush_words_belong_to_the_part_above() -> None:
    document = made()
    assert own(document, "101", "a", "1") == "(1)(A) one,[1] or\n\n(B) two,\n\nas the case may be; and"
    assert own(document, "101", "a", "1", "A") == "(A) one,[1] or"
    levels = [u.level for _, u in paths(document.units[:1])]
    assert levels == ["section", "subsection", "paragraph", "subparagraph", "subparagraph", "paragraph"]


def test_versions_and_repeals() -> None:
    document = made()
    assert document.law is not None
    assert (document.law.jurisdiction, document.law.version) == ("US", "2024-05-06")
    assert [u.version for u in document.units] == ["", "2010-02-03", ""]
    assert [u.repealed for u in document.units] == [False, False, True]


def test_references_find_the_nearest_place_or_lead_out() -> None:
    document = made()
    text = document.text
    found = {text[link.start : link.end]: link for link in document.links}
    assert text[found["section 102(b)(9)"].target :].startswith("§ 102. More")
    assert found["section 1 of title 5"].target == -1
    assert found["section 1 of title 5"].href == "/us/usc/t5/s1"
    note = found["[1]"]
    assert note.kind == "note"
    assert text[note.target :].startswith("1 So in original.")


def test_quoted_sections_are_no_units_and_tables_are_rows() -> None:
    document = made()
    kinds = {document.text[b.start : b.end]: b.kind for b in document.blocks}
    assert kinds["Old words.”"] == "note"
    assert kinds["a\tb"] == "table"
    assert kinds["101.\tRights."] == "list"


def test_a_truncated_file_opens_with_what_is_readable() -> None:
    document = made(TITLE[: TITLE.index("three.")])
    check(document)
    assert [w.partition(":")[0] for w in document.warnings] == ["truncated"]
    assert own(document, "101").startswith("§ 101. Rights")


@pytest.mark.parametrize(
    "declaration",
    ['<!ENTITY a "x"><!ENTITY b "&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/passwd">', '<!ENTITY % p "x">'],
)
def test_entities_that_grow_or_fetch_are_refused(declaration: str) -> None:
    xml = TITLE.replace("<uscDoc", f"<!DOCTYPE uscDoc [{declaration}]><uscDoc", 1).replace("three.", "&b;")
    with pytest.raises(Problem) as problem:
        made(xml)
    assert problem.value.code == "broken"


def test_elements_too_deep_keep_their_words() -> None:
    deep = "<paragraph><num>(1)</num>" * 2000 + "<content>deepest</content>" + "</paragraph>" * 2000
    document = made(TITLE.replace("<content> three.</content>", deep))
    check(document)
    assert "deepest" in document.text
    assert "§ 102. More" in document.text


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_files_open_or_are_a_problem(data: st.DataObject) -> None:
    raw = bytearray(TITLE.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    try:
        check(uslm.read(Path("x.xml"), bytes(raw)))
    except Problem as problem:
        assert problem.code in ("broken", "no-text")


@pytest.mark.skipif(not FILES, reason=f"{US} is absent")
@pytest.mark.parametrize("name", FILES or ["none"])
def test_every_section_is_a_unit_with_the_section_s_own_words(name: str) -> None:
    began = time.perf_counter()
    document = opened(name)
    assert time.perf_counter() - began < 5
    check(document)
    assert not document.warnings
    assert {u.start for u in document.units} <= {b.start for b in document.blocks}
    root = etree.parse(US / name, etree.XMLParser(remove_comments=True, remove_pis=True)).getroot()
    sections = [
        e for e in outermost(root, "section", ("quotedContent", "note", "notes")) if e.find("{*}num") is not None
    ]
    assert len(sections) == len(document.units)
    vocabulary = uslm._Uslm(root)
    same = sum(
        bare(words(vocabulary, e)) == bare(document.text[u.start : u.end])
        for e, u in zip(sections, document.units, strict=True)
    )
    # One section of Public Law 113-287 quotes a table of contents with a margin note inside.
    assert same >= len(sections) - ("113publ287" in name)


def words(vocabulary: uslm._Uslm, element: etree._Element) -> str:
    """An element's words without notes and without the titles that an act enacts."""
    pieces = [element.text or ""]
    for child in element:
        name = etree.QName(child).localname
        apart = name in APART and not (name.lower().endswith("note") and vocabulary.role(child) in ("inline", "remark"))
        pieces += [] if apart or name in BIG else [words(vocabulary, child)]
        pieces.append(child.tail or "")
    return "".join(pieces)


@pytest.mark.parametrize(("name", "version"), [("usc/usc17.xml", "2013-07-26"), ("uslm2/COMPS-895.xml", "2019-12-20")])
def test_the_day_whose_law_it_is(name: str, version: str) -> None:
    law = opened(name).law
    assert law is not None
    assert law.version == version


def test_references_in_title_17_lead_to_their_sections() -> None:
    document = opened("usc/usc17.xml")
    inside = [link for link in document.links if link.kind == "place"]
    assert len(inside) > 200
    starts = {u.start for _, u in paths(document.units)} | {s.start for s in document.sections}
    assert sum(link.target in starts for link in inside) > 0.95 * len(inside)
    assert own(document, "106A", "a", "1", "A") == "(A) to claim authorship of that work, and"
