"""Tiny random models with a byte-level tokenizer, as folders that the engine loads like any other."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3_5ForCausalLM,
    Qwen3_5TextConfig,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3NextConfig,
    Qwen3NextForCausalLM,
)

from model import device as devices
from model.checkpoint import open_checkpoint
from model.weights import Model, load

FAMILIES = {
    "llama": (LlamaConfig, LlamaForCausalLM),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM),
}
HYBRIDS = {
    "qwen3_5_text": (Qwen3_5TextConfig, Qwen3_5ForCausalLM),
    "qwen3_next": (Qwen3NextConfig, Qwen3NextForCausalLM),
}
STATES = {  # two recurrent layers around one that attends, as far from the sizes of the latter as can be
    "layer_types": ["linear_attention", "full_attention", "linear_attention"],
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 12,
    "max_position_embeddings": 4096,  # only a part of a head is turned, so the base is never stretched
    "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 0.5},
}
_measured = functools.cache(devices.measure)
DENSE = {"qwen3_next": {"num_experts": 0}}
torch.set_num_threads(1)  # tiny products: two threads only wait for each other
CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


def write_tiny(folder: Path, family: str, **changes: object) -> Path:
    """A random model of a family: 3 layers, 4 heads on 2, trained for 1,024 tokens."""
    config_class, model_class = (FAMILIES | HYBRIDS)[family]
    sizes = {
        "vocab_size": 320,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 1024,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0},
        "initializer_range": 0.2,  # large enough that positions and past matter to the logits
    }
    if family in HYBRIDS:
        sizes |= STATES | DENSE.get(family, {})
    torch.manual_seed(7)
    model = model_class(config_class(**(sizes | changes)))
    model.generation_config.eos_token_id = 257
    model.save_pretrained(folder)
    tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({}))
    return folder


def tokenizer() -> Tokenizer:
    """One token a byte, and three control tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    found = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    found.decoder = decoders.ByteLevel()
    found.add_special_tokens(list(CONTROL))
    return found


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def folder(family: str) -> Path:
        if family not in made:
            made[family] = write_tiny(tmp_path_factory.mktemp(family) / family, family)
        return made[family]

    return folder


@pytest.fixture(params=[pytest.param("llama", marks=pytest.mark.slow), "qwen2", "qwen3"])  # the engine reads llama
def tiny(request: pytest.FixtureRequest, tiny_folder: Callable[[str], Path]) -> Model:
    return load(open_checkpoint(tiny_folder(request.param)), torch.float32)


@pytest.fixture(params=["qwen3_5_text", pytest.param("qwen3_next", marks=pytest.mark.slow)])
def hybrid(request: pytest.FixtureRequest, tiny_folder: Callable[[str], Path]) -> Model:
    return load(open_checkpoint(tiny_folder(request.param)), torch.float32)


@pytest.fixture
def measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines find the machine measured: that takes longer than all that most of them do here."""
    monkeypatch.setattr(devices, "measure", _measured)
