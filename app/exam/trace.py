"""Trace: the events of one request as an outcome, with the seconds between them as the caller saw them."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.exam.outcome import Outcome, Took
from model.types import Cited, Event, Evidence, Failed, Finished, Located, Noticed, Planned, Stopped, Withdrew, Wrote


class Trace:
    """Hears a request's events from its beginning to its ending."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.begun = self.read = self.located = self.written = self.cited = self.ended = clock()
        self.evidence: tuple[Evidence, ...] = ()
        self.answer: Cited | None = None
        self.text = self.precision = self.problem = ""
        self.notices: list[str] = []
        self.stopped = False

    def hear(self, event: Event) -> None:
        now = self.ended = self.clock()
        match event:
            case Located():
                self.evidence, self.located = event.evidence, now
            case Wrote():
                self.text, self.written = self.text + event.text, now
            case Withdrew():
                self.text = ""
            case Cited():
                self.answer, self.cited = event, now
            case Noticed():
                self.notices.append(event.code)
            case Failed():
                self.problem = event.code
            case Stopped():
                self.stopped = True
            case Finished():
                pass
            case _:
                self.precision = event.plan.precision if isinstance(event, Planned) else self.precision
                self.read = now if self.located == self.begun else self.read

    def outcome(self) -> Outcome | None:
        """What came; None where the user stopped it."""
        if self.stopped:
            return None
        return Outcome(
            tuple(item.span for item in self.evidence),
            self.answer.answered if self.answer else None,
            self.text,
            self.answer.claims if self.answer else (),
            self._took(),
            self.precision,
            self.problem,
            tuple(self.notices),
        )

    def _took(self) -> Took:
        """A phase that did not come took no time."""
        located = max(self.located, self.read)
        written = max(self.written, located)
        cited = max(self.cited, written)
        return Took(
            self.ended - self.begun, self.read - self.begun, located - self.read, written - located, cited - written
        )
