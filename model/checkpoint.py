"""A model's folder before its weights are loaded: what it is, whether it is whole, its tokenizer and its sizes.

Only JSON and the headers of safetensors files are read, and nothing that lies in the folder is executed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PretrainedConfig

from model.architecture import ROTARY_TABLE, config_of, read_recurrence, read_shape, reading
from model.prompt import CHATML, Template
from model.rotary import Rope, read_rope
from model.states import Recurrence
from model.stored import PACKED, Stored, folder_digest, read_json, refuse_pointer, stored_tensors
from model.tokens import Tokenizer
from model.types import Problem, Shape

QUANTIZED = (".scale", ".four", ".grid")  # what stands beside a matrix in it and is no weight of its own
XVERSE_CHAT = (  # XVERSE's `chat`, which is code and no template
    "{% for m in messages %}{% if m['role'] == 'system' %}{{ m['content'] }}\n\n{% else %}"
    "Human: {{ m['content'] }}\n\n{% endif %}{% endfor %}{% if add_generation_prompt %}Assistant: {% endif %}"
)


@dataclass(frozen=True)
class Checkpoint:
    """A model's folder before its weights are loaded: all that counting and planning need.

    `digest` identifies weights and tokenizer; `parameters` of the shape are counted from the files. `config` is what
    the module is made from: transformers' own class, whatever the folder calls itself.
    """

    folder: Path
    tokenizer: Tokenizer
    template: Template
    shape: Shape
    digest: str
    config: PretrainedConfig
    rope: Rope

    @property
    def recurrence(self) -> Recurrence | None:
        return read_recurrence(self.config)

    @property
    def is_packed(self) -> bool:
        return (self.folder / PACKED).exists()


def open_checkpoint(folder: Path, digest: str | None = None) -> Checkpoint:
    """A safetensors folder, its weights not yet loaded.

    Raises Problem: "gguf-file", "model-folder", "pickle", "model-cut", "lfs-pointer", "model-broken" for what is
    missing, not safe or not whole; "remote-code", "architecture", "rope", "window", "quantized-model" for what is not
    implemented; "old-tokenizer", "tokenizer", "weights-differ" for what does not belong together.
    """
    if folder.suffix == ".gguf" or (not (folder / "config.json").exists() and any(folder.glob("*.gguf"))):
        raise Problem("gguf-file", path=str(folder))
    stored = stored_tensors(folder)
    config = config_of(folder, stored)
    rope = read_rope(config)
    tokenizer = _tokenizer(folder, config.vocab_size)
    if not (folder / PACKED).exists():
        _check_fit(folder, config, stored)
    weights = [held for name, held in reading(config, stored).items() if not name.endswith((*QUANTIZED, ROTARY_TABLE))]
    return Checkpoint(
        folder=folder,
        tokenizer=tokenizer,
        template=_template(folder),
        shape=read_shape(config, rope, sum(math.prod(held.shape) for held in weights)),
        digest=digest or folder_digest(folder),
        config=config,
        rope=rope,
    )


def _check_fit(folder: Path, config: PretrainedConfig, stored: Mapping[str, Stored]) -> None:
    """Refuse weights that are not exactly the config's: transformers would make up what is missing."""
    with torch.device("meta"):
        module = AutoModelForCausalLM.from_config(config)
    wanted = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    found = {name: held.shape for name, held in reading(config, stored).items() if not name.endswith(ROTARY_TABLE)}
    for name in module.all_tied_weights_keys:
        found.setdefault(name, wanted[name])
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise Problem("weights-differ", folder=str(folder), tensor=name)


def _tokenizer(folder: Path, vocabulary: int) -> Tokenizer:
    """The folder's tokenizer: XVERSE's under the name that it gave to the file for tokenizers 0.19 and later.

    Raises Problem "model-folder", "old-tokenizer" or "tokenizer".
    """
    path = next((p for n in ("tokenizer.json.update", "tokenizer.json") if (p := folder / n).exists()), None)
    if path is None:
        old = next((n for n in ("tokenizer.model", "vocab.json", "vocab.txt") if (folder / n).exists()), None)
        if old:
            raise Problem("old-tokenizer", folder=str(folder), file=old)
        raise Problem("model-folder", folder=str(folder), missing="tokenizer.json")
    refuse_pointer(path)
    try:
        tokenizer = Tokenizer(path)
    except Exception as error:
        if type(error) is not Exception:  # what tokenizers raises for every fault of the file
            raise
        raise Problem("tokenizer", path=str(path), reason=str(error).split("\n")[0][:200]) from error
    word = tokenizer.id("▁the")
    if word is not None and word not in tokenizer.encode_text("in the").ids:
        raise Problem("tokenizer", path=str(path), reason="it writes spaces in a way that is not implemented")
    if tokenizer.encoder.get_vocab_size(with_added_tokens=True) > vocabulary:
        raise Problem("tokenizer", path=str(path), reason="it has more tokens than the model")
    return tokenizer


def _template(folder: Path) -> Template:
    """The folder's chat template; where XVERSE's has none, its own words."""
    found = Template.read(folder)
    is_xverse = read_json(folder / "config.json").get("model_type") == "xverse"
    return Template(XVERSE_CHAT) if is_xverse and found.source == CHATML else found
