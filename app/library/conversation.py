"""Conversation: what was asked about one document and answered, and what of it a follow-up question belongs to."""

from __future__ import annotations

from datetime import datetime

from app.documents.document import Document
from app.library import lines
from app.library.store import Store, moment
from app.library.turn import Kept
from model.types import Cited, Evidence, Problem, Receipt, Span, Turn

FOLLOWED = 3  # turns that a follow-up question is understood by


class Conversation:
    """All turns about one text: another text has another conversation. Every method raises the Problems of `Store`."""

    def __init__(self, store: Store, document: Document) -> None:
        self.store, self.document = store, document

    def turns(self) -> tuple[Kept, ...]:
        """The turns, oldest first."""
        self._take_over()
        return self.store.turns(self.document.key)

    def history(self, scope: Span | None = None, most: int = FOLLOWED) -> tuple[Turn, ...]:
        """The last answered turns, oldest first: what a follow-up question may belong to. Of a part of the document
        only those that were asked of no more than it: an answer from behind it would tell what is to stay unknown.
        """
        answered = [
            Turn(kept.question, kept.answer)
            for kept in self.turns()
            if kept.answered and (scope is None or (kept.scope is not None and scope.covers(kept.scope)))
        ]
        return tuple(answered[-most:] if most > 0 else ())

    def add(
        self,
        question: str,
        answer: str,
        cited: Cited,
        scope: Span | None = None,
        evidence: tuple[Evidence, ...] = (),
        receipt: Receipt | None = None,
        by_rule: bool = False,
        now: datetime | None = None,
    ) -> Kept:
        """Keep one more turn."""
        self._take_over()
        kept = Kept(moment(now), question, answer, cited.answered, cited.claims, scope, evidence, receipt, by_rule)
        (known,) = self.store.keep_turns(self.document, [kept])
        return known

    def forget(self, number: int) -> None:
        """Remove one turn."""
        self.store.forget_turn(number)

    def clear(self) -> int:
        """Remove all turns. Returns how many letters they were."""
        self._take_over()
        return self.store.forget_turns(self.document.key)

    def _take_over(self) -> None:
        """Bring what an earlier version kept in a file of its own into the library; the file stays under another
        name.
        """
        path = lines.file_of(self.store.path.parent, self.document.key)
        if not path.exists():
            return
        self.store.take_turns(self.document, lines.read(path))
        try:
            path.replace(path.with_name(path.name + lines.TAKEN))
        except OSError as error:
            raise Problem("no-folder", folder=str(path.parent), reason=error.strerror or "") from error
