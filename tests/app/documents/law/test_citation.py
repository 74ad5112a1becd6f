"""A place is cited as its own discipline does: real laws of every family, our samples, and prose."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.documents.document import Document
from app.documents.law.citation import cited, quoted
from app.documents.open import open_document
from app.documents.shelf import shelf
from model.types import Span

LAWS = Path(__file__).resolve().parents[5] / "shared" / "data" / "docs" / "2-law"


def law(name: str) -> Document:
    if not (LAWS / name).exists():
        pytest.skip(f"{LAWS / name} is not here")
    return open_document(LAWS / name)


def said(document: Document, words: str) -> Span:
    """Where an article says the words."""
    beside = ("recital", "preamble", "annex")
    unit = next(u for u in document.units if u.level not in beside and words in document.text[u.start : u.end])
    start = document.text.index(words, unit.start)
    return Span(start, start + len(words))


@pytest.mark.parametrize(
    ("name", "words", "citation"),
    [
        ("zh/txt/民法典.gb18030.txt", "当事人一方不履行合同义务", "《中华人民共和国民法典》第五百七十七条"),
        ("zh/txt/刑法.utf16le-bom.txt", "投放危险物质", "《中华人民共和国刑法》第十七条第二款"),
        ("de/BGB.md", "den Körper, die Gesundheit, die Freiheit", "§ 823 Abs. 1 BGB"),
        ("de/GG.md", "Die Würde des Menschen", "Art. 1 Abs. 1 Satz 1 GG"),
        ("eu/gdpr_consolidated_en.formex.xml", "no longer necessary", "Regulation (EU) 2016/679, Article 17(1)(a)"),
        (
            "eu/gdpr_consolidated_de.formex.xml",
            "nicht mehr notwendig",
            "Verordnung (EU) 2016/679, Artikel 17 Abs. 1 Buchst. a",
        ),
        ("uk/ukpga_20020016_en.clml.xml", "A claimant is entitled", "State Pension Credit Act 2002, s 1(2)"),
        ("us/usc/usc17.xml", "the fair use of a copyrighted work", "17 U.S.C. § 107"),
        ("us/usc/usc17.xml", "to reproduce the copyrighted work in copies", "17 U.S.C. § 106(1)"),
        ("us/us_constitution_27-amendments.txt", "To regulate Commerce", "U.S. Const. art. I, § 8, cl. 3"),
        ("us/us_constitution_27-amendments.txt", "Congress shall make no law", "U.S. Const. amend. I"),
        ("us/uslm2/CFR-2018-title27-vol3-uslm.xml", "Director", "27 C.F.R. § 447.11"),
        ("us/uslm2/COMPS-895.xml", "unreasonable risk of injury to health", "Toxic Substances Control Act, § 2(a)(2)"),
    ],
)  # fmt: skip
def test_a_real_law_is_cited_in_its_own_form(name: str, words: str, citation: str) -> None:
    document = law(name)
    assert cited(document, said(document, words)) == citation


def test_several_articles_are_cited_from_the_first_to_the_last(samples: Path) -> None:
    chinese = open_document(samples / "ferry-ordinance.zh.txt")
    english = open_document(samples / "ferry-ordinance.en.txt")
    first, third = chinese.units[0], chinese.units[2]
    assert cited(chinese, Span(first.start, third.end)) == "《榆汀市渡运与码头示范条例》第一条至第三条"
    first, third = english.units[0], english.units[2]
    title = "Model Ferries and Landings Ordinance of Yuting City"
    assert cited(english, Span(first.start, third.end)) == f"{title}, Articles 1–3"
    assert cited(english, Span(third.start, third.start)) == f"{title}, Article 3"
    assert cited(english, Span(third.start, third.end)) == f"{title}, Article 3"


def test_a_quotation_stands_in_the_marks_of_its_language(samples: Path) -> None:
    document = open_document(samples / "ferry-ordinance.zh.txt")
    words = document.text[document.units[1].start : document.units[1].end][:30]
    span = Span(document.units[1].start, document.units[1].start + 30)
    assert quoted(document, span) == f"“{''.join(words.split())}”（《榆汀市渡运与码头示范条例》第二条）"
    english = open_document(samples / "ferry-ordinance.en.txt")
    assert quoted(english, Span(english.units[0].start, english.units[0].end)).startswith("“Article 1")


def test_prose_is_cited_by_author_title_and_chapter(samples: Path) -> None:
    tale = open_document(samples / "the-deaf-ground.epub")
    place = tale.leaves[1].start + 50
    assert cited(tale, Span(place, place)) == f"The Tongdu project, The Deaf Ground, {tale.leaves[1].title}"
    chinese = open_document(samples / "shi-chi-ji.txt")
    place = chinese.leaves[1].start + 50
    assert cited(chinese, Span(place, place + 9)) == f"通读计划：《石尺记》，{chinese.leaves[1].title}"


def test_on_a_shelf_each_volume_is_cited_itself(samples: Path) -> None:
    both = shelf([open_document(samples / f"ferry-ordinance.{name}.txt") for name in ("en", "zh")])
    second = both.volumes[1]
    place = second.document.units[4].start + second.start
    assert cited(both, Span(place, place)) == "《榆汀市渡运与码头示范条例》第五条"
    assert cited(both, Span(0, 5)).startswith("Model Ferries and Landings Ordinance")


def test_an_empty_document_is_no_error() -> None:
    assert cited(Document("", "", (), ()), Span(0, 0)) == ""
