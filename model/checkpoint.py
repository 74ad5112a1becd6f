"""A model's folder before its weights are loaded: what it is, whether it is whole, its tokenizer and its sizes.

Only JSON and the headers of safetensors files are read, and nothing that lies in the folder is executed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import safe_open
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, PretrainedConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as CLASSES

from model.prompt import CHATML, Template
from model.rotary import Rope, read_rope
from model.states import Recurrence
from model.tokens import Tokenizer
from model.types import Problem, Shape

PACKED = "packed.safetensors"  # weights in the layout of `model.linear`, made by `model.convert`
QUANTIZED = (".scale", ".four", ".grid")  # what stands beside a matrix in it and is no weight of its own
INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
POINTER = b"version https://git-lfs"  # what git leaves in a large file's place when it was not fetched
NUMBERS = ("F32", "F16", "BF16")  # kinds of numbers that are weights by themselves, without scales beside them
ROTARY_TABLE = "rotary_emb.inv_freq"  # in old checkpoints; `model.rotary` computes its own in float64
# Dense decoders with full attention and one `model.rotary_emb`: each is compared with its eager self in the tests.
KNOWN = (
    "llama", "xverse", "qwen2", "qwen3", "mistral", "glm", "glm4", "phi3", "smollm3", "olmo2", "seed_oss", "granite",
)  # fmt: skip
# Some layers with full attention, the others recurrent (gated delta rule): `model.states` keeps what these remember.
HYBRID = ("qwen3_5_text", "qwen3_next")
# Models that also see: the kind of what reads in them, which alone is loaded, and the name of the whole.
SEEING = {"qwen3_5": ("qwen3_5_text", "Qwen3_5ForConditionalGeneration")}
READING = "model.language_model."  # what the names of its weights begin with there, instead of "model."
ASIDE = ("model.visual.", "mtp.")  # what sees, and what guesses the next token but one
RECURRENT = "linear_attention"  # what transformers calls the layers that `model.states` is for
XVERSE_BASES = (500_000.0, 10_000.0)  # in the code of XVERSE-13B-256K; of the 7B and 13B made for 8,192 tokens
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


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor as the header of its file announces it."""

    file: Path
    numbers: str
    shape: tuple[int, ...]


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
    weights = [held for name, held in _reading(config, stored).items() if not name.endswith((*QUANTIZED, ROTARY_TABLE))]
    return Checkpoint(
        folder=folder,
        tokenizer=tokenizer,
        template=_template(folder),
        shape=read_shape(config, rope, sum(math.prod(held.shape) for held in weights)),
        digest=digest or folder_digest(folder),
        config=config,
        rope=rope,
    )


def config_of(folder: Path, stored: Mapping[str, Stored]) -> PretrainedConfig:
    """The config of transformers' own class for a folder; XVERSE's, which has none, as the Llama that it is.

    Raises Problem as `open_checkpoint` does.
    """
    raw = _json(folder / "config.json")
    named = [str(name) for name in raw.get("architectures") or ()]
    kind, reader, expected = _reader(raw)
    if kind not in (*KNOWN, *HYBRID):
        code = "remote-code" if "auto_map" in raw and kind not in CONFIG_MAPPING else "architecture"
        raise _unknown(kind or ", ".join(named) or "?", code)
    if named and expected.lower() not in [name.lower() for name in named]:
        raise _unknown(named[0])
    _check_numbers(raw, stored)
    plain = {name: value for name, value in reader.items() if name not in ("auto_map", "architectures", "model_type")}
    if kind == "xverse":
        plain |= {"rope_theta": _xverse_base(raw, stored)}
    try:
        config = CONFIG_MAPPING["llama" if kind == "xverse" else kind].from_dict(plain)
    except (ValueError, TypeError, KeyError, AttributeError, StrictDataclassError) as error:
        raise _broken(folder, error) from error
    _check_attention(config)
    return config


def _reader(raw: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    """The kind of the part of a model that reads, its own config, and the architecture that the whole goes by."""
    kind = str(raw.get("model_type", ""))
    if kind in ("xverse", "qwen3_next") and raw.get("num_experts"):
        kind += "-moe"
    text = raw.get("text_config")
    if kind in SEEING and isinstance(text, dict):
        tied = {"tie_word_embeddings": raw.get("tie_word_embeddings", False)}
        return str(text.get("model_type", SEEING[kind][0])), tied | text, SEEING[kind][1]
    kind = SEEING[kind][0] if kind in SEEING else kind
    return kind, raw, "XverseForCausalLM" if kind == "xverse" else CLASSES.get(kind, "")


def _unknown(kind: str, code: str = "architecture") -> Problem:
    return Problem(code, kind=kind, known=", ".join((*KNOWN, *HYBRID)))


def _xverse_base(raw: Mapping[str, Any], stored: Mapping[str, Stored]) -> float:
    """The rotary base of an XVERSE checkpoint. Its config names none: the base stands in its code.

    The table of frequencies that this code computed lies in its weights and says which base it was. Where it was left
    out, a model meant to be read far, or past its trained length, is the 256K one.
    """
    if raw.get("rope_theta"):
        return float(raw["rope_theta"])
    table = next((name for name in sorted(stored) if name.endswith(ROTARY_TABLE)), None)
    if table is None:
        trained, meant = raw.get("max_position_embeddings", 0), raw.get("max_tokenizer_truncation", 0)
        return XVERSE_BASES[0 if meant > trained or trained > 16_384 else 1]
    with safe_open(stored[table].file, "pt") as file:
        slowest = float(file.get_tensor(table)[-1])  # base ** -((dim - 2) / dim)
    pairs = stored[table].shape[0]
    found = slowest ** -(pairs / (pairs - 1)) if slowest > 0 and pairs > 1 else 0.0
    for base in XVERSE_BASES:
        if abs(found / base - 1) < 0.02:  # a table in bf16 is off by up to 0.4 %
            return base
    raise Problem("rope", kind=f"XVERSE {found:.0f}", known=", ".join(f"{base:.0f}" for base in XVERSE_BASES))


def _check_numbers(raw: Mapping[str, Any], stored: Mapping[str, Stored]) -> None:
    """Refuse weights that another program has quantized: as plain numbers they would be wrong."""
    for name in ("quantization_config", "compression_config", "quantization", "quantization_bit"):
        if found := raw.get(name):
            method = found.get("quant_method", name) if isinstance(found, dict) else name
            raise Problem("quantized-model", kind=str(method))
    for name, held in stored.items():
        if held.numbers not in NUMBERS and held.file.name != PACKED:
            raise Problem("quantized-model", kind=f"{name}: {held.numbers}")


def _check_attention(config: Any) -> None:
    """Refuse layers that see only a window of the tokens: ours see all, or are recurrent in the kinds of HYBRID."""
    layers = getattr(config, "layer_types", None) or ("sliding_attention",)
    window = getattr(config, "sliding_window", None) or config.max_position_embeddings
    if window < config.max_position_embeddings and any(layer != "full_attention" for layer in layers):
        raise Problem("window", kind=config.model_type, window=window)
    if config.model_type in HYBRID and (set(layers) - {RECURRENT} != {"full_attention"}):
        raise _unknown(f"{config.model_type} ({', '.join(sorted(set(layers)))})")


def _check_fit(folder: Path, config: PretrainedConfig, stored: Mapping[str, Stored]) -> None:
    """Refuse weights that are not exactly the config's: transformers would make up what is missing."""
    with torch.device("meta"):
        module = AutoModelForCausalLM.from_config(config)
    wanted = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    found = {name: held.shape for name, held in _reading(config, stored).items() if not name.endswith(ROTARY_TABLE)}
    for name in module.all_tied_weights_keys:
        found.setdefault(name, wanted[name])
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise Problem("weights-differ", folder=str(folder), tensor=name)


def _reading(config: PretrainedConfig, stored: Mapping[str, Stored]) -> Mapping[str, Stored]:
    """The weights of what reads in a model that also sees, under the names that transformers loads them by."""
    if config.model_type not in HYBRID:
        return stored
    return {name.replace(READING, "model.", 1): held for name, held in stored.items() if not name.startswith(ASIDE)}


def read_recurrence(config: Any) -> Recurrence | None:
    """The recurrent layers of a config of HYBRID and what each one remembers: the last inputs of the convolution over
    queries, keys and values, and a matrix for each value head. None where all layers attend.
    """
    places = tuple(i for i, layer in enumerate(getattr(config, "layer_types", None) or ()) if layer == RECURRENT)
    if not places:
        return None
    heads, key, value = config.linear_num_value_heads, config.linear_key_head_dim, config.linear_value_head_dim
    channels = 2 * config.linear_num_key_heads * key + heads * value
    return Recurrence(places, (channels, config.linear_conv_kernel_dim), (heads, key, value))


def read_shape(config: Any, rope: Rope, parameters: int) -> Shape:
    """The sizes that planning needs, from a transformers config; `layers` are those that attend."""
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    context = config.max_position_embeddings
    if rope.kind == "yarn":
        context = round(rope.numbers["original"] * rope.numbers["factor"])
    if chunked := getattr(config, "dual_chunk_attention_config", None):  # longer only with an attention of its own
        context = min(context, chunked["original_max_position_embeddings"])
    recurrence = read_recurrence(config)
    return Shape(
        layers=config.num_hidden_layers - (len(recurrence.places) if recurrence else 0),
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        head_dim=head_dim,
        parameters=parameters,
        context=context,
        rope_theta=rope.theta,
        state_bytes=recurrence.bytes(torch.bfloat16) if recurrence else 0,
    )


def stored_tensors(folder: Path) -> dict[str, Stored]:
    """Every tensor of a folder's weights, from the headers of its files. Raises Problem as `open_checkpoint` does."""
    stored: dict[str, Stored] = {}
    for file in _weight_files(folder):
        stored |= _header(file)
    return stored


def _weight_files(folder: Path) -> list[Path]:
    if not (folder / "config.json").exists():
        raise Problem("model-folder", folder=str(folder), missing="config.json")
    names = {"model.safetensors"}
    if (folder / PACKED).exists():
        names = {PACKED}
    elif (folder / INDEX).exists():
        names = {str(name) for name in _json(folder / INDEX).get("weight_map", {}).values()}
    elif not (folder / "model.safetensors").exists():
        pickles = sorted(path for pattern in PICKLES for path in folder.glob(pattern))
        if pickles:
            raise Problem("pickle", path=str(pickles[0]))
    for name in sorted(names):
        if Path(name).name != name or not (folder / name).is_file():
            raise Problem("model-folder", folder=str(folder), missing=name)
    return [folder / name for name in sorted(names)]


def _header(file: Path) -> dict[str, Stored]:
    """The tensors of a safetensors file, once its length is the one that its header announces."""
    size = file.stat().st_size
    _refuse_pointer(file)
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        try:
            header = json.loads(opened.read(min(length, 100_000_000)))
            entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
            expected = 8 + length + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
            stored = {n: Stored(file, e["dtype"], tuple(e["shape"])) for n, e in entries.items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if size < 8 + length < 100_000_000:
                raise Problem("model-cut", path=str(file), found=size, expected=8 + length) from error
            raise Problem("model-broken", folder=str(file), reason="it is no safetensors file") from error
    if size != expected:
        raise Problem("model-cut", path=str(file), found=size, expected=expected)
    return stored


def _refuse_pointer(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(len(POINTER)) == POINTER:
            raise Problem("lfs-pointer", path=str(file))


def _json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises Problem "model-broken"."""
    _refuse_pointer(path)
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError) as error:
        raise _broken(path.parent, error) from error


def _broken(folder: Path, error: Exception) -> Problem:
    return Problem("model-broken", folder=str(folder), reason=str(error).split("\n")[0][:200])


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
    _refuse_pointer(path)
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
    is_xverse = _json(folder / "config.json").get("model_type") == "xverse"
    return Template(XVERSE_CHAT) if is_xverse and found.source == CHATML else found


def folder_digest(folder: Path) -> str:
    """SHA-256 over a folder's weights, config and tokenizer; kept beside them while nothing changes."""
    kinds = (".safetensors", ".json", ".update")
    files = sorted(p for p in folder.iterdir() if p.suffix in kinds and p.name[0] != ".")
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
