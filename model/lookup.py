"""Lookup: where the document goes on as the answer did, so that a quotation is written many tokens at a time.

Prompt lookup: https://github.com/apoorvumang/prompt-lookup-decoding. A draft is only a guess; `model.decode` keeps of
it what the model itself would have written.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHORTEST = 3  # tokens that must agree before anything is guessed
LONGEST = 16  # tokens of a guess, and of the agreement that is looked for
TRIED = 64  # places that are compared
PRIME = 1_000_003


class Lookup:
    """An index over a document's tokens, built once."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = np.asarray(ids, dtype=np.int64)
        self.keys = _keys(self.ids)  # of the SHORTEST tokens that begin at each place
        self.order = np.argsort(self.keys, kind="stable")
        self.sorted = self.keys[self.order]

    def draft(self, written: Sequence[int]) -> list[int]:
        """How the document goes on where the longest run of it ends as `written` ends; empty if none does.

        A longer agreement earns a longer guess. Of equally long ones the last place wins.
        """
        if len(written) < SHORTEST:
            return []
        last = np.asarray(written[-LONGEST:], dtype=np.int64)
        key = _keys(last[-SHORTEST:])[0]
        first, behind = np.searchsorted(self.sorted, key, "left"), np.searchsorted(self.sorted, key, "right")
        best, place = 0, 0
        for start in self.order[first:behind][-TRIED:]:
            end = int(start) + SHORTEST
            length = _agreement(self.ids[max(0, end - LONGEST) : end], last)
            if length >= max(best, SHORTEST) and end < len(self.ids):
                best, place = length, end
        return self.ids[place : place + min(LONGEST, 2 * best - 2)].tolist() if best else []


def _keys(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each SHORTEST tokens in a row; different ones may share it."""
    if len(ids) < SHORTEST:
        return np.zeros(0, dtype=np.int64)
    keys = np.zeros(len(ids) - SHORTEST + 1, dtype=np.int64)
    for place in range(SHORTEST):
        keys = (keys * PRIME + ids[place : place + len(keys)]) & 0x7FFFFFFFFFFF
    return keys


def _agreement(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    """How many tokens two runs have in common at their ends."""
    n = min(len(one), len(other))
    differing = np.flatnonzero(one[len(one) - n :][::-1] != other[len(other) - n :][::-1])
    return int(differing[0]) if len(differing) else n
