"""A model's folder before its weights are loaded: what it is, whether it is whole, its tokenizer and its sizes."""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from transformers import AutoConfig

from model.prompt import Template
from model.rotary import trained_theta
from model.tokens import Tokenizer
from model.types import Problem, Shape

PACKED = "packed.safetensors"  # weights in the layout of `model.linear`, made by `model.convert`
QUANTIZED = (".scale", ".four", ".grid")  # what stands beside a matrix in it and is no weight of its own


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

    @property
    def is_packed(self) -> bool:
        return (self.folder / PACKED).exists()


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
        names = [name for name in tensors.keys() if not name.endswith(QUANTIZED)]  # noqa: SIM118
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)


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
