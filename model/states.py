"""States: what the recurrent layers of a hybrid model remember of all tokens so far, and a snapshot to return to.

A linear-attention layer keeps no keys and values but two tensors whose size does not grow: the last inputs of a short
convolution, and a matrix for each head that every token changes. No token can be taken out of them again. So they are
copied where one may have to return to, at the end of each chunk, and put back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers.cache_utils import LinearAttentionLayer

from model.layout import Parts

STATES = ("conv", "recurrent")  # what a snapshot's tensors are called in a chunk's file


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Which of a model's layers are recurrent, and the sizes of what each one remembers.

    `conv` is channels and kernel, in the model's own numbers; `recurrent` heads, key and value dimensions, in float32,
    as transformers' modules keep them (5.17 to 5.23).
    """

    places: tuple[int, ...]
    conv: tuple[int, int]
    recurrent: tuple[int, int, int]

    def nothing(self, dtype: torch.dtype, device: str = "cpu") -> Parts:
        """What the layers remember before the first token: "conv" and "recurrent", [layers, *sizes]."""
        layers = len(self.places)
        return {
            "conv": torch.zeros(layers, *self.conv, dtype=dtype, device=device),
            "recurrent": torch.zeros(layers, *self.recurrent, dtype=torch.float32, device=device),
        }

    def bytes(self, dtype: torch.dtype) -> int:
        """Bytes of one snapshot of all layers."""
        return len(self.places) * (math.prod(self.conv) * dtype.itemsize + math.prod(self.recurrent) * 4)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What all recurrent layers remembered when `length` tokens stood; `parts` as `Recurrence.nothing`."""

    length: int
    parts: Parts


class StateLayer(LinearAttentionLayer):
    """One layer's memory, where transformers' modules look for it and change it in place."""

    def put(self, conv: Tensor, recurrent: Tensor, begun: bool) -> None:
        """Remember conv [channels, kernel] and recurrent [heads, key, value]; `begun`: of any token at all."""
        self.conv_states[0], self.recurrent_states[0] = conv[None].clone(), recurrent[None].clone()
        self.is_conv_states_initialized[0] = self.is_recurrent_states_initialized[0] = True
        self.conv_kernel_size[0] = conv.shape[-1]
        self.has_previous_state[0] = begun

    def memory(self) -> tuple[Tensor, Tensor]:
        """What `put` takes, each [1, ...]."""
        conv, recurrent = self.conv_states[0], self.recurrent_states[0]
        assert conv is not None and recurrent is not None
        return conv, recurrent


class States:
    """All recurrent layers of one reading, and the one snapshot of them that is held in memory."""

    def __init__(self, recurrence: Recurrence, dtype: torch.dtype, devices: Sequence[str]) -> None:
        """`devices`: of each recurrent layer; snapshots are on the first's."""
        self.recurrence, self.dtype, self.devices = recurrence, dtype, devices
        self.layers = [StateLayer() for _ in recurrence.places]
        self.put(self.beginning())

    def beginning(self) -> Snapshot:
        return Snapshot(0, self.recurrence.nothing(self.dtype, self.devices[0]))

    def snapshot(self, length: int) -> Snapshot:
        """A copy of what is remembered now that `length` tokens stand."""
        conv, recurrent = zip(*(layer.memory() for layer in self.layers), strict=True)
        memories = {"conv": conv, "recurrent": recurrent}
        parts = {name: torch.cat([part.to(self.devices[0]) for part in own]) for name, own in memories.items()}
        return Snapshot(length, parts)

    def put(self, snapshot: Snapshot) -> None:
        """Remember what a snapshot holds, and hold it."""
        parts = {name: part.to(self.devices[0]) for name, part in snapshot.parts.items()}
        self.held = Snapshot(snapshot.length, parts)
        for layer, device, conv, recurrent in zip(
            self.layers, self.devices, parts["conv"], parts["recurrent"], strict=True
        ):
            layer.put(conv.to(device), recurrent.to(device), begun=snapshot.length > 0)

    def back(self, length: int) -> None:
        """Forget what came behind `length`: the held snapshot's, or 0. No other place can be returned to."""
        if length not in (0, self.held.length):
            raise ValueError(f"a snapshot is held at {self.held.length}, none at {length}")
        self.put(self.held if length else self.beginning())
