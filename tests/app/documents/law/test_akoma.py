from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.law import akoma
from app.documents.open import open_document
from model.types import Problem
from tests.app.documents.law.wholeness import check, own, paths

ACT = """<?xml version="1.0" encoding="UTF-8"?>
<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><act name="ukpga"><meta><identification source="#s">
<FRBRWork><FRBRthis value="/akn/gb/act/1999/1/!main"/><FRBRuri value="/akn/gb/act/1999/1"/>
<FRBRdate date="1999-01-02" name="enacted"/><FRBRcountry value="gb"/></FRBRWork>
<FRBRExpression><FRBRdate date="2021-02-03" name="valid"/><FRBRlanguage language="eng"/></FRBRExpression></identification>
<lifecycle source="#s"><eventRef eId="e1" date="2020-05-06" source="#s"/></lifecycle>
<temporalData source="#s"><temporalGroup eId="p1"><timeInterval start="#e1" refersTo="#x"/></temporalGroup></temporalData>
<notes source="#s"><note eId="n1"><p>Word inserted.</p></note></notes></meta>
<preface><p><shortTitle>Trials Act 1999</shortTitle></p><longTitle><p>An Act to try.</p></longTitle></preface>
<preamble><formula name="enacting"><p>Be it enacted—</p></formula></preamble>
<body><part eId="part_1"><num>Part 1</num><heading>General</heading>
<section eId="sec_1" period="#p1"><num>1</num><heading>Trials<authorialNote marker="a"><p>See elsewhere.</p></authorialNote></heading>
<subsection eId="sec_1__subsec_1"><num>(1)</num><intro><p>A trial is—</p></intro>
<paragraph eId="sec_1__subsec_1__para_a"><num>(a)</num><content><p>fair, <ref href="#sec_2ZA">see section 2ZA</ref>;</p></content></paragraph>
<paragraph><num>(b)</num><content><p>or not,</p></content></paragraph>
<wrapUp><p>as the case may be.</p></wrapUp></subsection>
<subsection><num>(2)</num><content><p>In the <ref href="/akn/gb/act/1998/42">1998 Act</ref> <mod>insert—
<quotedStructure startQuote="“"><section><num>9A</num><heading>Quoted</heading><content><p>Quoted words.</p></content></section></quotedStructure></mod></p></content></subsection></section>
<section eId="sec_2ZA" status="removed"><num>2ZA</num><content><p>. . . .<noteRef href="#n1" marker="F1"/></p></content></section>
</part>
<hcontainer name="schedule" eId="sched_1"><num>SCHEDULE 1</num><heading>Details</heading>
<paragraph eId="sched_1__para_1"><num>1</num><content><p>Inside.</p><table><tr><td><p>x</p></td><td><p>y</p></td></tr></table>
<blockList><listIntroduction>These:</listIntroduction><item><num>(i)</num><p>one</p></item></blockList></content></paragraph>
</hcontainer></body></act></akomaNtoso>"""  # noqa: E501

CIVIL = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><act><meta><identification>
<FRBRWork><FRBRcountry value="eu"/></FRBRWork></identification></meta><body>
<section><num>Section 1</num><heading>Rules</heading>
<article eId="art_1"><num>Article 1</num><heading>Scope</heading>
<paragraph><num>1.</num><content><p>This holds.</p></content></paragraph>
<paragraph><content><p>So does this.</p></content></paragraph></article></section></body></act></akomaNtoso>"""

JUDGMENT = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><judgment><meta/>
<header><p>A v B</p></header>
<judgmentBody><background><paragraph><num>1.</num><content><p>The facts.</p></content></paragraph></background>
<decision><p>Dismissed.</p></decision></judgmentBody></judgment></akomaNtoso>"""


def made(xml: str = ACT) -> Document:
    return akoma.read(Path("act.xml"), xml.encode())


def test_sections_subsections_and_schedules() -> None:
    document = made()
    check(document)
    assert (document.title, document.language, document.format) == ("Trials Act 1999", "en", "AKN")
    assert [(u.label, u.number, u.level, u.path) for u in document.units] == [
        ("1", "1", "section", ("Part 1 General",)),
        ("2ZA", "2ZA", "section", ("Part 1 General",)),
        ("SCHEDULE 1", "1", "schedule", ()),
    ]
    assert own(document, "1", "1") == (
        "(1) A trial is—\n\n(a) fair, see section 2ZA;\n\n(b) or not,\n\nas the case may be."
    )
    assert own(document, "1", "1", "a") == "(a) fair, see section 2ZA;"
    assert [s.title for s in document.sections][-2:] == ["Part 1 General", "SCHEDULE 1 Details"]
    schedule = document.units[-1]
    assert [(p.number, p.level) for p in schedule.parts] == [("1", "paragraph")]
    assert own(document, "1", "1").count("x\ty") == 0
    assert document.text.endswith("1 Inside.\n\nx\ty\n\nThese:\n\n(i) one")


def test_dates_status_and_country() -> None:
    document = made()
    assert document.law is not None
    assert (document.law.jurisdiction, document.law.version) == ("UK", "2021-02-03")
    assert [(u.version, u.repealed) for u in document.units] == [("2020-05-06", False), ("", True), ("", False)]


def test_quoted_structures_are_no_units() -> None:
    document = made()
    assert "9A" not in [u.number for _, u in paths(document.units)]
    assert own(document, "1", "2").endswith("insert—\n\n9A Quoted\n\nQuoted words.")


def test_notes_and_references() -> None:
    document = made()
    text = document.text
    found = {text[link.start : link.end]: link for link in reversed(document.links)}
    assert text[found["[a]"].target :].startswith("[a] See elsewhere.")
    assert text[found["see section 2ZA"].target :].startswith("2ZA")
    assert (found["1998 Act"].target, found["1998 Act"].href) == (-1, "/akn/gb/act/1998/42")
    assert "Word inserted." in text[found["[F1]"].target :]


def test_where_articles_are_cited_sections_are_divisions() -> None:
    document = made(CIVIL)
    check(document)
    assert document.law is not None
    assert document.law.jurisdiction == "EU"
    assert [(u.label, u.number, u.path) for u in document.units] == [("Article 1", "1", ("Section 1 Rules",))]
    assert own(document, "1") == "Article 1 Scope\n\n1. This holds.\n\nSo does this."
    assert [p.number for p in document.units[0].parts] == ["1"]


def test_a_judgment_is_readable_and_no_law() -> None:
    document = made(JUDGMENT)
    assert document.text == "A v B\n\n1. The facts.\n\nDismissed."
    assert document.law is None


def test_the_reader_is_found_by_the_file_s_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "act.xml"
    path.write_text(ACT, encoding="utf-8")
    assert open_document(path).key == made().key


def test_a_truncated_act_opens_with_what_is_readable() -> None:
    document = made(ACT[: ACT.index("SCHEDULE 1")])
    check(document)
    assert [w.partition(":")[0] for w in document.warnings] == ["truncated"]
    assert [u.number for u in document.units][:2] == ["1", "2ZA"]


def test_no_markup_at_all_is_a_problem() -> None:
    for data in (b"", b"\x00\xff", b"plain words", b"<akomaNtoso/>", b"<a><meta>x</meta></a>"):
        with pytest.raises(Problem) as problem:
            akoma.read(Path("x.xml"), data)
        assert problem.value.code in ("broken", "no-text")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_acts_open_or_are_a_problem(data: st.DataObject) -> None:
    raw = bytearray(ACT.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    try:
        check(akoma.read(Path("x.xml"), bytes(raw)))
    except Problem as problem:
        assert problem.code in ("broken", "no-text")
