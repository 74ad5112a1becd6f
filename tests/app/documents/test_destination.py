"""Words lead where a reader means, in any form; where they lead nowhere, a sentence says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.documents.destination import Destinations, numeral
from app.documents.document import Block, Document, Page, Section
from app.documents.open import open_document
from app.documents.shelf import shelf
from model.types import Problem


def led(document: Document, words: str) -> str:
    span = Destinations(document).find(words)
    return document.text[span.start : span.end]


@pytest.mark.parametrize("words", ["12", "十二", "第12条", "第十二条", "12条", "Art. 12", "article 12", "§ 12"])
def test_an_article_is_found_by_any_numeral(samples: Path, words: str) -> None:
    document = open_document(samples / "ferry-ordinance.zh.txt")
    assert led(document, words).startswith("第十二条")


@pytest.mark.parametrize("words", ["3", "Article 3", "art 3", "Art. 3", "第3条", "第三条", "III"])
def test_an_english_article_too(samples: Path, words: str) -> None:
    document = open_document(samples / "ferry-ordinance.en.txt")
    if words == "III":
        with pytest.raises(Problem):
            led(document, words)
    else:
        assert led(document, words).startswith("Article 3")


def test_parts_chapters_shares_and_offsets(samples: Path) -> None:
    document = open_document(samples / "ferry-ordinance.en.txt")
    assert led(document, "Art. 3(1)(a)").startswith("(a)")
    assert led(document, "Chapter 2").upper().startswith("CHAPTER II ")
    middle = Destinations(document).find("50%")
    assert middle.start <= len(document.text) // 2 <= middle.end
    assert Destinations(document).find("12000").start <= 12000
    tale = open_document(samples / "the-deaf-ground.epub")
    assert Destinations(tale).find("2").start == Destinations(tale).find("c2").start


@pytest.mark.parametrize(
    ("words", "code"),
    [("999", "no-article"), ("第九百九十九条", "no-article"), ("page 3", "no-pages"), ("the moon", "no-place")],
)
def test_what_is_not_there_is_a_problem(samples: Path, words: str, code: str) -> None:
    with pytest.raises(Problem) as problem:
        led(open_document(samples / "ferry-ordinance.zh.txt"), words)
    assert problem.value.code == code


def test_pages_go_by_their_labels(samples: Path) -> None:
    text = "preface\n\none\n\ntwo"
    blocks = (Block(0, 7, "paragraph"), Block(9, 12, "paragraph"), Block(14, 17, "paragraph"))
    pages = (Page("iv", 0, 9), Page("1", 9, 14), Page("2", 14, 17))
    document = Document("B", text, blocks, (Section("B", 1, 0, 17),), pages=pages)
    found = {words: led(document, words).strip() for words in ("page iv", "p. 1", "2", "第2页", "3页")}
    assert found == {"page iv": "preface", "p. 1": "one", "2": "two", "第2页": "two", "3页": "two"}
    with pytest.raises(Problem, match="no-page"):
        led(document, "page 9")


def test_on_a_shelf_an_article_of_several_laws_is_asked_for(samples: Path) -> None:
    both = shelf([open_document(samples / f"ferry-ordinance.{name}.txt") for name in ("en", "zh")])
    with pytest.raises(Problem) as problem:
        led(both, "12")
    assert problem.value.code == "many-places" and "第十二条" in str(problem.value.parameters["places"])
    assert led(both, "榆汀市渡运与码头示范条例:第十二条").startswith("第十二条")


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("007", "7"), ("106A", "106a"), ("447.11", "447.11"), ("133-1", "133-1"), ("第一百三十三条之一", "133-1"),
        ("廿", "20"), ("第十条第二款", ""), ("Article 6(1)", ""), ("hello", ""), ("", ""), ("１２", "12"),
    ],
)  # fmt: skip
def test_a_numeral_alone(words: str, plain: str) -> None:
    assert numeral(words) == plain
