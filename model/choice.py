"""Which model reads a document when the user names none: the best that answers soon enough here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.catalog import ENTRIES, Entry
from model.plan import answer_seconds, make, prefill_seconds
from model.types import Device, Problem, Source

SOON = 180.0  # seconds from the question to the last word, loading and reading included
STARTING = 8.0  # seconds for starting the engine, loading weights and locating


@dataclass(frozen=True, slots=True)
class Choice:
    """The entry that reads, the reason in words, and a better entry that fits if the user waits."""

    entry: Entry
    reason: str
    better: str | None


def choose(source: Source, device: Device, prepared: Callable[[Entry], bool]) -> Choice:
    """The best entry that has prepared this document; else the best that answers within SOON; else the
    fastest. Never one that does not know the document's language.

    Raises Problem "nothing-fits" when every model is too small or this machine is.
    """
    known = [e for e in ENTRIES if e.speaks(source.language)]
    seconds = {e.name: s for e in known if (s := estimate(e, source, device)) is not None}
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


def estimate(entry: Entry, source: Source, device: Device) -> float | None:
    """Seconds to read a document and answer once, before its tokens are counted; None if it cannot."""
    tokens = estimated_tokens(entry, source.text)
    try:
        plan = make(entry.name, entry.shape, tokens, device, entry.stretch)
    except Problem:
        return None
    read = prefill_seconds(entry.shape, tokens, device)
    return STARTING + read + answer_seconds(entry.shape, plan.length, device)


def estimated_tokens(entry: Entry, text: str) -> int:
    """Tokens of a text from the entry's measured characters per token."""
    wide = sum(c > "\u2e80" for c in text)
    english, chinese = entry.characters_per_token
    return int((len(text) - wide) / english + wide / chinese) + 1
