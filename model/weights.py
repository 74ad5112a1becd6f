"""Files on disk become a transformers model and its tokenizer.

A GGUF file is unpacked once into a folder beside it (safetensors in bf16, tokenizer.json), named by the
file's hash; every later start maps that copy.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer as Encoder
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GgufConfig
from transformers.utils import logging as transformers_logging

from model.attention import NAME as ATTENTION
from model.pages import Header
from model.prompt import Template
from model.rotary import Rotary, trained_theta
from model.tokens import Tokenizer
from model.types import Plan, Problem, Shape

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


@dataclass(frozen=True)
class Checkpoint:
    """A model's folder before its weights are loaded: all that counting and planning need.

    `digest` identifies weights and tokenizer; `parameters` of the shape are counted from the files.
    """

    folder: Path
    tokenizer: Tokenizer
    template: Template
    shape: Shape
    digest: str


@dataclass(frozen=True)
class Model:
    """A loaded model. `stops` are the tokens that end an answer."""

    module: Any  # a transformers *ForCausalLM: its own typing has no common class for what is called here
    checkpoint: Checkpoint
    stops: frozenset[int]
    device: str = "cpu"

    @property
    def tokenizer(self) -> Tokenizer:
        return self.checkpoint.tokenizer

    @property
    def shape(self) -> Shape:
        return self.checkpoint.shape

    def freeze_base(self, plan: Plan) -> None:
        """Give the model the plan's rotary base."""
        self.module.model.rotary_emb = Rotary(plan.theta, self.shape.head_dim)


def page_header(checkpoint: Checkpoint, plan: Plan, dtype: torch.dtype = torch.bfloat16) -> Header:
    """The header of the pages that a checkpoint's model makes under a plan."""
    shape, name = checkpoint.shape, str(dtype).removeprefix("torch.")
    return Header(checkpoint.digest, plan.rope, plan.theta, shape.layers, shape.kv_heads, shape.head_dim, name)


def converted_folder(gguf: Path, sha256: str) -> Path:
    """Where the mapped copy of a GGUF file lives."""
    return gguf.parent / f"{gguf.stem}.{sha256[:12]}"


def convert(gguf: Path, sha256: str) -> Path:
    """Unpack a GGUF file once; whole or not at all. Returns the folder of the copy."""
    folder = converted_folder(gguf, sha256)
    if folder.exists():
        return folder
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    unpack = GgufConfig(dequantize=True)
    options = {"gguf_file": gguf.name, "dtype": torch.bfloat16, "quantization_config": unpack}
    AutoModelForCausalLM.from_pretrained(gguf.parent, **options).save_pretrained(part)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(part)
    part.replace(folder)
    return folder


def open_checkpoint(folder: Path, digest: str | None = None) -> Checkpoint:
    """A safetensors folder, its weights not yet loaded.

    Raises Problem "model-folder" when files are missing, "rope" for a rotary kind we do not have,
    "model-broken" when they do not load.
    """
    for needed in ("config.json", "tokenizer.json"):
        if not (folder / needed).exists():
            raise Problem("model-folder", folder=str(folder), missing=needed)
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise Problem("model-folder", folder=str(folder), missing="*.safetensors")
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        return Checkpoint(
            folder=folder,
            tokenizer=Tokenizer(folder / "tokenizer.json"),
            template=Template.read(folder),
            shape=read_shape(config, sum(map(_parameters, files))),
            digest=digest or folder_digest(folder),
        )
    except (OSError, ValueError, AttributeError, KeyError, SafetensorError) as error:
        reason = str(error).split("\n")[0][:200]
        raise Problem("model-broken", folder=str(folder), reason=reason) from error


def load(checkpoint: Checkpoint, dtype: torch.dtype = torch.bfloat16) -> Model:
    """The checkpoint's model on the CPU, its weights mapped."""
    module = AutoModelForCausalLM.from_pretrained(
        checkpoint.folder, dtype=dtype, attn_implementation=ATTENTION, trust_remote_code=False
    )
    return Model(module.eval(), checkpoint, _stops(module, checkpoint.tokenizer.encoder))


def read_shape(config: Any, parameters: int) -> Shape:
    """The sizes that planning needs, from a transformers config."""
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return Shape(
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        head_dim=head_dim,
        parameters=parameters,
        context=config.max_position_embeddings,
        rope_theta=trained_theta(config),
    )


def _parameters(file: Path) -> int:
    """How many values a safetensors file holds, from its header."""
    with safe_open(file, "pt") as tensors:
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118


def folder_digest(folder: Path) -> str:
    """SHA-256 over a folder's weights, config and tokenizer; kept beside them while nothing changes."""
    files = sorted(p for p in folder.iterdir() if p.suffix in (".safetensors", ".json") and p.name[0] != ".")
    state = [[p.name, p.stat().st_size, p.stat().st_mtime_ns] for p in files]
    note = folder / ".tongdu-digest.json"
    kept = _kept(note)
    if kept.get("state") == state:
        return str(kept["digest"])
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    if os.access(folder, os.W_OK):
        note.write_text(json.dumps({"state": state, "digest": digest.hexdigest()}))
    return digest.hexdigest()


def _kept(note: Path) -> dict[str, Any]:
    """What a note holds; nothing if it is not there or not whole: it only saves time."""
    try:
        return dict(json.loads(note.read_text()))
    except (OSError, ValueError, TypeError):
        return {}


def _stops(module: Any, encoder: Encoder) -> frozenset[int]:
    """Tokens that end a turn: the generation config's and the usual control tokens of chat templates."""
    configured = module.generation_config.eos_token_id
    ids = set(configured if isinstance(configured, list) else [configured])
    ids |= {encoder.token_to_id(t) for t in ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "</s>")}
    return frozenset(i for i in ids if i is not None)
