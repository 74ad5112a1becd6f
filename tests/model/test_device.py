"""What is said of this machine: speeds in the right units, a GPU that works or why it is not used."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from app.problems import REASONS
from model import cards, device
from model.device import Clock
from model.planner import WHY_NOT, Planner
from model.types import Device, Folders, Noticed

SPEEDS = ("flops", "bandwidth", "attention_64", "attention_128")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products that take no time."""
    for name, value in {"ROWS": 8, "INNER": 64, "OUTER": 64, "WIDE": 128, "KEYS": 16, "THOROUGH": 0.001}.items():
        monkeypatch.setattr(device, name, value)


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """No test learns from another which cards work."""
    cards.usable.cache_clear()
    yield
    cards.usable.cache_clear()


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(device, "DRIVER", ())


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that works, as far as torch tells."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(cards, "usable", lambda: (0,))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (20 * 10**9, 24 * 10**9))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA GeForce RTX 4090")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 9))


def durations(monkeypatch: pytest.MonkeyPatch, seconds: list[float]) -> None:
    """Each product that is timed takes the next of these, the last one ever after."""
    left = iter(seconds)
    monkeypatch.setattr(Clock, "time", lambda *_: next(left, seconds[-1]))


@pytest.mark.parametrize("thoroughly", [False, True])
def test_all_speeds_are_measured(small: None, no_gpu: None, thoroughly: bool) -> None:
    threads = torch.get_num_threads()
    found = device.measure(thoroughly=thoroughly)
    assert torch.get_num_threads() == threads == found.cores
    assert all(getattr(found, speed) > 0 for speed in SPEEDS)
    assert found.flops_int8 == 0 or found.flops_int8 > found.flops
    assert bool(found.bandwidth_int8) == bool(found.bandwidth_four) == (thoroughly and device.int8_is_right())


def test_where_int8_is_wrong_no_such_product_is_run(small: None, no_gpu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("packed")

    monkeypatch.setattr(device, "int8_is_right", lambda: False)
    monkeypatch.setattr(device, "PackedLinear", forbidden)
    found = device.measure(thoroughly=True)
    assert (found.flops_int8, found.bandwidth_int8, found.bandwidth_four) == (0, 0, 0) and found.flops > 0


@pytest.mark.parametrize(
    ("seconds", "faster"),
    [([2.0, 1.0], True), ([1.0, 2.0] * 9, False), ([1.0, 2.0, 1.0, 0.5], True), ([1.0, 1.0], False)],
    ids=["faster", "slower", "disturbed at first", "as fast"],
)
def test_int8_counts_only_where_it_is_faster(
    small: None, monkeypatch: pytest.MonkeyPatch, seconds: list[float], faster: bool
) -> None:
    monkeypatch.setattr(device, "_packed", lambda *_: None)
    durations(monkeypatch, seconds)
    assert (Clock("cpu", 0.0).int8_gain() > 1) == faster


@pytest.mark.parametrize(
    "measured", [lambda clock: clock.flops(), *(lambda c, d=d: c.attention_flops(d) for d in (64, 128))]
)
def test_operations_are_counted_as_torch_counts_them(
    monkeypatch: pytest.MonkeyPatch, measured: Callable[[Clock], float]
) -> None:
    counted: list[int] = []

    def time(_: Clock, call: Callable[[], object]) -> float:
        with FlopCounterMode(display=False) as counter:
            call()
        counted.append(counter.get_total_flops())
        return 0.5

    monkeypatch.setattr(Clock, "time", time)
    assert measured(Clock("cpu", 0.0)) == counted[0] / 0.5 > 0


def test_bytes_are_those_of_the_weights(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "time", lambda *_: 1.0)
    clock = Clock("cpu", 0.0)
    weights = device.WIDE * device.OUTER
    assert clock.bandwidth() == 2 * weights
    if device.int8_is_right():
        assert clock.packed_bandwidths() == (weights, weights // 2 + 4 * weights // device.GROUP)


def test_quickly_the_best_counts_thoroughly_the_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken() -> Iterator[float]:
        yield 9.0  # the first one is not counted
        while True:
            yield from (3.0, 1.0, 2.0, 2.0, 7.0)

    for seconds, expected in ((0.0, 1.0), (1e-9, 2.0)):
        left = taken()
        monkeypatch.setattr(Clock, "_once", lambda *_, left=left: next(left))
        assert Clock("cpu", seconds).time(lambda: None) == expected


def test_without_a_gpu_there_is_nothing_to_explain(no_gpu: None) -> None:
    found, memory = device.describe(), psutil.virtual_memory()
    assert (found.kind, found.gpu_memory, found.why_not_gpu, device.best_kind()) == ("cpu", 0, "", "cpu")
    assert found.memory == memory.total and 0 < found.memory_free == found.host_free <= memory.total
    assert found.name and found.cores == torch.get_num_threads() and found.flops == 0


def test_a_gpu_is_described_beside_the_processor_and_as_the_device(gpu: None) -> None:
    beside, itself = device.describe("cpu"), device.describe("cuda")
    for found in (beside, itself):
        assert (found.gpu_name, found.gpu_memory) == ("NVIDIA GeForce RTX 4090", 24 * 10**9)
        assert (found.gpu_free, found.gpu_capability, found.why_not_gpu) == (20 * 10**9, (8, 9), "")
    assert beside.memory == psutil.virtual_memory().total and device.best_kind() == "cuda"
    assert (itself.memory, itself.memory_free) == (24 * 10**9, 20 * 10**9) and itself.host_free > 0


def warns() -> bool:
    """As torch does, the first time that a process asks."""
    warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old (found 11040)", stacklevel=1)
    return False


@pytest.mark.parametrize(
    ("available", "built", "visible", "complaint", "why"),
    [
        (lambda: False, None, None, "", "torch-without-cuda"),
        (warns, "12.8", None, "The NVIDIA driver on your system is too old (found 11040)", "driver-old"),
        (lambda: False, "12.8", None, "The NVIDIA driver on your system is too old (found 11040)", "driver-old"),
        (lambda: False, "12.8", "", "No CUDA GPUs are available", "hidden"),
        (lambda: False, "12.8", "-1", "No CUDA GPUs are available", "hidden"),
        (lambda: False, "12.8", "-1,0", "No CUDA GPUs are available", "hidden"),
        (lambda: False, "12.8", "0", "CUDA unknown error", "failed"),
        (lambda: True, "12.8", None, "", "failed"),  # found, but it computes nothing
        (lambda: True, None, None, "", "failed"),  # ROCm
    ],
)
def test_why_a_gpu_that_is_there_is_not_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    available: Callable[[], bool],
    built: str | None,
    visible: str | None,
    complaint: str,
    why: str,
) -> None:
    """A warning of torch's that came through would fail this test."""

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(complaint or "no kernel image is available for execution on the device")

    monkeypatch.setattr(device, "DRIVER", (tmp_path / "none", tmp_path))
    monkeypatch.setattr(torch.cuda, "is_available", available)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "init", fails)
    monkeypatch.setattr(torch.version, "cuda", built)
    monkeypatch.setattr(torch, "ones", fails)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = device.describe()
    assert (found.why_not_gpu, found.gpu_memory, found.kind) == (why, 0, "cpu") and device.best_kind() == "cpu"


def test_cards_that_cannot_compute_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of three is too old for the attention; what the others give is right."""
    real = torch.ones

    def ones(*shape: int, dtype: torch.dtype, device: str) -> torch.Tensor:
        if device == "cuda:1":
            raise RuntimeError("FlashAttention only supports Ampere GPUs or newer.")
        return real(*shape, dtype=dtype)

    monkeypatch.setattr(torch, "ones", ones)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda card: (card + 10, 99))
    assert cards.usable() == (0, 2) and cards.free() == {0: 10, 2: 12}


def test_a_plain_device_needs_no_more_than_before() -> None:
    assert Device("cpu", 2, 1, 1, 1.0, 1.0).why_not_gpu == ""


def test_why_a_gpu_is_not_used_is_said_once() -> None:
    for why, reason in WHY_NOT.items():
        planner = Planner(torch.bfloat16)
        planner.device = replace(Device("cpu", 2, 1, 1, 1.0, 1.0), why_not_gpu=why)
        said = [*planner.gpu(Folders("m", "p")), *planner.gpu(Folders("m", "p"))]
        assert said == [Noticed("gpu-unused", {"reason": reason})] and reason in REASONS
