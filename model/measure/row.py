"""Row: what one engine took for one length. Standard library only, so that the reader can show it."""

from __future__ import annotations

from dataclasses import dataclass

from model.types import Precision

ENGINES = ("tongdu", "transformers", "llama.cpp")


@dataclass(frozen=True, slots=True)
class Row:
    """`prefill` and `decode` in tokens/s, `first_token` and `load` in seconds, `memory` in bytes (the process's peak).

    `first_token` is that of a second question in a new process, from its weights loaded, with what the first process
    kept of the document; None where nothing could be kept. `load` runs from that process's start to its weights
    loaded, imports included. `page_bytes` are what was kept of each token, on disk. `decode_quoting` is the speed at
    which a passage of the document is written again word for word, where an engine drafts from the document.
    """

    engine: str
    tokens: int
    prefill: float
    decode: float
    first_token: float | None
    load: float
    memory: int
    page_bytes: float | None
    decode_quoting: float | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What a process of its own is to measure.

    `model` is the folder or file that the engine loads, `precision` that of our weights. `question` comes behind the
    document, `ids`; `folder` takes what is kept. `again`: not the reading but the second question. `started`: when the
    process was, in seconds since 1970.
    """

    engine: str
    model: str
    ids: list[int]
    question: list[int]
    threads: int
    folder: str
    again: bool
    precision: Precision
    started: float


@dataclass(frozen=True, slots=True)
class Took:
    """What that process measured, in seconds, tokens/s and bytes. `answer` is the likeliest token behind the question,
    `unkept` why nothing was kept. The second question's process has no speeds, the first one no `first_token`.
    """

    load: float
    memory: int
    answer: int
    prefill: float = 0.0
    decode: float = 0.0
    decode_quoting: float | None = None
    kept: int = 0
    unkept: str = ""
    first_token: float = 0.0
