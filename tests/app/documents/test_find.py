import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.find import find, line
from app.documents.text import structure
from model.folding import fold
from model.types import Span


def book(text: str) -> Document:
    return Document("T", text, (), ())


@pytest.mark.parametrize(
    ("text", "needle", "found"),
    [
        ("Call me Ishmael.", "call ME", ["Call me"]),
        ("“It’s  so,”\nhe said — twice", '"it\'s so," he said-twice', ["“It’s  so,”\nhe said — twice"]),
        ("看\n\n秋月春风", "看秋月", ["看\n\n秋月"]),
        ("第一回 宴桃园", "第１回", []),
        ("ＡＢＣ１２３", "abc123", ["ＡＢＣ１２３"]),
        ("Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("Straße", "stras", []),
        ("ﬁne ﬁsh", "fi", ["ﬁ", "ﬁ"]),
        ("İstanbul", "i\u0307stanbul", ["İstanbul"]),
        ("😀𠀀字😀", "𠀀字", ["𠀀字"]),
        ("cafe\u0301 café", "CAFÉ", ["cafe\u0301", "café"]),
        ("co\u00adoperate", "cooperate", ["co\u00adoperate"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("「好」", '"好"', ["「好」"]),
        ("abc", "  ", []),
        ("", "a", []),
    ],
)
def test_finding(text: str, needle: str, found: list[str]) -> None:
    assert [text[s.start : s.end] for s in find(book(text), needle)] == found


def folded_whole(text: str, needle: str) -> tuple[Span, ...]:
    """What is promised: the needle, folded, in the whole text, folded."""
    wanted = fold(needle).text.strip()
    folded = fold(text)
    spans: list[Span] = []
    at = folded.text.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        if whole := folded.whole(at, end):
            spans.append(folded.span(at, end))
        at = folded.text.find(wanted, end if whole else at + 1)
    return tuple(spans)


# Case, width, ligatures, marks apart and together, marks that fold from signs, quotes, dashes of all lengths,
# white space seen and unseen, jamo, compatibility ideographs, surrogates.
HARD = (
    "aAbBsSſkKßẞﬁﬀﬃfiIİıéeE\u0301\u0308´¨ŉαᾳ\u0345ΐσς \n\t\u3000\u00a0\u200b\u00ad\ufeff-—–−⁻…..‥·,，()（）「」“”\"''’"
    "第一回㈱株式會社ａＡ１1½⁄2²㎏kg가ᄀ\u1161각\u11a8かがゞ\u3099ﾞｶガ゛豈\uf900丽\U0002f800\ud800\udfff😀𠀀字"
)


@given(st.data())
def test_the_quick_way_finds_what_folding_the_whole_text_finds(data: st.DataObject) -> None:
    letters = data.draw(st.lists(st.sampled_from(HARD), min_size=1, max_size=8))
    text = data.draw(st.text(st.sampled_from(letters), max_size=40))
    start = data.draw(st.integers(0, len(text)))
    part = text[start : start + data.draw(st.integers(1, 8))]
    needle = data.draw(
        st.sampled_from([part, part.upper(), fold(part).text]) | st.text(st.sampled_from(letters), max_size=4)
    )
    assert find(book(text), needle) == folded_whole(text, needle)


@given(st.text(max_size=60), st.data())
def test_the_quick_way_in_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    needle = text[start : start + data.draw(st.integers(1, 6))]
    assert find(book(text), needle) == folded_whole(text, needle)


def test_long_texts_are_searched_at_once() -> None:
    text = "却说众人听了，都点头称是。It’s the “whale” — again…\n" * 10_000
    for needle in ("宝玉", "WHALE", "众人 听了", 'it\'s the "whale"-again...', "是。i"):
        begun = time.perf_counter()
        found = find(book(text), needle)
        assert time.perf_counter() - begun < 3
        assert len(found) in (0, 9_999, 10_000)


TEXT = st.text(alphabet="aBcß ﬁİ\u0301—“」 \n\u3000第一回，𠀀é", max_size=50)


@given(TEXT, TEXT)
def test_what_is_found_really_matches(text: str, needle: str) -> None:
    wanted = fold(needle).text.strip()
    spans = find(book(text), needle)
    assert all(fold(text[s.start : s.end]).text.strip() == wanted for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


@given(TEXT, st.data())
def test_every_part_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    part = text[start:end]
    # A part that begins or ends inside a letter and its mark is no part of a folded text.
    if fold(part).text.strip() and text[start : start + 1] != "\u0301" and text[end : end + 1] != "\u0301":
        assert find(book(text), part)


def test_a_line_of_context() -> None:
    text = "开头。\n" + "话说天下大势，" * 20 + "分久必合，\n" + "结尾。"
    document = Document("T", text, *structure(text, "T"))
    (span,) = find(document, "分久必合")
    shown = line(document, span)
    assert shown.startswith("…")
    assert "分久必合，" in shown
    assert "结尾" not in shown and "\n" not in shown
