"""Passages: every word of a document is in one, none crosses an article, the scope holds, near ones are one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model.lexical import terms
from model.passages import LONG, WINDOW, Passages
from model.types import Source, Span

WORDS = ["ferry", "bell", "gate", "river", "stone", "keeper", "渡口", "石尺"]
PARAGRAPH = st.lists(st.sampled_from(WORDS), min_size=1, max_size=120).map(lambda ws: " ".join(ws).capitalize() + ".")


def document(paragraphs: list[str], articles: int = 0, language: str = "en") -> Source:
    """The first paragraphs are prose, then each article takes two."""
    starts = [sum(len(p) + 1 for p in paragraphs[:i]) for i in range(len(paragraphs) + 1)]
    blocks = tuple(Span(s, s + len(p)) for s, p in zip(starts, paragraphs, strict=False))
    first = max(0, len(blocks) - 2 * articles)
    units = tuple(Span(a.start, b.end) for a, b in zip(blocks[first::2], blocks[first + 1 :: 2], strict=False))
    text = "\n".join(paragraphs)
    return Source(
        "k", "t", language, text, blocks, ("",) * len(blocks), (Span(0, len(text)),), units if articles else ()
    )


@given(st.lists(PARAGRAPH, min_size=1, max_size=12), st.integers(0, 4), st.sampled_from(["en", "zh"]))
def test_passages_hold_every_word_and_cross_no_article(paragraphs: list[str], articles: int, language: str) -> None:
    source = document(paragraphs, articles, language)
    passages = Passages(source)
    covered = {i for span in passages.spans for i in range(span.start, span.end)}
    assert all(i in covered for i, c in enumerate(source.text) if c.isalnum())
    assert all(a.start < b.start for a, b in pairwise(passages.spans))
    for span, whole in zip(passages.spans, passages.wholes, strict=True):
        assert whole.covers(span) and (whole in source.units) == any(u.overlap(span) for u in source.units)
        assert len(span) <= LONG + 500
        blocks = [b for b in source.blocks if b.overlap(span)]
        assert whole in source.units or len(span) <= WINDOW or len(blocks) == 1


@given(st.lists(PARAGRAPH, min_size=2, max_size=12), st.integers(0, 4), st.data())
def test_what_is_ranked_and_reported_lies_inside_the_scope(
    paragraphs: list[str], articles: int, data: st.DataObject
) -> None:
    source = document(paragraphs, articles)
    passages = Passages(source)
    start = data.draw(st.integers(0, len(source.text) - 1))
    scope = Span(start, data.draw(st.integers(start, len(source.text))))
    ranked = passages.ranked("the bell of the ferry", scope)
    assert all(scope.covers(passages.reported(number, scope)) for number, _ in ranked)
    assert all(score >= after for (_, score), (_, after) in pairwise(ranked))
    alone = [passages.spans[number] for number, _ in ranked]
    assert {s for s in passages.spans if scope.covers(s)} >= set(alone)


@given(st.lists(PARAGRAPH, min_size=1, max_size=12), st.integers(0, 4))
def test_of_passages_that_overlap_the_best_is_kept(paragraphs: list[str], articles: int) -> None:
    passages = Passages(document(paragraphs, articles))
    ranked = passages.ranked("bell river stone")
    kept = list(passages.distinct(ranked))
    wholes = [passages.wholes[number] for number, _ in kept]
    assert kept[:1] == ranked[:1]
    for i, one in enumerate(wholes):
        assert all(2 * one.overlap(other) < len(one) for other in wholes[:i])


def test_the_words_around_a_passage_decide_between_equals() -> None:
    filler = "Nothing more was said of it that day by anyone who lived there. " * 6
    tale = ["The miller and the raven went on.", filler, "He lost the key.", filler]
    other = ["The tailor and the goose went on.", filler, "He lost the key.", filler]
    source = document([*tale, *[filler] * 12, *other])
    passages = Passages(source)
    best = passages.spans[passages.ranked("Where did the goose's friend lose the key?")[0][0]]
    assert "key" in source.text[best.start : best.end] and best.start > len(source.text) // 2


def test_nothing_in_common_is_nothing_found() -> None:
    passages = Passages(document(["The bell rang.", "The gate fell."]))
    assert passages.ranked("zebra") == [] == passages.ranked("") and terms("zebra")
