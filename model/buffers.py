"""Buffers: keys, or values, of all layers [layers, kv_heads, capacity, head_dim], each layer where its weights are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise

import torch
from torch import Tensor


class Buffers:
    """One tensor for each device in turn; on one device a span of all layers is a view, and nothing is copied."""

    def __init__(self, devices: Sequence[str], shape: tuple[int, int, int], dtype: torch.dtype) -> None:
        """`shape`: of one layer. Zeros and not whatever lay there: attention may look, with no weight, a little beyond
        what stands.
        """
        runs = [(device, len(list(run))) for device, run in groupby(devices)]
        self.parts = [torch.zeros(n, *shape, dtype=dtype, device=device) for device, n in runs]
        self.layers = [layer for part in self.parts for layer in part]
        self.runs = [slice(a, b) for a, b in pairwise(accumulate((n for _, n in runs), initial=0))]

    def __getitem__(self, span: slice) -> Tensor:
        """The tokens of a span [layers, kv_heads, tokens, head_dim]; from several devices gathered on the CPU."""
        if len(self.parts) == 1:
            return self.parts[0][:, :, span]
        return torch.cat([part[:, :, span].cpu() for part in self.parts])

    def __setitem__(self, span: slice, values: Tensor) -> None:
        for part, run in zip(self.parts, self.runs, strict=True):
            part[:, :, span] = values[run]
