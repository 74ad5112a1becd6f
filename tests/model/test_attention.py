"""The fast attention against the formula, and the merge of parts against the whole."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from model.attention import attend, attend_in_rows, attend_plainly, merge

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


def test_rows_in_bf16_are_plain() -> None:
    q, k, v = (random(2, n, 64, s).to(torch.bfloat16) for n, s in ((600, 1), (1500, 2), (1500, 3)))
    fast, fast_lse = attend(q, k, v, False, 0.125)
    plain, plain_lse = attend_plainly(q, k, v, False, 0.125)
    assert torch.equal(fast, attend_in_rows(q, k, v, 0.125)[0]), "the row path must be the one taken"
    assert (fast.float() - plain.float()).abs().max() < 4e-3
    assert (fast_lse - plain_lse).abs().max() < 4e-3


@settings(deadline=None, max_examples=40)
@given(columns=st.integers(2, 60), cut=st.integers(1, 59), seed=st.integers(0, 99))
def test_merged_parts_are_the_whole(columns: int, cut: int, seed: int) -> None:
    cut = min(cut, columns - 1)
    q, k, v = random(2, 9, 16, seed), random(2, columns, 16, seed + 1), random(2, columns, 16, seed + 2)
    parts = [attend(q, k[:, s], v[:, s], False, 0.3) for s in (slice(0, cut), slice(cut, None))]
    assert torch.allclose(merge(*parts)[0], attend_plainly(q, k, v, False, 0.3)[0], atol=1e-5)
