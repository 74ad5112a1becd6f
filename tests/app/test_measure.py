"""`tongdu measure speed`: rows from the measuring process as a table and as JSON, and its end."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click
import psutil
import pytest

from app import measure
from app.measure import Lengths, Speed
from app.options import Options
from model.measure.row import Row
from model.types import Failed, Noticed, Problem
from model.wire import pack

ROW = Row("tongdu", 2048, 301.234, 21.5, 0.35, 3.1, 4_100_000_000, 15012.4, 60.0)
BARE = Row("llama.cpp", 2048, 131.0, 28.0, None, 0.4, 2_000_000_000, None)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(data_dir=str(tmp_path))


def saying(monkeypatch: pytest.MonkeyPatch, *lines: str, then: str = "") -> None:
    """Let the measuring process say these lines, whatever it is asked."""
    code = f"import sys; order = sys.stdin.read(); print({chr(10).join(lines)!r}, flush=True); {then}"
    monkeypatch.setattr(measure, "COMMAND", [sys.executable, "-c", code])


def test_json_holds_every_row(
    options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saying(monkeypatch, pack(ROW), pack(BARE))
    measure.speed(options, Speed("m", (2048,)), as_json=True)
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["engine"] for row in rows] == ["tongdu", "llama.cpp"]
    assert {"tokens", "prefill", "decode", "first_token", "load", "memory"} <= set(rows[0])
    assert rows[1]["first_token"] is None


def test_the_table_has_a_line_for_each_row(
    options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saying(monkeypatch, pack(ROW), pack(BARE))
    measure.speed(options, Speed("m", (2048,)), as_json=False)
    head, units, ours, theirs = capsys.readouterr().out.splitlines()
    assert len({len(line) for line in (head, units, ours, theirs)}) == 1
    assert ours.split() == ["tongdu", "2,048", "301.2", "21.5", "60.0", "0.35", "3.1", "4.10", "15,012"]
    assert theirs.split()[4:6] == ["–", "–"]


def test_the_order_names_the_text_and_the_lengths(options: Options, tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("A tale.\n")
    assert measure._texts((book,)) == ["A tale.\n"]
    assert len(measure._texts(())) > 2


def test_a_failure_is_a_problem(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, pack(Failed("unknown-model", {"name": "m", "known": "n"})))
    with pytest.raises(Problem) as raised:
        measure.speed(options, Speed("m", (2048,)), as_json=True)
    assert raised.value.code == "unknown-model"


def test_a_process_that_breaks_is_our_bug(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, pack(ROW), then="sys.exit(3)")
    with pytest.raises(Problem) as raised:
        measure.speed(options, Speed("m", (2048,)), as_json=True)
    assert raised.value.code == "bug"


def test_what_is_noticed_goes_to_stderr(
    options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saying(monkeypatch, pack(Noticed("page-damaged", {"page": "p", "reason": "r"})), pack(ROW))
    measure.speed(options, Speed("m", (2048,)), as_json=True)
    out, err = capsys.readouterr()
    assert "(p: r)" in err and len(json.loads(out)["rows"]) == 1


def test_the_process_ends_with_its_reader(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, pack(ROW), then="import time; time.sleep(60)")
    before = set(psutil.Process().children())
    rows = measure.rows_of(options, Speed("m", (2048,)))
    assert next(rows) == ROW
    (child,) = set(psutil.Process().children()) - before
    began = time.monotonic()
    rows.close()  # type: ignore[attr-defined]
    assert not child.is_running() and time.monotonic() - began < 30


@pytest.mark.parametrize(("value", "lengths"), [("2048", (2048,)), ("8192, 2048,2048", (2048, 8192))])
def test_lengths(value: str, lengths: tuple[int, ...]) -> None:
    assert Lengths().convert(value, None, None) == lengths


@pytest.mark.parametrize("value", ["", "0", "-1", "12", "a", "2048,", "²", "1e4"])
def test_what_is_no_length_is_refused(value: str) -> None:
    with pytest.raises(click.BadParameter):
        Lengths().convert(value, None, None)


def test_a_picture_needs_a_folder(options: Options, tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="no folder"):
        measure.speed(options, Speed("m", (2048,), picture=tmp_path / "none" / "p.png"), as_json=True)
