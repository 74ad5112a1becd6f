"""Numbering: numerals parse back, lists count as their definitions say."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.documents.word.numbering import Numbering
from app.documents.word.numerals import written
from app.documents.word.styles import Style
from model.labels import number

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CHINESE = (
    "chineseCounting",
    "chineseCountingThousand",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "taiwaneseDigital",
    "ideographDigital",
    "ideographLegalTraditional",
    "chineseLegalSimplified",
    "japaneseCounting",
    "decimalFullWidth",
    "decimalZero",
)


@given(st.integers(1, 9999), st.sampled_from(CHINESE))
def test_chinese_numerals_parse_back(n: int, format: str) -> None:
    assert number(written(n, format)) == n


@given(st.integers(1, 3999), st.sampled_from(["upperRoman", "lowerRoman"]))
def test_roman_numerals_parse_back(n: int, format: str) -> None:
    assert number(written(n, format)) == n


@given(st.integers(1, 99), st.sampled_from(["cardinalText", "ordinalText"]))
def test_english_words_parse_back(n: int, format: str) -> None:
    assert number(written(n, format)) == n


@pytest.mark.parametrize(
    ("n", "format", "expected"),
    [
        (27, "lowerLetter", "aa"),
        (26, "upperLetter", "Z"),
        (53, "upperLetter", "AAA"),
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (101, "chineseCountingThousand", "一百〇一"),
        (110, "chineseCountingThousand", "一百一十"),
        (1010, "chineseCountingThousand", "一千〇一十"),
        (100, "chineseCounting", "一○○"),
        (111, "japaneseCounting", "百十一"),
        (11, "chineseLegalSimplified", "壹拾壹"),
        (3, "decimalEnclosedCircle", "③"),
        (21, "decimalEnclosedCircle", "21"),
        (4, "ideographTraditional", "丁"),
        (13, "ideographZodiacTraditional", "丙子"),
        (2, "ordinal", "2nd"),
        (112, "ordinal", "112th"),
        (0, "ordinal", "0th"),
        (7, "decimalZero", "07"),
        (7, "zeros3", "007"),
        (5, "none", ""),
        (5, "a format of tomorrow", "5"),
    ],
)
def test_numerals_as_word_writes_them(n: int, format: str, expected: str) -> None:
    assert written(n, format) == expected


FORMATS = (*CHINESE, "upperLetter", "russianLower", "aiueo", "ganada", "hex", "numberInDash", "cardinalText", "ordinal")


@given(st.integers(-(10**9), 10**9), st.sampled_from(FORMATS))
def test_any_number_is_written_shortly(n: int, format: str) -> None:
    assert 0 < len(written(n, format)) < 100


def level(i: int, text: str, format: str = "decimal", more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{i}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def lists(levels: str, nums: str = "", more: str = "") -> Numbering:
    """List 1 over the levels; further lists and definitions as given."""
    return Numbering(
        etree.fromstring(
            f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{more}'
            f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{nums}</w:numbering>'
        )
    )


def counted(numbering: Numbering, paragraphs: Sequence[tuple[str, int]]) -> list[str]:
    found = (numbering.number(Style(number=num, number_level=i), Style()) for num, i in paragraphs)
    return [n.text.strip() if n else "" for n in found]


THREE = level(0, "%1") + level(1, "%1.%2") + level(2, "%1.%2.%3")


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30))
def test_levels_count_like_an_outline(levels: list[int]) -> None:
    """Beside a plain count: a level left out counts as once used."""
    expected, counts = [], [0, 0, 0]
    for i in levels:
        counts = [c or 1 for c in counts[:i]] + [counts[i] + 1] + [0] * (2 - i)
        expected.append(".".join(str(c) for c in counts[: i + 1]))
    assert counted(lists(THREE), [("1", i) for i in levels]) == expected


def test_articles_chapters_and_items_of_a_chinese_law() -> None:
    numbering = lists(
        level(0, "第%1章", "chineseCountingThousand", '<w:suff w:val="space"/>')
        + level(1, "第%2条", "chineseCountingThousand", '<w:lvlRestart w:val="0"/>')
        + level(2, "（%3）", "chineseCounting", '<w:suff w:val="nothing"/>')
    )
    found = [numbering.number(Style(number="1", number_level=i), Style()) for i in (0, 1, 2, 2, 1, 0, 1)]
    assert [n.text for n in found if n] == ["第一章 ", "第一条 ", "（一）", "（二）", "第二条 ", "第二章 ", "第三条 "]
    assert [n.kind for n in found if n] == ["label", "label", "mark", "mark", "label", "label", "label"]


def test_lists_of_one_definition_count_together_until_one_starts_anew() -> None:
    more = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )
    numbers = counted(lists(THREE, more), [(n, 0) for n in "1123312"])
    assert numbers == ["1", "2", "3", "7", "8", "9", "10"]


def test_a_list_may_write_the_same_count_in_its_own_way() -> None:
    more = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        f"{level(0, '(%1)', 'upperLetter')}</w:lvlOverride></w:num>"
    )
    assert counted(lists(THREE, more), [("1", 0), ("2", 0), ("1", 0)]) == ["1", "(B)", "3"]


def test_a_level_restarts_only_after_the_one_it_names() -> None:
    levels = level(0, "%1") + level(1, "%2") + level(2, "%3", more='<w:lvlRestart w:val="1"/>')
    assert counted(lists(levels), [("1", i) for i in (0, 1, 2, 1, 2, 0, 1, 2)]) == [
        "1",
        "1",
        "1",
        "2",
        "2",
        "2",
        "1",
        "1",
    ]


def test_legal_numbering_is_decimal_throughout() -> None:
    levels = level(0, "%1", "upperRoman") + level(1, "%1.%2", more="<w:isLgl/>")
    assert counted(lists(levels), [("1", 0), ("1", 1)]) == ["I", "1.1"]


def test_a_style_finds_the_level_that_names_it() -> None:
    numbering = lists(level(0, "%1.") + level(1, "%1.%2", more='<w:pStyle w:val="H2"/>'))
    styles = Style(number="1", ids=("H1",)), Style(number="1", ids=("Mine", "H2"))
    assert [n.text for s in styles if (n := numbering.number(Style(), s))] == ["1. ", "1.1 "]


def test_a_definition_may_only_name_the_style_whose_list_it_is() -> None:
    more = (
        '<w:abstractNum w:abstractNumId="9"><w:numStyleLink w:val="S"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="8"><w:styleLink w:val="S"/>{level(0, "§ %1")}</w:abstractNum>'
    )
    numbering = lists(THREE, '<w:num w:numId="5"><w:abstractNumId w:val="9"/></w:num>', more)
    assert counted(numbering, [("5", 0), ("5", 0)]) == ["§ 1", "§ 2"]


@pytest.mark.parametrize(
    ("text", "font", "expected"),
    [
        ("\uf0b7", "Symbol", "•"),
        ("\uf0fc", "Wingdings", "✓"),
        ("§", "Wingdings", "▪"),
        ("o", "Courier New", "•"),
        ("–", "Arial", "–"),
    ],
)
def test_bullets_are_what_their_font_shows(text: str, font: str, expected: str) -> None:
    numbering = lists(level(0, text, "bullet", f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>'))
    assert counted(numbering, [("1", 0)]) == [expected]


@pytest.mark.parametrize(("num", "at"), [("0", 0), ("77", 0), ("1", 40), ("1", -1)])
def test_no_list_no_number(num: str, at: int) -> None:
    assert counted(lists(THREE), [(num, at)]) == [""]


def test_a_document_without_lists() -> None:
    assert counted(Numbering(None), [("1", 0)]) == [""]


def test_what_stands_before_a_paragraph_stays_short() -> None:
    assert len(counted(lists(level(0, "x" * 10**6 + "%1")), [("1", 0)])[0]) <= 100
