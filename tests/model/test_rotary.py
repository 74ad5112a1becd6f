"""Rotary angles against the seed's own code run in float64."""

from __future__ import annotations

import pytest
import torch
from transformers import LlamaConfig

from model.plan import ntk_alpha, ntk_theta
from model.rotary import Rotary, angles, inverse_frequencies, trained_theta
from model.types import Problem


def seed_tables(
    seq_len: int, trained: int, base: float, dim: int, positions: list[int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """cos and sin as the seed document computes them, at a few positions, in float64."""
    if seq_len > trained:
        alpha = seq_len / (trained / 2) - 1
        base = base * alpha ** (dim / (dim - 2))
    inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2).double() / dim))
    freqs = torch.einsum("i,j->ij", torch.tensor(positions).double(), inv_freq)
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


@pytest.mark.parametrize("length", [512, 8191, 8192, 8193, 20_000, 131_072, 262_144])
def test_angles_are_the_seeds(length: int) -> None:
    positions = sorted({0, 1, 7, length // 2, length - 1})
    theta = ntk_theta(500_000.0, ntk_alpha(length, 8192), 128)
    cos, sin = angles(torch.tensor([positions]), inverse_frequencies(theta, 128))
    want_cos, want_sin = seed_tables(length, 8192, 500_000.0, 128, positions)
    assert torch.allclose(cos[0], want_cos, atol=1e-9, rtol=0)
    assert torch.allclose(sin[0], want_sin, atol=1e-9, rtol=0)


def test_float32_would_not_do() -> None:
    """Why the angles are float64: at a million tokens float32's are off by a visible amount."""
    inv_freq = inverse_frequencies(500_000.0, 128)
    cos, _ = angles(torch.tensor([[1_000_000 - 1]]), inv_freq)
    single = (torch.tensor(1_000_000.0 - 1) * inv_freq.float()).cos()
    assert (cos[0, 0, :64] - single).abs().max() > 1e-3


def test_the_module_casts_last_and_keeps_its_base_in_bf16() -> None:
    rotary = Rotary(10_000.0, 16).to(torch.bfloat16)
    cos, _ = rotary(torch.zeros(1, dtype=torch.bfloat16), torch.tensor([[5000]]))
    exact, _ = angles(torch.tensor([[5000]]), inverse_frequencies(10_000.0, 16))
    assert torch.equal(cos, exact.to(torch.bfloat16))


@pytest.mark.parametrize("kind", ["yarn", "llama3", "longrope", "dynamic"])
def test_an_unknown_kind_is_refused_by_name(kind: str) -> None:
    config = LlamaConfig()
    config.rope_parameters = {"rope_type": kind, "rope_theta": 1e4, "factor": 2.0}
    with pytest.raises(Problem) as problem:
        trained_theta(config)
    assert problem.value.code == "rope" and problem.value.parameters["kind"] == kind
