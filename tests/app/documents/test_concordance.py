"""The concordance: the same units and words as a slow search through the folded text of each unit."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.concordance import Concordance, Match, searched
from app.documents.document import Block, Document
from app.documents.open import open_document
from app.documents.query import LETTER, WORD, And, Not, Or, Phrase, Query, Word, parse, phrase, stem
from app.documents.shelf import shelf
from app.documents.text import structure
from model.folding import fold
from model.types import Span


def book(*paragraphs: str) -> Document:
    """A document of these paragraphs and nothing else."""
    blocks, start = [], 0
    for paragraph in paragraphs:
        blocks.append(Block(start, start + len(paragraph), "paragraph"))
        start += len(paragraph) + 1
    return Document("T", "\n".join(paragraphs), tuple(blocks), ())


def found(document: Document, query: str) -> list[tuple[int, list[str]]]:
    """The numbers of the paragraphs that answer, with the words that answer."""
    starts = [unit.start for unit in searched(document)]
    return [
        (starts.index(match.span.start), [document.text[s.start : s.end] for s in match.words])
        for match in Concordance(document).search(parse(query))
    ]


@pytest.mark.parametrize(
    ("query", "answers"),
    [
        ("contract", [(0, ["contracts"]), (1, ["Contract", "contracted"])]),
        ("contract*", [(0, ["contracts"]), (1, ["Contract", "contracted"])]),
        ('"contract"', [(1, ["Contract"])]),
        ("act", [(2, ["Act"])]),
        ('"Act is"', [(2, ["Act\n is"])]),
        ("合同", [(3, ["合同", "合 同"])]),
        ("合同*", [(3, ["合同", "合 同"])]),
        ("合同 -订立", []),
        ("合同 或 act", [(2, ["Act"]), (3, ["合同", "合 同"])]),
        ("contract NOT theft", [(1, ["Contract", "contracted"])]),
        ("theft OR NOT contract", [(0, ["theft"]), (2, []), (3, [])]),
        ("the", [(2, ["The"])]),
        ("thef*", [(0, ["theft"])]),
        ('"订立 合同"', [(3, ["订立合同"])]),
        ('"contract" "Contract ’twas"', [(1, ["Contract ‘twas"])]),
        ("whale", []),
    ],
)
def test_searching(query: str, answers: list[tuple[int, list[str]]]) -> None:
    texts = (
        "Of contracts and theft.",
        "“Contract ‘twas contracted.”",
        "The Act\n is contrary.",
        "订立合同，\n履行合 同。",
    )
    assert found(book(*texts), query) == answers


def test_a_phrase_never_goes_on_in_the_next_unit() -> None:
    assert found(book("甲", "甲甲乙"), "甲甲") == [(1, ["甲甲"])]
    assert found(book("a b", "a"), '"b a"') == []


def test_half_of_a_letter_is_no_letter() -> None:
    assert found(book("Straße ﬁne"), '"f" OR ine OR fine') == [(0, ["ﬁne"])]
    assert found(book("Straße"), "stras") == [] and found(book("Straße"), "stras*") == [(0, ["Straße"])]


def naive(text: str, query: Query) -> list[Span] | None:
    """The words of one unit that answer a query, by going through its folded text; None if it does not answer."""
    match query:
        case Not(part):
            return [] if naive(text, part) is None else None
        case And(parts) | Or(parts):
            answers = [naive(text, part) for part in parts]
            if None in answers and (isinstance(query, And) or not any(a is not None for a in answers)):
                return None
            return [span for answer in answers for span in answer or []]
    folded = fold(text)
    places = []
    if isinstance(query, Word):
        places = [m.span() for m in WORD.finditer(folded.text) if stem(m[0]) == stem(query.text)]
    else:
        tail = f"{LETTER.pattern}*" if query.open and LETTER.match(query.text[-1]) else ""
        place = 0
        while match := re.compile(re.escape(query.text) + tail).search(folded.text, place):
            start, end = match.span()
            before = start and LETTER.match(folded.text[start - 1]) and LETTER.match(folded.text[start])
            after = LETTER.match(folded.text[end : end + 1]) and LETTER.match(folded.text[end - 1])
            fits = not before and not after and folded.whole(start, end)
            places += [(start, end)] * fits
            place = end if fits else start + 1
    return [folded.span(a, b) for a, b in places if folded.whole(a, b)] or None


HARD = (
    "aAbBsSſßẞﬁfiIİıéeE\u0301¨´ŉς \n\t\u3000\u00a0\u200b\u00ad-—–..‥·,，()（）！!「」“”\"''’第一回㈱株 ａ１1½⁄2kgか"
    "\u3099\u0308ไ豈\uf900\ud800😀𠀀"
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Document, Query]:
    """A few paragraphs of few and hard letters, and a query of what stands in them and what does not."""
    letters = [*draw(st.lists(st.sampled_from(HARD), min_size=2, max_size=7)), " "]
    texts = draw(st.lists(st.text(st.sampled_from(letters), min_size=1, max_size=20), min_size=1, max_size=3))
    whole = "".join(texts)
    start = draw(st.integers(0, len(whole) - 1))
    part = st.just(whole[start : start + draw(st.integers(1, 4))]) | st.text(st.sampled_from(letters), max_size=3)
    atoms = st.builds(_atom, part, st.booleans())
    leaves = atoms.filter(bool) | st.builds(Not, atoms.filter(bool))
    trees = st.recursive(
        leaves, lambda t: st.builds(lambda kind, p: kind(tuple(p)), st.sampled_from([And, Or]), st.lists(t, min_size=2))
    )
    return book(*texts), draw(trees)


def _atom(part: str, open_end: bool) -> Word | Phrase | None:
    folded = fold(part).text.strip()
    if WORD.fullmatch(folded) and not open_end:
        return Word(folded)
    return Phrase(folded, open_end) if folded else None


@settings(max_examples=30)
@given(cases())
def test_the_answers_are_those_of_a_slow_search(case: tuple[Document, Query]) -> None:
    document, query = case
    matches = {match.span: match for match in Concordance(document).search(query)}
    for unit in searched(document):
        answer = naive(document.text[unit.start : unit.end], query)
        assert (unit in matches) == (answer is not None)
        if answer is not None:
            words = matches[unit].words
            assert all(a.end <= b.start for a, b in pairwise(words))
            letters = {i for s in words for i in range(s.start, s.end)}
            assert letters == {unit.start + i for s in answer for i in range(s.start, s.end)}


def test_a_laws_units_are_its_articles_and_what_stands_in_none(samples: Path) -> None:
    law = open_document(samples / "ferry-ordinance.en.txt")
    units = searched(law)
    assert {Span(u.start, u.end) for u in law.units} <= set(units)
    assert all(a.end <= b.start for a, b in pairwise(units))
    covered = {i for u in units for i in range(u.start, u.end)}
    left = [b for b in law.blocks if not covered.intersection(range(b.start, b.end))]
    assert left and all(b.kind == "heading" for b in left)


def test_a_books_headings_belong_to_the_paragraph_below_them() -> None:
    text = "Chapter 1\n\nThe whale swam.\n\nIt dived.\n\nChapter 2\n\nA boat sank.\n"
    document = Document("T", text, *structure(text, "T"))
    said = [text[u.start : u.end] for u in searched(document)]
    assert said == ["Chapter 1\n\nThe whale swam.", "It dived.", "Chapter 2\n\nA boat sank."]


def test_every_word_of_a_shelf_is_searched_where_it_stands(samples: Path) -> None:
    documents = [open_document(samples / name) for name in ("ferry-ordinance.en.txt", "the-deaf-ground.epub")]
    both = shelf(documents)
    query = parse("fork OR river")
    each = [Concordance(document).search(query) for document in documents]
    assert each[0] and each[1]
    shift = both.volumes[1].start
    moved = [Match(_by(m.span, shift), tuple(_by(w, shift) for w in m.words)) for m in each[1]]
    assert list(Concordance(both).search(query)) == [*each[0], *moved]


def _by(span: Span, shift: int) -> Span:
    return Span(span.start + shift, span.end + shift)


def test_nothing_outside_the_scope_is_found() -> None:
    document = book("whale one", "whale two", "whale three")
    scope = Span(0, len(document.text) - 1)
    assert len(Concordance(document, scope).search(phrase("whale"))) == 2


def test_nothing_in_nothing() -> None:
    assert Concordance(Document("T", "", (), ())).search(parse("a OR NOT b")) == ()
