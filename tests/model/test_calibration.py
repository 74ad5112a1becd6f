"""Calibration: machines made up are found again from what their reads took, whatever else lies in the file."""

from __future__ import annotations

import json
import random
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from model import calibration
from model.calibration import Key, costs, keep_measured, machine_of, measured, predict, predict_writing, update
from model.types import Device, Shape

SMALL = Shape(30, 9, 3, 64, 134_515_008, 8192, 100_000.0)
LARGE = Shape(28, 12, 2, 128, 1_543_714_304, 32_768, 1_000_000.0)
KEY = Key("cpu: a processor, 2 threads", "large", "int8")
DEVICE = Device("cpu", 2, 10**10, 10**10, 1e11, 1e10, name="a processor", attention_64=3.0, flops_int8=2e11)

seeds = st.integers(0, 2**32)
linears = st.floats(1e-12, 1e-11)  # seconds per FLOP
ratios = st.floats(0.5, 6.0)  # seconds per FLOP of attention over those of the weights


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


class Machine:
    """Seconds per FLOP of the weights and of attention, and how much its reads vary."""

    def __init__(self, linear: float, ratio: float, noise: float, seed: int) -> None:
        self.linear, self.attention, self.noise = linear, linear * ratio, noise
        self.random = random.Random(seed)

    def seconds(self, shape: Shape, start: int, end: int) -> float:
        width = shape.heads * shape.head_dim * shape.layers
        weights, attention = 2 * shape.parameters * (end - start), 2 * width * (end**2 - start**2)
        return self.linear * weights + self.attention * attention

    def read(self, folder: Path, shape: Shape, tokens: int, piece: int = 8192, key: Key = KEY, slow: float = 1) -> None:
        """One document, piece by piece."""
        for start in range(0, tokens, piece):
            end = min(start + piece, tokens)
            busy = slow * self.random.lognormvariate(0, self.noise)
            update(folder, key, shape, start, end, self.seconds(shape, start, end) * busy)


@given(linears, ratios, seeds, st.sampled_from([0.0, 0.01, 0.05]))
@settings(max_examples=40, deadline=None)
def test_a_machine_is_found_again(linear: float, ratio: float, seed: int, noise: float) -> None:
    """Both costs once a long document was read; any read in that range is foretold."""
    machine = Machine(linear, ratio, noise, seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine.read(folder, LARGE, 66_000)
        machine.read(folder, LARGE, 9_000, piece=2048)
        found = costs(folder, KEY, LARGE)
        assert found is not None
        assert found.linear == pytest.approx(machine.linear * 2 * LARGE.parameters, rel=0.02 + 8 * noise)
        assert found.attention == pytest.approx(machine.attention * 2 * 12 * 128 * 28, rel=0.02 + 8 * noise)
        for start, end in ((0, 2000), (0, 30_000), (30_000, 66_000), (0, 100_000)):
            told = predict(folder, KEY, LARGE, start, end)
            assert told == pytest.approx(machine.seconds(LARGE, start, end), rel=0.02 + 4 * noise)


@given(linears, ratios, seeds, st.sampled_from([0.05, 0.3, 4.0, 1000.0]), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_a_few_reads_gone_wrong_do_not_matter(linear: float, ratio: float, seed: int, slow: float, bad: int) -> None:
    """The machine slept, or a clock was set: as many as three in eleven."""
    machine = Machine(linear, ratio, 0.02, seed)
    with tempfile.TemporaryDirectory() as name:
        for tokens in (4000, 8000, 16_000, 30_000):
            machine.read(Path(name), LARGE, tokens)
        for tokens in (8000, 20_000, 5000)[:bad]:
            machine.read(Path(name), LARGE, tokens, piece=tokens, slow=slow)
        machine.read(Path(name), LARGE, 12_000)
        told = predict(Path(name), KEY, LARGE, 0, 30_000)
        assert told == pytest.approx(machine.seconds(LARGE, 0, 30_000), rel=0.15)


def test_the_last_reads_count_most(folder: Path) -> None:
    slow, fast = Machine(4e-12, 2.0, 0.01, 1), Machine(1e-12, 2.0, 0.01, 1)
    slow.read(folder, LARGE, 66_000)
    for _ in range(2):
        fast.read(folder, LARGE, 66_000)
    assert predict(folder, KEY, LARGE, 0, 66_000) == pytest.approx(fast.seconds(LARGE, 0, 66_000), rel=0.05)


@given(linears, st.floats(1.0, 4.0), seeds, st.integers(100, 4000))
@settings(max_examples=30, deadline=None)
def test_one_short_read_foretells_the_next_and_guesses_a_long_one(
    linear: float, ratio: float, seed: int, tokens: int
) -> None:
    machine = Machine(linear, ratio, 0.01, seed)
    with tempfile.TemporaryDirectory() as name:
        machine.read(Path(name), LARGE, tokens, piece=tokens)
        again, long = (predict(Path(name), KEY, LARGE, 0, n) for n in (tokens, 60_000))
        assert again == pytest.approx(machine.seconds(LARGE, 0, tokens), rel=0.05)
        truth = machine.seconds(LARGE, 0, 60_000)
        assert long is not None and truth / 2.1 < long < truth * 2.1


def test_another_model_speaks_until_a_models_own_reads_do(folder: Path) -> None:
    machine, other = Machine(2e-12, 3.0, 0.01, 5), replace(KEY, model="small")
    machine.read(folder, SMALL, 30_000, key=other)
    told = predict(folder, KEY, LARGE, 0, 60_000)
    assert told == pytest.approx(machine.seconds(LARGE, 0, 60_000), rel=0.05)
    alone = Machine(1e-12, 2.0, 0.01, 6)
    alone.read(folder, LARGE, 66_000)
    assert predict(folder, KEY, LARGE, 0, 60_000) == pytest.approx(alone.seconds(LARGE, 0, 60_000), rel=0.05)


@pytest.mark.parametrize("times", [0.4, 1.0, 2.5])
def test_one_read_of_its_own_outweighs_many_of_others(folder: Path, times: float) -> None:
    """And the others still say how much longer a long one takes."""
    others, own = Machine(2e-12, 3.0, 0.01, 5), Machine(2e-12 * times, 3.0, 0.01, 6)
    for model in "abc":
        others.read(folder, SMALL, 66_000, key=replace(KEY, model=model))
    own.read(folder, LARGE, 3000)
    for tokens, within in ((3000, 0.1), (60_000, 0.2)):
        told = predict(folder, KEY, LARGE, 0, tokens)
        assert told == pytest.approx(own.seconds(LARGE, 0, tokens), rel=within)


@pytest.mark.parametrize("change", [{"machine": "cpu: another, 2 threads"}, {"precision": "bf16"}])
def test_another_machine_or_precision_says_nothing(folder: Path, change: dict[str, str]) -> None:
    assert predict(folder, KEY, LARGE, 0, 1000) is None, "nothing was read at all"
    Machine(2e-12, 3.0, 0.01, 5).read(folder, LARGE, 30_000, key=replace(KEY, **change))
    assert predict(folder, KEY, LARGE, 0, 1000) is None and predict_writing(folder, KEY, LARGE, 1000, 10) is None


@given(st.floats(1e-11, 1e-9), st.floats(0.5, 4.0), seeds)
@settings(max_examples=30, deadline=None)
def test_writing_is_foretold(per_byte: float, ratio: float, seed: int) -> None:
    noise = random.Random(seed)

    def seconds(length: int, tokens: int) -> float:
        return tokens * per_byte * (LARGE.parameters + ratio * length * LARGE.kv_bytes_per_token)

    with tempfile.TemporaryDirectory() as name:
        for length in (500, 2000, 8000, 30_000, 66_000) * 2:
            varied = seconds(length, 80) * noise.lognormvariate(0, 0.02)
            calibration.update_writing(Path(name), KEY, LARGE, length, 80, varied)
        for length in (1000, 20_000, 66_000):
            told = predict_writing(Path(name), KEY, LARGE, length, 120)
            assert told == pytest.approx(seconds(length, 120), rel=0.08)
        assert predict(Path(name), KEY, LARGE, 0, 1000) is None, "an answer is no read"


samples = st.tuples(st.integers(0, 10**6), st.integers(1, 10**6), st.floats(1e-6, 1e7))


@given(st.lists(samples, min_size=1, max_size=40), samples)
@settings(max_examples=60, deadline=None)
def test_a_longer_read_never_takes_less(reads: list[tuple[int, int, float]], asked: tuple[int, int, float]) -> None:
    """Whatever was measured: finite, above nothing, and more tokens take more."""
    with tempfile.TemporaryDirectory() as name:
        for start, tokens, seconds in reads:
            update(Path(name), KEY, LARGE, start, start + tokens, seconds)
        start, tokens, _ = asked
        less, more = (predict(Path(name), KEY, LARGE, start, start + n) for n in (tokens, tokens + 1))
        assert less is not None and more is not None and 0 < less < more < float("inf")


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [(5, 5, 1.0), (9, 5, 1.0), (0, 5, 0.0), (0, 5, -1.0), (0, 5, float("nan")), (0, 5, float("inf"))],
)
def test_what_is_no_read_is_not_taken_in(folder: Path, start: int, end: int, seconds: float) -> None:
    update(folder, KEY, LARGE, start, end, seconds)
    assert predict(folder, KEY, LARGE, 0, 1000) is None


def content(folder: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((folder / "calibration.json").read_text(encoding="utf-8"))


def test_the_file_stays_small(folder: Path) -> None:
    for model in range(calibration.KEYS + 3):
        for _ in range(2):
            update(folder, replace(KEY, model=str(model)), LARGE, 0, 1000, 5.0)
    for _ in range(calibration.KEPT + 3):
        update(folder, KEY, LARGE, 0, 1000, 5.0)
    models = [sample["key"]["model"] for sample in content(folder)["samples"]]  # type: ignore[index]
    assert models.count("large") == calibration.KEPT and len(set(models)) == calibration.KEYS
    assert "0" not in models and "22" in models


GARBAGE = [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b"[" * 100_000, b'{"samples": 5, "measured": []}']
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("garbage", GARBAGE)
def test_a_file_that_is_not_ours_is_ignored_and_replaced(folder: Path, garbage: bytes) -> None:
    (folder / "calibration.json").write_bytes(garbage)
    assert predict(folder, KEY, LARGE, 0, 1000) is None and measured(folder, DEVICE) is None
    update(folder, KEY, LARGE, 0, 1000, 5.0)
    keep_measured(folder, DEVICE)
    assert predict(folder, KEY, LARGE, 0, 1000) == pytest.approx(5.0) and measured(folder, DEVICE) == DEVICE


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_samples_that_are_not_whole_are_left_out(data: st.DataObject) -> None:
    """A sound file in which anything at all stands at one place: what is sound of the rest still speaks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(3):
            update(folder, KEY, LARGE, 0, 1000, 5.0)
        keep_measured(folder, DEVICE)
        found: object = content(folder)
        assert isinstance(found, dict)
        sample, speeds = found["samples"][1], found["measured"][machine_of(DEVICE)]
        place = data.draw(st.sampled_from([found["samples"], sample, sample["key"], found["measured"], speeds]))
        where = 1 if isinstance(place, list) else data.draw(st.sampled_from([*place, "more"]))
        place[where] = data.draw(json_values | st.sampled_from([1e308, 5e-324, -1.0, 10**400, "read", "1"]))
        (folder / "calibration.json").write_text(json.dumps(found))
        told = predict(folder, KEY, LARGE, 0, 1000)
        assert told is not None and 0 < told < float("inf")
        measured(folder, DEVICE)
        update(folder, KEY, LARGE, 0, 1000, 5.0)
        assert len(content(folder)["samples"]) in (3, 4)


def test_many_writers_lose_nothing(folder: Path) -> None:
    """As many threads, each with a lock of its own, as processes would."""

    def work(model: str) -> None:
        for turn in range(10):
            update(folder, replace(KEY, model=model), LARGE, 0, 1000 + turn, 5.0)
            assert content(folder)["samples"], "whole at every moment"
            keep_measured(folder, replace(DEVICE, name=model))

    threads = [threading.Thread(target=work, args=(model,)) for model in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [sample["key"]["model"] for sample in content(folder)["samples"]]  # type: ignore[index]
    assert sorted(found) == sorted("abcd" * 10)
    assert all(measured(folder, replace(DEVICE, name=model)) for model in "abcd")
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("what", ["write_text", "replace", "mkdir", "read_text"])
def test_a_disk_that_fails_costs_an_estimate_and_no_more(folder: Path, what: str) -> None:
    update(folder, KEY, LARGE, 0, 1000, 5.0)
    before = content(folder)
    with patch.object(Path, what, side_effect=OSError(28, "No space left on device")):
        update(folder, KEY, LARGE, 0, 1000, 7.0)
        keep_measured(folder, DEVICE)
        assert (predict(folder, KEY, LARGE, 0, 1000) is None) == (what == "read_text")
    assert content(folder) == before and not list(folder.glob("*.part"))


def test_who_waits_too_long_goes_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "PATIENCE", 0.0)
    with FileLock(folder / "calibration.lock"):
        update(folder, KEY, LARGE, 0, 1000, 5.0)
    assert predict(folder, KEY, LARGE, 0, 1000) is None


def test_a_measurement_holds_for_a_day_and_for_its_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1e9
    monkeypatch.setattr(calibration.time, "time", lambda: now)
    keep_measured(folder, DEVICE)
    bare = replace(DEVICE, flops=0.0, bandwidth=0.0, flops_int8=0.0, attention_64=0.0, memory_free=5)
    assert measured(folder, bare) == replace(DEVICE, memory_free=5), "what is free is what is free now"
    for other in (replace(bare, cores=4), replace(bare, name="another"), replace(bare, kind="cuda")):
        assert measured(folder, other) is None
    now += calibration.DAY
    assert measured(folder, bare) is None
    now -= 2 * calibration.DAY
    assert measured(folder, bare) is None, "nor one of tomorrow"


def test_a_measurement_and_reads_stand_side_by_side(folder: Path) -> None:
    keep_measured(folder, DEVICE)
    update(folder, KEY, LARGE, 0, 1000, 5.0)
    keep_measured(folder, replace(DEVICE, name="another"))
    assert predict(folder, KEY, LARGE, 0, 1000) is not None and measured(folder, DEVICE) == DEVICE
