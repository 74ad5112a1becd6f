"""Retrieval: the chunks of a document that share most words with a question, as a small document of their own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.document import Document
from model.types import Source, Span

CHUNKS = 10
SIZES = {"en": 1200, "zh": 400}  # characters of about 300 tokens
BETWEEN = "\n\n"
_BREAK = re.compile(r"\s+|(?<=[。！？；])")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Parts of a document as a source. `parts` are their places in the document, `starts` where each begins here."""

    source: Source
    parts: tuple[Span, ...]
    starts: tuple[int, ...]

    def back(self, span: Span) -> tuple[Span, ...]:
        """The same characters in the document: one span for each part that they lie in."""
        return tuple(
            Span(part.start + inner.start - start, part.start + inner.end - start)
            for part, start in zip(self.parts, self.starts, strict=True)
            if (inner := _common(span, Span(start, start + len(part))))
        )


def chunks(document: Document) -> tuple[Span, ...]:
    """The document cut between its paragraphs into about equal chunks, where one is longer, between words."""
    size = SIZES["zh" if document.language.startswith("zh") else "en"]
    found: list[Span] = []
    for piece in _pieces(document, size):
        if found and piece.end - found[-1].start <= size:
            found[-1] = Span(found[-1].start, piece.end)
        else:
            found.append(piece)
    return tuple(found)


def excerpt(document: Document, chosen: Sequence[Span]) -> Excerpt:
    """The chosen chunks in the text's order; such as follow each other stay together. Articles are cut with them."""
    parts = _joined(document.text, sorted(chosen))
    starts, text = [], ""
    for part in parts:
        starts.append(len(text) + len(BETWEEN) * bool(text))
        text = BETWEEN.join(filter(None, (text, document.text[part.start : part.end])))
    whole = document.source()
    blocks = list(_moved(whole.blocks, parts, starts))
    units = [here for _, here in _moved(whole.units, parts, starts)]
    source = Source(
        key=hashlib.sha256(repr(("excerpt", document.key, parts)).encode()).hexdigest()[:32],
        title=document.title,
        language=document.language,
        text=text,
        blocks=tuple(here for _, here in blocks),
        labels=tuple(whole.labels[number] for number, _ in blocks),
        chapters=tuple(Span(start, start + len(part)) for part, start in zip(parts, starts, strict=True)),
        units=tuple(units),
    )
    return Excerpt(source, tuple(parts), tuple(starts))


def _pieces(document: Document, size: int) -> Iterator[Span]:
    """The blocks, long ones cut."""
    text = document.text
    for block in document.blocks:
        start = block.start
        while block.end - start > size:
            breaks = [m.start() for m in _BREAK.finditer(text, start + size // 2, start + size)]
            end = breaks[-1] if breaks else start + size
            yield Span(start, end)
            start = end + len(text[end : block.end]) - len(text[end : block.end].lstrip())
        if start < block.end:
            yield Span(start, block.end)


def _joined(text: str, chosen: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in chosen:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _moved(spans: Sequence[Span], parts: Sequence[Span], starts: Sequence[int]) -> Iterator[tuple[int, Span]]:
    """What of the spans lies in the parts: the number of each, and its place in the excerpt."""
    for part, start in zip(parts, starts, strict=True):
        for number, span in enumerate(spans):
            if common := _common(span, part):
                yield number, Span(common.start - part.start + start, common.end - part.start + start)


def _common(one: Span, other: Span) -> Span | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Span(start, end) if start < end else None
