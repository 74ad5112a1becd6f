"""Verdict: what of an answer the text bears out, and whether it answers the question at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.answer import Written
from model.aside import translated
from model.cite import cite, claims_of, declines, main_claim
from model.evidence import Locator
from model.language import SAMPLE, language_of
from model.pages import Pages
from model.pointing import pointed
from model.support import checked, holds
from model.tokens import Prompt
from model.types import Ask, Cited, Evidence, Span
from model.weights import Model

PARTS = 3  # of a long article in which a claim may be found
OTHERS = 20  # passages that share words with the answer, beside those that were located


def judged(
    model: Model,
    pages: Pages,
    prompt: Prompt,
    locator: Locator,
    request: Ask,
    written: Written,
    evidence: tuple[Evidence, ...],
    query: str,
    scope: Span,
    doubt: float | None,
    stopped: Callable[[], bool],
) -> Cited:
    """The answer's claims with their places; unanswered when its main claim has none, or nothing located bears on the
    question. `query`: the question, and the one before it, in the document's language. `doubt`: from which of its own
    doubts on the model itself may contradict; None: it is not asked.
    """
    source, question, passages = locator.source, request.question, locator.passages
    said = claims_of(written.text)
    language = language_of(source.text[:SAMPLE])
    if language_of(question) == language:
        query, wording = question, {claim: claim for claim in said}
    else:
        doubt = None  # it was fitted where both are of one language
        wording = {claim: translated(model, pages, claim, language, stopped) or claim for claim in said}
    answer = " ".join(wording.values())
    places = [part for item in evidence for part in locator.parts(item.span, answer)[:PARTS]]
    places += [passages.spans[number] for number, _ in passages.ranked(answer, scope)[:OTHERS]]
    claims = cite(source, said, query, places, passages.lexicon, wording)
    if doubt is not None:
        claims = checked(model, pages, source, question, claims, doubt)
    if not claims or declines(written.text) or not _is_about(model, locator, request, evidence):
        return Cited(False, claims)
    main = main_claim(claims)
    if main.support == "none" and pages.croppable:
        pages.rewind(written.asked)
        place = pointed(model, pages, prompt, source, scope, language_of(question), stopped)
        (found,) = cite(source, [main.text], query, [place] if place else [], passages.lexicon, wording)
        own = replace(main, citations=(place,) if place else ())
        if place and doubt is not None and holds(model, pages, source, question, own, doubt):
            found = replace(own, support="partial")
        claims = tuple(found if claim is main else claim for claim in claims)
        main = found
    return Cited(main.support != "none", claims)


def _is_about(model: Model, locator: Locator, request: Ask, evidence: tuple[Evidence, ...]) -> bool:
    """Whether some passage bears so much on the question that the document may well answer it."""
    fitted = model.fitted.least if locator.extracts else model.fitted.least_in_place
    least = fitted.get(language_of(locator.source.text[:SAMPLE]))
    bearings = [item.bearing for item in evidence if item.bearing is not None]
    return least is None or not bearings or bool(request.named) or max(bearings) > least
