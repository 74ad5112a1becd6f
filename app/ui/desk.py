"""Desk: what lies open before the reader, and what all parts of the window share."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.documents.document import Document
from app.library.records import Book
from app.library.store import Store
from app.paths import Places
from app.problems import render
from app.settings import Settings
from app.ui.bridge import Bridge
from app.ui.history import History
from app.ui.notice_bar import NoticeBar
from app.ui.reading_view import ReadingView
from app.ui.remembered import Remembered
from app.ui.tongue import Tongue
from model.types import Problem


@dataclass
class Desk:
    """The folders and files, the view and the notices; `document` and `book` are None while the shelf is shown."""

    places: Places
    settings: Settings
    store: Store
    bridge: Bridge
    tongue: Tongue
    view: ReadingView
    notice: NoticeBar
    document: Document | None = None
    book: Book | None = None
    history: History = field(default_factory=History)
    remembered: Remembered = field(default_factory=Remembered)

    @property
    def language(self) -> str:
        """The language of the window: "en" or "zh"."""
        return self.tongue.language

    def say(self, words: str) -> None:
        """One plain sentence in place."""
        self.notice.say(words)

    def say_problem(self, problem: Problem) -> None:
        """What went wrong in the world, in one plain sentence in place."""
        self.notice.say(render(problem.code, problem.parameters, self.language))
