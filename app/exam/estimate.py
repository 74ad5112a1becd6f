"""Estimate: a share or a mean with its 95 % interval."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # the normal distribution's 97.5 % point
DRAWS = 1000
SEED = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of `n` values and the interval [low, high] that holds what it estimates in 95 of 100 cases."""

    value: float
    low: float
    high: float
    n: int


def wilson(right: float, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share of `right` in `n` (Wilson 1927)."""
    share, z = right / n, Z * Z / n
    middle = (share + z / 2) / (1 + z)
    half = Z / (1 + z) * sqrt(share * (1 - share) / n + z / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def estimate(clusters: Sequence[Sequence[float]]) -> Estimate | None:
    """The mean of all values; those of one cluster (a question) hang together. None where there is none.

    Shares of questions have Wilson's interval; so have shares that are 0 or 1, as if each cluster were one value, for
    a bootstrap would see no doubt in them. All else is a percentile bootstrap over clusters (Efron and Tibshirani
    1993) whose draws are always the same.
    """
    clusters = [values for values in clusters if values]
    every = [value for values in clusters for value in values]
    if not every:
        return None
    mean, n = sum(every) / len(every), len(clusters)
    binary = set(every) <= {0.0, 1.0}
    if binary and (len(every) == n or mean in (0.0, 1.0)):
        return Estimate(mean, *wilson(mean * n, n), len(every))
    return Estimate(mean, *bootstrap([(sum(values), len(values)) for values in clusters]), len(every))


def difference(values: Sequence[float]) -> Estimate:
    """The mean of differences, one or more, of two systems on the same questions, with a bootstrap's interval. Where
    all are the same, a bootstrap would see no doubt: then as far to both sides as a share of 0 in as many may be.
    """
    n, mean = len(values), sum(values) / len(values)
    if len(set(values)) > 1:
        return Estimate(mean, *bootstrap([(value, 1) for value in values]), n)
    _, reach = wilson(0, n)
    return Estimate(mean, mean - reach, mean + reach, n)


def bootstrap(clusters: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The 95 % interval of the mean of values given as sums and counts of clusters."""
    draws = random.Random(SEED)
    means = []
    for _ in range(DRAWS):
        drawn = draws.choices(clusters, k=len(clusters))
        means.append(sum(total for total, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    return means[round(0.025 * (DRAWS - 1))], means[round(0.975 * (DRAWS - 1))]
