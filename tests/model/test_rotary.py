"""Rotary angles against the seed's own code run in float64, and against transformers' own formulas."""

from __future__ import annotations

import pytest
import torch
from transformers import GlmConfig, LlamaConfig, Phi3Config, PretrainedConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from model.plan import ntk_alpha, ntk_theta
from model.rotary import KNOWN, Rotary, angles, inverse_frequencies, read_rope
from model.types import Problem

SIZES = {"hidden_size": 256, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 131_072}
LLAMA3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
YARN = {"factor": 4.0, "original_max_position_embeddings": 32_768}
LONG = {
    "short_factor": [1.0 + i / 40 for i in range(32)],
    "long_factor": [1.0 + i for i in range(32)],
    "original_max_position_embeddings": 4096,
}
KINDS = {
    "linear": {"factor": 2.5},
    "llama3": LLAMA3,
    "yarn": YARN,
    "yarn attention_factor": YARN | {"attention_factor": 1.5},
    "yarn betas": YARN | {"beta_fast": 16.0, "beta_slow": 2.0},
    "yarn mscale": YARN | {"mscale": 0.7, "mscale_all_dim": 1.3},
    "yarn unrounded": YARN | {"truncate": False},
    "yarn narrow": {"factor": 4.0, "original_max_position_embeddings": 6},
    "longrope": LONG,
}


def config_with(kind: str, **numbers: object) -> PretrainedConfig:
    rope = {"rope_type": kind, "rope_theta": 500_000.0} | numbers
    cls = Phi3Config if kind == "longrope" else LlamaConfig
    return cls(**SIZES, rope_parameters=rope, pad_token_id=0)


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


@pytest.mark.parametrize("length", [4096, 4097, 131_072])
@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_is_transformers_own(name: str, length: int) -> None:
    config = config_with(name.split()[0], **KINDS[name])
    rope = read_rope(config)
    theirs, scale = ROPE_INIT_FUNCTIONS[rope.kind](config, torch.device("cpu"), seq_len=length)
    ours = rope.frequencies(rope.theta, length)
    assert ours.dtype == torch.float64 and ours.shape == (rope.dim // 2,)
    assert torch.allclose(ours.float(), theirs, rtol=2e-6, atol=0)
    assert rope.scale == pytest.approx(scale, rel=1e-6) and not rope.stretches


def test_every_known_kind_is_tested() -> None:
    assert {name.split()[0] for name in KINDS} == set(KNOWN) - {"default", "dynamic"}


@pytest.mark.parametrize("kind", ["default", "dynamic"])
def test_a_plain_base_is_the_plans_to_stretch(kind: str) -> None:
    rope = read_rope(config_with(kind, **({"factor": 2.0} if kind == "dynamic" else {})))
    assert rope.stretches and torch.equal(rope.frequencies(7e6, 1), inverse_frequencies(7e6, 64))


def test_the_module_scales_what_its_kind_scales() -> None:
    rope = read_rope(config_with("yarn", **YARN))
    cos, sin = Rotary.of(rope, rope.theta, 65_536)(torch.zeros(1), torch.tensor([[3]]))
    assert torch.allclose((cos**2 + sin**2).sqrt(), torch.tensor(rope.scale, dtype=torch.float32), rtol=1e-6)


def test_a_part_of_the_head_may_be_turned() -> None:
    rope = read_rope(GlmConfig(head_dim=128, partial_rotary_factor=0.5))
    assert rope.dim == 64 and rope.frequencies(rope.theta, 1).shape == (32,) and not rope.stretches


def test_pages_of_longropes_two_tables_are_told_apart() -> None:
    rope = read_rope(config_with("longrope", **LONG))
    assert len({rope.label(4096), rope.label(4097)}) == 2 and rope.label(4097) == rope.label(9000)
    assert read_rope(config_with("llama3", **LLAMA3)).label(1) == "llama3"


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"rope_type": "proportional", "factor": 2.0}, "proportional"),
        ({"rope_type": "default", "mrope_section": [2, 3, 3]}, "mrope"),
        ({"rope_type": "dynamic", "factor": 1.0, "alpha": 1000.0}, "dynamic alpha"),
        ({"full_attention": {"rope_type": "default"}, "sliding_attention": {}}, "full_attention, sliding_attention"),
    ],
)
def test_an_unknown_kind_is_refused_by_name(parameters: dict[str, object], kind: str) -> None:
    config = LlamaConfig()
    config.rope_parameters = {"rope_theta": 1e4} | parameters
    with pytest.raises(Problem) as problem:
        read_rope(config)
    assert problem.value.code == "rope" and problem.value.parameters["kind"] == kind
