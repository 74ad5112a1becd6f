"""Marks are found again by their words, whatever was put before them or cleaned in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.library.anchor import Anchors
from app.library.records import Mark, context
from model.folding import fold
from model.types import Span
from tests.app.library.test_store import document_of

SENTENCES = [
    "It was dark.",
    "“No,” said Mr. Hale, and shut the door.",
    "第一条　为了保护渡口，制定本法。",
    "The tide came in and went out again.",
    "Nobody rang the bell.",
]
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=30).map("\n\n".join)


def mark_of(text: str, span: Span) -> Mark:
    before, words, after = context(document_of(text), span)
    return Mark(1, "highlight", span, words, before, after, "", "")


@given(text=TEXTS, data=st.data(), front=TEXTS)
def test_the_words_of_a_mark_are_found_behind_new_ones(text: str, data: st.DataObject, front: str) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    mark = mark_of(text, span)
    changed = f"{front}\n\n{text}"
    found = Anchors(changed).find(mark, span.start / len(text))
    if not mark.words.strip():
        return
    assert found and fold(changed[found.start : found.end]).text.strip() == fold(mark.words).text.strip()
    assert Anchors(text).find(mark, span.start / len(text)) == span


def test_of_many_places_the_one_with_the_same_surroundings_is_taken() -> None:
    text = "one bell two bell three bell four"
    mark = mark_of(text, Span(13, 17))
    changed = "zero bell none. " + text
    found = Anchors(changed).find(mark, 0.4)
    assert found == Span(13 + 16, 17 + 16)


def test_words_that_were_cleaned_are_found_where_they_were() -> None:
    text = "He said that the ferry- man would come at nine o’clock and ring."
    mark = mark_of(text, Span(8, 51))
    changed = "He said that the ferryman would come at nine o'clock and ring."
    found = Anchors(changed).find(mark, 0.1)
    assert found and "ferryman would come at nine" in changed[found.start : found.end]


def test_words_that_are_gone_are_not_found() -> None:
    mark = mark_of("The bishop ate the last of the eleven spoons.", Span(4, 30))
    assert Anchors("Nothing of the kind was ever said about anybody here.").find(mark, 0.1) is None
