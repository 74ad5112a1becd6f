"""What a reading will take, before it starts: tokens, rotary base, layout and tier of the pages, bytes, seconds.

Arithmetic, no torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import cast

from model.types import Device, Layout, Plan, Precision, Problem, Shape, Tier

ROUND = 1024  # the planned length is rounded up to this, so that small edits keep the rotary base
RESERVE = 2048  # tokens for what was said before, the passages quoted again, the question and the answer
ROWS = 512  # tokens that go through the model at a time
FEWEST_ROWS = 64  # and how few, when memory has run out
ANSWER_TOKENS = 100  # what a usual answer costs, for the estimate only
BESIDE_TOKENS = 300  # what is read beside a question, for the estimate only
WEIGHT_BYTES: dict[Precision, float] = {"bf16": 2.0, "int8": 1.6, "nf4": 0.6}  # in memory; int8 with its four-bit twin
WRITING_BYTES: dict[Precision, float] = {"bf16": 2.0, "int8": 0.7, "nf4": 0.6}  # that writing a token reads
GPU_INT8 = 1.1  # bytes of one weight of eight bits on a GPU, in memory and read: there it has no twin
LAYOUT_SHARE = {"exact": 1.0, "int8": 0.52, "k8v4": 0.4}  # of the bytes of exact keys and values
SCRATCH = 400_000_000  # bytes that a forward needs beside weights and pages
BLOCKS = 4 * 8192  # tokens of one layer that are held at a time where pages are not resident
EFFICIENCY = 0.75  # share of the measured matrix speed that a whole layer reaches
ATTENTION_SPEED = 0.004  # speed of attention per head_dim, relative to plain matrix products (.25 at 64, .5 at 128)
Form = tuple[Layout, Tier, float]  # of pages, and the bytes they hold in memory


def planned_length(document_tokens: int, reserve: int = RESERVE) -> int:
    """Document, question and answer in tokens, rounded up to a multiple of ROUND."""
    return ceil((document_tokens + reserve) / ROUND) * ROUND


def ntk_alpha(length: int, context: int) -> float:
    """XVERSE's dynamic NTK factor: alpha = n / (L/2) - 1 past the trained length L, else 1."""
    return length / (context / 2) - 1 if length > context else 1.0


def ntk_theta(theta: float, alpha: float, head_dim: int) -> float:
    """The stretched rotary base: base' = base * alpha ** (dim / (dim - 2))."""
    return float(theta * alpha ** (head_dim / (head_dim - 2)))


def prefill_seconds(shape: Shape, tokens: int, device: Device, start: int = 0, precision: Precision = "bf16") -> float:
    """Seconds to read tokens [start, tokens): 2 P n for the weights, 2 n^2 heads head_dim layers for
    causal attention (FLOP).
    """
    linear = 2 * shape.parameters * (tokens - start)
    attention = 2 * (tokens**2 - start**2) * shape.heads * shape.head_dim * shape.layers
    speed = device.flops_int8 if precision == "int8" and device.flops_int8 else device.flops
    return linear / (EFFICIENCY * speed) + attention / attention_speed(shape.head_dim, device)


def attention_speed(head_dim: int, device: Device) -> float:
    """FLOP/s of attention: as measured, between the two measured sizes of a head by its own; else by rule."""
    if not device.attention_64:
        return ATTENTION_SPEED * head_dim * device.flops
    share = min(1.0, max(0.0, (head_dim - 64) / 64))
    return (1 - share) * device.attention_64 + share * device.attention_128


def answer_seconds(shape: Shape, length: int, device: Device, precision: Precision = "bf16") -> float:
    """Seconds for a usual answer: BESIDE_TOKENS read beside the question, ANSWER_TOKENS written, each
    at the price of reading all weights and all keys and values once.
    """
    packed = device.bandwidth_four if precision == "int8" and device.bandwidth_four else device.bandwidth
    weights = shape.parameters * _bytes(WRITING_BYTES, precision, device) / packed
    beside = prefill_seconds(shape, length, device, length - BESIDE_TOKENS, precision)
    return beside + ANSWER_TOKENS * (weights + shape.kv_bytes_per_token * length / device.bandwidth)


def stretched(context: int, stretch: float) -> int:
    """The most tokens of a document that a model reads whose trained context may be stretched so far."""
    return int(stretch * context) // ROUND * ROUND - RESERVE


def make(
    model: str,
    shape: Shape,
    document_tokens: int,
    device: Device,
    stretch: float,
    precision: Precision = "bf16",
    layout: Layout | str = "",
    frugality: int = 0,
) -> Plan:
    """The plan for reading a whole document, its rotary base frozen: the best layout and tier that fit, or, for each
    step of `frugality`, the next smaller ones and half as many tokens at a time.

    Raises Problem "too-long" past `stretch` times the trained context, "memory" when the weights and the smallest
    form of the pages do not fit into what is free.
    """
    length = planned_length(document_tokens)
    if length > stretch * shape.context:
        raise Problem("too-long", model=model, tokens=document_tokens, limit=stretched(shape.context, stretch))
    fitting = list(_fitting(shape, length, device, precision, layout))
    if not fitting:
        need = round(shape.parameters * _bytes(WEIGHT_BYTES, precision, device) + SCRATCH)
        raise Problem("memory", model=model, need=need, free=device.memory_free)
    form, tier, held = _smaller(fitting, frugality)
    alpha = ntk_alpha(length, shape.context)
    return Plan(
        model=model,
        rope="ntk" if alpha > 1 else "native",
        alpha=alpha,
        theta=ntk_theta(shape.rope_theta, alpha, shape.head_dim),
        length=length,
        context=shape.context,
        document_tokens=document_tokens,
        kv_bytes=round(held),
        weight_bytes=round(shape.parameters * _bytes(WEIGHT_BYTES, precision, device)),
        memory_free=device.memory_free,
        seconds_to_read=prefill_seconds(shape, document_tokens, device, precision=precision),
        seconds_to_answer=answer_seconds(shape, length, device, precision),
        precision=precision,
        layout=form,
        tier=tier,
        disk_bytes=round(disk_bytes(shape, document_tokens, form)),
        rows=max(FEWEST_ROWS, ROWS >> frugality),
    )


def _smaller(fitting: list[Form], steps: int) -> Form:
    """The first form, or so many steps below it: smaller tiers of its own layout before another one, so that what was
    read stays of use.
    """
    ladder: list[Form] = []
    for form in sorted(fitting, key=lambda form: form[0] != fitting[0][0]):
        if not ladder or form[2] <= ladder[-1][2]:
            ladder.append(form)
    return ladder[min(steps, len(ladder) - 1)]


def _fitting(shape: Shape, length: int, device: Device, precision: Precision, layout: Layout | str) -> Iterator[Form]:
    """Layout, tier and bytes held in memory of each form of the pages that fits, the best first.

    "resident" is the fastest and holds exact numbers, whatever the layout on disk; "memory" and, beside a GPU, "host"
    keep the layout; "file" leaves it on disk. The last three hold a few blocks of one layer besides.
    """
    exact = shape.kv_bytes_per_token * length
    blocks = min(BLOCKS, length) * shape.kv_bytes_per_token / shape.layers
    layouts: list[Layout] = [cast(Layout, layout)] if layout else ["int8", "k8v4"]
    forms: list[Form] = [(layouts[0], "resident", exact)]
    forms += [(form, "memory", exact * LAYOUT_SHARE[form] + blocks) for form in layouts]
    if device.kind != "cpu":
        host = [form for form in layouts if exact * LAYOUT_SHARE[form] <= device.host_free]
        forms += [(form, "host", blocks) for form in host]
    forms += [(form, "file", blocks) for form in layouts]
    forms = [(form, tier, held + _remembered(shape, form, tier)) for form, tier, held in forms]
    weights = shape.parameters * _bytes(WEIGHT_BYTES, precision, device)
    return (form for form in forms if weights + form[2] + SCRATCH <= device.memory_free)


def _remembered(shape: Shape, layout: Layout, tier: Tier) -> float:
    """Bytes for what recurrent layers remember: now, in the snapshot that is held, in the one being made; and where
    pages are not resident for a chunk, which is as long as a snapshot is large (`model.header.Header.fitted`).
    """
    chunk = 0.0 if tier == "resident" else 2 * shape.state_bytes / LAYOUT_SHARE[layout]
    return 3 * shape.state_bytes + chunk


def disk_bytes(shape: Shape, tokens: int, layout: Layout) -> float:
    """Bytes of a document's sealed pages; a snapshot at each chunk's end takes half of a full one's and is one more
    behind the sinks, what is left and the last few.
    """
    pages = shape.kv_bytes_per_token * tokens * LAYOUT_SHARE[layout]
    return pages + (pages / 2 + 3 * shape.state_bytes if shape.state_bytes else 0)


def _bytes(of_a_weight: dict[Precision, float], precision: Precision, device: Device) -> float:
    """Bytes of one weight on a device."""
    return GPU_INT8 if precision == "int8" and device.kind != "cpu" else of_a_weight[precision]
