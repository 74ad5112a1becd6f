"""Desk: what lies open before the reader, and what all parts of the window share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.documents.document import Document
from app.export import Form, form_of, write
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
from app.ui.wording import translate
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

    def move_models(self, folder: Path) -> None:
        """Keep models in another folder from now on; those that are elsewhere stay there."""
        self.settings.set("models-folder", str(folder))
        self.places = replace(self.places, models=folder)

    def say(self, words: str) -> None:
        """One plain sentence in place."""
        self.notice.say(words)

    def export(self, parent: QWidget, words: Callable[[Form], str]) -> None:
        """Let the reader choose a file and write what `words` gives in the form of its ending."""
        kinds = "Markdown (*.md);;HTML (*.html);;JSON (*.json)"
        title = translate("Desk", "Export")
        name, kind = QFileDialog.getSaveFileName(
            parent, title, f"{self.document.title if self.document else ''}.md", kinds
        )
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name).with_suffix(kind.partition("*")[2].rstrip(")"))
        try:
            write(path, words(form_of(path)))
        except Problem as problem:
            self.say_problem(problem)
        else:
            self.say(translate("Desk", "Written: {path}").format(path=path))

    def say_problem(self, problem: Problem) -> None:
        """What went wrong in the world, in one plain sentence in place."""
        self.notice.say(render(problem.code, problem.parameters, self.language))
