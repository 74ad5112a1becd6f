"""Device: what this machine has, and how fast it is at what the engine does."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import torch

from model import cards
from model.attention import attend
from model.linear import GROUP, PackedLinear, int8_is_right, rounded
from model.types import Device

QUICK = 5  # times a product is run when there is no time; the best counts, so that a busy moment does not
THOROUGH = 1.2  # seconds for each product when there is; the median counts, as the machine usually is
DOUBTS = 3  # times that int8 is timed before it is held to be slower
TOGETHER = 20  # products that a GPU is given at once: one alone takes less time than starting it
ROWS = 512  # tokens that go through the model at a time
INNER, OUTER = 1536, 2048  # a weight as large as those of small models
WIDE = 32_768  # outputs of a weight that no processor's cache holds
HEADS, KEYS = 2, 4096  # of the attention that is timed
MANY = 8  # times as many rows, outputs and heads are timed on a GPU, which fewer leave idle
DRIVER = (
    Path("/proc/driver/nvidia/version"),
    Path("/usr/lib/wsl/lib/libcuda.so.1"),
    Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32" / "nvcuda.dll",
)


def measure(kind: str = "cpu", thoroughly: bool = False) -> Device:
    """This machine with its speeds: the best it can do, in a second; or thoroughly, in about twelve and with all of
    them, what it usually does. `kind`: "cpu" or "cuda".

    Attention and int8 are compared with the plain product on one thread: they are made of many small steps, and two
    threads that the system puts on one core wait 4 ms for each other at each, which says nothing of a long read.
    """
    clock = Clock(kind, THOROUGH if thoroughly else 0.0)
    packed = kind == "cpu" and int8_is_right()
    found = describe(kind)
    with torch.inference_mode():
        flops, bandwidth = clock.flops(), clock.bandwidth()
        bandwidth_int8, bandwidth_four = clock.packed_bandwidths() if packed and thoroughly else (0.0, 0.0)
        with _one_thread():
            share = flops / clock.flops()
            return replace(
                found,
                flops=flops,
                flops_int8=flops * clock.int8_gain() if packed else 0.0,
                bandwidth=bandwidth,
                bandwidth_int8=bandwidth_int8,
                bandwidth_four=bandwidth_four,
                attention_64=share * clock.attention_flops(64),
                attention_128=share * clock.attention_flops(128),
            )


def describe(kind: str = "cpu") -> Device:
    """This machine without its speeds, at once."""
    memory = psutil.virtual_memory()
    gpu = _gpu()
    on_gpu = kind == "cuda"
    return replace(
        gpu,
        kind=kind,
        name=_processor(),
        cores=torch.get_num_threads(),
        memory=gpu.gpu_memory if on_gpu else memory.total,
        memory_free=gpu.gpu_free if on_gpu else memory.available,
        host_free=memory.available,
    )


def best_kind() -> str:
    """The kind of the fastest device here: "cuda" where a GPU works, else "cpu"."""
    return "cuda" if _gpu().gpu_memory else "cpu"


def yield_to_others() -> None:
    """Give the reader's window the right of way."""
    if hasattr(os, "nice"):
        os.nice(5)


class Clock:
    """Times the engine's products on one kind of device, each for some seconds, or QUICK times where that is 0."""

    def __init__(self, kind: str, seconds: float) -> None:
        self.kind = kind
        self.seconds = seconds
        self.many = MANY if kind == "cuda" else 1
        self.place = f"cuda:{cards.usable()[0]}" if kind == "cuda" else kind

    def flops(self) -> float:
        """FLOP/s of [ROWS, INNER] x [INNER, OUTER] in bf16; on a GPU of MANY times the rows and the outputs."""
        n, outputs = self.many * ROWS, self.many * OUTER
        rows, weight = self._ones(n, INNER), self._ones(INNER, outputs)
        return 2 * n * INNER * outputs / self.time(lambda: rows @ weight)

    def int8_gain(self) -> float:
        """How many times as fast such a product is in int8, rounding its rows included; 0 where it is not faster.

        Timed again where it seems slower: chance must not decide, as weights in another precision are other weights,
        for which a book has to be read anew.
        """
        rows, weight, layer = self._ones(ROWS, INNER), self._ones(INNER, OUTER), _packed(OUTER, INNER)
        gains = (self.time(lambda: rows @ weight) / self.time(lambda: layer(rows)) for _ in range(DOUBTS))
        return next((gain for gain in gains if gain > 1), 0.0)

    def bandwidth(self) -> float:
        """Bytes/s at which one token reads a weight in bf16 that is larger than the processor's cache."""
        row, weight = self._ones(1, OUTER), self._ones(WIDE, OUTER)
        return weight.nbytes / self.time(lambda: torch.nn.functional.linear(row, weight))

    def packed_bandwidths(self) -> tuple[float, float]:
        """The same in bytes/s of an int8 weight, and of one of four bits with its grid."""
        row, layer = self._ones(1, OUTER), _packed(WIDE, OUTER)
        assert layer.four is not None
        eight = WIDE * OUTER / self.time(lambda: layer.product(*rounded(row)))
        return eight, sum(part.nbytes for part in layer.four) / self.time(lambda: layer(row))

    def attention_flops(self, head_dim: int) -> float:
        """FLOP/s of attention of HEADS times ROWS queries over KEYS keys, on a GPU of MANY times both: two products and
        the softmax between.
        """
        heads, n = self.many * HEADS, self.many * ROWS
        query, past = self._ones(heads, n, head_dim), self._ones(heads, KEYS, head_dim)
        return 4 * heads * n * KEYS * head_dim / self.time(lambda: attend(query, past, past, False, head_dim**-0.5))

    def time(self, call: Callable[[], object]) -> float:
        """Seconds that a call takes."""
        self._once(call)  # the first one fetches memory and chooses kernels
        end = time.perf_counter() + self.seconds
        taken = [self._once(call) for _ in range(QUICK)]
        while time.perf_counter() < end:
            taken.append(self._once(call))
        return statistics.median(taken) if self.seconds else min(taken)

    def _once(self, call: Callable[[], object]) -> float:
        times = TOGETHER if self.kind == "cuda" else 1
        start = time.perf_counter()
        for _ in range(times):
            call()
        if self.kind == "cuda":
            torch.cuda.synchronize(self.place)
        return (time.perf_counter() - start) / times

    def _ones(self, *shape: int) -> torch.Tensor:
        return torch.ones(shape, dtype=torch.bfloat16, device=self.place)


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _packed(outputs: int, inputs: int) -> PackedLinear:
    """A layer of any numbers, in int8 and four bits: how long a product takes does not depend on them."""
    four = torch.zeros(outputs, inputs // 2, dtype=torch.uint8)
    grid = torch.ones(inputs // GROUP, outputs, 2, dtype=torch.bfloat16)
    return PackedLinear(torch.ones(outputs, inputs, dtype=torch.int8), torch.ones(outputs), None, (four, grid))


def _gpu() -> Device:
    """A device of which only what is said of the GPU is filled in: memory where there is one that works."""
    nothing = Device("cpu", 0, 0, 0, 0.0, 0.0)
    why = _why_not_gpu()
    if why:
        return replace(nothing, why_not_gpu="" if why == "none" else why)
    every = cards.usable()
    name = torch.cuda.get_device_name(every[0])
    return replace(
        nothing,
        gpu_name=name if len(every) == 1 else f"{name} and {len(every) - 1} more",
        gpu_memory=sum(torch.cuda.mem_get_info(card)[1] for card in every),
        gpu_free=sum(cards.free().values()),
        gpu_capability=torch.cuda.get_device_capability(every[0]),
    )


def _why_not_gpu() -> str:
    """Nothing where a GPU works, "none" where there is none; else what `Device.why_not_gpu` says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of an old driver only once; `_complaint` is told of it each time
        if cards.usable():
            return ""
        found = torch.cuda.is_available()
    if found:
        return "failed"
    if not any(path.exists() for path in DRIVER):
        return "none"
    if torch.version.cuda is None:
        return "torch-without-cuda"
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip() in ("", "-1"):
        return "hidden"
    return "driver-old" if "too old" in _complaint() else "failed"


def _complaint() -> str:
    """What torch says when it is made to start CUDA and cannot."""
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        return str(error)
    return ""


def _processor() -> str:
    """The processor's name as its maker or the system gives it."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
