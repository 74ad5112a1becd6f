"""The commands as a user meets them: outputs that stay stable, sentences for bad input, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click.testing
import pytest

from app.cli import main
from app.documents.open import open_document
from app.session import Session
from model.plan import make
from model.types import (
    Cited,
    Claim,
    Event,
    Evidence,
    Failed,
    Finished,
    Located,
    Planned,
    Reading,
    Receipt,
    Seconds,
    Span,
    Stopped,
    Wrote,
)
from tests.model.test_plan import DEVICE, SHAPE


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("TONGDU_MODELS_DIR", raising=False)
    monkeypatch.setenv("TONGDU_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: object) -> click.testing.Result:
        return click.testing.CliRunner().invoke(main, [str(a) for a in arguments])

    return run


@pytest.fixture
def tale(samples: Path) -> Path:
    return samples / "the-deaf-ground.epub"


def test_text_is_the_canonical_text(invoke, samples: Path) -> None:
    path = samples / "shi-chi-ji.txt"
    assert invoke("text", path).stdout == open_document(path).text


def test_outline_json_keeps_its_keys(invoke, samples: Path) -> None:
    plain = json.loads(invoke("outline", samples / "ferry-ordinance.zh.txt", "--json").stdout)
    first = ["key", "title", "language", "kind", "characters", "sections", "units", "format", "authors", "series"]
    assert list(plain) == [*first, "encoding", "jurisdiction", "version", "history", "pages", "volumes", "warnings"]
    assert plain["kind"] == "law" and len(plain["units"]) == 92
    assert set(plain["sections"][0]) == {"title", "level", "start", "end", "address"}
    keys = {"label", "number", "start", "end", "path", "level", "version", "repealed", "parts"}
    assert set(plain["units"][0]) == keys


def test_several_files_are_a_shelf(invoke, samples: Path) -> None:
    files = [samples / "ferry-ordinance.zh.txt", samples / "ferry-ordinance.en.txt"]
    plain = json.loads(invoke("outline", *files, "--json").stdout)
    assert plain["format"] == "shelf" and len(plain["units"]) == 184 and len(plain["volumes"]) == 2
    hits = json.loads(invoke("find", *files, "Article 3", "--json").stdout)
    assert hits and all(":Article" in hit["address"] for hit in hits)


def test_a_kind_can_be_overridden(invoke, samples: Path) -> None:
    law = samples / "ferry-ordinance.zh.txt"
    assert "law (CN): 92 articles" in invoke("outline", law).stdout
    assert json.loads(invoke("outline", law, "--kind", "novel", "--json").stdout)["units"] == []
    refused = invoke("outline", samples / "shi-chi-ji.txt", "--kind", "law")
    assert refused.exit_code == 1 and "No articles" in refused.stderr


def test_find_json_points_into_the_text(invoke, tale: Path) -> None:
    hits = json.loads(invoke("find", tale, "ANCHOR of the board", "--json").stdout)
    text = open_document(tale).text
    assert [set(h) for h in hits] == [{"start", "end", "address", "line"}]
    assert text[hits[0]["start"] : hits[0]["end"]] == "anchor of the Board" and hits[0]["address"] == "c4.p7"


def test_outline_for_people(invoke, tale: Path) -> None:
    out = invoke("outline", tale).stdout
    assert "Part One" in out and "[c12]" in out


def test_models_lists_what_is_here(invoke) -> None:
    rows = json.loads(invoke("models", "--json").stdout)
    assert {"smollm2-135m", "qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b"} <= {r["name"] for r in rows}
    assert not any(r["present"] for r in rows)
    assert "Apache-2.0" in invoke("models").stdout


def test_samples_are_found_from_any_folder(invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets" / "samples").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    listed = invoke("samples").stdout.split("\n")
    assert any(line.endswith("the-deaf-ground.epub") for line in listed)


@pytest.mark.parametrize(
    "arguments", [["ask"], ["ask", "x"], ["nothing"], ["ask", "x", "y", "--colour"], ["find", "x"]]
)
def test_wrong_usage_is_two(invoke, arguments: list[str]) -> None:
    assert invoke(*arguments).exit_code == 2


def test_bad_files_are_one_sentence_and_one(invoke, tmp_path: Path) -> None:
    empty, pdf = tmp_path / "empty.txt", tmp_path / "a.pdf"
    empty.write_bytes(b"")
    pdf.write_bytes(b"%PDF-1.7\n")
    for path, words in [
        (tmp_path / "no.epub", "no file"),
        (tmp_path, "folder"),
        (empty, "empty"),
        (pdf, "PDF"),
    ]:
        for command in (["outline", path], ["text", path], ["ask", path, "Why?"], ["forget", path]):
            result = invoke(*command)
            assert result.exit_code == 1 and result.stdout == ""
            assert words in result.stderr and result.stderr.count("\n") == 1


def test_a_shelf_names_each_file_once_and_its_warnings(invoke, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.txt", tmp_path / "cut.txt"
    whole.write_text("A tale of two.\n\nIt ends.")
    cut.write_bytes("A tale — of the sea; “what now?” she said, and nothing else.\n".encode() * 40 + b"\xff\xfe\n")
    assert invoke("outline", whole, whole).exit_code == 2
    said = invoke("outline", whole, cut).stderr
    assert said.startswith(f"{cut}: ") and said.count("\n") == 1
    assert not invoke("outline", cut).stderr.startswith(str(cut))


@pytest.mark.parametrize("arguments", [["find", "x", " "], ["outline", "x", "--encoding", ""]])
def test_empty_words_are_wrong_usage(invoke, arguments: list[str]) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2 and "empty" in result.stderr


def test_the_outline_speaks_chinese(invoke, samples: Path, tmp_path: Path) -> None:
    law = invoke("outline", samples / "ferry-ordinance.zh.txt", "--lang", "zh").stdout
    assert "法律（CN）：92 条" in law
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    assert "找不到 PDF 页面" in invoke("outline", tmp_path / "a.pdf", "--lang", "zh").stderr


def test_chinese_on_request_before_and_after(invoke, tmp_path: Path) -> None:
    for arguments in (
        ["--lang", "zh", "outline", tmp_path / "no"],
        ["outline", tmp_path / "no", "--lang", "zh"],
    ):
        assert "没有文件" in invoke(*arguments).stderr


def test_an_unknown_encoding_is_named(invoke, samples: Path) -> None:
    result = invoke("outline", samples / "shi-chi-ji.txt", "--encoding", "utf-9")
    assert result.exit_code == 1 and "utf-9" in result.stderr


class Scripted(Session):
    """A session that says what a test wrote down: what is tested is how the commands show it."""

    events: tuple[Event, ...] = ()

    def run(self, request: object) -> Iterator[Event]:
        yield from self.events


PLAN = make("smollm2-135m", SHAPE, 12_000, DEVICE, stretch=4)
BEGIN = (Planned(PLAN), Reading(12_000, 12_000, 12_000, 9.0))
END = Finished(Receipt(12_000, 12_000, 12, 12, (), False), Seconds(1.0, 9.0, 10.0, 2.0))


def scripted(monkeypatch: pytest.MonkeyPatch, *events: Event) -> None:
    monkeypatch.setattr("app.cli.Session", type("Told", (Scripted,), {"events": events}))


def test_ask_json_keeps_its_keys(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    span = Span(7946, 8160)
    claims = (Claim("It was 212.", "full", (span,)), Claim("So.", "none", ()))
    scripted(
        monkeypatch,
        *BEGIN,
        Located((Evidence(span, 2.0),)),
        Wrote("It was "),
        Wrote("212. So."),
        Cited(True, claims),
        END,
    )
    plain = json.loads(invoke("ask", tale, "Which number?", "--json").stdout)
    assert list(plain) == ["answer", "answered", "evidence", "claims", "receipt", "plan", "seconds"]
    assert plain["answer"] == "It was 212. So." and plain["answered"] is True
    text = open_document(tale).text
    for place in [*plain["evidence"], *plain["claims"][0]["citations"]]:
        assert place["text"] == text[place["start"] : place["end"]] and place["title"] == "Martha and Mary"
    assert set(plain["evidence"][0]) == {"start", "end", "text", "address", "title", "score"}
    assert set(plain["receipt"]) == {
        "tokens_read",
        "tokens_total",
        "sections_read",
        "sections_total",
        "left_out",
        "prepared_before",
    }
    assert {"model", "rope", "alpha", "theta", "length"} <= set(plain["plan"])
    assert set(plain["seconds"]) == {"load", "read", "first_token", "answer"}


def test_ask_shows_answer_citation_and_receipt(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    span = Span(7946, 8160)
    scripted(monkeypatch, *BEGIN, Wrote("It was 212."), Cited(True, (Claim("It was 212.", "full", (span,)),)), END)
    result = invoke("ask", tale, "Which number?")
    assert open_document(tale).text[7946:8160] + "\n" in result.stdout
    assert "c4.p7 · Martha and Mary" in result.stdout
    assert "read 12,000 of 12,000 tokens, 12 of 12 chapters" in result.stdout
    assert "alpha" in result.stderr and result.exit_code == 0


def test_what_is_not_answered_is_said(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = Located((Evidence(Span(7946, 8160), 1.0),))
    scripted(monkeypatch, *BEGIN, evidence, Wrote("Lisbon."), Cited(False, (Claim("Lisbon.", "none", ()),)), END)
    out = invoke("ask", tale, "Where?").stdout
    assert "not answered in this document" in out and "no evidence" in out


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Stopped(5120), "5120 tokens are read and kept"),
        (Failed("too-long", {"tokens": 9, "limit": 8, "model": "m"}), "at most 8"),
        (Failed("worker-died", {"status": -9}), "-9"),
        (Failed("bug", {"error": "E"}), "report"),
    ],
)
def test_every_other_ending_is_one_sentence(invoke, tale: Path, monkeypatch, ending: Event, words: str) -> None:
    scripted(monkeypatch, ending)
    result = invoke("ask", tale, "Where?")
    assert result.exit_code == 1 and words in result.stderr and result.stdout == ""


def test_a_long_read_needs_a_yes(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, Failed("long-read", {"minutes": 43}))
    result = invoke("ask", tale, "Where?")
    assert result.exit_code == 1 and "--yes" in result.stderr and "43 minutes" in result.stderr


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "app", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tongdu, version ")


def test_a_data_folder_that_is_a_file_is_said(invoke, tale: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = invoke("ask", tale, "Where?", "--data-dir", tmp_path / "file")
    assert result.exit_code == 1 and "--data-dir" in result.stderr


def test_a_second_interrupt_leaves_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, threading, time\n"
        "from app.report import Interruptible\nfrom app.session import Session\nfrom model.types import *\n"
        "s = Session(); s._worker()\n"
        "def kill():\n"
        "    for _ in range(2): time.sleep(0.3); os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=kill, daemon=True).start()\n"
        "with Interruptible(s):\n    s._process.stdout.readline()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "leave at once" in done.stderr and "Traceback" not in done.stderr
