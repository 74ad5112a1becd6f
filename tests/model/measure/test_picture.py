"""The picture: a PNG of whatever rows there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.measure import picture
from model.measure.row import Row

ROWS = [
    Row("tongdu", 2048, 300.0, 20.0, 0.3, 3.0, 4 * 10**9, 15000.0, 60.0),
    Row("tongdu", 8192, 250.0, 18.0, 0.9, 3.0, 5 * 10**9, 15000.0, 55.0),
    Row("llama.cpp", 2048, 130.0, 28.0, None, 0.4, 2 * 10**9, None),
]


@pytest.mark.parametrize("rows", [ROWS, ROWS[2:], []])
def test_a_png_is_written(rows: list[Row], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "speed.png"
    picture.draw(rows, "qwen2.5-coder-1.5b", path)
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n") and len(data) > 10_000
