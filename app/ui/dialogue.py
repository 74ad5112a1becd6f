"""Dialogue: questions about the open book become requests, events become exchanges, answers are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.asking import decided, named
from app.documents.document import Document
from app.documents.law.correction import corrected
from app.documents.law.question import ruled
from app.library.conversation import Conversation
from app.library.turn import Kept
from app.problems import render
from app.ui.answer_html import Exchange
from app.ui.bridge import Bridge
from app.ui.wording import translate
from model.types import (
    Ask,
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
    Problem,
    Read,
    Reading,
    Search,
    Span,
    Stopped,
    Withdrew,
    Wrote,
)


class Dialogue(QObject):
    """What is asked about one document. Emits `changed(number, exchange)` and `busy(bool)`."""

    changed = Signal(int, object)
    busy = Signal(bool)

    def __init__(
        self,
        document: Document,
        bridge: Bridge,
        reading: Callable[[], Read],
        conversation: Conversation,
        language: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.bridge = document, bridge
        self.exchanges: list[Exchange] = []
        self._reading, self._conversation, self._language = reading, conversation, language
        self._jobs: dict[int, int] = {}  # exchanges by the jobs that answer them
        bridge.came.connect(self._hear)

    def begin(self) -> Sequence[Exchange]:
        """What was asked before, from the library. Raises the Problems of the library."""
        self.exchanges += map(exchange_of, self._conversation.turns())
        return self.exchanges

    def ask(self, question: str, scope: Span | None = None, so_far: bool = False) -> int:
        """Put a question. Returns its number."""
        number = len(self.exchanges)
        self.exchanges.append(Exchange(question, scope))
        reply = decided(self.document, question, scope)
        if reply is not None and reply.cited is not None:
            answered, claims = reply.cited.answered, reply.cited.claims
            self._put(number, state="done", text=reply.answer, answered=answered, claims=claims,
                      evidence=reply.evidence, by_rule=True)  # fmt: skip
            self._keep(number)
            return number
        ruling = ruled(self.document, question)
        units = named(ruling, scope) if ruling else ()
        history = self._conversation.history(scope)
        job = self.bridge.submit(Ask(self._reading(), question, scope, so_far, named=units, history=history))
        self._jobs[job] = number
        self._put(number, progress=translate("Dialogue", "Waiting…"))
        self.busy.emit(True)
        return number

    def search(self, question: str, scope: Span | None = None) -> int:
        """Ask for passages alone. Returns its number."""
        number = len(self.exchanges)
        self.exchanges.append(Exchange(question, scope, search=True))
        reply = decided(self.document, question, scope)
        if reply is not None and reply.evidence:
            self._put(number, state="done", evidence=reply.evidence)
            return number
        self._jobs[self.bridge.submit(Search(self._reading(), question, scope))] = number
        self._put(number, progress=translate("Dialogue", "Waiting…"))
        self.busy.emit(True)
        return number

    def again(self, number: int) -> int:
        """Put a question once more. Returns its new number."""
        exchange = self.exchanges[number]
        return (self.search if exchange.search else self.ask)(exchange.question, exchange.scope)

    def remove(self, number: int) -> None:
        """Keep an exchange no longer. Raises the Problems of the library."""
        for job in [job for job, other in self._jobs.items() if other == number]:
            self.bridge.stop(job)
        if kept := self.exchanges[number].kept:
            self._conversation.forget(kept)
            self._change(number, kept=0)

    def clear(self) -> None:
        """Keep nothing of what was said. Raises the Problems of the library."""
        self.stop()
        self._conversation.clear()

    def stop(self) -> None:
        """End the answers in hand and those that wait."""
        for job in list(self._jobs):
            self.bridge.stop(job)

    def close(self) -> None:
        """Hear no more."""
        self.stop()
        self.bridge.came.disconnect(self._hear)

    def _hear(self, job: int, events: Sequence[Event]) -> None:
        number = self._jobs.get(job)
        if number is None:
            return
        for event in events:
            self._take(number, event)
            if isinstance(event, Finished | Failed | Stopped):
                del self._jobs[job]
                self.busy.emit(bool(self._jobs))
        self.changed.emit(number, self.exchanges[number])

    def _take(self, number: int, event: Event) -> None:
        """What one event makes of an exchange."""
        exchange, language = self.exchanges[number], self._language()
        match event:
            case Fetching() | Converting() | Indexing() | Reading():
                self._change(number, state="reading", progress=progress_of(event))
            case Located():
                self._change(number, state="writing", evidence=event.evidence, progress="")
            case Wrote():
                self._change(number, text=exchange.text + event.text)
            case Withdrew():
                self._change(number, text="")
            case Cited():
                cited = corrected(self.document, event)
                self._change(number, answered=cited.answered, claims=cited.claims)
            case Listed():
                self._change(number, listed=event)
            case Noticed():
                said = render(event.code, event.parameters, language)
                self._change(number, notices=(*exchange.notices, said))
            case Failed():
                self._change(number, state="failed", problem=render(event.code, event.parameters, language))
            case Stopped():
                self._change(number, state="stopped", progress=translate("Dialogue", "Stopped."))
            case Finished():
                self._change(number, state="done", receipt=event.receipt, progress="")
                self._keep(number)

    def _keep(self, number: int) -> None:
        """Keep the answer in the conversation; where that fails, the exchange says so."""
        exchange = self.exchanges[number]
        if exchange.answered is None:
            return
        try:
            kept = self._conversation.add(
                exchange.question, exchange.text, Cited(exchange.answered, exchange.claims), exchange.scope,
                exchange.evidence, exchange.receipt, exchange.by_rule,
            )  # fmt: skip
            self._change(number, kept=kept.number)
        except Problem as problem:
            said = render(problem.code, problem.parameters, self._language())
            self._change(number, notices=(*exchange.notices, said))

    def _put(self, number: int, **fields: object) -> None:
        self._change(number, **fields)
        self.changed.emit(number, self.exchanges[number])

    def _change(self, number: int, **fields: object) -> None:
        self.exchanges[number] = replace(self.exchanges[number], **fields)  # type: ignore[arg-type]


def exchange_of(kept: Kept) -> Exchange:
    """A turn of the library as the panel shows it."""
    return Exchange(
        kept.question,
        kept.scope,
        "done",
        text=kept.answer,
        answered=kept.answered,
        claims=kept.claims,
        evidence=kept.evidence,
        receipt=kept.receipt,
        by_rule=kept.by_rule,
        lost=kept.lost,
        kept=kept.number,
    )


def progress_of(event: Fetching | Converting | Indexing | Reading) -> str:
    """How far a step is, for people: with the time that is left where it can be told."""
    if isinstance(event, Converting):
        return translate("Dialogue", "Unpacking the model once…")
    share = event.done / max(1, event.total)
    if isinstance(event, Fetching):
        said = translate("Dialogue", "Fetching {model} from {place}: {share}")
        return said.format(model=event.model, place=event.place, share=f"{share:.0%}")
    said = translate("Dialogue", "Reading: {share}") if isinstance(event, Reading) else translate(
        "Dialogue", "Reading passages: {share}"
    )  # fmt: skip
    left = remaining(event)
    return said.format(share=f"{share:.0%}") + (f" · {left}" if left else "")


def remaining(event: Indexing | Reading) -> str:
    """How long the rest takes at the speed so far."""
    if event.fresh <= 0 or event.seconds < 1:
        return ""
    seconds = (event.total - event.done) * event.seconds / event.fresh
    if seconds < 90:
        return translate("Dialogue", "{count} s left").format(count=round(seconds))
    return translate("Dialogue", "{count} min left").format(count=round(seconds / 60))
