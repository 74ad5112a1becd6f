"""Reading: a document's tokens become pages, sealed chunk by chunk; what is sealed is never read twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from filelock import Timeout

from model import readings
from model.decode import prefill
from model.pages import Damaged, Pages, chunks
from model.tokens import Prompt
from model.types import Noticed, Problem, Reading
from model.weights import Model


class Interrupted(Exception):
    """The user stopped the work; `done` tokens of the document stand."""

    def __init__(self, done: int) -> None:
        super().__init__(done)
        self.done = done


def read(model: Model, pages: Pages, prompt: Prompt, stopped: Callable[[], bool]) -> Iterator[Reading | Noticed]:
    """Bring the prompt's tokens into the pages: each chunk from disk where it is sealed, else through the
    model, and then sealed. Stops between chunks.

    Raises Interrupted, or Problem "disk-full": what was sealed before stays.
    """
    started = time.perf_counter()
    fresh = 0
    for name, run in zip(pages.names, chunks(pages.header, len(prompt.ids)), strict=True):
        if stopped():
            raise Interrupted(prompt.document_tokens(pages.length))
        ids = prompt.ids[run.start : run.stop]
        try:
            restored = pages.restore(name, ids)
        except Damaged as damaged:
            damaged.path.unlink()
            yield Noticed("page-damaged", {"page": damaged.path.name, "reason": damaged.reason})
            restored = False
        if not restored:
            prefill(model, pages, ids)
            pages.seal(name, ids)
            fresh += len(ids)
        done = prompt.document_tokens(pages.length)
        yield Reading(done, len(prompt.tokens), fresh, time.perf_counter() - started)


@contextmanager
def locked(folder: Path, document: str, stopped: Callable[[], bool]) -> Iterator[None]:
    """Hold a document's pages; wait for them while another process has them. Raises Interrupted."""
    lock = readings.lock_of(folder, document)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            if stopped():
                raise Interrupted(0) from None
    try:
        yield
    finally:
        lock.release()


def sweep(folder: Path) -> None:
    """Remove half-written files of processes that are no more."""
    for part in folder.glob(".*.part"):
        if not psutil.pid_exists(int(part.name.split(".")[-2])):
            part.unlink(missing_ok=True)


def check_disk(folder: Path, free: int, need: int) -> None:
    """Refuse a reading whose pages would not fit. Raises Problem "disk-full"."""
    if need > free:
        raise Problem("disk-full", folder=str(folder), megabytes=round(need / 1e6))
