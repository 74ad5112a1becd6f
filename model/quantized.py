"""Quantized: a checkpoint's weights on one GPU or several, as they are or in few bits by bitsandbytes.

Eight bits are LLM.int8, four are nf4 with double quantization, both with products in bf16: bitsandbytes' own defaults
(fp4, float32) are slower and worse. What the library would fetch as a program from the hub is not fetched.
"""

from __future__ import annotations

import gc
import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

import torch
from torch import nn
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
from transformers.utils.import_utils import is_bitsandbytes_available

from model import cards
from model.attention import NAME as ATTENTION
from model.checkpoint import Checkpoint
from model.plan import SCRATCH
from model.types import Precision, Problem

OLDEST = "0.48"  # of bitsandbytes, as in pyproject.toml
GATES = ("in_proj_a", "in_proj_b", "in_proj_ba")  # how fast a recurrent layer forgets: small, and left as they are
BYTES: dict[Precision, float] = {"bf16": 2.0, "int8": 1.01, "nf4": 0.52}  # of a weight in a layer, its scales included


def load_quantized(checkpoint: Checkpoint, dtype: torch.dtype, precision: Precision, kind: str, beside: int) -> Any:
    """The checkpoint's module on devices of a kind ("cuda", "cpu"), on several GPUs only where weights and `beside`
    bytes do not fit on one.

    Raises Problem "not-installed" or "bitsandbytes-broken" where bitsandbytes is wanted and does not serve.
    """
    packing = quantization(precision, kind)
    device_map: dict[str, int | str] = {"": "cpu"}
    if kind != "cpu":
        gc.collect()  # a model that was here before may still hold its card
        device_map = placing(checkpoint, spread(sizes(checkpoint, precision, beside), cards.free()))
    return AutoModelForCausalLM.from_pretrained(
        checkpoint.folder,
        config=checkpoint.config,
        dtype=dtype,
        attn_implementation=ATTENTION,
        trust_remote_code=False,
        use_safetensors=True,
        quantization_config=packing,
        device_map=device_map,
    )


def quantization(precision: Precision, kind: str) -> BitsAndBytesConfig | None:
    """How bitsandbytes is to pack the Linears, the head and GATES left out; None where they stay in bf16.

    Raises Problem "not-installed" or "bitsandbytes-broken".
    """
    if precision == "bf16":
        return None
    if not is_bitsandbytes_available(OLDEST):
        raise Problem("not-installed", package=f"bitsandbytes>={OLDEST}", extra="cuda")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it says that it could not fetch programs
    with _hidden("kernels"):  # through which bitsandbytes fetches them while it is imported
        library = importlib.import_module("bitsandbytes")
    if kind == "cuda" and not library.cextension.lib.compiled_with_cuda:
        raise Problem("bitsandbytes-broken", version=str(torch.version.cuda or torch.version.hip))
    kept = ["lm_head", *GATES]
    if precision == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=kept)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
        llm_int8_skip_modules=kept,
    )


def sizes(checkpoint: Checkpoint, precision: Precision, beside: int) -> list[float]:
    """Bytes of a model's pieces in order: what looks tokens up, each layer with its share of the `beside` bytes of
    pages, the head. The first and the last stay in bf16; a head that shares its weights with the first has none.
    """
    config: Any = checkpoint.config
    table = config.vocab_size * config.hidden_size
    heads = 0 if config.tie_word_embeddings else 1
    layers = checkpoint.shape.parameters - (1 + heads) * table
    each = (layers * BYTES[precision] + beside) / config.num_hidden_layers
    return [2.0 * table, *[each] * config.num_hidden_layers, 2.0 * heads * table]


def spread(pieces: list[float], free: dict[int, int]) -> list[int]:
    """The card of each piece: all on the one with the most `free` bytes where they fit there, else runs of them on one
    card after the other, as large as is each one's share of what is free. Never any on the CPU or a disk.
    """
    roomiest = max(free, key=lambda card: free[card])
    if sum(pieces) + SCRATCH <= free[roomiest]:
        return [roomiest] * len(pieces)
    scale = sum(free.values()) / sum(pieces)
    middles = [scale * (end - piece / 2) for piece, end in zip(pieces, accumulate(pieces), strict=True)]
    ends = dict(zip(free, accumulate(free.values()), strict=True))
    return [next(card for card, end in ends.items() if middle <= end) for middle in middles]


def placing(checkpoint: Checkpoint, places: list[int]) -> dict[str, int | str]:
    """transformers' device map for the card of each piece."""
    first, *layers, last = places
    if len(set(places)) == 1:
        return {"": first}
    if checkpoint.config.tie_word_embeddings:
        last = first  # one tensor, on one card
    ends = {"model.embed_tokens": first, "model.rotary_emb": first, "model.norm": layers[-1], "lm_head": last}
    return {**ends, **{f"model.layers.{i}": place for i, place in enumerate(layers)}}


def layer_devices(module: nn.Module) -> tuple[str, ...]:
    """The device of each of the model's layers, where its keys and values belong too."""
    layers: Any = module.get_submodule("model.layers")
    return tuple(str(next(layer.parameters()).device) for layer in layers)


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    """While it lasts, importing a package fails, whether or not it is there or was imported before."""
    missing = object()
    before: Any = sys.modules.get(package, missing)
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
        if before is not missing:
            sys.modules[package] = before
