"""`python -m tests.measure.screens OUT [MODEL]`: the ten scenes of the window as pictures, at one and at two pixels a
point, on a virtual screen (Xvfb). All that is shown is ours: the samples, read and answered by a real model.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMarginsF, QTimer
from PySide6.QtGui import QFont, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.documents.open import open_document
from app.library.store import Store
from app.paths import Places, assets
from app.session import Session
from app.settings import Settings
from app.ui.bridge import Bridge
from app.ui.window import Window
from model.types import Span

SCREEN = "3000x2200x24"
MODEL = "qwen2.5-coder-1.5b"
SIZE = (1280, 840)
QUESTION = "Why did Dorcas’s uncle give his tuning fork the name Gabriel?"
PATIENCE = 900.0  # seconds for anything here
SETTLE = 0.4  # seconds that a window gets to paint
SAMPLES = assets() / "samples"
TALE, CHINESE, LAW = (SAMPLES / name for name in ("the-deaf-ground.epub", "shi-chi-ji.txt", "ferry-ordinance.en.txt"))


def main(arguments: list[str]) -> int:
    if not arguments or shutil.which("Xvfb") is None:
        print("name the folder for the pictures; Xvfb must be installed")
        return 1
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _screen() as display:
        for scale in ("1", "2"):
            given = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": scale, "LANG": "C.UTF-8"}
            command = [sys.executable, "-m", "tests.measure.screens", "--scenes", folder, str(out), *arguments[1:]]
            subprocess.run(command, check=True, env={**os.environ, **given})
    return 0


@contextmanager
def _screen() -> Iterator[str]:
    """A virtual screen; its name."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        try:
            yield ":" + os.read(reading, 16).decode().strip()
        finally:
            server.terminate()


@dataclass
class Stage:
    """A window on a folder of its own, and where its pictures go."""

    window: Window
    folder: Path
    out: Path

    def shoot(self, name: str, shown: QWidget | None = None) -> None:
        """Keep a picture of the window or of a dialog before it, as the screen shows it."""
        wait(SETTLE)
        widget = shown or self.window
        ratio = round(widget.devicePixelRatioF())
        picture = widget.screen().grabWindow(widget.winId())
        assert picture.save(str(self.out / f"{name}@{ratio}x.png"))
        print(name, picture.width(), picture.height(), flush=True)

    def open(self, path: Path, at: str = "") -> None:
        """Open a book, at an address."""
        self.window.close_book()
        self.window.librarian.open(path)
        until(lambda: self.window.desk.document is not None)
        if at:
            self.window.navigator.go_to_words(at)
        until(lambda: self.window.desk.view.lit is None)

    def shoot_dialog(self, name: str, show: Callable[[], object]) -> None:
        """Let a dialog open, now or later, keep its picture, and close it. It runs a loop of its own meanwhile."""
        shot: list[QDialog] = []

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, QDialog):
                timer.stop()
                self.shoot(name, dialog)
                dialog.reject()
                shot.append(dialog)

        timer = QTimer(interval=round(1000 * SETTLE))
        timer.timeout.connect(look)
        timer.start()
        show()
        until(lambda: bool(shot))


def themes(stage: Stage) -> None:
    """A novel in three themes."""
    stage.open(TALE, "c3.p1")
    stage.window.docks["ask"].hide()
    for theme in ("light", "sepia", "dark"):
        stage.window.settings.set("theme", theme)
        stage.shoot(f"novel-{theme}")
    stage.window.settings.set("theme", "light")


def chinese(stage: Stage) -> None:
    """A Chinese novel in the Chinese window, its pages turned."""
    stage.window.settings.set("language", "zh")
    stage.window.settings.set("mode", "paged")
    stage.open(CHINESE, "c2.p2")
    stage.window.docks["ask"].hide()
    stage.shoot("novel-chinese")
    stage.window.settings.set("mode", "scroll")
    stage.window.settings.set("language", "en")


def statute(stage: Stage) -> None:
    """A law as a tree of its articles."""
    stage.open(LAW, "Article 12")
    stage.shoot("statute")


def answer(stage: Stage) -> None:
    """An answer, its citation followed, and the heat strip; the sample is read first where it is not."""
    stage.open(TALE)
    window = stage.window
    dialogue, document = window.asker.dialogue, window.desk.document
    assert dialogue and document
    if not dialogue.exchanges:
        window.preparer.begin(document, window.asker.reading())
        until(lambda: not window.preparer.preparations)
        window.asker.ask(QUESTION, 0)
        until(lambda: dialogue.exchanges[-1].state in ("done", "failed", "stopped"))
    exchange = dialogue.exchanges[-1]
    cited = (*exchange.cited(), exchange.evidence[0].span)[0]
    window.ask()
    window.navigator.show(cited)
    stage.shoot("answer")


def plan(stage: Stage) -> None:
    """What reading will take, before it begins."""
    stage.open(CHINESE)
    stage.shoot_dialog("plan", stage.window.asker.prepare)


def settings(stage: Stage) -> None:
    """All settings."""
    stage.shoot_dialog("settings", stage.window.edit_settings)


def library(stage: Stage) -> None:
    """The shelf."""
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix in (".epub", ".txt"):
            stage.open(path)
    stage.window.show_library()
    stage.window.desk.notice.hide()
    stage.shoot("library")


def printed(stage: Stage) -> None:
    """A page of a PDF, with a highlight on it."""
    path = stage.folder / "The Deaf Ground.pdf"
    if not path.exists():
        paper(TALE, path)
    stage.open(path)
    window = stage.window
    document = window.desk.document
    assert document
    window.docks["ask"].hide()
    start = document.text.index("fourteen guineas")
    span = Span(start, start + len("fourteen guineas and her passage"))
    if not window.marker.marks():
        window.desk.view.select(span)
        window.marker.highlight()
    window.looks.page_pictures()
    window.sheets.printed.set_zoom(0.67)
    window.navigator.show(span)
    until(lambda: bool(window.sheets.printed.rectangles(span)))
    stage.shoot("pdf-page")
    window.looks.page_pictures()


def models(stage: Stage) -> None:
    """The models, one of them chosen."""
    stage.shoot_dialog("models", stage.window.models.choose)


def welcome(stage: Stage) -> None:
    """The first steps."""
    stage.window.show_library()
    stage.shoot_dialog("welcome", stage.window.models.welcome)


SCENES: tuple[Callable[[Stage], None], ...] = (
    themes,
    chinese,
    statute,
    printed,
    answer,
    plan,
    settings,
    models,
    welcome,
    library,
)


def play(folder: Path, out: Path, model: str) -> None:
    """All scenes in one window, with what an earlier play kept in its folder."""
    application = QApplication(["tongdu"])
    application.setStyle("Fusion")
    places = Places(folder / "data", folder / "cache", Places.find().models)
    preferred = Settings(folder / "config")
    preferred.set("model", model)
    preferred.set("theme", "light")
    with Store(places.data) as store:
        window = Window(places, preferred, store, Bridge(Session(offline=True)), "en")
        window.resize(*SIZE)
        window.show()
        application.processEvents()
        for scene in SCENES:
            scene(Stage(window, folder, out))
        window.close()


def paper(source: Path, target: Path) -> None:
    """A book's text as a PDF of our own making."""
    writer = QPdfWriter(str(target))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A5))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))  # the text document has its own
    writer.setTitle(open_document(source).title)
    text = QTextDocument()
    text.setDefaultFont(QFont("DejaVu Serif", 9))
    text.setPlainText(open_document(source).text)
    text.print_(writer)


def until(done: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + PATIENCE
    while not done():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.005)
        if time.monotonic() > end:
            raise TimeoutError("the window did not come so far")


def wait(seconds: float) -> None:
    """Let the window live for a while."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--scenes"]:
        play(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else MODEL)
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
