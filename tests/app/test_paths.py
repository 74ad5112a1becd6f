"""Where things are kept: a frozen program with a folder `portable` beside it keeps everything there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.paths import Places


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a frozen program, under a name with a space and Chinese characters."""
    for name in ("TONGDU_DATA_DIR", "TONGDU_MODELS_DIR"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path.resolve() / "my 通读"
    folder.mkdir()
    monkeypatch.setattr(sys, "executable", str(folder / "tongdu"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    return folder


def test_a_portable_program_keeps_everything_beside_it(beside: Path) -> None:
    (beside / "portable").mkdir()
    places = Places.find()
    kept = (places.data, places.cache, places.models, places.config)
    assert all(folder.is_relative_to(beside / "portable") for folder in kept)


def test_what_is_given_goes_before_it(beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (beside / "portable").mkdir()
    monkeypatch.setenv("TONGDU_DATA_DIR", str(tmp_path / "environment"))
    assert Places.find().data == (tmp_path / "environment").resolve()
    assert Places.find(str(tmp_path / "option")).data == (tmp_path / "option").resolve()


def test_without_the_folder_the_systems_places_are_used(beside: Path) -> None:
    assert not Places.find().data.is_relative_to(beside)


def test_a_python_that_is_not_frozen_looks_for_no_such_folder(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (beside / "portable").mkdir()
    monkeypatch.delattr(sys, "frozen")
    assert not Places.find().data.is_relative_to(beside)
