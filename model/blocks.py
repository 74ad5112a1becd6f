"""GGUF blocks of four bits as what they are: whole numbers on a grid, value for value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from gguf import GGMLQuantizationType as Kind
from gguf.quants import Q4_K
from numpy.typing import NDArray

GROUP = 32  # neighbouring weights of one row that share a grid
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix of weights: weight = step * number + lowest, `number` in 0..15.

    number uint8 [out, in]; step and lowest float32 [out, in / GROUP].
    """

    number: Bytes
    step: Floats
    lowest: Floats

    def weights(self) -> Floats:
        """The matrix itself, float32 [out, in]: the slow reference."""
        groups = self.number.reshape(*self.step.shape, GROUP).astype(np.float32)
        return (groups * self.step[..., None] + self.lowest[..., None]).reshape(self.number.shape)


def grid(data: Bytes, kind: Kind) -> Grid | None:
    """The grid of a tensor's blocks [out, bytes of a row]; None if its kind is not one of four bits.

    Layouts: ggml-common.h of ggml.
    """
    if kind == Kind.Q4_0:
        parts = _rows(data, 18)
        step = _floats(parts[..., :2])
        return _grid(_halves(parts[..., 2:]), step, -8 * step)
    if kind == Kind.Q4_1:
        parts = _rows(data, 20)
        return _grid(_halves(parts[..., 4:]), _floats(parts[..., :2]), _floats(parts[..., 2:4]))
    if kind == Kind.Q4_K:
        parts = _rows(data, 144)  # two scales, twelve bytes of finer ones, 256 numbers
        out, blocks = parts.shape[:2]
        finer, lower = Q4_K.get_scale_min(parts[..., 4:16].reshape(-1, 12))
        step = _floats(parts[..., :2]) * finer.reshape(out, blocks, 8)
        lowest = -_floats(parts[..., 2:4]) * lower.reshape(out, blocks, 8)
        return _grid(_halves(parts[..., 16:].reshape(out, blocks, 4, 32)), step, lowest)
    return None


def _rows(data: Bytes, size: int) -> Bytes:
    """A tensor's bytes as [out, blocks, size]."""
    return np.ascontiguousarray(data).reshape(data.shape[0], -1, size)


def _floats(halves: Bytes) -> Floats:
    """float16 values in their two bytes as float32, [..., 1]."""
    return np.ascontiguousarray(halves).view(np.float16).astype(np.float32)


def _halves(bytes_: Bytes) -> Bytes:
    """Bytes [..., n] as their lower halves followed by their upper halves, [..., 2 n]."""
    return np.concatenate([bytes_ & 15, bytes_ >> 4], axis=-1)


def _grid(number: Bytes, step: Floats, lowest: Floats) -> Grid:
    out = number.shape[0]
    return Grid(number.reshape(out, -1), step.reshape(out, -1), lowest.reshape(out, -1))
