"""The scripted worker with a search: sentences of the question say what it finds.

`python -m tests.app.scripted_search FILE`. `find N N` locates these units (or blocks), best first, `words only` is the
notice that a document is not prepared; sentences of other words do nothing, those of `scripted` what they do there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from model.__main__ import own_pipes
from model.types import Event, Evidence, Finished, Located, Noticed, Problem, Search, Seconds
from tests.app import scripted


class Engine(scripted.Engine):
    def search(self, request: Search) -> Iterator[Event]:
        source = request.reading.source
        for sentence in request.question.split("."):
            verb, *nouns = sentence.split() or [""]
            if verb == "find":
                places = [(source.units or source.blocks)[int(noun)] for noun in nouns]
                places = [p for p in places if request.scope is None or request.scope.covers(p)]
                yield Located(tuple(Evidence(p, 9.0 - i) for i, p in enumerate(places[: request.limit])))
            elif verb == "words":
                yield Noticed("search-words", {})
            elif verb == "memory":
                raise Problem("memory-out", model=request.reading.model)
            elif verb in ("wait", "die"):
                yield from self._follow(verb, nouns[0], 0)
        yield Finished(scripted.RECEIPT, Seconds(0, 0, 0, 0))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text("started")
    scripted.stand_in("model.engine", Engine=Engine)
    scripted.stand_in("model.read", Interrupted=scripted.Interrupted)
    scripted.stand_in("model.device", yield_to_others=lambda: None)
    from model.serve import serve

    serve(*own_pipes())
