"""Unplaced: text that pdfium leaves out because its font is neither in the file nor on this machine, read by pypdf."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.documents.printed.glyphs import Glyphs
from app.documents.printed.paper import Paper

_SECONDS = 5.0  # for all pages of a file: pypdf takes some twenty times what pdfium takes
_STRIKES = 3  # pages on which pypdf finds nothing that pdfium lacks, after which it is not asked again
_ROW = 8.0  # points
_MOST_ROWS = 40  # that a glyph may stand on
_NO_TEXT = re.compile(r"[\x00-\x1f]|/[A-Za-z]\w*\d")  # codes, or names of glyphs


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Text that pypdf gives at once, with the left end of its baseline as the page is shown, in points."""

    text: str
    x: float
    y: float
    size: float

    @property
    def width(self) -> float:
        """As wide as letters usually are: the font that knows is missing."""
        return sum(self.size * (1.0 if ord(c) >= 0x2E80 else 0.5) for c in self.text)


@dataclass
class Unplaced:
    """What pdfium misses of a file. It counts its failures and its time, and gives up when they are too many."""

    paper: Paper
    _strikes: int = 0
    _seconds: float = field(default=_SECONDS)

    @property
    def is_spent(self) -> bool:
        """Whether no time is left: what a page lacks stays out."""
        return self._seconds <= 0

    @property
    def is_worth_it(self) -> bool:
        """Whether to go on looking for what pdfium left out."""
        return self._strikes < _STRIKES

    def completed(self, glyphs: Glyphs) -> Glyphs:
        """The glyphs of a page, after them those that pdfium left out, wherever they stand."""
        begun = time.monotonic()
        chunks = _missing(glyphs, self._chunks(glyphs))
        self._seconds -= time.monotonic() - begun
        self._strikes = 0 if chunks else self._strikes + 1
        return _with(glyphs, chunks) if chunks else glyphs

    def _chunks(self, glyphs: Glyphs) -> list[_Chunk]:
        found: list[_Chunk] = []

        def visit(text: str, cm: Sequence[float], tm: Sequence[float], _: object, size: float) -> None:
            if words := text.strip():
                x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
                scale = (tm[1] ** 2 + tm[3] ** 2) ** 0.5 * (cm[1] ** 2 + cm[3] ** 2) ** 0.5
                found.append(_Chunk(words, *glyphs.frame.place(x, y), max(1.0, abs(size) * scale)))

        try:
            self.paper.objects.pages[glyphs.page].extract_text(visitor_text=visit)
        except Exception:
            # pypdf has no one error for a broken file: it raises whatever its own steps run into.
            return []
        return found


def _missing(glyphs: Glyphs, chunks: Sequence[_Chunk]) -> list[_Chunk]:
    """The chunks that stand where pieces without width begin, one piece for each sign, and no glyph does.

    Blanks have no width either; words that pypdf runs together with one have too many signs, or are there.
    """
    starts: dict[int, list[float]] = defaultdict(list)
    for x, y in glyphs.unplaced:
        starts[round(y)].append(x)
    found = []
    for chunk in chunks:
        end = chunk.x + chunk.width
        near = (x for y in range(round(chunk.y) - 1, round(chunk.y) + 2) for x in starts.get(y, ()))
        if sum(chunk.x - 1 <= x <= end for x in near) >= len(chunk.text) and not _NO_TEXT.search(chunk.text):
            found.append(chunk)
    inked = _Inked(glyphs) if found else None
    return [chunk for chunk in found if inked and not inked.covers(chunk)]


class _Inked:
    """Where the glyphs of a page stand, by rows."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._rows: dict[int, list[int]] = defaultdict(list)
        for i, character in enumerate(glyphs.text):
            if not character.isspace():
                for row in range(int(glyphs.top[i] // _ROW), int(glyphs.bottom[i] // _ROW) + 1)[:_MOST_ROWS]:
                    self._rows[row].append(i)

    def covers(self, chunk: _Chunk) -> bool:
        """Whether a glyph stands where a chunk's first sign would."""
        glyphs, x, y = self._glyphs, chunk.x + 0.2 * chunk.size, chunk.y - 0.2 * chunk.size
        return any(
            glyphs.left[i] <= x <= glyphs.right[i] and glyphs.top[i] <= y <= glyphs.bottom[i]
            for i in self._rows.get(int(y // _ROW), ())
        )


def _with(glyphs: Glyphs, chunks: Sequence[_Chunk]) -> Glyphs:
    text: list[str] = []
    places: list[tuple[float, float, float, float]] = []
    sizes = dict(glyphs.sizes)
    last: _Chunk | None = None
    for chunk in chunks:
        if last is None or not -0.5 < (chunk.x - last.x - last.width) / chunk.size < 1.0 or chunk.y != last.y:
            text += "\r\n"
            places += [(chunk.x, chunk.y, chunk.x, chunk.y)] * 2
            sizes[len(glyphs.text) + len(text)] = chunk.size
        text += chunk.text
        places += _boxes(chunk)
        last = chunk
    return replace(
        glyphs,
        text=glyphs.text + "".join(text),
        left=[*glyphs.left, *(place[0] for place in places)],
        top=[*glyphs.top, *(place[1] for place in places)],
        right=[*glyphs.right, *(place[2] for place in places)],
        bottom=[*glyphs.bottom, *(place[3] for place in places)],
        sizes=sizes,
        own=len(glyphs.text),
    )


def _boxes(chunk: _Chunk) -> Iterator[tuple[float, float, float, float]]:
    step = chunk.width / len(chunk.text)
    for i in range(len(chunk.text)):
        yield chunk.x + i * step, chunk.y - 0.8 * chunk.size, chunk.x + (i + 1) * step, chunk.y + 0.2 * chunk.size
