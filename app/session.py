"""The only caller of the engine: one child process, watched and restarted; requests in, events out. No Qt, no torch."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from types import TracebackType

from app.story import Story
from app.worker import Death, Worker, environment
from model.types import Ask, Event, Examine, Failed, Fetch, Finished, Noticed, Read, Search, Stop, Stopped, Work

DEATHS = 3  # of workers in a row that came no further; then the request fails
WHY = {
    "memory": "the system ended it, most likely because memory ran out",
    "fault": "it broke off on a fault of its own or of a driver",
    "silence": "it no longer gave a sign of life",
}


class Session:
    """Starts the worker when it is first needed, and again when it died, in the middle of a request too."""

    def __init__(self, offline: bool = False) -> None:
        self._worker: Worker | None = None
        self._running = threading.Lock()
        self._number = self._stopped = self._killed = 0
        self._frugality: dict[tuple[str, str], int] = {}  # of a document and a model, as memory ran out
        self._environment = environment(offline)

    def run(self, request: Work) -> Iterator[Event]:
        """The events of one request; the last is its only ending, also when workers die. Whoever stops iterating
        before that stops the request. Raises RuntimeError while another request runs.

        When a worker dies, `Noticed` says so and the request goes to the next one, which reads nothing again that is
        sealed; where memory ran out, with one more step of `frugality`. Of the answer only what is new is passed on.
        """
        if not self._running.acquire(blocking=False):
            raise RuntimeError("one request at a time: the one before has not ended")
        self._number += 1
        try:
            yield from self._attempts(request, Story())
        finally:
            self._running.release()

    def stop(self) -> None:
        """Ask for the end of the request in hand; its ending still comes. Safe in a signal handler."""
        self._stopped = self._number
        if self._worker is not None:
            self._worker.send(self._number, Stop())

    def kill(self) -> None:
        """End the worker and what it started, and with it the request in hand, at once. Touches no pipe and no lock,
        so a signal handler may call it.
        """
        self._stopped = self._killed = self._number
        if self._worker is not None:
            self._worker.kill()

    def close(self) -> None:
        """Let the worker go; what is sealed is sealed."""
        self.kill()
        if self._worker is not None:
            self._worker.end()
        self._worker = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _attempts(self, request: Work, story: Story) -> Iterator[Event]:
        number, deaths = self._number, 0
        while True:
            came = story.furthest
            death = yield from self._attempt(self._sized(request), story)
            if death is None:
                return
            if self._stopped == number:
                yield Stopped(story.done)
                return
            deaths = 1 if story.furthest > came else deaths + 1
            reason = WHY[death.cause]
            if deaths == DEATHS:
                yield Failed("worker-died", {"times": deaths, "status": death.status, "reason": reason})
                return
            if death.cause == "memory" or deaths > 1:  # an allocator may also abort: a fault that comes again is one
                self._take_less(self._sized(request))
            cause = death.cause
            yield Noticed("worker-restarted", {"status": death.status, "cause": cause, "reason": reason})

    def _attempt(self, request: Work, story: Story) -> Generator[Event, None, Death | None]:
        """One worker's events as far as they are new. Returns None after the ending, else how the worker died."""
        number, worker = self._number, self._ready()
        worker.send(number, request)
        if self._stopped == number:  # while there was no worker
            worker.send(number, Stop())
        if self._killed == number:
            worker.kill()
        story.begins_again()
        ended = False
        try:
            for event in worker.events(number):
                ended = isinstance(event, Finished | Stopped | Failed)
                if isinstance(event, Noticed) and event.code == "memory-shrunk":
                    self._take_less(request, int(event.parameters["step"]))
                yield from story.tell(event)
                if ended:
                    return None
        finally:
            if not ended:
                worker.send(number, Stop())  # nobody waits for its events any more
        self._worker = None
        return worker.end()

    def _ready(self) -> Worker:
        """The worker; a new one if there is none, or if it died while nothing was asked of it."""
        if self._worker is not None and self._worker.is_dead():
            self._worker.end()
            self._worker = None
        if self._worker is None:
            self._worker = Worker(self._environment)
        return self._worker

    def _sized(self, request: Work) -> Work:
        """The request with as much frugality as memory has asked for in this session."""
        if isinstance(request, Fetch | Examine):
            return request
        reading = request.reading if isinstance(request, Ask | Search) else request
        least = self._frugality.get((reading.source.key, reading.model), 0)
        sized = replace(reading, frugality=max(reading.frugality, least))
        return replace(request, reading=sized) if isinstance(request, Ask | Search) else sized

    def _take_less(self, request: Work, step: int = 0) -> None:
        """Remember that the request as it was sent took too much: the engine came down to `step`, or one more."""
        reading = request.reading if isinstance(request, Ask | Search) else request
        if isinstance(reading, Read):
            known = self._frugality.get((reading.source.key, reading.model), 0)
            self._frugality[reading.source.key, reading.model] = max(known, step or reading.frugality + 1)
