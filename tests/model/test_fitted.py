"""Fitted: what is kept of a model is read as it was written, and used as it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from model import fitted
from model.catalog import ENTRIES
from model.engine import Engine
from model.evidence import PROBE, PROBED, standardized
from model.fitted import FITS, NATS, NOTHING, Fitted, bearing
from tests.model.test_asking import ask, run

pytestmark = pytest.mark.usefixtures("measured_once")
Folder = Callable[[str], Path]


def test_what_is_kept_belongs_to_models_of_the_catalogue() -> None:
    kept = {path.stem for path in FITS.glob("*.json")}
    assert kept and kept <= {entry.name for entry in ENTRIES}
    for name in kept:
        found = Fitted.read(name)
        assert found.probe is not None and found.probe.direction.dim() == 1 and found.probe.layer > 0
        assert set(found.least) == set(found.least_in_place) == {"en", "zh"}


def test_a_model_that_was_not_fitted_has_nothing() -> None:
    assert Fitted.read("another") is NOTHING and NOTHING.probe is None


def test_a_probe_is_a_plane(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fitted, "FITS", tmp_path)
    least = {"least": {"zh": 1}, "least_in_place": {"zh": 2}}
    (tmp_path / "m.json").write_text(json.dumps({"layer": 2, "direction": [1.0, -2.0], "bias": 0.5, **least}))
    found = Fitted.read("m")
    assert found.probe and found.probe.layer == 2 and (found.least, found.least_in_place) == ({"zh": 1}, {"zh": 2})
    assert found.probe.scores(torch.tensor([[3, 1], [0, 0]], dtype=torch.bfloat16)) == [1.5, 0.5]
    assert bearing(1.5, 2 * NATS) == 3.5


def test_a_probe_changes_the_order_by_its_weight(tiny_folder: Folder, tmp_path: Path) -> None:
    engine, request = Engine(dtype=torch.float32), ask(tiny_folder("qwen2"), tmp_path)
    run(request, engine)
    assert engine.model and engine.locator and engine.pages
    numbers, scores = range(40), [float(i % 7) for i in range(40)]
    likely, told = [float(-i % 5) for i in numbers], [float(i % 3) for i in range(41)]
    merged = engine.locator._merged(scores, [*likely, 9.0], told)
    parts = [standardized(values) for values in (scores, likely, told[:40])]
    assert merged == pytest.approx([a + PROBED * b + PROBE * c for a, b, c in zip(*parts, strict=True)])
