"""Events and documents as lines for people and JSON for programs. Results on stdout, progress on stderr."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import asdict
from types import FrameType
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app import listing
from app.documents.document import Document
from app.documents.place import Gazetteer
from app.problems import render
from app.session import Session
from model.types import (
    Ask,
    Chose,
    Cited,
    Converting,
    Event,
    Evidence,
    Failed,
    Fetch,
    Fetching,
    Finished,
    Located,
    Noticed,
    Offer,
    Offered,
    Plan,
    Planned,
    Problem,
    Read,
    Reading,
    Receipt,
    Search,
    Span,
    Stopped,
    Withdrew,
    Wrote,
)

MOST_NAMED = 5  # places of one kind of damage
LINE_EVERY = 10.0  # seconds between progress lines where there is no terminal to draw a bar in


class Report:
    """Follows one request: shows each event as it comes and, at the end, the whole as text or JSON."""

    def __init__(self, document: Document | None, language: str, as_json: bool) -> None:
        self.document = document
        self.language = language
        self.as_json = as_json
        self.scope: Span | None = None
        self.so_far = False
        self.offers: tuple[Offer, ...] = ()
        self.plan: Plan | None = None
        self.evidence: tuple[Evidence, ...] = ()
        self.answer = ""
        self.cited: Cited | None = None
        self.place, self.fetching_since = "", 0.0
        self.bar = Bar()

    def follow(self, session: Session, request: Read | Ask | Search | Fetch) -> None:
        """Run the request to its ending. Raises Problem if that is a failure or a stop."""
        if isinstance(request, Ask):
            self.scope, self.so_far = request.scope, request.so_far
        with Interruptible(session), self.bar:
            for event in session.run(request):
                self.show(event)

    def show(self, event: Event) -> None:
        match event:
            case Chose():
                better = f"; better here, if you can wait: {event.better}" if event.better else ""
                say(f"model: {event.model}, {event.reason}{better}")
            case Fetching():
                self._fetching(event)
            case Converting():
                self.bar.end()
                say(f"unpacking {event.model} once for fast loading …")
            case Offered():
                self.offers = event.offers
                if not self.as_json:
                    listing.offers(event.offers)
            case Planned():
                self.plan = event.plan
                say(listing.plan_line(event.plan))
            case Reading():
                note = "" if event.fresh else "prepared before "
                self.bar.move(f"{note}reading", event.done, event.total, event.fresh, event.seconds)
            case Located():
                self.bar.end()
                self.evidence = event.evidence
            case Wrote():
                self.answer += event.text
                if not self.as_json:
                    click.echo(event.text, nl=False)
            case Withdrew():
                self.answer = ""
                self._begin_again()
            case Noticed():
                say(render(event.code, event.parameters, self.language))
            case Cited():
                self.cited = event
            case Finished():
                self.bar.end()
                self._finished(event)
            case Failed() if self.offers and self.as_json:
                click.echo(json.dumps(self._as_plain(None), ensure_ascii=False))
                raise Problem(event.code, **event.parameters)
            case Stopped():
                raise Problem("stopped", tokens=event.done)
            case Failed():
                raise Problem(event.code, **event.parameters)

    def _fetching(self, event: Fetching) -> None:
        if event.place != self.place:
            say(f"fetching {event.model}: {event.total / 1e6:.0f} MB from {event.place}")
            self.place, self.fetching_since = event.place, time.monotonic()
            self.bar.said = 0.0
        seconds = time.monotonic() - self.fetching_since
        self.bar.move("fetching", event.done, event.total, event.done, seconds, unit="bytes")

    def _begin_again(self) -> None:
        if not self.as_json:
            click.echo("\n")
        say("what was written so far no longer holds; the answer begins again")

    def _finished(self, event: Finished) -> None:
        if self.document is None or not (self.plan or self.offers):
            return
        if self.as_json:
            click.echo(json.dumps(self._as_plain(event), ensure_ascii=False))
            return
        if self.plan is None:
            return
        receipt, seconds = event.receipt, event.seconds
        if self.cited is not None:
            self._citations(self.cited, receipt)
        notes = ["prepared before"] * receipt.prepared_before + [self._limits(receipt)]
        said = "; ".join(filter(None, notes))
        click.echo(
            f"read {receipt.tokens_read:,} of {receipt.tokens_total:,} tokens, "
            f"{receipt.sections_read} of {receipt.sections_total} chapters{said and f' ({said})'}"
        )
        say(
            f"seconds: load {seconds.load:.1f}, read {seconds.read:.1f}, "
            f"first token {seconds.first_token:.1f}, answer {seconds.answer:.1f}"
        )

    def _known(self, receipt: Receipt) -> str:
        """What the answer was allowed to know, where that is not all: "c1..c4"."""
        assert self.document is not None
        if self.scope is None and not (self.so_far and receipt.left_out):
            return ""
        known = self.scope or Span(0, len(self.document.text))
        behind = [s.start for s in receipt.left_out if s.start > known.start]
        known = Span(known.start, max(known.start, min([known.end, *behind])))
        return Gazetteer(self.document).name(known)

    def _limits(self, receipt: Receipt) -> str:
        """Why something is left out of the answer, and what."""
        assert self.document is not None
        left_out = listing.chapters(self.document, receipt.left_out)
        if not left_out:
            return ""
        if self.scope is None:
            return f"asked of what is read so far, without {left_out}" if self.so_far else f"without {left_out}"
        if self.scope.start or self.so_far:
            return f"asked of {self._known(receipt)} alone, without {left_out}"
        return f"asked to stop before the rest: {left_out}"

    def _citations(self, cited: Cited, receipt: Receipt) -> None:
        known = self._known(receipt)
        click.echo("\n")
        if not cited.answered:
            where = f"{known}, all that was asked of" if known else "this document"
            click.echo(f"This is not answered in {where}; what the model wrote above is not supported by it.")
            click.echo("Nearest passages (no evidence):\n")
            for item in self.evidence[:3]:
                self._quote("·", item.span)
            return
        if known:
            click.echo(f"From {known} alone:")
        marks = {"full": "supported", "partial": "partly supported", "none": "NOT supported by the document"}
        for number, claim in enumerate(cited.claims, 1):
            click.echo(f"[{number}] {marks[claim.support]}: {claim.text}")
            for span in claim.citations:
                self._quote("   ", span)

    def _quote(self, mark: str, span: Span) -> None:
        """A passage as it stands in the document, its address and chapter before it."""
        assert self.document is not None
        place = f"{self.document.address(span.start)} · {self.document.section_title(span.start)}"
        click.echo(f"{mark} {place}\n{self.document.text[span.start : span.end]}\n")

    def _as_plain(self, event: Finished | None) -> dict[str, Any]:
        """The stable machine-readable form of an answer; of the offers alone where nothing came of them."""
        cited = self.cited or Cited(False, ())
        receipt = {**asdict(event.receipt), "left_out": [asdict(s) for s in event.receipt.left_out]} if event else None
        return {
            "answer": self.answer,
            "answered": cited.answered,
            "scope": asdict(self.scope) if self.scope is not None else None,
            "so_far": self.so_far,
            "evidence": [{**self._place(e.span), "score": e.score} for e in self.evidence],
            "claims": [
                {"text": c.text, "support": c.support, "citations": [self._place(s) for s in c.citations]}
                for c in cited.claims
            ],
            "receipt": receipt,
            "plan": listing.plan_json(self.plan) if self.plan else None,
            "offers": [listing.offer_json(offer) for offer in self.offers],
            "seconds": asdict(event.seconds) if event else None,
        }

    def _place(self, span: Span) -> dict[str, Any]:
        assert self.document is not None
        return {
            "start": span.start,
            "end": span.end,
            "text": self.document.text[span.start : span.end],
            "address": self.document.address(span.start),
            "title": self.document.section_title(span.start),
        }


class Interruptible:
    """Ctrl+C asks the worker to stop, which keeps what was read; a second one leaves at once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.asked = False

    def __enter__(self) -> None:
        self.before = signal.signal(signal.SIGINT, self._interrupted)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.session.kill()
            os._exit(1)
        self.asked = True
        say("stopping after this chunk; press Ctrl+C again to leave at once")
        self.session.stop()


class Bar:
    """One progress bar on stderr: drawn in a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self.progress: Progress | None = None
        self.task = TaskID(0)
        self.said = 0.0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def move(self, what: str, done: int, total: int, fresh: int, seconds: float, unit: str = "tokens") -> None:
        """Show that `done` of `total` units stand, `fresh` of them made in `seconds`."""
        speed = f"{fresh / seconds:,.0f} {unit}/s" if fresh and seconds else ""
        if not self.console.is_terminal:
            self._line(what, done, total, fresh, seconds, speed, unit)
            return
        if self.progress is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"))
            self.progress = Progress(*columns, TimeRemainingColumn(), console=self.console, transient=True)
            self.progress.start()
            self.task = self.progress.add_task(what, total=total, count="")
        count = f"{done:,} of {total:,} {unit} {speed}"
        self.progress.update(self.task, description=what, completed=done, total=total, count=count)

    def end(self) -> None:
        if self.progress is not None:
            self.progress.stop()
            self.progress = None

    def _line(self, what: str, done: int, total: int, fresh: int, seconds: float, speed: str, unit: str) -> None:
        if fresh and seconds - self.said >= LINE_EVERY:
            self.said = seconds
            left = (total - done) * seconds / fresh
            say(f"{what}: {done:,} of {total:,} {unit}, {speed}, about {left:.0f} s left")


def say(line: str) -> None:
    """One line for people, on stderr."""
    click.echo(line, err=True)


def warn(document: Document, language: str, name: str = "") -> None:
    """What the user should know about the file, one line for each kind; `name` says which file of several it is."""
    said: dict[str, list[str]] = {}
    for warning in document.warnings:
        code, _, value = warning.partition(":")
        said.setdefault(code, []).append(f"{int(value):,}" if value.isdecimal() else value)
    for code, values in said.items():
        more = f" … (+{len(values) - MOST_NAMED:,})" if len(values) > MOST_NAMED else ""
        line = render(code, {"value": ", ".join(values[:MOST_NAMED]) + more}, language)
        say(f"{name}: {line}" if name else line)
