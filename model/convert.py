"""A GGUF file becomes a folder that is mapped at every later start: configuration, tokenizer, weights.

The folder stands beside the file and bears its hash and the precision of its weights.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from accelerate import init_empty_weights
from gguf import MODEL_ARCH_NAMES, GGUFReader, ReaderTensor, dequantize, get_tensor_name_map
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GgufConfig, PretrainedConfig

from model.blocks import grid
from model.linear import pack_four, to_int8
from model.stored import PACKED
from model.types import Precision

FORMAT = "1"


def converted_folder(gguf: Path, sha256: str, precision: Precision) -> Path:
    """Where the mapped copy of a GGUF file lives. Packed weights are laid out for one kind of processor."""
    kind = f".{torch.backends.cpu.get_cpu_capability().lower()}" if precision == "int8" else ""
    return gguf.parent / f"{gguf.stem}.{sha256[:12]}.{precision}{kind}"


def convert(gguf: Path, sha256: str, precision: Precision) -> Path:
    """Unpack a GGUF file once; whole or not at all. Returns the folder of the copy.

    "bf16": every weight as a number. "int8": see `packed`.
    """
    folder = converted_folder(gguf, sha256, precision)
    if folder.exists():
        return folder
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    if precision == "int8":
        config = AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name)
        with init_empty_weights():
            module = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
        module.config.save_pretrained(part)
        module.generation_config.save_pretrained(part)
        save_file(dict(packed(GGUFReader(gguf), module)), part / PACKED, {"format": FORMAT})
    else:
        unpack = GgufConfig(dequantize=True)
        options = {"gguf_file": gguf.name, "dtype": torch.bfloat16, "quantization_config": unpack}
        AutoModelForCausalLM.from_pretrained(gguf.parent, **options).save_pretrained(part)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(part)
    part.replace(folder)
    return folder


def packed(file: GGUFReader, module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a packed folder, under the names of transformers.

    A linear layer's weight is `.int8` [out, in] with `.scale` [out], and where the file has it in four bits also
    `.four` and `.grid` (see `model.linear.PackedLinear`); every other tensor is bf16.
    """
    config: PretrainedConfig = module.config  # type: ignore[assignment]
    tensors = {tensor.name: tensor for tensor in file.tensors}
    names = _names(config)
    linear = {name for name, part in module.named_modules() if isinstance(part, nn.Linear)}
    for name, _ in module.named_parameters(remove_duplicate=False):
        owner, _, kind = name.rpartition(".")
        tensor = tensors.get(f"{names.get_name(owner)}.{kind}")
        if tensor is None and owner == "lm_head":
            tensor = tensors["token_embd.weight"]  # one matrix for both
        assert tensor is not None, name
        order = _order(owner, tensor, config)
        if owner in linear and kind == "weight":
            for what, value in _linear(tensor, order).items():
                yield f"{owner}.{what}", value
        else:
            yield name, torch.from_numpy(_values(tensor)[order]).bfloat16()


def _linear(tensor: ReaderTensor, order: np.ndarray) -> dict[str, Tensor]:
    int8, scale = to_int8(torch.from_numpy(_values(tensor)[order]))
    parts = {"int8": int8, "scale": scale}
    if (found := grid(tensor.data[order], tensor.tensor_type)) is not None and found.number.shape[0] % 16 == 0:
        parts["four"], parts["grid"] = pack_four(*map(torch.from_numpy, (found.number, found.step, found.lowest)))
    return parts


def _values(tensor: ReaderTensor) -> np.ndarray:
    return np.asarray(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)


def _names(config: PretrainedConfig):  # type: ignore[no-untyped-def]
    """gguf's map from transformers' names to those in the file. Raises ValueError for an unknown architecture."""
    for number, name in MODEL_ARCH_NAMES.items():
        if name == config.model_type:
            return get_tensor_name_map(number, config.num_hidden_layers)
    raise ValueError(f"{config.model_type} is not an architecture of GGUF")


def _order(owner: str, tensor: ReaderTensor, config: PretrainedConfig) -> np.ndarray:
    """The rows in transformers' order: GGUF files of Llama interleave the two halves of each head's rotation."""
    rows = np.arange(tensor.data.shape[0])
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(owner.split(".")[-1])
    if config.model_type != "llama" or heads is None:
        return rows
    return rows.reshape(heads, -1, 2).swapaxes(1, 2).reshape(-1)
