"""Models with recurrent layers: chunked and restored against one pass of stock attention, and what is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, Qwen3_5Config, Qwen3_5ForConditionalGeneration

from app.problems import LANGUAGES, render
from model.checkpoint import open_checkpoint
from model.decode import decode, prefill
from model.header import CHUNK, STATES_SHARE, Header, chain, chunks
from model.lookup import Lookup
from model.pages import Pages
from model.plan import make
from model.read import Interrupted, prefix, read
from model.rotary import Rotary
from model.sealed import Damaged, checksum
from model.states import STATES, Recurrence
from model.types import Device, Layout, Noticed, Problem, Reading, Tier
from model.weights import GATES, Model, load, page_header
from tests.model.conftest import write_tiny
from tests.model.test_reading import DOCUMENT, OTHER, QUESTIONS, ask, numbers, prompt_of

DEVICE = Device("cpu", 2, 10**10, 10**10, 1e11, 1e10)
LENGTH, SINKS = 100, 20  # of these tests' chunks, in tokens
TIERS: tuple[Tier, ...] = ("resident", "memory", "file")
LAYOUTS: tuple[Layout, ...] = ("exact", "int8", "k8v4")
QWEN = Recurrence(tuple(i for i in range(32) if i % 4 < 3), (8192, 4), (32, 128, 128))  # Qwen3.5-9B's


def new_pages(
    model: Model, ids: list[int], folder: Path | None = None, layout: Layout = "exact", tier: Tier = "resident"
) -> Pages:
    plan = make("tiny", model.shape, len(ids), DEVICE, stretch=1)
    model.freeze_base(plan)
    header = replace(page_header(model.checkpoint, plan, torch.float32), chunk=LENGTH, sinks=SINKS, layout=layout)
    capacity = plan.length if tier == "resident" else LENGTH + 30
    return Pages(header, capacity, folder, chain(header, ids), tier=tier)


def read_all(
    model: Model, ids: list[int], folder: Path, layout: Layout = "exact", tier: Tier = "resident", rows: int = 512
) -> tuple[Pages, list[Reading | Noticed]]:
    pages = new_pages(model, ids, folder, layout, tier)
    return pages, list(read(model, pages, prompt_of(ids), lambda: False, rows=rows))


def fresh(events: list[Reading | Noticed]) -> int:
    return [event.fresh for event in events if isinstance(event, Reading)][-1]


def stock(model: Model) -> Any:
    """The same weights in transformers' own module, with its own cache, attention and rotation."""
    module = AutoModelForCausalLM.from_pretrained(
        model.checkpoint.folder, config=model.checkpoint.config, dtype=torch.float32, attn_implementation="eager"
    )
    return module.eval()


def one_shot(module: Any, ids: list[int], keep: int) -> Tensor:
    with torch.inference_mode():
        logits: Tensor = module(torch.tensor([ids]), use_cache=False).logits[0, -keep:]
    return logits


def near(one: Tensor, other: Tensor) -> bool:
    """Equal to float32's rounding: stock attention itself is up to 1.5e-4 from its own run in float64, ours 0.8e-4."""
    return bool(other.std() > 0.1 and (one - other).abs().max() <= 5e-4 * other.std())


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rows", [512, 37])
def test_chunked_paged_is_one_shot_eager(hybrid: Model, tmp_path: Path, tier: Tier, rows: int) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path, tier=tier, rows=rows)
    logits, _ = ask(hybrid, pages, QUESTIONS[0])
    assert near(logits, one_shot(stock(hybrid), DOCUMENT + QUESTIONS[0], 12))


def test_the_answer_is_what_generate_writes(hybrid: Model, tmp_path: Path) -> None:
    """Also with a lookup at hand that holds the answer: nothing is guessed that could not be forgotten."""
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    whole = torch.tensor([DOCUMENT + QUESTIONS[0]])
    with torch.inference_mode():
        oracle = stock(hybrid).generate(
            whole, attention_mask=torch.ones_like(whole), max_new_tokens=40, do_sample=False, eos_token_id=None
        )
    told = oracle[0, whole.shape[1] :].tolist()
    for lookup in (None, Lookup([*DOCUMENT, *told, *told])):
        logits = prefill(hybrid, pages, QUESTIONS[0])
        answer = list(decode(hybrid, pages, logits[-1], 40, lookup, before=QUESTIONS[0]))
        assert len(answer) > 10 and answer == told[: len(answer)]
        pages.rewind(len(DOCUMENT))


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_restored_is_fresh_to_the_last_bit(hybrid: Model, tmp_path: Path, layout: Layout, tier: Tier) -> None:
    read_first, first = read_all(hybrid, DOCUMENT, tmp_path, layout, tier)
    restored, again = read_all(hybrid, DOCUMENT, tmp_path, layout, tier)
    assert (fresh(first), fresh(again)) == (len(DOCUMENT), 0)
    assert torch.equal(ask(hybrid, read_first, QUESTIONS[0])[0], ask(hybrid, restored, QUESTIONS[0])[0])
    assert read_first.check(DOCUMENT) == []


def test_restored_is_fresh_in_bf16(hybrid: Model, tmp_path: Path) -> None:
    """As the engine reads: the convolution's inputs in bf16, the matrices in float32."""
    model = load(hybrid.checkpoint)
    plan = make("tiny", model.shape, len(DOCUMENT), DEVICE, stretch=1)
    model.freeze_base(plan)
    header = replace(page_header(model.checkpoint, plan), chunk=LENGTH, sinks=SINKS)
    found = []
    for _ in range(2):
        pages = Pages(header, plan.length, tmp_path, chain(header, DOCUMENT))
        events = list(read(model, pages, prompt_of(DOCUMENT), lambda: False))
        found.append((fresh(events), *ask(model, pages, QUESTIONS[0])))
    (all_read, logits, answer), (none_read, again, told) = found
    assert (all_read, none_read) == (len(DOCUMENT), 0)
    assert torch.equal(logits, again) and answer == told


def test_questions_in_a_row_are_fresh_runs(hybrid: Model, tmp_path: Path) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    row = [ask(hybrid, pages, q) for q in (*QUESTIONS, QUESTIONS[0])]
    alone = [ask(hybrid, read_all(hybrid, DOCUMENT, tmp_path)[0], q) for q in (*QUESTIONS, QUESTIONS[0])]
    for (logits, answer), (want, told) in zip(row, alone, strict=True):
        assert torch.equal(logits, want) and answer == told


def test_book_a_then_b_then_a(hybrid: Model, tmp_path: Path) -> None:
    before = ask(hybrid, read_all(hybrid, DOCUMENT, tmp_path)[0], QUESTIONS[0])
    ask(hybrid, read_all(hybrid, OTHER, tmp_path)[0], QUESTIONS[1])
    after = ask(hybrid, read_all(hybrid, DOCUMENT, tmp_path)[0], QUESTIONS[0])
    assert torch.equal(before[0], after[0]) and before[1] == after[1]


@pytest.mark.parametrize("tier", TIERS)
def test_a_prefix_is_having_read_no_further(hybrid: Model, tmp_path: Path, tier: Tier) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path, tier=tier)
    before = ask(hybrid, pages, QUESTIONS[1])[0]
    module = stock(hybrid)

    @settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(end=st.integers(1, len(DOCUMENT)) | st.sampled_from([SINKS, SINKS + LENGTH, 630, len(DOCUMENT)]))
    def seen(end: int) -> None:
        view = prefix(hybrid, pages, prompt_of(DOCUMENT), end, 40, rows=64)
        assert (view.length, view.capacity >= end + 40) == (end, True)
        want = one_shot(module, DOCUMENT[:end] + QUESTIONS[0], 12)
        for _ in range(2):
            assert near(prefill(hybrid, view, QUESTIONS[0], keep=12), want)
            view.rewind(end)

    seen()
    assert torch.equal(ask(hybrid, pages, QUESTIONS[1])[0], before)


@pytest.mark.parametrize("harm", ["gone", "broken", "all gone"])
def test_a_prefix_needs_no_snapshot_at_hand(hybrid: Model, tmp_path: Path, harm: str) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    want = one_shot(stock(hybrid), DOCUMENT[:333] + QUESTIONS[0], 12)
    for path in map(pages.path, pages.names if harm == "all gone" else pages.names[3:4]):
        path.unlink() if "gone" in harm else path.write_bytes(path.read_bytes()[:-1])
    view = prefix(hybrid, pages, prompt_of(DOCUMENT), 333, 20)
    assert near(prefill(hybrid, view, QUESTIONS[0], keep=12), want)


def test_a_prefix_can_be_stopped(hybrid: Model, tmp_path: Path) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    want = ask(hybrid, pages, QUESTIONS[0])[0]
    with pytest.raises(Interrupted):
        prefix(hybrid, pages, prompt_of(DOCUMENT), 333, 20, lambda: True)
    assert torch.equal(ask(hybrid, pages, QUESTIONS[0])[0], want)


@pytest.mark.parametrize("runs", [[range(200, 260)], [range(16), range(200, 260)], [range(200, len(DOCUMENT))]])
def test_a_passage_alone_is_refused(hybrid: Model, tmp_path: Path, runs: list[range]) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    with pytest.raises(Problem) as raised:
        pages.view(runs, 20)
    assert raised.value.code == "scope-hybrid"
    assert all(len(render("scope-hybrid", {}, language)) > 20 for language in LANGUAGES)


def test_only_a_held_place_can_be_returned_to(hybrid: Model, tmp_path: Path) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    for place in (len(DOCUMENT) - 1, SINKS, 1):
        with pytest.raises(ValueError, match="snapshot"):
            pages.rewind(place)
        with pytest.raises(ValueError, match="snapshot"):
            pages.view([range(place)], 5)
    pages.rewind(0)
    assert near(prefill(hybrid, pages, OTHER, keep=3), one_shot(stock(hybrid), OTHER, 3))


@pytest.mark.parametrize("rows", [512, 30])
@pytest.mark.parametrize("times", [1, 3, 8])
def test_a_stopped_reading_goes_on_where_it_stopped(hybrid: Model, tmp_path: Path, rows: int, times: int) -> None:
    """Between chunks or within one: what stands is whole chunks, here and in the next process."""
    want = ask(hybrid, read_all(hybrid, DOCUMENT, tmp_path / "whole", rows=rows)[0], QUESTIONS[0])[0]
    pages = new_pages(hybrid, DOCUMENT, tmp_path)
    seen: list[Reading | Noticed] = []
    with pytest.raises(Interrupted) as interrupted:
        for event in read(hybrid, pages, prompt_of(DOCUMENT), lambda: len(seen) == times, rows=rows):
            seen.append(event)
    done = interrupted.value.done
    assert done == pages.length and done in [run.start for run in chunks(pages.header, len(DOCUMENT))]
    again, events = read_all(hybrid, DOCUMENT, tmp_path, rows=rows)
    assert fresh(events) == len(DOCUMENT) - done
    list(read(hybrid, pages, prompt_of(DOCUMENT), lambda: False, rows=rows))  # the same process goes on
    for resumed in (again, pages):
        assert torch.equal(ask(hybrid, resumed, QUESTIONS[0])[0], want)


def test_a_reading_that_is_left_stands_in_whole_chunks(hybrid: Model, tmp_path: Path) -> None:
    pages = new_pages(hybrid, DOCUMENT, tmp_path)
    reading = read(hybrid, pages, prompt_of(DOCUMENT), lambda: False, rows=30)
    for _ in range(3):
        next(reading)
    assert pages.length > SINKS
    reading.close()  # type: ignore[attr-defined]
    assert pages.length == SINKS


def test_a_forward_that_fails_half_way_leaves_nothing(hybrid: Model, tmp_path: Path) -> None:
    """Memory runs out behind the first recurrent layer, which has changed by then."""
    want = ask(hybrid, read_all(hybrid, DOCUMENT, tmp_path / "whole")[0], QUESTIONS[0])[0]
    pages = new_pages(hybrid, DOCUMENT, tmp_path)
    calls = 0

    def fail(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise MemoryError

    handle = hybrid.module.model.layers[2].register_forward_pre_hook(fail)
    with pytest.raises(MemoryError):
        list(read(hybrid, pages, prompt_of(DOCUMENT), lambda: False))
    handle.remove()
    assert pages.length == SINKS + 2 * LENGTH
    list(read(hybrid, pages, prompt_of(DOCUMENT), lambda: False))
    assert torch.equal(ask(hybrid, pages, QUESTIONS[0])[0], want)


@pytest.mark.parametrize("part", STATES)
def test_a_damaged_state_is_named_and_read_again(hybrid: Model, tmp_path: Path, part: str) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    want = ask(hybrid, pages, QUESTIONS[0])[0]
    victim = pages.path(pages.names[-1])
    data = bytearray(victim.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    place, stop = json.loads(data[8:start])[part]["data_offsets"]
    data[start + (place + stop) // 2] ^= 1
    victim.write_bytes(data)
    assert [damaged.reason for damaged in pages.check(DOCUMENT)] == ["the checksum differs"]
    again, events = read_all(hybrid, DOCUMENT, tmp_path)
    assert [e.parameters["page"] for e in events if isinstance(e, Noticed)] == [victim.name]
    assert fresh(events) == SINKS
    assert torch.equal(ask(hybrid, again, QUESTIONS[0])[0], want)


@pytest.mark.parametrize("change", [lambda state: state[:1], lambda state: state.half(), None])
def test_a_state_of_another_form_is_damage(
    hybrid: Model, tmp_path: Path, change: Callable[[Tensor], Tensor] | None
) -> None:
    pages, _ = read_all(hybrid, DOCUMENT[:SINKS], tmp_path)
    path = pages.path(pages.names[0])
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    recurrent = tensors.pop("recurrent")
    if change:
        tensors["recurrent"] = change(recurrent).contiguous()
    save_file(tensors, path, metadata | {"sum": checksum(tensors)})
    with pytest.raises(Damaged, match="another shape"):
        new_pages(hybrid, DOCUMENT[:SINKS], tmp_path).restore(path.stem, DOCUMENT[:SINKS])


def test_pages_of_another_header_are_never_used(hybrid: Model, tmp_path: Path) -> None:
    pages, _ = read_all(hybrid, DOCUMENT, tmp_path)
    recurrence = pages.header.recurrence
    assert recurrence
    for other in (None, replace(recurrence, places=(0, 1)), replace(recurrence, recurrent=(4, 12, 8))):
        header = replace(pages.header, recurrence=other)
        names = chain(header, DOCUMENT)
        assert not set(names) & set(pages.names)
        shutil.copy(pages.path(pages.names[0]), pages.path(names[0]))
        with pytest.raises(Damaged, match="another header"):
            Pages(header, 1000, tmp_path, names).restore(names[0], DOCUMENT[:SINKS])


def header_of(recurrence: Recurrence | None, kv_heads: int = 4, layout: Layout = "exact") -> Header:
    return Header("w", "bf16", "native default", 1e7, 8, kv_heads, 256, "bfloat16", layout, recurrence=recurrence)


@settings(deadline=None, max_examples=10)
@given(layers=st.integers(1, 48), kv_heads=st.integers(1, 8), layout=st.sampled_from(LAYOUTS))
def test_chunks_are_long_enough_for_their_snapshot(layers: int, kv_heads: int, layout: Layout) -> None:
    recurrence = replace(QWEN, places=tuple(range(layers)))
    header = header_of(recurrence, kv_heads, layout).fitted()
    states = recurrence.bytes(torch.bfloat16)
    assert states == sum(t.numel() * t.itemsize for t in recurrence.nothing(torch.bfloat16).values())
    assert header.chunk % CHUNK == 0 and states <= STATES_SHARE * header.page_bytes(header.chunk)
    if header.chunk > CHUNK:
        assert states > STATES_SHARE * header.page_bytes(header.chunk - CHUNK)


def test_the_chunk_of_qwen() -> None:
    assert header_of(QWEN).fitted().chunk == 3584
    assert header_of(QWEN).page_bytes(3584) == 3584 * 32 * 1024


def test_pages_of_other_models_are_what_they_were() -> None:
    header = header_of(None)
    assert header.fitted() == header and header.chunk == CHUNK
    fields = {name: value for name, value in asdict(header).items() if name != "recurrence"}
    assert header.digest() == hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def test_only_what_attends_counts_as_layers(hybrid: Model) -> None:
    """One of three layers attends: keys and values of one layer, 2 heads of 16."""
    assert hybrid.shape.layers == 1 and hybrid.shape.kv_bytes_per_token == 2 * 2 * 16 * 2
    assert hybrid.shape.parameters == sum(p.numel() for p in stock(hybrid).parameters())
    header = new_pages(hybrid, DOCUMENT).header
    assert header.layers == 1 and header.recurrence and header.recurrence.places == (0, 2)


def test_sizes_are_those_that_the_modules_make(hybrid: Model) -> None:
    with torch.inference_mode():
        made = stock(hybrid)(torch.tensor([DOCUMENT[:9]]), use_cache=True).past_key_values.layers[2]
    recurrence = hybrid.checkpoint.recurrence
    assert recurrence
    for part, found in zip(STATES, (made.conv_states[0], made.recurrent_states[0]), strict=True):
        want = recurrence.nothing(torch.float32)[part][:1]
        assert (found.shape, found.dtype) == (want.shape, want.dtype)


def test_int8_leaves_the_gates(hybrid: Model) -> None:
    module = load(hybrid.checkpoint, precision="int8").module
    plain = {name for name, part in module.named_modules() if isinstance(part, nn.Linear)}
    assert plain and all(name.endswith(GATES) for name in plain)


@pytest.mark.parametrize("tied", [False, True])
def test_what_reads_in_a_model_that_also_sees(tmp_path: Path, tied: bool) -> None:
    """Laid out as the hub's Qwen3.5: the text config within, names one level deeper, vision and a drafting layer."""
    alone = write_tiny(tmp_path / "alone", "qwen3_5_text", tie_word_embeddings=tied)
    folder = write_seeing(tmp_path / "seeing", alone, tied)
    checkpoint, want = open_checkpoint(folder), load(open_checkpoint(alone), torch.float32)
    assert checkpoint.shape == want.shape and checkpoint.config.model_type == "qwen3_5_text"
    model = load(checkpoint, torch.float32)
    pages = new_pages(model, DOCUMENT)
    assert near(prefill(model, pages, DOCUMENT, keep=5), one_shot(stock(want), DOCUMENT, 5))
    change(folder, lambda tensors: tensors.pop("model.language_model.layers.0.linear_attn.A_log"))
    with pytest.raises(Problem) as raised:
        open_checkpoint(folder)
    assert raised.value.parameters["tensor"] == "model.layers.0.linear_attn.A_log"


def write_seeing(folder: Path, alone: Path, tied: bool) -> Path:
    """The text model of a folder inside one that also sees."""
    text = json.loads((alone / "config.json").read_text())
    text["rope_parameters"] |= {"mrope_section": [2, 1, 1], "mrope_interleaved": True}
    vision = {"depth": 1, "hidden_size": 32, "intermediate_size": 48, "num_heads": 2, "out_hidden_size": 64}
    config = Qwen3_5Config(text_config=text, vision_config=vision, tie_word_embeddings=tied)
    Qwen3_5ForConditionalGeneration(config).save_pretrained(folder)
    shutil.copy(alone / "tokenizer.json", folder)
    reads = {name.replace("model.", "model.language_model.", 1): t for name, t in weights(alone).items()}
    change(folder, lambda tensors: tensors.update(reads | {"mtp.norm.weight": torch.ones(64)}))
    return folder


def weights(folder: Path) -> dict[str, Tensor]:
    return load_file(folder / "model.safetensors")


def change(folder: Path, how: Callable[[dict[str, Tensor]], object]) -> None:
    tensors = weights(folder)
    how(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize(
    ("family", "changes", "code"),
    [
        ("qwen3_next", {"num_experts": 8}, "architecture"),
        ("qwen3_5_text", {"layer_types": ["linear_attention"] * 3}, "architecture"),
        ("qwen3_5_text", {"layer_types": ["linear_attention", "full_attention", "sliding_attention"]}, "architecture"),
        ("qwen3_5_text", {"linear_num_value_heads": 8}, "weights-differ"),
        ("qwen3_5_text", {"model_type": "olmo_hybrid"}, "architecture"),
        ("qwen3_5_text", {"architectures": ["Qwen3_5ForConditionalGeneration"]}, "architecture"),
        ("qwen3_5_text", {"quantization_config": {"quant_method": "fp8"}}, "quantized-model"),
    ],
)
def test_what_is_not_implemented_is_refused(
    tiny_folder: Callable[[str], Path], tmp_path: Path, family: str, changes: dict[str, Any], code: str
) -> None:
    folder = tmp_path / family
    shutil.copytree(tiny_folder(family), folder)
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(Problem) as raised:
        open_checkpoint(folder)
    assert raised.value.code == code
    assert all(len(render(code, raised.value.parameters, language)) > 20 for language in LANGUAGES)


def test_the_positions_of_text_are_one() -> None:
    """Rotation by time, height and width is that by one position where the three are the same."""
    rotary, x, positions = Rotary(10_000.0, 8), torch.ones(1), torch.tensor([numbers(7, 9)])
    for one, other in zip(rotary(x, positions), rotary(x, positions.expand(3, 1, 7)), strict=True):
        assert torch.equal(one, other)
