"""Random model: weights of any size drawn on the device itself, and pages as long as one likes with nothing read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from transformers import AutoModelForCausalLM, Qwen2Config

from model.attention import NAME
from model.checkpoint import Checkpoint
from model.header import CHUNK, Header
from model.rotary import Rotary, read_rope
from model.types import Layout
from model.weights import Model

SEVEN = {  # the shape of Qwen2.5-7B
    "vocab_size": 152_064,
    "hidden_size": 3584,
    "intermediate_size": 18_944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
}
TINY = {
    "vocab_size": 320,
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
}


@dataclass(frozen=True)
class Sizes:
    """What FLOP and bytes are counted from."""

    parameters: int  # of the layers alone: looking a token up is no product, and only the last one's logits are wanted
    head: int  # and of what makes logits
    heads: int
    layers: int
    kv_heads: int
    head_dim: int

    def prefill_flop(self, n: int) -> float:
        """2 P n for the weights, 2 n^2 heads head_dim layers for causal attention."""
        return 2 * self.parameters * n + 2 * n * n * self.heads * self.head_dim * self.layers

    def decode_bytes(self, n: int) -> float:
        """Bytes that one token behind n others reads in bf16: every weight, every key and value."""
        return 2 * (self.parameters + self.head) + 2 * 2 * n * self.layers * self.kv_heads * self.head_dim


def random_model(tiny: bool, device: str, length: int) -> tuple[Model, Sizes]:
    """A model in bf16 whose numbers mean nothing, and its sizes."""
    config = Qwen2Config(**(TINY if tiny else SEVEN), max_position_embeddings=length, tie_word_embeddings=False)
    with torch.device(device):
        module: Any = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation=NAME).eval()
    module.model.rotary_emb = Rotary.of(read_rope(config), 1e6, length)
    table = module.lm_head.weight.numel()
    count = sum(p.numel() for p in module.parameters()) - 2 * table
    head_dim = config.hidden_size // config.num_attention_heads
    sizes = Sizes(
        count, table, config.num_attention_heads, config.num_hidden_layers, config.num_key_value_heads, head_dim
    )
    return Model(module, cast(Checkpoint, None), frozenset(), devices=(device,)), sizes


def header(sizes: Sizes, layout: Layout = "exact", chunk: int = CHUNK) -> Header:
    """The header of a random model's pages."""
    return Header(
        "random", "bf16", "native", 1e6, sizes.layers, sizes.kv_heads, sizes.head_dim, "bfloat16", layout, chunk
    )
