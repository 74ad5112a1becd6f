"""Correction: a wrong number is put right by the article that bears the claim; a right one is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.law.correction import corrected, corrections
from app.documents.shelf import shelf
from model.types import Cited, Claim, Correction, Span
from tests.app.documents.law.test_question import chinese, english, law, novel
from tests.model.test_labels import write_chinese

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
HAN_FORMS = [
    lambda n: f"第{write_chinese(n)}条",
    lambda n: f"第{write_chinese(n)}條",
    lambda n: f"第{n}条",
    lambda n: f"第{str(n).translate(FULL_WIDTH)}条",
]
ENGLISH_FORMS = [lambda n: f"Article {n}", lambda n: f"article {n}(1)", lambda n: f"Art. {n}"]
CODE = law(
    "中华人民共和国民法典\n第五百条　订立合同。\n第五百七十七条　违约责任。\n"
    "第五百八十五条　约定违约金，依照第五百条办理。\n第五百八十五条之一　增加一条。\n"
)


def said(document: Document, claim: str, *cited: int) -> list[tuple[str, str]]:
    spans = [Span(document.units[i].start, document.units[i].end) for i in cited]
    return [(c.said, c.right) for c in corrections(document, claim, spans)]


@given(st.integers(1, 1300), st.integers(3, 6), st.data())
def test_a_wrong_number_in_any_form_is_put_right(first: int, count: int, data: st.DataObject) -> None:
    forms, line, wrong = data.draw(
        st.sampled_from(
            [
                (HAN_FORMS, "第{}条　自己的话。", "按照{}，应当赔偿。"),
                (ENGLISH_FORMS, "Article {} - Title\n(1) Words of its own.\n", "Under {} the data are erased."),
            ]
        )
    )
    own, title = (write_chinese, "中华人民共和国某某法") if forms is HAN_FORMS else (str, "An Act")
    numbers = range(first, first + count)
    document = law("\n".join([title, *(line.format(own(n)) for n in numbers)]))
    assert [u.number for u in document.units] == [str(n) for n in numbers]
    named, cited = data.draw(st.permutations(range(count)))[:2]
    claim = wrong.format(data.draw(st.sampled_from(forms))(numbers[named]))
    inside = document.units[cited].end - 3
    (correction,) = corrections(document, claim, [Span(inside, inside + 2)])
    assert correction.right == document.units[cited].label and correction.said in claim
    assert said(document, claim, named) == [] and corrections(document, claim, []) == ()
    both = claim + wrong.format(data.draw(st.sampled_from(forms))(numbers[cited]))
    assert said(document, both, named, cited) == [] == said(document, both, cited)


@given(st.text(alphabet="第条之一五百零万5８-–§ArticleSon IXV至、()《》法a.", max_size=40), st.booleans())
def test_whatever_is_claimed_a_correction_quotes_it(claim: str, han: bool) -> None:
    document = CODE if han else english()
    for number, unit in enumerate(document.units):
        for words, right in said(document, claim, number):
            assert words in claim and words and right == unit.label


@pytest.mark.parametrize(
    ("claim", "cited", "right"),
    [
        ("第577条规定了违约金。", 2, [("第577条", "第五百八十五条")]),
        ("577条规定了违约金。", 2, [("577条", "第五百八十五条")]),
        ("根据民法典第五百七十七条", 2, [("第五百七十七条", "第五百八十五条")]),
        ("依照本法第九千条", 2, [("本法第九千条", "第五百八十五条")]),
        ("577条和585条", 2, []),  # the article that it cites it names as well
        ("依照第五百条", 2, []),  # the cited article itself refers to it
        ("第五百七十七条至第五百八十五条之一", 2, []),
        ("第500-585条", 1, []),
        ("共1260条", 2, []),
        ("577", 2, []),  # an answer in figures is an amount
        ("刑法第五百七十七条", 2, []),
        ("《劳动合同法》第五百七十七条", 2, []),
        ("《中华人民共和国民法典》第五百七十七条", 2, [("第五百七十七条", "第五百八十五条")]),
        ("第五百八十五条之一", 2, [("第五百八十五条之一", "第五百八十五条")]),
        ("没有编号", 2, []),
        ("Under Article 577 damages are due.", 2, [("Article 577", "第五百八十五条")]),
    ],
)
def test_chinese_laws(claim: str, cited: int, right: list[tuple[str, str]]) -> None:
    assert said(CODE, claim, cited) == right


@pytest.mark.parametrize(
    ("claim", "cited", "right"),
    [
        ("Under Article 2(1)(a) it is so.", 2, [("Article 2(1)(a)", "Article 3")]),
        ("Article two says so.", 3, [("Article two", "Article 3a")]),
        ("Articles 2, 3 and 3a", 3, []),
        ("Articles 2 to 3a", 2, []),
        ("Article 2 of the GDPR", 2, [("Article 2", "Article 3")]),
        ("Article 2 of this Regulation", 2, [("Article 2", "Article 3")]),
        ("Article 2 of the Data Act", 2, []),
        ("Article 4 is in view.", 1, []),  # the cited article itself refers to it
        ("It costs 2.5 euros.", 2, []),
        ("第二条规定了义务。", 2, [("第二条", "Article 3")]),
    ],
)
def test_english_laws(claim: str, cited: int, right: list[tuple[str, str]]) -> None:
    assert said(english(), claim, cited) == right


def test_a_citation_over_two_articles_bears_both() -> None:
    both = Span(CODE.units[1].start + 3, CODE.units[2].start + 3)
    assert corrections(CODE, "第577条", [both]) == ()
    assert corrections(CODE, "第500条之3", [both]) == (Correction("第500条之3", "第五百七十七条"),)


def test_a_recital_has_no_article_s_number_to_offer() -> None:
    act = law(
        "Regulation (EU) 2016/679\n\nWhereas:\n(1) First.\n(2) Second.\n\nArticle 1\nWords.\n\nArticle 2\nMore.\n"
    )
    recital = next(u for u in act.units if u.level == "recital")
    assert corrections(act, "Article 2", [Span(recital.start, recital.end)]) == ()


def test_prose_has_no_numbers_to_correct() -> None:
    book = novel()
    assert corrections(book, "Article 5", [Span(0, len(book.text))]) == ()


def test_on_a_shelf_the_volume_that_is_cited_counts() -> None:
    documents = shelf([novel(), chinese("甲某法")])
    unit = documents.volumes[1].document.units[2]
    start = documents.volumes[1].start
    cited = (Span(unit.start + start, unit.end + start),)
    (claim,) = corrected(documents, Cited(True, (Claim("第五条说的。", "full", cited),))).claims
    assert [(c.said, c.right) for c in claim.corrections] == [("第五条", "第二条之一")]
    assert not corrected(documents, Cited(True, (Claim("Article 5", "full", (Span(0, 9),)),))).claims[0].corrections
