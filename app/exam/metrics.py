"""Metrics: what is measured on outcomes, each a function of a case and what came of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.documents.place import Gazetteer
from app.exam.case import Case
from app.exam.outcome import Outcome
from model.types import Problem, Span

FEW = 3.0  # seconds that citing and checking may always add
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_ARTICLES = frozenset({"a", "an", "the"})
_VERDICT = re.compile(r"\b(not\s+)?(true|correct|false|incorrect|wrong)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """A case, a system's outcome, and the places of the document that was asked about."""

    system: str
    case: Case
    outcome: Outcome
    places: Gazetteer


Values = tuple[float, ...]
Metric = Callable[[Result], Values]  # no values: it says nothing about this result


def bears(span: Span, gold: Span) -> bool:
    """Whether two places are the same one: at least half of the shorter lies in the other."""
    return 0 < min(len(span), len(gold)) <= 2 * span.overlap(gold)


def exact(result: Result) -> Values:
    """Of each place that is shown: whether these characters are in the text, some of them no white space."""
    text = result.places.document.text
    return tuple(
        float(span.end <= len(text) and bool(text[span.start : span.end].strip())) for span in result.outcome.shown
    )


def clicked(result: Result) -> Values:
    """Of each place that is shown: whether its address, followed as a reader would, leads to where it begins."""
    return tuple(float(_leads_back(result.places, span)) for span in result.outcome.shown)


def hit(depth: int) -> Metric:
    """Whether a gold place is among the first `depth` of the evidence."""
    return lambda result: _hit(result.outcome.evidence[:depth], result)


def cited(depth: int) -> Metric:
    """Whether a gold place is among the first `depth` shown: the claims' citations, then the evidence."""
    return lambda result: _hit(result.outcome.shown[:depth], result)


def recall(depth: int) -> Metric:
    """The share of the gold places that are among the first `depth` of the evidence."""
    return lambda result: _share(result.case.gold, result.outcome.evidence[:depth])


def reciprocal_rank(result: Result) -> Values:
    """1 / rank of the first gold place in the evidence, 0 where there is none."""
    rank = rank_of(result)
    return () if not result.case.gold else (1 / rank if rank else 0.0,)


def rank_of(result: Result) -> int:
    """The rank, from 1, of the first gold place in the evidence; 0 where there is none."""
    evidence = result.outcome.evidence
    return next((rank for rank, span in enumerate(evidence, 1) if _borne(span, result.case.gold)), 0)


def refused(result: Result) -> Values:
    """Whether a question that the document does not answer is refused. A failure is no refusal; nor is it one to leave
    a missing article to others.
    """
    value = float(result.outcome.answered is False)
    if result.case.kind == "missing":
        return (value,)
    return () if result.case.answerable else _said(result, value)


def falsely_refused(result: Result) -> Values:
    """Whether a question that the document does answer is refused, or came to nothing."""
    return _said(result, float(not result.outcome.answered)) if result.case.answerable else ()


def verified(result: Result) -> Values:
    """Of each claim of an answer: whether it is supported, fully or partly, and has a citation."""
    if not result.outcome.answered or result.case.truth is False:
        return ()
    return tuple(float(claim.support != "none" and bool(claim.citations)) for claim in result.outcome.claims)


def citation_f1(result: Result) -> Values:
    """The harmonic mean of the share of citations at gold places and of that of gold places cited; of answers."""
    gold, citations = result.case.gold, result.outcome.citations
    if not gold or not result.outcome.answered:
        return ()
    right = sum(_borne(span, gold) for span in citations) / max(1, len(citations))
    found = _share(gold, citations)[0]
    return (2 * right * found / (right + found) if right and found else 0.0,)


def token_f1(result: Result) -> Values:
    """The best harmonic mean of precision and recall of words with a gold answer (Rajpurkar et al. 2016): lower case,
    no articles, Chinese by characters. What was refused says nothing.
    """
    if not result.case.answers or result.case.kind != "tale":
        return ()
    said = _tokens(result.outcome.text if result.outcome.answered else "")
    return (max(_overlap(said, _tokens(answer)) for answer in result.case.answers),)


def judged(result: Result) -> Values:
    """Whether the verdict on a claim is the right one; no verdict is a wrong one."""
    if result.case.truth is None:
        return ()
    return (float(result.outcome.answered is not False and verdict(result.outcome.text) == result.case.truth),)


def verdict(text: str) -> bool | None:
    """What an answer calls a claim: its first word of truth, turned round by a "not" before it."""
    found = _VERDICT.search(text)
    return None if found is None else (found[2].lower() in ("true", "correct")) != bool(found[1])


def added(result: Result) -> Values:
    """Seconds of citing and checking, of answers that came."""
    return (result.outcome.took.citing,) if result.outcome.answered is not None else ()


def added_share(result: Result) -> Values:
    """Seconds of citing and checking as a share of those of locating and writing."""
    took = result.outcome.took
    without = took.locating + took.writing
    return (took.citing / without,) if result.outcome.answered is not None and without else ()


def of_allowed(result: Result) -> Values:
    """Seconds of citing and checking as a share of those allowed: a fifth of locating and writing, at least FEW."""
    took = result.outcome.took
    allowed = max(FEW, 0.2 * (took.locating + took.writing))
    return (took.citing / allowed,) if result.outcome.answered is not None else ()


def seconds(result: Result) -> Values:
    """Seconds from the question to its ending; reading counts where it is done anew for each question."""
    took = result.outcome.took
    before = 0.0 if result.system == "retrieval" else took.reading
    return (took.total - before,) if not result.outcome.problem else ()


def alone(metric: Metric) -> Callable[[Sequence[Result]], list[Values]]:
    """A metric's values of each result for itself."""
    return lambda results: [metric(result) for result in results]


def both_of_a_pair(results: Sequence[Result]) -> list[Values]:
    """Of each pair of claims that was asked about whole: whether both verdicts are right."""
    pairs: dict[str, list[float]] = {}
    for result in results:
        if result.case.pair:
            pairs.setdefault(result.case.pair, []).extend(judged(result))
    return [(min(values),) for values in pairs.values() if len(values) == 2]


def _leads_back(places: Gazetteer, span: Span) -> bool:
    """An address names the place where a span begins; a span may go on behind it."""
    if span.end > len(places.document.text) or not len(span):
        return False
    try:
        place = places.place(places.document.address(span.start))
    except Problem:
        return False
    return place.start <= span.start < place.end


def _hit(spans: Sequence[Span], result: Result) -> Values:
    gold = result.case.gold
    return (float(any(_borne(span, gold) for span in spans)),) if gold else ()


def _share(gold: Sequence[Span], spans: Sequence[Span]) -> Values:
    return (sum(any(bears(span, place) for span in spans) for place in gold) / len(gold),) if gold else ()


def _borne(span: Span, gold: Iterable[Span]) -> bool:
    return any(bears(span, place) for place in gold)


def _said(result: Result, value: float) -> Values:
    """The value, where the system says whether the document answers, or failed."""
    return (value,) if result.outcome.answered is not None or result.outcome.problem else ()


def _tokens(text: str) -> Counter[str]:
    return Counter(word for word in _TOKEN.findall(text.casefold()) if word not in _ARTICLES)


def _overlap(said: Counter[str], gold: Counter[str]) -> float:
    common = (said & gold).total()
    return 2 * common / (said.total() + gold.total()) if common else 0.0
