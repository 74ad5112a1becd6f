"""The worker: requests as lines on standard input, events as lines on standard output.

One request at a time; a `Stop` ends the one in hand at its next token or chunk. When the reader goes away,
so does the worker: what is sealed is sealed.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import TextIO

from model.types import Ask, Event, Failed, Fetch, Problem, Read, Stop, Stopped
from model.wire import pack, unpack


def serve(lines: TextIO, out: TextIO) -> None:
    """Answer requests until the input ends. Every request gets exactly one ending."""
    requests: queue.Queue[Ask | Read | Fetch] = queue.Queue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(lines, requests, stop), daemon=True).start()
    from model.device import yield_to_others
    from model.engine import Engine

    yield_to_others()
    engine = Engine(stop.is_set)
    while True:
        request = requests.get()
        for event in events(engine, request):
            out.write(pack(event) + "\n")
            out.flush()


def events(engine: object, request: Ask | Read | Fetch) -> Iterator[Event]:
    """The events of one request; what goes wrong becomes its ending."""
    from model.engine import Engine
    from model.read import Interrupted

    assert isinstance(engine, Engine)
    try:
        if isinstance(request, Ask):
            yield from engine.answer(request)
        elif isinstance(request, Read):
            yield from engine.read(request)
        else:
            yield from engine.fetch(request)
    except Interrupted as interrupted:
        yield Stopped(interrupted.done)
    except Problem as problem:
        yield Failed(problem.code, problem.parameters)
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        yield Failed("bug", {"error": f"{type(error).__name__}: {error}"})


def _listen(lines: TextIO, requests: queue.Queue[Ask | Read | Fetch], stop: threading.Event) -> None:
    """Sort what comes in: a stop takes effect at once, a request waits its turn. The end ends the process."""
    status = 1
    try:
        for line in lines:
            message = unpack(line)
            if isinstance(message, Stop):
                stop.set()
            else:
                stop.clear()  # here and not when the work begins: a stop may come while the engine is imported
                requests.put(message)
        status = 0
    finally:
        os._exit(status)
