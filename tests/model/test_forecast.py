"""The forecast: measured speeds until there is experience, then experience."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model import calibration
from model.forecast import key_of, timed
from model.plan import ANSWER_TOKENS, attention_speed, make, prefill_seconds
from tests.model.test_plan import DEVICE, SHAPE

PLAN = make("m", SHAPE, 6000, DEVICE, 4.0)


def test_without_experience_it_is_what_was_measured(tmp_path: Path) -> None:
    assert timed(PLAN, SHAPE, DEVICE, tmp_path) == PLAN
    half = timed(replace(PLAN, prepared_tokens=3000), SHAPE, DEVICE, tmp_path)
    assert half.seconds_to_read == prefill_seconds(SHAPE, 6000, DEVICE, 3000)


def test_what_is_prepared_takes_no_time(tmp_path: Path) -> None:
    assert timed(replace(PLAN, prepared_tokens=6000), SHAPE, DEVICE, tmp_path).seconds_to_read == 0
    assert timed(replace(PLAN, prepared_tokens=3000), SHAPE, DEVICE, tmp_path, end=2000).seconds_to_read == 0


def test_experience_wins(tmp_path: Path) -> None:
    key = key_of(PLAN, DEVICE)
    for start in (0, 2000, 4000):
        calibration.update(tmp_path, key, SHAPE, start, start + 2000, 100 * PLAN.seconds_to_read)
    calibration.update_writing(tmp_path, key, SHAPE, PLAN.length, ANSWER_TOKENS, 1000.0)
    learnt = timed(PLAN, SHAPE, DEVICE, tmp_path)
    assert 250 < learnt.seconds_to_read / PLAN.seconds_to_read < 350
    assert learnt.seconds_to_answer > 900


def test_another_machine_says_nothing(tmp_path: Path) -> None:
    other = replace(DEVICE, name="another")
    calibration.update(tmp_path, key_of(PLAN, other), SHAPE, 0, 6000, 10_000.0)
    assert timed(PLAN, SHAPE, DEVICE, tmp_path) == PLAN


@pytest.mark.parametrize(("head_dim", "speed"), [(32, 1e11), (64, 1e11), (96, 2e11), (128, 3e11), (256, 3e11)])
def test_attention_between_the_measured_heads(head_dim: int, speed: float) -> None:
    assert attention_speed(head_dim, replace(DEVICE, attention_64=1e11, attention_128=3e11)) == speed
