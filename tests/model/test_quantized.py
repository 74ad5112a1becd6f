"""Weights on GPUs, as far as a CPU can show: where they go, how they are packed, that each layer's pages follow."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from accelerate import dispatch_model
from accelerate.utils import check_device_map
from hypothesis import example, given
from hypothesis import strategies as st
from torch import nn
from transformers import AutoModelForCausalLM

from model import cards, quantized
from model.buffers import Buffers
from model.checkpoint import Checkpoint, open_checkpoint
from model.plan import SCRATCH
from model.quantized import GATES, layer_devices, load_quantized, placing, quantization, sizes, spread
from model.types import Layout, Precision, Problem, Tier
from model.weights import Model, load
from tests.model.conftest import write_tiny
from tests.model.test_reading import DOCUMENT, QUESTIONS, ask, new_pages, prompt_of, read, read_all

Folder = Callable[[str], Path]
SPREAD = ("cpu", "cpu", "cpu:0")  # two names of one device: enough to see that each layer's tensors go to its own


def pieces(checkpoint: Checkpoint, beside: int = 0) -> list[float]:
    return sizes(checkpoint, "bf16", beside)


def test_all_pieces_together_are_the_model_and_what_is_beside_it(tiny_folder: Folder) -> None:
    checkpoint = open_checkpoint(tiny_folder("qwen2"))
    assert sum(pieces(checkpoint, 3000)) == pytest.approx(2 * checkpoint.shape.parameters + 3000)
    tied = open_checkpoint(write_tiny(tiny_folder("qwen2").parent / "tied", "qwen2", tie_word_embeddings=True))
    assert sum(pieces(tied)) == pytest.approx(2 * tied.shape.parameters) and pieces(tied)[-1] == 0


def test_one_card_takes_all_where_it_fits() -> None:
    assert spread([1.0] * 5, {3: SCRATCH + 5}) == [3] * 5
    assert spread([1.0] * 5, {0: SCRATCH + 4, 1: SCRATCH + 9}) == [1] * 5


@given(
    st.lists(st.floats(1, 1e9), min_size=3, max_size=60),
    st.lists(st.integers(10**6, 10**9), min_size=1, max_size=5),
)
@example([1.0, 1.0, 1.0], [200_600_002, 400_000_003])
def test_layers_go_in_turn_to_where_their_share_is_free(layers: list[float], free: list[int]) -> None:
    """No card gets more than its share and half a piece at either end, which hang over; one takes all that fits it."""
    room = {card * 2: size for card, size in enumerate(free)}
    places, scale = spread(layers, room), sum(layers) / sum(free)
    if sum(layers) + SCRATCH <= max(free):
        assert len(set(places)) == 1 and room[places[0]] == max(free)
        return
    assert places == sorted(places) and set(places) <= set(room)
    for card, size in room.items():
        assert sum(s for s, p in zip(layers, places, strict=True) if p == card) <= scale * size * 1.001 + max(layers)


@pytest.mark.parametrize("family", ["llama", "qwen3", "qwen3_5_text", "qwen3_next"])
def test_every_weight_has_a_place(tiny_folder: Folder, family: str) -> None:
    checkpoint = open_checkpoint(tiny_folder(family))
    with torch.device("meta"):
        module = AutoModelForCausalLM.from_config(checkpoint.config)
    found = placing(checkpoint, [0, 0, 1, 1, 2])
    assert [found[f"model.layers.{i}"] for i in range(3)] == [0, 1, 1]
    assert found["lm_head"] == (0 if checkpoint.config.tie_word_embeddings else 2)
    check_device_map(module, found)
    assert placing(checkpoint, [1] * 5) == {"": 1}


def test_what_carries_tokens_from_card_to_card_leaves_the_pages_alone(tiny_folder: Folder, tmp_path: Path) -> None:
    """accelerate's own hooks, on every piece of the map, as on several cards."""
    checkpoint = open_checkpoint(tiny_folder("qwen3"))
    plain, hooked = load(checkpoint, torch.float32), load(checkpoint, torch.float32)
    places = dict.fromkeys(placing(checkpoint, [0, 0, 1, 1, 2]), "cpu")
    dispatch_model(hooked.module, places, "cpu", force_hooks=True, skip_keys=hooked.module._skip_keys_device_placement)
    assert all(hasattr(hooked.module.get_submodule(name), "_hf_hook") for name in places)
    want, found = (ask(m, read_all(m, DOCUMENT, tmp_path / str(id(m)))[0], QUESTIONS[0])[0] for m in (plain, hooked))
    assert torch.equal(want, found)


def test_a_model_is_placed_by_what_is_free(tiny_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(cards, "free", lambda: {0: SCRATCH, 1: SCRATCH})
    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", lambda *_, **given: asked.append(given))
    checkpoint = open_checkpoint(tiny_folder("qwen2"))
    for beside in (0, SCRATCH):
        load_quantized(checkpoint, torch.bfloat16, "bf16", "cuda", beside)
    load_quantized(checkpoint, torch.bfloat16, "bf16", "cpu", 0)
    maps = [given["device_map"] for given in asked]
    assert all(isinstance(m, dict) and set(m.values()) == {0, 1} for m in maps[:2]) and maps[2] == {"": "cpu"}
    monkeypatch.setattr(cards, "free", lambda: {0: SCRATCH, 1: 2 * SCRATCH})
    load_quantized(checkpoint, torch.bfloat16, "bf16", "cuda", 0)
    assert asked[-1]["device_map"] == {"": 1}


def test_bf16_needs_no_library_and_the_others_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantized, "is_bitsandbytes_available", lambda version: False)
    assert quantization("bf16", "cuda") is None
    with pytest.raises(Problem) as problem:
        quantization("nf4", "cuda")
    assert problem.value.code == "not-installed"


def test_four_bits_are_nf4_twice_quantized_with_products_in_bf16() -> None:
    pytest.importorskip("bitsandbytes", reason="needs bitsandbytes: pip install 'tongdu[cuda]'")
    four, eight = quantization("nf4", "cpu"), quantization("int8", "cpu")
    assert four and four.load_in_4bit and four.bnb_4bit_quant_type == "nf4" and four.bnb_4bit_use_double_quant
    assert four.bnb_4bit_compute_dtype == torch.bfloat16
    assert eight and eight.load_in_8bit


def test_a_library_without_a_program_for_this_cuda_is_said() -> None:
    library = pytest.importorskip("bitsandbytes", reason="needs bitsandbytes: pip install 'tongdu[cuda]'")
    if library.cextension.lib.compiled_with_cuda:
        pytest.skip("it has one here")
    with pytest.raises(Problem) as problem:
        quantization("int8", "cuda")
    assert problem.value.code == "bitsandbytes-broken"


@pytest.mark.parametrize("before", [None, ModuleType("kernels")])
def test_no_programs_are_fetched_while_the_library_is_imported(
    monkeypatch: pytest.MonkeyPatch, before: ModuleType | None
) -> None:
    def imported(name: str) -> ModuleType:
        with pytest.raises(ImportError):
            __import__("kernels")
        return ModuleType(name)

    if before:
        monkeypatch.setitem(sys.modules, "kernels", before)
    monkeypatch.setattr(quantized.importlib, "import_module", imported)
    monkeypatch.setattr(quantized, "is_bitsandbytes_available", lambda version: True)
    monkeypatch.setattr(quantized, "BitsAndBytesConfig", lambda **given: given)
    assert quantization("int8", "cpu") and sys.modules.get("kernels") is before


@pytest.mark.parametrize("precision", ["int8", "nf4"])
def test_gates_and_the_head_keep_their_numbers(tiny_folder: Folder, precision: Precision) -> None:
    library = pytest.importorskip("bitsandbytes", reason="needs bitsandbytes: pip install 'tongdu[cuda]'")
    for family in ("qwen3_5_text", "qwen3_next"):
        module = load_quantized(open_checkpoint(tiny_folder(family)), torch.bfloat16, precision, "cpu", 0)
        packed = (library.nn.Linear8bitLt, library.nn.Linear4bit)
        plain = {
            n for n, part in module.named_modules() if isinstance(part, nn.Linear) and not isinstance(part, packed)
        }
        assert "lm_head" in plain and all(name.endswith(("lm_head", *GATES)) for name in plain) and len(plain) > 2


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
def test_bitsandbytes_is_near_the_real_weights(tmp_path: Path, precision: Precision, close: float) -> None:
    pytest.importorskip("bitsandbytes", reason="needs bitsandbytes: pip install 'tongdu[cuda]'")
    checkpoint = open_checkpoint(
        write_tiny(tmp_path / "m", "llama", intermediate_size=128)
    )  # nf4 on a CPU: blocks of 64
    exact = load(checkpoint, torch.bfloat16)
    packed = load_quantized(checkpoint, torch.bfloat16, precision, "cpu", 0)
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
