"""Answer: what is written behind the pages, piece by piece, and where the text bears it out."""

from __future__ import annotations

from collections.abc import Callable, Generator

from model.cite import cite, declines, main_claim
from model.clock import Clock
from model.decode import decode, likeliest, prefill, sampled, stream
from model.evidence import Locator
from model.lookup import Lookup
from model.pages import Pages
from model.plan import RESERVE, ROWS
from model.prompt import ending, language_of, tail
from model.read import prefix
from model.support import checked
from model.tokens import Prompt
from model.types import Ask, Cited, Event, Evidence, Problem, Source, Span, Wrote
from model.weights import Model

LIMIT = 200  # tokens of an answer
QUOTED = 3  # passages that are quoted again beside the question
QUOTED_TOKENS = 450  # and how many tokens they may take together


def seen(
    model: Model, pages: Pages, prompt: Prompt, scope: Span, stopped: Callable[[], bool], rows: int = ROWS
) -> Pages:
    """The pages that a question about a scope attends to: all that stands, a prefix of it, or the prompt's beginning
    and the scope's own. Raises Problem "scope-hybrid", Interrupted.
    """
    run = prompt.run(scope)
    if scope.start > 0:
        return pages.view([range(min(prompt.before, run.start)), run], RESERVE)
    if run.stop >= pages.length:
        return pages
    return prefix(model, pages, prompt, run.stop, RESERVE, stopped, rows)


def write(
    model: Model,
    pages: Pages,
    request: Ask,
    evidence: tuple[Evidence, ...],
    lookup: Lookup | None,
    clock: Clock,
    stopped: Callable[[], bool],
) -> Generator[Event, None, str]:
    """The answer, piece by piece; the pages rewound to the document's end afterwards. Raises Problem
    "question-long".
    """
    end = pages.length
    ids = asked(model, request.reading.source, request.question, evidence)
    if end + len(ids) + LIMIT > pages.capacity:
        raise Problem("question-long", tokens=len(ids), limit=pages.capacity - end - LIMIT)
    choose = sampled(request.temperature, request.seed) if request.temperature else likeliest
    pieces = []
    try:
        logits = prefill(model, pages, ids)
        tokens = decode(model, pages, logits[-1], LIMIT, lookup, choose)
        for piece in stream(model, tokens, stopped):
            clock.wrote()
            pieces.append(piece)
            yield Wrote(piece)
    finally:
        pages.rewind(end)
    clock.answered()
    return "".join(pieces)


def asked(model: Model, source: Source, question: str, evidence: tuple[Evidence, ...]) -> list[int]:
    """The tokens behind the document: the best passages that fit QUOTED_TOKENS, the question, the turn's end."""
    tokenizer, template = model.tokenizer, model.checkpoint.template
    passages: list[str] = []
    room = QUOTED_TOKENS
    for item in evidence[:QUOTED]:
        words = source.text[item.span.start : item.span.end]
        tokens = tokenizer.encode_text(words)
        if len(tokens) > room:
            continue
        room -= len(tokens)
        passages.append(words)
    end = ending(template, language_of(question))
    return tokenizer.encode_text(tail(question, passages)).ids + tokenizer.encode_prompt(end)


def cited(
    model: Model,
    pages: Pages,
    locator: Locator,
    question: str,
    answer: str,
    evidence: tuple[Evidence, ...],
    scope: Span,
    doubt: float | None,
) -> Cited:
    """The answer's claims with their places; unanswered when its main claim has none. `doubt`: from which of its own
    doubts on the model itself may contradict; None: it is not asked.
    """
    found = [locator.passages[i] for i, _ in locator.lexical(answer, scope)[:20]]
    claims = cite(locator.source, answer, question, [e.span for e in evidence] + found, locator.lexicon)
    if doubt is not None:
        claims = checked(model, pages, locator.source, question, claims, doubt)
    answered = bool(claims) and main_claim(claims).support != "none" and not declines(answer)
    return Cited(answered, claims)
