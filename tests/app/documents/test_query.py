"""Queries: what is typed becomes the tree that was meant, or one sentence that says what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.query import And, Not, Or, Phrase, Query, Word, parse, phrase, stem
from app.problems import REASONS, render
from model.types import Problem

A, B, C = Word("apple"), Word("boat"), Word("cat")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Apple", A),
        ("apple boat", And((A, B))),
        ("apple and boat", And((A, B))),
        ("apple & boat", And((A, B))),
        ("apple && boat", And((A, B))),
        ("apple与boat", Phrase("apple与boat")),
        ("apple 与 boat", And((A, B))),
        ("apple OR boat cat", Or((A, And((B, C))))),
        ("(apple | boat) cat", And((Or((A, B)), C))),
        ("（apple｜boat）cat", And((Or((A, B)), C))),
        ("apple 或 boat", Or((A, B))),
        ("apple NOT boat", And((A, Not(B)))),
        ("apple AND NOT boat", And((A, Not(B)))),
        ("apple -boat !cat", And((A, Not(B), Not(C)))),
        ("apple －boat 非 cat", And((A, Not(B), Not(C)))),
        ("apple NOT (boat OR cat)", And((A, And((Not(B), Not(C)))))),
        ("apple -(boat cat)", And((A, Or((Not(B), Not(C)))))),
        ('apple -"boat cat"', And((A, Not(Phrase("boat cat"))))),
        ("NOT NOT apple", A),
        ("apple or not boat", Or((A, Not(B)))),
        ('"Boat  and CAT"', Phrase("boat and cat")),
        ("“boat” 「不可抗力」『法人』", And((Phrase("boat"), Phrase("不可抗力"), Phrase("法人")))),
        ("“他说「好」”", Phrase('他说"好"')),
        ("penalt*", Phrase("penalt", True)),
        ("违约＊", Phrase("违约", True)),
        ("违约金 合同", And((Phrase("违约金"), Phrase("合同")))),
        ("ＡＰＰＬＥ, boat.", And((A, B))),
        ("apple , boat", And((A, B))),
        ("part-time", Phrase("part-time")),
        ("don’t", Word("don't")),
        ("§433", Phrase("§433")),
        ("第577条", Phrase("第577条")),
    ],
)
def test_what_is_typed_is_what_is_meant(typed: str, meant: Query) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "nothing to look for"),
        (" , ", "nothing to look for"),
        ('""', "nothing to look for"),
        ('apple "boat', "quotation mark"),
        ("“apple", "quotation mark"),
        ("(apple", "bracket is not closed"),
        ("apple)", "not opened"),
        ("apple ()", "missing"),
        ("apple AND", "missing"),
        ("OR apple", "missing"),
        ("apple AND OR boat", "missing"),
        ("NOT", "missing"),
        ("NOT apple", "only says"),
        ("-apple !boat", "only says"),
        ("NOT (apple OR NOT (boat AND cat)) -cat NOT boat", ""),
        ("NOT (apple OR boat)", "only says"),
        ("apple - boat", "minus"),
        ("app*le", "end of a word"),
        ("*apple", "end of a word"),
        ("*", "end of a word"),
        ("(" * 10_000 + "apple" + ")" * 10_000, "nested"),
    ],
)
def test_a_malformed_query_is_refused_in_one_sentence(typed: str, reason: str) -> None:
    if not reason:
        parse(typed)
        return
    with pytest.raises(Problem) as caught:
        parse(typed)
    said = render(caught.value.code, caught.value.parameters)
    assert caught.value.code == "query" and reason in said and len(said) < 300
    assert caught.value.parameters["reason"] in REASONS


def test_the_example_in_the_sentence_is_a_query() -> None:
    for language, end in (("en", ": "), ("zh", "：")):
        example = render("query", {"query": "x", "reason": "y"}, language).rpartition(end)[2]
        assert isinstance(parse(example.rstrip(".。")), And)


@pytest.mark.parametrize("typed", ["of the act", '"of the act"', "“Of the  Act”", " 「of the act」 "])
def test_a_phrase_is_all_that_is_typed(typed: str) -> None:
    assert phrase(typed) == Phrase("of the act")


@given(st.text(max_size=40) | st.text(st.sampled_from('ab ()"“”!-*|&与 或 非AND OR NOT '), max_size=40))
def test_anything_typed_is_a_query_or_refused(typed: str) -> None:
    try:
        parse(typed)
    except Problem as problem:
        assert problem.code == "query"


def test_the_forms_of_a_word_have_one_stem() -> None:
    assert stem("contracts") == stem("contracted") == stem("contract's") == stem("contract")
    assert stem("the") == "the" != stem("them")


def test_a_query_of_ten_thousand_characters() -> None:
    assert parse("apple " * 1_667) == parse("NOT " * 2_500 + "apple") == A
    assert parse("（" * 50 + "apple" + ")" * 50 + " boat" * 2_000) == And((A, B))
