"""Clean: running lines go, the text stays, whatever it says."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.printed.clean import Words, without_running_lines
from app.documents.printed.columns import Line


def page(number: int, rows: Sequence[tuple[float, str]]) -> list[Line]:
    """Lines by the heights of their tops."""
    return [Line(number, text, ((0, 0),), 50, top, 50 + 6 * len(text), top + 10, 10.0) for top, text in rows]


def body(number: int) -> list[tuple[float, str]]:
    return [(60 + 14 * i, f"what page {number} says in its line {i}, {number * 31 + i * i}") for i in range(20)]


def shown(pages: list[list[Line]]) -> list[list[str]]:
    return [[line.text for line in page] for page in without_running_lines(pages)]


def texts(count: int) -> list[list[str]]:
    return [[text for _, text in body(n)] for n in range(count)]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("A Tale of Two Cities", "{}"),
        ("{}  Book the First", "- {} -"),
        ("第一编 总则", "第{}页 共40页"),
        ("Chapter 3", "Page {} of 40"),
        ("红楼梦", "·{}·"),
    ],
)
def test_running_heads_and_page_numbers_go(head: str, foot: str) -> None:
    pages = [page(n, [(20, head.format(n + 5)), *body(n), (570, foot.format(n + 5))]) for n in range(12)]
    assert shown(pages) == texts(12)


def test_roman_and_chinese_page_numbers_go() -> None:
    for numbers in (["iii", "iv", "v", "vi", "vii"], ["八", "九", "十", "十一", "十二"]):
        assert shown([page(n, [*body(n), (570, number)]) for n, number in enumerate(numbers)]) == texts(5)


def test_left_and_right_pages_have_their_own_heads() -> None:
    heads = ["Pride and Prejudice", "Jane Austen"]
    assert shown([page(n, [(20, heads[n % 2]), *body(n)]) for n in range(9)]) == texts(9)


def test_the_head_of_a_chapter_of_two_pages_goes_with_the_others() -> None:
    heads = ["The Period"] * 5 + ["The Mail"] * 2 + ["The Night Shadows"] * 5
    assert shown([page(n, [(20, head), *body(n)]) for n, head in enumerate(heads)]) == texts(12)


def test_chapters_of_one_page_keep_their_heads() -> None:
    for form in ("Chapter {}", "第{}章 总则"):
        pages = [page(n, [(20, form.format(n + 1)), *body(n)]) for n in range(6)]
        assert [lines[0] for lines in shown(pages)] == [form.format(n + 1) for n in range(6)]


def test_what_comes_again_far_apart_stays() -> None:
    pages = [page(n, [(20, "Refrain")] * (n % 9 == 0) + body(n)) for n in range(40)]
    assert sum("Refrain" in lines for lines in shown(pages)) == 5


def test_what_comes_again_in_the_middle_stays() -> None:
    pages = [page(n, [*body(n)[:10], (205, "Nobody answered."), *body(n)[11:]]) for n in range(10)]
    assert all("Nobody answered." in lines for lines in shown(pages))


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1), max_size=9),
        max_size=6,
    )
)
def test_lines_are_only_ever_left_out(rows: list[list[str]]) -> None:
    pages = [page(n, [(20 + 14 * i, text) for i, text in enumerate(lines)]) for n, lines in enumerate(rows)]
    kept = without_running_lines(pages)
    assert [[line for line in page if line in after] for page, after in zip(pages, kept, strict=True)] == kept
    if len(pages) < 3:
        assert kept == pages


@pytest.mark.parametrize(
    ("before", "after", "keeps"),
    [
        ("an exam-", "ple of it", False),
        ("a well-", "known man", True),
        ("the left-", "right way", True),
        ("the unheard-", "word here", False),
        ("Anglo-", "Saxon kings", True),
        ("3-", "year term", True),
        ("mother-in-", "law said", True),
    ],
)
def test_hyphens(before: str, after: str, keeps: bool) -> None:
    words = Words(["for example there", "is well-known to us", "to the left of the right side"])
    assert words.keeps_hyphen(before, after) is keeps
