from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.find import find, line
from app.documents.text import structure
from model.folding import fold


def book(text: str) -> Document:
    blocks, sections = structure(text, "T")
    return Document("T", text, blocks, sections)


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
    document = book("开头。\n" + "话说天下大势，" * 20 + "分久必合，\n" + "结尾。")
    (span,) = find(document, "分久必合")
    shown = line(document, span)
    assert shown.startswith("…")
    assert "分久必合，" in shown
    assert "结尾" not in shown and "\n" not in shown
