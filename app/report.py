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

from app.documents.document import Document
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
    Plan,
    Planned,
    Problem,
    Read,
    Reading,
    Span,
    Stopped,
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
        self.plan: Plan | None = None
        self.evidence: tuple[Evidence, ...] = ()
        self.answer = ""
        self.cited: Cited | None = None
        self.place, self.fetching_since = "", 0.0
        self.bar = Bar()

    def follow(self, session: Session, request: Read | Ask | Fetch) -> None:
        """Run the request to its ending. Raises Problem if that is a failure or a stop."""
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
            case Planned():
                self.plan = event.plan
                say(plan_line(event.plan))
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
            case Noticed():
                say(render(event.code, event.parameters, self.language))
            case Cited():
                self.cited = event
            case Finished():
                self.bar.end()
                self._finished(event)
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

    def _finished(self, event: Finished) -> None:
        if self.document is None or self.plan is None:
            return
        if self.as_json:
            click.echo(json.dumps(self._as_plain(event), ensure_ascii=False))
            return
        if self.cited is not None:
            self._citations(self.cited)
        receipt, seconds = event.receipt, event.seconds
        before = " (prepared before)" if receipt.prepared_before else ""
        click.echo(
            f"read {receipt.tokens_read:,} of {receipt.tokens_total:,} tokens, "
            f"{receipt.sections_read} of {receipt.sections_total} chapters{before}"
        )
        say(
            f"seconds: load {seconds.load:.1f}, read {seconds.read:.1f}, "
            f"first token {seconds.first_token:.1f}, answer {seconds.answer:.1f}"
        )

    def _citations(self, cited: Cited) -> None:
        assert self.document is not None
        click.echo("\n")
        if not cited.answered:
            click.echo("This is not answered in this document; what the model wrote above is not supported by it.")
            click.echo("Nearest passages (no evidence):\n")
            for item in self.evidence[:3]:
                self._quote("·", item.span)
            return
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

    def _as_plain(self, event: Finished) -> dict[str, Any]:
        """The stable machine-readable form of an answer."""
        plan, cited = self.plan, self.cited or Cited(False, ())
        assert plan is not None
        return {
            "answer": self.answer,
            "answered": cited.answered,
            "evidence": [{**self._place(e.span), "score": e.score} for e in self.evidence],
            "claims": [
                {"text": c.text, "support": c.support, "citations": [self._place(s) for s in c.citations]}
                for c in cited.claims
            ],
            "receipt": {**asdict(event.receipt), "left_out": [asdict(s) for s in event.receipt.left_out]},
            "plan": {name: getattr(plan, name) for name in ("model", "rope", "alpha", "theta", "length")}
            | {"tokens": plan.document_tokens, "kv_bytes": plan.kv_bytes, "seconds": plan.seconds_to_read},
            "seconds": asdict(event.seconds),
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


def plan_line(plan: Plan) -> str:
    """The plan in one line."""
    stretch = f"ntk, alpha {plan.alpha:.3g}, base {plan.theta:,.0f}" if plan.rope == "ntk" else "native rotary base"
    before = f" ({plan.prepared_tokens:,} prepared before)" if plan.prepared_tokens else ""
    return (
        f"plan: {plan.document_tokens:,} tokens{before}, {stretch}; memory {plan.weight_bytes / 1e9:.2f} GB weights "
        f"+ {plan.kv_bytes / 1e9:.2f} GB pages of {plan.memory_free / 1e9:.1f} GB free; "
        f"about {plan.seconds_to_read:.0f} s to read, {plan.seconds_to_answer:.0f} s to answer"
    )


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
