"""Searching: the articles or passages that a question, a phrase or a boolean query finds; nothing is written."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import click

from app.asking import decided, named
from app.documents import query
from app.documents.concordance import Concordance
from app.documents.document import Document
from app.documents.law.question import ruled
from app.findings import Finding, Findings
from app.report import Interruptible, Report, say
from app.session import Session
from model.types import Evidence, Finished, Located, Read, Search, Span

_NOTHING = ("Nothing that answers this search was found.", "没有找到符合此检索的内容。")
_MORE = (
    "{count:,} found; the first {limit:,} are shown (--limit).",
    "共找到 {count:,} 处，显示前 {limit:,} 处（--limit）。",
)
_AGAIN = ("The model has read these too; the order is now:", "模型已参与排序，现在的次序是：")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for: a question in plain words, one exact phrase, or a query with AND, OR, NOT; `limit` is
    the most that is shown.
    """

    words: str
    kind: Literal["question", "phrase", "query"] = "question"
    scope: Span | None = None
    limit: int = 10


@dataclass
class Shown:
    """What a search shows, where: in a terminal the first findings at once, elsewhere the last alone."""

    document: Document
    language: str
    as_json: bool
    streams: bool = field(default_factory=lambda: sys.stdout.isatty())
    found: tuple[Finding, ...] = ()

    def first(self, found: tuple[Finding, ...]) -> None:
        """What may still change its order."""
        if self.streams and not self.as_json and not self.found:
            self.found = found
            Findings(self.document, found).show()

    def last(self, found: tuple[Finding, ...], why_nothing: str = "") -> None:
        if self.as_json:
            click.echo(json.dumps(Findings(self.document, found).as_plain(), ensure_ascii=False))
        elif [f.span for f in found] != [f.span for f in self.found]:
            if self.found:
                click.echo(self.said(_AGAIN) + "\n")
            Findings(self.document, found).show()
        if not found:
            say(why_nothing or self.said(_NOTHING))

    def said(self, sentence: tuple[str, str]) -> str:
        return sentence[self.language == "zh"]


def search(document: Document, sought: Sought, reading: Callable[[], Read], offline: bool, shown: Shown) -> None:
    """Search a document and show what is found, best first; phrases and queries in the text's order, every word of
    theirs with its place. Only a question that does not itself name what it wants takes the engine, and `reading`
    the words of that request. Raises Problem.
    """
    if sought.kind != "question":
        found = worded(document, sought)
        if len(found) > sought.limit:
            say(shown.said(_MORE).format(count=len(found), limit=sought.limit))
        shown.last(found[: sought.limit])
    elif reply := decided(document, sought.words, sought.scope):
        shown.last(best(document, reply.evidence, sought), "" if reply.evidence else reply.answer)
    else:
        _ask(document, sought, reading(), offline, shown)


def worded(document: Document, sought: Sought) -> tuple[Finding, ...]:
    """All that holds a phrase, or answers a query; the score counts the words found."""
    wanted = query.phrase(sought.words) if sought.kind == "phrase" else query.parse(sought.words)
    matches = Concordance(document, sought.scope).search(wanted)
    return tuple(Finding(match.span, float(len(match.words)), match.words) for match in matches)


def best(document: Document, evidence: Iterable[Evidence], sought: Sought) -> tuple[Finding, ...]:
    """The first findings among the evidence: in a law whole articles where they lie in the scope, none twice."""
    found: dict[Span, Finding] = {}
    for item in evidence:
        span = _whole(document, item.span, sought.scope)
        found.setdefault(span, Finding(span, item.score))
    return tuple(found.values())[: sought.limit]


def _whole(document: Document, span: Span, scope: Span | None) -> Span:
    unit = document.unit_at(span.start)
    whole = Span(unit.start, unit.end) if unit else span
    return whole if whole.covers(span) and (scope is None or scope.covers(whole)) else span


def _ask(document: Document, sought: Sought, reading: Read, offline: bool, shown: Shown) -> None:
    """Let the engine rank; what the question itself names stays before all that it finds."""
    ruling = ruled(document, sought.words)
    units = named(ruling, sought.scope) if ruling else ()
    request = Search(reading, sought.words, sought.scope, sought.limit + len(units))
    found = best(document, [Evidence(unit, 1.0) for unit in units], sought)
    with Session(offline) as session:
        for evidence in _located(session, request, Report(document, shown.language, shown.as_json)):
            top = max([1.0, *(item.score for item in evidence)])
            found = best(document, [*(Evidence(unit, top) for unit in units), *evidence], sought)
            shown.first(found)
    shown.last(found)


def _located(session: Session, request: Search, report: Report) -> Iterator[tuple[Evidence, ...]]:
    """The evidence each time it comes; all else is reported."""
    with Interruptible(session), report.bar:
        for event in session.run(request):
            if isinstance(event, Located):
                report.bar.end()
                yield event.evidence
            elif not isinstance(event, Finished):
                report.show(event)
