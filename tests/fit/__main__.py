"""`python -m tests.fit --data DIR --model NAME`: fit a model's probe on questions that tune, and keep it.

The questions are the tuning halves of statutes and tales, with those that the documents do not answer. For each the
best passages by words and gists are read alone with the question behind them; the probe is to tell those that are gold.
What it is worth is shown on folds that share no gold passage; what is kept is fitted on all. Then short documents, cut
out of the same ones, are asked what they do not answer.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import torch
from torch import Tensor

from app.exam.library import Library
from app.exam.sets import Reader
from model.fitted import FITS
from tests.fit.features import Sheet, sheets
from tests.fit.linear import crossed, linear
from tests.fit.short import bearings_in_place
from tests.fit.worth import least, report

LAYER = 21  # of 28: .62 of 457 gold articles first and .75 of 240 gold sections, behind 18 layers .62 and .74
TALES = 240
FALSE = {"zh": 0.15, "en": 0.02}  # shares of answerable questions that may fall below the least bearing
REFUSED = 0.85  # share of questions about something else that short documents refuse


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--model", required=True, help="A model of the catalogue that is here.")
@click.option("--limit", type=int, help="Of each set the first so many, to try it.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=FITS)
def main(data: Path, model: str, limit: int | None, out: Path) -> None:
    """Read, fit, report, keep."""
    library = Library()
    reader = Reader(data, library)
    kinds = {
        "zh": reader.statutes("tune") + reader.absent(False),
        "en": reader.tales(False, TALES) + reader.absent_tales(False),
    }
    made = {}
    for language, cases in kinds.items():
        chosen = [c for c in cases if c.gold][:limit] + [c for c in cases if not c.gold][:limit]
        made[language] = list(sheets(chosen, library.subject(cases[0].document), model, LAYER))
    path = out / f"{model}.json"
    keep(made, path)
    asked = {name: [c for c in cases if c.gold][:limit] for name, cases in kinds.items()}
    documents = {name: library.subject(cases[0].document).document for name, cases in asked.items()}
    keep_in_place({name: bearings_in_place(model, documents[name], asked[name]) for name in asked}, path)


def keep(made: dict[str, list[Sheet]], path: Path) -> None:
    """Fit on all sheets, say what folds of them show, and write the file."""
    every = [sheet for own in made.values() for sheet in own]
    told = iter(crossed(every))
    folds = {language: [next(told) for _ in own] for language, own in made.items()}
    for language, own in made.items():
        click.echo(f"{language}: {report(own, folds[language])}")
    direction, bias = linear(every)
    kept = {
        "layer": LAYER,
        "bias": round(bias, 4),
        "least": {name: round(least(made[name], folds[name], FALSE[name]), 2) for name in made},
        "least_in_place": {},
        "direction": [float(f"{value:.4g}") for value in direction.tolist()],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept) + "\n", encoding="ascii")
    click.echo(f"{path}: least {kept['least']}")


def keep_in_place(bearings: dict[str, Tensor], path: Path) -> None:
    """Write, beside what is kept, the bearings below which REFUSED of these lie."""
    kept = json.loads(path.read_text(encoding="ascii"))
    kept["least_in_place"] = {name: round(float(found.quantile(REFUSED)), 2) for name, found in bearings.items()}
    path.write_text(json.dumps(kept) + "\n", encoding="ascii")
    click.echo(
        f"{path}: least in place {kept['least_in_place']}, of {', '.join(str(len(b)) for b in bearings.values())}"
    )


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
