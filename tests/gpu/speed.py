"""Speed on weights of a 7B's shape: prefill as a share of the measured matrix peak, decode of the measured bandwidth.

`python -m tests.gpu.speed [--record]`. Goals on an H200: prefill at 32k and decode at 128k, 60 % each. Two rows more
read 32k as the engine does, each chunk sealed on disk, in chunks as long as they are and eight times as long.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from model.decode import prefill
from model.header import CHUNK, chain
from model.pages import Pages
from model.read import read
from model.tokens import Prompt, Tokens
from model.weights import Model
from tests.gpu.random_model import Sizes, header, random_model
from tests.gpu.record import Row, options, peak_memory, run, waited

ROWS = 4096  # tokens that go through at a time
WRITTEN = 32


def main(arguments: list[str] | None = None) -> list[Row]:
    return run("speed", options(__doc__ or "").parse_args(arguments), measure)


def measure(given: argparse.Namespace) -> Iterator[Row]:
    lengths = (512, 1024) if given.tiny else (32_768, 131_072)
    model, sizes = random_model(given.tiny, given.device, lengths[1] + WRITTEN + 64)
    peak, bandwidth = matrix_peak(given), read_bandwidth(given)
    yield {"matrix_peak_tflops": peak / 1e12, "bandwidth_gb_s": bandwidth / 1e9, "parameters": sizes.parameters}
    yield prefill_row(model, sizes, lengths[0], peak, given.device)
    for chunk in (CHUNK, 8 * CHUNK):
        yield read_row(model, sizes, lengths[0], chunk, given.device)
    yield decode_row(model, sizes, lengths[1], bandwidth, given.device)


def matrix_peak(given: argparse.Namespace) -> float:
    """FLOP/s of the product of two square matrices in bf16."""
    n = 512 if given.tiny else 8192
    a, b = (torch.randn(n, n, dtype=torch.bfloat16, device=given.device) for _ in range(2))
    return 2 * n**3 / best(lambda: a @ b, given.device)


def read_bandwidth(given: argparse.Namespace) -> float:
    """Bytes/s at which a matrix larger than any cache is read by a product with a vector."""
    n = 1024 if given.tiny else 32_768
    matrix = torch.randn(n, n, dtype=torch.bfloat16, device=given.device)
    vector = torch.randn(n, dtype=torch.bfloat16, device=given.device)
    return matrix.nbytes / best(lambda: matrix @ vector, given.device)


def prefill_row(model: Model, sizes: Sizes, n: int, peak: float, device: str) -> Row:
    ids = numbers(n)

    def through() -> Pages:
        pages = Pages(header(sizes), n, device=device)
        for place in range(0, n, ROWS):
            prefill(model, pages, ids[place : place + ROWS])
        return pages

    seconds = best(through, device, times=2)
    flops = sizes.prefill_flop(n) / seconds
    return {
        "prefill_tokens": n,
        "tokens_s": n / seconds,
        "tflops": flops / 1e12,
        "of_peak": flops / peak,
        "memory": peak_memory(device),
    }


def read_row(model: Model, sizes: Sizes, n: int, chunk: int, device: str) -> Row:
    """Reading with all that belongs to it: rounding each chunk to int8, hashing and writing it."""
    ids, form = numbers(n), header(sizes, "int8", chunk)
    with tempfile.TemporaryDirectory() as folder:
        pages = Pages(form, n, Path(folder), chain(form, ids), device)
        waited(device)
        start = time.perf_counter()
        for _ in read(model, pages, Prompt(0, Tokens(ids, [], []), ids), lambda: False, rows=chunk):
            pass
        waited(device)
        return {"read_tokens": n, "chunk": chunk, "tokens_s": n / (time.perf_counter() - start)}


def numbers(n: int) -> list[int]:
    """Any tokens."""
    return torch.randint(0, 300, (n,), generator=torch.Generator().manual_seed(0)).tolist()


def decode_row(model: Model, sizes: Sizes, n: int, bandwidth: float, device: str) -> Row:
    pages = Pages(header(sizes), n + WRITTEN + 1, device=device)
    pages.key[slice(0, n)].normal_()
    pages.value[slice(0, n)].normal_()

    def write() -> None:
        pages.rewind(n)
        for _ in range(WRITTEN):
            prefill(model, pages, [7])

    seconds = best(write, device, times=2) / WRITTEN
    speed = sizes.decode_bytes(n) / seconds
    return {
        "decode_behind": n,
        "tokens_s": 1 / seconds,
        "gb_s": speed / 1e9,
        "of_bandwidth": speed / bandwidth,
        "memory": peak_memory(device),
    }


def best(call: Callable[[], object], device: str, times: int = 5) -> float:
    """The fewest seconds of several calls, the first of all not counted."""
    taken = []
    for _ in range(times + 1):
        waited(device)
        start = time.perf_counter()
        call()
        waited(device)
        taken.append(time.perf_counter() - start)
    return min(taken[1:])


if __name__ == "__main__":
    main()
