"""Story: what the consumer of one request has been told, whichever workers it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from model.types import (
    Chose,
    Cited,
    Converting,
    Event,
    Fetching,
    Finished,
    Indexing,
    Located,
    Planned,
    Reading,
    Withdrew,
    Wrote,
)

PHASES = (Chose, Fetching, Converting, Planned, Reading, Indexing, Located, Wrote, Cited)


class Story:
    """Begins with the request and outlives its workers."""

    def __init__(self) -> None:
        self.furthest = (-1, 0)  # the latest phase, and in it the tokens read or bytes fetched
        self.done = 0  # tokens that stand prepared
        self._fresh = False  # whether this request read any of them
        self._told = self._written = ""  # the answer as the consumer has it, as this worker writes it

    def begins_again(self) -> None:
        """From here on the answer is written anew, by another worker or with a smaller plan."""
        self._written = ""

    def tell(self, event: Event) -> Iterator[Event]:
        """What of one worker's event is new to the consumer."""
        if isinstance(event, PHASES):
            amount = event.done if isinstance(event, Reading | Fetching | Indexing) else 0
            self.furthest = max(self.furthest, (PHASES.index(type(event)), amount))
        match event:
            case Wrote():
                self._written += event.text
                yield from self._news(whole=False)
            case Cited():
                yield from self._news(whole=True)
                yield event
            case Withdrew():
                self.begins_again()
            case Reading():
                self.done, self._fresh = event.done, self._fresh or event.fresh > 0
                yield event
            case Finished(receipt=receipt):
                prepared_before = receipt.prepared_before and not self._fresh
                yield replace(event, receipt=replace(receipt, prepared_before=prepared_before))
            case _:
                yield event

    def _news(self, whole: bool) -> Iterator[Wrote | Withdrew]:
        """The answer's next piece. Written anew it mostly begins as before, and nothing is told twice; where it does
        not, or where the `whole` is shorter than what was told, that is withdrawn first.
        """
        if whole or not self._told.startswith(self._written):
            if not self._written.startswith(self._told):
                self._told = ""
                yield Withdrew()
            if news := self._written.removeprefix(self._told):
                yield Wrote(news)
            self._told = self._written
