"""What this machine has, measured in a moment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import psutil
import torch

from model.types import Device


def measure() -> Device:
    """The CPU as a device: memory from the system, speeds from a matrix product and a matrix times a
    vector in bf16 (about 0.2 s together; the best of a few, so that a busy moment does not count).
    """
    memory = psutil.virtual_memory()
    return Device(
        kind="cpu",
        cores=torch.get_num_threads(),
        memory=memory.total,
        memory_free=memory.available,
        flops=_matrix_speed(),
        bandwidth=_weight_bandwidth(),
    )


def yield_to_others() -> None:
    """Give the reader's window the right of way."""
    if hasattr(os, "nice"):
        os.nice(5)


def _best(call: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _matrix_speed() -> float:
    """FLOP/s of [512, 2048] x [2048, 4096] in bf16."""
    rows, weight = torch.ones(512, 2048, dtype=torch.bfloat16), torch.ones(2048, 4096, dtype=torch.bfloat16)
    return 2 * 512 * 2048 * 4096 / _best(lambda: rows @ weight, 6)


def _weight_bandwidth() -> float:
    """Bytes/s at which one token reads a weight larger than the processor's cache."""
    weight, row = torch.ones(16384, 4096, dtype=torch.bfloat16), torch.ones(1, 4096, dtype=torch.bfloat16)
    return weight.nbytes / _best(lambda: torch.nn.functional.linear(row, weight), 4)
