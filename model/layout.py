"""Layouts: how keys and values of a sealed chunk are written in fewer bits, once and for all.

Keys are rotated by a Hadamard matrix over the head's dimensions, which spreads the few large ones over all, then
rounded to eight bits with a scale for each channel of a chunk. Values take eight bits with a step for each token, or
four with a step and a lowest value for each GROUP channels of a token. A rotated key is attended to by a rotated
query: q·k = (qR)·(kR).
"""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor

from model.types import Layout

GROUP = 64  # channels of a token's value that share a four-bit step and lowest value
KNOWN: tuple[Layout, ...] = ("exact", "int8", "k8v4")
Parts = dict[str, Tensor]


def pack(layout: Layout, key: Tensor, value: Tensor) -> Parts:
    """Keys and values [..., tokens, head_dim] of one chunk in a layout: tensors of the same leading sizes."""
    if layout == "exact":
        return {"key": key, "value": value}
    number, scale = _to_int8(rotate(key), -2)
    parts = {"key": number, "key_scale": scale}
    if layout == "int8":
        parts["value"], parts["value_step"] = _to_int8(value, -1)
    else:
        parts["value"], parts["value_grid"] = _to_int4(value)
    return parts


def unpack(parts: Parts, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """The keys, still rotated unless the layout is exact, and the values that a chunk's parts stand for."""
    key = parts["key"].to(dtype)
    return key * parts["key_scale"].to(dtype) if "key_scale" in parts else key, _values(parts, dtype)


def restored(parts: Parts, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """`unpack` with the keys turned back: what takes the place of the exact keys and values.

    Scales and rotation are one matrix, diag(scale) R, so the small numbers are multiplied once.
    """
    value = _values(parts, dtype)
    if "key_scale" not in parts:
        return parts["key"].to(dtype), value
    scale = parts["key_scale"].float().transpose(-1, -2)
    turn = (scale * hadamard(scale.shape[-2], scale.device)).to(dtype)  # [..., head_dim, head_dim]
    return parts["key"].to(dtype) @ turn, value


def rotate(x: Tensor) -> Tensor:
    """x R over the last dimension; R is symmetric and orthogonal, so the same turn brings it back."""
    turned: Tensor = x.float() @ hadamard(x.shape[-1], x.device)
    return turned.to(x.dtype)


@functools.cache
def hadamard(size: int, device: torch.device) -> Tensor:
    """The orthonormal Hadamard matrix [size, size], float32; along the diagonal where size is no power of two."""
    block, power = torch.ones(1, 1), size & -size
    while len(block) < power:
        block = torch.cat([torch.cat([block, block], 1), torch.cat([block, -block], 1)])
    turn: Tensor = torch.block_diag(*[block / power**0.5] * (size // power))
    return turn.to(device)


def bytes_per_token(layout: Layout, kv_heads: int, head_dim: int, exact: int = 2) -> float:
    """Bytes of one token's keys and values in one layer, scales shared by a chunk left out."""
    values = {"exact": exact, "int8": 1 + 2 / head_dim, "k8v4": 0.5 + 4 / math.gcd(GROUP, head_dim)}[layout]
    return kv_heads * head_dim * (values + (exact if layout == "exact" else 1.0))


def _values(parts: Parts, dtype: torch.dtype) -> Tensor:
    if "value_grid" in parts:
        return _from_int4(parts["value"], parts["value_grid"], dtype)
    value = parts["value"].to(dtype)
    return value * parts["value_step"].to(dtype) if "value_step" in parts else value


def _to_int8(x: Tensor, over: int) -> tuple[Tensor, Tensor]:
    """int8 numbers and their float16 scale, one for all values over a dimension, which it keeps with size 1."""
    scale = (x.float().abs().amax(over, keepdim=True) / 127).clamp_(min=1e-6).half()
    return torch.round(x.float() / scale.float()).clamp_(-127, 127).to(torch.int8), scale


def _to_int4(x: Tensor) -> tuple[Tensor, Tensor]:
    """Two numbers a byte [..., tokens, dim / 2] and float16 step and lowest value [..., tokens, groups, 2]."""
    groups = x.float().unflatten(-1, (-1, math.gcd(GROUP, x.shape[-1])))
    lowest, highest = groups.aminmax(dim=-1, keepdim=True)
    grid = torch.cat([((highest - lowest) / 15).clamp_(min=1e-7), lowest], -1).half()
    step, lowest = grid.float().split(1, -1)
    number = torch.round((groups - lowest) / step).clamp_(0, 15).to(torch.uint8).flatten(-2)
    return number[..., ::2] | (number[..., 1::2] << 4), grid


def _from_int4(packed: Tensor, grid: Tensor, dtype: torch.dtype) -> Tensor:
    number = torch.stack([packed & 15, packed >> 4], -1).flatten(-2)
    step, lowest = grid.to(dtype).split(1, -1)
    groups = number.to(dtype).unflatten(-1, (grid.shape[-2], -1))
    values: Tensor = (groups * step + lowest).flatten(-2)
    return values
