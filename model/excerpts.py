"""Excerpts: many passages' own pages side by side, to be asked the same in one forward.

What is asked of each passage alone would take a forward for each; so the weights are read once for all of them, and
the passages not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from model.layout import rotate
from model.pages import Pages

Runs = Sequence[range]  # the tokens of one excerpt, in order


class ExcerptLayer(CacheLayerMixin):
    """One layer's keys and values [excerpts, kv_heads, columns, dim], padded; `unseen` [excerpts, columns]."""

    is_compileable = False
    is_croppable = False
    supports_early_init = False

    def __init__(self, key: Tensor, value: Tensor, unseen: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.key, self.value, self.unseen = key, value, unseen
        self.is_initialized = True

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to do: the passages' keys and values are there."""

    def update(self, key_states: Tensor, value_states: Tensor, *_: object, **__: object) -> Any:
        self.new_key, self.new_value = self._apart(key_states), self._apart(value_states)
        return self, self

    def attended(self, query: Tensor, scale: float) -> Tensor:
        """query [1, heads, excerpts n, dim] over each excerpt's passage and its own n tokens. Returns
        [1, excerpts n, heads, dim].
        """
        asked = self._apart(query)  # [excerpts, heads, n, dim]
        count, heads, n, dim = asked.shape
        kv_heads = self.key.shape[1]
        key, value = (torch.cat(pair, 2) for pair in ((self.key, self.new_key), (self.value, self.new_value)))
        scores = (asked.reshape(count, kv_heads, -1, dim) @ key.transpose(2, 3)).float() * scale
        later = torch.ones(n, n, dtype=torch.bool, device=query.device).triu(1)
        hidden = torch.cat([self.unseen[:, None].expand(-1, n, -1), later.expand(count, -1, -1)], 2)
        scores = scores.unflatten(2, (-1, n)).masked_fill_(hidden[:, None, None], -torch.inf)
        out = scores.softmax(-1).to(value.dtype).flatten(2, 3) @ value  # [excerpts, kv_heads, group n, dim]
        merged: Tensor = out.reshape(count, heads, n, dim).permute(0, 2, 1, 3)
        return merged.reshape(1, count * n, heads, dim)

    def _apart(self, states: Tensor) -> Tensor:
        """[1, heads, excerpts n, dim] as [excerpts, heads, n, dim]."""
        apart: Tensor = states[0].unflatten(1, (len(self.key), -1))
        return apart.transpose(0, 1)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return query_length, 0

    def get_seq_length(self) -> int:
        return 0

    def get_max_length(self) -> int:
        return -1


def excerpts_of(pages: Pages, excerpts: Sequence[Runs]) -> Cache:
    """Each layer's keys and values of the excerpts, padded behind to the longest."""
    stores = [pages.seen(runs) for runs in excerpts]
    lengths = torch.tensor([store.length for store in stores])
    unseen = torch.arange(int(lengths.max())) >= lengths[:, None]
    every = []
    for index, layer in enumerate(pages.layers):
        kv_heads, _, dim = layer.key.shape
        shape = len(excerpts), kv_heads, unseen.shape[1], dim
        key, value = (layer.key.new_zeros(shape) for _ in range(2))
        for number, store in enumerate(stores):
            place = 0
            for block in store.blocks(index, len(pages.layers)):
                behind = place + block.key.shape[1]
                key[number, :, place:behind] = rotate(block.key) if block.rotated else block.key
                value[number, :, place:behind] = block.value
                place = behind
        every.append(ExcerptLayer(key, value, unseen.to(key.device)))
    return Cache(layers=[*every])
