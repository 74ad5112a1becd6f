"""Run: every case through every system, in an order that reads each document once; each outcome kept as it comes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from types import FrameType

from app import report
from app.exam.candidate import Candidate
from app.exam.case import Case
from app.exam.ledger import Entry, Ledger, key_of
from app.exam.library import Library
from app.exam.outcome import Outcome
from app.exam.systems import System
from app.problems import render
from model.types import Problem

PACE = 1.0  # seconds between two lines of progress


@dataclass(frozen=True, slots=True)
class Task:
    """One case for one system."""

    system: System
    case: Case


class Brake:
    """Ctrl+C: the first ends the run after the case in hand, a reading at once; the second stops the case too, the
    third leaves.
    """

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.pressed = 0

    def __enter__(self) -> Brake:
        self.before = signal.signal(signal.SIGINT, self.press)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def press(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.pressed += 1
        if self.pressed > 2:
            self.candidate.session.kill()
            os._exit(1)
        if self.pressed == 1:
            report.say("ending after the question in hand; press Ctrl+C again to leave it too")
        if self.pressed == 2 or self.candidate.busy_reading:
            self.candidate.session.stop()


class Run:
    """Works through tasks. `unread` are the Problems for which a system's cases of a document were left out."""

    def __init__(self, candidate: Candidate, library: Library, ledger: Ledger, language: str) -> None:
        self.candidate, self.library, self.ledger, self.language = candidate, library, ledger, language
        self.unread: dict[tuple[str, str], Problem] = {}
        self.brake = Brake(candidate)
        self._took: dict[str, list[float]] = {}
        self._said = 0.0

    def through(self, tasks: Sequence[Task]) -> None:
        """All tasks, or until the user ends it."""
        with self.brake:
            for number, task in enumerate(tasks):
                outcome = None if self.brake.pressed else self._answer(task)
                if outcome is not None:
                    self._keep(task, outcome)
                    self._took.setdefault(task.system.name, []).append(outcome.took.total)
                    self._progress(task, outcome, number + 1, tasks)
                if self.brake.pressed:
                    report.say(f"ended after {number + (outcome is not None):,} of {len(tasks):,}")
                    return

    def _answer(self, task: Task) -> Outcome | None:
        """What comes of a task; None where the user stops it, or its document could not be read."""
        subject, system = self.library.subject(task.case.document), task.system
        place = (system.name, subject.document.title)
        if place in self.unread:
            return None
        try:
            if system.reads is not None and (source := system.reads(task.case, subject)):
                self.candidate.prepare(source)
            return None if self.brake.pressed else system.answer(self.candidate, task.case, subject)
        except Problem as problem:
            if problem.code == "stopped":
                return None
            self.unread[place] = problem
            report.say(f"{system.name}, {place[1]}: {render(problem.code, problem.parameters, self.language)}")
            return None

    def _keep(self, task: Task, outcome: Outcome) -> None:
        system, set_, case, digest, model = key_of(task.system.name, task.case, self.candidate.model)
        today = date.today().isoformat()
        self.ledger.add(Entry(system, set_, case, digest, model, today, version("tongdu"), outcome))

    def _progress(self, task: Task, outcome: Outcome, done: int, tasks: Sequence[Task]) -> None:
        """A line, unless one came just now; what failed is always said."""
        now = time.monotonic()
        if now - self._said < PACE and not outcome.problem and done < len(tasks):
            return
        self._said = now
        came = f"failed ({outcome.problem})" if outcome.problem else f"{outcome.took.total:.1f} s"
        left = self._left(tasks[done:])
        report.say(f"{done:,}/{len(tasks):,} {task.system.name} {task.case.set} {task.case.id}: {came}; {left}")

    def _left(self, tasks: Sequence[Task]) -> str:
        """How long the rest takes, as far as its systems have been seen at work."""
        known = {name: sum(took) / len(took) for name, took in self._took.items()}
        seconds = sum(known.get(task.system.name, 0.0) for task in tasks)
        unseen = sorted({task.system.name for task in tasks} - set(known))
        more = f", and the time of {', '.join(unseen)}" if unseen else ""
        return f"about {spoken(seconds)} left{more}"


def spoken(seconds: float) -> str:
    """A time for people: 45 s, 12 min, 3 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
