"""Metrics on outcomes made by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from app.documents.open import open_document
from app.documents.place import Gazetteer
from app.exam import metrics
from app.exam.case import Case
from app.exam.measures import BY_SET, POOLED, differences, rows_of
from app.exam.metrics import Result, bears
from app.exam.outcome import Outcome, Took
from model.types import Claim, Span, Support

SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "samples" / "ferry-ordinance.en.txt"


@cache
def places() -> Gazetteer:
    return Gazetteer(open_document(SAMPLE))


def unit(number: int) -> Span:
    found = places().document.units[number - 1]
    return Span(found.start, found.end)


def case(**changes: object) -> Case:
    made = Case("q", "statutes", "statute", SAMPLE, "How?", (unit(7), unit(9)))
    return replace(made, **changes)  # type: ignore[arg-type]


def result(outcome: Outcome, system: str = "tongdu", **changes: object) -> Result:
    return Result(system, case(**changes), outcome, places())


def claim(*citations: Span, support: Support = "full") -> Claim:
    return Claim("So it is.", support, citations)


def test_a_place_bears_another_by_half_of_the_shorter() -> None:
    assert bears(Span(0, 10), Span(5, 100)) and bears(Span(5, 100), Span(0, 10)) and bears(Span(3, 4), Span(0, 10))
    assert not bears(Span(0, 10), Span(6, 100)) and not bears(Span(0, 0), Span(0, 10))


def test_rankings() -> None:
    found = result(Outcome((unit(1), unit(9), unit(3), unit(7))))
    assert metrics.hit(1)(found) == (0.0,) and metrics.hit(2)(found) == (1.0,)
    assert metrics.recall(2)(found) == (0.5,) and metrics.recall(10)(found) == (1.0,)
    assert metrics.reciprocal_rank(found) == (0.5,)
    assert metrics.reciprocal_rank(result(Outcome((unit(1),)))) == (0.0,)
    assert metrics.hit(1)(result(Outcome(), gold=())) == ()


def test_citations_come_before_evidence() -> None:
    found = result(Outcome((unit(1), unit(2)), claims=(claim(unit(3)), claim(unit(3), unit(9)))))
    assert metrics.cited(1)(found) == (0.0,) and metrics.cited(2)(found) == (1.0,)
    assert metrics.hit(2)(found) == (0.0,)


def test_every_place_shown_is_looked_up() -> None:
    size = len(places().document.text)
    good = result(Outcome((unit(3), Span(unit(4).start + 5, unit(4).end)), claims=(claim(unit(5)),)))
    assert metrics.exact(good) == metrics.clicked(good) == (1.0, 1.0, 1.0)
    bad = result(Outcome((Span(4, 4), Span(size - 1, size + 9))))
    assert metrics.exact(bad) == metrics.clicked(bad) == (0.0, 0.0)


def test_refusals() -> None:
    absent = {"answerable": False, "gold": ()}
    assert metrics.refused(result(Outcome(answered=False), **absent)) == (1.0,)
    assert metrics.refused(result(Outcome(answered=True), **absent)) == (0.0,)
    assert metrics.refused(result(Outcome(problem="question-long"), **absent)) == (0.0,), "a failure is no refusal"
    assert metrics.refused(result(Outcome((unit(1),)), **absent)) == (), "a search refuses nothing"
    assert metrics.refused(result(Outcome(answered=False))) == ()
    assert metrics.refused(result(Outcome(), kind="missing", **absent)) == (0.0,), "a rule that says nothing"
    assert metrics.falsely_refused(result(Outcome(answered=False))) == (1.0,)
    assert metrics.falsely_refused(result(Outcome(answered=True))) == (0.0,)
    assert metrics.falsely_refused(result(Outcome(problem="worker-died"))) == (1.0,)


def test_a_verified_claim_is_supported_and_cited() -> None:
    claims = (claim(unit(1)), claim(unit(1), support="partial"), claim(support="full"), claim(unit(1), support="none"))
    assert metrics.verified(result(Outcome(answered=True, claims=claims))) == (1.0, 1.0, 0.0, 0.0)
    assert metrics.verified(result(Outcome(answered=False, claims=claims))) == ()
    assert metrics.verified(result(Outcome(answered=True, claims=claims), truth=False)) == ()


def test_citation_f1() -> None:
    def f1(*citations: Span) -> float:
        (value,) = metrics.citation_f1(result(Outcome(answered=True, claims=(claim(*citations),))))
        return value

    assert f1(unit(7), unit(9)) == 1.0 and f1(unit(1)) == 0.0 and f1() == 0.0
    assert f1(unit(7)) == pytest.approx(2 / 3) and f1(unit(7), unit(1)) == pytest.approx(0.5)
    assert metrics.citation_f1(result(Outcome(answered=False, claims=(claim(unit(7)),)))) == ()


def test_answer_words() -> None:
    def f1(said: str, *answers: str) -> float:
        (value,) = metrics.token_f1(result(Outcome(answered=True, text=said), kind="tale", answers=answers))
        return value

    assert f1("The well-to-do Farmer.", "a well-to-do farmer") == 1.0
    assert f1("the bishop of Ely", "goose", "the bishop") == pytest.approx(0.5)
    assert f1("第八条", "第八条") == 1.0 and f1("", "goose") == 0.0
    refused = Outcome(answered=False, text="the bishop")
    assert metrics.token_f1(result(refused, kind="tale", answers=("the bishop",))) == (0.0,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("True. He did.", True),
        ("That is not true.", False),
        ("The claim is FALSE: it was green.", False),
        ("This is incorrect.", False),
        ("It isn't said.", None),
        ("", None),
    ],
)
def test_verdicts(text: str, said: bool | None) -> None:
    assert metrics.verdict(text) == said


def test_pairs_count_when_both_are_there() -> None:
    def told(truth: bool, said: str, pair: str) -> Result:
        return result(Outcome(answered=True, text=said), kind="claim", truth=truth, pair=pair, gold=())

    results = [
        told(True, "True.", "a"),
        told(False, "False.", "a"),
        told(True, "True.", "b"),
        told(False, "True.", "b"),
    ]
    assert metrics.both_of_a_pair([*results, told(True, "True.", "c")]) == [(1.0,), (0.0,)]
    assert metrics.judged(result(Outcome(answered=False, text="True."), kind="claim", truth=True)) == (0.0,)


def test_added_time_is_allowed_a_fifth_or_three_seconds() -> None:
    def share(locating: float, writing: float, citing: float) -> float:
        took = Took(99, 9, locating, writing, citing)
        (value,) = metrics.of_allowed(result(Outcome(answered=True, took=took)))
        return value

    assert share(1, 4, 3) == 1.0 and share(10, 30, 8) == 1.0 and share(10, 30, 16) == 2.0
    assert metrics.of_allowed(result(Outcome((unit(1),)))) == ()


def test_rows_judge_ours_and_keep_sets_apart() -> None:
    right, wrong = Outcome((unit(7),)), Outcome((unit(1),))
    results = [
        result(right, "locate"),
        result(wrong, "locate", id="r"),
        result(wrong, "lexical"),
        result(right, "locate", set="statutes-tune"),
    ]
    rows = {(row.set, row.measure.name): row for row in rows_of(results, ["statutes", "statutes-tune"])}
    row = rows["statutes", "hit@1"]
    assert row.ours == "locate" and row.reached["locate"].value == 0.5 and row.is_missed
    assert row.reached["lexical"].n == 1 and "tongdu" not in row.reached
    tuned = rows["statutes-tune", "hit@1"]
    assert tuned.reached["locate"].value == 1.0 and tuned.ours == "", "a tuning half is not judged"
    assert rows["", "quote exactness"].reached["locate"].n == 2


def test_every_measure_is_silent_about_nothing_and_explains_its_misses() -> None:
    assert rows_of([], ["statutes"]) == []
    for measure in (*POOLED, *BY_SET):
        assert not any(measure.values([])) and measure.about
        for outcome in (Outcome(problem="worker-died"), Outcome((unit(1),), True, "x", (claim(unit(1)),))):
            assert measure.why(result(outcome))


def test_differences_are_of_the_cases_that_both_have() -> None:
    ours = [result(Outcome((unit(7),), answered=True), id=name) for name in "abc"]
    theirs = [result(Outcome((unit(1),), answered=True), "retrieval", id=name) for name in "bcd"]
    found = {d.measure.name: d for d in differences([*ours, *theirs], ["statutes"])}
    one = found["gold in the first citation"]
    assert (one.ours, one.theirs, one.more.value, one.more.n, one.other) == (1.0, 0.0, 1.0, 2, "retrieval")
