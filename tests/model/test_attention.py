"""The fast attention against the formula, and the merge of parts against the whole."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from model.attention import BLOCK, MANY, attend, attend_few, attend_in_blocks, attend_one, attend_plainly, merge

SIZES = st.integers(1, 70)


def random(heads: int, rows: int, dim: int, seed: int) -> Tensor:
    return torch.randn(heads, rows, dim, generator=torch.Generator().manual_seed(seed))


@settings(deadline=None, max_examples=40)
@given(rows=SIZES, columns=SIZES, causal=st.booleans(), seed=st.integers(0, 99))
def test_fast_is_plain(rows: int, columns: int, causal: bool, seed: int) -> None:
    columns = rows if causal else columns
    q, k, v = random(2, rows, 16, seed), random(2, columns, 16, seed + 1), random(2, columns, 16, seed + 2)
    fast, fast_lse = attend(q, k, v, causal, 0.25)
    plain, plain_lse = attend_plainly(q, k, v, causal, 0.25)
    assert torch.allclose(fast, plain, atol=1e-5)
    assert torch.allclose(fast_lse, plain_lse, atol=1e-5)


@pytest.mark.parametrize("columns", [1500, 2 * BLOCK, 2 * BLOCK + 300])
def test_blocks_in_bf16_are_plain(columns: int) -> None:
    q, k, v = (random(2, n, 64, s).to(torch.bfloat16) for n, s in ((600, 1), (columns, 2), (columns, 3)))
    fast, fast_lse = attend(q, k, v, False, 0.125)
    plain, plain_lse = attend_plainly(q, k, v, False, 0.125)
    assert torch.equal(fast, attend_in_blocks(q, k, v, 0.125)[0]), "the path in blocks must be the one taken"
    assert (fast.float() - plain.float()).abs().max() < 4e-3
    assert (fast_lse - plain_lse).abs().max() < 4e-3


@settings(deadline=None, max_examples=40)
@given(columns=st.integers(2, 60), cut=st.integers(1, 59), seed=st.integers(0, 99))
def test_merged_parts_are_the_whole(columns: int, cut: int, seed: int) -> None:
    cut = min(cut, columns - 1)
    q, k, v = random(2, 9, 16, seed), random(2, columns, 16, seed + 1), random(2, columns, 16, seed + 2)
    parts = [attend(q, k[:, s], v[:, s], False, 0.3) for s in (slice(0, cut), slice(cut, None))]
    assert torch.allclose(merge(*parts)[0], attend_plainly(q, k, v, False, 0.3)[0], atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 8), past=st.integers(0, 70), beyond=st.integers(0, 30), seed=st.integers(0, 99))
def test_a_few_tokens_see_what_stands_and_no_more(n: int, past: int, beyond: int, seed: int) -> None:
    """Two groups of three heads; columns behind the new tokens hold what nobody may see."""
    q, k, v = (
        random(6, n, 16, seed),
        random(2, past + n + beyond, 16, seed + 1),
        random(2, past + n + beyond, 16, seed + 2),
    )
    grouped = q.reshape(2, 3, n, 16)
    out, lse = attend_few(grouped, k, v, past, 0.3)
    for row in range(n):
        seen = slice(0, past + row + 1)
        want, want_lse = attend_plainly(grouped[:, :, row], k[:, seen], v[:, seen], False, 0.3)
        assert torch.allclose(out[:, :, row], want, atol=1e-5) and torch.allclose(lse[:, :, row], want_lse, atol=1e-5)
    if n == 1:
        assert torch.allclose(attend_one(grouped, k, v, past, 0.3), out, atol=1e-5)


@pytest.mark.parametrize("past", [MANY, MANY + 1, 2 * MANY + 300])
def test_a_few_tokens_behind_many(past: int) -> None:
    q, k, v = (random(2, n, 16, seed) for n, seed in ((5, 1), (past + 69, 2), (past + 69, 3)))
    out, lse = attend_few(q[:, None], k, v, past, 0.3)
    for row in range(5):
        seen = slice(0, past + row + 1)
        want, want_lse = attend_plainly(q[:, row : row + 1], k[:, seen], v[:, seen], False, 0.3)
        assert torch.allclose(out[:, 0, row], want[:, 0], atol=1e-5)
        assert torch.allclose(lse[:, 0, row], want_lse[:, 0], atol=1e-5)
