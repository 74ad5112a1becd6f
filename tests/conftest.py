"""Paths that tests share. Real files lie beside the project; a test that needs one skips where it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow])  # no test is timed
settings.load_profile("any machine")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "assets" / "samples"
