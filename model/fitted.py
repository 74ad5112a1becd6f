"""Fitted: what was learnt once from a model's own states on questions that tune, and is kept with it.

The files in `fits` are written by `python -m tests.fit`; a model without one is asked nothing that needs it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

FITS = Path(__file__).parent / "fits"
NATS = 3.0  # by which a passage must raise a question's likelihood to count as much as one unit of the probe's score


@dataclass(frozen=True)
class Probe:
    """A direction in a model's mind behind a question, along which it tells whether the passage before it answers:
    a linear probe (Alain and Bengio 2016) `direction` [size] on the states behind `layer` layers, and `bias`.
    """

    layer: int
    direction: Tensor
    bias: float

    def scores(self, states: Tensor) -> list[float]:
        """The log-odds, about, for states [passages, size]."""
        scores: list[float] = (states.float().cpu() @ self.direction + self.bias).tolist()
        return scores


@dataclass(frozen=True)
class Fitted:
    """What one model was fitted with. `least` gives, for documents in a language, the bearing that some passage must
    have, or the document counts as not answering; see `bearing`. So does `least_in_place` where passages were not read
    alone but as they stand in the document.
    """

    probe: Probe | None = None
    least: dict[str, float] = field(default_factory=dict)
    least_in_place: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, model: str) -> Fitted:
        """What is kept for a model of the catalogue; nothing for others."""
        path = FITS / f"{model}.json"
        if not path.exists():
            return NOTHING
        kept = json.loads(path.read_text(encoding="ascii"))
        probe = Probe(kept["layer"], torch.tensor(kept["direction"]), kept["bias"])
        return cls(probe, kept["least"], kept["least_in_place"])


NOTHING = Fitted()


def bearing(score: float, raised: float) -> float:
    """How much a passage bears on a question, the same scale for all questions: the probe's score, and the nats by
    which the passage raises the question's log-likelihood.
    """
    return score + raised / NATS
