"""Which model reads a document when the user names none: the best that answers soon enough here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from model.catalog import ENTRIES, Entry
from model.forecast import timed
from model.plan import GPU_INT8, make
from model.types import Device, Precision, Problem, Source

LOSS_ALLOWED = 1.005  # times the loss in bf16 that a precision may have to be taken unasked
LARGE = 300_000_000  # parameters from which eight bits cost next to nothing, where nothing was measured
SOON = 180.0  # seconds from the question to the last word, loading and reading included
RESERVE_GPU = 3_000_000_000  # bytes of a GPU that pages and scratch want at the least
STARTING = 8.0  # seconds for starting the engine, loading weights and locating


@dataclass(frozen=True, slots=True)
class Choice:
    """The entry that reads, the reason in words, and a better entry that fits if the user waits."""

    entry: Entry
    reason: str
    better: str | None


def choose(source: Source, device: Device, prepared: Callable[[Entry], bool], pages: Path) -> Choice:
    """The best entry that has prepared this document; else the best that answers within SOON; else the
    fastest. Never one that does not know the document's language. `pages`: where earlier reads left what they took.

    Raises Problem "nothing-fits" when every model is too small or this machine is.
    """
    known = [e for e in ENTRIES if e.speaks(source.language) and is_for(e, device)]
    if not source.language.startswith("en"):  # four bits lose most far from English, and none was measured there
        known = [e for e in known if precision_of(e, device) != "nf4"]
    seconds = {e.name: s for e in known if (s := estimate(e, source, device, pages)) is not None}
    fitting = sorted((e for e in known if e.name in seconds), key=lambda e: -e.quality)
    if not fitting:
        raise Problem("nothing-fits", characters=len(source.text), gigabytes=round(device.memory_free / 1e9, 1))
    ready = next((e for e in fitting if prepared(e)), None)
    soon = next((e for e in fitting if seconds[e.name] <= SOON), None)
    entry = ready or soon or min(fitting, key=lambda e: seconds[e.name])
    about = f"about {seconds[entry.name]:.0f} s on this machine"
    if ready:
        reason = "it has read this document before"
    elif soon:
        reason = f"the best that answers within three minutes here ({about})"
    else:
        reason = f"the fastest that can read this document ({about})"
    better = next((e for e in fitting if e.quality > entry.quality), None)
    hint = f"{better.name} (about {seconds[better.name] / 60:.0f} min)" if better else None
    return Choice(entry, reason, hint)


def is_for(entry: Entry, device: Device) -> bool:
    """Whether a model may be chosen by itself: it can be read as it is published, and has the GPU that it needs."""
    return not entry.obstacle and (device.kind == "cuda" or not entry.needs_gpu)


def estimate(entry: Entry, source: Source, device: Device, pages: Path) -> float | None:
    """Seconds to read a document and answer once, before its tokens are counted; None if it cannot."""
    tokens, precision = estimated_tokens(entry, source.text), precision_of(entry, device)
    try:
        plan = make(entry.name, entry.shape, tokens, device, entry.stretch, precision)
    except Problem:
        return None
    plan = timed(plan, entry.shape, device, pages)
    return STARTING + plan.seconds_to_read + plan.seconds_to_answer


def precision_of(entry: Entry | None, device: Device, asked: Precision | str = "", parameters: int = 0) -> Precision:
    """The precision of a model's weights: as asked; else eight bits where this machine multiplies them right and
    faster and the model is not known to lose by it. On a GPU as many bits as fit: sixteen, eight, four. `parameters`:
    of a model that is no entry.
    """
    if asked:
        return cast(Precision, asked)
    if device.kind != "cpu":
        room = device.memory_free - RESERVE_GPU
        parameters = entry.shape.parameters if entry else parameters
        if 2 * parameters <= room:
            return "bf16"
        return "int8" if GPU_INT8 * parameters <= room else "nf4"
    losses = dict(entry.losses) if entry else {}
    if not device.flops_int8:
        return "bf16"
    if "int8" in losses:
        return "int8" if losses["int8"] <= LOSS_ALLOWED * losses["bf16"] else "bf16"
    return "int8" if entry is not None and entry.shape.parameters >= LARGE else "bf16"


def estimated_tokens(entry: Entry, text: str) -> int:
    """Tokens of a text from the entry's measured characters per token."""
    wide = sum(c > "\u2e80" for c in text)
    english, chinese = entry.characters_per_token
    return int((len(text) - wide) / english + wide / chinese) + 1
