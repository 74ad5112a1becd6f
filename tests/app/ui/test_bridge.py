"""Events cross in order, with one ending each; a question goes before a reading, which goes on behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.ui.bridge import Bridge, Request
from model.types import (
    Ask,
    Event,
    Finished,
    Folders,
    Read,
    Reading,
    Receipt,
    Seconds,
    Source,
    Stopped,
    Wrote,
)

READ = Read(Source("k", "T", "en", "words", (), (), ()), "m", Folders("m", "p"))
DONE = Finished(Receipt(0, 0, 0, 0, (), False), Seconds(0, 0, 0, 0))


class Script:
    """A session that writes fifty pieces to a question and reads until it is told to go on or to stop."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.stopped, self.go_on = threading.Event(), threading.Event()
        self.done = 0

    def run(self, request: Request) -> Iterator[Event]:
        self.stopped.clear()
        self.log.append(type(request).__name__)
        if isinstance(request, Ask):
            yield from (Wrote(f"{n} ") for n in range(50))
            yield DONE
            return
        while not self.go_on.wait(0.005):
            self.done += 1
            yield Reading(self.done, 100, 1, 1.0)
            if self.stopped.is_set():
                yield Stopped(self.done)
                return
        yield DONE

    def stop(self) -> None:
        self.stopped.set()

    def close(self) -> None:
        self.stop()
        self.go_on.set()


Made = tuple[Bridge, Script, list[tuple[int, Event]]]


@pytest.fixture
def bridge() -> Iterator[Made]:
    script, heard = Script(), list[tuple[int, Event]]()
    bridge = Bridge(script)
    bridge.came.connect(lambda number, events: heard.extend((number, event) for event in events))
    yield bridge, script, heard
    bridge.close()
    assert not bridge._thread.is_alive()


def test_a_question_goes_before_a_reading_that_goes_on_behind_it(bridge: Made, qtbot: QtBot) -> None:
    made, script, heard = bridge
    read = made.submit(READ)
    qtbot.waitUntil(lambda: any(isinstance(e, Reading) for _, e in heard))
    first, second = made.submit(Ask(READ, "one?")), made.submit(Ask(READ, "two?"))
    qtbot.waitUntil(lambda: (second, DONE) in heard)
    before = script.done
    qtbot.waitUntil(lambda: script.done > before)
    script.go_on.set()
    qtbot.waitUntil(lambda: (read, DONE) in heard)
    assert script.log == ["Read", "Ask", "Ask", "Read"] and not any(isinstance(e, Stopped) for _, e in heard)
    for number in (first, second):
        own = [event for other, event in heard if other == number]
        assert own == [*(Wrote(f"{n} ") for n in range(50)), DONE]
    assert [number for number, event in heard if event == DONE] == [first, second, read]
    assert made.queue() == ()


def test_what_waits_and_what_runs_is_stopped(bridge: Made, qtbot: QtBot) -> None:
    made, script, heard = bridge
    running, waiting = made.submit(READ), made.submit(READ)
    qtbot.waitUntil(lambda: script.done > 0)
    assert [job.number for job in made.queue()] == [running, waiting]
    made.stop(waiting)
    made.stop(running)
    qtbot.waitUntil(lambda: len([e for _, e in heard if isinstance(e, Stopped)]) == 2)
    assert script.log == ["Read"] and made.queue() == ()


def test_nothing_comes_after_it_is_closed(bridge: Made, qtbot: QtBot) -> None:
    made, script, heard = bridge
    made.submit(READ)
    qtbot.waitUntil(lambda: script.done > 0)
    made.close()
    count = len(heard)
    qtbot.wait(100)
    assert len(heard) == count
