"""The window speaks Chinese: every word of it, at once, and back again."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.paths import assets
from app.ui.window import Window
from tests.app.ui.test_window import answers, book, dropped, make

__all__ = ["answers", "book", "make"]  # fixtures
ROOT = Path(__file__).resolve().parents[3]
WORDS = assets() / "translations" / "tongdu_zh.ts"


def tool(name: str, *arguments: str) -> None:
    program = shutil.which(f"pyside6-{name}", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip(f"pyside6-{name} is not here")
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def messages(path: Path) -> dict[tuple[str, str], str]:
    root = ElementTree.parse(path).getroot()
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message.findtext("translation") or ""
        for context in root.iter("context")
        for message in context.iter("message")
    }


def test_every_word_of_the_window_is_translated(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    sources = [str(path) for path in sorted((ROOT / "app" / "ui").glob("*.py"))]
    tool("lupdate", *sources, "-ts", str(fresh), "-locations", "none")
    kept = messages(WORDS)
    assert set(messages(fresh)) == set(kept) and all(kept.values())
    for (_, source), translation in kept.items():
        fields = [source.count(field) for field in ("{", "}")]
        assert [translation.count(field) for field in ("{", "}")] == fields, source


def test_no_word_hides_in_another_expression() -> None:
    """`lupdate` does not look into f-strings."""
    for path in (ROOT / "app" / "ui").glob("*.py"):
        found = re.findall(r"{(?:translate|self\.tr)\([^}]*}", path.read_text(encoding="utf-8"))
        assert not [call for call in found if not re.search(r", [\w.\[\]]+\)", call)], path.name


def test_what_is_loaded_is_what_was_translated(tmp_path: Path) -> None:
    made = tmp_path / "made.qm"
    tool("lrelease", str(WORDS), "-qm", str(made))
    assert made.read_bytes() == WORDS.with_suffix(".qm").read_bytes()


def test_the_language_changes_at_once(make: Callable[[], Window], book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.settings.set("language", "zh")
    qtbot.waitUntil(lambda: window.menus.bar["File"].title() == "文件(&F)")
    assert window.docks["ask"].windowTitle() == "提问"
    assert window.ask_panel.scope.itemText(1) == "读到这里为止（不剧透）"
    window.navigator.go_to_words("nowhere at all")
    assert "文档中没有" in window.desk.notice.words.text()
    window.settings.set("language", "en")
    qtbot.waitUntil(lambda: window.menus.bar["File"].title() == "&File")
    assert window.ask_panel.scope.itemText(0) == "The whole book"
