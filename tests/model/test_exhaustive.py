"""Questions for every …: what they ask for, and the program's own list beside the model's."""

from __future__ import annotations

import pytest

from model.exhaustive import compared, holding, is_exhaustive, wanted
from model.types import Claim, Source, Span

PARAGRAPHS = ["The bell rang.", "No deposit is due.", "第三条 定金与違約", "Deposits and bells.", "第四条　定　金"]


def source(units: bool = False) -> Source:
    starts = [sum(len(p) + 1 for p in PARAGRAPHS[:i]) for i in range(len(PARAGRAPHS))]
    blocks = tuple(Span(s, s + len(p)) for s, p in zip(starts, PARAGRAPHS, strict=True))
    return Source("k", "t", "en", "\n".join(PARAGRAPHS), blocks, ("",) * 5, (), blocks[2:] if units else ())


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many times does the ferryman speak of the bell?", ("ferryman", "bell")),
        ("Which articles deal with personal data of children?", ("personal", "data", "children")),
        ("Find all places where “the small gate” occurs", ("the small gate",)),
        ("列出所有提到违约金的条款。", ("违约金",)),
        ("哪些条款规定了诉讼时效？", ("诉讼时效",)),
        ("书中一共几次提到石尺？", ("石尺",)),
        ("全文有多少处“定金”？", ("定金",)),
    ],
)
def test_a_question_for_all_there_is_says_what_of(question: str, words: tuple[str, ...]) -> None:
    assert is_exhaustive(question) and wanted(question) == words


@pytest.mark.parametrize("question", ["What does Tom say to Daisy?", "小张为什么离开？", "Who had seven sons?", ""])
def test_other_questions_ask_for_one_thing(question: str) -> None:
    assert not is_exhaustive(question)


def test_what_holds_the_words_is_found_by_stems_and_as_written() -> None:
    book = source()
    everything = Span(0, len(book.text))
    assert holding(book, ("deposit",), everything) == (book.blocks[1], book.blocks[3])
    assert holding(book, ("a", "bell"), everything) == (book.blocks[0], book.blocks[3])
    assert holding(book, ("定金",), everything) == (book.blocks[2], book.blocks[4])
    assert holding(source(units=True), ("deposit",), everything) == (book.blocks[3],)
    assert holding(book, ("deposit",), Span(0, book.blocks[1].end)) == (book.blocks[1],)
    assert holding(book, ("the",), everything) == holding(book, (), everything) == ()


def test_each_list_shows_what_the_other_missed() -> None:
    found = source().blocks[:2]
    inside, outside = Span(2, 5), source().blocks[3]
    listed = compared(("bell",), found, [Claim("a", "full", (inside, outside)), Claim("b", "none", ())])
    assert (listed.found, listed.unlisted, listed.beyond) == (found, found[1:], (outside,))
