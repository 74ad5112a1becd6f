"""Outcome: what a system said to a case, as a frozen value and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from model.types import Claim, Correction, Span


@dataclass(frozen=True, slots=True)
class Took:
    """Wall-clock seconds as the caller saw them. `reading` is all before the question itself was looked at, `citing`
    runs from the last word to the citations, checks included.
    """

    total: float = 0.0
    reading: float = 0.0
    locating: float = 0.0
    writing: float = 0.0
    citing: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came. `answered` is None where the system does not say whether the document answers. `problem`: the code of
    the failure that ended it, "" where none did. `notices` are the codes of what was said on the way.
    """

    evidence: tuple[Span, ...] = ()
    answered: bool | None = None
    text: str = ""
    claims: tuple[Claim, ...] = ()
    took: Took = field(default_factory=Took)
    precision: str = ""
    problem: str = ""
    notices: tuple[str, ...] = ()

    @property
    def citations(self) -> tuple[Span, ...]:
        """What the claims cite, in their order, none twice."""
        return tuple(dict.fromkeys(span for claim in self.claims for span in claim.citations))

    @property
    def shown(self) -> tuple[Span, ...]:
        """Every place that a reader is shown, citations first, none twice."""
        return tuple(dict.fromkeys((*self.citations, *self.evidence)))


def plain(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON has it; a span is [start, end]."""
    return {
        **asdict(outcome),
        "evidence": _pairs(outcome.evidence),
        "claims": [{**asdict(claim), "citations": _pairs(claim.citations)} for claim in outcome.claims],
    }


def outcome_of(fields: dict[str, Any]) -> Outcome:
    """What `plain` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return Outcome(
        _spans(fields["evidence"]),
        fields["answered"],
        fields["text"],
        tuple(
            Claim(c["text"], c["support"], _spans(c["citations"]), tuple(Correction(**x) for x in c["corrections"]))
            for c in fields["claims"]
        ),
        Took(**fields["took"]),
        fields["precision"],
        fields["problem"],
        tuple(fields["notices"]),
    )


def _pairs(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)
