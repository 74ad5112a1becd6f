"""Calibration: what earlier reads and answers took on this machine, and so what the next ones will. No torch.

The last few of each are kept in one small file beside the pages. A read of tokens [start, end) costs
a * (end - start) for the weights and b * (end^2 - start^2) for attention; an answer costs c for each token and d for
each byte of keys and values that a token looks at. Each pair is fitted as seconds per operation, so that where a model
has little to show, what others took on the same machine speaks for it.
"""

from __future__ import annotations

import json
import math
import os
import time
from bisect import bisect_left
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Literal, cast

from filelock import FileLock

from model.types import Device, Shape

KEPT = 24  # reads, and answers, that are kept of each key
KEYS = 20  # keys that are kept
FADING = 0.9  # weight of a read against that of the next one
LIKELY = 0.005  # weight of the guess that attention is SLOWER; a read's is 1 at the most
SLOWER = {"read": 2.0, "written": 1.0}  # times that an operation of attention takes as long, until it is known
BRIEF = 1.0  # seconds: shorter reads count for less, what is not reading being a larger share of them
USUAL = 0.02  # natural logarithm of prediction over seconds, from which on a read counts for less
LEAST = 0.01  # share of what all operations cost on average that any costs at least: noise makes none free
RATIOS = (1.0, 0.25, 0.5, 2.0, 4.0)  # of v and u, from which a fit begins
ROUNDS = 20  # of fitting again with the weights that the last fit gives
DAY = 86_400.0  # seconds for which a measurement of the device holds
HUGE, TINY = 1e30, 1e-9  # operations or seconds that no read has
PATIENCE = 5.0  # seconds to wait for another process that writes
SPEEDS = ("flops", "bandwidth", "flops_int8", "bandwidth_int8", "bandwidth_four", "attention_64", "attention_128")

Kind = Literal["read", "written"]


@dataclass(frozen=True, slots=True)
class Key:
    """What seconds depend on besides the tokens. `machine` is what `machine_of` says; `model` its name or digest."""

    machine: str
    model: str
    precision: str
    layout: str = "exact"
    tier: str = "resident"


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of one model: of reading, `linear` per token and `attention` per token^2; of writing, `linear` per
    token and `attention` per byte of keys and values in the exact layout.
    """

    linear: float
    attention: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One read or answer: operations of the weights and of attention (FLOP when read, bytes when written), seconds."""

    key: Key
    kind: Kind
    linear: float
    attention: float
    seconds: float


def machine_of(device: Device) -> str:
    """One line that tells apart machines whose seconds are not comparable."""
    return f"{device.kind}: {device.name if device.kind == 'cpu' else device.gpu_name}, {device.cores} threads"


def update(folder: Path, key: Key, shape: Shape, start: int, end: int, seconds: float) -> None:
    """Take in that tokens [start, end) went through the model in so many seconds; restored ones do not count."""
    linear, attention = _operations(shape, "read")
    _take_in(folder, Sample(key, "read", linear * (end - start), attention * (end**2 - start**2), seconds))


def update_writing(folder: Path, key: Key, shape: Shape, length: int, tokens: int, seconds: float) -> None:
    """Take in that `tokens` were written one by one in so many seconds, with `length` tokens before them."""
    linear, attention = _operations(shape, "written")
    _take_in(
        folder, Sample(key, "written", linear * tokens, attention * shape.kv_bytes_per_token * length * tokens, seconds)
    )


def predict(folder: Path, key: Key, shape: Shape, start: int, end: int) -> float | None:
    """Seconds to read tokens [start, end); None where nothing was yet read in this precision on this machine."""
    found = costs(folder, key, shape)
    return None if found is None else found.linear * (end - start) + found.attention * (end**2 - start**2)


def predict_writing(folder: Path, key: Key, shape: Shape, length: int, tokens: int) -> float | None:
    """Seconds to write `tokens` one by one with `length` tokens before them; None as in `predict`."""
    found = costs(folder, key, shape, "written")
    return None if found is None else tokens * (found.linear + found.attention * shape.kv_bytes_per_token * length)


def costs(folder: Path, key: Key, shape: Shape, kind: Kind = "read") -> Costs | None:
    """What a model costs on a machine by all that is known of both; None as in `predict`."""
    alike = [s for s in _samples(_known(folder)) if _speaks_for(key, kind, s)]
    own, others = [s for s in alike if s.key == key], [s for s in alike if s.key != key]
    if not alike:
        return None
    slower = SLOWER[kind]
    if others:  # how the two kinds of operation compare; and more, as long as there is nothing of its own
        u, v = _fitted(others, slower)
        slower = v / u
    if own:
        u, v = _fitted(own, slower)
    linear, attention = _operations(shape, kind)
    return Costs(u * linear, v * attention)


def keep_measured(folder: Path, device: Device) -> None:
    """Keep a device's speeds for a DAY."""
    with suppress(OSError), _alone(folder):  # a full disk costs a measurement and no more
        content = _content(folder)
        speeds = {name: getattr(device, name) for name in SPEEDS}
        kept = {**_measurements(content), machine_of(device): {"when": time.time(), **speeds}}
        _write(folder, _samples(content), kept)


def measured(folder: Path, device: Device) -> Device | None:
    """The device with the speeds that were kept of it; None where there are none of the last DAY."""
    speeds = _measurements(_known(folder)).get(machine_of(device))
    return None if speeds is None else Device(**{**asdict(device), **{name: speeds[name] for name in SPEEDS}})


def _operations(shape: Shape, kind: Kind) -> tuple[int, int]:
    """FLOP per token and per token^2; or, when written, bytes per token (a weight counts as one) and per byte."""
    if kind == "read":
        return 2 * shape.parameters, 2 * shape.heads * shape.head_dim * shape.layers
    return shape.parameters, 1


def _speaks_for(key: Key, kind: Kind, sample: Sample) -> bool:
    return (sample.kind, sample.key.machine, sample.key.precision) == (kind, key.machine, key.precision)


def _fitted(samples: list[Sample], slower: float) -> tuple[float, float]:
    """Seconds per operation u of the weights and v of attention, which is probably so many times `slower`. The newest
    samples count most. Of the fits from several beginnings, the one that most of them bear.
    """
    rows = []
    for age, sample in enumerate(samples[: -KEPT - 1 : -1]):
        weight = FADING**age * sample.seconds / (sample.seconds + BRIEF)
        rows.append((weight, sample.linear / sample.seconds, slower * sample.attention / sample.seconds))

    def doubt(fit: tuple[float, float]) -> float:
        return sum(w * math.log1p((math.log(p * fit[0] + q * fit[1]) / USUAL) ** 2) for w, p, q in rows)

    u, v = min((_descended(rows, ratio) for ratio in RATIOS), key=doubt)
    return u, v * slower


def _descended(rows: list[tuple[float, float, float]], ratio: float) -> tuple[float, float]:
    """u and v, found from v = ratio * u on, for which p u + q v is nearest to 1 by least squares, those counting for
    less that lie far off (Cauchy's weights): a machine that slept, or was busy with something else. An error is taken
    relative to the geometric mean of prediction and seconds: too fast and too slow then pull alike.
    """
    unit = 1 / _middle([(p + ratio * q, weight) for weight, p, q in rows])
    rows = [(weight, p * unit, q * unit) for weight, p, q in rows]
    u, v = 1.0, ratio
    for _ in range(ROUNDS):
        off = [math.log(p * u + q * v) for _, p, q in rows]
        usual = max(USUAL, 1.5 * _middle([(abs(o), w) for o, (w, _, _) in zip(off, rows, strict=True)]))
        counted = [w * math.exp(-o) / (1 + (o / usual) ** 2) for (w, _, _), o in zip(rows, off, strict=True)]
        u, v = _least([(weight, p, q) for weight, (_, p, q) in zip(counted, rows, strict=True)])
    return u * unit, v * unit


def _middle(values: list[tuple[float, float]]) -> float:
    """The median of values with weights."""
    ordered = sorted(values)
    passed = list(accumulate(weight for _, weight in ordered))
    return ordered[bisect_left(passed, passed[-1] / 2)][0]


def _least(rows: list[tuple[float, float, float]]) -> tuple[float, float]:
    """u and v, neither below LEAST, that make the sum of w (p u + q v - 1)^2, and LIKELY (u - v)^2, the least."""
    uu = sum(w * p * p for w, p, _ in rows) + LIKELY
    vv = sum(w * q * q for w, _, q in rows) + LIKELY
    uv = sum(w * p * q for w, p, q in rows) - LIKELY
    one, other = sum(w * p for w, p, _ in rows), sum(w * q for w, _, q in rows)
    determinant = uu * vv - uv * uv
    u, v = (one * vv - other * uv) / determinant, (other * uu - one * uv) / determinant
    if u < LEAST:
        return LEAST, max(LEAST, (other - uv * LEAST) / vv)
    return (max(LEAST, (one - uv * LEAST) / uu), LEAST) if v < LEAST else (u, v)


def _take_in(folder: Path, sample: Sample) -> None:
    if not _is_sound(sample):
        return
    with suppress(OSError), _alone(folder):  # a full disk costs an estimate and no more
        content = _content(folder)
        _write(folder, _newest([*_samples(content), sample]), _measurements(content))


def _newest(samples: list[Sample]) -> list[Sample]:
    """The last KEPT of each key and kind, of the KEYS keys that were used last; in their order."""
    kept: dict[tuple[Key, Kind], int] = {}
    keys: dict[Key, None] = {}
    newest = []
    for sample in reversed(samples):
        keys.setdefault(sample.key)
        place = (sample.key, sample.kind)
        kept[place] = kept.get(place, 0) + 1
        if kept[place] <= KEPT and len(keys) <= KEYS:
            newest.append(sample)
    return newest[::-1]


def _samples(content: dict[str, object]) -> list[Sample]:
    """What is sound of the samples in the file, the oldest first."""
    listed, found = content.get("samples"), []
    for item in listed if isinstance(listed, list) else []:
        with suppress(TypeError, ValueError, KeyError, OverflowError):
            key, numbers = Key(**item["key"]), [float(item[name]) for name in ("linear", "attention", "seconds")]
            sample = Sample(key, cast(Kind, item["kind"]), *numbers)
            found += [sample] if _is_sound(sample) else []
    return found


def _is_sound(sample: Sample) -> bool:
    """Whether a sample can be reckoned with: it says what it is, and its numbers are neither absurd nor nan."""
    named = all(isinstance(part, str) for part in asdict(sample.key).values()) and sample.kind in SLOWER
    return named and 0 < sample.linear < HUGE and 0 <= sample.attention < HUGE and TINY < sample.seconds < HUGE


def _measurements(content: dict[str, object]) -> dict[str, dict[str, float]]:
    """Speeds of the last DAY by machine."""
    listed, found = content.get("measured"), {}
    for machine, item in (listed if isinstance(listed, dict) else {}).items():
        with suppress(TypeError, ValueError, KeyError, OverflowError):
            speeds = {name: float(item[name]) for name in ("when", *SPEEDS)}
            sound = all(math.isfinite(x) and x >= 0 for x in speeds.values())
            if sound and 0 <= time.time() - speeds["when"] < DAY:
                found[str(machine)] = speeds
    return found


def _path(folder: Path) -> Path:
    return folder / "calibration.json"


def _content(folder: Path) -> dict[str, object]:
    """The file's content; nothing where there is none or it is not ours. Raises OSError if it cannot be read now."""
    try:
        content = json.loads(_path(folder).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _known(folder: Path) -> dict[str, object]:
    """The content as far as it can be had: on Windows not in the moment in which another process replaces it."""
    with suppress(OSError):
        return _content(folder)
    return {}


def _write(folder: Path, samples: list[Sample], measurements: dict[str, dict[str, float]]) -> None:
    """Replace the file, whole or not at all."""
    part = folder / f"calibration.{os.getpid()}.part"
    content = {"samples": [asdict(sample) for sample in samples], "measured": measurements}
    try:
        part.write_text(json.dumps(content), encoding="utf-8")
        part.replace(_path(folder))
    finally:
        part.unlink(missing_ok=True)


def _alone(folder: Path) -> FileLock:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLock(folder / "calibration.lock", timeout=PATIENCE)
