"""Forecast: a plan's seconds, from what earlier reads and answers took here; until there are any, from what was
measured of the machine. No torch.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from model import calibration
from model.plan import ANSWER_TOKENS, BESIDE_TOKENS, prefill_seconds
from model.types import Device, Plan, Shape


def key_of(plan: Plan, device: Device) -> calibration.Key:
    """What the seconds of a plan depend on besides its tokens."""
    return calibration.Key(calibration.machine_of(device), plan.model, plan.precision, plan.layout, plan.tier)


def timed(plan: Plan, shape: Shape, device: Device, folder: Path, end: int | None = None) -> Plan:
    """The plan with the seconds to read what is not prepared of its document, up to token `end` (None: all of it), and
    to answer. `folder` is where the pages lie, and what earlier reads took.
    """
    start, end = plan.prepared_tokens, max(plan.prepared_tokens, plan.document_tokens if end is None else end)

    def reading(start: int, end: int) -> float:
        known = calibration.predict(folder, key_of(plan, device), shape, start, end)
        return prefill_seconds(shape, end, device, start, plan.precision) if known is None else known

    answer = plan.seconds_to_answer
    writing = calibration.predict_writing(folder, key_of(plan, device), shape, plan.length, ANSWER_TOKENS)
    if writing is not None:
        answer = reading(plan.length - BESIDE_TOKENS, plan.length) + writing
    return replace(plan, seconds_to_read=reading(start, end), seconds_to_answer=answer)
