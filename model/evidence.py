"""Where the answer comes from: lexical ranking, then the likelihood of the question given each passage."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from model.decode import prefill, surprise
from model.lexical import Lexicon
from model.pages import Pages
from model.types import Evidence, Plan, Source, Span
from model.weights import Model, page_header

NEAR = 0.3  # share of its neighbours' lexical score that a passage gets (hit@8 on 257 questions .72 -> .79)
CANDIDATES = 20  # passages whose likelihood may be asked
BUDGET = 3e12  # FLOP for the likelihoods: 1.5-4 s on two cores, and the same passages on every machine
KEPT = 8  # passages that are reported
LIKELIHOOD = 1.0  # weight of the likelihood's z-score beside the lexical one


class Locator:
    """Ranks a document's passages for a question. Built once per document."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.passages = passages(source)
        self.lexicon = Lexicon([source.text[p.start : p.end] for p in self.passages])

    def locate(self, model: Model, plan: Plan, question: str) -> tuple[Evidence, ...]:
        """The best passages, best first."""
        ranked = self.lexical(question)[:CANDIDATES]
        asked = self._affordable(model, [self.passages[i] for i, _ in ranked])
        if len(asked) < 2:
            return tuple(Evidence(self.passages[i], score) for i, score in ranked[:KEPT])
        likely = [-self._surprise(model, plan, span, question) for span in asked]
        lexical = standardized([score for _, score in ranked[: len(asked)]])
        merged = [a + LIKELIHOOD * b for a, b in zip(lexical, standardized(likely), strict=True)]
        order = sorted(range(len(asked)), key=lambda i: -merged[i])
        return tuple(Evidence(asked[i], merged[i]) for i in order[:KEPT])

    def lexical(self, query: str) -> list[tuple[int, float]]:
        """Passage numbers and scores, best first, those without a common term left out."""
        own = [0.0, *self.lexicon.scores(query), 0.0]
        scores = [own[i] + NEAR * (own[i - 1] + own[i + 1]) for i in range(1, len(own) - 1)]
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        return [(i, scores[i]) for i in order if scores[i] > 0]

    def _affordable(self, model: Model, spans: list[Span]) -> list[Span]:
        """The first candidates whose reading stays inside the budget."""
        tokens = BUDGET / (2 * model.shape.parameters)
        characters = 4 if self.source.language[:2] != "zh" else 1.4
        asked = []
        for span in spans:
            tokens -= len(span) / characters + 24
            if tokens < 0:
                break
            asked.append(span)
        return asked

    def _surprise(self, model: Model, plan: Plan, span: Span, question: str) -> float:
        """Mean -log P of the question's tokens when the passage alone has been read."""
        tokenizer = model.tokenizer
        passage = tokenizer.encode_text(self.source.text[span.start : span.end] + "\n\n? ").ids
        asked = tokenizer.encode_text(question).ids
        pages = Pages(page_header(model.checkpoint, plan, model.module.dtype), len(passage) + len(asked), folder=None)
        logits = prefill(model, pages, passage)
        return surprise(model, pages, asked, logits[-1])


def passages(source: Source) -> tuple[Span, ...]:
    """What can be located and quoted: the document's blocks that hold words."""
    return tuple(b for b in source.blocks if any(c.isalnum() for c in source.text[b.start : b.end]))


def standardized(values: Sequence[float]) -> list[float]:
    """z-scores; zeros when all values are equal."""
    mean = sum(values) / len(values)
    spread = sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    return [(v - mean) / spread if spread else 0.0 for v in values]
