"""The ledger: what was written comes back, a torn line does not, a later line replaces an earlier one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.case import Case
from app.exam.ledger import Entry, Ledger
from app.exam.outcome import Outcome, Took
from model.types import Claim, Correction, Span

SPANS = st.builds(lambda a, n: Span(a, a + n), st.integers(0, 9**6), st.integers(0, 9**6))
CLAIMS = st.builds(
    Claim,
    st.text(),
    st.sampled_from(["full", "partial", "none"]),
    st.lists(SPANS, max_size=3).map(tuple),
    st.lists(st.builds(Correction, st.text(), st.text()), max_size=2).map(tuple),
)
OUTCOMES = st.builds(
    Outcome,
    st.lists(SPANS, max_size=3).map(tuple),
    st.none() | st.booleans(),
    st.text(),
    st.lists(CLAIMS, max_size=3).map(tuple),
    st.builds(Took, st.floats(0, 9), st.floats(0, 9)),
    st.sampled_from(["", "int8"]),
    st.sampled_from(["", "worker-died"]),
    st.lists(st.text(), max_size=2).map(tuple),
)


def entry(case: str = "q1", outcome: Outcome | None = None) -> Entry:
    return Entry("tongdu", "tales", case, "v1", "m", "2026-01-02", "0.1.0", outcome or Outcome())


@settings(max_examples=25)
@given(outcome=OUTCOMES)
def test_an_outcome_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, outcome: Outcome) -> None:
    path = tmp_path_factory.mktemp("ledger") / "m.jsonl"
    Ledger(path).add(entry(outcome=outcome))
    assert list(Ledger(path).entries.values()) == [entry(outcome=outcome)]


@settings(max_examples=25)
@given(cut=st.integers(1, 10_000))
def test_a_torn_last_line_is_dropped_and_the_next_is_whole(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("ledger") / "m.jsonl"
    ledger = Ledger(path)
    ledger.add(entry("q1"))
    whole = path.stat().st_size
    ledger.add(entry("q2"))
    torn = path.read_bytes()[: -1 - cut % (path.stat().st_size - whole - 1)]
    path.write_bytes(torn)
    again = Ledger(path)
    assert [key[2] for key in again.entries] == ["q1"]
    again.add(entry("q3"))
    assert [key[2] for key in Ledger(path).entries] == ["q1", "q3"]


def test_a_line_of_another_program_is_run_again(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    Ledger(path).add(entry("q1"))
    path.write_bytes(b'{"system": "tongdu"}\n[]\nnull\n\xff\n' + path.read_bytes())
    assert [key[2] for key in Ledger(path).entries] == ["q1"]


def test_the_last_line_of_a_case_holds_and_a_changed_case_has_none(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "deep" / "m.jsonl")
    ledger.add(entry(outcome=Outcome(text="old")))
    ledger.add(entry(outcome=Outcome(text="new")))
    case = Case("q1", "tales", "tale", Path("x"), "?", version="v1")
    found = Ledger(ledger.path).outcome("tongdu", case, "m")
    assert found is not None and found.text == "new"
    assert ledger.outcome("tongdu", replace(case, version="v2"), "m") is None
    assert ledger.outcome("locate", case, "m") is None and ledger.outcome("tongdu", case, "n") is None
