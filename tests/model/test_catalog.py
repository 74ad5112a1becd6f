"""The catalogue: what each entry promises, and when a whole repository counts as present."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest

from app.problems import REASONS
from model.catalog import (
    ENTRIES,
    LARGE,
    MODEL_FILES,
    RECORD,
    SMALL,
    Entry,
    Hub,
    entry,
    identity,
    path_of,
    present,
    refuse_unreadable,
)
from model.types import Problem

ALL = (*SMALL, *LARGE)
FILES = {"model.safetensors": b"1234", "config.json": b"{}"}


def record(entry: Entry, models: Path) -> Path:
    """A fetched repository, as it stands once its hashes were checked."""
    folder = path_of(entry, models)
    folder.mkdir(parents=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    files = {name: {"bytes": len(data), "hash": "0" * 64} for name, data in FILES.items()}
    (folder / RECORD).write_text(json.dumps({"revision": revision_of(entry), "files": files}))
    return folder


def revision_of(entry: Entry) -> str:
    return next(place.revision for place in entry.places if isinstance(place, Hub))


def test_names_and_qualities_are_unique() -> None:
    assert len({e.name for e in ALL}) == len({e.quality for e in ALL}) == len(ALL)
    assert all(entry(e.name) is e for e in ENTRIES)
    with pytest.raises(Problem):
        entry("nothing")


@pytest.mark.parametrize("wanted", ALL, ids=lambda e: e.name)
def test_an_entry_is_a_hash_or_a_repository(wanted: Entry) -> None:
    if wanted.is_repository:
        assert wanted.sha256 == "" and wanted.needs_gpu
        assert all(isinstance(place, Hub) and not place.file for place in wanted.places)
    else:
        assert re.fullmatch(r"[0-9a-f]{64}", wanted.sha256) and not wanted.needs_gpu
    for place in wanted.places:
        if isinstance(place, Hub):
            assert place.revision == "main" or re.fullmatch(r"[0-9a-f]{40}", place.revision)


@pytest.mark.parametrize("wanted", LARGE, ids=lambda e: e.name)
def test_what_is_fetched_is_about_its_weights(wanted: Entry) -> None:
    assert wanted.size == pytest.approx(2 * wanted.shape.parameters, rel=0.01)
    assert wanted.shape.heads % wanted.shape.kv_heads == 0


def test_no_pickle_and_no_program_is_fetched() -> None:
    unwanted = ("pytorch_model-00001-of-00015.bin", "modeling_xverse.py", "model.pt", "a.pth", "model.ckpt")
    assert not any(fnmatch(name, pattern) for name in unwanted for pattern in MODEL_FILES)


def test_what_cannot_be_read_is_said_before_it_is_fetched() -> None:
    for wanted in ALL:
        if not wanted.obstacle:
            refuse_unreadable(wanted)
            continue
        with pytest.raises(Problem) as problem:
            refuse_unreadable(wanted)
        assert problem.value.code == "unreadable-model" and wanted.obstacle in REASONS


def test_a_repository_is_here_once_every_recorded_file_is(tmp_path: Path) -> None:
    wanted = LARGE[0]
    assert not present(wanted, tmp_path)
    folder = record(wanted, tmp_path)
    assert present(wanted, tmp_path)
    (folder / "model.safetensors").write_bytes(b"123")
    assert not present(wanted, tmp_path)
    (folder / "model.safetensors").unlink()
    assert not present(wanted, tmp_path)


def test_another_revision_is_not_the_one_that_is_wanted(tmp_path: Path) -> None:
    folder = record(LARGE[0], tmp_path)
    (folder / RECORD).write_text((folder / RECORD).read_text().replace(revision_of(LARGE[0]), "e" * 40))
    assert not present(LARGE[0], tmp_path)
    latest = replace(LARGE[0], places=(Hub("some/one"),))
    assert present(latest, tmp_path)


def test_an_identity_is_of_the_bytes(tmp_path: Path) -> None:
    assert identity(SMALL[0], tmp_path) == SMALL[0].sha256
    folder = record(LARGE[0], tmp_path)
    before = identity(LARGE[0], tmp_path)
    (folder / RECORD).write_text((folder / RECORD).read_text().replace("0" * 64, "1" * 64))
    assert len(before) == 64 and identity(LARGE[0], tmp_path) != before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 1}', '{"files": {}}', '{"files": {"a": {}}}'])
def test_a_record_that_is_none_is_no_model(tmp_path: Path, text: str) -> None:
    folder = record(LARGE[0], tmp_path)
    (folder / RECORD).write_text(text)
    assert not present(LARGE[0], tmp_path)


def test_a_file_is_here_when_it_is_whole(tmp_path: Path) -> None:
    wanted = replace(SMALL[0], size=4)
    path = path_of(wanted, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"123")
    assert not present(wanted, tmp_path)
    path.write_bytes(b"1234")
    assert present(wanted, tmp_path)
