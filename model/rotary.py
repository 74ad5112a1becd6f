"""Rotary angles in float64 from the plan's frozen base; kinds that are not implemented are refused."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from model.types import Problem

KNOWN = ("default",)


def inverse_frequencies(theta: float, head_dim: int) -> Tensor:
    """inv_freq = 1 / theta ** (arange(0, dim, 2) / dim), float64, [head_dim / 2]."""
    return theta ** -(torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)


def angles(position_ids: Tensor, inv_freq: Tensor) -> tuple[Tensor, Tensor]:
    """cos and sin of position times frequency, float64, [batch, tokens, head_dim]."""
    frequencies = position_ids[:, :, None].double() * inv_freq.to(position_ids.device)  # [b, n, dim/2]
    doubled = torch.cat((frequencies, frequencies), dim=-1)
    return doubled.cos(), doubled.sin()


class Rotary(nn.Module):
    """Takes the place of a transformers model's `rotary_emb`: same call, angles in float64, cast last."""

    def __init__(self, theta: float, head_dim: int) -> None:
        super().__init__()
        self.frozen_inv_freq = inverse_frequencies(theta, head_dim)  # no buffer: `.to(bf16)` would round it

    def forward(self, x: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        cos, sin = angles(position_ids, self.frozen_inv_freq)
        return cos.to(x.dtype), sin.to(x.dtype)


def trained_theta(config: Any) -> float:
    """The base the model was trained with.

    Raises Problem "rope" for a rotary kind, a partial rotation or a window that Tongdu does not implement.
    """
    parameters = config.rope_parameters
    kind = parameters.get("rope_type", "default")
    if kind not in KNOWN:
        raise Problem("rope", kind=kind, known=", ".join(KNOWN))
    if parameters.get("partial_rotary_factor", 1.0) != 1.0:
        raise Problem("rope", kind="partial rotation", known=", ".join(KNOWN))
    if any(layer != "full_attention" for layer in getattr(config, "layer_types", None) or ()):
        raise Problem("rope", kind="layers without full attention", known=", ".join(KNOWN))
    return float(parameters["rope_theta"])
