"""Does a passage really say what a claim says? The model is asked on a short prompt, without the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from model.aside import asked_aside
from model.pages import Pages
from model.types import Claim, Source, Span
from model.weights import Model

CHECKER = "You check whether a passage answers a question."
CHECK = (
    "Passage:\n{passage}\n\nQuestion: {question}\nProposed answer: {claim}\n\n"
    "Is the proposed answer stated in the passage, and does it answer the question? Reply Yes or No."
)
AROUND = 600  # characters of its block that a cited span is shown with
YES, NO = ("Yes", "yes", " Yes"), ("No", "no", " No")


def checked(
    model: Model, pages: Pages, source: Source, question: str, claims: Sequence[Claim], doubt: float
) -> tuple[Claim, ...]:
    """The claims, with those unsupported that the model agrees to no more than `doubt`."""
    return tuple(
        c if holds(model, pages, source, question, c, doubt) else replace(c, support="none", citations=())
        for c in claims
    )


def holds(model: Model, pages: Pages, source: Source, question: str, claim: Claim, doubt: float) -> bool:
    """Whether the model agrees more than `doubt` that each of a claim's citations states it."""
    return all(agreement(model, pages, source, s, question, claim.text) > doubt for s in claim.citations)


def agreement(model: Model, pages: Pages, source: Source, span: Span, question: str, claim: str) -> float:
    """log P(yes) - log P(no) to the question whether the passage around `span` states the claim, in nats."""
    block = next(b for b in source.blocks if b.start <= span.start < b.end)
    passage = source.text[max(block.start, span.start - AROUND) : min(block.end, span.end + AROUND)]
    asked = CHECK.format(passage=passage, question=question, claim=claim)
    _, logits = asked_aside(model, pages, CHECKER, asked)
    yes, no = ([model.tokenizer.encode_prompt(word)[0] for word in words] for words in (YES, NO))
    return float(logits[yes].logsumexp(0) - logits[no].logsumexp(0))
