"""Every problem that the program can raise has its sentence in both languages."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from app.problems import LANGUAGES, TEXTS, render, system_language

ROOT = Path(__file__).resolve().parents[2]
NAMED = {"Problem", "Failed", "Noticed"}


def raised() -> dict[str, set[str]]:
    """The codes written in the source, each with the names of its parameters where they are plain."""
    found: dict[str, set[str]] = {}
    for path in [*(ROOT / "app").rglob("*.py"), *(ROOT / "model").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMED and node.args):
                continue
            code = node.args[0]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                names = {k.arg for k in node.keywords if k.arg}
                if len(node.args) > 1 and isinstance(node.args[1], ast.Dict):
                    names |= {k.value for k in node.args[1].keys if isinstance(k, ast.Constant)}
                found.setdefault(code.value, set()).update(names)
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_has_its_sentence_and_its_parameters() -> None:
    codes = raised()
    assert len(codes) > 20
    for code, names in codes.items():
        assert code in TEXTS, code
        assert all(fields(text) <= names for text in TEXTS[code]), code


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_both_languages_say_the_same_and_end_as_sentences(code: str) -> None:
    english, chinese = TEXTS[code]
    assert fields(english) == fields(chinese)
    assert english.endswith(".") and re.search(r"[。]$", chinese)
    rendered = [render(code, {name: 1 for name in fields(english)}, language) for language in LANGUAGES]
    assert all("{" not in r and "\n" not in r for r in rendered)


def test_an_unknown_code_is_our_mistake() -> None:
    assert "report" in render("never-heard-of", {})


@pytest.mark.parametrize(("spoken", "language"), [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("de_DE", "en")])
def test_the_systems_language(monkeypatch: pytest.MonkeyPatch, spoken: str, language: str) -> None:
    monkeypatch.setenv("LC_ALL", spoken)
    assert system_language() == language
