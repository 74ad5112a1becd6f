"""Text: a TXT file becomes a Document, its chapters found by their headings."""

from __future__ import annotations

import re
from pathlib import Path

from app.documents import headings, language, lines
from app.documents.document import Block, Document, Section
from app.documents.encoding import Decoded, NotText, decode, mojibake
from app.documents.outline import gutenberg_licence, nested
from model.types import Problem

__all__ = ["Decoded", "decode", "read"]

PARSER = "text 1"


def read(path: Path, data: bytes, encoding: str | None = None) -> Document:
    """The Document in the bytes of a text file. Raises Problem: binary, no-text, unknown-encoding."""
    try:
        decoded = decode(data, encoding)
    except NotText:
        raise Problem("binary", path=str(path)) from None
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Problem("no-text", path=str(path))
    title = _title(text, path)
    blocks, sections = structure(text, title)
    return Document(
        title=title,
        text=text,
        blocks=blocks,
        sections=sections,
        authors=_authors(text),
        language=language.detect(text),
        format="TXT",
        parser=PARSER,
        encoding=decoded.encoding,
        warnings=_warnings(decoded),
    )


def _warnings(decoded: Decoded) -> tuple[str, ...]:
    garbled = mojibake(decoded.text)
    return (f"replaced:{decoded.replaced}",) * bool(decoded.replaced) + (f"mojibake:{garbled}",) * bool(garbled)


def structure(text: str, title: str) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """The blocks and sections of a canonical text. A text without headings is one section."""
    spans = lines.units(text)
    licence = gutenberg_licence(text)
    # What follows the novel (Gutenberg's terms have numbered sections) is not the novel's.
    texts = [text[s.start : s.end] for s in spans if not licence or s.start < licence[0][2]]
    found = headings.find(texts)
    level = {i: depth for mark, depth in found for i in range(mark.block, mark.last + 1)}
    blocks = tuple(
        Block(s.start, s.end, "heading", level[i]) if i in level else Block(s.start, s.end, "paragraph")
        for i, s in enumerate(spans)
    )
    entries = [(mark.title, depth, spans[mark.block].start) for mark, depth in found if not mark.echo]
    return blocks, nested(entries + licence, len(text), title, blocks)


def _title(text: str, path: Path) -> str:
    """《…》 in the first lines, a Gutenberg "Title:" line, a law's first line, else the file's name."""
    front = [line.strip() for line in text[:4000].split("\n") if line.strip()]
    if match := next((m for line in front[:5] if (m := re.match(r"《([^《》]{1,40})》", line))), None):
        return match[1]
    if match := next((m for line in front[:30] if (m := re.match(r"Title:\s*(.+)", line))), None):
        return match[1]
    titled = front and len(front[0]) <= 80 and not front[0].endswith((",", "，", ";", "；"))
    if titled and re.search(r"^(?:第一条|Article 1\b|§ ?1\b)", text, re.MULTILINE):
        return front[0]
    return path.stem


def _authors(text: str) -> tuple[str, ...]:
    front = [line.strip() for line in text[:4000].split("\n") if line.strip()]
    if match := next((m for line in front[:30] if (m := re.match(r"Author:\s*(.+)", line))), None):
        return (match[1],)
    if match := next(
        (m for line in front[:5] if (m := re.match(r"《[^《》]+》\s*(?:作者[:：])?\s*(\S.{0,20})", line))),
        None,
    ):
        return (match[1].strip(),)
    return ()
