"""Model folders: XVERSE's own layout, every kind that is known, and everything that is refused before it is loaded."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from app.problems import LANGUAGES, render
from model.architecture import KNOWN
from model.checkpoint import open_checkpoint
from model.decode import prefill
from model.pages import Pages
from model.plan import make
from model.rotary import inverse_frequencies
from model.stored import INDEX, PICKLES
from model.types import Device, Problem
from model.weights import load, page_header
from tests.model.conftest import tokenizer, write_tiny

DEVICE = Device("cpu", 2, 10**10, 10**10, 1e11, 1e10)
IDS = torch.randint(0, 256, (1, 300), generator=torch.Generator().manual_seed(1))
SIZES: dict[str, Any] = {
    "vocab_size": 320,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 1024,
    "pad_token_id": 0,
    "initializer_range": 0.2,  # large enough that positions and past matter to the logits
}
SPECIAL = {"mistral": {"sliding_window": None}, "phi3": {"sliding_window": None}}
# config.json of XVERSE-13B-256K as published, its sizes aside
XVERSE: dict[str, Any] = {
    "architectures": ["XverseForCausalLM"],
    "auto_map": {
        "AutoConfig": "configuration_xverse.XverseConfig",
        "AutoModelForCausalLM": "modeling_xverse.XverseForCausalLM",
    },
    "pad_token_id": 1,
    "bos_token_id": 2,
    "eos_token_id": 3,
    "hidden_act": "silu",
    "hidden_size": 64,
    "initializer_range": 0.02,
    "intermediate_size": 96,
    "max_position_embeddings": 1024,
    "max_tokenizer_truncation": 8192,
    "model_type": "xverse",
    "num_attention_heads": 4,
    "num_hidden_layers": 3,
    "rms_norm_eps": 1e-06,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "transformers_version": "4.28.1",
    "use_cache": False,
    "vocab_size": 320,
}


def write_model(folder: Path, kind: str, **changes: Any) -> Path:
    """A random model of a kind that transformers has, with a tokenizer."""
    config = CONFIG_MAPPING[kind](**(SIZES | SPECIAL.get(kind, {}) | changes))
    torch.manual_seed(7)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def llama_like_xverse(base: float) -> LlamaForCausalLM:
    torch.manual_seed(7)
    config = LlamaConfig(
        **{name: XVERSE[name] for name in ("hidden_size", "intermediate_size", "num_hidden_layers", "vocab_size")},
        num_attention_heads=4,
        max_position_embeddings=1024,
        rope_parameters={"rope_type": "default", "rope_theta": base},
        initializer_range=0.2,
        attn_implementation="eager",
    )
    return LlamaForCausalLM(config).eval()


def write_xverse(folder: Path, base: float = 500_000.0, table: bool = True, **changes: Any) -> Path:
    """A random checkpoint as XVERSE lays it out: remote code beside it, two shards, a table of frequencies a layer."""
    folder.mkdir(parents=True)
    tensors = {name: tensor.clone() for name, tensor in llama_like_xverse(base).state_dict().items()}
    if table:
        inv_freq = inverse_frequencies(base, 16).to(torch.bfloat16)
        tensors |= {f"model.layers.{i}.self_attn.rotary_emb.inv_freq": inv_freq.clone() for i in range(3)}
    names = sorted(tensors)
    shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, held in shards.items():
        save_file({name: tensors[name] for name in held}, folder / file, {"format": "pt"})
    weight_map = {name: file for file, held in shards.items() for name in held}
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (folder / "config.json").write_text(json.dumps(XVERSE | changes))
    for code in ("configuration_xverse.py", "modeling_xverse.py"):
        (folder / code).write_text("raise SystemExit('remote code ran')\n")
    (folder / "tokenizer.json").write_text('{"version": "as of tokenizers 0.13"}')  # XVERSE kept the old file
    tokenizer().save(str(folder / "tokenizer.json.update"))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    (folder / "generation_config.json").write_text('{"pad_token_id": 1, "bos_token_id": 2, "eos_token_id": 3}')
    return folder


def logits_of(module: Any) -> torch.Tensor:
    with torch.inference_mode():
        return module(IDS, use_cache=False).logits[0]  # type: ignore[no-any-return]


def loaded(folder: Path) -> Any:
    config = open_checkpoint(folder).config
    return AutoModelForCausalLM.from_pretrained(
        folder, config=config, dtype=torch.float32, attn_implementation="eager", trust_remote_code=False
    ).eval()


def test_xverse_is_llama_with_its_own_base(tmp_path: Path) -> None:
    folder = write_xverse(tmp_path / "xverse")
    checkpoint = open_checkpoint(folder)
    assert (checkpoint.config.model_type, checkpoint.rope.theta) == ("llama", 500_000.0)
    assert checkpoint.shape.kv_heads == 4 and checkpoint.shape.context == 1024
    assert checkpoint.shape.parameters == sum(p.numel() for p in llama_like_xverse(1.0).parameters())
    found = logits_of(loaded(folder))
    assert torch.equal(found, logits_of(llama_like_xverse(500_000.0)))
    assert (found - logits_of(llama_like_xverse(10_000.0))).abs().max() > 0.1


@pytest.mark.parametrize(
    ("base", "table", "changes", "theta"),
    [
        (10_000.0, True, {"max_tokenizer_truncation": 6144, "max_position_embeddings": 8192}, 10_000.0),
        (500_000.0, True, {"max_tokenizer_truncation": 6144, "max_position_embeddings": 8192}, 500_000.0),
        (500_000.0, False, {}, 500_000.0),
        (500_000.0, False, {"max_tokenizer_truncation": 262_144, "max_position_embeddings": 262_144}, 500_000.0),
        (10_000.0, False, {"max_tokenizer_truncation": 6144, "max_position_embeddings": 8192}, 10_000.0),
        (10_000.0, False, {"rope_theta": 777.0}, 777.0),
    ],
)
def test_xverses_base_is_told_by_its_weights(
    tmp_path: Path, base: float, table: bool, changes: dict[str, Any], theta: float
) -> None:
    assert open_checkpoint(write_xverse(tmp_path / "x", base, table, **changes)).rope.theta == theta


def test_xverse_speaks_as_its_code_does(tmp_path: Path) -> None:
    before, behind = open_checkpoint(write_xverse(tmp_path / "x")).template.around("Be brief.")
    assert (before, behind) == ("Be brief.\n\nHuman: ", "\n\nAssistant: ")


def test_xverse_with_experts_or_another_base_is_refused(tmp_path: Path) -> None:
    assert refusal(write_xverse(tmp_path / "moe", num_experts=64)).code == "remote-code"
    problem = refusal(write_xverse(tmp_path / "base", 40_000.0))
    assert problem.code == "rope" and "40" in str(problem.parameters["kind"])


def paged(folder: Path) -> torch.Tensor:
    """The logits of the engine, which reads in pieces, with the model's own rotation."""
    checkpoint = open_checkpoint(folder)
    model = load(checkpoint, torch.float32)
    plan = make("tiny", replace(checkpoint.shape, context=8192), IDS.shape[1], DEVICE, stretch=1)
    model.freeze_base(plan)
    pages = Pages(page_header(checkpoint, plan, torch.float32), plan.length)
    ids = IDS[0].tolist()
    return torch.cat([prefill(model, pages, ids[a:b], keep=b - a) for a, b in ((0, 130), (130, 299), (299, 300))])


def test_the_engine_reads_xverse(tmp_path: Path) -> None:
    folder = write_xverse(tmp_path / "xverse")
    want = logits_of(llama_like_xverse(500_000.0))
    assert (paged(folder) - want).abs().max() <= 1e-3 * want.std()


@pytest.mark.parametrize("kind", sorted(set(KNOWN) - {"xverse"}))
def test_a_known_kind_reads_as_its_eager_self(tmp_path: Path, kind: str) -> None:
    folder = write_model(tmp_path / kind, kind)
    want = logits_of(loaded(folder))
    assert want.std() > 0.1
    assert (paged(folder) - want).abs().max() <= 1e-3 * want.std()


@pytest.mark.parametrize(
    ("kind", "rope"),
    [
        ("llama", {"rope_type": "linear", "factor": 2.0}),
        ("llama", {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}),
        ("qwen3", {"rope_type": "yarn", "factor": 4.0}),
        ("phi3", {"rope_type": "longrope", "short_factor": [1.5] * 8, "long_factor": [4.0] * 8}),
    ],
)
@pytest.mark.parametrize("original", [64, 2048])
def test_a_known_rotation_reads_as_its_eager_self(
    tmp_path: Path, kind: str, rope: dict[str, Any], original: int
) -> None:
    rope = rope | {"rope_theta": 10_000.0, "original_max_position_embeddings": original}
    context = 256 if original == 64 else 8192
    folder = write_model(tmp_path / kind, kind, rope_parameters=rope, max_position_embeddings=context)
    want = logits_of(loaded(folder))
    assert (paged(folder) - want).abs().max() <= 2e-3 * want.std()


def test_the_window_that_counts_is_the_trained_one(tmp_path: Path) -> None:
    chunked = {"chunk_size": 512, "local_size": 64, "original_max_position_embeddings": 512}
    folder = write_model(tmp_path / "1m", "qwen2", dual_chunk_attention_config=chunked)
    assert open_checkpoint(folder).shape.context == 512
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024, "rope_theta": 1e4}
    assert open_checkpoint(write_model(tmp_path / "yarn", "qwen3", rope_parameters=yarn)).shape.context == 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("whole") / "model", "llama")


def refusal(folder: Path) -> Problem:
    with pytest.raises(Problem) as raised:
        open_checkpoint(folder)
    problem = raised.value
    assert all(len(render(problem.code, problem.parameters, language)) > 20 for language in LANGUAGES)
    return problem


def change_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def change_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def spaced() -> Tokenizer:
    """A tokenizer of SentencePiece's kind, whose words begin with a mark that its normalizer writes."""
    made = Tokenizer(models.BPE({c: i for i, c in enumerate(["▁", "t", "h", "e", "▁t", "▁th", "▁the"])}, []))
    made.normalizer = normalizers.Replace("  ", "▁")
    return made


class Bomb:
    """What a pickle can do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def only_a_pickle(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(folder / "exploded")))


def gpt2(folder: Path) -> None:
    change_config(folder, model_type="gpt2", architectures=["GPT2LMHeadModel"])


def remote(folder: Path) -> None:
    change_config(folder, model_type="baichuan", auto_map={"AutoConfig": "configuration_baichuan.Config"})
    (folder / "configuration_baichuan.py").write_text("raise SystemExit('remote code ran')\n")


def only_gguf(folder: Path) -> None:
    (folder / "config.json").unlink()
    (folder / "model.gguf").write_bytes(b"GGUF")


def outside(folder: Path) -> None:
    shutil.copy(folder / "model.safetensors", folder.parent / "elsewhere.safetensors")
    (folder / INDEX).write_text(json.dumps({"weight_map": {"a": "../elsewhere.safetensors"}}))


def an_old_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder / "tokenizer.model")


def many_tokens(folder: Path) -> None:
    made = tokenizer()
    made.add_tokens([f"word{i}" for i in range(100)])
    made.save(str(folder / "tokenizer.json"))


def a_float8(tensors: dict[str, torch.Tensor]) -> None:
    tensors["lm_head.weight"] = tensors["lm_head.weight"].to(torch.float8_e4m3fn)


def a_layer_less(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["model.layers.1.mlp.up_proj.weight"]


def a_wider_layer(tensors: dict[str, torch.Tensor]) -> None:
    tensors["model.layers.1.mlp.up_proj.weight"] = torch.zeros(97, 64)


def a_layer_more(tensors: dict[str, torch.Tensor]) -> None:
    tensors["model.layers.0.self_attn.q_norm.weight"] = torch.zeros(16)


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "model-folder"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "model-folder"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "model-folder"),
    "a shard less": (lambda f: (f / INDEX).write_text('{"weight_map": {"a": "model-1.safetensors"}}'), "model-folder"),
    "a shard from outside": (outside, "model-folder"),
    "an index that is none": (lambda f: (f / INDEX).write_text("["), "model-broken"),
    "config of another": (lambda f: (f / "config.json").write_text("[]"), "architecture"),
    "config cut": (lambda f: (f / "config.json").write_text('{"model_type": "lla'), "model-broken"),
    "config of no sizes": (lambda f: change_config(f, num_attention_heads="four"), "model-broken"),
    "weights that are none": (lambda f: (f / "model.safetensors").write_bytes(b"<html>" * 100), "model-broken"),
    "no bytes": (lambda f: (f / "model.safetensors").write_bytes(b""), "model-cut"),
    "a pointer": (
        lambda f: (f / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
        "lfs-pointer",
    ),
    "a pickle": (only_a_pickle, "pickle"),
    "only GGUF": (only_gguf, "gguf-file"),
    "another architecture": (gpt2, "architecture"),
    "another head": (lambda f: change_config(f, architectures=["LlamaForSequenceClassification"]), "architecture"),
    "remote code": (remote, "remote-code"),
    "a window": (
        lambda f: change_config(f, model_type="mistral", architectures=["MistralForCausalLM"], sliding_window=512),
        "window",
    ),
    "gptq": (lambda f: change_config(f, quantization_config={"quant_method": "gptq", "bits": 4}), "quantized-model"),
    "mlx": (lambda f: change_config(f, quantization={"bits": 4, "group_size": 64}), "quantized-model"),
    "float8": (lambda f: change_weights(f, a_float8), "quantized-model"),
    "rope": (lambda f: change_config(f, rope_parameters={"rope_type": "xpos", "rope_theta": 1e4}), "rope"),
    "an old tokenizer": (an_old_tokenizer, "old-tokenizer"),
    "a broken tokenizer": (lambda f: (f / "tokenizer.json").write_text("{"), "tokenizer"),
    "many tokens": (many_tokens, "tokenizer"),
    "marked spaces": (lambda f: spaced().save(str(f / "tokenizer.json")), "tokenizer"),
    "a tensor less": (lambda f: change_weights(f, a_layer_less), "weights-differ"),
    "a tensor more": (lambda f: change_weights(f, a_layer_more), "weights-differ"),
    "a wider tensor": (lambda f: change_weights(f, a_wider_layer), "weights-differ"),
    "a layer less than there is": (lambda f: change_config(f, num_hidden_layers=2), "weights-differ"),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_is_named_before_anything_is_used(whole: Path, tmp_path: Path, name: str) -> None:
    fault, code = FAULTS[name]
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    fault(folder)
    assert refusal(folder).code == code
    assert not (folder / "exploded").exists()


@pytest.mark.parametrize("name", [pattern.replace("*", "pytorch_model") for pattern in PICKLES])
def test_every_kind_of_pickle_is_named(whole: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    only_a_pickle(folder)
    (folder / "pytorch_model.bin").rename(folder / name)
    assert refusal(folder).parameters["path"] == str(folder / name)


def test_a_gguf_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    assert refusal(tmp_path / "model.gguf").code == "gguf-file"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing").code == "model-folder"


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_weights_cut_anywhere_are_refused(
    data: st.DataObject, whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut") / "model"
    shutil.copytree(whole, folder)
    weights = folder / "model.safetensors"
    size = weights.stat().st_size
    keep = data.draw(st.integers(0, size - 1))
    weights.write_bytes(weights.read_bytes()[:keep])
    problem = refusal(folder)
    assert problem.code == "model-cut" and problem.parameters["found"] == keep


def test_what_lies_beside_the_weights_is_not_counted(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    shutil.copy(folder / "model.safetensors", folder / "consolidated.safetensors")
    only = open_checkpoint(whole).shape
    assert open_checkpoint(folder).shape == only


def test_the_digest_is_of_the_bytes(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(whole, folder)
    before = open_checkpoint(folder).digest
    change_weights(folder, lambda tensors: tensors["lm_head.weight"].add_(1))
    assert open_checkpoint(whole).digest == before != open_checkpoint(folder).digest
