"""Where the answer comes from: lexical ranking, then the likelihood of the question given each passage."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from model.cite import sentences
from model.decode import prefill, surprise
from model.lexical import Lexicon
from model.pages import Pages
from model.prompt import language_of
from model.tokens import Prompt
from model.types import Evidence, Source, Span
from model.weights import Model

NEAR = 0.3  # share of its neighbours' lexical score that a passage gets (hit@8 on 257 questions .72 -> .79)
CANDIDATES = 12  # passages whose likelihood is asked
LIKELIHOOD = 1.0  # weight of the likelihood's z-score beside the lexical one
LONG = 1200  # characters from which a block is cut into several passages
KEPT = 8  # passages that are reported
LEAD = {"en": "\n\nQuestion: ", "zh": "\n\n问题："}
SINKS = 16  # tokens of the prompt's beginning that every excerpt keeps: attention rests on them


class Locator:
    """Ranks a document's passages for a question. Built once per document."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.passages = passages(source)
        self.lexicon = Lexicon([source.text[p.start : p.end] for p in self.passages])

    def locate(self, model: Model, pages: Pages, prompt: Prompt, question: str, scope: Span) -> tuple[Evidence, ...]:
        """The best passages inside the scope, best first; scores are comparable inside one question only."""
        ranked = self.lexical(question, scope)[: max(CANDIDATES, KEPT)]
        if not ranked:
            return ()
        if not pages.croppable:  # a passage cannot be attended to alone: its words must do
            return tuple(Evidence(self.passages[i], score) for i, score in ranked[:KEPT])
        spans = [self.passages[i] for i, _ in ranked[:CANDIDATES]]
        likely = standardized([-self._surprise(model, pages, prompt, span, question) for span in spans])
        lexical = standardized([score for _, score in ranked[:CANDIDATES]])
        merged = [a + LIKELIHOOD * b for a, b in zip(lexical, likely, strict=True)]
        order = sorted(range(len(spans)), key=lambda i: -merged[i])
        return tuple(Evidence(spans[i], merged[i]) for i in order[:KEPT])

    def lexical(self, query: str, scope: Span | None = None) -> list[tuple[int, float]]:
        """Numbers and scores of the passages inside the scope, best first, those without a common term left out."""
        own = [0.0, *self.lexicon.scores(query), 0.0]
        scores = [own[i] + NEAR * (own[i - 1] + own[i + 1]) for i in range(1, len(own) - 1)]
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        return [(i, scores[i]) for i in order if scores[i] > 0 and (not scope or scope.covers(self.passages[i]))]

    def _surprise(self, model: Model, pages: Pages, prompt: Prompt, span: Span, question: str) -> float:
        """Mean -log P of the question's tokens behind the passage's own pages and the prompt's beginning: the
        passage is not read again.
        """
        lead = model.tokenizer.encode_text(LEAD[language_of(question)]).ids
        asked = model.tokenizer.encode_text(question).ids
        run = prompt.run(span)
        excerpt = pages.view([range(min(SINKS, run.start)), run], len(lead) + len(asked))
        logits = prefill(model, excerpt, lead)
        return surprise(model, excerpt, asked, logits[-1])


def passages(source: Source) -> tuple[Span, ...]:
    """What can be located and quoted: the document's blocks that hold words, long ones cut between sentences."""
    return tuple(piece for block in source.blocks for piece in pieces(source.text, block))


def pieces(text: str, block: Span) -> list[Span]:
    """A block as runs of whole sentences of about LONG characters; none if it holds no word."""
    if len(block) <= LONG:
        return [block] if any(c.isalnum() for c in text[block.start : block.end]) else []
    runs: list[Span] = []
    for inner in sentences(text[block.start : block.end]):
        start, end = block.start + inner.start, block.start + inner.end
        if runs and end - runs[-1].start <= LONG:
            runs[-1] = Span(runs[-1].start, end)
        else:
            runs.append(Span(start, end))
    return runs


def standardized(values: Sequence[float]) -> list[float]:
    """z-scores; zeros when all values are equal, to rounding."""
    mean = sum(values) / len(values)
    spread = sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    return [(v - mean) / spread if spread > 1e-9 * abs(mean) else 0.0 for v in values]
