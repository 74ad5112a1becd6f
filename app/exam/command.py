"""Command: `tongdu measure answers`: named sets through named systems, and a page of what came of it."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

from app import report
from app.exam.candidate import Candidate
from app.exam.ledger import Entry, Ledger, key_of
from app.exam.library import Library
from app.exam.measures import Row, rows_of
from app.exam.metrics import Result
from app.exam.page import Sitting, page
from app.exam.picture import draw_bars, draw_recall
from app.exam.run import Run, Task
from app.exam.sets import REPORTED, Reader
from app.exam.systems import SYSTEMS, taken
from app.options import Options
from app.problems import render
from app.session import Session
from model.types import Problem


@dataclass(frozen=True)
class Wanted:
    """What `tongdu measure answers` was told. `limit`: of each set the first so many; no systems: the usual ones."""

    data: Path
    model: str
    sets: tuple[str, ...] = REPORTED
    systems: tuple[str, ...] = ()
    limit: int | None = None
    out: Path = Path("ANSWERS.md")
    again: bool = False


class Names(click.ParamType[tuple[str, ...]]):
    """Names of a known list with commas between them."""

    name = "NAME[,NAME]"

    def __init__(self, known: tuple[str, ...]) -> None:
        self.known = known

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
        if not names or not set(names) <= set(self.known):
            self.fail(f"{value}: name some of {', '.join(self.known)}, with commas between", param, ctx)
        return names


def measure_answers(options: Options, wanted: Wanted, as_json: bool) -> None:
    """Run what is not yet run, then write the page of all that is finished. Raises Problem, also where a document
    could not be read for a system: then behind the page.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise Problem("not-installed", package="matplotlib", extra="measure")
    _refuse_unwritable(wanted.out.absolute())
    options.places.folders()
    library = Library()
    reader = Reader(wanted.data, library)
    tasks = tasks_of(wanted, reader)
    ledger = Ledger(ledger_path(options, wanted.model))
    with Session(options.offline) as session:
        run = Run(Candidate(session, options, wanted.model), library, ledger, options.language)
        left = [task for task in tasks if wanted.again or _key(task, wanted) not in ledger.entries]
        report.say(f"{len(tasks) - len(left):,} of {len(tasks):,} are finished already, in {ledger.path}")
        run.through(left)
    shown = shown_tasks(wanted, tasks, reader, ledger)
    rows = write_page(wanted, shown, ledger, library, run, options.language)
    if as_json:
        click.echo(json.dumps(_plain(wanted, shown, ledger, rows), ensure_ascii=False))
    if run.unread:
        raise next(iter(run.unread.values()))


def tasks_of(wanted: Wanted, reader: Reader) -> list[Task]:
    """What is to be run: system by system, in each document by document, so that each is read once."""
    cases = [case for name in wanted.sets for case in reader.cases(name)[: wanted.limit]]
    documents = list(dict.fromkeys(case.document for case in cases))
    cases.sort(key=lambda case: documents.index(case.document))
    systems = [SYSTEMS[name] for name in SYSTEMS if name in wanted.systems or not wanted.systems]
    asked_for = bool(wanted.systems)
    return [Task(system, case) for system in systems for case in cases if taken(system, case, asked_for)]


def shown_tasks(wanted: Wanted, tasks: list[Task], reader: Reader, ledger: Ledger) -> list[Task]:
    """What the page is about: the sets that were asked for, whole, with every system that was asked for or has answered
    any of a set in an earlier run.
    """
    every = tasks_of(replace(wanted, systems=tuple(SYSTEMS), limit=None), reader)
    known = {
        (task.case.set, task.system.name) for task in [*tasks, *(t for t in every if _key(t, wanted) in ledger.entries)]
    }
    return [task for task in every if (task.case.set, task.system.name) in known]


def ledger_path(options: Options, model: str) -> Path:
    """The file of a model's outcomes."""
    name = re.sub(r"[^\w.-]+", "-", Path(model).name)
    return options.places.data / "answers" / f"{name}.jsonl"


def write_page(
    wanted: Wanted, tasks: list[Task], ledger: Ledger, library: Library, run: Run, language: str
) -> list[Row]:
    """Write the page and its pictures beside it; the rows of its tables."""
    entries = [entry for task in tasks if (entry := ledger.entries.get(_key(task, wanted)))]
    results = _results(tasks, ledger, library, wanted)
    rows = rows_of(results, wanted.sets)
    pictures = [wanted.out.with_name(f"{wanted.out.stem}-{name}.png") for name in ("recall", "measures")]
    draw_recall(results, pictures[0])
    draw_bars(rows, pictures[1])
    sitting = Sitting(
        Path(wanted.model).name,
        processor(),
        _days(entries),
        tuple(sorted({entry.program for entry in entries})),
        Counter((task.case.set, task.system.name) for task in tasks),
        results,
        tuple(f"{' of '.join(place)}: {_words(problem, language)}" for place, problem in run.unread.items()),
        tuple(path.name for path in pictures),
    )
    wanted.out.write_text(page(sitting), encoding="utf-8")
    report.say(f"{len(results):,} of {len(tasks):,} finished: {wanted.out}")
    return rows


def _refuse_unwritable(out: Path) -> None:
    """Say before the work that its page could not be written. Raises UsageError."""
    if not out.parent.is_dir():
        raise click.UsageError(f"there is no folder {out.parent}")
    if out.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
        raise click.UsageError(f"{out} cannot be written")


def processor() -> str:
    """The processor's name as the system says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _key(task: Task, wanted: Wanted) -> tuple[str, str, str, str, str]:
    return key_of(task.system.name, task.case, wanted.model)


def _results(tasks: list[Task], ledger: Ledger, library: Library, wanted: Wanted) -> tuple[Result, ...]:
    def result(task: Task) -> Result | None:
        outcome, case = ledger.outcome(task.system.name, task.case, wanted.model), task.case
        return Result(task.system.name, case, outcome, library.subject(case.document).places) if outcome else None

    return tuple(found for task in tasks if (found := result(task)))


def _days(entries: list[Entry]) -> tuple[str, ...]:
    return tuple(sorted({entry.date for entry in entries}))


def _words(problem: Problem, language: str) -> str:
    return render(problem.code, problem.parameters, language)


def _plain(wanted: Wanted, tasks: list[Task], ledger: Ledger, rows: list[Row]) -> dict[str, object]:
    """What --json prints: how much is finished, and every value of the page."""
    finished = sum(_key(task, wanted) in ledger.entries for task in tasks)
    values = [
        {
            "set": row.set,
            "measure": row.measure.name,
            "system": system,
            **asdict(found),
            "goal": row.measure.goal if system == row.ours else "",
            "reached": not row.is_missed if system == row.ours else None,
        }
        for row in rows
        for system, found in row.reached.items()
    ]
    return {"model": wanted.model, "finished": finished, "asked": len(tasks), "page": str(wanted.out), "values": values}
