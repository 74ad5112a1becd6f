"""Excerpts: many passages' keys and values side by side, to be asked the same in one forward.

What is asked of each passage alone would take a forward for each; so the weights are read once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from model.layout import rotate
from model.pages import Pages

Runs = Sequence[range]  # the tokens of one excerpt, in order


class ExcerptLayer(CacheLayerMixin):
    """One layer's keys and values [excerpts, kv_heads, columns, dim], padded; `unseen` [excerpts, columns].

    `new_key` and `new_value` are those of the forward in hand.
    """

    is_compileable = False
    is_croppable = False
    supports_early_init = False

    def __init__(self, key: Tensor, value: Tensor, unseen: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.key, self.value, self.unseen = key, value, unseen
        self.new_key, self.new_value = key[:, :, :0], value[:, :, :0]
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


@dataclass(frozen=True, slots=True)
class Excerpts:
    """Keys and values of passages in every layer, and the position at which each one's next token stands."""

    layers: tuple[ExcerptLayer, ...]
    ends: tuple[int, ...]

    @property
    def cache(self) -> Cache:
        return Cache(layers=[*self.layers])


def excerpts_of(pages: Pages, runs: Sequence[Runs]) -> Excerpts:
    """Some runs of tokens of each excerpt as they stand in a document's pages, where they were read."""
    stores = [pages.seen(own) for own in runs]
    pairs = []
    for index in range(len(pages.layers)):
        layer = []
        for store in stores:
            blocks = list(store.blocks(index, len(pages.layers)))
            key = [rotate(block.key) if block.rotated else block.key for block in blocks]
            layer.append((torch.cat(key, 1), torch.cat([block.value for block in blocks], 1)))
        pairs.append(layer)
    return side_by_side(pairs, [own[-1].stop for own in runs])


def side_by_side(pairs: Sequence[Sequence[tuple[Tensor, Tensor]]], ends: Sequence[int]) -> Excerpts:
    """Excerpts from each layer's keys and values [kv_heads, tokens, dim] of each passage."""
    lengths = torch.tensor([key.shape[1] for key, _ in pairs[0]])
    columns = int(lengths.max())
    unseen = torch.arange(columns) >= lengths[:, None]
    layers = []
    for layer in pairs:
        padded = [
            torch.stack([torch.nn.functional.pad(part, (0, 0, 0, columns - part.shape[1])) for part in parts])
            for parts in zip(*layer, strict=True)
        ]
        layers.append(ExcerptLayer(padded[0], padded[1], unseen.to(padded[0].device)))
    return Excerpts(tuple(layers), tuple(ends))
