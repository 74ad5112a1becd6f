"""What a hostile file does to the process that reads it must not reach ours."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from app.documents import child, pdf
from app.documents.open import open_document
from model.types import Problem
from tests.app.documents.made_pdf import MadePage, below, made

PROSE = ["It was the best of times, it was the worst of times.", "It was the age of wisdom."]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.pdf"
    path.write_bytes(made([MadePage(below([f"Page the {word}.", *PROSE])) for word in ("first", "second", "third")]))
    return path


@pytest.fixture
def harmful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child whose reader meets a page that kills it: `HARM` runs where page 1 is begun, unless it is skipped."""

    def make(harm: str) -> None:
        (tmp_path / "harmful.py").write_text(
            textwrap.dedent(
                f"""
                import os, signal, sys, time
                from app.documents.printed import __main__ as worker, paper
                glyphs = paper.Paper.glyphs
                worker._PAGE = 0.5
                def read(self, page, **more):
                    if page == 1:
                        {harm}
                    return glyphs(self, page, **more)
                paper.Paper.glyphs = read
                sys.exit(worker.main())
                """
            )
        )
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setattr(pdf, "MODULE", "harmful")

    return make


def test_a_pdf_read_in_a_child_is_the_same_document(book: Path) -> None:
    from app.documents.printed import reader

    assert pdf.read(book) == reader.read(book)
    assert "second" in open_document(book).text


@pytest.mark.parametrize(
    "harm", ["os.kill(os.getpid(), signal.SIGSEGV)", "time.sleep(60)", "raise MemoryError", "os._exit(7)"]
)
def test_a_page_that_takes_the_child_down_is_left_out_and_named(book: Path, harmful, harm: str) -> None:
    harmful(harm)
    document = pdf.read(book)
    assert "first" in document.text and "third" in document.text and "second" not in document.text
    assert document.warnings == ("unread:page 2",)


def test_a_file_that_kills_every_child_is_a_problem(book: Path, harmful) -> None:
    harmful("pass\n                    os._exit(7)")
    with pytest.raises(Problem) as caught:
        pdf.read(book)
    assert caught.value.code == "broken" and "status 7" in str(caught.value.parameters["reason"])


def test_our_own_mistake_is_not_called_damage(book: Path, harmful) -> None:
    harmful("raise KeyError('ours')")
    with pytest.raises(RuntimeError, match="ours"):
        pdf.read(book)


def test_a_problem_names_the_file_as_the_user_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(Problem) as caught:
        pdf.read(Path("bad.pdf"))
    assert caught.value.parameters["path"] == "bad.pdf"


def test_time_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sleeper.py").write_text("import time; time.sleep(60)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(TimeoutError, match="1 seconds"):
        child.run("sleeper", (), seconds=1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits address space so")
def test_memory_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "eater.py").write_text("from app.documents import child\nchild.limit(1 << 29, 1)\nbytes(1 << 30)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "MemoryError" in child.run("eater", (), seconds=20).said
