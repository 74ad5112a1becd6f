"""Short: documents cut out of those that tune, too short for their passages to be read alone, asked what they do not
answer.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import torch
from torch import Tensor

from app.documents.document import Document
from app.documents.open import open_document
from app.exam.case import Case
from app.paths import Places
from model import readings
from model.engine import Engine
from model.planner import prompt_of
from model.types import Read, Source, Span

DOCUMENTS, QUESTIONS = 12, 6  # how many, and how many questions are put to each
LENGTHS = range(2000, 20_000)  # characters


def bearings_in_place(name: str, document: Document, cases: Sequence[Case]) -> Tensor:
    """Of each question the largest bearing of a passage of a document that does not answer it."""
    parts = parts_of(document, cases)
    found: list[float] = []
    for part in random.Random(0).sample(parts, min(DOCUMENTS, len(parts))):
        others = [case for case in cases if not any(part.overlap(gold) for gold in case.gold)]
        asked = random.Random(part.start).sample(others, min(QUESTIONS, len(others)))
        found += largest(name, source_of(document, part), [case.question for case in asked])
        click.echo(f"{document.title} [{part.start:,}, {part.end:,}): {len(found):,} asked", err=True)
    return torch.tensor(found)


def parts_of(document: Document, cases: Sequence[Case]) -> list[Span]:
    """Sections of fitting length, each in no other; where there are none, what the questions of one story are about."""
    sections = list(_disjoint(Span(s.start, s.end) for s in document.sections if s.end - s.start in LENGTHS))
    if sections:
        return sections
    stories: dict[str, list[Span]] = defaultdict(list)
    for case in cases:
        stories[case.id.rpartition("-")[0]] += case.gold
    spans = [Span(min(s.start for s in g), max(s.end for s in g)) for g in stories.values() if g]
    return [span for span in spans if len(span) in LENGTHS]


def source_of(document: Document, part: Span) -> Source:
    """A part of a document as a document of its own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part.txt"
        path.write_text(document.text[part.start : part.end], encoding="utf-8")
        return open_document(path).source()


def largest(name: str, source: Source, questions: Sequence[str]) -> Iterator[float]:
    """Of each question the largest bearing of what is located in a document, which is read and forgotten."""
    folders, engine = Places.find().folders(), Engine()
    for _ in engine.read(Read(source, name, folders)):
        pass
    model, pages, locator = engine.model, engine.pages, engine.locator
    assert model and pages and locator and locator.extracts is None, "the document is not short"
    prompt = prompt_of(model.checkpoint, source)
    for question in questions:
        found = locator.locate(model, pages, prompt, question, Span(0, len(source.text)))
        yield max((item.bearing for item in found if item.bearing is not None), default=0.0)
    readings.forget(Path(folders.pages), source.key)


def _disjoint(spans: Iterator[Span]) -> Iterator[Span]:
    end = 0
    for span in spans:
        if span.start >= end:
            end = span.end
            yield span
