"""Excerpts: what many passages are asked side by side is what each is asked alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model.decode import hidden, likelihoods, prefill
from model.excerpts import excerpts_of
from model.types import Layout, Tier
from model.weights import Model
from tests.model.test_reading import DOCUMENT, FORMS, QUESTIONS, read_all

SINK = range(4)
EXCERPTS = [[SINK, range(10, 60)], [SINK, range(300, 310)], [range(2), range(600, 650)], [range(0, 90)]]
LEAD = [7, 8, 9]


@pytest.mark.parametrize(("layout", "tier"), [("exact", "resident"), *[f for f in FORMS if f[0] != "exact"][:4]])
def test_each_excerpt_is_asked_as_if_alone(tiny: Model, tmp_path: Path, layout: Layout, tier: Tier) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path, layout, tier)
    question = QUESTIONS[0]
    found = likelihoods(tiny, excerpts_of(pages, EXCERPTS), LEAD, question)
    for row, runs in zip(found, EXCERPTS, strict=True):
        alone = pages.view(runs, 64)
        logits = prefill(tiny, alone, [*LEAD, *question[:-1]], keep=len(question)).log_softmax(-1)
        want = logits.gather(1, torch.tensor(question)[:, None])[:, 0]
        assert torch.allclose(row, want, atol=1e-3, rtol=1e-3)
    assert pages.length == len(DOCUMENT)


def test_hidden_states_are_those_of_the_last_layer_and_of_all(tiny: Model, tmp_path: Path) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path)
    last, every = (hidden(tiny, excerpts_of(pages, EXCERPTS), [LEAD] * 4, layers) for layers in (False, True))
    assert last.shape == (4, 3, 64) and every.shape == (4, 3, 4, 64)
    assert torch.allclose(every[:, :, -1], last, atol=1e-5)
