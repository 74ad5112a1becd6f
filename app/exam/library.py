"""Library: the documents that are asked about, each opened once, and the way from a file's offsets to its text's."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

from app.documents.open import open_document
from app.exam.subject import Subject
from model.types import Problem, Span


class Library:
    """Documents by their files."""

    def __init__(self) -> None:
        self._subjects: dict[Path, Subject] = {}
        self._alignments: dict[Path, Alignment] = {}

    def subject(self, path: Path) -> Subject:
        """Raises the Problems of `open_document`."""
        if path not in self._subjects:
            self._subjects[path] = Subject(open_document(path))
        return self._subjects[path]

    def span(self, path: Path, start: int, end: int) -> Span:
        """The characters [start, end) of a UTF-8 text file as they stand in its document.

        Raises Problem "broken" where the file has no such characters, or others than its document.
        """
        if path not in self._alignments:
            self._alignments[path] = Alignment(path, self.subject(path).document.text)
        return self._alignments[path].span(start, end)


class Alignment:
    """Two texts that differ in white space alone: lines of a file may be one paragraph of its document."""

    def __init__(self, path: Path, text: str) -> None:
        raw = path.read_bytes().decode("utf-8", "replace")
        if "".join(raw.split()) != "".join(text.split()):
            raise Problem("broken", path=str(path), reason="its offsets are of another text")
        self.path, self.same = path, raw == text
        self.size = len(raw)
        self.theirs, self.ours = ([], []) if self.same else (_seen(raw), _seen(text))

    def span(self, start: int, end: int) -> Span:
        """See `Library.span`."""
        if not 0 <= start < end <= self.size:
            raise Problem("broken", path=str(self.path), reason=f"it has no characters {start} to {end}")
        if self.same:
            return Span(start, end)
        first, last = bisect_left(self.theirs, start), bisect_left(self.theirs, end)
        if first == last:
            raise Problem("broken", path=str(self.path), reason=f"nothing is written from {start} to {end}")
        return Span(self.ours[first], self.ours[last - 1] + 1)


def _seen(text: str) -> list[int]:
    """The positions of what is no white space."""
    return [i for i, c in enumerate(text) if not c.isspace()]
