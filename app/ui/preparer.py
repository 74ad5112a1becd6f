"""Preparer: books are read one after another, each after its plan was seen; progress, pause, going on, an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.documents.document import Document
from app.problems import render
from app.ui.desk import Desk
from app.ui.dialogue import progress_of
from app.ui.library_view import State
from app.ui.plan_dialog import PlanDialog
from app.ui.wording import translate
from model.types import (
    Converting,
    Event,
    Failed,
    Fetching,
    Finished,
    Indexing,
    Offer,
    Offered,
    Planned,
    Read,
    Reading,
    Stopped,
)


@dataclass(frozen=True)
class Preparation:
    """One book that is being read, or waits. `paused`: it goes on when the reader says so."""

    document: Document
    request: Read
    job: int = 0
    share: float = 0.0
    words: str = ""
    paused: bool = False


class Preparer(QObject):
    """Emits `changed` whenever a book is further, and `planned(document, offers)` when a plan is there to be seen."""

    changed = Signal()
    planned = Signal(object, object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.preparations: dict[str, Preparation] = {}  # by the document's key
        self._estimates: dict[int, tuple[Document, Read]] = {}
        desk.bridge.came.connect(self._hear)
        self.planned.connect(self._ask)

    def plan(self, document: Document, reading: Read) -> None:
        """Find out what reading it takes, then let the reader decide."""
        estimate = replace(reading, model="", estimate_only=True)
        self._estimates[self.desk.bridge.submit(estimate)] = (document, reading)

    def begin(self, document: Document, reading: Read) -> None:
        """Read a book, behind those that wait."""
        waiting = translate("Prepare", "Waiting…")
        self.preparations[document.key] = Preparation(
            document, reading, self.desk.bridge.submit(reading), words=waiting
        )
        self.changed.emit()

    def pause(self, key: str) -> None:
        """Stop reading a book for now; what was read stays."""
        self._change(key, paused=True, words=translate("Prepare", "Paused"))
        self.desk.bridge.stop(self.preparations[key].job)

    def go_on(self, key: str) -> None:
        """Read on where it was paused."""
        preparation = self.preparations[key]
        self._change(key, paused=False, job=self.desk.bridge.submit(preparation.request))

    def cancel(self, key: str) -> None:
        """Read it no further; what was read stays on disk until room is needed."""
        preparation = self.preparations.pop(key)
        if not preparation.paused:
            self.desk.bridge.stop(preparation.job)
        self.changed.emit()

    def states(self) -> dict[str, State]:
        """What the shelf shows of each."""
        return {key: State(p.share, p.words) for key, p in self.preparations.items()}

    def _hear(self, job: int, events: Sequence[Event]) -> None:
        if job in self._estimates:
            self._estimate(job, events)
            return
        key = next((key for key, p in self.preparations.items() if p.job == job), None)
        for event in events if key else ():
            self._take(str(key), event)
        if key:
            self.changed.emit()

    def _estimate(self, job: int, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Offered):
                self.planned.emit(self._estimates[job], event.offers)
            elif isinstance(event, Failed) and event.code not in ("nothing-fits",):
                self.desk.say(render(event.code, event.parameters, self.desk.language))
            if isinstance(event, Finished | Failed | Stopped):
                del self._estimates[job]

    def _ask(self, wanted: tuple[Document, Read], offers: Sequence[Offer]) -> None:
        document, reading = wanted
        dialog = PlanDialog(document.title, offers, reading.model, self.desk.view)
        if dialog.exec() and dialog.model():
            self.begin(document, replace(reading, model=dialog.model()))

    def _take(self, key: str, event: Event) -> None:
        if key not in self.preparations:
            return
        if self.preparations[key].paused and not isinstance(event, Finished | Failed):
            return  # what was on its way when the reader paused it
        match event:
            case Fetching() | Indexing() | Reading():
                self._change(key, share=event.done / max(1, event.total), words=progress_of(event))
            case Converting():
                self._change(key, words=progress_of(event))
            case Planned() if event.plan.prepared_tokens:
                self._change(key, share=event.plan.prepared_tokens / max(1, event.plan.document_tokens))
            case Failed():
                self.desk.say(render(event.code, event.parameters, self.desk.language))
                del self.preparations[key]
            case Finished():
                del self.preparations[key]
            case Stopped():
                del self.preparations[key]

    def _change(self, key: str, **fields: object) -> None:
        self.preparations[key] = replace(self.preparations[key], **fields)  # type: ignore[arg-type]
        self.changed.emit()
