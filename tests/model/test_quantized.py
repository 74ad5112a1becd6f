"""Weights on GPUs, as far as a CPU can show: where they go, how they are packed, that each layer's pages follow."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from torch import nn

from model import quantized
from model.buffers import Buffers
from model.checkpoint import open_checkpoint
from model.quantized import layer_devices, placing, quantization
from model.types import Layout, Problem, Tier
from model.weights import Model, load
from tests.model.conftest import write_tiny
from tests.model.test_reading import DOCUMENT, QUESTIONS, ask, new_pages, prompt_of, read, read_all

SPREAD = ("cpu", "cpu", "cpu:0")  # two names of one device: enough to see that each layer's tensors go to its own


@contextmanager
def without(package: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = importlib.util.find_spec
    with monkeypatch.context() as patched:
        patched.setattr(importlib.util, "find_spec", lambda name: None if name == package else real(name))
        yield


def test_one_device_takes_all() -> None:
    assert placing("cpu", [], 10) == {"device_map": {"": "cpu"}}
    assert placing("cuda", [80], 10) == {"device_map": {"": 0}}


def test_several_leave_room_for_their_share_of_the_pages_and_none_is_the_cpu() -> None:
    assert placing("cuda", [80, 40], 20) == {"device_map": "auto", "max_memory": {0: 70, 1: 30}}
    assert placing("cuda", [5, 40], 20)["max_memory"] == {0: 0, 1: 30}


def test_bf16_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with without("bitsandbytes", monkeypatch):
        assert quantization("bf16") is None
        with pytest.raises(Problem) as problem:
            quantization("nf4")
    assert problem.value.code == "not-installed"


def test_four_bits_are_nf4_twice_quantized_with_products_in_bf16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantized.importlib.util, "find_spec", lambda name: name)
    four, eight = quantization("nf4"), quantization("int8")
    assert four and four.load_in_4bit and four.bnb_4bit_quant_type == "nf4" and four.bnb_4bit_use_double_quant
    assert four.bnb_4bit_compute_dtype == torch.bfloat16
    assert eight and eight.load_in_8bit


def test_layers_say_where_they_are() -> None:
    module = nn.Module()
    module.model = nn.Module()
    module.model.layers = nn.ModuleList([nn.Linear(2, 2, device=device) for device in ("cpu", "meta", "meta")])
    assert layer_devices(module) == ("cpu", "meta", "meta")


def test_buffers_on_several_devices_are_one() -> None:
    one, many = Buffers(["cpu"] * 3, (2, 8, 4), torch.float32), Buffers(SPREAD, (2, 8, 4), torch.float32)
    values = torch.randn(3, 2, 5, 4)
    one[slice(1, 6)] = many[slice(1, 6)] = values
    assert [len(part) for part in one.parts] == [3] and [len(part) for part in many.parts] == [2, 1]
    assert torch.equal(one[slice(0, 8)], many[slice(0, 8)]) and torch.equal(many[slice(1, 6)], values)
    one[slice(0, 1)].fill_(7.0)  # a view where one device holds all
    assert bool((one.layers[2][:, 0] == 7).all())


@pytest.mark.parametrize(
    ("layout", "tier"), [("exact", "resident"), ("int8", "resident"), ("int8", "memory"), ("k8v4", "file")]
)
def test_pages_on_several_devices_answer_as_on_one(tiny: Model, tmp_path: Path, layout: Layout, tier: Tier) -> None:
    want = ask(tiny, read_all(tiny, DOCUMENT, tmp_path / "one", layout, tier)[0], QUESTIONS[0])[0]
    for _ in ("read", "restored"):
        pages = new_pages(tiny, DOCUMENT, tmp_path / "many", layout, tier, SPREAD)
        list(read(tiny, pages, prompt_of(DOCUMENT), lambda: False))
        assert torch.equal(ask(tiny, pages, QUESTIONS[0])[0], want)


@pytest.mark.parametrize(("precision", "close"), [("int8", 0.1), ("nf4", 0.5)])
def test_bitsandbytes_is_near_the_real_weights(tmp_path: Path, precision: str, close: float) -> None:
    pytest.importorskip("bitsandbytes", reason="needs bitsandbytes: pip install 'tongdu[cuda]'")
    checkpoint = open_checkpoint(
        write_tiny(tmp_path / "m", "llama", intermediate_size=128)
    )  # nf4 on a CPU: blocks of 64
    exact = load(checkpoint, torch.bfloat16)
    packed = quantized.load_quantized(checkpoint, torch.bfloat16, precision, "cpu", 0)  # type: ignore[arg-type]
    ids = torch.tensor([DOCUMENT[:64]])
    with torch.inference_mode():
        hidden = [module.model.embed_tokens(ids) for module in (exact.module, packed)]
        one, two = (m.model.layers[0].mlp(h).float() for m, h in zip((exact.module, packed), hidden, strict=True))
    assert 0 < (one - two).std() / one.std() < close


@pytest.mark.parametrize("name", ["correctness", "speed", "million", "lengths"])
def test_the_scripts_for_a_gpu_run(name: str) -> None:
    script = importlib.import_module(f"tests.gpu.{name}")
    rows = script.main(["--device", "cpu", "--tiny"])
    assert rows and all(math.isfinite(x) for row in rows for x in row.values() if isinstance(x, float))
