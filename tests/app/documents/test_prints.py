"""Prints: pages come from a child as the file has them; a child that dies takes one page with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.documents.printed.paper import Paper
from app.documents.prints import Prints
from model.types import Problem
from tests.app.documents.made_pdf import MadePage, below, made

LINES = ["It is a truth universally acknowledged, that a man", "in possession of a good fortune must be in want of"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "made 通.pdf"
    file.write_bytes(made([MadePage(below(LINES)), MadePage(below(["a wife."]))]))
    return file


def test_pages_are_those_of_the_file(path: Path) -> None:
    prints = Prints(path)
    try:
        with Paper(path) as paper:
            assert prints.picture(0, 1.5) == paper.picture(0, 1.5)
            assert prints.glyphs(1) == paper.glyphs(1)
    finally:
        prints.close()


def test_a_child_that_dies_takes_one_page_with_it(path: Path) -> None:
    prints = Prints(path)
    try:
        prints.picture(0, 1.0)
        assert prints._child is not None
        prints._child.kill()
        prints._child.wait()
        assert prints.picture(0, 1.0).width > 0  # it had died before it was asked
        with pytest.raises(Problem, match="broken"):
            prints.picture(99, 1.0)
        prints._fatal.add(1)
        with pytest.raises(Problem, match="broken"):
            prints.glyphs(1)
        assert prints.picture(0, 1.0).width > 0
    finally:
        prints.close()


def test_a_child_that_ends_in_the_middle_of_its_answer_is_one_that_died(path: Path) -> None:
    prints = Prints(path)
    try:
        prints._child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdout.buffer.write((99).to_bytes(8, 'big') + b'half')"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with pytest.raises(Problem, match="broken"):
            prints.picture(0, 1.0)
        assert prints.picture(1, 1.0).width > 0  # by a new child
    finally:
        prints.close()


def test_a_file_that_is_none_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "no.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    prints = Prints(path)
    try:
        with pytest.raises(Problem) as caught:
            prints.picture(0, 1.0)
        assert caught.value.code == "broken"
    finally:
        prints.close()
