"""What a reading will take, before it starts: tokens, rotary base, bytes, seconds. Arithmetic, no torch."""

from __future__ import annotations

from math import ceil

from model.types import Device, Plan, Precision, Problem, Shape

ROUND = 1024  # the planned length is rounded up to this, so that small edits keep the rotary base
RESERVE = 1024  # tokens for the passages quoted again, the question and the answer
ANSWER_TOKENS = 100  # what a usual answer costs, for the estimate only
WEIGHT_BYTES = {"bf16": 2.0, "int8": 1.6, "nf4": 0.6}  # of one weight in memory; int8 with its four-bit twin
EFFICIENCY = 0.75  # share of the measured matrix speed that a whole layer reaches
ATTENTION_SPEED = 0.004  # speed of attention per head_dim, relative to plain matrix products (.25 at 64, .5 at 128)


def planned_length(document_tokens: int, reserve: int = RESERVE) -> int:
    """Document, question and answer in tokens, rounded up to a multiple of ROUND."""
    return ceil((document_tokens + reserve) / ROUND) * ROUND


def ntk_alpha(length: int, context: int) -> float:
    """XVERSE's dynamic NTK factor: alpha = n / (L/2) - 1 past the trained length L, else 1."""
    return length / (context / 2) - 1 if length > context else 1.0


def ntk_theta(theta: float, alpha: float, head_dim: int) -> float:
    """The stretched rotary base: base' = base * alpha ** (dim / (dim - 2))."""
    return float(theta * alpha ** (head_dim / (head_dim - 2)))


def prefill_seconds(shape: Shape, tokens: int, device: Device, start: int = 0) -> float:
    """Seconds to read tokens [start, tokens): 2 P n for the weights, 2 n^2 heads head_dim layers for
    causal attention (FLOP).
    """
    linear = 2 * shape.parameters * (tokens - start)
    attention = 2 * (tokens**2 - start**2) * shape.heads * shape.head_dim * shape.layers
    return (linear / EFFICIENCY + attention / (ATTENTION_SPEED * shape.head_dim)) / device.flops


def answer_seconds(shape: Shape, length: int, device: Device) -> float:
    """Seconds for a usual answer: RESERVE/2 tokens read beside the question, ANSWER_TOKENS written, each
    at the price of reading all weights and all keys and values once.
    """
    bytes_per_token = 2 * shape.parameters + shape.kv_bytes_per_token * length
    beside = prefill_seconds(shape, length, device, start=length - RESERVE // 2)
    return beside + ANSWER_TOKENS * bytes_per_token / device.bandwidth


def make(
    model: str,
    shape: Shape,
    document_tokens: int,
    device: Device,
    stretch: float,
    precision: Precision = "bf16",
    prepared_tokens: int = 0,
) -> Plan:
    """The plan for reading a whole document, its rotary base frozen.

    Raises Problem "too-long" past `stretch` times the trained context, "memory" when the weights and
    the keys and values do not fit into what is free.
    """
    length = planned_length(document_tokens)
    if length > stretch * shape.context:
        limit = int(stretch * shape.context) - RESERVE
        raise Problem("too-long", model=model, tokens=document_tokens, limit=limit)
    alpha = ntk_alpha(length, shape.context)
    plan = Plan(
        model=model,
        rope="ntk" if alpha > 1 else "native",
        alpha=alpha,
        theta=ntk_theta(shape.rope_theta, alpha, shape.head_dim),
        length=length,
        context=shape.context,
        document_tokens=document_tokens,
        kv_bytes=shape.kv_bytes_per_token * length,
        weight_bytes=round(shape.parameters * WEIGHT_BYTES[precision]),
        memory_free=device.memory_free,
        seconds_to_read=prefill_seconds(shape, document_tokens, device, start=prepared_tokens),
        seconds_to_answer=answer_seconds(shape, length, device),
        precision=precision,
        prepared_tokens=prepared_tokens,
    )
    need = plan.kv_bytes + plan.weight_bytes
    if need > device.memory_free:
        raise Problem("memory", model=model, need=need, free=device.memory_free)
    return plan
