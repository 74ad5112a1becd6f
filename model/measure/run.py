"""Run: one engine's own process. A Job as JSON on standard input, a Took or a Failed on the last line of output.

The first process reads the document, keeps what can be kept and writes behind a question. The second starts anew and
asks the same question again.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import psutil

from model.measure.row import Job, Took
from model.types import Failed, Problem
from model.wire import pack

WRITTEN = 64  # tokens
BEGUN = 48  # tokens of a passage that are given, so that it is quoted


class Engine(Protocol):
    """What is timed, phase by phase. Ids in, the likeliest next token out."""

    def warm(self, ids: Sequence[int]) -> None:
        """Do each kind of work once on a few tokens and forget them."""

    def read(self, ids: Sequence[int]) -> None: ...

    def keep(self) -> int:
        """Write what was read into the folder, if that is not done yet. Returns its bytes."""

    def restore(self, ids: Sequence[int]) -> None:
        """Take up what another process kept of these tokens."""

    def ask(self, ids: Sequence[int]) -> int: ...

    def write(self, tokens: int) -> None:
        """Write so many tokens behind what was asked, each the likeliest, past any end."""

    def quote(self, ids: Sequence[int], tokens: int) -> int:
        """Let the document go on, alone, where it said `ids`: up to so many tokens, drafted from the document. Returns
        how many were written; 0 from an engine that drafts nothing.
        """


def main() -> None:
    job = Job(**json.load(sys.stdin))
    try:
        engine = start(job)
        load = time.time() - job.started
        took = again(engine, job, load) if job.again else first(engine, job, load)
    except Problem as problem:
        print(pack(Failed(problem.code, problem.parameters)))
    else:
        print(json.dumps(asdict(took)))


def start(job: Job) -> Engine:
    """The job's engine, its weights loaded."""
    arguments = job.model, len(job.ids), job.threads, Path(job.folder)
    if job.engine == "tongdu":
        from model.measure.ours import Tongdu  # late: imports torch, which must not weigh on llama.cpp

        return Tongdu(*arguments, job.precision)
    from model.measure.peers import LlamaCpp, Transformers

    return LlamaCpp(*arguments) if job.engine == "llama.cpp" else Transformers(*arguments)


def first(engine: Engine, job: Job, load: float) -> Took:
    """Read, keep, ask, write, quote."""
    engine.warm(job.question)
    reading = watch()
    engine.read(job.ids)
    prefill = len(job.ids) / reading()
    kept, unkept = keep(engine)
    answer = engine.ask(job.question)
    writing = watch()
    engine.write(WRITTEN)
    decode = WRITTEN / writing()
    memory = peak_memory()
    return Took(load, memory, answer, prefill, decode, quoting(engine, job.ids), kept, unkept)


def again(engine: Engine, job: Job, load: float) -> Took:
    """Restore and ask."""
    waiting = watch()
    engine.restore(job.ids)
    answer = engine.ask(job.question)
    return Took(load, peak_memory(), answer, first_token=waiting())


def keep(engine: Engine) -> tuple[int, str]:
    """Bytes kept, or why nothing could be."""
    try:
        return engine.keep(), ""
    except (OSError, RuntimeError) as error:
        return 0, str(error).split("\n")[0]


def quoting(engine: Engine, ids: Sequence[int]) -> float | None:
    """Tokens/s at which a passage from the document's middle is written again; None from an engine without drafts."""
    middle = len(ids) // 2
    copying = watch()
    written = engine.quote(ids[middle : middle + BEGUN], WRITTEN)
    return written / copying() if written else None


def watch() -> Callable[[], float]:
    """A stopwatch that runs: seconds since now."""
    start = time.perf_counter()
    return lambda: time.perf_counter() - start


def peak_memory() -> int:
    """The most bytes this process held in memory, mapped files included.

    Not ru_maxrss on Linux: that begins with the parent's.
    """
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return 1024 * int(status.partition("VmHWM:")[2].split()[0])
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # there is none on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


if __name__ == "__main__":
    main()
