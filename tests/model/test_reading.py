"""Paged reading against one pass of stock attention, and what is kept against what is fresh."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import AutoModelForCausalLM

from model import store
from model.decode import decode, prefill
from model.header import Header, chain, chunks
from model.layout import KNOWN
from model.pages import Pages
from model.plan import make
from model.read import Interrupted, read
from model.sealed import Damaged
from model.tokens import Prompt, Tokens
from model.types import Device, Layout, Noticed, Reading, Tier
from model.weights import Model, page_header

DEVICE = Device("cpu", 2, 10**10, 10**10, 1e11, 1e10)
CHUNK, SINKS = 100, 20
TIERS: tuple[Tier, ...] = ("resident", "memory", "file")
FORMS = [(layout, tier) for layout in KNOWN for tier in TIERS]


def numbers(n: int, seed: int) -> list[int]:
    return torch.randint(0, 256, (n,), generator=torch.Generator().manual_seed(seed)).tolist()


DOCUMENT, OTHER = numbers(650, 1), numbers(700, 2)
QUESTIONS = [numbers(12, s) for s in (3, 4, 5)]


def prompt_of(ids: list[int]) -> Prompt:
    return Prompt(0, Tokens(ids, [], []), ids)


def new_pages(
    model: Model,
    ids: list[int],
    folder: Path | None = None,
    layout: Layout = "exact",
    tier: Tier = "resident",
    device: str | tuple[str, ...] = "cpu",
) -> Pages:
    plan = make("tiny", model.shape, len(ids), DEVICE, stretch=4)
    assert plan.alpha > 1, "the test must stretch the context"
    model.freeze_base(plan)
    full = page_header(model.checkpoint, plan, torch.float32)
    fields = {name: getattr(full, name) for name in Header.__dataclass_fields__}
    header = Header(**{**fields, "chunk": CHUNK, "sinks": SINKS, "layout": layout})
    capacity = plan.length if tier == "resident" else CHUNK + 30
    return Pages(header, capacity, folder, chain(header, ids), device, tier)


def read_all(
    model: Model, ids: list[int], folder: Path, layout: Layout = "exact", tier: Tier = "resident"
) -> tuple[Pages, list[Reading | Noticed]]:
    pages = new_pages(model, ids, folder, layout, tier)
    return pages, list(read(model, pages, prompt_of(ids), lambda: False))


def ask(model: Model, pages: Pages, question: list[int]) -> tuple[Tensor, list[int]]:
    """The logits behind a question and twelve tokens of an answer; the pages rewound."""
    end = pages.length
    logits = prefill(model, pages, question, keep=len(question))
    answer = list(decode(model, pages, logits[-1], 12))
    pages.rewind(end)
    return logits, answer


@pytest.mark.parametrize("tier", TIERS)
def test_chunked_paged_is_one_shot_eager(tiny: Model, tmp_path: Path, tier: Tier) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path, tier=tier)
    logits, answer = ask(tiny, pages, QUESTIONS[0])
    stock = AutoModelForCausalLM.from_pretrained(
        tiny.checkpoint.folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    stock.model.rotary_emb = tiny.module.model.rotary_emb
    with torch.inference_mode():
        whole = torch.tensor([DOCUMENT + QUESTIONS[0]])
        want = stock(whole).logits[0, -len(QUESTIONS[0]) :]
        everything = torch.ones_like(whole)
        oracle = stock.generate(whole, attention_mask=everything, max_new_tokens=12, do_sample=False)
    assert (logits - want).abs().max() <= 1e-4
    told = oracle[0, whole.shape[1] :].tolist()
    assert answer == [t for t in told if t not in tiny.stops]


@pytest.mark.parametrize(("layout", "tier"), FORMS)
def test_restored_is_fresh_to_the_last_bit(tiny: Model, tmp_path: Path, layout: Layout, tier: Tier) -> None:
    fresh, first = read_all(tiny, DOCUMENT, tmp_path, layout, tier)
    restored, again = read_all(tiny, DOCUMENT, tmp_path, layout, tier)
    assert first[-1].fresh == len(DOCUMENT) and again[-1].fresh == 0  # type: ignore[union-attr]
    for one, other in zip(fresh.layers, restored.layers, strict=True):
        for mine, theirs in zip(one.sealed(), other.sealed(), strict=True):
            assert torch.equal(mine.key, theirs.key) and torch.equal(mine.value, theirs.value)
        assert torch.equal(one.key[:, : one.length], other.key[:, : one.length])
        assert torch.equal(one.value[:, : one.length], other.value[:, : one.length])
    assert torch.equal(ask(tiny, fresh, QUESTIONS[0])[0], ask(tiny, restored, QUESTIONS[0])[0])


@pytest.mark.parametrize(("layout", "close"), [("int8", 0.05), ("k8v4", 0.4)])
def test_a_layout_is_near_and_the_same_in_every_tier(tiny: Model, tmp_path: Path, layout: Layout, close: float) -> None:
    exact = ask(tiny, read_all(tiny, DOCUMENT, tmp_path)[0], QUESTIONS[0])[0]
    found = [ask(tiny, read_all(tiny, DOCUMENT, tmp_path, layout, tier)[0], QUESTIONS[0])[0] for tier in TIERS]
    assert 0 < (found[0] - exact).std() / exact.std() < close
    assert all(torch.allclose(found[0], other, atol=2e-3) for other in found[1:])


def test_the_beginning_and_the_end_stay_exact(tiny: Model, tmp_path: Path) -> None:
    exact, _ = read_all(tiny, DOCUMENT, tmp_path)
    other, _ = read_all(tiny, DOCUMENT, tmp_path, "k8v4")
    one, two = exact.layers[0].key, other.layers[0].key
    same = (one == two).all(-1).all(0).nonzero().flatten().tolist()
    end = range(len(DOCUMENT) - SINKS, len(DOCUMENT))
    assert set(same) >= {*range(SINKS), *end} and len(same) < len(DOCUMENT) // 2 + two.shape[1] - len(DOCUMENT)


def test_the_check_names_what_is_wrong(tiny: Model, tmp_path: Path) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path, "int8")
    assert pages.check(DOCUMENT) == []
    victim = pages.path(pages.names[3])
    victim.write_bytes(victim.read_bytes()[:-1])
    pages.path(pages.names[1]).unlink()
    assert [damaged.path for damaged in pages.check(DOCUMENT)] == [victim]


def test_questions_in_a_row_are_fresh_runs(tiny: Model, tmp_path: Path) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path)
    row = [ask(tiny, pages, q) for q in QUESTIONS]
    alone = [ask(tiny, read_all(tiny, DOCUMENT, tmp_path / str(i))[0], q) for i, q in enumerate(QUESTIONS)]
    for (logits, answer), (want, told) in zip(row, alone, strict=True):
        assert torch.equal(logits, want) and answer == told


def test_book_a_then_b_then_a(tiny: Model, tmp_path: Path) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path)
    before = ask(tiny, pages, QUESTIONS[0])
    other, _ = read_all(tiny, OTHER, tmp_path)
    ask(tiny, other, QUESTIONS[1])
    again, _ = read_all(tiny, DOCUMENT, tmp_path)
    after = ask(tiny, again, QUESTIONS[0])
    assert torch.equal(before[0], after[0]) and before[1] == after[1]


def test_a_stopped_reading_goes_on_where_it_stopped(tiny: Model, tmp_path: Path) -> None:
    pages = new_pages(tiny, DOCUMENT, tmp_path)
    seen: list[Reading | Noticed] = []
    with pytest.raises(Interrupted) as interrupted:
        for event in read(tiny, pages, prompt_of(DOCUMENT), lambda: len(seen) == 3):
            seen.append(event)
    assert interrupted.value.done == SINKS + 2 * CHUNK
    _, events = read_all(tiny, DOCUMENT, tmp_path)
    assert events[-1].fresh == len(DOCUMENT) - SINKS - 2 * CHUNK  # type: ignore[union-attr]


def test_a_late_edit_is_read_from_the_changed_chunk(tiny: Model, tmp_path: Path) -> None:
    read_all(tiny, DOCUMENT, tmp_path)
    edited = [*DOCUMENT[:420], (DOCUMENT[420] + 1) % 256, *DOCUMENT[421:]]
    _, events = read_all(tiny, edited, tmp_path)
    assert events[-1].fresh == len(DOCUMENT) - SINKS - 4 * CHUNK  # type: ignore[union-attr]


@pytest.mark.parametrize("harm", ["cut", "empty", "flip-header", "flip-tensor", "other"])
def test_a_damaged_page_is_named_and_read_again(tiny: Model, tmp_path: Path, harm: str) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path)
    want = ask(tiny, pages, QUESTIONS[0])[0]
    victim = pages.path(pages.names[2])
    data = bytearray(victim.read_bytes())
    if harm == "cut":
        data = data[: len(data) // 2]
    elif harm == "empty":
        data = bytearray()
    elif harm == "flip-header":
        data[20] ^= 1
    elif harm == "flip-tensor":
        data[-1000] ^= 4
    else:
        data = bytearray(pages.path(pages.names[1]).read_bytes())
    victim.write_bytes(data)
    again, events = read_all(tiny, DOCUMENT, tmp_path)
    notices = [e for e in events if isinstance(e, Noticed)]
    assert [n.parameters["page"] for n in notices] == [victim.name]
    assert events[-1].fresh == CHUNK  # type: ignore[union-attr]
    assert torch.equal(ask(tiny, again, QUESTIONS[0])[0], want)


def test_any_flipped_bit_is_found(tiny: Model, tmp_path: Path) -> None:
    pages, _ = read_all(tiny, DOCUMENT[:CHUNK], tmp_path)
    path = pages.path(pages.names[0])
    whole = path.read_bytes()

    @settings(deadline=None, max_examples=60)
    @given(place=st.integers(0, len(whole) - 1), bit=st.integers(0, 7))
    def flipped(place: int, bit: int) -> None:
        data = bytearray(whole)
        data[place] ^= 1 << bit
        path.write_bytes(data)
        fresh = new_pages(tiny, DOCUMENT[:CHUNK], tmp_path)
        with pytest.raises(Damaged):
            fresh.restore(fresh.names[0], DOCUMENT[:CHUNK])

    flipped()


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40), st.integers(0, 39))
def test_names_chain(ids: list[int], place: int) -> None:
    header = Header("w", "bf16", "native", 1e4, 1, 1, 2, "float32", chunk=4, sinks=3)
    place = place % len(ids)
    changed = [*ids[:place], ids[place] + 1, *ids[place + 1 :]]
    one, other = chain(header, ids), chain(header, changed)
    runs = chunks(header, len(ids))
    first = next(i for i, run in enumerate(runs) if place in run)
    assert [i for run in runs for i in run] == list(range(len(ids)))
    assert one[:first] == other[:first] and len(one) == len(runs)
    assert all(a != b for a, b in zip(one[first:], other[first:], strict=True))


def test_another_base_is_another_name(tiny: Model) -> None:
    short, long = make("t", tiny.shape, 900, DEVICE, 8), make("t", tiny.shape, 5000, DEVICE, 8)
    headers = [page_header(tiny.checkpoint, plan, torch.float32) for plan in (short, long)]
    assert chain(headers[0], DOCUMENT)[0] != chain(headers[1], DOCUMENT)[0]


@pytest.mark.parametrize("tier", TIERS)
def test_a_view_of_everything_is_everything(tiny: Model, tmp_path: Path, tier: Tier) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path, "int8", tier)
    whole = pages.view([range(0, 40), range(40, len(DOCUMENT))], len(QUESTIONS[0]))
    want = prefill(tiny, pages, QUESTIONS[0], keep=12)
    assert torch.allclose(prefill(tiny, whole, QUESTIONS[0], keep=12), want, atol=2e-3)
    assert whole.length == len(DOCUMENT) + len(QUESTIONS[0])


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    "end", [7, pytest.param(20, marks=pytest.mark.slow), pytest.param(99, marks=pytest.mark.slow), 320, 555]
)
def test_a_view_of_a_prefix_is_having_read_no_further(tiny: Model, tmp_path: Path, tier: Tier, end: int) -> None:
    pages, _ = read_all(tiny, DOCUMENT, tmp_path, tier=tier)
    before = ask(tiny, pages, QUESTIONS[1])[0]
    logits, answer = ask(tiny, pages.view([range(end)], 40), QUESTIONS[0])
    alone = new_pages(tiny, DOCUMENT)
    prefill(tiny, alone, DOCUMENT[:end])
    want, told = ask(tiny, alone, QUESTIONS[0])
    assert torch.allclose(logits, want, atol=1e-4) and answer == told
    assert torch.equal(ask(tiny, pages, QUESTIONS[1])[0], before)


@pytest.mark.parametrize("tier", TIERS)
def test_a_view_keeps_its_positions(tiny: Model, tmp_path: Path, tier: Tier) -> None:
    """Attending to a run alone is reading with everything else masked out."""
    pages, _ = read_all(tiny, DOCUMENT, tmp_path, tier=tier)
    logits = prefill(tiny, pages.view([range(200, 260)], 12), QUESTIONS[0])
    whole, _ = read_all(tiny, DOCUMENT, tmp_path)
    slow = new_pages(tiny, DOCUMENT)
    for own, other in zip(slow.layers, whole.layers, strict=True):
        own.key[:, :60], own.value[:, :60] = other.key[:, 200:260], other.value[:, 200:260]
    slow.advance(60)
    slow.ahead = 200
    assert torch.allclose(logits, prefill(tiny, slow, QUESTIONS[0]), atol=1e-5)


def test_many_chunks_are_read_in_blocks(tiny: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SLAB", 2)
    monkeypatch.setattr(store, "BLOCK", 250)
    monkeypatch.setattr(store, "ALONE", 150)
    want = ask(tiny, read_all(tiny, DOCUMENT, tmp_path, "int8")[0], QUESTIONS[0])[0]
    for tier in TIERS[1:]:
        pages, _ = read_all(tiny, DOCUMENT, tmp_path, "int8", tier)
        assert len(list(pages.layers[0].sealed())) > 2
        assert torch.allclose(ask(tiny, pages, QUESTIONS[0])[0], want, atol=2e-3)
