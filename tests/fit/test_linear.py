"""What is fitted finds what is there, and is judged by passages that it has not seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from model.fitted import bearing
from tests.fit.__main__ import keep
from tests.fit.features import Sheet
from tests.fit.linear import crossed, linear
from tests.fit.worth import bearings, least, report

SIZE = 12


def made(count: int, strength: float, groups: int = 10**9) -> list[Sheet]:
    """Questions with six passages each, the third gold: it lies further along the first axis. Every fourth question has
    none.
    """
    torch.manual_seed(1)
    sheets = []
    for number in range(count):
        hits = [place == 2 and number % 4 > 0 for place in range(6)]
        states = torch.randn(6, SIZE) + 5.0
        states[2, 0] += strength * hits[2]
        group = f"g{number % groups}"
        sheets.append(Sheet(group, hits[2], hits, states, [0.0] * 6, [0.0] * 6, [0.0] * 6))
    return sheets


def test_the_direction_is_found_and_gold_lies_above_zero() -> None:
    sheets = made(120, 6.0)
    direction, bias = linear(sheets)
    assert int(direction.abs().argmax()) == 0 and direction[0] > 5 * direction[1:].abs().max()
    scores = [sheet.states @ direction + bias for sheet in sheets]
    right = [int(s.argmax()) == 2 for s, sheet in zip(scores, sheets, strict=True) if sheet.answerable]
    assert sum(right) > 0.95 * len(right)
    absent, answerable = (
        [float(s.max()) for s, x in zip(scores, sheets, strict=True) if x.answerable == k] for k in (0, 1)
    )
    assert sum(absent) / len(absent) + 2 < sum(answerable) / len(answerable)


def test_what_is_learnt_by_heart_is_worth_nothing() -> None:
    """Where each group of questions has a gold passage of its own, no other group tells which it is."""
    sheets = made(80, 0.0, groups=8)
    for sheet in sheets:
        sheet.states[2, 1 + int(sheet.group[1:])] += 9.0 * sheet.answerable
    direction, _ = linear(sheets)
    known = sum(int((s.states @ direction).argmax()) == 2 for s in sheets if s.answerable)
    unknown = sum(int(told.argmax()) == 2 for s, told in zip(sheets, crossed(sheets), strict=True) if s.answerable)
    assert known > 50 > 25 > unknown


def test_the_least_bearing_leaves_its_share_below(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheets = made(120, 6.0)
    told = list(crossed(sheets))
    answerable, absent = bearings(sheets, told)
    assert len(answerable) == 90 and len(absent) == 30
    assert float(answerable[0]) == pytest.approx(bearing(float(told[1].max()), 0.0))
    assert sum(answerable < least(sheets, told, 0.1)) == 9
    assert "90 answerable" in report(sheets, told)
    keep({"en": sheets, "zh": made(40, 6.0)}, tmp_path / "new" / "m.json")
    kept = json.loads((tmp_path / "new" / "m.json").read_text())
    assert len(kept["direction"]) == SIZE and set(kept["least"]) == {"en", "zh"} and "zh: 30" in capsys.readouterr().out
