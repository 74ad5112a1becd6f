"""Turn: one question about a book and its answer, as the library keeps it: each place with its words, so that it is
found again in another text of the same book.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from app.documents.document import Document
from app.library.anchor import Anchors
from app.library.records import Mark, context
from model.types import Claim, Correction, Evidence, Receipt, Span

Pair = list[int]  # a span as JSON has it: [start, end]


@dataclass(frozen=True, slots=True)
class Kept:
    """One turn. `time` is UTC, ISO 8601; spans are characters of the document's text; `scope` is the part that was
    asked about, None the whole. `by_rule`: answered by what the question names, without a model. `lost` are words that
    were cited and do not stand in the text that the book has now. `number`: 0 before it is kept.
    """

    time: str
    question: str
    answer: str
    answered: bool
    claims: tuple[Claim, ...] = ()
    scope: Span | None = None
    evidence: tuple[Evidence, ...] = ()
    receipt: Receipt | None = None
    by_rule: bool = False
    lost: tuple[str, ...] = ()
    number: int = 0

    @property
    def places(self) -> tuple[Span, ...]:
        """Every place of it, none twice."""
        cited = [span for claim in self.claims for span in claim.citations]
        return tuple(dict.fromkeys((*cited, *(item.span for item in self.evidence))))


def said_of(kept: Kept, document: Document) -> str:
    """A turn as JSON in ASCII, which keeps half a letter too."""
    receipt = kept.receipt
    fields = {
        "question": kept.question,
        "answer": kept.answer,
        "answered": kept.answered,
        "claims": [
            [c.text, c.support, [_pair(span) for span in c.citations], [[x.said, x.right] for x in c.corrections]]
            for c in kept.claims
        ],
        "scope": _pair(kept.scope) if kept.scope is not None else None,
        "evidence": [[*_pair(item.span), item.score, item.bearing] for item in kept.evidence],
        "receipt": {**asdict(receipt), "left_out": [_pair(s) for s in receipt.left_out]} if receipt else None,
        "by_rule": kept.by_rule,
        "lost": list(kept.lost),
        "places": [[*_pair(span), *context(document, span)] for span in kept.places],
    }
    return json.dumps(fields)


def kept_of(number: int, time: str, said: str) -> Kept:
    """What `said_of` wrote."""
    fields: dict[str, Any] = json.loads(said)
    return Kept(
        time,
        fields["question"],
        fields["answer"],
        fields["answered"],
        tuple(
            Claim(text, support, _spans(places), tuple(Correction(*x) for x in corrections))
            for text, support, places, corrections in fields["claims"]
        ),
        Span(*fields["scope"]) if fields["scope"] is not None else None,
        tuple(Evidence(Span(start, end), score, bearing) for start, end, score, bearing in fields["evidence"]),
        _receipt(fields["receipt"]),
        fields["by_rule"],
        tuple(fields["lost"]),
        number,
    )


def moved(said: str, anchors: Anchors, characters: int) -> str:
    """The same turn about another text of the book, of which the old one had so many characters."""
    fields: dict[str, Any] = json.loads(said)
    stands: dict[tuple[int, int], Pair | None] = {}
    for start, end, before, words, after in fields["places"]:
        mark = Mark(0, "highlight", Span(start, end), words, before, after, "", "")
        span = anchors.find(mark, start / max(1, characters))
        stands[start, end] = _pair(span) if span is not None else None
        if span is None:
            fields["lost"].append(words)

    def there(pairs: list[Pair]) -> list[Pair]:
        return [new for start, end in pairs if (new := stands.get((start, end)))]

    for claim in fields["claims"]:
        claim[2] = there(claim[2])
    fields["evidence"] = [
        [*new, *rest] for start, end, *rest in fields["evidence"] if (new := stands.get((start, end)))
    ]
    share = len(anchors.text) / max(1, characters)
    if fields["scope"]:
        fields["scope"] = [round(place * share) for place in fields["scope"]]
    fields["places"] = [[*new, *rest] for start, end, *rest in fields["places"] if (new := stands[start, end])]
    return json.dumps(fields)


def _receipt(plain: dict[str, Any] | None) -> Receipt | None:
    return Receipt(**{**plain, "left_out": _spans(plain["left_out"])}) if plain else None


def _pair(span: Span) -> Pair:
    return [span.start, span.end]


def _spans(pairs: list[Pair]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)
