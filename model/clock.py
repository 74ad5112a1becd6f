"""Clock: the wall-clock seconds of one request's phases."""

from __future__ import annotations

import time

from model.types import Seconds


class Clock:
    """Runs from its making; told what is done as the request goes on."""

    def __init__(self) -> None:
        self.start = self.ready = time.perf_counter()
        self.load = self.reading = self.first = self.last = 0.0

    def loading(self) -> None:
        """Fetching and unpacking are over; they are not loading."""
        self.start = time.perf_counter()

    def loaded(self) -> None:
        now = time.perf_counter()
        self.load, self.ready = now - self.start, now

    def has_read(self) -> None:
        self.reading = time.perf_counter() - self.ready

    def wrote(self) -> None:
        self.first = self.first or time.perf_counter() - self.ready

    def answered(self) -> None:
        self.last = time.perf_counter() - self.ready - self.reading

    def writing(self) -> float:
        """Seconds from the first token to the last."""
        return self.reading + self.last - self.first

    def seconds(self) -> Seconds:
        return Seconds(*(round(s, 3) for s in (self.load, self.reading, self.first, self.last)))
