"""Picture: time and memory against length, one line for each engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from model.measure.row import ENGINES, Row

COLOURS = dict(zip(ENGINES, ("#0b6e4f", "#c46a1b", "#4a5a9e"), strict=True))
MARKS = dict(zip(ENGINES, "os^", strict=True))
PANELS: tuple[tuple[str, Callable[[Row], float | None]], ...] = (
    ("Reading the document, s", lambda row: row.tokens / row.prefill),
    ("First token of a second question\nin a new process, weights loaded, s", lambda row: row.first_token),
    ("Writing, tokens/s", lambda row: row.decode),
    ("Peak memory, GB", lambda row: row.memory / 1e9),
)


def draw(rows: Sequence[Row], model: str, path: Path) -> None:
    """Write the picture as a PNG file. Raises ModuleNotFoundError where matplotlib is not installed."""
    from matplotlib.figure import Figure  # late: takes a second, and only a picture needs it
    from matplotlib.ticker import FuncFormatter

    figure = Figure(figsize=(10, 7.2), layout="constrained")
    figure.suptitle(model)
    lengths = sorted({row.tokens for row in rows})
    for axes, (title, number) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        for engine in ENGINES:
            found = [(row.tokens, value) for row in rows if row.engine == engine and (value := number(row)) is not None]
            if found:
                axes.plot(*zip(*found, strict=True), marker=MARKS[engine], color=COLOURS[engine], label=engine)
        axes.set_title(title, fontsize=10)
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, 1.05 * max(lengths, default=1))
        axes.set_xticks(lengths)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        axes.set_xlabel("tokens of the document")
        axes.grid(alpha=0.25)
    if rows:
        figure.axes[0].legend()
    figure.savefig(path, dpi=130, format="png")
