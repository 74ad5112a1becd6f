"""Estimates: known intervals, and none that leaves its own value out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.estimate import difference, estimate, wilson


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [  # Newcombe 1998, table I: the score interval without continuity correction
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_has_the_published_values(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


@settings(max_examples=40)
@given(st.lists(st.lists(st.floats(0, 50), max_size=4), max_size=30))
def test_an_interval_holds_what_it_can(clusters: list[list[float]]) -> None:
    found = estimate(clusters)
    every = [value for values in clusters for value in values]
    if not every:
        assert found is None
        return
    assert found is not None and found.n == len(every)
    assert found.value == pytest.approx(sum(every) / len(every))
    assert min(every) - 1e-9 <= found.value <= max(every) + 1e-9 and found.low <= found.high
    assert found == estimate(clusters), "draws are always the same"


def test_shares_of_questions_have_wilsons_interval() -> None:
    found = estimate([(1.0,), (0.0,), (), (1.0,)])
    assert found is not None and (found.low, found.high) == wilson(2, 3) and found.n == 3


def test_a_perfect_score_is_doubted_by_the_number_of_questions() -> None:
    found = estimate([(1.0, 1.0, 1.0)] * 4)
    assert found is not None and found.n == 12 and (found.low, found.high) == wilson(4, 4)


def test_values_of_one_question_hang_together() -> None:
    together = estimate([(1.0,) * 10, (0.0,) * 10] * 5)
    apart = estimate([(1.0,), (0.0,)] * 50)
    assert together is not None and apart is not None
    assert together.high - together.low > 2 * (apart.high - apart.low)


@settings(max_examples=20)
@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=30))
def test_a_difference_is_between_its_ends_and_turns_round(values: list[float]) -> None:
    found, other = difference(values), difference([-value for value in values])
    assert found.low <= found.value <= found.high and found.value == -other.value and found.n == len(values)
    if len(set(values)) == 1:
        assert found.high - found.value == found.value - found.low == wilson(0, len(values))[1]
