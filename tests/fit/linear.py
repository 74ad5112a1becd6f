"""Linear: a direction and a bias by which gold passages come before the others, and above zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax, pad

from tests.fit.features import Sheet

STEPS, RATE = 300, 0.02
DECAY = 0.1  # weight of the direction's squared length
ABSOLUTE = 0.3  # weight of gold against not, beside that of the order among a question's passages
FOLDS = 5


def linear(sheets: Sequence[Sheet]) -> tuple[Tensor, float]:
    """The direction [size] and bias for states as they come, fitted on standardized ones."""
    every = torch.cat([sheet.states for sheet in sheets])
    mean, spread = every.mean(0), every.std(0) + 1e-6
    most = max(len(sheet.hits) for sheet in sheets)
    rows = torch.stack([pad((s.states - mean) / spread, (0, 0, 0, most - len(s.hits))) for s in sheets])
    gold = torch.stack([pad(torch.tensor(s.hits).float(), (0, most - len(s.hits))) for s in sheets])
    there = torch.stack([torch.arange(most) < len(s.hits) for s in sheets])
    has_gold, share = gold.sum(1) > 0, gold.sum() / there.sum()
    weight, bias = torch.zeros(rows.shape[-1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([weight, bias], lr=RATE)
    for _ in range(STEPS):
        scores = rows @ weight + bias
        ranked = log_softmax(scores.masked_fill(~there, -1e9), 1)
        order = -(torch.where(gold > 0, ranked, 0).sum(1) / gold.sum(1).clamp(min=1))[has_gold].mean()
        each = binary_cross_entropy_with_logits(scores, gold, reduction="none", pos_weight=(1 - share) / share / 4)
        loss = order + ABSOLUTE * (each * there).sum() / there.sum() + DECAY * (weight**2).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    direction = weight.detach() / spread
    return direction, float(bias.detach() - direction @ mean)


def crossed(sheets: Sequence[Sheet]) -> Iterator[Tensor]:
    """Of each sheet the scores by a probe that was fitted without any sheet of its gold passage."""
    groups = [sheet.group for sheet in sheets]
    names = sorted(set(groups))
    shuffled = torch.randperm(len(names), generator=torch.Generator().manual_seed(0)).tolist()
    fold = {name: place % FOLDS for name, place in zip(names, shuffled, strict=True)}
    probes = [linear([s for s, g in zip(sheets, groups, strict=True) if fold[g] != k]) for k in range(FOLDS)]
    for sheet, group in zip(sheets, groups, strict=True):
        direction, bias = probes[fold[group]]
        yield sheet.states @ direction + bias
