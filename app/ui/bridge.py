"""Bridge: the session's events on Qt's side, in order, at most thirty times a second, nothing after the end.

One thread runs one job after another. A question goes before a reading: the reading in hand stops, which loses nothing
that is sealed, and goes on when the question is answered.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from model.types import Ask, Event, Failed, Finished, Search, Stopped, Work

PACE = 33  # milliseconds between deliveries
Request = Work


class Running(Protocol):
    """What the bridge needs of `app.session.Session`."""

    def run(self, request: Request) -> Iterator[Event]: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Job:
    """One request under its number. `again`: it was set aside for a question and waits to go on."""

    number: int
    request: Request
    again: bool = False

    @property
    def is_urgent(self) -> bool:
        """Whether somebody sits and waits for it."""
        return isinstance(self.request, Ask | Search)


class Bridge(QObject):
    """Runs requests in their order, questions first. Emits `came(number, events)`, and `changed()` with the queue."""

    came = Signal(int, object)
    changed = Signal()

    def __init__(self, session: Running, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._numbers = 0
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._halt: str = ""  # what the job in hand is to be: set aside, or ended
        self._events: deque[tuple[int, Event]] = deque()
        self._lock = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="bridge", daemon=True)
        self._timer = QTimer(self, interval=PACE)
        self._timer.timeout.connect(self._deliver)

    def submit(self, request: Request) -> int:
        """Queue a request. Returns its number."""
        with self._lock:
            self._numbers += 1
            job = Job(self._numbers, request)
            if job.is_urgent:
                place = sum(1 for other in self._waiting if other.is_urgent)
                self._waiting.insert(place, job)
                if self._running is not None and not self._running.is_urgent:
                    self._halt = "aside"
                    self._session.stop()
            else:
                self._waiting.append(job)
            self._lock.notify()
        if not self._thread.is_alive():
            self._thread.start()
        self._timer.start()
        self.changed.emit()
        return job.number

    def stop(self, number: int) -> None:
        """End a job; where it has begun its ending still comes, where it has not it is `Stopped` at once."""
        with self._lock:
            waiting = next((job for job in self._waiting if job.number == number), None)
            if waiting is not None:
                self._waiting.remove(waiting)
                self._events.append((number, Stopped(0)))
            elif self._running is not None and self._running.number == number:
                self._halt = "end"
                self._session.stop()
        self.changed.emit()

    def queue(self) -> tuple[Job, ...]:
        """The job in hand and those that wait, in their order."""
        with self._lock:
            return (*([self._running] if self._running else []), *self._waiting)

    def close(self) -> None:
        """Stop all work; what is sealed is sealed. Nothing is delivered any more."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._lock.notify()
        self._timer.stop()
        self._session.close()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                self._running, self._halt = self._waiting.popleft(), ""
            job = self._running
            for event in self._session.run(job.request):
                with self._lock:
                    if self._halt:
                        self._session.stop()  # the first may have come before the request began
                    if isinstance(event, Stopped) and self._halt == "aside":
                        self._set_aside(job)
                    else:
                        self._events.append((job.number, event))
            with self._lock:
                self._running = None

    def _set_aside(self, job: Job) -> None:
        """Let it go on behind the questions that wait."""
        place = sum(1 for other in self._waiting if other.is_urgent)
        self._waiting.insert(place, replace(job, again=True))

    def _deliver(self) -> None:
        """Hand over what has come, job by job, in order."""
        with self._lock:
            events, self._events = self._events, deque()
            idle = self._running is None and not self._waiting and not events
        batches: list[tuple[int, list[Event]]] = []
        for number, event in events:
            if not batches or batches[-1][0] != number:
                batches.append((number, []))
            batches[-1][1].append(event)
        for number, batch in batches:
            self.came.emit(number, batch)
        if any(isinstance(event, Finished | Failed | Stopped) for _, event in events):
            self.changed.emit()
        if idle:
            self._timer.stop()
