"""`tongdu measure answers`: a run through the worker, its resumption, its end, and the page of what is finished."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest

from app import worker as module
from app.exam import command, run
from app.exam.command import Names, Wanted, ledger_path, measure_answers, tasks_of
from app.exam.estimate import Estimate
from app.exam.ledger import Ledger
from app.exam.library import Library
from app.exam.outcome import Outcome
from app.exam.page import cell, number
from app.exam.run import spoken
from app.exam.sets import Reader
from app.exam.systems import SYSTEMS, System
from app.options import Options
from model.types import Problem

pytest.importorskip("matplotlib", reason="pictures need the extra `measure`")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Workers that follow tests/app/exam/scripted.py; what they were asked is in this file."""
    path = tmp_path / "log"
    monkeypatch.setattr(module, "COMMAND", [sys.executable, "-P", "-m", "tests.app.exam.scripted", str(path)])
    return path


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(data_dir=str(tmp_path / "home"), lang="en")


@pytest.fixture
def wanted(data: Path, tmp_path: Path) -> Wanted:
    return Wanted(data, "m", ("statutes", "tales", "absent", "claims"), out=tmp_path / "ANSWERS.md")


@pytest.fixture
def unpictured(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture is drawn: that takes longer than all else here."""
    for name in ("draw_recall", "draw_bars"):
        monkeypatch.setattr(command, name, lambda *_: None)


def asked(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


@pytest.fixture
def quitting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A system without a model at whose third case the user presses Ctrl+C; the ids of the cases it was given."""
    given: list[str] = []
    presses: list[run.Brake] = []
    real = run.Brake.__enter__

    def enter(brake: run.Brake) -> run.Brake:
        presses.append(brake)
        return real(brake)

    def answer(candidate: object, case: object, subject: object) -> Outcome:
        given.append(case.id)  # type: ignore[attr-defined]
        if len(given) == 3:
            presses[-1].press()
        return Outcome()

    monkeypatch.setattr(run.Brake, "__enter__", enter)
    monkeypatch.setitem(SYSTEMS, "lexical", System("lexical", "counts", SYSTEMS["lexical"].kinds, answer))
    yield given


@pytest.mark.usefixtures("unpictured")
def test_a_run_ended_by_the_user_goes_on_where_it_was(
    options: Options, wanted: Wanted, quitting: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = replace(wanted, sets=("tales", "statutes", "tales-tune"), systems=("lexical",))
    everything = len(tasks_of(wanted, Reader(wanted.data, Library())))
    measure_answers(options, wanted, as_json=False)
    assert len(quitting) == 3 < everything
    assert "ended after 3 of" in capsys.readouterr().err
    assert f"3 of {everything}" not in wanted.out.read_text() and "## Goals" in wanted.out.read_text()
    measure_answers(options, wanted, as_json=False)
    assert len(quitting) == everything == len(set(quitting)), "exactly the rest, nothing twice"
    measure_answers(options, wanted, as_json=False)
    assert len(quitting) == everything
    measure_answers(options, replace(wanted, again=True), as_json=False)
    assert len(quitting) == 2 * everything
    measure_answers(options, replace(wanted, systems=("locate",), limit=0), as_json=False)
    assert f"| {len(tasks_of(replace(wanted, sets=('tales',)), Reader(wanted.data, Library())))} of" in (
        wanted.out.read_text()
    ), "the page keeps what other systems have said"


def test_every_system_through_the_worker(
    options: Options,
    wanted: Wanted,
    log: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(command, "draw_recall", lambda *_: None)
        patch.setattr(command, "draw_bars", lambda *_: None)
        measure_answers(options, replace(wanted, limit=1), as_json=True)
    first = asked(log)
    said = json.loads(capsys.readouterr().out)
    assert 0 < said["finished"] == len(Ledger(ledger_path(options, "m")).entries) < said["asked"]
    assert {"set", "measure", "system", "value", "low", "high", "n", "goal", "reached"} == set(said["values"][0])
    values = {(v["set"], v["measure"], v["system"]): v["value"] for v in said["values"]}
    assert values["", "quote exactness", "tongdu"] == values["", "quote exactness", "retrieval"] == 1.0
    assert values["statutes", "falsely refused", "tongdu"] == 0.0
    measure_answers(options, wanted, as_json=True)
    second = asked(log)[len(first) :]
    questions = [line for line in [*first, *second] if line.startswith("ask")]
    entries = Ledger(ledger_path(options, "m")).entries
    assert len(questions) == sum(key[0] in ("tongdu", "closed-book", "retrieval") for key in entries)
    assert not any(line.startswith("read") and first.count(line) > 2 for line in first), "a document is read once"
    page = wanted.out.read_text(encoding="utf-8")
    for words in ("## Goals", "hit@1, statutes", "refused, absent", "## claims", "closed-book", "What the words mean"):
        assert words in page
    for name in ("ANSWERS-recall.png", "ANSWERS-measures.png"):
        assert f"({name})" in page and (wanted.out.parent / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("unpictured")
def test_the_excerpts_pages_are_forgotten(
    options: Options, wanted: Wanted, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []
    monkeypatch.setattr("model.readings.forget", lambda pages, document: gone.append(document) or 0)
    measure_answers(options, replace(wanted, sets=("tales",), systems=("retrieval",)), as_json=False)
    whole = Library().subject(wanted.data / "tales" / "val_book.txt").document.key
    assert gone and whole not in gone


@pytest.mark.usefixtures("unpictured")
def test_what_fails_is_counted_and_what_cannot_be_read_is_said(
    options: Options, wanted: Wanted, log: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Reader.cases

    def overlong(reader: Reader, name: str) -> list[object]:
        return [replace(case, question=f"overlong {case.question}") for case in real(reader, name)]

    monkeypatch.setattr(Reader, "cases", overlong)
    measure_answers(options, replace(wanted, sets=("tales",), systems=("tongdu",)), as_json=False)
    page = wanted.out.read_text(encoding="utf-8")
    assert "failed with `question-long`" in page and "failed: question-long" in page
    with pytest.raises(Problem) as caught:
        measure_answers(options, replace(wanted, model="unknown", sets=("tales",), systems=("tongdu",)), as_json=False)
    assert caught.value.code == "unknown-model"
    assert "Not run: tongdu of val\\_book" in wanted.out.read_text(encoding="utf-8")
    assert not Ledger(ledger_path(options, "unknown")).entries, "so that it is run when that is mended"


@pytest.mark.usefixtures("unpictured")
def test_words_of_a_question_are_no_markup(options: Options, wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Reader.cases

    def hostile(reader: Reader, name: str) -> list[object]:
        return [replace(case, question="a|b <script>\n# `x` " + "y" * 99) for case in real(reader, name)]

    monkeypatch.setattr(Reader, "cases", hostile)
    monkeypatch.setitem(SYSTEMS, "locate", replace(SYSTEMS["lexical"], name="locate"))
    measure_answers(options, replace(wanted, sets=("statutes",), systems=("locate",)), as_json=False)
    page = wanted.out.read_text(encoding="utf-8")
    assert r"a\|b &lt;script&gt; # \`x\` yyy" in page and "y" * 80 not in page


@pytest.mark.usefixtures("unpictured")
def test_look_ups_need_no_model(
    options: Options, wanted: Wanted, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_answers(options, replace(wanted, sets=("lookup",)), as_json=True)
    values = {(v["measure"], v["system"]): v for v in json.loads(capsys.readouterr().out)["values"]}
    for name in ("look-up by number", "look-up by content", "missing article refused"):
        assert values[name, "rules"]["value"] == 1.0 and values[name, "rules"]["reached"], name
    assert values["look-up by content", "lexical"]["value"] == 1.0
    measure_answers(options, replace(wanted, sets=("lookup",), systems=("tongdu",)), as_json=True)
    values = {(v["measure"], v["system"]): v for v in json.loads(capsys.readouterr().out)["values"]}
    assert values["look-up by number", "tongdu"]["value"] == 1.0
    assert asked(log) == [], "what a rule answers waits for no reading"


def test_a_document_is_finished_before_the_next_begins(wanted: Wanted) -> None:
    tasks = tasks_of(replace(wanted, sets=("lookup", "statutes", "tales", "absent")), Reader(wanted.data, Library()))
    order = [(task.system.name, task.case.document) for task in tasks]
    assert order == [place for place in dict.fromkeys(order) for _ in range(order.count(place))]
    models = {task.case.set for task in tasks if task.system.reads}
    assert "lookup" not in models, "the rule layer's, unless a system is named"
    named = tasks_of(replace(wanted, sets=("lookup",), systems=("tongdu",)), Reader(wanted.data, Library()))
    assert len(named) == 12


def test_a_page_needs_its_folder_and_matplotlib(
    options: Options, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for out in (wanted.out.parent / "none" / "A.md", wanted.out.parent):
        with pytest.raises(click.UsageError):
            measure_answers(options, replace(wanted, out=out), as_json=False)
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Problem) as caught:
        measure_answers(options, wanted, as_json=False)
    assert caught.value.code == "not-installed"


def test_names_are_of_the_list() -> None:
    names = Names(("a", "b"))
    assert names.convert(" b, a,b ", None, None) == ("b", "a")
    for wrong in ("", ",", "a,c"):
        with pytest.raises(click.BadParameter, match="a, b"):
            names.convert(wrong, None, None)


def test_matplotlib_is_not_imported_with_the_command() -> None:
    code = "import sys, app.exam.command; print(any(n in sys.modules for n in ('matplotlib', 'torch')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_numbers_for_people() -> None:
    assert [number(v) for v in (0.614, 1.0, -0.049, 12.36, 0.0, 0.99847)] == [
        ".61",
        "1.00",
        "−.05",
        "12.4",
        ".00",
        ".9984",
    ]
    assert cell(None) == "–" and cell(Estimate(0.5, 0.4, 0.6, 1200)) == ".50 (.40–.60, 1,200)"


def test_times_for_people() -> None:
    assert [spoken(s) for s in (45.2, 600, 11_100)] == ["45 s", "10 min", "3 h 5 min"]
