"""Evidence: where the answer comes from, by words and by the likelihood of the question given each passage."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from itertools import islice
from math import sqrt

from torch import Tensor

from model.decode import likelihoods
from model.excerpts import excerpts_of
from model.extracts import NOTHING, SINKS, Extracts
from model.fitted import bearing
from model.gist import COMMON, LEAD, Gists, centres, question_states
from model.language import language_of
from model.pages import Pages
from model.passages import Passages
from model.tokens import Prompt
from model.types import Evidence, Source, Span
from model.weights import Model

ASKED = 700  # tokens, of all candidates together, that are asked how likely the question is: 3 s on two cores (1.5B)
FEWEST, MOST = 8, 48  # candidates
LENGTHIEST = 256  # tokens of a question; a longer one is looked for by its words alone
GIST = {"law": 1.0, "prose": 0.25}  # weight of the gist's z-score beside that of the words
LIKELIHOOD = {"law": 1.5, "prose": 2.0}  # and of the likelihood's beside both
PROBED, PROBE = 1.0, 1.5  # and, where the model has a probe, of the likelihood's and the probe's
KEPT = 8  # passages that are reported


class Locator:
    """Ranks a document's passages for a question. Built once per document."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.passages = Passages(source)
        self.kind = "law" if source.units else "prose"
        self.extracts: Extracts | None = None
        self.gists: Gists | None = None

    def know(self, model: Model, extracts: Extracts) -> None:
        """Rank by these extracts from now on."""
        if self.extracts is None or self.extracts.names != extracts.names:
            self.gists = Gists(extracts.states(), centres(model, extracts.before(model, COMMON)))
            self.extracts = extracts

    def by_words(self, query: str, scope: Span, limit: int = KEPT) -> tuple[Evidence, ...]:
        """The best passages inside the scope by their words alone, best first."""
        passages = self.passages
        ranked = list(passages.distinct(passages.ranked(query, scope)))[:limit]
        return tuple(Evidence(passages.reported(number, scope), score) for number, score in ranked)

    def locate(
        self, model: Model, pages: Pages | None, prompt: Prompt, question: str, scope: Span, limit: int = KEPT
    ) -> tuple[Evidence, ...]:
        """The best passages inside the scope, best first; scores are comparable inside one question only."""
        ids = model.tokenizer.encode_text(question).ids
        attended = self.extracts is not None or (pages is not None and pages.croppable)  # a passage alone
        if not attended or not 0 < len(ids) <= LENGTHIEST:
            return self.by_words(question, scope, limit)
        scores = self._scores(model, question, scope)
        count = min(MOST, max(FEWEST, limit, ASKED // len(ids)))
        best = sorted(scores, key=lambda number: -scores[number])
        numbers = [n for n, _ in islice(self.passages.distinct([(n, scores[n]) for n in best]), count)]
        if not numbers:
            return ()
        rows, states = self._asked(model, pages, prompt, numbers, question, ids)
        told = model.fitted.probe.scores(states) if model.fitted.probe else None
        merged = self._merged([scores[number] for number in numbers], rows.mean(1).tolist(), told)
        raised = (rows - rows[-1]).sum(1).tolist()  # by which passages raise the question's log-likelihood
        bearings = map(bearing, told, raised) if told else itertools.repeat(None)
        spans = [self.passages.reported(number, scope) for number in numbers]
        found = [Evidence(*own) for own in zip(spans, merged, bearings, strict=False)]
        return tuple(sorted(found, key=lambda item: -item.score)[:limit])

    def _merged(self, own: Sequence[float], likely: Sequence[float], told: Sequence[float] | None) -> list[float]:
        """One score of each passage, of those by words and gists, by the question's mean log-likelihood and by the
        probe. What `likely` and `told` have behind theirs does not count.
        """
        count = len(own)
        terms = [(1.0, own), (LIKELIHOOD[self.kind] if told is None else PROBED, likely[:count])]
        terms += [(PROBE, told[:count])] if told else []
        weighted = [[weight * value for value in standardized(values)] for weight, values in terms]
        return [sum(values) for values in zip(*weighted, strict=True)]

    def _scores(self, model: Model, question: str, scope: Span) -> dict[int, float]:
        """Each passage inside the scope that may be meant, by words and, where extracts are there, by gist."""
        by_words = dict(self.passages.ranked(question, scope))
        if self.extracts is None or self.gists is None:
            return by_words
        language = language_of(question)
        state = question_states(model, self.extracts.before(model), [question], language)[0]
        inside = [n for n, span in enumerate(self.passages.spans) if scope.covers(span)]
        likeness = self.gists.likeness(state, language)
        words = standardized([by_words.get(n, 0.0) for n in inside])
        gists = standardized([likeness[n] for n in inside])
        return {n: a + GIST[self.kind] * b for n, a, b in zip(inside, words, gists, strict=True)}

    def _asked(
        self, model: Model, pages: Pages | None, prompt: Prompt, numbers: Sequence[int], question: str, ids: list[int]
    ) -> tuple[Tensor, Tensor]:
        """log P of the question's tokens behind each passage [passages, tokens], and what its last one has become at
        the probe's layer [passages, size]: as the passage stands in the document's pages, or read alone where extracts
        are there; with a row more, behind no passage.
        """
        lead = model.tokenizer.encode_text(LEAD[language_of(question)]).ids
        layer = model.fitted.probe.layer if model.fitted.probe else 0
        if self.extracts:
            with model.unstretched():
                return likelihoods(model, self.extracts.excerpts(model, [*numbers, NOTHING]), lead, ids, layer)
        assert pages is not None
        runs = [prompt.run(self.passages.spans[number]) for number in numbers]
        excerpts = excerpts_of(pages, [*([range(min(SINKS, run.start)), run] for run in runs), [range(SINKS)]])
        return likelihoods(model, excerpts, lead, ids, layer)

    def parts(self, whole: Span, query: str) -> list[Span]:
        """The passages of an article, or the one that `whole` is, that which says most of the query first."""
        passages = self.passages
        inside = [number for number, other in enumerate(passages.wholes) if whole.covers(other)]
        scores = passages.lexicon.scores(query)
        found = [passages.spans[number] for number in sorted(inside, key=lambda number: -scores[number])]
        return found or [whole]


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
