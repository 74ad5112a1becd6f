import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Document, Law, Section, Unit
from app.documents.law import eu
from app.documents.open import open_document
from app.documents.text import read

DATA = Path(__file__).parents[5] / "shared/data"
ACTS = DATA / "docs/2-law/eu"

ACT = """Regulation (EU) 2030/1 of the European Parliament and of the Council

of 5 March 2030

on rules

THE EUROPEAN PARLIAMENT AND THE COUNCIL OF THE EUROPEAN UNION,

Having regard to the opinion of the Committee (1),

Whereas:

(1) Rules are needed.

(2)

Directive 95/46/EC of the Council (2) has rules.

They are old.

(3) This Regulation replaces them.

HAVE ADOPTED THIS REGULATION:

CHAPTER I

GENERAL PROVISIONS

Article 1

Subject matter

This Regulation lays down rules.

Article 2

Definitions

For the purposes of this Regulation:

(1) ‘rule’ means a rule;

(2) ‘operator’ means any of the following:

(a) a provider;

(b) a deployer;

CHAPTER II

OBLIGATIONS

SECTION 1

Operators

Article 3

Duties

1. Operators shall do the following:

(g) this letter begins no list;

(a) read the rules;

(b) follow these steps:

(i) stop;

(ii) think;

— slowly,

— twice;

and tell the result.

The first subparagraph applies to all.

2. Paragraph 1 applies to Article 4.

Article 3a

Exceptions

(deleted)

SECTION 2

Others

Article 4

Entry into force

It shall enter into force on the twentieth day.

This Regulation shall be binding in its entirety and directly applicable in all Member States.

Done at Brussels, 5 March 2030.

(1) OJ C 1, 1.1.2029, p. 1.

(2) Directive 95/46/EC of the Council (OJ L 281, 23.11.1995, p. 31).

ANNEX I

List of rules

1. First rule;

2. Second rule, with

(a) a point.

ANNEX II

Section A. Forms

1. Form one.

Section B. Notices

1. Notice one.

ISSN 1977-0677 (electronic edition)
"""


def recognised(text: str, insist: bool = False) -> tuple[Document, Law, tuple[Section, ...]] | None:
    document = read(Path("act.txt"), text.encode())
    found = eu.recognise(document.text, document.blocks, document.sections, insist)
    return (document, *found) if found else None


@cache
def act() -> tuple[Document, Law, tuple[Section, ...]]:
    found = recognised(ACT)
    assert found
    return found


def unit(law: Law, level: str, number: str) -> Unit:
    return next(u for u in law.units if (u.level, u.number) == (level, number))


def shape(parts: Sequence[Unit]) -> list[object]:
    """Numbers of parts, nested."""
    return [[p.number, *shape(p.parts)] if p.parts else p.number for p in parts]


def every(units: Sequence[Unit]) -> Iterator[Unit]:
    for found in units:
        yield found
        yield from every(found.parts)


def check(units: Sequence[Unit], start: int, end: int) -> None:
    """Units are ordered, disjoint and inside what holds them."""
    for found in units:
        assert start <= found.start < found.end <= end
        start = found.end
        check(found.parts, found.start, found.end)


def test_recitals_articles_and_annexes_are_the_units() -> None:
    document, law, _ = act()
    check(law.units, 0, len(document.text))
    assert law.jurisdiction == "EU"
    assert law.version == "2030-03-05"
    assert [(u.level, u.number) for u in law.units] == [
        *(("recital", n) for n in "123"),
        *(("article", n) for n in ("1", "2", "3", "3a", "4")),
        ("annex", "1"),
        ("annex", "2"),
    ]
    second = unit(law, "recital", "2")
    assert second.label == "(2)"
    assert document.text[second.start : second.end].endswith("They are old.")


def test_an_act_is_called_as_it_calls_itself(tmp_path: Path) -> None:
    path = tmp_path / "L_1.txt"
    path.write_text("Official Journal\n\nof the European Union\n\nL series\n\n" + ACT)
    document = open_document(path)
    name = "Regulation (EU) 2030/1 of the European Parliament and of the Council of 5 March 2030 on rules"
    assert (document.title, document.sections[0].title) == (name, name)


def test_a_bare_number_takes_its_title_from_the_next_line() -> None:
    assert [s.title for s in act()[2]][1:] == [
        "CHAPTER I GENERAL PROVISIONS",
        "CHAPTER II OBLIGATIONS",
        "SECTION 1 Operators",
        "SECTION 2 Others",
        "ANNEX I List of rules",
        "ANNEX II",
    ]
    assert unit(act()[1], "article", "3").path == ("CHAPTER II OBLIGATIONS", "SECTION 1 Operators")


def test_paragraphs_points_and_indents_nest() -> None:
    document, law, _ = act()
    article = unit(law, "article", "3")
    assert shape(article.parts) == [["1", "a", ["b", "i", ["ii", "1", "2"]]], "2"]
    assert [p.level for p in every(article.parts)] == [
        "paragraph",
        "point",
        "point",
        "subpoint",
        "subpoint",
        "indent",
        "indent",
        "paragraph",
    ]
    first = article.parts[0]
    assert document.text[first.start : first.end].endswith("The first subparagraph applies to all.")
    assert document.text[first.parts[1].start : first.parts[1].end].endswith("twice;")


def test_definitions_are_points() -> None:
    parts = unit(act()[1], "article", "2").parts
    assert shape(parts) == ["1", ["2", "a", "b"]]
    assert [p.level for p in every(parts)] == ["point", "point", "subpoint", "subpoint"]


def test_the_act_ends_before_its_formula_signatures_and_footnotes() -> None:
    document, law, _ = act()
    last = unit(law, "article", "4")
    assert document.text[last.start : last.end].endswith("on the twentieth day.")
    assert document.text[law.units[-1].start : law.units[-1].end].endswith("Notice one.")


def test_sections_of_an_annex_count_anew() -> None:
    assert shape(unit(act()[1], "annex", "1").parts) == ["1", ["2", "a"]]
    assert shape(unit(act()[1], "annex", "2").parts) == [["A", "1"], ["B", "1"]]


def test_a_deleted_article_stays() -> None:
    assert [u.number for u in act()[1].units if u.repealed] == ["3a"]


@pytest.mark.parametrize("after", ["(i) next;\n\n(j) last.", "(i) inner;\n\n(ii) last."])
def test_i_is_a_letter_after_h_and_a_roman_numeral_below_it(after: str) -> None:
    letters = "\n\n".join(f"({c}) point {c};" for c in "abcdefg")
    found = recognised(f"Article 1\n\nThe Member States:\n\n{letters}\n\n(h) the following:\n\n{after}", insist=True)
    assert found
    expected = ["h", "i", "j"] if "(j)" in after else [["h", "i", "ii"]]
    assert shape(found[1].units[0].parts)[7:] == expected


def test_a_list_that_runs_on_in_one_paragraph_is_found() -> None:
    found = recognised(
        "Article 1\n\n1. The Member States shall: (a) read points (a), (b) and (c); (b) act, and (c) report:"
        " (i) soon; or (ii) later.\n\n2. Article 6(1), (b) applies.",
        insist=True,
    )
    assert found
    assert shape(found[1].units[0].parts) == [["1", "a", "b", ["c", "i", "ii"]], "2"]


def test_quoted_amendments_are_no_articles_of_the_act_that_makes_them() -> None:
    found = recognised(
        "Regulation of the European Union\n\nArticle 1\n\nThe following Articles are inserted:\n\n"
        "‘Article 5a\n\nOld\n\n1. One.\n\nArticle 5b\n\n2. Two.’\n\nArticle 2\n\nEntry.\n\nArticle 3\n\nAddressees.",
    )
    assert found
    assert [u.number for u in found[1].units] == ["1", "2", "3"]


CONSOLIDATED = """02030R0001 — EN — 01.07.2032 — 001.001

▼B

Regulation (EU) 2030/1

of 5 March 2030

Amended by:

►M1

Regulation (EU) 2031/7

▼B

Article 1

Old words.

▼M1

Article 1a

1. New words.

►M1 2. More of them. ◄

▼B

Article 2

Old words.
"""


def test_a_consolidated_text_says_which_act_its_wording_comes_from() -> None:
    found = recognised(CONSOLIDATED)
    assert found
    document, law, _ = found
    assert [(u.number, u.version) for u in law.units] == [("1", ""), ("1a", "M1"), ("2", "")]
    assert shape(law.units[1].parts) == ["1", "2"]
    assert law.version == "2032-07-01"
    assert [document.text[s.start : s.end] for s in law.history] == ["Amended by:", "►M1", "Regulation (EU) 2031/7"]
    assert document.text[law.units[0].start : law.units[0].end].endswith("Old words.")


def test_a_table_of_contents_holds_no_articles() -> None:
    names = [f"Article {n}" for n in range(1, 9)]
    body = "\n\n".join(f"{name}\n\nThe Member States shall follow rule {name}, as is right." for name in names)
    found = recognised("Contents\n\n" + "\n\n".join(names) + "\n\n" + body)
    assert found
    assert [u.label for u in found[1].units] == names
    assert all("follow rule" in found[0].text[u.start : u.end] for u in found[1].units)


def test_articles_of_an_annexed_agreement_are_its_parts() -> None:
    found = recognised(
        "The European Union\n\nHAS ADOPTED THIS DECISION:\n\nArticle 1\n\nApproved.\n\nArticle 2\n\nAddressed.\n\n"
        "ANNEX\n\nAgreement\n\nArticle 1\n\nPeace.\n\nArticle 2\n\nTrade.\n\nArticle 3\n\nEnd."
    )
    assert found
    assert [(u.level, u.number) for u in found[1].units] == [("article", "1"), ("article", "2"), ("annex", "")]
    assert [(p.level, p.number) for p in found[1].units[2].parts] == [("article", n) for n in "123"]


def test_a_german_act_is_read_by_its_own_words() -> None:
    articles = "\n\n".join(
        f"Artikel {n}\n\nTitel {n}\n\n(1) Satz.\n\n(2) Es gilt:\n\na) dies;\n\nb) das." for n in (1, 2, 3)
    )
    found = recognised(
        "Verordnung der Europäischen Union\n\nvom 27. April 2016\n\nin Erwägung nachstehender Gründe:\n\n(1) Grund.\n\n"
        f"HABEN FOLGENDE VERORDNUNG ERLASSEN:\n\nKAPITEL I\n\nAllgemeines\n\n{articles}"
    )
    assert found
    _, law, sections = found
    assert [(u.level, u.number) for u in law.units] == [("recital", "1"), *(("article", n) for n in "123")]
    assert shape(law.units[1].parts) == ["1", ["2", "a", "b"]]
    assert (law.version, sections[-1].title) == ("2016-04-27", "KAPITEL I Allgemeines")


def test_a_law_that_says_nothing_of_the_union_has_no_jurisdiction() -> None:
    found = recognised("\n\n".join(f"Article {n}\n\n1. This rule is rule {n}." for n in range(1, 6)))
    assert found
    assert found[1].jurisdiction == ""


STORY = "“Article {0},” he said.\n\nArticle {0}\n\n“Nobody shall leave,” she read aloud, and laughed.\n\nHe left.\n\n"


def test_a_story_with_articles_is_no_law() -> None:
    assert recognised("".join(STORY.format(n) for n in range(1, 9))) is None
    page = "He walked on through the rain, and nobody spoke to him for a long time.\n\n" * 60
    assert (
        recognised(page + "Article 1\n\nNo talking.\n\nArticle 2\n\nNo walking.\n\nArticle 3\n\nNo rain.\n\n" + page)
        is None
    )
    assert recognised("\n\n".join(f"Article {n}\n\n{page * 3}" for n in (1, 2, 3))) is None


LINES = st.sampled_from(
    [
        *ACT.splitlines()[::2],
        *(
            "Article 2",
            "Article 1 - Title",
            "ANNEX",
            "(a) x",
            "(i) y",
            "(h) z:",
            "1.1. w",
            "‘quote",
            "end’",
            "▼M1",
            "— d",
        ),
        *("Artikel 1", "Whereas:", "Section A", "(5) p", "CHAPTER I", "5. q", "Article 0 - Recitals"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=40))
def test_units_lie_in_order_inside_each_other_whatever_the_text(lines: list[str]) -> None:
    text = "\n\n".join(filter(None, lines))
    if text and (found := recognised(text, insist=True)):
        document, law, sections = found
        check(law.units, 0, len(document.text))
        assert all(document.text[u.start : u.end].strip() == document.text[u.start : u.end] for u in every(law.units))
        assert all(s.start < s.end for s in sections)


@cache
def opened(path: Path) -> Document:
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return open_document(path)


def test_every_article_of_the_gold_has_its_place_and_path() -> None:
    document = opened(DATA / "qa/laws/GDPR.txt")
    rows = (DATA / "qa/laws/GDPR.sections.jsonl").read_text("utf-8").splitlines()
    gold = [json.loads(row) for row in rows]
    assert len(gold) == 100
    assert [(u.number, u.start, u.end, list(u.path)) for u in document.units] == [
        (g["no"], g["start"], g["end"], g["path"]) for g in gold
    ]
    assert [p.number for p in document.units[-1].parts] == [str(n) for n in range(1, 174)]


@pytest.mark.parametrize(
    ("name", "counts", "paragraphs"),
    [
        ("gdpr_consolidated_en-made.txt", {"article": 99, "recital": 173}, 372),
        ("gdpr_consolidated_en-made.html", {"article": 99, "recital": 173}, 372),
        ("ai-act_2024-1689_en.txt", {"article": 113, "recital": 180, "annex": 13}, 500),
        ("ai-act_2024-1689_en.eurlex.html", {"article": 113, "recital": 180, "annex": 13}, 500),
    ],
)
def test_every_unit_of_a_real_act(name: str, counts: dict[str, int], paragraphs: int) -> None:
    document = opened(ACTS / name)
    assert document.law
    check(document.units, 0, len(document.text))
    assert Counter(u.level for u in document.units) == counts
    for level, count in counts.items():
        assert [u.number for u in document.units if u.level == level] == [str(n) for n in range(1, count + 1)]
    assert sum(u.level == "paragraph" for u in every(document.units)) == paragraphs


def test_the_web_page_and_the_text_of_an_act_have_the_same_parts() -> None:
    page, text = (opened(ACTS / f"ai-act_2024-1689_en.{kind}") for kind in ("eurlex.html", "txt"))
    assert [(u.level, u.number) for u in every(page.units)] == [(u.level, u.number) for u in every(text.units)]
    assert page.law
    assert page.law.version == "2024-06-13"
    assert "SECTION 1 Classification of AI systems as high-risk" in [s.title for s in page.sections]
