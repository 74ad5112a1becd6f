"""Events and documents as lines for people and JSON for programs. Results on stdout, progress on stderr."""

from __future__ import annotations

import json
import os
import signal
import time
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app import listing
from app.documents.document import Document
from app.documents.law.correction import corrected
from app.problems import render
from app.reply import Reply
from app.session import Session
from model.types import (
    Ask,
    Chose,
    Cited,
    Converting,
    Event,
    Failed,
    Fetching,
    Finished,
    Indexing,
    Listed,
    Located,
    Noticed,
    Offered,
    Planned,
    Problem,
    Reading,
    Stopped,
    Withdrew,
    Work,
    Wrote,
)

MOST_NAMED = 5  # places of one kind of damage
LINE_EVERY = 10.0  # seconds between progress lines where there is no terminal to draw a bar in


class Report:
    """Follows one request: shows each event as it comes and, at the end, the whole as text or JSON."""

    def __init__(self, document: Document | None, language: str, as_json: bool) -> None:
        self.document = document
        self.reply = Reply(document or Document("", "", (), ()))
        self.language = language
        self.as_json = as_json
        self.place, self.fetching_since = "", 0.0
        self.bar = Bar()

    def follow(self, session: Session, request: Work) -> None:
        """Run the request to its ending. Raises Problem if that is a failure or a stop."""
        if isinstance(request, Ask):
            self.reply.scope, self.reply.so_far = request.scope, request.so_far
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
                self.reply.offers = event.offers
                if not self.as_json:
                    listing.offers(event.offers)
            case Planned():
                self.reply.plan = event.plan
                say(listing.plan_line(event.plan))
            case Reading():
                note = "" if event.fresh else "prepared before "
                self.bar.move(f"{note}reading", event.done, event.total, event.fresh, event.seconds)
            case Indexing():
                self.bar.move("indexing", event.done, event.total, event.fresh, event.seconds, unit="passages")
            case Located():
                self.bar.end()
                self.reply.evidence = event.evidence
            case Wrote():
                self.reply.answer += event.text
                if not self.as_json:
                    click.echo(event.text, nl=False)
            case Withdrew():
                self.reply.answer = ""
                self._begin_again()
            case Noticed():
                say(render(event.code, event.parameters, self.language))
            case Cited():
                self.reply.cited = corrected(self.reply.document, event)
            case Listed():
                self.reply.listed = event
            case Finished():
                self.bar.end()
                self._finished(event)
            case Failed() if self.reply.offers and self.as_json:
                click.echo(json.dumps(self.reply.as_plain(None), ensure_ascii=False))
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
        if self.document is None or not (self.reply.plan or self.reply.offers):
            return
        if self.as_json:
            click.echo(json.dumps(self.reply.as_plain(event), ensure_ascii=False))
            return
        if self.reply.plan is None:
            return
        self.reply.show(event.receipt)
        seconds = event.seconds
        say(
            f"seconds: load {seconds.load:.1f}, read {seconds.read:.1f}, "
            f"first token {seconds.first_token:.1f}, answer {seconds.answer:.1f}"
        )


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
        self.what, self.said = "", 0.0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def move(self, what: str, done: int, total: int, fresh: int, seconds: float, unit: str = "tokens") -> None:
        """Show that `done` of `total` units stand, `fresh` of them made in `seconds`."""
        if what != self.what:  # another phase counts from its own beginning
            self.end()
            self.what, self.said = what, 0.0
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
