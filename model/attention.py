"""The one attention door: new queries against the pages of the past and against themselves.

Registered with transformers under NAME, with no mask function of that name: the mask is None and
causality is done here. The past needs no mask, so its keys are read once for all query heads of a
group; only the square of the new tokens is causal. The parts are merged by their log-sum-exp.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface

from model.excerpts import ExcerptLayer
from model.layout import rotate
from model.pages import PADDED

NAME = "tongdu_pages"
ROWS = 256  # rows of scores held at a time
COLUMNS = 1024  # keys from which whole matrix products beat flash attention on a CPU
BLOCK = 4096  # of which so many are taken at a time
FEW = 32  # new tokens up to which products over all columns, the unseen ones masked, are the fastest
MANY = 8192  # columns that such products take at a time


def attend(query: Tensor, key: Tensor, value: Tensor, causal: bool, scale: float) -> tuple[Tensor, Tensor]:
    """softmax(scale * q k^T) v and the log-sum-exp of each row.

    query [heads, rows, dim]; key, value [heads, columns, dim]; causal needs rows == columns.
    Returns [heads, rows, dim] in the query's dtype and [heads, rows] in float32.
    """
    if query.device.type == "cuda" and query.dtype != torch.float32:
        fused = torch.ops.aten._scaled_dot_product_flash_attention
        out, lse = fused(query[None], key[None], value[None], 0.0, causal, False, scale=scale)[:2]
        return out[0], lse[0]
    if query.device.type != "cpu":
        return attend_plainly(query, key, value, causal, scale)
    if query.dtype == torch.bfloat16 and not causal and query.shape[1] >= ROWS and key.shape[1] >= COLUMNS:
        return attend_in_blocks(query, key, value, scale)
    flash = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    out, lse = flash(query[None], key[None], value[None], 0.0, causal, scale=scale)
    return out[0], lse[0].float()


def attend_in_blocks(query: Tensor, key: Tensor, value: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """`attend_in_rows` over BLOCK columns at a time, so that the scores in hand stay in the processor's caches.

    500 tokens of the 1.5B (3,000 rows of each kv head) over 66,816 columns, all 28 layers, on two AVX512 cores: 26.1 s
    over all columns at once, 15.4 s so.
    """
    found: tuple[Tensor, Tensor] | None = None
    for some, of_some in zip(key.split(BLOCK, 1), value.split(BLOCK, 1), strict=True):
        found = merge(found, attend_in_rows(query, some, of_some, scale))
    assert found
    return found[0].to(query.dtype), found[1]


def attend_in_rows(query: Tensor, key: Tensor, value: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """`attend` by whole matrix products on blocks of ROWS rows, scores in bf16, sums in float32.

    On two AVX512 cores 8,192 tokens of the 0.5B take 32 s this way and 44 s through flash attention, at the
    same loss (4.0567 and 4.0564).
    """
    out, lse = torch.empty_like(query), torch.empty(query.shape[:2], dtype=torch.float32)
    scaled, across = query * scale, key.transpose(1, 2)
    scratch = query.new_empty(query.shape[0], ROWS, key.shape[1])  # one for all blocks: new pages cost a third
    for start in range(0, query.shape[1], ROWS):
        block = slice(start, min(start + ROWS, query.shape[1]))
        scores = scratch[:, : block.stop - start]  # [heads, ROWS, columns]
        torch.bmm(scaled[:, block], across, out=scores)
        top = scores.amax(-1, keepdim=True)
        weights = scores.sub_(top).exp_()
        total = weights.sum(-1, dtype=torch.float32)  # [heads, ROWS]
        out[:, block] = (torch.bmm(weights, value).float() / total[..., None]).to(query.dtype)
        lse[:, block] = top[..., 0].float() + total.log()
    return out, lse


def attend_plainly(query: Tensor, key: Tensor, value: Tensor, causal: bool, scale: float) -> tuple[Tensor, Tensor]:
    """`attend` written as the formula, in float32, on any device: the slow reference."""
    scores = (query.float() @ key.float().transpose(1, 2)) * scale  # [heads, rows, columns]
    if causal:
        later = torch.ones(scores.shape[1:], dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    lse = scores.logsumexp(-1)
    return ((scores - lse[..., None]).exp() @ value.float()).to(query.dtype), lse


def attend_few(query: Tensor, key: Tensor, value: Tensor, past: int, scale: float) -> tuple[Tensor, Tensor]:
    """A few new tokens over every column of the buffers, those masked that are not yet or no longer there; MANY
    columns at a time.

    query [kv_heads, group, n, dim]; key, value [kv_heads, columns >= past + n, dim], finite everywhere. Returns
    [kv_heads, group, n, dim] and [kv_heads, group, n]. Eight tokens of the 1.5B behind 66,816 on two AVX512 cores: 0.83
    s over all columns at once, 0.31 s so.
    """
    kv_heads, group, n, dim = query.shape
    folded = (query * scale).reshape(kv_heads, group * n, dim)
    starts = range(0, max(past, 1), MANY)  # so that each row sees something of the last block too
    found: tuple[Tensor, Tensor] | None = None
    for start, end in pairwise([*starts, key.shape[1]]):
        part = slice(start, end)
        found = merge(found, _few(folded, key[:, part], value[:, part], past - start, n))
    assert found
    out, lse = found
    return out.to(value.dtype).unflatten(1, (group, n)), lse.unflatten(1, (group, n))


def _few(folded: Tensor, key: Tensor, value: Tensor, past: int, n: int) -> tuple[Tensor, Tensor]:
    """`attend_few` of scaled queries [kv_heads, group n, dim], in one product; output in float32. K q^T takes a quarter
    of the time of q K^T, K being the larger by far.
    """
    scores = torch.bmm(key, folded.transpose(1, 2)).transpose(1, 2).contiguous()  # [kv_heads, group n, columns]
    if key.shape[1] > past:
        unseen = torch.ones(n, key.shape[1] - past, dtype=torch.bool, device=key.device).triu(1)
        scores.unflatten(1, (-1, n))[..., past:].masked_fill_(unseen, -torch.inf)
    top = scores.amax(-1, keepdim=True)
    weights = scores.sub_(top).exp_()
    total = weights.sum(-1, keepdim=True, dtype=torch.float32)
    return torch.bmm(weights, value).float() / total, (top.float() + total.log())[..., 0]


def attend_one(query: Tensor, key: Tensor, value: Tensor, past: int, scale: float) -> Tensor:
    """`attend_few` of one new token where nothing is to be merged, in as few steps as it takes.

    query [kv_heads, group, 1, dim]. Returns the same. At 2,048 tokens of the 1.5B the many small steps of `attend_few`
    are half of its time.
    """
    scores = torch.bmm(key, (query[:, :, 0] * scale).transpose(1, 2))  # [kv_heads, columns, group]
    scores[:, past + 1 :] = -torch.inf
    weights = scores.transpose(1, 2).softmax(-1, dtype=torch.float32).to(value.dtype)
    return torch.bmm(weights, value)[:, :, None]


def merge(one: tuple[Tensor, Tensor] | None, other: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Attention over two disjoint sets of columns from each one's output and log-sum-exp; output in float32."""
    if one is None:
        return other
    total = torch.logaddexp(one[1], other[1])
    shares = [(out.float() * (lse - total).exp()[..., None]) for out, lse in (one, other)]
    return shares[0] + shares[1], total


def paged_attention(
    module: nn.Module,
    query: Tensor,
    key: Any,
    value: Any,
    attention_mask: Tensor | None,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """transformers' attention call. query [1, heads, n, dim]; key is the layer of `model.pages.Pages` that
    `update` returned, value the same. Returns [1, n, heads, dim].
    """
    if isinstance(key, ExcerptLayer):
        return key.attended(query, scaling), None
    layer, (heads, n, dim) = key, query.shape[1:]
    kv_heads, past = layer.key.shape[0], layer.length
    grouped = query[0].reshape(kv_heads, -1, n, dim)  # [kv_heads, group, n, dim]
    found: tuple[Tensor, Tensor] | None = None
    columns = -(-(past + n) // PADDED) * PADDED
    if n == 1 and not layer.store.slabs:
        out = attend_one(grouped, layer.key[:, :columns], layer.value[:, :columns], past, scaling)
        return out.reshape(1, 1, heads, dim), None
    for block in layer.sealed():
        asked = rotate(grouped) if block.rotated else grouped
        found = merge(found, _over(asked, block.key, block.value, scaling))
    if n <= FEW:
        found = merge(found, attend_few(grouped, layer.key[:, :columns], layer.value[:, :columns], past, scaling))
    else:
        if past:
            found = merge(found, _over(grouped, layer.key[:, :past], layer.value[:, :past], scaling))
        new = slice(past, past + n)
        each_key, each_value = (x[:, new].repeat_interleave(heads // kv_heads, 0) for x in (layer.key, layer.value))
        out, lse = attend(query[0], each_key, each_value, causal=True, scale=scaling)
        found = merge(found, (out.reshape(grouped.shape), lse.reshape(grouped.shape[:-1])))
    return found[0].to(query.dtype).reshape(heads, n, dim).transpose(0, 1)[None].contiguous(), None


def _over(query: Tensor, key: Tensor, value: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """`attend` of grouped queries [kv_heads, group, n, dim] over keys that all of them see."""
    group, n = query.shape[1:3]
    if n <= FEW and query.device.type == "cpu":
        return attend_few(query, key, value, key.shape[1], scale)
    out, lse = attend(query.flatten(1, 2), key, value, causal=False, scale=scale)
    return out.unflatten(1, (group, n)), lse.unflatten(1, (group, n))


AttentionInterface.register(NAME, paged_attention)
