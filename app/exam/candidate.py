"""Candidate: the model under examination, asked through one session."""

from __future__ import annotations

from app import report
from app.exam.outcome import Outcome
from app.exam.trace import Trace
from app.options import Options
from app.session import Session
from model import readings
from model.types import Ask, Problem, Read, Search, Source, Span


class Candidate:
    """Reads and answers as the commands do. `busy_reading` while a document is being read for its first question."""

    def __init__(self, session: Session, options: Options, model: str) -> None:
        self.session, self.options, self.model = session, options, model
        self.folders = options.places.folders()
        self.busy_reading = False
        self._read: set[str] = set()

    def prepare(self, source: Source) -> None:
        """Read a document to its end, with progress, once; however long it takes. Raises Problem, "stopped" too."""
        if source.key in self._read:
            return
        shown = report.Report(None, self.options.language, as_json=True)
        self.busy_reading = True
        try:
            with shown.bar:
                for event in self.session.run(self._reading(source)):
                    shown.show(event)
        finally:
            self.busy_reading = False
        self._read.add(source.key)

    def ask(self, source: Source, question: str, named: tuple[Span, ...] = ()) -> Outcome | None:
        """The answer and its citations; None if the user stops it."""
        return self._follow(Ask(self._reading(source), question, named=named))

    def search(self, source: Source, question: str, limit: int) -> Outcome | None:
        """The best places, and no word written; None if the user stops it."""
        return self._follow(Search(self._reading(source), question, limit=limit))

    def forget(self, source: Source) -> None:
        """Remove what was read of a document; what another process is reading stays."""
        try:
            readings.forget(self.options.places.pages, source.key)
        except Problem as problem:
            report.say(f"not forgotten: {problem.code}")

    def _follow(self, request: Ask | Search) -> Outcome | None:
        trace = Trace()
        for event in self.session.run(request):
            trace.hear(event)
        return trace.outcome()

    def _reading(self, source: Source) -> Read:
        return Read(
            source=source,
            model=self.model,
            folders=self.folders,
            offline=self.options.offline,
            cache_bytes=self.options.cache_bytes,
        )
