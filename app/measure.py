"""Measure: runs `model.measure.speed` in a process of its own and shows its rows as they come."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from app import report
from app.documents.open import open_document
from app.options import Options
from app.paths import assets
from app.worker import environment
from model.catalog import ENTRIES, present
from model.measure.row import Row
from model.types import Problem
from model.wire import unpack

COMMAND = [sys.executable, "-P", "-m", "model.measure.speed"]  # -P: a `model` in the user's folder is not ours
COLUMNS: tuple[tuple[str, str, Callable[[Row], str]], ...] = (
    ("engine", "", lambda row: row.engine),
    ("tokens", "", lambda row: f"{row.tokens:,}"),
    ("prefill", "tokens/s", lambda row: f"{row.prefill:,.1f}"),
    ("decode", "tokens/s", lambda row: f"{row.decode:,.1f}"),
    ("quoting", "tokens/s", lambda row: _number(row.decode_quoting, ",.1f")),
    ("2nd question", "first token, s", lambda row: _number(row.first_token, ",.2f")),
    ("load", "s", lambda row: f"{row.load:,.1f}"),
    ("peak memory", "GB", lambda row: f"{row.memory / 1e9:,.2f}"),
    ("kept", "bytes/token", lambda row: _number(row.page_bytes, ",.0f")),
)
WIDTHS = (12, 8, 9, 9, 9, 14, 6, 11, 11)


@dataclass(frozen=True)
class Speed:
    """What `tongdu measure speed` was told. `picture` is where a PNG goes, or None; no file: the samples."""

    model: str
    tokens: tuple[int, ...]
    files: tuple[Path, ...] = ()
    picture: Path | None = None


class Lengths(click.ParamType[tuple[int, ...]]):
    """Numbers of tokens with commas between them."""

    name = "N[,N]"
    least = 128  # a passage to quote from the middle, and its beginning

    def convert(
        self, value: str | tuple[int, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in value.split(",")]
        if not all(part.isdecimal() and int(part) >= self.least for part in parts):
            self.fail(f"{value} is not a list of numbers from {self.least} on with commas between", param, ctx)
        return tuple(sorted({int(part) for part in parts}))


def speed(options: Options, wanted: Speed, as_json: bool) -> None:
    """Measure and show: a table row by row, or all rows as JSON. Raises Problem."""
    if wanted.picture and not wanted.picture.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {wanted.picture.absolute().parent}")
    if hasattr(os, "getloadavg"):
        report.say(f"load average before the run: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
    if not as_json:
        _line([name for name, _, _ in COLUMNS])
        _line([unit for _, unit, _ in COLUMNS])
    rows = []
    for row in rows_of(options, wanted):
        rows.append(asdict(row))
        if not as_json:
            _line([show(row) for _, _, show in COLUMNS])
    if as_json:
        click.echo(json.dumps({"rows": rows}))


def rows_of(options: Options, wanted: Speed) -> Iterator[Row]:
    """The rows as they are measured; what else is said goes to stderr. Raises Problem."""
    order = {
        "model": wanted.model or _best_here(Path(options.places.folders().models)),
        "models": options.places.folders().models,
        "text": "\n".join(_texts(wanted.files)),
        "tokens": wanted.tokens,
        "picture": str(wanted.picture.absolute()) if wanted.picture else "",
        "offline": options.offline,
    }
    shown = report.Report(None, options.language, as_json=True)
    for line in _lines(order, options.offline):
        fields = json.loads(line)
        if fields.pop("type") == "Row":
            yield Row(**fields)
        else:
            shown.show(unpack(line))


def _best_here(models: Path) -> str:
    """The best model that is on this machine; the smallest where there is none."""
    here = [entry for entry in ENTRIES if present(entry, models)]
    return max(here, key=lambda e: e.quality).name if here else min(ENTRIES, key=lambda e: e.size).name


def _texts(files: tuple[Path, ...]) -> list[str]:
    """The files' texts in order; else those of the samples, the longest first."""
    if files:
        return [open_document(file).text for file in files]
    samples = (path for path in (assets() / "samples").iterdir() if path.suffix in (".epub", ".txt"))
    return sorted((open_document(path).text for path in samples), key=len, reverse=True)


def _lines(order: dict[str, object], offline: bool) -> Iterator[str]:
    """What the measuring process says. It and what it started end with this iterator."""
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment(offline),
        start_new_session=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(order))
            process.stdin.close()
            yield from process.stdout
            if process.wait():
                raise Problem("bug", error=f"the measuring process ended with {process.returncode}")
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: not permitted on a dead one
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _line(cells: list[str]) -> None:
    name, *numbers = cells
    click.echo("  ".join([name.ljust(WIDTHS[0]), *(n.rjust(w) for n, w in zip(numbers, WIDTHS[1:], strict=True))]))
