"""Retrieval: chunks cover the document, and every place in an excerpt has the same characters in the document."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.open import open_document
from app.exam.ranking import Ranking, passages
from app.exam.retrieval import BETWEEN, SIZES, chunks, excerpt
from model.types import Span

NAMES = ("shi-chi-ji.txt", "the-deaf-ground.epub", "ferry-ordinance.zh.txt")
SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"


@cache
def opened(name: str) -> Document:
    return open_document(SAMPLES / name)


@pytest.mark.parametrize("name", NAMES)
def test_chunks_hold_everything_once_and_are_no_longer_than_asked(name: str) -> None:
    document = opened(name)
    found = chunks(document)
    size = SIZES["zh" if document.language.startswith("zh") else "en"]
    assert all(0 < len(span) <= size for span in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert "".join("".join(document.text[s.start : s.end].split()) for s in found) == "".join(document.text.split())


@settings(max_examples=40)
@given(data=st.data())
@pytest.mark.parametrize("name", NAMES)
def test_a_place_in_an_excerpt_is_the_same_characters_in_the_document(name: str, data: st.DataObject) -> None:
    document = opened(name)
    every = chunks(document)
    numbers = data.draw(st.lists(st.integers(0, len(every) - 1), min_size=1, max_size=10, unique=True))
    part = excerpt(document, [every[number] for number in numbers])
    source = part.source
    start = data.draw(st.integers(0, len(source.text)))
    span = Span(start, data.draw(st.integers(start, len(source.text))))
    back = part.back(span)
    words = [document.text[s.start : s.end] for s in back]
    assert all(word and word in source.text[span.start : span.end] for word in words)
    assert "".join("".join(words).split()) == "".join(source.text[span.start : span.end].split())
    for inner in (*source.blocks, *source.units, *source.chapters):
        (place,) = part.back(inner)
        assert document.text[place.start : place.end] == source.text[inner.start : inner.end]


@pytest.mark.parametrize("name", NAMES)
def test_an_excerpt_is_a_source_in_order(name: str) -> None:
    document = opened(name)
    every = chunks(document)
    one, other = excerpt(document, every[:1]), excerpt(document, [every[6], every[2], every[3]])
    assert len(other.parts) == 2, "such as follow each other stay together"
    assert BETWEEN in other.source.text and len(other.source.labels) == len(other.source.blocks)
    assert one.source.key != other.source.key != document.key
    for spans in (other.source.blocks, other.source.units, other.source.chapters):
        assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


def test_ranking_finds_by_words_alone() -> None:
    document = opened("ferry-ordinance.zh.txt")
    ranking = Ranking(document.text, passages(document))
    best = ranking.best("在岛上住多久才算岛上的居民？", 3)
    assert len(best) == 3 and any(document.address(span.start) == "第三条" for span in best)
    assert ranking.best("xyzzy", 3) == ()
