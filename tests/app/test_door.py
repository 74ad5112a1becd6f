"""The one door: a child is found where the program is frozen, and where it is not, and no other module is run so."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import door
from app.documents import kindle, pdf, prints
from app.documents.open import open_document
from tests.app.documents.made_pdf import MadePage, below, made

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that, like a frozen one, knows no `-m`: it is `tongdu` under another name, and notes its arguments."""
    program = tmp_path / "通读 frozen"
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        f"with open({str(tmp_path / 'called')!r}, 'a') as called:\n"
        "    called.write(' '.join(sys.argv[1:]) + '\\n')\n"
        "from app.__main__ import main\n"
        "main()\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    return tmp_path / "called"


@pytest.mark.skipif(os.name == "nt", reason="the made program is a script with a #! line")
def test_a_frozen_program_reads_a_pdf_in_a_child_of_its_own(frozen: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.pdf"
    book.write_bytes(made([MadePage(below(["It was the best of times, it was the worst of times."]))]))
    assert "the worst of times" in open_document(book).text
    assert frozen.read_text().splitlines()[0] == "--child app.documents.printed"


def test_the_door_is_as_python_m(tmp_path: Path) -> None:
    arguments = [str(tmp_path / "missing.mobi"), str(tmp_path)]
    commands = [
        door.command("app.documents.kindle"),
        [sys.executable, "-W", "ignore", "-m", "app", door.WORD, "app.documents.kindle"],
    ]
    plain, through = (
        subprocess.run([*c, *arguments], capture_output=True, text=True, cwd=ROOT, check=False) for c in commands
    )
    assert through.returncode == plain.returncode != 0
    assert through.stderr.splitlines()[-1] == plain.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "line",
    [["--child"], ["--child", "os"], ["--child", "app.cli"], ["book.epub", "--child", "app.documents.kindle"], []],
)
def test_no_other_module_is_run(line: list[str]) -> None:
    assert not door.is_for_child(line)


def test_every_child_has_its_room() -> None:
    assert {kindle.__name__, pdf.MODULE, prints.MODULE} == door.ROOMS


def test_the_program_starts_python_m_itself_nowhere_else() -> None:
    """A frozen program has no `-m`. What starts the engine's Python is named here: it needs that Python, not a door."""
    starts = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == "-m"
    }
    assert starts == {"app/door.py", "app/measure.py", "app/worker.py"}
