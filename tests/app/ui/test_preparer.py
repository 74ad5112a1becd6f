"""A book is read after its plan was seen; it can be paused, goes on, and is ended; the shelf shows how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.ui import preparer
from app.ui.bridge import Request
from app.ui.plan_dialog import PlanDialog, duration
from app.ui.window import Window
from model.types import (
    Event,
    Failed,
    Finished,
    Offer,
    Offered,
    Plan,
    Read,
    Reading,
    Receipt,
    Seconds,
    Stopped,
)
from tests.app.ui import test_window
from tests.app.ui.test_window import book, dropped, make

__all__ = ["book", "make"]  # fixtures
PLAN = Plan("small", "ntk", 3.0, 1e6, 20_000, 8192, 16_000, 10**9, 2 * 10**9, 8 * 10**9, 240.0, 9.0, disk_bytes=10**8)
OFFERS = (Offer("large", False, None, "memory", 16_000), Offer("small", True, PLAN), Offer("other", False, PLAN))
DONE = Finished(Receipt(10, 10, 1, 1, (), False), Seconds(0, 0, 0, 0))


class Reads(test_window.Answers):
    """A session that plans, and reads in a hundred steps until it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = self.go_on = False
        self.read = 0

    def run(self, request: Request) -> Iterator[Event]:
        self.asked.append(request)
        self.stopped = False
        assert isinstance(request, Read)
        if request.estimate_only:
            yield Offered(OFFERS)
            yield DONE
            return
        while self.read < 100:
            if self.stopped:
                yield Stopped(self.read)
                return
            if self.go_on or self.read < 40:
                self.read += 1
            time.sleep(0.001)
            yield Reading(self.read, 100, self.read, 2.0)
        yield DONE

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        self.stopped, self.read = True, 100


@pytest.fixture
def answers() -> Reads:
    return Reads()


def test_a_book_is_planned_read_paused_and_read_on(
    make: Callable[[], Window], book: Path, qtbot: QtBot, answers: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Chosen(PlanDialog):
        def exec(self) -> int:
            assert self.model() == "small" and self.begin.isEnabled()
            return 1

    monkeypatch.setattr(preparer, "PlanDialog", Chosen)
    window = make()
    dropped(window, book, qtbot)
    assert window.desk.document and not window.work_bar.isVisible()
    key = window.desk.document.key
    window.menus.actions["asker.prepare"].trigger()
    qtbot.waitUntil(lambda: answers.read == 40 and "40" in window.work_bar.words.text())
    estimate, reading = answers.asked
    assert isinstance(estimate, Read) and isinstance(reading, Read)
    assert estimate.estimate_only and (reading.model, reading.estimate_only) == ("small", False)
    window.show_library()
    state = window.library.tile.states[key]
    assert state.share == 0.4 and "40%" in state.words and "left" in state.words
    window.work_bar.pause_button.click()
    qtbot.waitUntil(lambda: not window.desk.bridge.queue())
    assert window.preparer.preparations[key].paused and "Paused" in window.work_bar.words.text()
    answers.go_on = True
    window.work_bar.pause_button.click()
    qtbot.waitUntil(lambda: not window.preparer.preparations)
    assert answers.read == 100 and not window.work_bar.isVisible()


def test_a_reading_is_ended(make: Callable[[], Window], book: Path, qtbot: QtBot, answers: Reads) -> None:
    window = make()
    dropped(window, book, qtbot)
    assert window.desk.document
    window.preparer.begin(window.desk.document, window.asker.reading())
    qtbot.waitUntil(lambda: answers.read == 40)
    window.work_bar.cancel_button.click()
    qtbot.waitUntil(lambda: not window.desk.bridge.queue())
    assert not window.preparer.preparations and not window.work_bar.isVisible()


def test_a_plan_says_what_it_takes_and_what_does_not_fit(qtbot: QtBot) -> None:
    dialog = PlanDialog("The Bell", OFFERS, "other")
    qtbot.addWidget(dialog)
    assert dialog.model() == "other"
    said = [[dialog.table.item(row, column).text() for column in range(7)] for row in range(3)]
    assert said[1] == ["small", "16,000", "8,192 × 2.4", "3.0 GB, whole in memory", "0.10 GB", "4 min", "9 s"]
    assert said[0][2] == "not enough free memory" and "fetched" in said[0][0]
    dialog.table.selectRow(0)
    assert dialog.model() == "" and not dialog.begin.isEnabled()


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")])
def test_times_are_for_people(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_what_goes_wrong_while_reading_is_said(
    make: Callable[[], Window], book: Path, qtbot: QtBot, answers: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(request: Request) -> Iterator[Event]:
        yield Failed("disk-full", {"folder": "/x", "megabytes": 12})

    monkeypatch.setattr(answers, "run", fails)
    window = make()
    dropped(window, book, qtbot)
    assert window.desk.document
    window.preparer.begin(window.desk.document, window.asker.reading())
    qtbot.waitUntil(lambda: not window.preparer.preparations)
    assert "no room" in window.desk.notice.words.text()
