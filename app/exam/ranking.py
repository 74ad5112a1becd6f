"""Ranking: passages by the words that they share with a question (BM25), and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.document import Document
from model.lexical import Lexicon
from model.types import Span


class Ranking:
    """Places of a text, ranked for a question."""

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self.spans = tuple(spans)
        self.lexicon = Lexicon([text[span.start : span.end] for span in self.spans])

    def best(self, question: str, limit: int) -> tuple[Span, ...]:
        """At most `limit` places, best first; those that share no word with the question are left out."""
        scores = self.lexicon.scores(question)
        order = sorted(range(len(scores)), key=lambda i: -scores[i])[:limit]
        return tuple(self.spans[i] for i in order if scores[i] > 0)


def passages(document: Document) -> tuple[Span, ...]:
    """What is ranked: a law's articles, a book's paragraphs."""
    units = tuple(Span(unit.start, unit.end) for unit in document.units)
    return units or tuple(b.span for b in document.blocks if b.kind != "heading" and len(b.span))
