"""Bundle: several files that are read as one document, kept as a list of their paths, so that it opens like a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from app.documents.document import Document, Hints
from app.documents.open import open_document
from app.documents.shelf import shelf
from app.paths import PRIVATE
from model.types import Problem

ENDING = ".shelf"


def bundled(folder: Path, files: Sequence[Path]) -> Path:
    """The list of some files, written into `folder`; the same files in the same order are the same list.

    Raises Problem "no-folder".
    """
    plain = json.dumps({"files": [str(path.absolute()) for path in files]}, ensure_ascii=False, indent=1)
    name = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    path = folder / f"{name}{ENDING}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        path.write_text(plain, encoding="utf-8", errors="surrogatepass")
    except OSError as error:
        raise Problem("no-folder", folder=str(folder), reason=error.strerror or str(error)) from error
    return path


def opened(path: Path, hints: Hints) -> Document:
    """The document of a file, or of all the files of a list. Raises Problem for whichever cannot be opened."""
    if path.suffix != ENDING:
        return open_document(path, hints)
    return shelf([open_document(file, Hints(kind=hints.kind)) for file in files_of(path)])


def files_of(path: Path) -> tuple[Path, ...]:
    """The files of a list. Raises Problem "missing" where the list went away, "broken" where it is none."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        files = tuple(Path(name) for name in plain["files"])
    except OSError as error:
        raise Problem("missing", path=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Problem("broken", path=str(path), reason=str(error)) from error
    if not files:
        raise Problem("broken", path=str(path), reason="it names no files")
    return files
