"""The real worker loop around an engine that follows a script: no torch, so it starts in a moment.

`python -m tests.app.scripted FILE`. The question of an Ask is the script: sentences of words, a sentence for each
worker in turn (`FILE` counts them), the last one also for all that follow. `read N` and `write TEXT` yield events,
`write frugality` writes the request's frugality, `shrink STEP` is memory that ran out in the engine, `die SIGNAL` and
`exit STATUS` are what happens to workers, `wait stop` works until it is stopped, `vanish now` ends without an ending.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path

from model.__main__ import own_pipes
from model.types import Ask, Cited, Event, Finished, Noticed, Problem, Read, Reading, Receipt, Seconds, Withdrew, Wrote

RECEIPT = Receipt(9, 9, 1, 1, (), prepared_before=True)


class Interrupted(Exception):
    def __init__(self, done: int) -> None:
        self.done = done


class Engine:
    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.stopped, self.done = stopped, 0

    def answer(self, request: Ask) -> Iterator[Event]:
        sentences = request.question.split(".")
        turn = min(WORKERS - 1, len(sentences) - 1)
        words = sentences[turn].split()
        for verb, noun in zip(words[::2], words[1::2], strict=True):
            if verb == "vanish":
                return
            yield from self._follow(verb, noun, request.reading.frugality)
        yield Cited(True, ())
        yield Finished(RECEIPT, Seconds(0, 0, 0, 0))

    def read(self, request: Read) -> Iterator[Event]:
        raise Problem("unknown-model", name=request.model, known="")

    def _follow(self, verb: str, noun: str, frugality: int) -> Iterator[Event]:
        match verb:
            case "read":
                self.done = int(noun)
                yield Reading(int(noun), 9, 1, 0.0)
            case "write":
                yield Wrote(str(frugality) if noun == "frugality" else noun)
            case "die":
                os.kill(os.getpid(), getattr(signal, noun))
                time.sleep(60)
            case "exit":
                os._exit(int(noun))
            case "raise":
                raise RuntimeError(noun)
            case "shrink":
                yield from (Withdrew(), Noticed("memory-shrunk", {"step": int(noun)}))
            case "wait":
                self._wait()
            case _:
                raise ValueError(verb)

    def _wait(self) -> None:
        while not self.stopped():
            time.sleep(0.01)
        raise Interrupted(self.done)


def stand_in(name: str, **contents: object) -> None:
    module = types.ModuleType(name)
    vars(module).update(contents)
    sys.modules[name] = module


if __name__ == "__main__":
    count = Path(sys.argv[1])
    WORKERS = int(count.read_text() or 0) + 1 if count.exists() else 1
    count.write_text(str(WORKERS))
    if "at-start" in sys.argv and WORKERS == 1:
        os._exit(3)
    stand_in("model.engine", Engine=Engine)
    stand_in("model.read", Interrupted=Interrupted)
    stand_in("model.device", yield_to_others=lambda: None)
    from model.serve import serve

    serve(*own_pipes())
