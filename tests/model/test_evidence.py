"""Passages: what can be located and quoted lies inside the blocks and loses no word."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from model.evidence import standardized
from model.passages import LONG, pieces
from model.types import Span


@given(
    st.lists(st.sampled_from(["A short one. ", "渡口无人。", "word " * 89 + "word. ", "“What?” ", "\n"]), max_size=40)
)
def test_pieces_of_a_block_are_ordered_and_whole(parts: list[str]) -> None:
    text = "before " + "".join(parts)
    block = Span(7, len(text))
    found = pieces(text, block)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(block.covers(p) and len(p) <= LONG + 500 for p in found)
    joined = "".join(text[p.start : p.end] for p in found)
    assert [c for c in joined if c.isalnum()] == [c for c in text[7:] if c.isalnum()]


def test_a_short_block_is_one_passage() -> None:
    assert pieces("A line. Another.", Span(0, 16)) == [Span(0, 16)] and pieces("...", Span(0, 3)) == []


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=9))
def test_standardized_scores_have_mean_zero_and_keep_their_order(values: list[float]) -> None:
    scores = standardized(values)
    assert abs(sum(scores)) < 1e-6
    assert sorted(range(len(values)), key=values.__getitem__) == sorted(
        range(len(values)), key=lambda i: (scores[i], values[i])
    )
