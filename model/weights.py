"""A checkpoint's weights become a transformers model that attends to our pages.

What is quantized is swapped in as another Linear; the module itself stays transformers' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import init_empty_weights
from safetensors import safe_open
from tokenizers import Tokenizer as Encoder
from torch import nn
from transformers import AutoModelForCausalLM
from transformers.utils import logging as transformers_logging

from model.attention import NAME as ATTENTION
from model.checkpoint import Checkpoint
from model.fitted import NOTHING, Fitted
from model.header import Header
from model.linear import PackedLinear, to_int8
from model.quantized import GATES, layer_devices, load_quantized
from model.rotary import Rotary
from model.stored import PACKED
from model.tokens import Tokenizer
from model.types import Plan, Precision, Shape

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


@dataclass(frozen=True)
class Model:
    """A loaded model. `stops` are the tokens that end an answer; `fitted` is what was learnt of it before."""

    module: Any  # a transformers *ForCausalLM: its own typing has no common class for what is called here
    checkpoint: Checkpoint
    stops: frozenset[int]
    precision: Precision = "bf16"
    devices: tuple[str, ...] = ("cpu",)  # of each layer, or of all
    fitted: Fitted = NOTHING

    @property
    def places(self) -> str | tuple[str, ...]:
        """Where keys and values belong: all of them, or each layer's."""
        return self.devices[0] if len(set(self.devices)) == 1 else self.devices

    @property
    def device(self) -> str:
        """Where tokens go in."""
        return self.devices[0]

    @property
    def tokenizer(self) -> Tokenizer:
        return self.checkpoint.tokenizer

    @property
    def shape(self) -> Shape:
        return self.checkpoint.shape

    def freeze_base(self, plan: Plan) -> None:
        """Give the model the plan's rotary base."""
        self.module.model.rotary_emb = Rotary.of(self.checkpoint.rope, plan.theta, plan.length)

    @contextmanager
    def unstretched(self) -> Iterator[None]:
        """While it lasts, the rotary base that the model was trained with: for what is short."""
        stretched, rope = self.module.model.rotary_emb, self.checkpoint.rope
        self.module.model.rotary_emb = Rotary.of(rope, rope.theta, self.shape.context)
        try:
            yield
        finally:
            self.module.model.rotary_emb = stretched


def page_header(checkpoint: Checkpoint, plan: Plan, dtype: torch.dtype = torch.bfloat16) -> Header:
    """The header of the pages that a checkpoint's model makes under a plan."""
    shape, name = checkpoint.shape, str(dtype).removeprefix("torch.")
    return Header(
        weights=checkpoint.digest,
        precision=plan.precision,
        rope=f"{plan.rope} {checkpoint.rope.label(plan.length)}",
        theta=plan.theta,
        layers=shape.layers,
        kv_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        dtype=name,
        layout=plan.layout,
        recurrence=checkpoint.recurrence,
    ).fitted()


def load(
    checkpoint: Checkpoint,
    dtype: torch.dtype = torch.bfloat16,
    precision: Precision = "bf16",
    kind: str = "cpu",
    beside: int = 0,
) -> Model:
    """The checkpoint's model: on the CPU bf16 weights mapped, int8 ones laid out for this processor, nf4 and what is on
    GPUs (`kind` "cuda", `beside` bytes to be left free) as `load_quantized` does.
    """
    devices: tuple[str, ...] = ("cpu",)
    if kind != "cpu" or precision == "nf4":
        module = load_quantized(checkpoint, dtype, precision, kind, beside)
        devices = layer_devices(module)
    elif checkpoint.is_packed:
        module = _packed(checkpoint)
    else:
        module = AutoModelForCausalLM.from_pretrained(
            checkpoint.folder,
            config=checkpoint.config,
            dtype=dtype,
            attn_implementation=ATTENTION,
            trust_remote_code=False,
            use_safetensors=True,
        )
        if precision == "int8":
            _swap(module)
    return Model(module.eval(), checkpoint, _stops(module, checkpoint.tokenizer.encoder), precision, devices)


def _packed(checkpoint: Checkpoint) -> nn.Module:
    """The module of a packed folder, made of nothing and filled."""
    with init_empty_weights(include_buffers=False):
        module: nn.Module = AutoModelForCausalLM.from_config(
            checkpoint.config, dtype=torch.bfloat16, attn_implementation=ATTENTION, trust_remote_code=False
        )
    with safe_open(checkpoint.folder / PACKED, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    for name, _ in _linears(module):
        four = tensors.get(f"{name}.four")
        grid = None if four is None else (four, tensors[f"{name}.grid"])
        bias = tensors.get(f"{name}.bias")
        module.set_submodule(name, PackedLinear(tensors[f"{name}.int8"], tensors[f"{name}.scale"], bias, grid))
    for name, parameter in list(module.named_parameters()):
        if parameter.is_meta:
            owner, _, kind = name.rpartition(".")
            setattr(module.get_submodule(owner), kind, nn.Parameter(tensors[name], requires_grad=False))
    return module


def _swap(module: nn.Module) -> None:
    """Every Linear of a loaded module in int8, one after the other, so that two copies never stand at once."""
    for name, part in _linears(module):
        bias = None if part.bias is None else part.bias.detach()
        module.set_submodule(name, PackedLinear(*to_int8(part.weight.detach()), bias, None))


def _linears(module: nn.Module) -> list[tuple[str, nn.Linear]]:
    found = ((name, part) for name, part in module.named_modules() if isinstance(part, nn.Linear))
    return [(name, part) for name, part in found if not name.endswith(GATES)]


def _stops(module: Any, encoder: Encoder) -> frozenset[int]:
    """Tokens that end a turn: the generation config's and the usual control tokens of chat templates."""
    configured = module.generation_config.eos_token_id
    ids = set(configured if isinstance(configured, list) else [configured])
    ids |= {encoder.token_to_id(t) for t in ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "</s>")}
    return frozenset(i for i in ids if i is not None)
