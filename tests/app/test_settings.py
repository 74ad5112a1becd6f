"""Settings: what is set is there for the next window; what a file says wrongly is named and not lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.settings import NAME, SETTINGS, Settings, Value
from model.types import Problem


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", "dark"), ("size", 24), ("line-height", 1.8), ("justified", False), ("models-folder", "/模型 folder")],
)
def test_what_is_set_is_there_for_the_next(tmp_path: Path, name: str, value: Value) -> None:
    first = Settings(tmp_path / "config")
    assert first[name] == SETTINGS[name].default != value
    first.set(name, value)
    assert Settings(tmp_path / "config")[name] == value == first[name]


def test_listeners_hear_what_changes_and_nothing_else(tmp_path: Path) -> None:
    settings, heard = Settings(tmp_path), []
    settings.listen(heard.append)
    settings.set("size", 20)
    settings.set("size", 20)
    assert heard == ["size"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", "purple"), ("size", 7), ("size", True), ("justified", 1), ("nonsense", 1), ("model", 3)],
)
def test_what_a_setting_cannot_be_is_refused(tmp_path: Path, name: str, value: Value) -> None:
    with pytest.raises(ValueError):
        Settings(tmp_path).set(name, value)
    assert not (tmp_path / NAME).exists()


def test_what_a_file_says_wrongly_is_named_and_stays(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('theme = "purple"\nsize = 21\nlater = "x"\n', encoding="utf-8")
    settings = Settings(tmp_path)
    assert settings["theme"] == "system" and settings["size"] == 21
    assert settings.wrong == ("theme = 'purple'", "later = 'x'")
    settings.set("size", 22)
    assert tomllib.loads((tmp_path / NAME).read_text()) == {"theme": "purple", "size": 22, "later": "x"}


def test_two_windows_keep_each_other_s_values(tmp_path: Path) -> None:
    one, other = Settings(tmp_path), Settings(tmp_path)
    one.set("size", 22)
    other.set("theme", "dark")
    assert (Settings(tmp_path)["size"], Settings(tmp_path)["theme"]) == (22, "dark")


@pytest.mark.parametrize("noise", [b"size = = 3", b"\xff\xfe\x00", b"\x00" * 40])
def test_a_damaged_file_is_named_and_put_aside(tmp_path: Path, noise: bytes) -> None:
    (tmp_path / NAME).write_bytes(noise)
    settings = Settings(tmp_path)
    assert settings["size"] == SETTINGS["size"].default and str(tmp_path / NAME) in settings.wrong[0]
    settings.set("size", 22)
    assert Settings(tmp_path)["size"] == 22
    assert (tmp_path / NAME).with_suffix(".damaged").read_bytes() == noise


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="no-folder"):
        Settings(tmp_path / "file" / "config").set("size", 22)


def test_nothing_is_kept_without_a_folder() -> None:
    settings = Settings(None)
    settings.set("size", 22)
    assert settings["size"] == 22


def test_every_setting_takes_its_default_and_has_two_names() -> None:
    for setting in SETTINGS.values():
        assert setting.takes(setting.default) and all(setting.called)
        assert all(all(names) for names in setting.choices.values())
