"""Systems: the ways of answering a case that are set beside each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.asking import decided, named
from app.documents.law.question import Ruling, ruled
from app.exam.candidate import Candidate
from app.exam.case import LOOKUPS, Case, Kind
from app.exam.outcome import Outcome, Took
from app.exam.retrieval import CHUNKS, excerpt
from app.exam.subject import Subject
from model.types import Claim, Source, Span

DEPTH = 20  # places that a ranking gives
PLACED: frozenset[Kind] = frozenset({"number", "content", "reference", "statute", "tale"})  # cases with gold places
ALL: frozenset[Kind] = PLACED | {"missing", "absent", "claim"}


@dataclass(frozen=True, slots=True)
class System:
    """A way of answering, and the kinds of cases that it takes. `reads`: what the model must have read before a case,
    None if nothing; without it no model is used at all. `answer` gives None where the user stopped it.
    """

    name: str
    about: str
    kinds: frozenset[Kind]
    answer: Callable[[Candidate, Case, Subject], Outcome | None]
    reads: Callable[[Case, Subject], Source | None] | None = None


def rules(_: Candidate, case: Case, subject: Subject) -> Outcome:
    """The units that the question names, or that hold the words it quotes; a number that is not there is refused."""
    begun = time.monotonic()
    ruling = ruled(subject.document, case.question)
    seconds = time.monotonic() - begun
    took = Took(seconds, locating=seconds)
    return outcome_of(ruling, took) if ruling else Outcome(took=took)


def outcome_of(ruling: Ruling, took: Took) -> Outcome:
    """A ruling as an outcome: it refuses where what it was asked for is missing, or another law's."""
    refused = not ruling.targets and bool(ruling.missing or ruling.law)
    return Outcome(named(ruling), answered=not refused, took=took)


def tongdu(candidate: Candidate, case: Case, subject: Subject) -> Outcome | None:
    """The whole way of a question: by rule alone where it asks for no more, else by the model, with what it names."""
    if decided(subject.document, case.question):
        return rules(candidate, case, subject)
    ruling = ruled(subject.document, case.question)
    return candidate.ask(subject.source, case.question, named(ruling) if ruling else ())


def locate(candidate: Candidate, case: Case, subject: Subject) -> Outcome | None:
    """The places alone, as `tongdu search` gives them."""
    return candidate.search(subject.source, case.question, DEPTH)


def lexical(_: Candidate, case: Case, subject: Subject) -> Outcome:
    """Articles or paragraphs by common words."""
    ranking, begun = subject.ranking, time.monotonic()
    found = ranking.best(case.question, DEPTH)
    seconds = time.monotonic() - begun
    return Outcome(found, took=Took(seconds, locating=seconds))


def closed_book(candidate: Candidate, case: Case, subject: Subject) -> Outcome | None:
    """The same question without the document. What is cited then is no place in it."""
    outcome = candidate.ask(subject.blank, case.question)
    if outcome is None:
        return None
    claims = tuple(Claim(claim.text, claim.support, ()) for claim in outcome.claims)
    return replace(outcome, evidence=(), claims=claims)


def retrieval(candidate: Candidate, case: Case, subject: Subject) -> Outcome | None:
    """The same model with the best chunks as its document; what was read of them is removed again."""
    chosen = subject.chunks.best(case.question, CHUNKS)
    if not chosen:
        return replace(Outcome(), answered=False)
    part = excerpt(subject.document, chosen)
    try:
        outcome = candidate.ask(part.source, case.question)
    finally:
        candidate.forget(part.source)
    if outcome is None:
        return None
    claims = tuple(replace(c, citations=_back(part.back, c.citations)) for c in outcome.claims)
    return replace(outcome, evidence=_back(part.back, outcome.evidence), claims=claims)


def _whole(case: Case, subject: Subject) -> Source | None:
    """The document, unless a rule answers."""
    return None if decided(subject.document, case.question) else subject.source


def _searched(case: Case, subject: Subject) -> Source:
    return subject.source


def _blank(case: Case, subject: Subject) -> Source:
    return subject.blank


def _back(back: Callable[[Span], tuple[Span, ...]], spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(place for span in spans for place in back(span))


SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        System(
            "rules",
            "Tongdu's rule layer: units by the numbers that a question writes or the words that it quotes, no model",
            frozenset(LOOKUPS),
            rules,
        ),
        System("lexical", "articles or paragraphs ranked by common words (BM25), no model", PLACED, lexical),
        System("locate", "Tongdu's search: places alone, nothing is written", PLACED, locate, _searched),
        System("tongdu", "Tongdu: the whole document read, an answer, citations", ALL, tongdu, _whole),
        System("closed-book", "the same model and way, without the document", ALL, closed_book, _blank),
        System(
            "retrieval",
            f"the same model and way, its document the {CHUNKS} chunks (about 300 tokens each) that share most words "
            "with the question (BM25), read anew for each",
            ALL,
            retrieval,
            _blank,
        ),
    )
}


def taken(system: System, case: Case, asked_for: bool) -> bool:
    """Whether a system is to answer a case. Look-ups are the rule layer's: a model takes them if it is asked for."""
    return case.kind in system.kinds and (asked_for or system.reads is None or case.kind not in LOOKUPS)
