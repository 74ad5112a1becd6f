"""`python -m model serve`: the worker. `python -m model FILE.txt "question"`: the headless twin."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from model.types import Ask, Cited, Failed, Finished, Folders, Read, Source, Span, Wrote


def main(arguments: list[str]) -> int:
    """Serve, or ask a plain text file one question with a model named by catalogue name or folder."""
    from model.serve import events, serve

    if arguments == ["serve"]:
        serve(*own_pipes())
        return 0
    if len(arguments) not in (2, 3):
        print('usage: python -m model serve | python -m model FILE.txt "question" [MODEL]', file=sys.stderr)
        return 2
    from model.engine import Engine

    with tempfile.TemporaryDirectory() as pages:
        folders = Folders(models=str(Path.home() / ".cache" / "tongdu-models"), pages=pages)
        source = plain_source(Path(arguments[0]))
        request = Ask(Read(source, "".join(arguments[2:]), folders), arguments[1])
        for event in events(Engine(), request):
            if isinstance(event, Wrote):
                print(event.text, end="", flush=True)
            elif isinstance(event, Cited | Finished | Failed):
                print("\n", event, sep="")
    return 0


def own_pipes() -> tuple[TextIO, TextIO]:
    """Standard input and output for the worker's lines alone, in UTF-8 whatever the system speaks. What a library
    prints or asks goes to standard error and meets an empty input.
    """
    lines, out = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return lines, out


def plain_source(path: Path) -> Source:
    """A UTF-8 text file as a Source: a line is a block, the whole a chapter."""
    text = path.read_text(encoding="utf-8")
    blocks, place = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            blocks.append(Span(place, place + len(line.rstrip())))
        place += len(line)
    labels = tuple(f"p{n}" for n in range(1, len(blocks) + 1))
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Source(key, path.stem, "", text, tuple(blocks), labels, (Span(0, len(text)),))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
