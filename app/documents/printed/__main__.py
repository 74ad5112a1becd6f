"""`python -m app.documents.printed`: the child that reads one PDF. A request in JSON on stdin, a pickle on stdout."""

from __future__ import annotations

import faulthandler
import json
import os
import pickle
import sys
import traceback
from pathlib import Path

from app.documents import child
from app.documents.printed import reader
from model.types import Problem

_MEMORY = 3 << 30  # bytes, libraries and what pdfium maps included
_PAGE = 4.0  # seconds in which pdfium must give up a page
_REST = 20.0  # seconds for what stands before and after the pages


def main() -> int:
    """Read as asked. Whoever started this process is told on stderr which page it stands at."""
    child.limit(_MEMORY, largest_file=1 << 20)
    asked = json.load(sys.stdin)
    _arm(_REST)
    sys.stdout.buffer.write(pickle.dumps(_answer(asked), protocol=pickle.HIGHEST_PROTOCOL))
    return 0


def _answer(asked: dict[str, str | list[int] | None]) -> object:
    """The Document, or what to say instead. Only running out of memory ends the process."""
    try:
        return reader.read(
            Path(str(asked["path"])),
            asked["password"] if isinstance(asked["password"], str) else None,
            skipped=frozenset(asked["skipped"] or ()),  # type: ignore[arg-type]
            started=_started,
        )
    except Problem as problem:
        return "problem", problem.code, problem.parameters | {"path": str(asked["shown"])}
    except MemoryError:
        raise
    except Exception:  # a mistake of ours must reach the reader as one, not as a damaged file
        return "bug", traceback.format_exc()


def _started(page: int | None) -> None:
    """A page is begun (None: the last is done): said, and the time for it begins."""
    os.write(2, f"page {'none' if page is None else page}\n".encode())
    _arm(_REST if page is None else _PAGE)


def _arm(seconds: float) -> None:
    """End the process if it is not armed again within some seconds: a call into pdfium cannot be stopped otherwise."""
    faulthandler.dump_traceback_later(seconds, exit=True)


if __name__ == "__main__":
    sys.exit(main())
