"""EPUB: a book's spine becomes one text, its contents become sections."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from app.documents import language, package, xhtml
from app.documents.document import Block, Document, Section
from app.documents.outline import Entry, gutenberg_licence, nested
from model.types import Problem

PARSER = "epub 1"


def read(path: Path) -> Document:
    """The Document in an EPUB file. Raises Problem: broken, no-spine, drm, no-text."""
    archive = package.Archive(path)
    try:
        book = package.read(archive)
        flow, warnings = _flow(archive, book.spine)
    except xhtml.Hostile as hostile:
        raise archive.broken(f"entity {hostile}") from None
    text = "".join(flow.text)
    if not text.strip():
        raise Problem("no-text", path=str(path))
    blocks = tuple(flow.blocks)
    title = book.title or path.stem
    sections = _sections(book.contents, flow, text, title)
    return Document(
        title=title,
        text=text,
        blocks=blocks,
        sections=sections,
        authors=book.authors,
        language=_language(book.language, text),
        format="EPUB",
        parser=PARSER,
        warnings=warnings,
    )


def _flow(archive: package.Archive, spine: Sequence[str]) -> tuple[xhtml.Flow, tuple[str, ...]]:
    """Every file of the spine, linear or not, in order and once."""
    flow = xhtml.Flow()
    warnings = []
    for path in dict.fromkeys(spine):
        tree = xhtml.parse(archive.read(path) or b"")
        if tree is None:
            warnings.append(f"unread:{path}")
            flow.anchors.setdefault(path, flow.length)
        else:
            xhtml.Writer(flow, path).write(tree)
    return flow, tuple(warnings)


def _language(declared: str, text: str) -> str:
    """The book's own tag; a bare "zh" is made exact by its characters, "und" is no answer."""
    found = language.detect(text)
    bare = declared.lower().partition("-")[0]
    if bare in ("", "und") or (bare == "zh" and found.startswith("zh")):
        return found or declared
    return declared


def _sections(contents: Sequence[package.Entry], flow: xhtml.Flow, text: str, title: str) -> tuple[Section, ...]:
    placed = _placed(contents, flow, text)
    headed = [(" ".join(text[b.start : b.end].split()), b.level, b.start) for b in flow.blocks if b.kind == "heading"]
    entries = placed if len({e[2] for e in placed}) > 1 or len(headed) < 3 else _joined(headed, flow.blocks)
    # Newer Gutenberg files name their licence in the contents.
    licence = [e for e in gutenberg_licence(text) if not any(0 <= start - e[2] < 1000 for _, _, start in entries)]
    return nested(_distinct([*entries, *licence]), len(text), title, flow.blocks)


def _placed(contents: Sequence[package.Entry], flow: xhtml.Flow, text: str) -> list[Entry]:
    """Contents entries at their places in the text. A parent without a link begins with its first child."""
    entries: list[Entry] = []
    unplaced: list[package.Entry] = []
    for entry in contents:
        place = _place(entry, flow, text)
        if place is None:
            unplaced.append(entry)
            continue
        entries += [(parent.title, parent.level, place) for parent in unplaced if parent.level < entry.level]
        unplaced = []
        entries.append((entry.title, entry.level, place))
    return entries


def _place(entry: package.Entry, flow: xhtml.Flow, text: str) -> int | None:
    """Where an entry points: the start of its block, or of a heading just above with the same words."""
    path, _, fragment = entry.href.partition("#")
    place = flow.anchors.get(entry.href) if fragment else None
    place = flow.anchors.get(path) if place is None else place
    if place is None:
        return None
    index = bisect_right(flow.blocks, place, key=lambda b: b.start) - 1
    if index < 0:
        return 0
    block = flow.blocks[index]
    start = block.start if place < block.end or not len(block.span) else place
    above = flow.blocks[index - 1] if index else None
    if (
        above
        and above.kind == "heading"
        and block.kind != "heading"
        and _same(text[above.start : above.end], entry.title)
    ):
        return above.start
    return start


def _same(heading: str, title: str) -> bool:
    a, b = (re.sub(r"\W+", "", s).casefold() for s in (heading, title))
    return bool(a) and (a == b or b.endswith(a) or b.startswith(a))


def _joined(headed: Sequence[Entry], blocks: Sequence[Block]) -> list[Entry]:
    """Headings that follow one another at once at one level ("I", "A Scandal") are one."""
    index = {b.start: i for i, b in enumerate(blocks)}
    entries: list[Entry] = []
    last = -2
    for title, level, start in headed:
        if index[start] == last + 1 and entries and entries[-1][1] == level:
            entries[-1] = (f"{entries[-1][0]} {title}", level, entries[-1][2])
        else:
            entries.append((title, level, start))
        last = index[start]
    return entries


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Of entries at one place and level the first: the other would be empty."""
    seen: dict[tuple[int, int], Entry] = {}
    for entry in entries:
        seen.setdefault((entry[2], entry[1]), entry)
    return list(seen.values())
