"""Speed: one table, one run. Each row's numbers come from processes of its own, never two at once.

`python -m model.measure.speed`: a Wanted as JSON on standard input, Rows and Noticed as lines of JSON. Lengths are
measured one after the other and engines in turns, so that a machine that slows down slows all of them. Before prefill
is timed, each engine has run a few tokens. Files are in the system's cache when `load` is measured.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from model import device as devices
from model.catalog import path_of
from model.measure import corpus, picture
from model.measure.row import ENGINES, Job, Row, Took
from model.supply import Chosen, named, obtain
from model.types import Event, Failed, Folders, Noticed, Problem
from model.wire import pack, unpack

ASKED = 20  # tokens of the question
PACKAGES = {"tongdu": "torch", "transformers": "transformers", "llama.cpp": "llama_cpp"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure: a catalogue name or a folder, lengths in tokens, the text they are taken from, and where a
    picture goes, if anywhere.
    """

    model: str
    models: str
    text: str
    tokens: list[int]
    picture: str = ""
    offline: bool = False


class Unmeasured(Exception):
    """Why there is no number, in one line; the engine's own Problem if it was one."""

    def __init__(self, reason: str, problem: Failed | None = None) -> None:
        super().__init__(reason)
        self.problem = problem


def main() -> None:
    """Measure what standard input wants. A Problem is the last line."""
    wanted = Wanted(**json.load(sys.stdin))
    try:
        for event in measure(wanted):
            print(pack(event), flush=True)
    except Problem as problem:
        print(pack(Failed(problem.code, problem.parameters)), flush=True)


def measure(wanted: Wanted) -> Iterator[Row | Event]:
    """The rows, and what is left out and why. Raises Problem when the model cannot be had."""
    if wanted.picture and importlib.util.find_spec("matplotlib") is None:
        raise Problem("not-installed", package="matplotlib", extra="measure")
    folders = Folders(wanted.models, "")
    ours, theirs = _models(wanted, folders)
    for chosen in (ours, theirs):
        yield from obtain(chosen, folders, wanted.offline, lambda: False)
    tokenizer = ours.open().tokenizer
    length = max(wanted.tokens)
    ids, question = corpus.document(tokenizer, wanted.text, length), corpus.question(tokenizer, ASKED)
    own = len(tokenizer.encode_text(wanted.text))
    if own < length:
        yield Noticed("text-short", {"tokens": own, "wanted": length})
    places = {"tongdu": str(ours.folder), "transformers": str(theirs.folder), "llama.cpp": _gguf(ours, folders)}
    rows = []
    for tokens in wanted.tokens:
        for engine in ENGINES:
            job = Job(engine, places[engine], ids[:tokens], question, cores(), "", False, ours.precision, 0.0)
            for event in _measured(job):
                yield event
                rows += [event] if isinstance(event, Row) else []
    if wanted.picture:
        picture.draw(rows, ours.name, Path(wanted.picture))


def cores() -> int:
    """The processor's cores that this process may use; two threads of one core count as one."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(psutil.cpu_count(logical=False) or allowed, allowed)


def _models(wanted: Wanted, folders: Folders) -> tuple[Chosen, Chosen]:
    """What we read with, in the precision that is chosen here, and the same weights in bf16."""
    device = devices.measure()
    return named(wanted.model, folders, device), named(wanted.model, folders, device, "bf16")


def _gguf(chosen: Chosen, folders: Folders) -> str:
    return str(path_of(chosen.entry, Path(folders.models))) if chosen.entry else ""


def _measured(job: Job) -> Iterator[Row | Noticed]:
    """The row of one engine and length, or why there is none."""
    engine, tokens = job.engine, len(job.ids)
    with tempfile.TemporaryDirectory(prefix="tongdu-measure-", ignore_cleanup_errors=True) as folder:
        try:
            first = run(job, folder)
        except Unmeasured as reason:
            if reason.problem is not None:
                yield Noticed(reason.problem.code, reason.problem.parameters)
            yield Noticed("unmeasured", {"engine": engine, "tokens": tokens, "reason": str(reason)})
            return
        second: Took | None = None
        try:
            second = _second(job, folder, first)
        except Unmeasured as reason:
            yield Noticed("unkept", {"engine": engine, "tokens": tokens, "reason": str(reason)})
    yield row(job, first, second)


def _second(job: Job, folder: str, first: Took) -> Took:
    """The second question's process. Raises Unmeasured, also when it does not answer as the first did."""
    if first.unkept:
        raise Unmeasured(first.unkept)
    second = run(job, folder, again=True)
    if second.answer != first.answer:
        raise Unmeasured("after loading it answers otherwise")
    return second


def row(job: Job, first: Took, second: Took | None) -> Row:
    """What both processes took."""
    return Row(
        engine=job.engine,
        tokens=len(job.ids),
        prefill=first.prefill,
        decode=first.decode,
        first_token=second.first_token if second else None,
        load=(second or first).load,
        memory=first.memory,
        page_bytes=first.kept / len(job.ids) if second else None,
        decode_quoting=first.decode_quoting,
    )


def run(job: Job, folder: str, again: bool = False) -> Took:
    """One process of `model.measure.run`. Raises Unmeasured with the reason it gave."""
    if importlib.util.find_spec(PACKAGES[job.engine]) is None:
        raise Unmeasured("its package is not installed")
    if not job.model:
        raise Unmeasured("there is no GGUF file of this model")
    order = asdict(job) | {"folder": folder, "again": again, "started": time.time()}
    command = [sys.executable, "-P", "-m", "model.measure.run"]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        said = done.stderr.strip().splitlines() if done.returncode > 0 else []  # a killed process does not say why
        raise Unmeasured(said[-1][:300] if said else f"its process ended with {done.returncode}")
    line = done.stdout.splitlines()[-1]
    plain = json.loads(line)
    if plain.get("type") == "Failed":
        raise Unmeasured("as said above", unpack(line))
    return Took(**plain)


if __name__ == "__main__":
    main()
