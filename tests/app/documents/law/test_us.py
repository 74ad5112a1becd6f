import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.document import Block, Document, Law, Section
from app.documents.law import nesting, us, uslm
from app.documents.text import read
from tests.app.documents.law.wholeness import nested, paths

DATA = Path(__file__).parents[5] / "shared/data"
LAWS = DATA / "qa/laws"
US = DATA / "docs/2-law/us"


def recognised(text: str, insist: bool = False) -> tuple[Document, Law, tuple[Section, ...]]:
    document = read(Path("law.txt"), text.encode())
    found = us.recognise(document.text, document.blocks, document.sections, insist)
    assert found
    nested(found[0].units, 0, len(document.text))
    return document, *found


@cache
def real(path: Path) -> Document:
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return read(path, path.read_bytes())


def blocks_of(lines: list[str]) -> tuple[str, list[Block]]:
    blocks, place = [], 0
    for line in lines:
        blocks.append(Block(place, place + len(line), "paragraph"))
        place += len(line) + 1
    return "\n".join(lines), blocks


def numbers(lines: list[str]) -> list[str]:
    text, blocks = blocks_of(lines)
    return ["/".join(path) for path, _ in paths(nesting.parts(text, blocks))]


def test_every_section_of_title_17_stands_where_the_gold_has_it() -> None:
    document = real(LAWS / "USC17.txt")
    found = us.recognise(document.text, document.blocks, document.sections, False)
    assert found
    gold = [json.loads(row) for row in (LAWS / "USC17.sections.jsonl").read_text("utf-8").splitlines()]
    assert len(gold) == 136
    # Where a title runs over two lines the gold counts them as two titles.
    assert [(u.number, u.start, u.end, " ".join(u.path)) for u in found[0].units] == [
        (g["no"], g["start"], g["end"], " ".join(g["path"])) for g in gold
    ]


def test_parts_of_title_17_nest_as_its_own_markup_says() -> None:
    """The plain labels of the XML edition, read as plain text, give the tree that the XML spells out."""
    path = US / "usc/usc17.xml"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    document = uslm.read(path, path.read_bytes())
    marked, found = [], []
    for unit in document.units:
        blocks = [b for b in document.blocks_at(unit.start, unit.end) if b.kind != "heading"]
        marked += [(unit.number, p, u.level) for p, u in paths(unit.parts)]
        found += [(unit.number, p, u.level) for p, u in paths(nesting.parts(document.text, blocks))]
    assert len(set(marked) & set(found)) > 0.97 * len(set(marked))


CODE = """TITLE 99 - TRIALS

CHAPTER 1 - RIGHTS

§ 101. Rights
(a) In General. - Under this title -
(1) one; and
(2) two,
as the case may be.
(b) More.

§ 78u-4. Numbers
Words.

TITLE 99 - TRIALS

CHAPTER 2 - REMEDIES

SUBCHAPTER A - COURTS

§ 201. Repealed. Act of 2001.

§ 202a. Last
Words of section 101.
"""


def test_sections_divisions_and_numbers_of_a_code() -> None:
    document, law, sections = recognised(CODE.replace("78u-4", "178u–4"))
    assert law.jurisdiction == "US"
    assert [(u.label, u.number, u.repealed) for u in law.units] == [
        ("§ 101.", "101", False),
        ("§ 178u–4.", "178u-4", False),
        ("§ 201.", "201", True),
        ("§ 202a.", "202a", False),
    ]
    assert law.units[2].path == ("TITLE 99 - TRIALS", "CHAPTER 2 - REMEDIES", "SUBCHAPTER A - COURTS")
    assert [s.title for s in sections] == [
        "TITLE 99 - TRIALS",
        "CHAPTER 1 - RIGHTS",
        "CHAPTER 2 - REMEDIES",
        "SUBCHAPTER A - COURTS",
    ]
    parts = {"/".join(p): document.text[u.start : u.end] for p, u in paths(law.units[0].parts)}
    assert parts["a"].endswith("as the case may be.")
    assert parts["a/2"] == "(2) two,"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["§ 27.1 Scope.", "§ 27.2 Forms.", "§ 27.10 Terms."], ["27.1", "27.2", "27.10"]),
        (["§ 1910.94 Air.", "§ 1910.95 Noise.", "§ 1910.1001 Dust."], ["1910.94", "1910.95", "1910.1001"]),
        (["SECTION 1. TITLE.", "SEC. 2. TERMS.", "SEC. 3A. RULES."], ["1", "2", "3A"]),
    ],
)
def test_numbers_of_regulations_and_acts(labels: list[str], expected: list[str]) -> None:
    body = "The rules of this part apply to all of the persons that it names, and to no other person.\n\n"
    _, law, _ = recognised("\n\n".join(f"{label}\n\n{body}" for label in labels))
    assert [u.number for u in law.units] == expected


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"§ {n} Rechte\n\nDas Recht ist nicht die Sache des Staates und der Person.\n\n" for n in range(1, 9)),
        "".join(f"Article {n}\n\nThe Member States shall see to it that it is so.\n\n" for n in range(1, 9)),
        "We the People of the town went home. " * 20 + "\n\n" + "He slept.\n\n" * 30,
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    document = read(Path("x.txt"), text.encode())
    assert us.recognise(document.text, document.blocks, document.sections, False) is None


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (
            "(a) (1) (A) (i) (I) (aa) (bb) (II) (ii) (B) (2) (b)",
            "a a/1 a/1/A a/1/A/i a/1/A/i/I a/1/A/i/I/aa a/1/A/i/I/bb a/1/A/i/II a/1/A/ii a/1/B a/2 b",
        ),
        ("(a) (b) (c) (d) (e) (f) (g) (h) (i) (j)", "a b c d e f g h i j"),
        ("(g) (h) (1) (A) (i) (ii) (B) (i) (2) (i) (j)", None),
        ("(1) (2) (3)", "1 2 3"),
        ("(u) (v) (w) (x) (y) (z) (aa) (bb)", None),
        ("(a) (1) (i) (ii) (iii) (iv) (v) (vi) (2) (b)", "a a/1 a/1/i a/1/ii a/1/iii a/1/iv a/1/v a/1/vi a/2 b"),
        ("(a) (c) (2A)", "a c"),
    ],
)
def test_labels_nest_by_what_is_open_and_by_order(labels: str, expected: str | None) -> None:
    found = numbers([f"{label} words" for label in labels.split()])
    if expected:
        assert found == expected.split()


def test_an_i_after_h_is_a_letter_or_a_clause_by_what_comes_next() -> None:
    letters = [f"({c}) words." for c in "abcdefgh"]
    assert numbers([*letters, "(i) words.", "(j) words."])[-2:] == ["i", "j"]
    assert numbers([*letters, "(i) words;", "(ii) words."])[-2:] == ["h/i", "h/ii"]
    assert numbers([*letters, "(i) last."])[-1] == "i"
    assert numbers([*letters[:-1], "(h) either -", "(i) last."])[-1] == "h/i"


def test_labels_run_together_open_one_another() -> None:
    assert numbers(["(a)(1)(A) words", "(B) words", "(2) words", "(b)(1) words"]) == [
        "a",
        "a/1",
        "a/1/A",
        "a/1/B",
        "a/2",
        "b",
        "b/1",
    ]


LABELS = ["a", "b", "h", "i", "ii", "v", "x", "1", "2", "A", "B", "I", "II", "aa", "bb", "2A", "zz"]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(LABELS), max_size=3),
            st.sampled_from(["words", "words -", ""]),
        )
    )
)
def test_whatever_the_labels_the_parts_nest(rows: list[tuple[list[str], str]]) -> None:
    text, blocks = blocks_of(["".join(f"({label})" for label in row) + f" {end}." for row, end in rows])
    nested(nesting.parts(text, blocks), 0, len(text))


@pytest.mark.parametrize(
    ("name", "first", "amendments"),
    [("us_constitution_27-amendments.txt", "Article 1", 27), ("us_constitution_25-amendments.md", "Article One", 25)],
)
def test_the_constitution(name: str, first: str, amendments: int) -> None:
    document = real(US / name)
    found = us.recognise(document.text, document.blocks, document.sections, False)
    assert found
    law, sections = found
    levels = [u.level for u in law.units]
    assert levels == ["preamble"] + ["article"] * 7 + ["amendment"] * amendments
    assert [u.number for u in law.units[1:]] == [*map(str, range(1, 8)), *map(str, range(1, amendments + 1))]
    assert law.units[1].label == first
    assert [p.number for p in law.units[1].parts] == [str(n) for n in range(1, 11)]
    eighth = law.units[1].parts[7]
    assert len(eighth.parts) == 18
    clause = eighth.parts[2]
    assert document.text[clause.start : clause.end].lower().startswith("to regulate commerce with foreign nations")
    assert [p.level for p in law.units[8 + 13].parts] == ["section"] * 5
    assert "Attest" not in document.text[law.units[7].start : law.units[7].end]
    assert sum(s.title.startswith(("Article", "Amendment")) for s in sections) == 7 + amendments


CONSTITUTION = "We the People of the United States do ordain.\n\n" + "".join(
    f"ARTICLE {n}\n\nSection 1.\n\nAll Powers are vested.\n\nSection 2.\n\nThe House is composed.\n\n"
    for n in ("I", "II", "III", "IV", "V", "VI", "VII")
)


def test_roman_articles_and_amendments() -> None:
    _, law, _ = recognised(
        CONSTITUTION
        + "AMENDMENTS\n\nAMENDMENT I\n\nCongress shall make no law.\n\nAMENDMENT XIV\n\nSection 1.\n\nAll.\n"
    )
    assert [(u.label, u.number, u.level) for u in law.units][-2:] == [
        ("AMENDMENT I", "1", "amendment"),
        ("AMENDMENT XIV", "14", "amendment"),
    ]
    assert law.units[-1].path == ("AMENDMENTS",)
    assert [p.label for p in law.units[1].parts] == ["Section 1", "Section 2"]
