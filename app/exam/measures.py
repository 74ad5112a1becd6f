"""Measures: the metrics under their names, of which cases and systems they speak, and what they must reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.exam import metrics, misses
from app.exam.case import LOOKUPS, Kind
from app.exam.estimate import Estimate, difference, estimate
from app.exam.metrics import Metric, Result, Values, alone
from app.exam.sets import REPORTED

COLUMNS = ("rules", "locate", "tongdu", "lexical", "closed-book", "retrieval")
RANKING = ("rules", "locate", "tongdu", "lexical", "retrieval")
SHOWING = ("rules", "locate", "tongdu", "retrieval")
WRITING = ("tongdu", "closed-book", "retrieval")
PLACED: tuple[Kind, ...] = ("statute", "tale")


@dataclass(frozen=True)
class Measure:
    """A metric with what it is called and means. `ours`: the systems of Tongdu that it judges, the first that has
    values. `least` or `most` is the goal, where there is one, on the sets of `judged_on`; `why` says how a result
    misses it.
    """

    name: str
    about: str
    values: Callable[[Sequence[Result]], list[Values]]
    kinds: tuple[Kind, ...]
    systems: tuple[str, ...]
    ours: tuple[str, ...] = ("tongdu",)
    least: float | None = None
    most: float | None = None
    judged_on: tuple[str, ...] = REPORTED
    why: misses.Why = misses.misplaced

    def of(self, results: Sequence[Result], system: str) -> Estimate | None:
        """What one system reaches on the cases that are spoken of; None where it has none."""
        if system not in self.systems:
            return None
        return estimate(self.values([r for r in results if r.system == system and r.case.kind in self.kinds]))

    def reached(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def is_missed(self, result: Result) -> bool:
        """Whether a result holds a value on the wrong side of the goal."""
        values = self.values([result])
        return result.case.kind in self.kinds and any(not self.reached(value) for each in values for value in each)

    @property
    def goal(self) -> str:
        """The goal as it is written; "" where there is none."""
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}" if self.most is not None else ""


def _lookup(kind: Kind, name: str, least: float) -> Measure:
    about = "the first place of the evidence is the gold one"
    return Measure(f"look-up by {name}", about, alone(metrics.hit(1)), (kind,), RANKING, ("rules", "tongdu"), least)


def _ranked(
    name: str, about: str, metric: Metric, least: float | None = None, why: misses.Why = misses.misplaced
) -> Measure:
    ours, judged_on = ("locate", "tongdu"), ("statutes",)
    return Measure(name, about, alone(metric), PLACED, RANKING, ours, least, None, judged_on, why)


def _shown(name: str, about: str, metric: Metric) -> Measure:
    """A share of all places shown that must be all of them."""
    ours = ("tongdu", "locate", "rules")
    return Measure(name, f"of all places shown, {about}", alone(metric), EVERY, SHOWING, ours, 1.0, why=misses.inexact)


EVERY: tuple[Kind, ...] = (*LOOKUPS, *PLACED, "absent", "claim")
POOLED = (
    _shown("quote exactness", "those that are characters of the text", metrics.exact),
    _shown("click accuracy", "those whose address leads back to where they begin", metrics.clicked),
    Measure(
        "claims with a verified citation",
        "of the claims of answers, those supported fully or partly that have a citation; false claims that were asked "
        "about left out",
        alone(metrics.verified),
        (*PLACED, "claim"),
        ("tongdu", "retrieval"),
        least=0.8,
        why=misses.unverified,
    ),
    Measure(
        "added time, of what is allowed",
        "seconds of citing and checking as a share of those allowed: 20 % of the time of locating and writing, or "
        f"{metrics.FEW:g} s where that is more",
        alone(metrics.of_allowed),
        EVERY,
        WRITING,
        most=1.0,
        why=misses.slow,
    ),
    Measure("added seconds", "from the last word to the citations", alone(metrics.added), EVERY, WRITING),
    Measure("added share", "the same, of the time of locating and writing", alone(metrics.added_share), EVERY, WRITING),
)
BY_SET = (
    _lookup("number", "number", 0.99),
    _lookup("content", "content", 0.98),
    _lookup("reference", "cross-reference", 0.95),
    Measure(
        "missing article refused",
        "articles that do not exist: refused",
        alone(metrics.refused),
        ("missing",),
        ("rules", *WRITING),
        ("rules", "tongdu"),
        least=1.0,
        why=misses.unrefused,
    ),
    _ranked("hit@1", "a gold place is the first of the evidence", metrics.hit(1), 0.6),
    _ranked("hit@3", "a gold place is among the first three of the evidence", metrics.hit(3)),
    _ranked(
        "recall@10",
        "share of the gold places among the first ten of the evidence",
        metrics.recall(10),
        0.8,
        misses.incomplete,
    ),
    _ranked("MRR", "1 / rank of the first gold place in the evidence", metrics.reciprocal_rank),
    Measure(
        "gold in the first citation",
        "the first place shown (citations of the claims, then evidence) is a gold one",
        alone(metrics.cited(1)),
        PLACED,
        RANKING,
        least=0.7,
        judged_on=("tales",),
    ),
    Measure(
        "gold in the first three",
        "one of the first three places shown is a gold one",
        alone(metrics.cited(3)),
        PLACED,
        RANKING,
        least=0.85,
        judged_on=("tales",),
    ),
    Measure(
        "citation F1", "citations at gold places and gold places cited", alone(metrics.citation_f1), PLACED, WRITING
    ),
    Measure("answer F1", "words in common with a gold answer", alone(metrics.token_f1), ("tale",), WRITING),
    Measure(
        "refused",
        "questions that the document does not answer: refused",
        alone(metrics.refused),
        ("absent",),
        WRITING,
        least=0.85,
        why=misses.unrefused,
    ),
    Measure(
        "falsely refused",
        "questions that it does answer: refused, or failed",
        alone(metrics.falsely_refused),
        PLACED,
        WRITING,
        most=0.15,
    ),
    Measure("verdict right", "claims called rightly true or false", alone(metrics.judged), ("claim",), WRITING),
    Measure("both of a pair", "pairs of claims with both verdicts right", metrics.both_of_a_pair, ("claim",), WRITING),
    Measure(
        "seconds",
        "from the question to the end; reading counts only for retrieval, which reads for each question",
        alone(metrics.seconds),
        EVERY,
        COLUMNS,
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A measure on a set ("" for all reported ones): what each system reaches, and whose value the goal judges."""

    set: str
    measure: Measure
    reached: dict[str, Estimate]

    @property
    def ours(self) -> str:
        """The system that is judged; "" where there is no goal here or nothing of it has been run."""
        measure = self.measure
        if not measure.goal or (self.set and self.set not in measure.judged_on):
            return ""
        return next((name for name in measure.ours if name in self.reached), "")

    @property
    def is_missed(self) -> bool:
        return bool(self.ours) and not self.measure.reached(self.reached[self.ours].value)


def rows_of(results: Sequence[Result], sets: Sequence[str]) -> list[Row]:
    """Every measure on every set that says something, those on all reported sets together first."""
    reported = [result for result in results if result.case.set in REPORTED]
    found = [_row("", measure, reported) for measure in POOLED]
    for name in sets:
        own = [result for result in results if result.case.set == name]
        found += [_row(name, measure, own) for measure in BY_SET]
    return [row for row in found if row.reached]


def of_row(row: Row, results: Sequence[Result]) -> list[Result]:
    """The results that a row is about."""
    return [r for r in results if r.case.set == row.set or (not row.set and r.case.set in REPORTED)]


def _row(name: str, measure: Measure, results: Sequence[Result]) -> Row:
    found = {system: value for system in COLUMNS if (value := measure.of(results, system))}
    return Row(name, measure, found)


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of two systems on the cases that both have answered, and what the first has more than the second."""

    set: str
    measure: Measure
    other: str
    ours: float
    theirs: float
    more: Estimate


def differences(results: Sequence[Result], sets: Sequence[str]) -> list[Difference]:
    """Tongdu beside each of the others that write, case by case."""
    found = []
    for name in sets:
        for measure in BY_SET:
            for other in ("closed-book", "retrieval"):
                if other in measure.systems and "tongdu" in measure.systems:
                    own = [r for r in results if r.case.set == name and r.case.kind in measure.kinds]
                    found += _difference(name, measure, other, own)
    return found


def _difference(name: str, measure: Measure, other: str, results: Sequence[Result]) -> list[Difference]:
    """One difference, or none where no case has values of both."""
    ours, theirs = (_by_case(measure, results, system) for system in ("tongdu", other))
    shared = [case for case in ours if case in theirs]
    if not shared:
        return []
    more = difference([ours[case] - theirs[case] for case in shared])
    means = [sum(side[case] for case in shared) / len(shared) for side in (ours, theirs)]
    return [Difference(name, measure, other, means[0], means[1], more)]


def _by_case(measure: Measure, results: Sequence[Result], system: str) -> dict[str, float]:
    """A measure's single values by case, or by pair where it speaks of pairs."""
    own = [result for result in results if result.system == system]
    groups: dict[str, list[Result]] = {}
    for result in own:
        by_pair = measure.values is metrics.both_of_a_pair
        groups.setdefault(result.case.pair if by_pair else result.case.id, []).append(result)
    values = {group: [v for each in measure.values(members) for v in each] for group, members in groups.items()}
    return {group: found[0] for group, found in values.items() if len(found) == 1}
