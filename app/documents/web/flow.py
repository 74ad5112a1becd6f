"""Flow: what was written of one file of markup becomes a Document with sections, links and readings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.documents import headings, language
from app.documents.document import Block, Document
from app.documents.outline import Entry, gutenberg_licence, nested
from app.documents.web.xhtml import Flow
from model.types import Problem

_FEWEST = 3  # headings of a file that marks its chapters
_CONTENTS = re.compile(r"(?:table of )?contents|index|目\s*[录錄次]|inhalt(?:sverzeichnis)?|sommaire|оглавление", re.I)
_OWN = re.compile(r"§|(?:art(?:\.|icle|ikel)?|section|anlage|annex|appendix)\b|第.{1,9}[条條]", re.IGNORECASE)
_PARTS = ("volume", "book", "part", "编", "部", "卷", "集", "篇")
_FRONT = 4000  # characters in which Project Gutenberg names title and author


@dataclass(frozen=True)
class Front:
    """What a file says of itself; "" or () where it says nothing."""

    title: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    series: str = ""
    cover: str = ""


def document(
    path: Path,
    flow: Flow,
    front: Front,
    entries: Sequence[Entry] | None = None,
    *,
    join: bool = True,
    format: str,
    parser: str,
    encoding: str,
    warnings: tuple[str, ...] = (),
) -> Document:
    """The Document of a finished flow. Without `entries` its sections come from its headings; `join` those
    that only continue the one above. Raises Problem("no-text").
    """
    text = "".join(flow.text)
    if not text.strip():
        raise Problem("no-text", path=str(path))
    title = _line(text, "Title") or front.title or _heading(text, flow) or path.stem
    author = _line(text, "Author")
    links = flow.links()  # first: blocks that are pointed to as notes become such
    blocks = tuple(flow.blocks)
    if entries is None:
        blocks, entries = _outlined(text, blocks, join)
    return Document(
        title=title,
        text=text,
        blocks=blocks,
        sections=nested([*entries, *gutenberg_licence(text)], len(text), title, blocks),
        authors=front.authors or ((author,) if author else ()),
        language=language.spoken(front.language, text),
        format=format,
        parser=parser,
        encoding=encoding,
        series=front.series,
        cover=front.cover,
        links=links,
        rubies=tuple(flow.rubies),
        warnings=warnings,
    )


def outlined(document: Document) -> Document:
    """A document whose file has no contents, with sections by its headings or by what looks like them."""
    blocks, entries = _outlined(document.text, document.blocks, True)
    entries += gutenberg_licence(document.text)
    sections = nested(entries, len(document.text), document.title, blocks)
    return replace(document, blocks=blocks, sections=sections)


def headed(text: str, blocks: Sequence[Block], join: bool) -> list[Entry]:
    """The headings as entries. Joined are those that follow at once and say no more than a second line would."""
    entries: list[Entry] = []
    last = -2
    front = True
    for i, block in enumerate(blocks):
        if block.kind != "heading" or block.start == block.end:
            continue
        title = " ".join(text[block.start : block.end].split())
        follows = i == last + 1 and bool(entries)
        front = front and (follows or not entries)
        if join and follows and (front or entries[-1][1] == block.level) and not _stands_alone(title):
            entries[-1] = (f"{entries[-1][0]} {title}", entries[-1][1], entries[-1][2])
        else:
            entries.append((title, block.level, block.start))
        last = i
    return _ranked(_beside_contents(entries))


def _outlined(text: str, blocks: tuple[Block, ...], join: bool) -> tuple[tuple[Block, ...], list[Entry]]:
    """Blocks and entries by the file's own headings, or by their form where it marks too few."""
    entries = headed(text, blocks, join)
    if sum(b.kind == "heading" for b in blocks) >= _FEWEST:
        return blocks, entries
    licence = gutenberg_licence(text)
    end = licence[0][2] if licence else len(text)
    texts = [text[b.start : b.end] if b.kind not in ("note", "code", "image") and b.start < end else "" for b in blocks]
    found = headings.find(texts)
    level = {i: depth for mark, depth in found for i in range(mark.block, mark.last + 1)}
    marked = tuple(replace(b, kind="heading", level=level[i]) if i in level else b for i, b in enumerate(blocks))
    taken = {blocks[i].start for i in level}
    entries = [entry for entry in entries if entry[2] not in taken]
    return marked, entries + [(m.title, depth, blocks[m.block].start) for m, depth in found if not m.echo]


def _stands_alone(title: str) -> bool:
    """Whether a heading opens something of its own even right under another."""
    mark = headings.parse(title)
    return bool((mark and not mark.weak) or _OWN.match(title) or _CONTENTS.fullmatch(title))


def _beside_contents(entries: Sequence[Entry]) -> list[Entry]:
    """A table of contents holds no chapters: those headed lower than it stand beside it."""
    after = [*entries[1:], *entries[-1:]]
    return [
        (title, max(level, following[1]), start) if _CONTENTS.fullmatch(title) else (title, level, start)
        for (title, level, start), following in zip(entries, after, strict=True)
    ]


def _ranked(entries: Sequence[Entry]) -> list[Entry]:
    """Levels from 1 without gaps. Books set in the same headings as their chapters stand above them."""
    marks = [headings.parse(title) for title, _, _ in entries]
    chapters = [i for i, mark in enumerate(marks) if mark and mark.rank == "chapter"]
    level = {i: 2 * entry[1] for i, entry in enumerate(entries)}
    for rank in _PARTS:
        parts = [i for i, mark in enumerate(marks) if mark and mark.rank == rank]
        same = {entries[i][1] for i in parts} & {entries[i][1] for i in chapters}
        if same and 1 < len(parts) < len(chapters) and parts[0] < chapters[0]:
            # An epilogue whose chapters begin again at one is such a book too.
            parts += [
                i - 1 for i in chapters if i and _number(marks[i]) == 1 and (last := marks[i - 1]) and not last.number
            ]
            level |= dict.fromkeys(parts, min(2 * min(entries[i][1] for i in parts), 2 * min(same) - 1))
    shown = {value: i + 1 for i, value in enumerate(sorted(set(level.values())))}
    return [(title, shown[level[i]], start) for i, (title, _, start) in enumerate(entries)]


def _number(mark: headings.Mark | None) -> int:
    return mark.number if mark else 0


def _heading(text: str, flow: Flow) -> str:
    """The first heading of the highest level, if the text begins with it."""
    first = next((b for b in flow.blocks[:3] if b.kind == "heading" and b.level == 1), None)
    return " ".join(text[first.start : first.end].split()) if first else ""


def _line(text: str, name: str) -> str:
    """What Project Gutenberg says in a line of its own before the book, "" elsewhere."""
    front = text[:_FRONT]
    match = re.search(rf"^{name}:[ \t]*(\S.*)$", front, re.MULTILINE) if "Project Gutenberg" in front else None
    return match[1].strip() if match else ""
