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
from model.types import (
    Ask,
    Cited,
    Claim,
    Event,
    Evidence,
    Failed,
    Finished,
    Located,
    Noticed,
    Offer,
    Offered,
    Plan,
    Planned,
    Read,
    Reading,
    Receipt,
    Seconds,
    Span,
    Stopped,
    Withdrew,
    Wrote,
)


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
    assert rows[0]["losses"].keys() <= {"bf16", "int8", "nf4"}
    said = invoke("models").stdout
    assert "Apache-2.0" in said and "loss bf16 3." in said and "loss not measured" in said


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
    asked: list[object]

    def run(self, request: object) -> Iterator[Event]:
        self.asked.append(request)
        yield from self.events


PLAN = Plan(
    model="smollm2-135m",
    rope="ntk",
    alpha=2.25,
    theta=230_000.0,
    length=13_312,
    context=8192,
    document_tokens=12_000,
    kv_bytes=470_000_000,
    weight_bytes=215_000_000,
    memory_free=8_000_000_000,
    seconds_to_read=90.0,
    seconds_to_answer=4.0,
    precision="int8",
    layout="k8v4",
    tier="file",
    disk_bytes=170_000_000,
)
BEGIN = (Planned(PLAN), Reading(12_000, 12_000, 12_000, 9.0))
END = Finished(Receipt(12_000, 12_000, 12, 12, (), False), Seconds(1.0, 9.0, 10.0, 2.0))


def scripted(monkeypatch: pytest.MonkeyPatch, *events: Event) -> list[object]:
    """Let every session say these events; the requests that it was given."""
    asked: list[object] = []
    monkeypatch.setattr("app.cli.Session", type("Told", (Scripted,), {"events": events, "asked": asked}))
    return asked


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
    keys = ["answer", "answered", "scope", "so_far", "evidence", "claims", "references", "listed", "receipt", "plan"]
    keys += ["offers", "seconds"]
    assert list(plain) == keys and plain["scope"] is None and plain["so_far"] is False and plain["offers"] == []
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
    numbers = {"alpha", "theta", "length", "tokens", "kv_bytes", "weight_bytes", "disk_bytes"}
    seconds = {"seconds", "seconds_to_answer"}
    assert set(plain["plan"]) == {"model", "rope", "precision", "layout", "tier"} | numbers | seconds
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
        (Failed("worker-died", {"status": -9, "times": 3, "reason": "memory"}), "-9"),
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


def request(asked: list[object]) -> Ask:
    assert isinstance(asked[0], Ask)
    return asked[0]


@pytest.mark.parametrize(
    ("arguments", "first", "last"),
    [
        (["--until", "c4"], "Title page", "c4"),
        (["--until", "martha and mary"], "Title page", "c4"),
        (["--scope", "c4..c6"], "Martha and Mary", "c6"),
        (["--scope", "Part Two"], "Part Two: The Other Note", "c12"),
    ],
)
def test_a_place_becomes_a_scope(invoke, tale: Path, monkeypatch, arguments: list[str], first: str, last: str) -> None:
    asked = scripted(monkeypatch, *BEGIN, Cited(True, ()), END)
    assert invoke("ask", tale, "Who?", *arguments).exit_code == 0
    document, scope = open_document(tale), request(asked).scope
    assert scope is not None and (scope.start == 0) == (arguments[0] == "--until")
    assert scope.start == 0 or document.text.startswith(first, scope.start)
    assert scope.end in {b.end for b in document.blocks} and document.address(scope.end - 1).startswith(f"{last}.p")


def test_a_wrong_number_is_shown_with_the_right_one(invoke, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = samples / "ferry-ordinance.zh.txt"
    unit = open_document(path).units[4]
    claim = Claim("按照第二条。", "full", (Span(unit.start, unit.end),))
    scripted(monkeypatch, *BEGIN, Wrote(claim.text), Cited(True, (claim,)), END)
    assert f"第二条 → {unit.label}" in click.unstyle(invoke("ask", path, "渡船怎么走？").stdout)
    plain = json.loads(invoke("ask", path, "渡船怎么走？", "--json").stdout)
    assert plain["claims"][0]["corrections"] == [{"said": "第二条", "right": unit.label}]


def test_a_question_has_no_scope_unless_it_is_given_one(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted(monkeypatch, *BEGIN, Cited(True, ()), END)
    invoke("ask", tale, "Who?", "--so-far", "--temperature", "0.7", "--seed", "12")
    ask = request(asked)
    assert (ask.scope, ask.so_far, ask.temperature, ask.seed) == (None, True, 0.7, 12)
    invoke("ask", tale, "Who?")
    assert asked[1] == Ask(ask.reading, "Who?")


def test_how_it_is_read_is_handed_over(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted(monkeypatch, *BEGIN, END)
    wishes = ["--precision", "int8", "--layout", "k8v4", "--yes"]
    assert invoke("--cache-limit", "2.5", "read", tale, *wishes).exit_code == 0
    assert invoke("read", tale, *wishes, "--cache-limit", "2.5").exit_code == 0
    assert invoke("read", tale).exit_code == 0
    reads = [read for read in asked if isinstance(read, Read)]
    assert reads[0] == reads[1] != reads[2]
    assert (reads[0].precision, reads[0].layout, reads[0].cache_bytes) == ("int8", "k8v4", 2_500_000_000)
    assert (reads[2].precision, reads[2].layout, reads[2].cache_bytes) == ("", "", None)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--until", "c1", "--scope", "c2"],
        ["--until", " "],
        ["--scope", "\udc80"],
        ["--temperature", "nan"],
        ["--temperature", "-1"],
        ["--seed", "-1"],
        ["--precision", "int3"],
        ["--layout", "int4"],
        ["--cache-limit", "0"],
        ["--cache-limit", "inf"],
    ],
)
def test_a_wrong_wish_is_wrong_usage(invoke, tale: Path, monkeypatch, arguments: list[str]) -> None:
    asked = scripted(monkeypatch, *BEGIN, END)
    assert invoke("ask", tale, "Who?", *arguments).exit_code == 2 and not asked


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--until", "c99"], "called c99"),
        (["--until", "Part"], "2 places; name one of them: c3..c7 (Part One"),
        (["--until", "0%"], "no text"),
        (["--scope", "c4..chapter 9"], "called chapter 9"),
        (["--scope", "c4..c2"], "the earlier one first"),
    ],
)
def test_an_unknown_place_is_said_before_anything_is_read(
    invoke, tale: Path, monkeypatch, arguments: list[str], said: str
) -> None:
    asked = scripted(monkeypatch, *BEGIN, END)
    result = invoke("ask", tale, "Who?", *arguments)
    assert result.exit_code == 1 and not asked and result.stderr.count("\n") == 1
    assert said in result.stderr


def limited(tale: Path, first: int, last: int) -> tuple[Span, ...]:
    """What is outside the leaf sections from one to another."""
    document = open_document(tale)
    spans = (Span(0, document.leaves[first - 1].start), Span(document.leaves[last - 1].end, len(document.text)))
    return tuple(span for span in spans if document.text[span.start : span.end].strip())


@pytest.mark.parametrize(
    ("arguments", "first", "known", "said"),
    [
        (["--until", "c4"], 1, "c1..c4", "(asked to stop before the rest: chapters 5–12)"),
        (["--scope", "c2..c4"], 2, "c2..c4", "(asked of c2..c4 alone, without chapter 1, chapters 5–12)"),
        (["--so-far"], 1, "c1..c4", "(asked of what is read so far, without chapters 5–12)"),
    ],
)
def test_an_answer_says_what_it_was_not_to_know(
    invoke, tale: Path, monkeypatch, arguments: list[str], first: int, known: str, said: str
) -> None:
    left_out = limited(tale, first, 4)
    end = Finished(Receipt(3000, 12_400, 4, 12, left_out, False), Seconds(1, 9, 10, 2))
    claims = (Claim("It was 212.", "full", (Span(7946, 8160),)),)
    scripted(monkeypatch, *BEGIN, Wrote("It was 212."), Cited(True, claims), end)
    out = invoke("ask", tale, "Which?", *arguments).stdout
    assert f"read 3,000 of 12,400 tokens, 4 of 12 chapters {said}" in out and f"From {known} alone:" in out
    scripted(monkeypatch, *BEGIN, Wrote("Lisbon."), Cited(False, ()), end)
    assert f"not answered in {known}" in invoke("ask", tale, "Which?", *arguments).stdout
    plain = json.loads(invoke("ask", tale, "Which?", "--json", *arguments).stdout)
    assert (plain["scope"] is None) == plain["so_far"] == (arguments == ["--so-far"])


def test_a_chapter_that_is_half_known_is_named(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = open_document(tale)
    place = document.blocks_at(*(document.leaves[3].start, document.leaves[3].end))[2].end
    left_out = (Span(place, len(document.text)),)
    receipt = Receipt(3000, 12_400, 3, 12, left_out, True)
    scripted(monkeypatch, *BEGIN, Wrote("Yes."), Cited(True, ()), Finished(receipt, Seconds(1, 9, 10, 2)))
    out = invoke("ask", tale, "Which?", "--until", str(place)).stdout
    assert "(prepared before; asked to stop before the rest: a part of chapter 4, chapters 5–12)" in out
    assert "From c1..c4.p" in out


OFFERS = Offered(
    (
        Offer("smollm2-135m", True, PLAN, "", 12_000, 12_000),
        Offer("qwen2.5-coder-0.5b", False, None, "too-long", 140_000, 130_048),
        Offer("qwen2.5-coder-1.5b", False, None, "memory", 11_000),
    )
)


def test_every_model_is_offered_when_only_an_estimate_is_asked_for(
    invoke, tale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = scripted(monkeypatch, OFFERS, Planned(PLAN), END)
    lines = invoke("read", tale, "--estimate-only").stdout.split("\n")
    assert isinstance(asked[0], Read) and asked[0].estimate_only and asked[0].model == ""
    assert lines[0].split()[:3] == ["model", "here", "tokens"]
    for cell in ("yes", "12,000", "0.2 + 0.5 GB", "int8, k8v4", "read from disk", "0.2 GB", "1.5 min", "4 s"):
        assert cell in lines[1]
    assert "longer than it can read; at most 130,048 tokens" in lines[2]
    assert "not enough free memory" in lines[3] and "at most" not in lines[3]
    plain = json.loads(invoke("ask", tale, "Who?", "--estimate-only", "--json").stdout)
    assert [set(offer) for offer in plain["offers"]] == [{"model", "here", "plan", "problem", "tokens", "fits"}] * 3
    assert plain["offers"][0]["plan"] == plain["plan"] and plain["offers"][1]["plan"] is None


def test_offers_are_said_even_if_none_of_them_can_read(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, OFFERS, Failed("nothing-fits", {"characters": 9, "gigabytes": 1}))
    result = invoke("read", tale, "--estimate-only", "--json")
    assert result.exit_code == 1 and "No model" in result.stderr
    plain = json.loads(result.stdout)
    assert len(plain["offers"]) == 3 and plain["plan"] is plain["receipt"] is None
    assert "longer than it can read" in invoke("read", tale, "--estimate-only").stdout


def test_the_plan_names_what_it_will_use(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, *BEGIN, END)
    said = invoke("read", tale).stderr
    assert "0.21 GB int8 weights + 0.47 GB pages (read from disk)" in said and "0.17 GB k8v4 on disk" in said


def test_an_answer_that_is_withdrawn_is_not_given(invoke, tale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restart = (Wrote("It was 2"), Withdrew(), Noticed("memory-shrunk", {"step": 1}), Wrote("Yes."))
    scripted(monkeypatch, *BEGIN, *restart, Cited(True, ()), END)
    result = invoke("ask", tale, "Was it?")
    assert "begins again" in result.stderr and "Memory ran out" in result.stderr and "It was 2\n" in result.stdout
    assert json.loads(invoke("ask", tale, "Was it?", "--json").stdout)["answer"] == "Yes."


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "app", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tongdu, version ")


def test_a_data_folder_that_is_a_file_is_said(invoke, tale: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = invoke("ask", tale, "Where?", "--data-dir", tmp_path / "file")
    assert result.exit_code == 1 and "--data-dir" in result.stderr


def test_a_second_interrupt_leaves_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, threading, time\n"
        "from app import session, worker\nfrom app.report import Interruptible\n"
        "from model.types import Fetch, Folders\n"
        "worker.COMMAND = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        "s = session.Session()\n"
        "def kill():\n"
        "    for _ in range(2): time.sleep(0.3); os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=kill, daemon=True).start()\n"
        "with Interruptible(s):\n    list(s.run(Fetch('m', Folders('/', '/'))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "leave at once" in done.stderr and "Traceback" not in done.stderr


def test_search_needs_no_model_for_phrases_and_queries(invoke, tale: Path, tmp_path: Path) -> None:
    text = open_document(tale).text
    for option, words in (("--exact", "the  FORK"), ("--boolean", '"the fork" NOT whale')):
        found = json.loads(invoke("search", tale, words, option, "--json", "--limit", 2).stdout)
        assert len(found) == 2 and all(one["text"] == text[one["start"] : one["end"]] for one in found)
        part = json.loads(invoke("search", tale, words, option, "--json", "--until", found[0]["label"]).stdout)
        assert all(one["end"] <= found[0]["end"] for one in part)
    result = invoke("search", tale, "whale AND NOT fork", "--boolean")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (0, "", 1)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [([""], 2), (["  ", "--exact"], 2), (["a", "--exact", "--boolean"], 2), (['"a', "--boolean"], 1)],
)
def test_a_search_that_says_nothing(invoke, tale: Path, arguments: list[str], status: int) -> None:
    result = invoke("search", tale, *arguments)
    assert result.exit_code == status and result.stdout == "" and "Traceback" not in result.output


def test_what_was_asked_is_kept_followed_and_forgotten(invoke, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = samples / "ferry-ordinance.en.txt"
    asked: list[Ask] = []

    def answers(self: Session, request: Ask) -> Iterator[Event]:
        asked.append(request)
        yield Wrote("The owner.")
        yield Cited(True, (Claim("The owner.", "full", (Span(0, 9),)),))
        yield END

    monkeypatch.setattr(Session, "run", answers)
    invoke("ask", law, "Quote Article 7.")
    for more in ([], ["--follow"], ["--follow", "--until", "Article 4"]):
        assert invoke("ask", law, "Who pays?", *more).exit_code == 0
    followed = [[turn.question for turn in request.history] for request in asked]
    assert followed == [[], ["Quote Article 7.", "Who pays?"], []]
    kept = json.loads(invoke("conversation", law, "--json").stdout)
    assert [turn["question"] for turn in kept] == ["Quote Article 7.", *["Who pays?"] * 3]
    assert kept[3]["scope"]["start"] == 0 and kept[1]["claims"][0]["citations"][0]["address"]
    assert "Who pays?\nThe owner." in invoke("conversation", law).stdout
    assert invoke("forget", law).exit_code == 0
    assert json.loads(invoke("conversation", law, "--json").stdout) == []
