import re
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.law import clml, stylesheet, tree
from app.documents.law.scribe import formula
from app.documents.open import open_document
from model.types import Problem
from tests.app.documents.law.wholeness import bare, check, outermost, own, paths

UK = Path(__file__).parents[5] / "shared/data/docs/2-law/uk"
FILES = sorted(p.name for p in UK.glob("*.clml.xml"))
APART = (
    "BlockAmendment",
    "BlockExtract",
    "Schedule",
    "ExplanatoryNotes",
    "td",
    "th",
    "Footnote",
    "Commentary",
    "Versions",
)

ACT = """<?xml version="1.0" encoding="UTF-8"?>
<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:ukm="http://www.legislation.gov.uk/namespaces/metadata" RestrictStartDate="2021-02-03">
<ukm:Metadata><dc:title>Trials Act 1999</dc:title><dc:language>en</dc:language><ukm:PrimaryMetadata>
<ukm:DocumentClassification><ukm:DocumentMainType Value="UnitedKingdomPublicGeneralAct"/></ukm:DocumentClassification>
<ukm:EnactmentDate Date="1999-01-02"/></ukm:PrimaryMetadata></ukm:Metadata>
<Contents><ContentsTitle>Contents</ContentsTitle><ContentsItem><ContentsNumber>1</ContentsNumber>
<ContentsTitle>Trials</ContentsTitle></ContentsItem></Contents>
<Primary><PrimaryPrelims><Title>Trials Act 1999</Title><Number>1999 c. 1</Number><LongTitle>An Act to try.</LongTitle>
<PrimaryPreamble><EnactingText><Para><Text>Be it enacted—</Text></Para></EnactingText></PrimaryPreamble></PrimaryPrelims>
<Body><Part id="part-1"><Number>Part 1</Number><Title>General</Title><Pblock><Title>Preliminary</Title>
<P1group RestrictStartDate="2020-05-06"><Title>Trials</Title><P1 id="section-1"><Pnumber>1</Pnumber><P1para>
<P2 id="section-1-1"><Pnumber>1</Pnumber><P2para><Text>A trial <FootnoteRef Ref="f1"/>is—</Text>
<P3 id="section-1-1-a"><Pnumber>a</Pnumber><P3para><Text>fair, <InternalLink Ref="section-2ZA">see section 2ZA</InternalLink>;</Text>
<P4><Pnumber>i</Pnumber><P4para><Text>always; or</Text></P4para></P4></P3para></P3>
<Text>as the case may be.</Text></P2para></P2>
<P2><Pnumber>2</Pnumber><P2para><Text>In the <Citation URI="http://www.legislation.gov.uk/id/ukpga/1998/42">1998 Act</Citation> insert—</Text>
<BlockAmendment><P1group><Title>Quoted</Title><P1><Pnumber>9A</Pnumber><P1para><Text>Quoted words</Text></P1para></P1></P1group></BlockAmendment>
<AppendText>.</AppendText></P2para></P2></P1para></P1></P1group>
<P1group><Title>Two at once</Title><P1 id="section-2"><Pnumber>2</Pnumber><P1para><Text>. . . . . . . .<CommentaryRef Ref="c1"/></Text></P1para></P1>
<P1 id="section-2ZA"><Pnumber>2ZA</Pnumber><P1para><Text>These are <Addition ChangeId="k1" CommentaryRef="c2">new</Addition> words:</Text>
<OrderedList Type="alpha" Decoration="parens"><ListItem><Para><Text>first;</Text></Para></ListItem>
<ListItem><Para><Text>second.</Text></Para></ListItem></OrderedList></P1para></P1></P1group>
<P1group Status="Prospective"><Title>Not yet</Title><P1><Pnumber>3</Pnumber><P1para><Text>Coming.</Text></P1para></P1></P1group>
</Pblock></Part></Body>
<Schedules><Title>SCHEDULES</Title><Schedule id="schedule-1"><Number>SCHEDULE 1</Number><TitleBlock><Title>Details</Title></TitleBlock>
<Reference>Section 1</Reference><ScheduleBody><Part><Number>Part 1</Number><Title>More</Title>
<P1 id="schedule-1-paragraph-1"><Pnumber>1</Pnumber><P1para><P2><Pnumber>1</Pnumber><P2para><Text>Inside.</Text></P2para></P2></P1para></P1>
</Part></ScheduleBody></Schedule></Schedules></Primary>
<Footnotes><Footnote id="f1"><FootnoteText><Para><Text>See elsewhere.</Text></Para></FootnoteText></Footnote></Footnotes>
<Commentaries><Commentary id="c1" Type="F"><Para><Text>S. 2 repealed</Text></Para></Commentary>
<Commentary id="c2" Type="F"><Para><Text>Word inserted</Text></Para></Commentary></Commentaries></Legislation>"""  # noqa: E501


def made(xml: str = ACT) -> Document:
    return clml.read(Path("act.xml"), xml.encode())


@cache
def opened(name: str) -> Document:
    if not (UK / name).exists():
        pytest.skip(f"{UK / name} is absent")
    return open_document(UK / name)


def test_sections_as_they_are_cited() -> None:
    document = made()
    check(document)
    assert (document.title, document.language, document.format) == ("Trials Act 1999", "en", "CLML")
    assert document.law is not None
    assert (document.law.jurisdiction, document.law.version) == ("UK", "2021-02-03")
    assert [(u.label, u.number, u.level) for u in document.units] == [
        ("1", "1", "section"),
        ("2", "2", "section"),
        ("2ZA", "2ZA", "section"),
        ("3", "3", "section"),
        ("SCHEDULE 1", "1", "schedule"),
    ]
    assert document.units[0].path == ("Part 1 General", "Preliminary")
    assert own(document, "1").startswith(
        "1 Trials\n\n(1) A trial [1]is—\n\n(a) fair, see section 2ZA;\n\n(i) always; or\n\n"
    )
    assert own(document, "1", "1").endswith("as the case may be.")
    levels = [u.level for _, u in paths(document.units[:1])]
    assert levels == ["section", "subsection", "paragraph", "sub-paragraph", "subsection"]


def test_quoted_provisions_are_no_units() -> None:
    document = made()
    assert own(document, "1", "2") == "(2) In the 1998 Act insert—\n\n9A Quoted\n\nQuoted words."
    assert "9A" not in [u.number for _, u in paths(document.units)]
    assert {b.kind for b in document.blocks if "9A" in document.text[b.start : b.end]} == {"quote"}


def test_dots_are_a_repeal_and_dates_are_versions() -> None:
    assert [(u.number, u.repealed, u.version) for u in made().units] == [
        ("1", False, "2020-05-06"),
        ("2", True, "2021-02-03"),
        ("2ZA", False, "2021-02-03"),
        ("3", False, "prospective"),
        ("1", False, "2021-02-03"),
    ]


def test_status_repealed_reaches_what_is_inside() -> None:
    document = made(ACT.replace('<Part id="part-1">', '<Part id="part-1" Status="Repealed">'))
    assert [u.repealed for u in document.units] == [True, True, True, False, False]


def test_lists_are_numbered_as_on_the_page() -> None:
    assert own(made(), "2ZA") == "2ZA These are [F2]new words:\n\n(a) first;\n\n(b) second."


def test_schedules_hold_paragraphs_and_stand_in_the_contents() -> None:
    document = made()
    schedule = document.units[-1]
    assert schedule.path == ("SCHEDULES",)
    assert [(p.number, p.level) for p in schedule.parts] == [("1", "paragraph")]
    assert own(document, "1", "1", "1") in ("(1) Inside.",)
    titles = [(s.level, s.title) for s in document.sections]
    assert titles[1:] == [
        (1, "Part 1 General"),
        (2, "Preliminary"),
        (1, "SCHEDULES"),
        (2, "SCHEDULE 1 Details"),
        (3, "Part 1 More"),
    ]


def test_notes_are_called_and_stand_after_their_section() -> None:
    document = made()
    text = document.text
    notes = [text[b.start : b.end] for b in document.blocks if b.kind == "note"]
    assert notes == ["[1] See elsewhere.", "[F1] S. 2 repealed", "[F2] Word inserted"]
    called = {text[link.start : link.end]: text[link.target :] for link in document.links if link.kind == "note"}
    assert called["[F1]"].startswith("[F1] S. 2 repealed")
    assert called["[1]"].startswith("[1] See elsewhere.")


def test_links_lead_to_sections_or_out() -> None:
    document = made()
    found = {document.text[link.start : link.end]: link for link in document.links}
    assert document.text[found["see section 2ZA"].target :].startswith("2ZA These are")
    assert found["1998 Act"].href == "http://www.legislation.gov.uk/id/ukpga/1998/42"


@pytest.mark.parametrize(("minor", "level"), [("regulation", "regulation"), ("order", "article"), ("rule", "rule")])
def test_instruments_have_levels_of_their_own(minor: str, level: str) -> None:
    kind = '<ukm:DocumentMainType Value="UnitedKingdomStatutoryInstrument"/>'
    xml = ACT.replace(
        '<ukm:DocumentMainType Value="UnitedKingdomPublicGeneralAct"/>',
        f'{kind}<ukm:DocumentMinorType Value="{minor}"/>',
    )
    unit = made(xml).units[0]
    assert (unit.level, unit.parts[0].level) == (level, "paragraph")


@pytest.mark.parametrize(
    ("title", "number"),
    [("SCHEDULE 1A", "1A"), ("FIRST SCHEDULE", "1"), ("Twenty-first Schedule", "21"), ("THE SCHEDULE", "")],
)
def test_numbers_of_schedules(title: str, number: str) -> None:
    unit = made(ACT.replace("<Number>SCHEDULE 1</Number>", f"<Number>{title}</Number>")).units[-1]
    assert (unit.label, unit.number) == (title, number)


def test_a_truncated_act_opens_with_what_is_readable() -> None:
    document = made(ACT[: ACT.index("second.")])
    check(document)
    assert [w.partition(":")[0] for w in document.warnings] == ["truncated"]
    assert [u.number for u in document.units] == ["1", "2", "2ZA"]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_acts_open_or_are_a_problem(data: st.DataObject) -> None:
    raw = bytearray(ACT.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    try:
        check(clml.read(Path("x.xml"), bytes(raw)))
    except Problem as problem:
        assert problem.code in ("broken", "no-text")


@pytest.mark.skipif(not FILES, reason=f"{UK} is absent")
@pytest.mark.parametrize("name", FILES or ["none"])
def test_every_provision_is_a_unit_with_its_own_words(name: str) -> None:
    began = time.perf_counter()
    document = opened(name)
    assert time.perf_counter() - began < 5
    check(document)
    assert not document.warnings
    root, _ = tree.parse(UK / name, (UK / name).read_bytes())
    stylesheet.apply(root)
    provisions = outermost(root, "P1", APART)
    schedules = outermost(root, "Schedule", APART)
    units = [u for u in document.units if u.level not in ("schedule", "annex")]
    listed = [u for u in document.units if u.level == "schedule"]
    assert (len(provisions), len(schedules)) == (len(units), len(listed))
    for math in list(root.iter("{*}math")):
        line = formula(math)
        for child in list(math):
            math.remove(child)
        math.text = line
    for element, unit in zip([*provisions, *schedules], [*units, *listed], strict=True):
        shown = document.text[unit.start : unit.end]
        assert bare(re.sub(r"\[[A-Z]?\d+\]", "", shown)) == bare("".join(str(t) for t in element.itertext()))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("asp_20030002_en", {"section": 100, "schedule": 2}),
        ("ukpga_20000032_en", {"section": 81, "schedule": 8}),
        ("ukpga_1911_34_kqpap_enacted", {"section": 7, "schedule": 2}),
        ("uksi_20190459_en", {"regulation": 395}),
        ("uksi-1996-1342-made", {"regulation": 9, "schedule": 3}),
        ("eut_teu_2020-03-01_en", {"article": 336, "annex": 15}),
    ],
)
def test_what_each_real_file_holds(name: str, counts: dict[str, int]) -> None:
    document = opened(f"{name}.clml.xml")
    assert {level: sum(u.level == level for u in document.units) for level in counts} == counts
    assert len(document.units) == sum(counts.values())


def test_an_annex_of_the_treaty_is_repealed() -> None:
    gone = [u for u in opened("eut_teu_2020-03-01_en.clml.xml").units if u.repealed]
    assert [(u.label, u.number, u.version) for u in gone] == [("ANNEX I", "1", "2016-09-01")]
