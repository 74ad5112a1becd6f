"""Features: what a model makes of a question behind each of its best passages, read alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import click
import torch
from torch import Tensor

from app.exam.case import Case
from app.exam.metrics import bears
from app.exam.subject import Subject
from app.paths import Places
from model.clock import Clock
from model.decode import likelihoods
from model.engine import Engine
from model.evidence import LENGTHIEST, Locator
from model.extracts import NOTHING
from model.gist import LEAD
from model.indexing import indexed
from model.language import language_of
from model.planner import prompt_of
from model.supply import named
from model.types import Read, Span
from model.weights import Model, page_header

FIRST = 14  # passages
GOLD = 2  # gold ones that are added where none is among them
PACE = 20  # questions between two lines of progress


@dataclass(frozen=True)
class Sheet:
    """One question: its passages' `states` [passages, size], which are gold (`hits`), and what else ranks them: `own`,
    by words and gists, `likely`, the question's mean log-likelihood, and `raised`, by how many nats. The last `added`
    would not have been found. `group` names the gold passage, or the question where there is none.
    """

    group: str
    answerable: bool
    hits: list[bool]
    states: Tensor
    own: list[float]
    likely: list[float]
    raised: list[float]
    added: int = 0

    @property
    def found(self) -> int:
        """How many passages would be looked at."""
        return len(self.hits) - self.added


def sheets(cases: Sequence[Case], subject: Subject, name: str, layer: int) -> Iterator[Sheet]:
    """A sheet of each case, all of one document, whose passages are read alone first if they are not yet."""
    model, locator = known(subject, name)
    for number, case in enumerate(cases, 1):
        yield sheet(model, locator, case, layer)
        if number % PACE == 0:
            click.echo(f"{subject.document.title}: {number:,} of {len(cases):,}", err=True)


def known(subject: Subject, name: str) -> tuple[Model, Locator]:
    """A model of the catalogue, and a locator whose passages it has read alone."""
    folders, engine = Places.find().folders(), Engine()
    request = Read(subject.source, name, folders)
    chosen = named(name, folders, engine.planner.measured(folders))
    checkpoint, whole = chosen.open(), len(subject.source.text)
    prompt = prompt_of(checkpoint, subject.source)
    plan, prompt = engine.planner.plan(chosen, checkpoint, prompt, request, whole)
    model, locator = engine._load(request, checkpoint, plan, Clock()), Locator(subject.source)
    header = page_header(checkpoint, plan)
    for event in indexed(model, plan, header, prompt, request, locator, lambda: False, fill=True):
        click.echo(f"{subject.document.title}: {event.done:,} of {event.total:,} passages", err=True)
    return model, locator


@torch.inference_mode()
def sheet(model: Model, locator: Locator, case: Case, layer: int) -> Sheet:
    """What the model makes of one question."""
    passages, extracts = locator.passages, locator.extracts
    assert extracts is not None, "the document is too short for its passages to be read alone"
    ids = model.tokenizer.encode_text(case.question).ids[:LENGTHIEST]
    scores = locator._scores(model, case.question, Span(0, len(locator.source.text)))
    best = sorted(scores, key=lambda number: -scores[number])
    numbers = list(islice((n for n, _ in passages.distinct([(n, scores[n]) for n in best])), FIRST))
    gold = {n for n in best if any(bears(passages.wholes[n], place) for place in case.gold)}
    missed = [] if gold & set(numbers) else [n for n in best if n in gold][:GOLD]
    every = [*numbers, *missed]
    lead = model.tokenizer.encode_text(LEAD[language_of(case.question)]).ids
    with model.unstretched():
        rows, states = likelihoods(model, extracts.excerpts(model, [*every, NOTHING]), lead, ids, layer)
    first = min(gold, default=None)
    return Sheet(
        group=case.id if first is None else f"{case.document.name} {first}",
        answerable=case.answerable,
        hits=[number in gold for number in every],
        states=states[:-1].float().cpu(),
        own=[scores[number] for number in every],
        likely=rows[:-1].mean(1).tolist(),
        raised=(rows - rows[-1])[:-1].sum(1).tolist(),
        added=len(missed),
    )
