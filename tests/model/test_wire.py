"""What crosses the process border arrives as it was sent."""

from __future__ import annotations

import pytest

from model.plan import make
from model.types import (
    Ask,
    Cited,
    Claim,
    Evidence,
    Failed,
    Finished,
    Folders,
    Located,
    Planned,
    Read,
    Receipt,
    Seconds,
    Source,
    Span,
    Stop,
    Wrote,
)
from model.wire import pack, unpack
from tests.model.test_plan import DEVICE, SHAPE

SOURCE = Source("k", "T", "zh", "正文\n𝄞", (Span(0, 2),), ("c1.p1",), (Span(0, 4),))
VALUES = [
    Ask(Read(SOURCE, "", Folders("/m", "/p"), 600.0), "谁？"),
    Planned(make("m", SHAPE, 12_000, DEVICE, stretch=4)),
    Located((Evidence(Span(1, 2), 0.5), Evidence(Span(0, 1), -1.0))),
    Wrote("a\u2028b\n"),
    Cited(True, (Claim("c", "full", (Span(0, 2),)), Claim("d", "none", ()))),
    Finished(Receipt(1, 2, 3, 4, (Span(0, 1),), False), Seconds(0.1, 0.2, 0.3, 0.4)),
    Failed("too-long", {"tokens": 3, "model": "m"}),
    Stop(),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_round_trip(value: object) -> None:
    line = pack(value)
    assert "\n" not in line and unpack(line) == value


@pytest.mark.parametrize("line", ['{"type": "Popen"}', "[]", "{}"])
def test_what_is_not_ours_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        unpack(line)
