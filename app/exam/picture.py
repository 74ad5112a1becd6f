"""Picture: recall at every depth by system, and what each system reaches with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.exam.estimate import estimate
from app.exam.measures import RANKING, Row
from app.exam.metrics import Result, recall
from app.exam.systems import DEPTH

COLOURS = {
    "rules": "#7a4b9e",
    "locate": "#0b8e8e",
    "tongdu": "#0b6e4f",
    "lexical": "#c46a1b",
    "closed-book": "#777777",
    "retrieval": "#4a5a9e",
}
SETS = ("statutes", "tales")
TIMES = {"seconds", "added seconds", "added share", "added time, of what is allowed"}  # no shares of one


def draw_recall(results: Sequence[Result], path: Path) -> None:
    """Write the curves as a PNG file, a panel for each set. Raises ModuleNotFoundError without matplotlib."""
    from matplotlib.figure import Figure  # late: takes a second, and only a picture needs it

    figure = Figure(figsize=(10, 4.2), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(SETS), sharey=True), SETS, strict=True):
        for system in RANKING:
            own = [r for r in results if r.system == system and r.case.set == name]
            curve = [found.value for k in range(1, DEPTH + 1) if (found := estimate([recall(k)(r) for r in own]))]
            if curve:
                label = f"{system}, n = {len(own)}"
                axes.plot(range(1, len(curve) + 1), curve, marker=".", color=COLOURS[system], label=label)
        axes.set_title(f"{name}: gold places among the first k", fontsize=10)
        axes.set_xlabel("k")
        axes.set_xticks([1, *range(5, DEPTH + 1, 5)])
        axes.set_ylim(0, 1)
        axes.grid(alpha=0.25)
        if axes.lines:
            axes.legend(fontsize=8, loc="lower right")
    figure.savefig(path, dpi=130, format="png")


def draw_bars(rows: Sequence[Row], path: Path) -> None:
    """Write a PNG file: each share that has a goal, all shares where none has, a bar for each system, its interval a
    line on it. Raises ModuleNotFoundError without matplotlib.
    """
    from matplotlib.figure import Figure  # late, as above

    shares = [row for row in rows if row.measure.name not in TIMES]
    shown = [row for row in shares if row.ours] or shares
    bars = [(row, system) for row in shown for system in row.reached]
    figure = Figure(figsize=(10, 1.5 + 0.2 * len(bars) + 0.15 * len(shown)), layout="constrained")
    axes = figure.subplots()
    place, middles = 0.0, []
    for row in shown:
        first = place
        for system, found in row.reached.items():
            reach = [[max(0.0, found.value - found.low)], [max(0.0, found.high - found.value)]]
            axes.barh([place], [found.value], 0.9, xerr=reach, color=COLOURS[system], error_kw={"linewidth": 0.8})
            place += 1
        middles.append((first + place - 1) / 2)
        goal = row.measure.least if row.measure.least is not None else row.measure.most
        if row.ours and goal is not None:
            axes.plot([goal, goal], [first - 0.5, place - 0.5], color="black", linewidth=1.5)
        place += 0.7
    axes.set_yticks(middles, [f"{row.measure.name}{row.set and f', {row.set}'}" for row in shown], fontsize=8)
    axes.set_ylim(max(place, 1.0), -1)
    axes.set_xlim(0, 1)
    for system in [name for name in COLOURS if any(name == system for _, system in bars)]:
        axes.barh([0], [0], color=COLOURS[system], label=system)
    if bars:
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    axes.set_title("95 % intervals; a black line is a goal", fontsize=10)
    figure.savefig(path, dpi=130, format="png")
