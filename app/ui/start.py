"""Start: the application around the window."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.library.store import Store
from app.paths import Places
from app.problems import render, system_language
from app.session import Session
from app.settings import Settings
from app.ui.bridge import Bridge
from app.ui.rescue import Rescue
from app.ui.window import Window
from model.types import Problem


@dataclass(frozen=True)
class Wish:
    """What the window is to begin with. `open_at`: a place in the first file; `search`: words to find in it.
    `for_testing`: nothing is read of the user's folders and nothing is kept; `quit_after_paint`: leave at once.
    """

    files: tuple[Path, ...] = ()
    data_dir: str | None = None
    offline: bool = False
    language: str = ""
    open_at: str = ""
    search: str = ""
    for_testing: bool = False
    quit_after_paint: bool = False


def start(wish: Wish) -> int:
    """Open the window and stay until it is closed. Returns the exit status."""
    if not wish.for_testing:
        return _run(wish)
    with tempfile.TemporaryDirectory(prefix="tongdu-") as folder:
        return _run(replace(wish, data_dir=folder))


def _run(wish: Wish) -> int:
    if not has_display():
        print(render("no-display", {}, wish.language or system_language()), file=sys.stderr)
        return 1
    application = QApplication(["tongdu"])
    application.setStyle("Fusion")  # the one that takes a theme's palette everywhere
    application.setApplicationName("tongdu")
    application.setApplicationDisplayName("Tongdu")
    application.setDesktopFileName("tongdu")
    places = Places.find(wish.data_dir)
    settings = Settings(None if wish.for_testing else places.config)
    places = places.with_models(settings.text("models-folder"))
    try:
        places.folders()
    except Problem as problem:
        print(render(problem.code, problem.parameters, wish.language or system_language()), file=sys.stderr)
        return 1
    store, unusable = opened(places.data)
    bridge = Bridge(Session(wish.offline or settings.on("offline")))
    window = Window(places, settings, store, bridge, wish.language)
    first = Painted(window)
    if wish.quit_after_paint:
        first.then(window.close)
    window.show()
    first.then(lambda: _open(window, wish))
    if unusable is not None:
        Rescue(window, unusable).say()
    elif not wish.for_testing and not wish.files and is_first(window):
        first.then(window.models.welcome)
    status = application.exec()
    window.desk.store.close()
    return status


def is_first(window: Window) -> bool:
    """Whether Tongdu was never started here before."""
    return not window.desk.remembered.on("welcomed") and not window.library.books.books


def opened(data: Path) -> tuple[Store, Problem | None]:
    """The library, or where it cannot be used one that is kept in no file, and why."""
    try:
        return Store(data), None
    except Problem as problem:
        return Store(Path(tempfile.mkdtemp(prefix="tongdu-"))), problem


def has_display() -> bool:
    """Whether there is a screen to show a window on, or Qt was told of another way."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"))


def _open(window: Window, wish: Wish) -> None:
    """Open the files, several as one shelf, once the window is there."""
    if not wish.files:
        return
    if wish.open_at or wish.search:
        once = Qt.ConnectionType.SingleShotConnection  # not at every book that is opened later
        window.librarian.opened.connect(lambda: _arrive(window, wish), once)
    window.librarian.open_together([path.absolute() for path in wish.files])


def _arrive(window: Window, wish: Wish) -> None:
    """Go where the reader wanted to begin."""
    if wish.open_at:
        window.navigator.go_to_words(wish.open_at)
    if wish.search:
        window.find_words()
        window.find_panel.words.setText(wish.search)
        window.find_panel.search()
        window.navigator.find_next()


class Painted(QObject):
    """Knows when a window was painted first."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._todo: list[Callable[[], object]] = []
        self._window = window
        window.library.list.viewport().installEventFilter(self)
        window.library.empty.installEventFilter(self)

    def then(self, do: Callable[[], object]) -> None:
        """Do this behind the first frame."""
        self._todo.append(do)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._todo:
            todo, self._todo = self._todo, []
            for do in todo:
                QTimer.singleShot(0, do)
        return False
