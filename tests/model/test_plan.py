"""The NTK arithmetic against the recipe's own class, and the plan's promises."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from model.plan import RESERVE, ROUND, make, ntk_alpha, ntk_theta, planned_length, prefill_seconds
from model.types import Device, Problem, Shape

SHAPE = Shape(30, 9, 3, 64, 134_515_008, 8192, 100_000.0)
DEVICE = Device("cpu", 2, 24 * 10**9, 20 * 10**9, 5e11, 2e10)


def seed_base(seq_len: int, trained: int, base: float, dim: int) -> float:
    """The base as the seed document's XverseRotaryEmbedding.forward computes it."""
    if seq_len > trained:
        alpha = seq_len / (trained / 2) - 1
        return base * alpha ** (dim / (dim - 2))
    return base


@pytest.mark.parametrize("length", [1, 2048, 8191, 8192, 8193, 9000, 16_384, 65_536, 262_144])
@pytest.mark.parametrize(
    ("trained", "base", "dim"), [(8192, 500_000.0, 128), (32_768, 500_000.0, 128), (2048, 1e4, 64)]
)
def test_theta_is_the_seeds(length: int, trained: int, base: float, dim: int) -> None:
    assert ntk_theta(base, ntk_alpha(length, trained), dim) == pytest.approx(
        seed_base(length, trained, base, dim), rel=1e-12
    )


def test_the_published_example() -> None:
    assert ntk_alpha(262_144, 32_768) == 15
    assert ntk_theta(500_000.0, 15, 128) == pytest.approx(7.83e6, rel=1e-3)


@pytest.mark.parametrize("length", [8193, 16_384, 32_768])
def test_it_is_transformers_dynamic_at_a_fixed_length(length: int) -> None:
    rope = {"rope_type": "dynamic", "rope_theta": 100_000.0, "factor": 2.0}
    config = LlamaConfig(hidden_size=576, num_attention_heads=9, max_position_embeddings=8192, rope_parameters=rope)
    theirs, _ = ROPE_INIT_FUNCTIONS["dynamic"](config, torch.device("cpu"), seq_len=length)
    theta = ntk_theta(100_000.0, ntk_alpha(length, 8192), 64)
    ours = 1.0 / (theta ** (torch.arange(0, 64, 2, dtype=torch.float32) / 64))
    assert torch.allclose(ours, theirs, rtol=1e-6, atol=0)


@given(st.integers(1, 10**6))
def test_alpha_is_continuous_and_never_shrinks(length: int) -> None:
    assert 1.0 <= ntk_alpha(length, 8192) <= ntk_alpha(length + 1, 8192)


@given(st.integers(0, 10**7))
def test_the_planned_length_holds_document_and_reserve_and_is_round(tokens: int) -> None:
    length = planned_length(tokens)
    assert tokens + RESERVE <= length < tokens + RESERVE + ROUND and length % ROUND == 0


def test_a_short_document_keeps_its_base() -> None:
    plan = make("m", SHAPE, 5000, DEVICE, stretch=4)
    assert (plan.rope, plan.alpha, plan.theta) == ("native", 1.0, 100_000.0)


def test_a_long_document_is_stretched_by_its_planned_length() -> None:
    plan = make("m", SHAPE, 12_000, DEVICE, stretch=4)
    assert plan.alpha == plan.length / 4096 - 1 and plan.left_out == ()
    assert plan.kv_bytes == plan.length * 2 * 30 * 3 * 64 * 2


def test_too_long_is_said() -> None:
    with pytest.raises(Problem) as problem:
        make("m", SHAPE, 40_000, DEVICE, stretch=4)
    assert problem.value.code == "too-long" and problem.value.parameters["limit"] == 4 * 8192 - RESERVE


def test_too_big_is_said() -> None:
    with pytest.raises(Problem) as problem:
        make("m", SHAPE, 12_000, replace(DEVICE, memory_free=10**8), stretch=4)
    assert problem.value.code == "memory"


def test_what_is_prepared_need_not_be_read() -> None:
    whole = prefill_seconds(SHAPE, 12_000, DEVICE)
    parts = prefill_seconds(SHAPE, 7_000, DEVICE) + prefill_seconds(SHAPE, 12_000, DEVICE, start=7_000)
    assert parts == pytest.approx(whole) and prefill_seconds(SHAPE, 12_000, DEVICE, start=12_000) == 0


def test_what_recurrent_layers_remember_is_counted() -> None:
    hybrid = replace(SHAPE, state_bytes=50_000_000)
    for layout in ("exact", "int8"):
        plain, with_states = (make("m", s, 12_000, DEVICE, 4, layout=layout) for s in (SHAPE, hybrid))
        assert with_states.kv_bytes - plain.kv_bytes == 3 * hybrid.state_bytes
        assert with_states.disk_bytes > plain.disk_bytes + 3 * hybrid.state_bytes
    small = replace(DEVICE, memory_free=int(make("m", SHAPE, 12_000, DEVICE, 4).weight_bytes + 5e8))
    assert make("m", SHAPE, 12_000, small, 4).tier != "resident"
    with pytest.raises(Problem):
        make("m", hybrid, 12_000, small, 4)
