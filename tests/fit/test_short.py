"""Short documents for fitting are parts of the long one, disjoint and of fitting length."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.documents.document import Block, Document, Section
from app.exam.case import Case
from model.types import Span
from tests.fit.short import LENGTHS, parts_of, source_of

TEXT = "\n\n".join(f"Paragraph {n} says that the bell rang {n} times." for n in range(2000))


def document_of(sections: tuple[Section, ...] = ()) -> Document:
    return Document("T", TEXT, (Block(0, len(TEXT), "paragraph"),), sections, language="en")


def case_of(name: str, *gold: Span) -> Case:
    return Case(name, "tales", "tale", Path("t.txt"), "?", gold)


def test_sections_that_lie_in_none_that_is_taken() -> None:
    sections = (
        Section("Book", 1, 0, 60_000),
        Section("One", 2, 0, 9_000),
        Section("Half of it", 3, 0, 4_000),
        Section("Two", 2, 9_000, 60_000),
        Section("Part of it", 3, 50_000, 60_000),
    )
    assert parts_of(document_of(sections), []) == [Span(0, 9_000), Span(50_000, 60_000)]


def test_stories_where_there_are_no_sections() -> None:
    cases = [case_of("val-bell-1", Span(100, 200)), case_of("val-bell-2", Span(5_000, 5_100), Span(900, 950))]
    cases += [case_of("val-tide-1", Span(20_000, 20_100)), case_of("absent")]
    assert parts_of(document_of(), cases) == [Span(100, 5_100)]


@pytest.mark.parametrize("part", [Span(0, LENGTHS.start), Span(50, 5_000)])
def test_a_part_is_a_document_of_its_own(part: Span) -> None:
    source = source_of(document_of(), part)
    assert source.text.strip() == TEXT[part.start : part.end].strip() and source.blocks
