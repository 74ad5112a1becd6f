"""A trace: the phases of a request by the caller's own clock; and what Ctrl+C does to them."""

from __future__ import annotations

import itertools

import pytest

from app.exam.outcome import Took
from app.exam.run import Brake
from app.exam.trace import Trace
from model.types import (
    Cited,
    Claim,
    Event,
    Evidence,
    Failed,
    Finished,
    Located,
    Noticed,
    Reading,
    Receipt,
    Seconds,
    Span,
    Stopped,
    Withdrew,
    Wrote,
)

DONE = Finished(Receipt(1, 1, 1, 1, (), True), Seconds(0, 0, 0, 0))
PLACE = Span(3, 9)


def heard(*events: Event) -> Trace:
    """A trace of events a second apart."""
    ticks = itertools.count()
    trace = Trace(lambda: float(next(ticks)))
    for event in events:
        trace.hear(event)
    return trace


def test_phases() -> None:
    cited = Cited(True, (Claim("x", "full", (PLACE,)),))
    found = Located((Evidence(PLACE, 1.0),))
    trace = heard(Reading(1, 2, 1, 0.5), Reading(2, 2, 2, 1), found, Wrote("a"), Wrote("b"), Wrote("c"), cited, DONE)
    outcome = trace.outcome()
    assert outcome is not None and outcome.took == Took(8, 2, 1, 3, 1)
    assert outcome.text == "abc" and outcome.answered and outcome.evidence == outcome.citations == (PLACE,)


def test_a_search_has_nothing_written() -> None:
    outcome = heard(Located(()), Located((Evidence(PLACE, 1.0),)), DONE).outcome()
    assert outcome is not None and outcome.took == Took(3, 0, 2, 0, 0)
    assert outcome.answered is None and outcome.evidence == (PLACE,)


def test_what_was_withdrawn_is_not_the_answer() -> None:
    outcome = heard(Wrote("no"), Withdrew(), Noticed("worker-restarted", {}), Wrote("yes"), DONE).outcome()
    assert outcome is not None and outcome.text == "yes" and outcome.notices == ("worker-restarted",)


def test_a_failure_is_an_outcome_and_a_stop_is_none() -> None:
    outcome = heard(Failed("question-long", {})).outcome()
    assert outcome is not None and outcome.problem == "question-long" and outcome.answered is None
    assert heard(Wrote("a"), Stopped(3)).outcome() is None


class Candidate:
    """Stands for the one whose work is broken off."""

    def __init__(self, busy_reading: bool) -> None:
        self.busy_reading, self.stops, self.session = busy_reading, 0, self

    def stop(self) -> None:
        self.stops += 1


@pytest.mark.parametrize(("busy", "stops"), [(False, [0, 1]), (True, [1, 2])])
def test_the_first_press_spares_the_question_in_hand_and_no_reading(busy: bool, stops: list[int]) -> None:
    candidate = Candidate(busy)
    brake = Brake(candidate)  # type: ignore[arg-type]
    for expected in stops:
        brake.press()
        assert candidate.stops == expected
