"""The window starts without torch, keeps nothing when it is tested, and leaves commands to the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import is_for_window

PROGRAM = """
import sys
from app.__main__ import main
sys.argv = ["tongdu", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    print(ended.code or 0, *(name for name in ("torch", "transformers", "app.cli", "lxml") if name in sys.modules))
"""


def started(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {"HOME": str(home), "XDG_DATA_HOME": str(home / "d"), "XDG_CACHE_HOME": str(home / "c")}
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, env=kept | own | environment, capture_output=True, text=True, timeout=60)


def test_the_first_frame_is_painted_without_torch_and_nothing_is_kept(tmp_path: Path) -> None:
    done = started("--for-testing", "--quit-after-paint", home=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert done.stdout.split() == ["0"], done.stderr
    assert list(tmp_path.rglob("*")) == []


def test_without_a_screen_one_sentence_is_said(tmp_path: Path) -> None:
    done = started("--for-testing", home=tmp_path, QT_QPA_PLATFORM="")
    assert done.stdout.split()[0] == "1" and "no screen" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "",
        "book.epub",
        "a/b.txt",
        "--for-testing",
        "--data-dir /x book.epub",
        "--search ask book.epub",
        "gone.txt --lang zh",
    ],
)
def test_files_and_nothing_are_for_the_window(line: str) -> None:
    assert is_for_window(line.split())


@pytest.mark.parametrize(
    "line", ["ask b.txt q", "--help", "--version", "--data-dir /x ask b.txt q", "models", "--offline read x"]
)
def test_commands_are_for_the_command_line(line: str) -> None:
    assert not is_for_window(line.split())
