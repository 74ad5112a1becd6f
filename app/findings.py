"""Findings: what a search found, as lines for people and JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import click

from app.documents.document import Document
from app.documents.law.references import Reference, outgoing
from model.types import Span

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Finding:
    """An article or passage that was found. `score`: higher is better, comparable inside one search only; `words`
    are the places in it of what was searched for, where that was words.
    """

    span: Span
    score: float
    words: tuple[Span, ...] = ()


class Findings:
    """The findings of one search of a document, in their order."""

    def __init__(self, document: Document, found: Sequence[Finding]) -> None:
        self.document = document
        self.found = tuple(found)

    def show(self) -> None:
        """Rank, label, titles above, the text word for word, and what it refers to."""
        for rank, (finding, cited) in enumerate(zip(self.found, self._references, strict=True), 1):
            label = click.style(self.document.address(finding.span.start), bold=True)
            click.echo(" · ".join([f"{rank}. {label}", *self._path(finding)]))
            click.echo(INDENT + self._marked(finding).replace("\n", "\n" + INDENT))
            if cited:
                click.echo(
                    click.style(f"{INDENT}→ {'; '.join(reference.destination for reference in cited)}", dim=True)
                )
            click.echo()

    def as_plain(self) -> list[dict[str, Any]]:
        """The stable machine-readable form. `references` are places in this document, `others` the labels of what
        leads out of it or to nothing in it.
        """
        return [self._plain(finding, cited) for finding, cited in zip(self.found, self._references, strict=True)]

    def _plain(self, finding: Finding, cited: Sequence[Reference]) -> dict[str, Any]:
        span, unit = finding.span, self.document.unit_at(finding.span.start)
        targets = dict.fromkeys(target for reference in cited for target in reference.targets)
        return {
            "label": self.document.address(span.start),
            "number": unit.number if unit else "",
            "start": span.start,
            "end": span.end,
            "text": self.document.text[span.start : span.end],
            "score": finding.score,
            "path": list(self._path(finding)),
            "references": [{"label": t.label, "start": t.start, "end": t.end} for t in targets],
            "others": list(dict.fromkeys(reference.destination for reference in cited if not reference.targets)),
            "words": [asdict(word) for word in finding.words],
        }

    @cached_property
    def _references(self) -> tuple[tuple[Reference, ...], ...]:
        """Of each finding what it refers to outside itself, each once."""
        return tuple(outgoing(self.document, finding.span) for finding in self.found)

    def _path(self, finding: Finding) -> tuple[str, ...]:
        """The titles above a finding, from the top."""
        place = finding.span.start
        if unit := self.document.unit_at(place):
            return unit.path
        return tuple(section.title for section in self.document.sections if section.start <= place < section.end)

    def _marked(self, finding: Finding) -> str:
        """The text, its words bold; a terminal shows that, elsewhere nothing is added."""
        text, place, pieces = self.document.text, finding.span.start, []
        for word in finding.words:
            pieces += [text[place : word.start], click.style(text[word.start : word.end], bold=True)]
            place = word.end
        return "".join([*pieces, text[place : finding.span.end]])
