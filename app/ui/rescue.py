"""Rescue: a library that cannot be used is said, reading goes on without it, and a damaged one is set aside on wish."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from app.library.database import set_aside
from app.library.store import Store
from app.problems import render
from app.ui.window import Window
from model.types import Problem


class Rescue(QObject):
    """Of one window whose library cannot be used, for the reason in `problem`."""

    def __init__(self, window: Window, problem: Problem) -> None:
        super().__init__(window)
        self.window, self.desk, self.problem = window, window.desk, problem

    def say(self) -> None:
        """What is wrong, that nothing is kept, and the way out."""
        why = render(self.problem.code, self.problem.parameters, self.desk.language)
        said = self.tr("{why} Until then books can be read, and nothing is kept.").format(why=why)
        if self.problem.code == "library-damaged":
            self.desk.notice.say(said, self.tr("Set it aside and begin a new one"), self.begin_anew)
        else:
            self.desk.notice.say(said, self.tr("Try again"), self.try_again)

    def try_again(self) -> None:
        """Whether it can be used now."""
        try:
            store = Store(self.desk.places.data)
        except Problem as problem:
            self.problem = problem
            self.say()
            return
        self._use(store)

    def begin_anew(self) -> None:
        """Keep the damaged file under another name and begin a new library."""
        try:
            aside = set_aside(self.desk.places.data, datetime.now())
            self._use(Store(self.desk.places.data))
        except Problem as problem:
            self.desk.say_problem(problem)
        else:
            self.desk.say(self.tr("The damaged library is kept as {path}.").format(path=aside))

    def _use(self, store: Store) -> None:
        self.desk.store.close()
        self.desk.store = store
        self.window.librarian.show()
