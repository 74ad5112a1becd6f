"""The real worker loop around an engine that answers from the first paragraph that shares a word with the question.

`python -m tests.app.exam.scripted FILE`: a line in FILE for each request. A question with "overlong" in it fails.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from model.__main__ import own_pipes
from model.lexical import terms
from model.types import (
    Ask,
    Cited,
    Claim,
    Event,
    Evidence,
    Finished,
    Located,
    Problem,
    Read,
    Reading,
    Receipt,
    Search,
    Seconds,
    Source,
    Span,
    Wrote,
)
from tests.app.scripted import stand_in

DONE = Finished(Receipt(9, 9, 1, 1, (), prepared_before=True), Seconds(0, 0, 0, 0))


class Engine:
    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.stopped = stopped

    def read(self, request: Read) -> Iterator[Event]:
        note("read", request.source.title)
        if request.model == "unknown":
            raise Problem("unknown-model", name=request.model, known="")
        yield Reading(9, 9, 9, 0.1)
        yield DONE

    def search(self, request: Search) -> Iterator[Event]:
        note("search", request.question)
        yield Located(found(request.reading.source, request.question))
        yield DONE

    def answer(self, request: Ask) -> Iterator[Event]:
        note("ask", request.question)
        if "overlong" in request.question:
            raise Problem("question-long", tokens=2, limit=1)
        source = request.reading.source
        evidence = (*(Evidence(span, 9.0) for span in request.named), *found(source, request.question))
        yield Located(evidence)
        yield Wrote("That is true.")
        best = tuple(item.span for item in evidence[:1])
        yield Cited(bool(best), (Claim("That is true.", "full" if best else "none", best),))
        yield DONE


def found(source: Source, question: str) -> tuple[Evidence, ...]:
    asked = set(terms(question))
    shared = [(len(asked & set(terms(source.text[b.start : b.end]))), b) for b in source.units or source.blocks]
    return tuple(Evidence(Span(b.start, b.end), float(n)) for n, b in sorted(shared, key=lambda x: -x[0]) if n)


def note(*words: str) -> None:
    with Path(sys.argv[1]).open("a", encoding="utf-8") as log:
        log.write(" ".join(words) + "\n")


if __name__ == "__main__":
    stand_in("model.engine", Engine=Engine)
    stand_in("model.read", Interrupted=type("Interrupted", (Exception,), {}))
    stand_in("model.device", yield_to_others=lambda: None)
    from model.serve import serve

    serve(*own_pipes())
