"""What was shown is there at the next start: after a kill, after other letters, and with two windows at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.library.store import Store
from app.settings import SETTINGS
from app.ui.reading_view import ReadingView
from app.ui.window import Window
from model.types import Span
from tests.app.ui.test_window import BOOK, Make, answers, book, dropped, make

__all__ = ["answers", "book", "make"]  # fixtures
PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from app.ui import start
from app.ui.window import Window
from model.types import Span

class Driven(Window):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.librarian.opened.connect(lambda *_: QTimer.singleShot(0, self.drive))

    def drive(self):
        document, do = self.desk.document, lambda name: self.menus.actions[name].trigger()
        at = document.text.index("cast in 1871")
        {steps}
        self.grab()  # it was shown
        print("shown", flush=True)

start.Window = Driven
start.start(start.Wish((Path(sys.argv[1]),), sys.argv[2]))
"""
HIGHLIGHT = 'self.desk.view.select(Span(at, at + 12)); do("marker.highlight")'
NOTE = HIGHLIGHT + '; self.marker._written = lambda *_: ("kept", True); self.marker.edit(self.marker.marks()[0])'
BOOKMARK = 'self.navigator.go_to_words("50%"); do("marker.bookmark")'
PLACE = 'self.navigator.go_to_words("Chapter 2")'


def killed(steps: str, book: Path, data: Path) -> None:
    """Start the real program, do something in its window, and kill it as soon as that was shown."""
    program = PROGRAM.format(steps=steps)
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", program, str(book), str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout and process.stderr
        said = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        assert said.strip() == "shown", process.stderr.read()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("steps", [HIGHLIGHT, NOTE, BOOKMARK, PLACE])
def test_a_kill_loses_nothing_that_was_shown(steps: str, book: Path, tmp_path: Path) -> None:
    killed(steps, book, tmp_path / "data")
    with Store(tmp_path / "data") as store:
        (known,) = store.books()
        marks = store.marks(known.key)
    if steps in (HIGHLIGHT, NOTE):
        assert [(m.words, m.note) for m in marks] == [("cast in 1871", "kept" if steps == NOTE else "")]
    elif steps == BOOKMARK:
        assert [m.kind for m in marks] == ["bookmark"] and known.place == marks[0].span.start > 1000
    else:
        assert known.place == BOOK.index("Chapter 2")


LOOKS = ("theme", "typeface", "size", "line-height", "measure", "justified", "indented", "mode")


def other(name: str, chance: random.Random) -> str | float | bool:
    """Any value that a setting may have."""
    setting = SETTINGS[name]
    if isinstance(setting.default, bool):
        return chance.random() < 0.5
    if setting.choices:
        return chance.choice(list(setting.choices))
    steps = round((setting.high - setting.low) / setting.step)
    value = setting.low + setting.step * chance.randint(0, steps)
    return round(value) if isinstance(setting.default, int) else round(value, 1)


def first_line(view: ReadingView) -> tuple[int, int]:
    """The characters of the first line that is not cut by the upper edge."""
    for _, paragraph, y in view.flow.visible(view._top, view.viewport().height()):
        for number in range(paragraph.lines):
            if y + paragraph.top_of(number) >= -1:
                line = paragraph.layout.lineAt(number)
                start = paragraph.block.start + paragraph.units.place(line.textStart())
                return start, paragraph.block.start + paragraph.units.place(line.textStart() + line.textLength())
    raise AssertionError("no line is shown")


@pytest.mark.parametrize("seed", range(6))
def test_the_place_stays_through_other_looks_and_starts(make: Make, book: Path, qtbot: QtBot, seed: int) -> None:
    chance = random.Random(seed)
    window = make()
    dropped(window, book, qtbot)
    place = chance.randrange(len(BOOK) // 3)  # far from the end, where a window shows less than it could
    window.navigator.jump(place)
    for _ in range(12):
        step = chance.random()
        if step < 0.15:
            window.close()
            window = make()
            dropped(window, book, qtbot)
        elif step < 0.3:
            window.resize(chance.randint(500, 1400), chance.randint(300, 900))
        else:
            name = chance.choice(LOOKS)
            window.settings.set(name, other(name, chance))
        assert window.desk.view.place == place
        start, end = first_line(window.desk.view)
        assert start <= place < max(end, start + 1), (window.desk.view.is_paged, window.settings["size"])


def test_scrolling_is_kept_too_when_it_settles(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    key = window.desk.document.key if window.desk.document else ""
    for _ in range(4):
        window.desk.view.turn(1)
    place = window.desk.view.place
    qtbot.waitUntil(lambda: (known := window.desk.store.book(key)) is not None and known.place == place)


def beside(make: Make, book: Path, qtbot: QtBot) -> tuple[Window, Window]:
    first, second = make(), make()
    for window in (first, second):
        dropped(window, book, qtbot)
    return first, second


def test_two_windows_of_one_library_lose_no_mark_and_the_last_place_stays(make: Make, book: Path, qtbot: QtBot) -> None:
    first, second = beside(make, book, qtbot)
    for number, window in enumerate((first, second, first)):
        start = BOOK.index(f"Paragraph {number + 3} ")
        window.desk.view.select(Span(start, start + 11))
        window.menus.actions["marker.highlight"].trigger()
    first.navigator.go_to_words("20%")
    second.navigator.go_to_words("Chapter 2")
    first.settings.set("size", 20)
    second.settings.set("theme", "dark")
    place = second.desk.view.place
    first.close()  # keeps its place once more: it was not moved since
    second.close()
    again = make()
    dropped(again, book, qtbot)
    assert len(again.marker.marks()) == 3 and again.desk.view.place == place
    assert (again.settings["size"], again.settings["theme"]) == (20, "dark")


def test_a_window_shows_what_the_other_one_marked(make: Make, book: Path, qtbot: QtBot) -> None:
    first, second = beside(make, book, qtbot)
    start = BOOK.index("cast in 1871")
    first.desk.view.select(Span(start, start + 12))
    first.menus.actions["marker.highlight"].trigger()
    second.menus.actions["marker.bookmark"].trigger()  # whatever changes, all is read again
    assert sorted(mark.kind for mark in second.desk.view.marks) == ["bookmark", "highlight"]
