"""Evidence: where the answer comes from, by words and by the likelihood of the question given each passage."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from model.decode import likelihoods
from model.language import language_of
from model.pages import Pages
from model.passages import Passages
from model.tokens import Prompt
from model.types import Evidence, Source, Span
from model.weights import Model

ASKED = 700  # tokens, of all candidates together, that are asked how likely the question is: 3 s on two cores (1.5B)
FEWEST, MOST = 8, 48  # candidates
LIKELIHOOD = 1.0  # weight of the likelihood's z-score beside that of the words
KEPT = 8  # passages that are reported
LEAD = {"en": "\n\nQuestion: ", "zh": "\n\n问题："}
SINKS = 16  # tokens of the prompt's beginning that every excerpt keeps: attention rests on them


class Locator:
    """Ranks a document's passages for a question. Built once per document."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.passages = Passages(source)

    def by_words(self, query: str, scope: Span, limit: int = KEPT) -> tuple[Evidence, ...]:
        """The best passages inside the scope by their words alone, best first."""
        passages = self.passages
        ranked = list(passages.distinct(passages.ranked(query, scope)))[:limit]
        return tuple(Evidence(passages.reported(number, scope), score) for number, score in ranked)

    def locate(
        self, model: Model, pages: Pages, prompt: Prompt, question: str, scope: Span, limit: int = KEPT
    ) -> tuple[Evidence, ...]:
        """The best passages inside the scope, best first; scores are comparable inside one question only."""
        if not pages.croppable:  # a passage cannot be attended to alone: its words must do
            return self.by_words(question, scope, limit)
        ids = model.tokenizer.encode_text(question).ids
        passages = self.passages
        count = min(MOST, max(FEWEST, limit, ASKED // max(1, len(ids))))
        ranked = list(passages.distinct(passages.ranked(question, scope)))[:count]
        if not ranked or not ids:
            return ()
        likely = self._likelihoods(model, pages, prompt, [passages.spans[n] for n, _ in ranked], ids, question)
        by_words = standardized([score for _, score in ranked])
        merged = [a + LIKELIHOOD * b for a, b in zip(by_words, standardized(likely), strict=True)]
        order = sorted(range(len(ranked)), key=lambda i: -merged[i])[:limit]
        return tuple(Evidence(passages.reported(ranked[i][0], scope), merged[i]) for i in order)

    def parts(self, whole: Span, query: str) -> list[Span]:
        """The passages of an article, or the one that `whole` is, that which says most of the query first."""
        passages = self.passages
        inside = [number for number, other in enumerate(passages.wholes) if whole.covers(other)]
        scores = passages.lexicon.scores(query)
        found = [passages.spans[number] for number in sorted(inside, key=lambda number: -scores[number])]
        return found or [whole]

    def _likelihoods(
        self, model: Model, pages: Pages, prompt: Prompt, spans: Sequence[Span], ids: list[int], question: str
    ) -> list[float]:
        """Mean log P of the question's tokens behind each passage's own pages and the prompt's beginning."""
        lead = model.tokenizer.encode_text(LEAD[language_of(question)]).ids
        runs = [prompt.run(span) for span in spans]
        excerpts = [[range(min(SINKS, run.start)), run] for run in runs]
        return [float(row.mean()) for row in likelihoods(model, pages, excerpts, lead, ids)]


def named_first(named: tuple[Span, ...], evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The units that the question names, then what was located beside them."""
    best = max((e.score for e in evidence), default=0.0)
    own = tuple(Evidence(span, best + 1.0) for span in named)
    return own + tuple(e for e in evidence if not any(span.overlap(e.span) for span in named))


def standardized(values: Sequence[float]) -> list[float]:
    """z-scores; zeros when all values are equal, to rounding."""
    mean = sum(values) / len(values)
    spread = sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    return [(v - mean) / spread if spread > 1e-9 * abs(mean) else 0.0 for v in values]
