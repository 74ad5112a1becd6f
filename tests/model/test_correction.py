"""Correction: a wrong number is put right by the article that bears the claim; a right one is left alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.correction import corrections, label_of, named_units
from model.types import Correction, Source, Span
from tests.model.test_labels import write_chinese, write_roman

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
HAN_FORMS = [
    lambda n: f"第{write_chinese(n)}条",
    lambda n: f"第{write_chinese(n).replace('零', '〇')}條",
    lambda n: f"第{n}条",
    lambda n: f"第 {n} 條",
    lambda n: f"第{str(n).translate(FULL_WIDTH)}条",
    lambda n: f"民法典{n}条",
]
INSERTED_FORMS = [
    lambda n, x: f"第{write_chinese(n)}条之{write_chinese(x)}",
    lambda n, x: f"第{n}条之{x}",
    lambda n, x: f"第{str(n).translate(FULL_WIDTH)}条の{write_chinese(x)}",
]
ARTICLE_FORMS = [
    lambda n: f"Article {n}",
    lambda n: f"article {n}(1)(a)",
    lambda n: f"Art. {n}",
    lambda n: f"Article {write_roman(n)}",
]
SECTION_FORMS = [lambda n: f"§ {n}", lambda n: f"§{n}(b)", lambda n: f"Section {n}", lambda n: f"section {n}"]
NUMBERS = st.lists(st.integers(1, 1300), min_size=2, max_size=6, unique=True)


def law(units: Sequence[str], title: str = "中华人民共和国民法典") -> Source:
    spans, text = [], ""
    for unit in units:
        spans.append(Span(len(text), len(text) + len(unit)))
        text += unit + "\n"
    blocks = tuple(spans)
    return Source("k", title, "zh", text, blocks, tuple("" for _ in blocks), blocks, blocks)


def said(source: Source, claim: str, *cited: int) -> list[tuple[str, str]]:
    return [(c.said, c.right) for c in corrections(source, claim, [source.units[i] for i in cited])]


CODE = law(
    [
        "第五百条　订立合同。",
        "第五百七十七条　违约责任。",
        "第五百八十五条　约定违约金，依照第五百条办理。",
        "第五百八十五条之一　增加一条。",
    ]
)
GDPR = law(
    ["(17) Recital.", "Article 17 Right to erasure", "Article 18 Restriction", "Article 18a Notification", "ANNEX I"],
    "General Data Protection Regulation (GDPR)",
)


@given(NUMBERS, st.data())
def test_a_wrong_number_in_any_form_is_put_right(numbers: list[int], data: st.DataObject) -> None:
    forms, label, wrong = data.draw(
        st.sampled_from(
            [
                (HAN_FORMS, lambda n: f"第{write_chinese(n)}条", "按照{}，应当赔偿。"),
                (ARTICLE_FORMS, lambda n: f"Article {n}", "Under {} the data are erased."),
                (SECTION_FORMS, lambda n: f"§ {n}", "Under {}, the owner may sue."),
                (SECTION_FORMS, lambda n: f"{n}", "By {} the owner may sue."),
            ]
        )
    )
    units = [label(n) for n in numbers]
    source = law([f"{unit}　Words of its own.\nMore." if unit[0] == "第" else f"{unit} Words." for unit in units])
    named, cited = data.draw(st.permutations(range(len(numbers))))[:2]
    claim = wrong.format(data.draw(st.sampled_from(forms))(numbers[named]))
    inside = Span(source.units[cited].end - 3, source.units[cited].end)
    (correction,) = corrections(source, claim, [inside])
    assert correction.right == units[cited] and correction.said in claim
    assert named_units(source, claim) == (source.units[named],) == named_units(source, correction.said)
    assert corrections(source, claim, [source.units[named]]) == ()
    assert corrections(source, claim, []) == ()
    both = claim + wrong.format(data.draw(st.sampled_from(forms))(numbers[cited]))
    assert corrections(source, both, [source.units[named], source.units[cited]]) == ()
    assert corrections(source, both, [inside]) == ()


@given(st.integers(1, 999), st.integers(1, 30), st.data())
def test_inserted_articles_are_their_own(n: int, x: int, data: st.DataObject) -> None:
    source = law([f"第{write_chinese(n)}条　甲。", f"第{write_chinese(n)}条之{write_chinese(x)}　乙。"])
    claim = data.draw(st.sampled_from(INSERTED_FORMS))(n, x) + "规定乙。"
    assert named_units(source, claim) == (source.units[1],)
    assert said(source, claim, 1) == []
    assert said(source, claim, 0) == [(claim[:-4], f"第{write_chinese(n)}条")]


@given(
    st.text(alphabet="第条之一五百零万5８-–§ArticleSon IXV至、()《》法a.", max_size=40), st.sampled_from([CODE, GDPR])
)
def test_whatever_is_claimed_a_correction_quotes_it(claim: str, source: Source) -> None:
    named = named_units(source, claim)
    assert set(named) <= set(source.units)
    for cited in source.units:
        for correction in corrections(source, claim, [cited]):
            assert correction.said in claim and cited not in named
            assert correction.right == label_of(source.text[cited.start : cited.end]) != ""


@pytest.mark.parametrize(
    ("claim", "cited", "right"),
    [
        ("第577条规定了违约金。", 2, [("第577条", "第五百八十五条")]),
        ("根据民法典第五百七十七条第二款", 2, [("第五百七十七条", "第五百八十五条")]),
        ("依照本法第九千条", 2, [("第九千条", "第五百八十五条")]),
        ("577条和585条", 2, []),  # the article that it cites it names as well
        ("依照第五百条", 2, []),  # the cited article itself refers to it
        ("第五百七十七条至第五百八十五条之一", 2, []),
        ("第577—600条", 2, [("第577—600条", "第五百八十五条")]),  # no article of this law ends that range
        ("第500-585条", 1, []),
        ("共1260条", 2, []),
        ("第五百八十五条之一般情形", 2, []),
        ("刑法第五百七十七条", 2, []),
        ("《劳动合同法》第五百七十七条", 2, []),
        ("《中华人民共和国民法典》第五百七十七条", 2, [("第五百七十七条", "第五百八十五条")]),
        ("没有编号", 2, []),
    ],
)
def test_chinese_claims(claim: str, cited: int, right: list[tuple[str, str]]) -> None:
    assert said(CODE, claim, cited) == right


@pytest.mark.parametrize(
    ("claim", "cited", "right"),
    [
        ("Under Article 17(1)(a) it is so.", 2, [("Article 17", "Article 18")]),
        ("Article seventeen says so.", 3, [("Article seventeen", "Article 18a")]),
        ("Articles 17 and 18", 3, [("Articles 17", "Article 18a"), ("18", "Article 18a")]),
        ("Articles 17, 18 and 18a", 3, []),
        ("Articles 17 to 18a", 2, []),
        ("Articles 17–18", 1, []),
        ("Article 17 of the GDPR", 2, [("Article 17", "Article 18")]),
        ("Article 17 of the Regulation", 2, [("Article 17", "Article 18")]),
        ("Article 17 of the Data Act", 2, []),
        ("Article 17", 0, []),  # a recital has no article's number to offer
        ("Section 17 says so.", 2, []),  # this law has no sections
        ("It costs 17.5 euros, and Article 18.5 costs more.", 1, []),
    ],
)
def test_english_claims(claim: str, cited: int, right: list[tuple[str, str]]) -> None:
    assert said(GDPR, claim, cited) == right


def test_a_citation_over_two_articles_bears_both() -> None:
    both = Span(CODE.units[1].start + 3, CODE.units[2].start + 3)
    assert corrections(CODE, "第577条", [both]) == () and named_units(CODE, "第577条") == (CODE.units[1],)
    assert corrections(CODE, "第500条之3", [both]) == (Correction("第500条之3", "第五百七十七条"),)


def test_prose_has_no_numbers_to_correct() -> None:
    prose = law(["Mr. Hallam kept two clocks."])
    assert corrections(prose, "Article 17", prose.units) == ()
    bare = Source("k", "T", "en", "Words.", (Span(0, 6),), ("",), (Span(0, 6),))
    assert corrections(bare, "Article 17", bare.blocks) == () == named_units(bare, "Article 17")


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        ("第五百八十五条　当事人", "第五百八十五条"),
        ("第一百三十三条之一　在道路上", "第一百三十三条之一"),
        ("§ 101. Definitions", "§ 101"),
        ("Article 17 - Right to erasure", "Article 17"),
        ("Article One\n\nSection 1.", "Article One"),
        ("52 Ballot procedure", "52"),
        ("2ZA Meaning", "2ZA"),
        ("§ 78u–4. Private", "§ 78u–4"),
        ("(17) The protection", ""),
        ("一、在刑法第三十七条后", ""),
        ("ANNEX XII", ""),
    ],
)
def test_the_label_of_a_unit(unit: str, label: str) -> None:
    assert label_of(unit) == label
