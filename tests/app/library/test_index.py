"""The index finds what a text says, as `find` does, and forgets what is taken out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.document import Block, Document
from app.documents.find import find
from app.library.index import Hit, Index

PARAGRAPHS = [
    "The Ferry’s bell had been cast in 1871.",
    "“No bell,” said he; “café or not.”",
    "渡口的钟是同治十年铸成的，重三百二十斤。",
    "第一条　为了保护渡口，制定本法。",
    "The ferry came. THE FERRY'S BELL rang.",
]


def document_of(paragraphs: list[str], title: str = "T") -> Document:
    blocks, place = [], 0
    for words in paragraphs:
        blocks.append(Block(place, place + len(words), "paragraph"))
        place += len(words) + 2
    return Document(title=title, text="\n\n".join(paragraphs), blocks=tuple(blocks), sections=())


def hits(index: Index, phrase: str) -> list[Hit]:
    return list(index.search(phrase))


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("ferry's bell", [0, 4]),
        ("FERRY’S be", [0, 4]),
        ("渡口", [2, 3]),
        ("钟是", [2]),
        ("cafe", [1]),
        ("口渡", []),
        ("“”", []),
    ],
)
def test_phrases_are_found_whatever_their_writing(tmp_path: Path, phrase: str, found: list[int]) -> None:
    document = document_of(PARAGRAPHS)
    with Index(tmp_path) as index:
        index.add(document)
        assert [hit.span for hit in hits(index, phrase)] == [document.blocks[number].span for number in found]
        assert all(hit.words == document.text[hit.span.start : hit.span.end] for hit in hits(index, phrase))


@given(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=4), st.data())
def test_whatever_stands_in_a_paragraph_is_found_in_it(paragraphs: list[str], data: st.DataObject) -> None:
    document = document_of(paragraphs)
    block = data.draw(st.sampled_from(document.blocks))
    words = document.text[block.start : block.end].split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    phrase = " ".join(words[first : data.draw(st.integers(first + 1, len(words)))])
    with tempfile.TemporaryDirectory() as folder, Index(Path(folder)) as index:
        index.add(document)
        found = [hit.span for hit in hits(index, phrase)]
        assert block.span in found or not any(map(str.isalnum, phrase))
        within = [span for span in find(document, phrase) if any(map(str.isalnum, phrase))]
        assert all(any(hit.covers(span) for hit in found) for span in within if len(phrase) > 3)


def test_what_is_taken_out_is_found_no_more(tmp_path: Path) -> None:
    one, other = document_of(PARAGRAPHS), document_of(PARAGRAPHS[:1], "Other")
    with Index(tmp_path) as index, Index(tmp_path) as window:
        index.add(one)
        window.add(other)
        window.add(one)  # again, from another window
        assert len(hits(index, "bell")) == 4
        index.remove(one.key)
        assert [hit.key for hit in hits(window, "bell")] == [other.key]
        assert not index.holds(one.key) and window.holds(other.key)
        index.add(one)
        assert len(hits(window, "渡口")) == 2


def test_quotes_and_signs_of_a_query_are_words(tmp_path: Path) -> None:
    with Index(tmp_path) as index:
        index.add(document_of(PARAGRAPHS))
        for phrase in ('bell" OR "ferry', "bell*", "NOT bell", "words:bell", "(bell", '"', "^bell", "bell + ferry"):
            assert isinstance(hits(index, phrase), list)
