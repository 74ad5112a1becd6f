"""Reading: a document's tokens become pages, sealed chunk by chunk; what is sealed is never read twice."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from model import readings
from model.decode import prefill
from model.header import chunks
from model.pages import Pages
from model.plan import ROWS
from model.sealed import Damaged
from model.tokens import Prompt
from model.types import Noticed, Problem, Reading
from model.weights import Model


class Interrupted(Exception):
    """The user stopped the work; `done` tokens of the document stand."""

    def __init__(self, done: int) -> None:
        super().__init__(done)
        self.done = done


def read(
    model: Model, pages: Pages, prompt: Prompt, stopped: Callable[[], bool], wanted: int | None = None, rows: int = ROWS
) -> Iterator[Reading | Noticed]:
    """Bring at least the first `wanted` of the prompt's tokens (None: all) into the pages, behind what stands: each
    chunk from disk where it is sealed, else `rows` tokens at a time through the model, and then sealed. Stops between
    rows; of a chunk that is not whole nothing stands.

    Raises Interrupted, or Problem "disk-full": what was sealed before stays.
    """
    started, fresh = time.perf_counter(), 0

    def progress() -> Reading:
        done = prompt.document_tokens(pages.length)
        return Reading(done, len(prompt.tokens), fresh, time.perf_counter() - started)

    for name, run in _missing(pages, prompt, wanted):
        if stopped():
            raise Interrupted(prompt.document_tokens(pages.length))
        ids = prompt.ids[run.start : run.stop]
        restored = yield from _restored(pages, name, ids)
        if not restored:
            with _whole(pages):
                for place in range(0, len(ids), rows):
                    if place:
                        yield progress()
                        if stopped():
                            raise Interrupted(prompt.document_tokens(run.start))
                    prefill(model, pages, ids[place : place + rows])
                    fresh += len(ids[place : place + rows])
                pages.seal(name, ids)
        yield progress()


@contextmanager
def _whole(pages: Pages) -> Iterator[None]:
    """All of a chunk stands, or nothing of it."""
    start = pages.length
    try:
        yield
    except BaseException:
        pages.rewind(start)
        raise


def restore(pages: Pages, prompt: Prompt, wanted: int) -> Iterator[Reading | Noticed]:
    """Bring the chunks into the pages that are sealed without a gap, up to the `wanted` tokens; read nothing."""
    started = time.perf_counter()
    for name, run in _missing(pages, prompt, wanted):
        restored = yield from _restored(pages, name, prompt.ids[run.start : run.stop])
        if not restored:
            return
        yield Reading(prompt.document_tokens(pages.length), len(prompt.tokens), 0, time.perf_counter() - started)


def prefix(
    model: Model,
    pages: Pages,
    prompt: Prompt,
    end: int,
    room: int,
    stopped: Callable[[], bool] = lambda: False,
    rows: int = ROWS,
) -> Pages:
    """The pages as if nothing behind the prompt's token `end` had been read, exactly, with room for some more tokens.

    Where the model has recurrent layers, the tokens from the last snapshot before `end`, less than a chunk, go through
    it again, `rows` at a time. Raises Interrupted.
    """
    if pages.croppable:
        return pages.view([range(end)], room)
    snapshot = pages.snapshot(end, prompt.ids)
    start = snapshot.length
    seen = pages.view([range(start)], end - start + room, snapshot)
    for place in range(start, end, rows):
        if stopped():
            raise Interrupted(prompt.document_tokens(pages.length))
        prefill(model, seen, prompt.ids[place : min(place + rows, end)])
    seen.hold()
    return seen


def _missing(pages: Pages, prompt: Prompt, wanted: int | None) -> list[tuple[str, range]]:
    """Name and place of each chunk that is wanted and does not stand yet."""
    end = len(prompt.ids) if wanted is None else wanted
    named = zip(pages.names, chunks(pages.header, len(prompt.ids)), strict=True)
    return [(name, run) for name, run in named if pages.length <= run.start < end]


def _restored(pages: Pages, name: str, ids: list[int]) -> Generator[Noticed, None, bool]:
    """Whether a chunk came from its file; a damaged file is named and removed."""
    try:
        return pages.restore(name, ids)
    except Damaged as damaged:
        damaged.path.unlink(missing_ok=True)
        yield Noticed("page-damaged", {"page": damaged.path.name, "reason": damaged.reason})
        return False


def awaited(lock: FileLock, wait: Noticed, stopped: Callable[[], bool]) -> Iterator[Noticed]:
    """Take a lock, which the caller gives back; while another process has it, `wait` is said once. Raises
    Interrupted.
    """
    said = False
    while not lock.is_locked:
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            if stopped():
                raise Interrupted(0) from None
            if not said:
                yield wait
            said = True


def sweep(folder: Path) -> None:
    """Remove half-written files of processes that are no more."""
    for part in folder.glob(".*.part"):
        if not psutil.pid_exists(int(part.name.split(".")[-2])):
            part.unlink(missing_ok=True)


def make_room(folder: Path, need: int, cache_bytes: int | None, document: str) -> None:
    """Room for `need` bytes more, under what all pages may take: what was not used for longest goes first. Raises
    Problem "disk-full".
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    limit = readings.default_limit(folder) if cache_bytes is None else cache_bytes
    readings.trim(folder, max(0, limit - need), document)
    check_disk(folder, shutil.disk_usage(folder).free, need)


def check_disk(folder: Path, free: int, need: int) -> None:
    """Refuse a reading whose pages would not fit. Raises Problem "disk-full"."""
    if need > free:
        raise Problem("disk-full", folder=str(folder), megabytes=round(need / 1e6))
