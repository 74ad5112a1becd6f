"""Worth: how well passages are ranked, and questions refused, with a probe's scores."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from model.evidence import LIKELIHOOD, PROBE, PROBED, standardized
from model.fitted import bearing
from tests.fit.features import Sheet


def report(sheets: Sequence[Sheet], told: Sequence[Tensor]) -> str:
    """The shares of questions whose gold passage comes first and among the first three, without and with the probe;
    and of unanswerable ones that are refused where so many answerable ones are.
    """
    gold = [(s, t) for s, t in zip(sheets, told, strict=True) if s.answerable]
    without = [_rank(s, [(1.0, s.own), (LIKELIHOOD["law"], s.likely)]) for s, _ in gold]
    with_it = [_rank(s, [(1.0, s.own), (PROBED, s.likely), (PROBE, t.tolist())]) for s, t in gold]
    shares = [sum(rank < depth for rank in ranks) / len(ranks) for ranks in (without, with_it) for depth in (1, 3)]
    answerable, absent = bearings(sheets, told)
    refused = [(share, (absent < answerable.quantile(share)).float().mean()) for share in (0.05, 0.1, 0.15, 0.2)]
    return (
        f"{len(gold)} answerable, first {shares[0]:.3f}, among three {shares[1]:.3f} without it, {shares[2]:.3f}, "
        f"{shares[3]:.3f} with it; of {len(absent)} absent refused "
        + ", ".join(f"{found:.2f} at {share:.2f} false" for share, found in refused)
    )


def least(sheets: Sequence[Sheet], told: Sequence[Tensor], false: float) -> float:
    """The bearing below which a share `false` of answerable questions lies."""
    return float(bearings(sheets, told)[0].quantile(false))


def bearings(sheets: Sequence[Sheet], told: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """The largest bearing of each answerable question, and of each that is absent."""
    largest = [
        (s.answerable, max(map(bearing, t.tolist()[: s.found], s.raised))) for s, t in zip(sheets, told, strict=True)
    ]
    return torch.tensor([b for is_one, b in largest if is_one]), torch.tensor(
        [b for is_one, b in largest if not is_one]
    )


def _rank(sheet: Sheet, terms: Sequence[tuple[float, Sequence[float]]]) -> int:
    """How many passages come before the first gold one; as many as there are where none was found."""
    weighted = [[weight * value for value in standardized(values[: sheet.found])] for weight, values in terms]
    scores = [sum(values) for values in zip(*weighted, strict=True)]
    order = sorted(range(sheet.found), key=lambda i: -scores[i])
    return next((rank for rank, i in enumerate(order) if sheet.hits[i]), sheet.found)
