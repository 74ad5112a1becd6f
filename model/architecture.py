"""Architecture: what a folder's config says that it is; refused, in one sentence, where we cannot read it right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import safe_open
from transformers import CONFIG_MAPPING, PretrainedConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as CLASSES

from model.rotary import Rope
from model.states import Recurrence
from model.stored import PACKED, Stored, broken, read_json
from model.types import Problem, Shape

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


def config_of(folder: Path, stored: Mapping[str, Stored]) -> PretrainedConfig:
    """The config of transformers' own class for a folder; XVERSE's, which has none, as the Llama that it is.

    Raises Problem as `open_checkpoint` does.
    """
    raw = read_json(folder / "config.json")
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
        raise broken(folder, error) from error
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


def reading(config: PretrainedConfig, stored: Mapping[str, Stored]) -> Mapping[str, Stored]:
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
