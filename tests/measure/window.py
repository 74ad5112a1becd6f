"""`python -m tests.measure.window [DATA]`: how soon the window is there, and how smoothly it moves; prints a table.

Everything is measured offscreen, from outside the program or in its own window, in processes of their own; the files
are read once before, so that they lie in the page cache. What is measured while a book is being prepared needs the
smallest model in the usual model folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import psutil
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.documents.document import Document
from app.library.records import Book
from app.library.store import Store
from app.paths import Places, assets
from app.session import Session
from app.settings import Settings
from app.ui.bridge import Bridge
from app.ui.window import Window
from model.types import Read
from tests.measure.__main__ import ROOT, rowed

NOVEL = "docs/1-novels/epub-en/se_war-and-peace.epub"
OTHER = assets() / "samples/the-deaf-ground.epub"
MODEL = "smollm2-135m"
RUNS = 5
NOTCHES = 600  # of the wheel, three lines each
BOOKS = 5000  # of a large shelf
NOTCH = 120  # Qt's eighths of a degree
PATIENCE = 120.0  # seconds for anything here

Found = dict[str, float]


def main(arguments: list[str]) -> int:
    data = Path(arguments[0]) if arguments else ROOT.parent / "shared/data"
    if not (data / NOVEL).is_file():
        print(f"{data} holds no {NOVEL}; name the folder of the test data")
        return 1
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    alone = [_child("alone", data) for _ in range(RUNS)]
    shelf = [_child("shelf", data) for _ in range(RUNS)]
    beside = _child("beside", data) if (Places.find().models / MODEL).is_dir() else {}
    rows = [
        ["process start to first frame of the shelf, and its end", "1.0 s", f"{median(_starts()):.2f} s"],
        ["*War and Peace* opened and painted", "0.5 s", _middle(alone, "open", 1, "s")],
        ["jump to its last chapter, painted", "100 ms", _middle(alone, "jump", 1e3, "ms")],
        ["a frame while scrolling, median", "", _middle(alone, "frame", 1e3, "ms")],
        ["a frame while scrolling, p99", "16 ms", _middle(alone, "p99", 1e3, "ms")],
        ["the longest frame", "", _middle(alone, "longest", 1e3, "ms")],
        ["p99 while another book is being prepared", "33 ms", _middle([beside], "p99", 1e3, "ms") if beside else "–"],
        ["memory of the window with it open", "350 MB", _middle(alone, "megabytes", 1, "MB")],
        [f"a shelf of {BOOKS:,} books shown and painted", "", _middle(shelf, "shown", 1e3, "ms")],
        ["a letter typed into its filter", "", _middle(shelf, "filtered", 1e3, "ms")],
        ["a frame while scrolling it, p99", "16 ms", _middle(shelf, "p99", 1e3, "ms")],
    ]
    print(rowed(["", "goal", f"median of {RUNS}"], rows))
    return 0


def _starts() -> Iterator[float]:
    """Seconds that the program lives which leaves behind its first frame."""
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "app", "--for-testing", "--quit-after-paint"], check=True, cwd=ROOT)
        yield time.perf_counter() - begun


def _child(scene: str, data: Path) -> Found:
    command = [sys.executable, "-m", "tests.measure.window", f"--{scene}", str(data)]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def _middle(found: list[Found], name: str, factor: float, unit: str) -> str:
    value = median(one[name] for one in found) * factor
    return f"{value:.2f} {unit}" if value < 10 else f"{value:.0f} {unit}"


def alone(data: Path) -> Found:
    """The novel opened, jumped in and scrolled, nothing else being done."""
    (data / NOVEL).read_bytes()
    with _window() as window:
        begun = time.perf_counter()
        document = _opened(window, data / NOVEL)
        window.repaint()
        opened = time.perf_counter() - begun
        last = max(section.start for section in document.sections)
        begun = time.perf_counter()
        window.navigator.jump(last)
        window.desk.view.viewport().repaint()
        jumped = time.perf_counter() - begun
        window.navigator.jump(document.sections[len(document.sections) // 3].start)
        frames = _scrolled(window)
        megabytes = psutil.Process().memory_info().rss / 1e6
    return {"open": opened, "jump": jumped, "megabytes": megabytes, **frames}


def beside(data: Path) -> Found:
    """The novel scrolled while the worker reads another book."""
    with _window() as window:
        other = _opened(window, OTHER)
        folders, settings = window.desk.places.folders(), window.desk.settings
        window.preparer.begin(other, Read(other.source(), MODEL, folders, offline=True))
        assert settings.text("mode") == "scroll"
        _opened(window, data / NOVEL)
        _wait(lambda: any(p.share > 0 for p in window.preparer.preparations.values()))
        frames = _scrolled(window)
        assert window.preparer.preparations, "the other book was read before the scrolling ended"
    return frames


def shelf(data: Path) -> Found:
    """A shelf of many books, shown, filtered and scrolled."""
    with _window() as window:
        books = tuple(_book(number) for number in range(BOOKS))
        begun = time.perf_counter()
        window.library.show_books(books, {})
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        window.library.list.viewport().repaint()
        shown = time.perf_counter() - begun
        begun = time.perf_counter()
        window.library.filter.setText("9")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        window.library.list.viewport().repaint()
        filtered = time.perf_counter() - begun
        window.library.filter.clear()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        bar, times = window.library.list.verticalScrollBar(), []
        for _ in range(NOTCHES):
            begun = time.perf_counter()
            bar.setValue(bar.value() + NOTCH // 2)
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            window.library.list.viewport().repaint()
            times.append(time.perf_counter() - begun)
    return {"shown": shown, "filtered": filtered, "p99": quantiles(times, n=100)[98]}


def _book(number: int) -> Book:
    """A made book."""
    added = f"2026-01-01T00:00:{number:06d}Z"
    title, author = f"Volume {number:,}", f"Author {number % 700}"
    return Book(
        f"{number:032x}",
        f"/books/{number}.txt",
        "",
        title,
        (author,),
        "en",
        "novel",
        "TXT",
        10**6,
        "text 1",
        added,
        added,
    )


def _scrolled(window: Window) -> Found:
    """Seconds of the frames of one notch after another: its event and the painting that follows."""
    view = window.desk.view
    middle = QPointF(view.viewport().rect().center())
    none = Qt.KeyboardModifier.NoModifier
    times = []
    for _ in range(NOTCHES):
        notch = QWheelEvent(
            middle, middle, QPoint(), QPoint(0, -NOTCH), Qt.MouseButton.NoButton, none,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        begun = time.perf_counter()
        QApplication.sendEvent(view.viewport(), notch)
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        view.viewport().repaint()
        times.append(time.perf_counter() - begun)
    return {"frame": median(times), "p99": quantiles(times, n=100)[98], "longest": max(times)}


def _opened(window: Window, path: Path) -> Document:
    before = window.desk.document
    window.librarian.open(path)
    _wait(lambda: window.desk.document is not before and window.desk.document is not None)
    assert window.desk.document is not None
    return window.desk.document


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
        if time.monotonic() > end:
            raise TimeoutError("the window did not come so far")


@contextmanager
def _window() -> Iterator[Window]:
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "data", Path(folder) / "cache", Places.find().models)
        with Store(places.data) as store:
            window = Window(places, Settings(None), store, Bridge(Session(offline=True)), "en")
            window.resize(1200, 900)
            window.show()
            _wait(lambda: window.isVisible())
            application.processEvents()
            yield window
            window.close()


SCENES = {"--alone": alone, "--beside": beside, "--shelf": shelf}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in SCENES:
        print(json.dumps(SCENES[sys.argv[1]](Path(sys.argv[2]))))
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
