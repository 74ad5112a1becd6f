"""Rotary angles in float64 from the plan's frozen base; kinds that are not implemented are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from model.types import Problem

KNOWN = ("default", "dynamic", "linear", "llama3", "yarn", "longrope")


@dataclass(frozen=True, slots=True)
class Rope:
    """How a model turns its queries and keys, as `read_rope` finds it in a config.

    `dim` of a head's `head_dim` dimensions are turned, `theta` is the trained base, `scale` multiplies cos and sin.
    `numbers` are what the kind's formula takes, `short` and `long` longrope's divisors of the frequencies [dim / 2].
    """

    kind: str
    theta: float
    dim: int
    head_dim: int
    scale: float = 1.0
    numbers: Mapping[str, float] = field(default_factory=dict)
    short: tuple[float, ...] = ()
    long: tuple[float, ...] = ()

    def frequencies(self, theta: float, length: int) -> Tensor:
        """inv_freq for a base and a planned length in tokens, float64, [dim / 2].

        The formulas are those of transformers' ROPE_INIT_FUNCTIONS (5.23). "dynamic" is what the plan's stretched
        base does by itself.
        """
        plain = inverse_frequencies(theta, self.dim)
        if self.kind == "linear":
            return plain / self.numbers["factor"]
        if self.kind == "llama3":
            return _llama3(plain, self.numbers)
        if self.kind == "yarn":
            return _yarn(plain, theta, self.dim, self.numbers)
        if self.kind == "longrope":
            divisors = self.long if length > self.numbers["original"] else self.short
            return plain / torch.tensor(divisors, dtype=torch.float64)
        return plain

    def label(self, length: int) -> str:
        """What pages depend on besides the base: the kind, and which of longrope's two tables a length takes."""
        if self.kind == "longrope":
            return "longrope long" if length > self.numbers["original"] else "longrope short"
        return self.kind

    @property
    def stretches(self) -> bool:
        """Whether NTK may stretch the base past the trained length: not where a formula has stretched it before, or
        where only a part of the head is turned (`model.plan` reckons with whole heads).
        """
        return self.kind in ("default", "dynamic") and self.dim == self.head_dim


def inverse_frequencies(theta: float, dim: int) -> Tensor:
    """inv_freq = 1 / theta ** (arange(0, dim, 2) / dim), float64, [dim / 2]."""
    return theta ** -(torch.arange(0, dim, 2, dtype=torch.float64) / dim)


def _llama3(plain: Tensor, numbers: Mapping[str, float]) -> Tensor:
    """Long waves are stretched by the factor, short ones stay, those between are mixed."""
    turns = numbers["original"] * plain / (2 * math.pi)  # of each frequency within the original length
    low, high = numbers["low_freq_factor"], numbers["high_freq_factor"]
    kept = ((turns - low) / (high - low)).clamp(0, 1)
    return plain * ((1 - kept) / numbers["factor"] + kept)


def _yarn(plain: Tensor, theta: float, dim: int, numbers: Mapping[str, float]) -> Tensor:
    """YaRN's ramp over the dimensions between beta_fast and beta_slow turns (arXiv 2309.00071, 3.2)."""

    def place(turns: float) -> float:
        return dim * math.log(numbers["original"] / (turns * 2 * math.pi)) / (2 * math.log(theta))

    first, last = place(numbers["beta_fast"]), place(numbers["beta_slow"])
    if numbers["truncate"]:
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, dim - 1)
    if first == last:
        last += 0.001
    stretched = ((torch.arange(dim // 2, dtype=torch.float64) - first) / (last - first)).clamp(0, 1)
    return plain * (stretched / numbers["factor"] + 1 - stretched)


def angles(position_ids: Tensor, inv_freq: Tensor) -> tuple[Tensor, Tensor]:
    """cos and sin of position times frequency, float64, [batch, tokens, dim]."""
    frequencies = position_ids[:, :, None].double() * inv_freq.to(position_ids.device)  # [b, n, dim/2]
    doubled = torch.cat((frequencies, frequencies), dim=-1)
    return doubled.cos(), doubled.sin()


class Rotary(nn.Module):
    """Takes the place of a transformers model's `rotary_emb`: same call, angles in float64, cast last."""

    def __init__(self, theta: float, dim: int) -> None:
        super().__init__()
        self.frozen_inv_freq = inverse_frequencies(theta, dim)  # no buffer: `.to(bf16)` would round it
        self.scale = 1.0

    @classmethod
    def of(cls, rope: Rope, theta: float, length: int) -> Rotary:
        """A model's own rotation with the plan's base and length."""
        rotary = cls(theta, rope.dim)
        rotary.frozen_inv_freq, rotary.scale = rope.frequencies(theta, length), rope.scale
        return rotary

    def forward(self, x: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        if position_ids.ndim == 3:  # time, height and width [3, b, n]: of text all the same, however interleaved
            position_ids = position_ids[0]
        cos, sin = angles(position_ids, self.frozen_inv_freq)
        return (cos * self.scale).to(x.dtype), (sin * self.scale).to(x.dtype)


def read_rope(config: Any) -> Rope:
    """A transformers config's rotation.

    Raises Problem "rope" for a kind, or several in one model, that Tongdu does not implement.
    """
    config.standardize_rope_params()
    found: dict[str, Any] = config.rope_parameters
    nested = [name for name, value in found.items() if isinstance(value, dict)]
    sectioned = "mrope_section" in found and not found.get("mrope_interleaved")  # interleaved: plain where all is text
    kind = "mrope" if sectioned else ", ".join(nested) or found.get("rope_type", "default")
    if kind not in KNOWN or "alpha" in found:  # alpha: HunYuan's own "dynamic"
        raise Problem("rope", kind=kind if kind not in KNOWN else f"{kind} alpha", known=", ".join(KNOWN))
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    factor, original = found.get("factor"), found.get("original_max_position_embeddings")
    numbers = {
        "factor": float(factor or config.max_position_embeddings / (original or config.max_position_embeddings)),
        "original": float(original or config.max_position_embeddings),
        "low_freq_factor": float(found.get("low_freq_factor") or 1),
        "high_freq_factor": float(found.get("high_freq_factor") or 4),
        "beta_fast": float(found.get("beta_fast") or 32),
        "beta_slow": float(found.get("beta_slow") or 1),
        "truncate": float(found.get("truncate", True)),
    }
    return Rope(
        kind=kind,
        theta=float(found["rope_theta"]),
        dim=int(head_dim * found.get("partial_rotary_factor", 1.0)),
        head_dim=head_dim,
        scale=_scale(kind, found, numbers),
        numbers=numbers,
        short=tuple(found.get("short_factor") or ()),
        long=tuple(found.get("long_factor") or ()),
    )


def _scale(kind: str, found: Mapping[str, Any], numbers: Mapping[str, float]) -> float:
    """What cos and sin are multiplied by: the config's attention_factor, or what its kind makes of the factor."""
    factor = numbers["factor"]
    if kind not in ("yarn", "longrope") or (factor <= 1 and found.get("attention_factor") is None):
        return 1.0
    if found.get("attention_factor") is not None:
        return float(found["attention_factor"])
    if kind == "longrope":
        return math.sqrt(1 + math.log(factor) / math.log(numbers["original"]))
    if found.get("mscale") and found.get("mscale_all_dim"):
        return float(_mscale(factor, found["mscale"]) / _mscale(factor, found["mscale_all_dim"]))
    return _mscale(factor, 1.0)


def _mscale(factor: float, by: float) -> float:
    return 0.1 * by * math.log(factor) + 1.0
