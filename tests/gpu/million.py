"""A million tokens of keys and values in host memory, answered within 24 GB of GPU memory.

`python -m tests.gpu.million [--layout int8] [--record]`. Weights of a 7B's shape in bf16, pages drawn by chance: what
is shown is that the memory holds and how long a question takes, not an answer. Host memory: 23 GB in k8v4, 30 in int8.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import torch

from model.decode import prefill
from model.layout import KNOWN, pack
from model.pages import Pages
from model.store import Store
from tests.gpu.random_model import header, random_model
from tests.gpu.record import Row, options, peak_memory, run, waited

LIMIT = 24 * 10**9  # bytes of the GPU
QUESTION, WRITTEN = 300, 8  # tokens: of a usual question with the passages quoted again, of an answer's beginning


def main(arguments: list[str] | None = None) -> list[Row]:
    parser = options(__doc__ or "")
    parser.add_argument("--layout", choices=KNOWN, default="k8v4")
    return run("million", parser.parse_args(arguments), measure)


def measure(given: argparse.Namespace) -> Iterator[Row]:
    n = 2048 if given.tiny else 1_000_000
    if given.device == "cuda":
        torch.cuda.set_per_process_memory_fraction(min(1.0, LIMIT / torch.cuda.get_device_properties(0).total_memory))
    model, sizes = random_model(given.tiny, given.device, n + 1024)
    top = header(sizes, given.layout)
    store = Store(torch.bfloat16, [given.device] * sizes.layers, "host" if given.device == "cuda" else "memory")
    key, value = torch.randn(2, sizes.layers, sizes.kv_heads, top.chunk, sizes.head_dim).bfloat16()
    parts = pack(given.layout, key, value)
    while store.length + top.chunk <= n:
        store.add({name: part.clone() for name, part in parts.items()})
    pages = Pages(top, top.chunk + QUESTION, device=given.device, tier=store.tier, store=store)
    for step, ids in {"question": [5] * QUESTION, "token": [7] * WRITTEN}.items():
        waited(given.device)
        start = time.perf_counter()
        for run_ids in [ids] if step == "question" else [[i] for i in ids]:
            prefill(model, pages, run_ids)
        waited(given.device)
        seconds = (time.perf_counter() - start) / (1 if step == "question" else len(ids))
        yield {"tokens": store.length, "layout": given.layout, "step": step, "seconds": seconds}
    held = torch.cuda.max_memory_reserved() if given.device == "cuda" else 0
    yield {"tokens": store.length, "memory": peak_memory(given.device), "reserved": held, "limit": LIMIT}


if __name__ == "__main__":
    main()
