"""The worker: requests as lines on standard input, events as lines on standard output.

A line is the request's number, a space and the value as JSON; an empty line only says that the worker lives. One
request at a time; a `Stop` ends the request of its number at its next token or chunk, also before it began. When the
reader goes away, so does the worker: what is sealed is sealed.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import TextIO

from model.types import Ask, Event, Failed, Fetch, Finished, Problem, Read, Search, Stop, Stopped, Work
from model.wire import pack, unpack

BEAT = 1.0  # seconds between two signs of life while a request is in hand
GPU_LOST = 75  # exit status


class Desk:
    """What the worker's threads share: the requests that came, which of them were stopped, and the way out."""

    def __init__(self, lines: TextIO, out: TextIO) -> None:
        self.lines, self.out = lines, out
        self.waiting: queue.Queue[tuple[int, Work]] = queue.Queue()
        self.received = self.in_hand = self.answered = 0
        self.stopped = 0  # this request and those before it
        self._writing = threading.Lock()

    def is_stopped(self) -> bool:
        return self.in_hand <= self.stopped

    def say(self, line: str) -> None:
        """One line to the reader, whole, whichever thread says it."""
        try:
            with self._writing:
                self.out.write(line + "\n")
                self.out.flush()
        except BrokenPipeError:  # the reader is gone
            os._exit(0)

    def listen(self) -> None:
        """Sort what comes in: a stop takes effect at once, a request waits its turn. The end ends the process."""
        status = 1
        try:
            for line in self.lines:
                number, _, text = line.partition(" ")
                message = unpack(text)
                if isinstance(message, Stop):
                    self.stopped = max(self.stopped, int(number))
                else:
                    self.received = int(number)
                    self.waiting.put((int(number), message))
            status = 0
        finally:
            os._exit(status)

    def beat(self) -> None:
        """Say that the process lives, in every phase and however long one step of it takes."""
        while True:
            time.sleep(BEAT)
            if self.answered < self.received:
                self.say("")


def serve(lines: TextIO, out: TextIO) -> None:
    """Answer requests until the input ends. Every request gets exactly one ending, or the process ends."""
    desk = Desk(lines, out)
    for task in (desk.listen, desk.beat):
        threading.Thread(target=task, daemon=True).start()
    from model.device import yield_to_others
    from model.engine import Engine

    yield_to_others()
    engine = Engine(desk.is_stopped)
    while True:
        desk.in_hand, request = desk.waiting.get()
        for event in ended(events(engine, request)):
            desk.say(f"{desk.in_hand} {pack(event)}")
        desk.answered = desk.in_hand


def ended(told: Iterator[Event]) -> Iterator[Event]:
    """The events up to the first ending, or with one: whoever waits for it must not wait for ever."""
    for event in told:
        yield event
        if isinstance(event, Finished | Stopped | Failed):
            return
    yield Failed("bug", {"error": "a request without an ending"})


def events(engine: object, request: Work) -> Iterator[Event]:
    """The events of one request; what goes wrong becomes its ending. A lost GPU ends the process."""
    from model.engine import Engine
    from model.read import Interrupted

    assert isinstance(engine, Engine)
    try:
        if isinstance(request, Ask):
            yield from engine.answer(request)
        elif isinstance(request, Read):
            yield from engine.read(request)
        elif isinstance(request, Search):
            yield from engine.search(request)
        elif isinstance(request, Fetch):
            yield from engine.fetch(request)
        else:
            yield from engine.examine()
    except Interrupted as interrupted:
        yield Stopped(interrupted.done)
    except Problem as problem:
        yield Failed(problem.code, problem.parameters)
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        if gpu_is_lost():
            os._exit(GPU_LOST)  # the session starts another process and sends the request again
        yield Failed("bug", {"error": f"{type(error).__name__}: {error}"})


def gpu_is_lost() -> bool:
    """Whether a fault has spoilt all that this process will do on the GPU: CUDA then fails at every call."""
    import torch

    if not torch.cuda.is_initialized():
        return False
    try:
        torch.cuda.synchronize()
    except RuntimeError:
        return True
    return False
