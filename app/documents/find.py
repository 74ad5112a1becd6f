"""Find: where a text says something, whatever its case, width, quotes, dashes and line ends."""

from __future__ import annotations

from functools import lru_cache

from app.documents.document import Document
from model.folding import Folded, fold
from model.types import Span

_AROUND = 30  # characters of context on either side
_LONGEST = 120  # characters of a passage that a line shows whole


def find(document: Document, needle: str) -> tuple[Span, ...]:
    """The matching spans of the canonical text, in order, disjoint. An empty needle matches nothing."""
    wanted = fold(needle).text.strip()
    if not wanted:
        return ()
    folded = _folded(document.text)
    spans = []
    at = folded.text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        # Half of a character that folds to two (the first s of ß) is no match.
        whole = folded.whole(at, end)
        if whole:
            spans.append(folded.span(at, end))
        at = folded.text.find(wanted, end if whole else at + 1)
    return tuple(spans)


def line(document: Document, span: Span) -> str:
    """The passage in one line with a little of what stands around it in its paragraph."""
    block = next((b.span for b in document.blocks_at(span.start, span.end)), span)
    start = max(min(block.start, span.start), span.start - _AROUND)
    end = min(max(block.end, span.end), min(span.end, span.start + _LONGEST) + _AROUND)
    shown = " ".join(document.text[start:end].split())
    return ("…" if start > block.start else "") + shown + ("…" if end < max(block.end, span.end) else "")


@lru_cache(maxsize=2)
def _folded(text: str) -> Folded:
    """Folding a long novel takes half a second: the books in hand are kept."""
    return fold(text)
