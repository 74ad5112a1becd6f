"""Lengths: the loss by place, the memory and the seconds of a real model far past the length that it was trained for.

`python -m tests.gpu.lengths --model FOLDER --text FILE [--tokens 16384,65536,262144] [--precision nf4] [--record]`: a
model's folder with safetensors, any long text. The rotary base is stretched by NTK and frozen for each length.
What fewer bits cost is the difference between --precision bf16, int8 and nf4; for nf4 above all in a Chinese text.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import torch

from model.checkpoint import open_checkpoint
from model.decode import prefill
from model.pages import Pages
from model.plan import make
from model.types import Device, Precision
from model.weights import Model, load, page_header
from tests.gpu.record import Row, options, peak_memory, run, waited
from tests.model.conftest import write_tiny

ROWS = 1024
PARTS = 8  # of the text, each with its own mean loss


def main(arguments: list[str] | None = None) -> list[Row]:
    parser = options(__doc__ or "")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--tokens", default="16384,65536,262144")
    parser.add_argument("--precision", choices=get_args(Precision), default="bf16")
    return run("lengths", parser.parse_args(arguments), measure)


def measure(given: argparse.Namespace) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = write_tiny(Path(name) / "model", "llama") if given.tiny else given.model
        text = "The keeper of the gate wrote it down. " * 80 if given.tiny else given.text.read_text(errors="replace")
        model = load(open_checkpoint(folder), torch.bfloat16, given.precision, given.device)
        ids = model.tokenizer.encode_text(text).ids
        for n in (600, 1500) if given.tiny else map(int, given.tokens.split(",")):
            if len(ids) < n:
                yield {"tokens": n, "skipped": f"the text has {len(ids)} tokens"}
            else:
                yield {"model": folder.name, "precision": given.precision} | by_place(model, ids[:n], given.device)


def by_place(model: Model, ids: list[int], device: str) -> Row:
    """Mean loss in nats of each of PARTS runs of the text."""
    plan = make("m", model.shape, len(ids), Device("cpu", 1, 10**13, 10**13, 1e12, 1e11), 1e6, layout="exact")
    model.freeze_base(plan)
    pages = Pages(page_header(model.checkpoint, plan), plan.length, device=model.places)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    waited(device)
    start, losses = time.perf_counter(), []
    for place in range(0, len(ids), ROWS):
        rows = ids[place : place + ROWS]
        following = torch.tensor(ids[place + 1 : place + 1 + len(rows)], device=model.device)
        found = prefill(model, pages, rows, keep=len(rows)).log_softmax(-1)[: len(following)]
        losses += (-found.gather(1, following[:, None])[:, 0]).tolist()
    waited(device)
    size = -(-len(losses) // PARTS)
    means = [sum(part) / len(part) for part in (losses[i : i + size] for i in range(0, len(losses), size))]
    return {
        "tokens": len(ids),
        "alpha": plan.alpha,
        "losses": [round(mean, 4) for mean in means],
        "seconds": time.perf_counter() - start,
        "memory": peak_memory(device),
    }


if __name__ == "__main__":
    main()
