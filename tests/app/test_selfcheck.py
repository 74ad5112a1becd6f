"""The self-check: each line says what is so and what mends it, in both languages; the report names no person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import selfcheck
from app.cli import main
from app.library.database import NAME
from app.paths import Places
from app.selfcheck import Check, fonts_of, of_engine, of_machine, report
from model.catalog import ENTRIES
from model.planner import WHY_NOT
from model.types import Device, Examined, Problem

CPU = Device("cpu", 4, 16_000_000_000, 12_000_000_000, 0.0, 0.0, host_free=12_000_000_000, name="A Processor")
CARD = replace(CPU, kind="cuda", gpu_name="A Card", gpu_memory=24_000_000_000, gpu_free=20_000_000_000)
PLAIN = Examined(CPU, "2.13.0+cpu", "", "")


def named(checks: tuple[Check, ...], name: str) -> Check:
    (found,) = (check for check in checks if check.name[0] == name)
    return found


def test_a_good_machine_is_good(tmp_path: Path) -> None:
    places = Places(tmp_path / "data", tmp_path / "cache", tmp_path / "models")
    places.folders()
    checks = (*of_machine(places, fonts_of("Charter", "Songti SC")), *of_engine(PLAIN))
    assert {check.state for check in checks if check.name[0] != "Models here"} <= {"good", "fair"}
    assert named(checks, "Models here").state == "fair" and "Fetch" in named(checks, "Models here").mend[0]
    for check in checks:
        assert all(check.name) and all(check.found) and bool(check.mend[0]) == bool(check.mend[1])
        assert check.line("zh") != check.line("en") and check.line("zh").endswith("。")


def test_every_reason_why_a_gpu_is_not_used_has_its_mend() -> None:
    assert set(selfcheck.WHY_NOT_GPU) == set(WHY_NOT)
    for why in WHY_NOT:
        check = named(of_engine(replace(PLAIN, device=replace(CPU, why_not_gpu=why))), "GPU")
        assert check.state == "fair" and all(check.mend)


@pytest.mark.parametrize(
    ("found", "name", "state", "says"),
    [
        (PLAIN, "GPU", "good", "the processor reads"),
        (replace(PLAIN, device=CARD, cuda="13.0"), "GPU", "good", "A Card, 20.0 / 24.0 GB"),
        (replace(PLAIN, device=CARD, cuda="13.0"), "bitsandbytes", "fair", "not installed"),
        (replace(PLAIN, device=CARD, bitsandbytes="0.50"), "bitsandbytes", "good", "0.50"),
        (replace(PLAIN, bitsandbytes="0.50", bitsandbytes_fault="OSError: x"), "bitsandbytes", "bad", "cannot be load"),
        (replace(PLAIN, cuda="13.0"), "torch", "good", "CUDA 13.0"),
        (replace(PLAIN, device=replace(CPU, memory_free=3_000_000_000)), "Processor and memory", "bad", "3.0 GB of 16"),
        (replace(PLAIN, device=replace(CPU, memory_free=6_000_000_000)), "Processor and memory", "fair", "6.0 GB of"),
    ],
)
def test_what_the_engine_found(found: Examined, name: str, state: str, says: str) -> None:
    check = named(of_engine(found), name)
    assert check.state == state and says in check.found[0]


def test_an_engine_that_does_not_start() -> None:
    (check,) = of_engine(Problem("worker-died", times=3, status=1, reason="memory"))
    assert check.state == "bad" and "3" in check.found[0] and check.found[0] != check.found[1]


def test_fonts() -> None:
    assert fonts_of("Charter", "").state == "bad" and fonts_of("", "Songti SC").state == "fair"
    assert fonts_of("Charter", "Songti SC").found[0] == "Charter; Songti SC"


def test_what_is_wrong_with_folders_and_the_library_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(tmp_path / "data", tmp_path / "cache", tmp_path / "models")
    places.folders()
    (places.data / NAME).write_bytes(b"no database at all, but long enough to be looked at" * 40)
    monkeypatch.setattr(selfcheck, "ROOM", 1e18)
    monkeypatch.setattr(selfcheck.os, "access", lambda path, mode: path != places.models)
    checks = of_machine(places)
    assert named(checks, "Library").state == "bad" and "damaged" in named(checks, "Library").found[0]
    assert named(checks, "Notes and library").state == "fair" and named(checks, "Models").state == "bad"


def test_the_report_names_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    places = Places(tmp_path / "data", tmp_path / "cache", tmp_path / "models")
    places.folders()
    for entry in ENTRIES[:1]:
        assert entry.name not in report(of_machine(places), "en")
    said = report(of_machine(places), "en")
    assert str(tmp_path) not in said and "~/data" in said.replace("\\", "/")


def test_the_command_says_it_and_fails_where_something_does_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selfcheck, "asked", lambda session: PLAIN)
    arguments = ["--data-dir", str(tmp_path), "check"]
    good = CliRunner().invoke(main, arguments)
    assert good.exit_code == 0 and "✓ torch: 2.13.0+cpu" in good.stdout
    monkeypatch.setattr(selfcheck, "asked", lambda session: Problem("bug", error="x"))
    bad = CliRunner().invoke(main, [*arguments, "--lang", "zh"])
    assert bad.exit_code == 1 and "✗ 引擎" in bad.stdout
