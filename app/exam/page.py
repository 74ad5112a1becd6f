"""Page: what was run, what it reached and where it missed, in Markdown."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.exam.case import Case
from app.exam.estimate import Estimate
from app.exam.measures import BY_SET, COLUMNS, POOLED, Difference, Measure, Row, differences, of_row, rows_of
from app.exam.metrics import Result
from app.exam.sets import ABOUT, REPORTED
from app.exam.systems import SYSTEMS
from model.types import Span

EXAMPLES = 10  # misses of a goal that are shown
QUOTED = 80  # characters of a question
BASELINES = ("lexical", "closed-book", "retrieval")


@dataclass(frozen=True)
class Sitting:
    """What is known of a model, finished or not. `asked`: how many cases of each set each system can be asked; `unread`
    what could not be read and why, in words; `pictures` are files beside the page.
    """

    model: str
    machine: str
    dates: tuple[str, ...]
    programs: tuple[str, ...]
    asked: dict[tuple[str, str], int]
    results: tuple[Result, ...]
    unread: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()

    @property
    def sets(self) -> list[str]:
        """The sets that were asked for, in the order of all."""
        named = {name for name, _ in self.asked}
        return [name for name in ABOUT if name in named]


def page(sitting: Sitting) -> str:
    """The whole page."""
    rows = rows_of(sitting.results, sitting.sets)
    parts = [
        *_what_was_run(sitting),
        *_goals(rows),
        *(f"\n![{name}]({name})" for name in sitting.pictures),
        *_beside(differences(sitting.results, [name for name in sitting.sets if name in REPORTED])),
        *_by_set(sitting, rows),
        *_misses(sitting, rows),
        *_failures(sitting),
        *_meanings(rows),
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)) + "\n"


def cell(found: Estimate | None) -> str:
    """A value, its interval and how many values it is the mean of: .61 (.51–.70, 100)."""
    if found is None:
        return "–"
    between = " to " if found.low < 0 else "–"
    return f"{number(found.value)} ({number(found.low)}{between}{number(found.high)}, {found.n:,})"


def number(value: float) -> str:
    """Two digits behind the point: .61, 1.00, −.05, 12.4; more where 1.00 would not be the whole truth: .9984."""
    if 0.995 <= value < 1:
        return f".{int(value * 10_000)}"
    words = f"{abs(value):.2f}" if abs(value) < 10 else f"{abs(value):,.1f}"
    return ("−" if value < 0 and float(words.replace(",", "")) else "") + words.removeprefix("0")


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(line)} |" for line in lines)
    yield ""


def _what_was_run(sitting: Sitting) -> Iterator[str]:
    precisions = sorted({r.outcome.precision for r in sitting.results if r.outcome.precision})
    yield "# Answers, measured\n"
    yield f"Model: {_safe(sitting.model)}{' in ' + ', '.join(precisions) if precisions else ''}  "
    yield f"Processor: {_safe(sitting.machine)}  "
    yield f"Days of the run: {_range(sitting.dates)}; Tongdu {', '.join(sitting.programs) or '–'}\n"
    yield "Finished, of the cases of each set:\n"
    done = Counter((r.case.set, r.system) for r in sitting.results)
    systems = [name for name in COLUMNS if any(system == name for _, system in sitting.asked)]
    lines = [[name, *(_finished(done, sitting.asked, name, system) for system in systems)] for name in sitting.sets]
    yield from _table(["set", *systems], lines)
    yield from (f"- {name}: {SYSTEMS[name].about}" for name in systems)
    yield ""
    yield from (f"- Not run: {_safe(words)}" for words in sitting.unread)


def _finished(done: Counter[tuple[str, str]], asked: dict[tuple[str, str], int], name: str, system: str) -> str:
    wanted = asked.get((name, system), 0)
    return f"{done[name, system]:,} of {wanted:,}" if wanted else "–"


def _range(dates: Sequence[str]) -> str:
    return f"{min(dates)} to {max(dates)}" if len(set(dates)) > 1 else "".join(dates[:1]) or "–"


def _goals(rows: Sequence[Row]) -> Iterator[str]:
    yield "\n## Goals\n"
    yield "A value (its 95 % interval, and how many values it is the mean of). What is judged is the value itself.\n"
    lines = [
        [
            f"{row.measure.name}{row.set and f', {row.set}'}",
            row.measure.goal,
            f"{row.ours}: {cell(row.reached[row.ours])}",
            _verdict(row),
            *(cell(row.reached.get(name)) for name in BASELINES),
        ]
        for row in rows
        if row.ours
    ]
    if not lines:
        yield "Nothing that has a goal was run.\n"
        return
    yield from _table(["", "goal", "reached", "", *BASELINES], lines)


def _verdict(row: Row) -> str:
    if not row.is_missed:
        return "yes"
    goal = row.measure.least if row.measure.least is not None else row.measure.most or 0.0
    return f"**missed by {number(abs(row.reached[row.ours].value - goal))}**"


def _beside(found: Sequence[Difference]) -> Iterator[str]:
    if not found:
        return
    yield "\n## Reading the whole, beside not reading and beside retrieval\n"
    yield "On the questions that both have answered; the difference with its 95 % interval.\n"
    lines = [[d.measure.name, d.set, number(d.ours), f"{d.other}: {number(d.theirs)}", cell(d.more)] for d in found]
    yield from _table(["", "set", "tongdu", "other", "difference"], lines)


def _by_set(sitting: Sitting, rows: Sequence[Row]) -> Iterator[str]:
    for name in ("", *sitting.sets):
        own = [row for row in rows if row.set == name]
        systems = [system for system in COLUMNS if any(system in row.reached for row in own)]
        if not own:
            continue
        yield f"\n## {name or 'All reported sets together'}\n"
        yield f"{ABOUT.get(name, ', '.join(REPORTED))}.\n"
        lines = [[row.measure.name, *(cell(row.reached.get(system)) for system in systems)] for row in own]
        yield from _table(["", *systems], lines)


def _misses(sitting: Sitting, rows: Sequence[Row]) -> Iterator[str]:
    missed = [row for row in rows if row.is_missed]
    if missed:
        yield "\n## Misses\n"
    for row in missed:
        ours = [r for r in of_row(row, sitting.results) if r.system == row.ours and row.measure.is_missed(r)]
        kinds = Counter(row.measure.why(result) for result in ours)
        yield f"### {row.measure.name}{row.set and f', {row.set}'} ({row.ours})\n"
        yield "; ".join(f"{kind}: {count:,}" for kind, count in kinds.most_common()) + ".\n"
        lines = [
            [_quoted(r.case), _addresses(r, r.case.gold), _addresses(r, r.outcome.shown[:3]), row.measure.why(r)]
            for r in ours[:EXAMPLES]
        ]
        yield from _table(["question", "gold", "shown first", "what happened"], lines)


def _quoted(case: Case) -> str:
    words = " ".join(case.question.split())
    return _safe(words if len(words) <= QUOTED else words[: QUOTED - 1] + "…")


def _addresses(result: Result, spans: Sequence[Span]) -> str:
    address = result.places.document.address
    return _safe(", ".join(dict.fromkeys(address(span.start) for span in spans))) or "–"


def _failures(sitting: Sitting) -> Iterator[str]:
    failed = Counter((r.system, r.outcome.problem) for r in sitting.results if r.outcome.problem)
    noticed = Counter((r.system, code) for r in sitting.results for code in set(r.outcome.notices))
    if failed or noticed:
        yield "\n## Failures and notices\n"
        yield "What failed counts as neither answered nor refused, and as no place shown.\n"
    yield from (f"- {system}: {count:,} failed with `{code}`" for (system, code), count in sorted(failed.items()))
    yield from (f"- {system}: {count:,} said `{code}`" for (system, code), count in sorted(noticed.items()))


def _meanings(rows: Sequence[Row]) -> Iterator[str]:
    used = {row.measure.name for row in rows}
    measures: tuple[Measure, ...] = (*POOLED, *BY_SET)
    yield "\n## What the words mean\n"
    yield "Two places are the same one where at least half of the shorter lies in the other.\n"
    yield from (f"- {measure.name}: {measure.about}" for measure in measures if measure.name in used)


def _safe(words: str) -> str:
    """Words of others as plain words in a table."""
    marked = "".join(f"\\{c}" if c in "\\`*_[]|" else c for c in html.escape(words, quote=False))
    return marked.replace("\n", " ")
