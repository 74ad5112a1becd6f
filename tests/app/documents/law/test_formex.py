from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from app.documents.document import Document, Unit
from app.documents.law import eu, formex
from app.documents.open import open_document
from model.types import Problem

ACTS = Path(__file__).parents[5] / "shared/data/docs/2-law/eu"
GDPR = ("gdpr_2016-679_en", "gdpr_consolidated_en", "gdpr_consolidated_de")

ACT = """<?xml version="1.0" encoding="UTF-8"?>
<ACT xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:noNamespaceSchemaLocation="http://formex.publications.europa.eu/schema/formex-05.55-20141201.xd">
<BIB.INSTANCE><DATE ISO="20300305">20300305</DATE><LG.DOC>EN</LG.DOC></BIB.INSTANCE>
<TITLE><TI><P><HT TYPE="UC">Regulation</HT> (EU) 2030/1</P>
<P>of <DATE ISO="20300305">5 March 2030</DATE></P></TI></TITLE>
<PREAMBLE><PREAMBLE.INIT>THE COUNCIL,</PREAMBLE.INIT>
<GR.VISA><VISA>Having regard to the opinion<NOTE NOTE.ID="E0001"><P>OJ C 1, p. 1.</P></NOTE>,</VISA></GR.VISA>
<GR.CONSID><GR.CONSID.INIT>Whereas:</GR.CONSID.INIT>
<CONSID><NP><NO.P>(1)</NO.P><TXT>The <QUOT.START CODE="2018"/>Charter<QUOT.END CODE="2019"/> stands.</TXT>
<P>It stands long.</P></NP></CONSID></GR.CONSID>
<PREAMBLE.FINAL>HAS ADOPTED THIS REGULATION:</PREAMBLE.FINAL></PREAMBLE>
<ENACTING.TERMS>
<DIVISION><TITLE><TI><P>CHAPTER I</P></TI><STI><P><HT TYPE="BOLD">General</HT></P></STI></TITLE>
<DIVISION><TITLE><TI><P>Section 1</P></TI><STI><P>Rules</P></STI></TITLE>
<ARTICLE IDENTIFIER="001"><TI.ART>Article 1</TI.ART><STI.ART>Subject</STI.ART>
<PARAG IDENTIFIER="001.001"><NO.PARAG>1.</NO.PARAG>
<ALINEA><P>Rules are<NOTE NOTE.ID="E0002"><P>So.</P></NOTE>:</P>
<LIST TYPE="alpha"><ITEM><NP><NO.P>(a)</NO.P><TXT>short:</TXT>
<P><LIST TYPE="DASH"><ITEM><NP><NO.P>—</NO.P><TXT>one,</TXT></NP></ITEM>
<ITEM><NP><NO.P>—</NO.P><TXT>two;</TXT></NP></ITEM></LIST></P></NP></ITEM>
<ITEM><NP><NO.P>(b)</NO.P><TXT>clear.</TXT></NP></ITEM></LIST></ALINEA><ALINEA>They are few.</ALINEA></PARAG>
<PARAG IDENTIFIER="001.002"><NO.PARAG>2.</NO.PARAG>
<ALINEA>Rules are H<HT TYPE="SUB">2</HT>O.</ALINEA></PARAG></ARTICLE>
<ARTICLE IDENTIFIER="001A"><TI.ART>Article 1a</TI.ART><ALINEA>The following is inserted:
<QUOT.S LEVEL="1"><ARTICLE IDENTIFIER="005"><TI.ART><QUOT.START CODE="2018"/>Article 5</TI.ART>
<PARAG><NO.PARAG>1.</NO.PARAG><ALINEA>Quoted.<QUOT.END CODE="2019"/></ALINEA></PARAG></ARTICLE></QUOT.S>
</ALINEA></ARTICLE>
<ARTICLE IDENTIFIER="002"><TI.ART>Article 2</TI.ART><ALINEA>
<TBL COLS="2" NO.SEQ="0001"><TITLE><TI><P>Table</P></TI></TITLE>
<CORPUS><ROW><CELL COL="1">x</CELL><CELL COL="2"><P>y</P></CELL></ROW></CORPUS></TBL></ALINEA></ARTICLE>
<ARTICLE IDENTIFIER="003"><TI.ART>Article 3</TI.ART><ALINEA>(deleted)</ALINEA></ARTICLE>
</DIVISION></DIVISION></ENACTING.TERMS>
<FINAL><P>This Regulation shall be binding.</P></FINAL></ACT>"""

ANNEX = """<ANNEX><BIB.INSTANCE><LG.DOC>EN</LG.DOC></BIB.INSTANCE>
<TITLE><TI><P>ANNEX IVa</P></TI><STI><P>Lists</P></STI></TITLE><CONTENTS>
<GR.SEQ LEVEL="1"><TITLE><TI><P>Section A. Names</P></TI></TITLE>
<NP><NO.P>1.</NO.P><TXT>One;</TXT></NP></GR.SEQ>
<GR.SEQ LEVEL="1"><TITLE><TI><NP><NO.P>3.</NO.P><TXT>Numbers</TXT></NP></TI></TITLE>
<NP><NO.P>3.1.</NO.P><TXT>Two.</TXT></NP></GR.SEQ></CONTENTS></ANNEX>"""

CONSOLIDATED = """<CONS.ACT><INFO.CONSLEG CONSLEG.DATE="20320701" START.DATE="20310701"/><CONS.DOC>
<FAM.COMP><BIB.DATA><TITLE><TI><P>Regulation</P></TI></TITLE></BIB.DATA>
<GR.MOD.ACT><MOD.ACT><BIB.DATA><TITLE><TI><P>Amending Act</P></TI></TITLE></BIB.DATA></MOD.ACT></GR.MOD.ACT>
</FAM.COMP><TITLE><TI><P>Regulation</P></TI></TITLE><ENACTING.TERMS>
<ARTICLE IDENTIFIER="001"><TI.ART>Article 1</TI.ART><ALINEA>Old.</ALINEA></ARTICLE>
<ARTICLE IDENTIFIER="002"><TI.ART>Article 2</TI.ART>
<ALINEA>Some <?CLG.MDFO ID="O1" ACTIVE.DOC="32031R0007"?>new<?CLG.MDFC?> words.</ALINEA></ARTICLE>
</ENACTING.TERMS></CONS.DOC></CONS.ACT>"""


def written(xml: str) -> Document:
    return formex.read(Path("act.xml"), xml.encode())


@cache
def act() -> Document:
    return written(ACT)


def shape(unit: Unit) -> object:
    return [unit.level, unit.number, *map(shape, unit.parts)] if unit.parts else (unit.level, unit.number)


def check(units: tuple[Unit, ...], start: int, end: int) -> None:
    for unit in units:
        assert start <= unit.start < unit.end <= end
        start = unit.end
        check(unit.parts, unit.start, unit.end)


def words(document: Document, unit: Unit) -> str:
    return document.text[unit.start : unit.end]


def test_an_act_is_a_law_with_nested_units() -> None:
    document = act()
    assert document.title == "REGULATION (EU) 2030/1 of 5 March 2030"
    assert document.law
    assert (document.format, document.language, document.law.jurisdiction) == ("Formex", "en", "EU")
    assert document.law.version == "2030-03-05"
    check(document.units, 0, len(document.text))
    assert [shape(u) for u in document.units] == [
        ("recital", "1"),
        [
            "article",
            "1",
            ["paragraph", "1", ["point", "a", ("indent", "1"), ("indent", "2")], ("point", "b")],
            ("paragraph", "2"),
        ],
        ("article", "1a"),
        ("article", "2"),
        ("article", "3"),
    ]
    assert document.units[1].path == ("CHAPTER I General", "Section 1 Rules")
    assert [u.repealed for u in document.units] == [False] * 4 + [True]


def test_a_label_and_its_words_are_one_block() -> None:
    document = act()
    paragraph = document.units[1].parts[0]
    assert words(document, paragraph.parts[0]) == "(a) short:\n\n— one,\n\n— two;"
    assert words(document, paragraph).endswith("They are few.")
    assert words(document, document.units[0]) == "(1) The ‘Charter’ stands.\n\nIt stands long."
    assert words(document, document.units[1]).endswith("2. Rules are H2O.")


def test_footnotes_are_blocks_outside_the_units_and_linked() -> None:
    document = act()
    notes = [document.text[b.start : b.end] for b in document.blocks if b.kind == "note"]
    assert notes == ["(1) OJ C 1, p. 1.", "(2) So."]
    assert [(document.text[link.start : link.end], link.kind) for link in document.links] == [
        ("(1)", "note"),
        ("(2)", "note"),
    ]
    for link, note in zip(document.links, notes, strict=True):
        assert document.text[link.target :].startswith(note)
    assert not any("So." in words(document, unit) for unit in document.units)


def test_what_an_act_quotes_is_no_unit_of_it() -> None:
    document = act()
    assert "‘Article 5\n\n1. Quoted.’" in words(document, document.units[2])
    assert {b.kind for b in document.blocks if "Quoted" in document.text[b.start : b.end]} == {"quote"}


def test_a_row_of_a_table_is_a_block() -> None:
    document = act()
    assert [document.text[b.start : b.end] for b in document.blocks if b.kind == "table"] == ["x\ty"]


def test_an_annex_alone_is_one_unit() -> None:
    document = written(ANNEX)
    assert [shape(u) for u in document.units] == [
        ["annex", "4a", ["section", "A", ("point", "1")], ["point", "3", ("subpoint", "3.1")]]
    ]
    assert document.units[0].label == "ANNEX IVa"
    assert [s.title for s in document.sections] == ["ANNEX IVa Lists"]


def test_a_consolidated_act_names_what_amended_it() -> None:
    document = written(CONSOLIDATED)
    assert document.law
    assert document.title == "Regulation"
    assert [(u.number, u.version) for u in document.units] == [("1", ""), ("2", "32031R0007")]
    assert document.law.version == "2031-07-01"
    assert [document.text[s.start : s.end] for s in document.law.history] == ["Amending Act"]


def test_a_file_without_words_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        written("<DOC><BIB.DOC><PROD.ID>1</PROD.ID></BIB.DOC><FMX/></DOC>")
    assert caught.value.code == "no-text"


@pytest.mark.parametrize("kept", range(0, len(ACT), 97))
def test_a_file_that_was_cut_off_gives_what_is_left_or_a_problem(kept: int) -> None:
    try:
        document = written(ACT[:kept])
    except Problem:
        return
    check(document.units, 0, len(document.text))


@cache
def opened(path: Path) -> Document:
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return open_document(path)


def spoken(path: Path) -> Counter[str]:
    """The characters of a file's own words in capitals, its catalogue data left out."""
    root = etree.fromstring(path.read_bytes(), etree.XMLParser(remove_pis=True))
    for mark in root.iter("QUOT.START", "QUOT.END"):
        mark.text = chr(int(mark.get("CODE", ""), 16))
    for data in list(root.iter("BIB.INSTANCE", "BIB.DATA", "INFO.CONSLEG", "INFO.PROD")):
        data.clear(keep_tail=True)
    return Counter("".join("".join(str(t) for t in root.itertext()).split()).upper())


@pytest.mark.parametrize("name", GDPR)
def test_the_whole_of_a_real_act(name: str) -> None:
    path = ACTS / f"{name}.formex.xml"
    document = opened(path)
    text = document.text
    assert Counter(u.level for u in document.units) == {"recital": 173, "article": 99}
    check(document.units, 0, len(text))
    assert all(text[a.end : b.start] == "\n\n" for a, b in pairwise(document.blocks))
    assert not spoken(path) - Counter("".join(text.split()).upper()), "every word of the file is in the text"
    assert sum(b.kind == "note" for b in document.blocks) == len(document.links)


@pytest.mark.parametrize("name", GDPR)
def test_the_text_of_a_real_act_says_what_its_markup_says(name: str) -> None:
    document = opened(ACTS / f"{name}.formex.xml")
    found = eu.recognise(document.text, document.blocks, document.sections, False)
    assert found
    assert [(shape(u), u.start, u.end) for u in found[0].units] == [(shape(u), u.start, u.end) for u in document.units]


@pytest.mark.parametrize("page", [124, 127, 130, 133, 134, 136, 141, 143])
def test_each_annex_of_a_real_act(page: int) -> None:
    path = ACTS / f"ai-act-annexes/L_202401689EN.0{page}01.fmx.xml"
    document = opened(path)
    assert [u.level for u in document.units] == ["annex"]
    assert (document.units[0].start, document.units[0].end) == (0, len(document.text))
    assert spoken(path) == Counter("".join(document.text.split()).upper())
