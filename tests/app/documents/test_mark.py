"""Marks: whatever a line says, parsing it gives a mark or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.mark import parse

ENGLISH = ["Chapter", "BOOK", "Part", "the", "The", "First", "Ten", "Five", "twenty", "XII", "IIX", "3", "one-first"]
CHINESE = ["３", "第", "十", "百千", "章", "回", "卷", "之", "上", "、", ".", ":", "—"]


@given(st.lists(st.sampled_from(ENGLISH + CHINESE), min_size=1, max_size=7), st.sampled_from(["", " "]), st.booleans())
def test_no_line_breaks_it(words: list[str], between: str, in_series: bool) -> None:
    parse(between.join(words), in_series=in_series)


@pytest.mark.parametrize("line", ["Chapter Ten Five", "Book Hundredth Two", "Part One First"])
def test_numerals_that_are_no_number_are_no_heading(line: str) -> None:
    assert parse(line) is None


def test_a_number_in_words_is_one() -> None:
    mark = parse("Chapter Twenty-Five")
    assert mark and mark.number == 25
