"""`python -m app.documents.printed.painter`: the child that draws pages. A request a line on stdin, pickles on stdout,
each behind its length (eight bytes).
"""

from __future__ import annotations

import faulthandler
import json
import pickle
import sys
from pathlib import Path

from app.documents import child
from app.documents.printed.paper import Paper
from model.types import Problem

_MEMORY = 3 << 30  # bytes, libraries and what pdfium maps included
_PATIENCE = 20.0  # seconds in which pdfium must have drawn a page


def main() -> int:
    """Answer until stdin ends. The first line names the file, the others a page to draw or to tell the letters of."""
    child.limit(_MEMORY, largest_file=1 << 20)
    asked = json.loads(sys.stdin.readline())
    try:
        with Paper(Path(asked["path"]), asked["password"]) as paper:
            for line in sys.stdin:
                faulthandler.dump_traceback_later(
                    _PATIENCE, exit=True
                )  # a call into pdfium cannot be stopped otherwise
                _say(_answer(paper, json.loads(line)))
                faulthandler.cancel_dump_traceback_later()
    except Problem as problem:
        _say(problem_of(problem))
    return 0


def problem_of(problem: Problem) -> tuple[str, str, dict[str, str | int | float]]:
    """A Problem as it is sent."""
    return "problem", problem.code, dict(problem.parameters)


def _answer(paper: Paper, asked: dict[str, float]) -> object:
    """The picture of a page, or its letters and where they stand."""
    page = int(asked["page"])
    try:
        return paper.picture(page, asked["scale"]) if "scale" in asked else paper.glyphs(page)
    except Problem as problem:
        return problem_of(problem)


def _say(answer: object) -> None:
    said = pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.write(len(said).to_bytes(8, "big") + said)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
