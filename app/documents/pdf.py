"""PDF: a file is read in a process of its own, because pdfium can neither be stopped nor trusted with every file."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

from app.documents import child
from app.documents.document import Document
from model.types import Problem

MODULE = "app.documents.printed"
_SKIPPED = 1  # pages that may take the child down before the file is given up


def read(path: Path, password: str | None = None) -> Document:
    """The Document in a PDF file. A page on which pdfium hangs or dies is left out, and named in `warnings`.

    Raises Problem: password, wrong-password, drm, broken, scanned, no-text.
    """
    skipped: list[int] = []
    while True:
        # The password goes through a pipe: arguments can be seen by every user of the machine.
        asked = {"path": str(path.absolute()), "shown": str(path), "password": password, "skipped": skipped}
        ended = child.run(MODULE, (), json.dumps(asked).encode())
        if ended.status == 0:
            return _answer(ended.output)
        page = _last_page(ended.said)
        if page is None or len(skipped) == _SKIPPED:
            raise Problem("broken", path=str(path), reason=_reason(ended, page))
        skipped.append(page)


def _answer(output: bytes) -> Document:
    """What the child found: a Document, the Problem with the file, or our own mistake."""
    answer = pickle.loads(output)
    match answer:
        case Document():
            return answer
        case ("problem", code, parameters):
            raise Problem(code, **parameters)
    raise RuntimeError(f"the PDF reader failed: {answer}")


def _last_page(said: str) -> int | None:
    """The page at which the child stood, None if it had not begun one or was past them."""
    pages = re.findall(r"^page (\d+|none)$", said, re.MULTILINE)
    return int(pages[-1]) if pages and pages[-1] != "none" else None


def _reason(ended: child.Ended, page: int | None) -> str:
    where = "" if page is None else f" at page {page + 1}"
    what = "it takes too long" if "Timeout" in ended.said else f"its reader stopped with status {ended.status}"
    return what + where
