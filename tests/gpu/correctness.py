"""Correctness: what a GPU computes beside a CPU in float32, on a tiny random model, for every form of pages.

`python -m tests.gpu.correctness [--record]`. Numbers are the standard deviation of the difference of the logits over
that of the logits; the script fails where one is too large. bitsandbytes is compared where it is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch

from model.attention import attend, attend_plainly
from model.checkpoint import open_checkpoint
from model.decode import prefill
from model.header import Header, chain
from model.pages import Pages
from model.plan import make
from model.read import read
from model.tokens import Prompt, Tokens
from model.types import Device, Layout, Precision, Tier
from model.weights import Model, load, page_header
from tests.gpu.record import Row, options, run
from tests.model.conftest import write_tiny

IDS = [(7 * i * i + 3 * i) % 250 for i in range(1400)]
QUESTION = [3, 1, 4, 1, 5, 9, 2, 6]
FORMS: tuple[tuple[Layout, Tier], ...] = (
    ("exact", "resident"),
    ("int8", "resident"),
    ("int8", "memory"),
    ("int8", "host"),
    ("int8", "file"),
    ("k8v4", "host"),
)
CLOSE = {"exact": 2e-3, "int8": 0.05, "k8v4": 0.4}  # what the layout costs
ROUNDED = 0.15  # and bf16 besides, in a random model, which magnifies it
PACKED = {"int8": 0.3, "nf4": 0.9}
BLOCKS = ((1, 1, True), (64, 64, True), (700, 700, True), (1, 9000, False), (40, 8192, False), (900, 513, False))
EVERYWHERE = 10**15  # bytes beside the weights for which no card has room alone


def main(arguments: list[str] | None = None) -> list[Row]:
    return run("correctness", options(__doc__ or "").parse_args(arguments), measure)


def measure(given: argparse.Namespace) -> Iterator[Row]:
    for dim in (64, 128):
        yield from blocks(given.device, dim)
    with tempfile.TemporaryDirectory() as name:
        checkpoint = open_checkpoint(write_tiny(Path(name) / "model", "qwen2", hidden_size=128, intermediate_size=128))
        want = logits(load(checkpoint, torch.float32), "exact", "resident", Path(name) / "want")
        for dtype, more in ((torch.float32, 0.0), (torch.bfloat16, ROUNDED)):
            model = load(checkpoint, dtype, kind=given.device)
            for layout, tier in FORMS:
                if tier == "host" and given.device == "cpu":
                    continue  # pinned memory needs a GPU
                for step in ("read", "restored"):
                    row = {"numbers": str(dtype), "layout": layout, "tier": tier, "step": step}
                    found = logits(model, layout, tier, Path(name) / f"{dtype} {layout} {tier}")
                    yield compared(row, found, want, CLOSE[layout] + more)
            whole = logits(model, "exact", "resident", None)
            yield compared({"numbers": str(dtype), "step": "in one piece"}, whole, want, CLOSE["exact"] + more)
        if given.device == "cuda" and torch.cuda.device_count() > 1:
            model = load(checkpoint, torch.bfloat16, kind="cuda", beside=EVERYWHERE)
            for layout, tier in FORMS:
                row = {"layout": layout, "tier": tier, "cards": ", ".join(model.devices)}
                found = logits(model, layout, tier, Path(name) / f"cards {layout} {tier}")
                yield compared(row, found, want, CLOSE[layout] + ROUNDED)
        if importlib.util.find_spec("bitsandbytes"):
            precisions: tuple[Precision, ...] = ("int8", "nf4")
            for precision in precisions:
                packed = load(checkpoint, torch.bfloat16, precision, given.device)
                found = logits(packed, "exact", "resident", Path(name) / precision)
                yield compared({"precision": precision}, found, want, PACKED[precision])


def blocks(device: str, dim: int) -> Iterator[Row]:
    """The attention door in bf16 beside the formula in float32, for blocks of several shapes."""
    for rows, columns, causal in BLOCKS:
        parts = [torch.randn(4, n, dim, device=device).bfloat16() for n in (rows, columns, columns)]
        query, key, value = parts
        out, lse = attend(query, key, value, causal, dim**-0.5)
        want, sums = attend_plainly(*(part.float() for part in parts), causal, dim**-0.5)
        row = {"attention": [rows, columns, dim], "causal": causal, "sums_off": float((lse - sums).abs().max())}
        yield compared(row, out.float(), want, 0.02)


def logits(model: Model, layout: Layout, tier: Tier, folder: Path | None) -> torch.Tensor:
    """The logits of the question's tokens behind IDS, read in chunks or restored where they lie sealed; in one piece
    where there is no folder.
    """
    plan = make("tiny", model.shape, len(IDS), Device("cpu", 1, 10**11, 10**11, 1e11, 1e10), 4.0, layout=layout)
    model.freeze_base(plan)
    dtype = next(model.module.parameters()).dtype
    full: Header = page_header(model.checkpoint, plan, dtype)
    capacity = plan.length if tier == "resident" else full.chunk + 64
    pages = Pages(full, capacity, folder, chain(full, IDS), model.places, tier)
    if folder is None:
        prefill(model, pages, IDS)
    else:
        for _ in read(model, pages, Prompt(0, Tokens(IDS, [], []), IDS), lambda: False):
            pass
    return prefill(model, pages, QUESTION, keep=len(QUESTION)).cpu()


def compared(row: Row, found: torch.Tensor, want: torch.Tensor, close: float) -> Row:
    """The row with its difference. Raises ValueError if that is too large."""
    off = float((found - want).std() / want.std())
    if not off < close:
        raise ValueError(f"{row}: {off:.3f} is not below {close}")
    return row | {"difference": off, "allowed": close}


if __name__ == "__main__":
    main()
