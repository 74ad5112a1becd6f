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
    found, _ = likelihoods(tiny, excerpts_of(pages, EXCERPTS), LEAD, question)
    for row, runs in zip(found, EXCERPTS, strict=True):
        alone = pages.view(runs, 64)
        logits = prefill(tiny, alone, [*LEAD, *question[:-1]], keep=len(question)).log_softmax(-1)
        want = logits.gather(1, torch.tensor(question)[:, None])[:, 0]
        assert torch.allclose(row, want, atol=1e-3, rtol=1e-3)
    assert pages.length == len(DOCUMENT)


@pytest.mark.parametrize("layer", [0, 2, 3])
def test_states_between_layers_are_those_of_each_alone(tiny: Model, tmp_path: Path, layer: int) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path)
    asked = [*LEAD, *QUESTIONS[0]]
    _, states = likelihoods(tiny, excerpts_of(pages, EXCERPTS), LEAD, QUESTIONS[0], layer)
    last = hidden(tiny, excerpts_of(pages, EXCERPTS), [asked] * len(EXCERPTS))[:, -1]
    assert states.shape == last.shape == (4, 64) and torch.allclose(states, last, atol=1e-4) == (layer == 3)
    for row, runs in zip(states, EXCERPTS, strict=True):
        alone = pages.view(runs, 64)
        start = alone.length + alone.ahead
        with torch.inference_mode():
            every = tiny.module.model(
                input_ids=torch.tensor([asked]),
                position_ids=torch.arange(start, start + len(asked))[None],
                past_key_values=alone.cache,
                output_hidden_states=True,
            ).hidden_states
        assert torch.allclose(row, every[layer][0, -1], atol=1e-3, rtol=1e-3)
