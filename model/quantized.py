"""Quantized: a checkpoint's weights on one GPU or several, as they are or in few bits by bitsandbytes.

Eight bits are LLM.int8, four are nf4 with double quantization, both with products in bf16: bitsandbytes' own defaults
(fp4, float32) are slower and worse. What the library would fetch as a program from the hub is not fetched.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from typing import Any

import torch
from torch import nn
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from model.attention import NAME as ATTENTION
from model.checkpoint import Checkpoint
from model.types import Precision, Problem

Placing = dict[str, Any]  # transformers' `device_map` and `max_memory`


def load_quantized(checkpoint: Checkpoint, dtype: torch.dtype, precision: Precision, kind: str, beside: int) -> Any:
    """The checkpoint's module on devices of a kind ("cuda", "cpu"); on several GPUs `beside` bytes stay free for pages.

    Raises Problem "not-installed" where bitsandbytes is wanted and not there.
    """
    return AutoModelForCausalLM.from_pretrained(
        checkpoint.folder,
        config=checkpoint.config,
        dtype=dtype,
        attn_implementation=ATTENTION,
        trust_remote_code=False,
        use_safetensors=True,
        quantization_config=quantization(precision),
        **placing(kind, [torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count())], beside),
    )


def quantization(precision: Precision) -> BitsAndBytesConfig | None:
    """How bitsandbytes is to pack the Linears; None where they stay in bf16. Raises Problem "not-installed"."""
    if precision == "bf16":
        return None
    if importlib.util.find_spec("bitsandbytes") is None:
        raise Problem("not-installed", package="bitsandbytes", extra="cuda")
    sys.modules.setdefault("kernels", None)  # type: ignore[arg-type]  # or bitsandbytes fetches programs through it
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it says that it could not
    if precision == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def placing(kind: str, free: list[int], beside: int) -> Placing:
    """Where the weights go: all on the one device; on several GPUs, of which `free` bytes are said, by transformers'
    own map, each with its share of the pages kept free. Never partly on the CPU.
    """
    if kind == "cpu" or len(free) < 2:
        return {"device_map": {"": "cpu" if kind == "cpu" else 0}}
    share = beside // len(free)
    return {"device_map": "auto", "max_memory": {i: max(0, bytes - share) for i, bytes in enumerate(free)}}


def layer_devices(module: nn.Module) -> tuple[str, ...]:
    """The device of each of the model's layers, where its keys and values belong too."""
    layers: Any = module.get_submodule("model.layers")
    return tuple(str(next(layer.parameters()).device) for layer in layers)
