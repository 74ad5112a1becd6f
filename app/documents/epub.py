"""EPUB: a book's spine becomes one text, its contents become sections."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from app.documents import language
from app.documents.book import package
from app.documents.book.navigation import Entry as Line
from app.documents.book.navigation import Landmark, Lists
from app.documents.book.salvage import Salvage
from app.documents.document import Block, Document, Page, Section
from app.documents.outline import Entry, gutenberg_licence, nested
from app.documents.web import elements, markup, xhtml
from app.documents.web.links import snapped
from model.types import Problem

PARSER = "epub 1"

_LARGEST_TEXT = 64 << 20  # bytes of all texts of a book: the Bible has 5, eight seconds read this much
_FEW = 20  # files that are named one by one as missing
# Parts that stand beside the chapters; a book that marks one and leaves it out of its contents still has it.
_BESIDE_NAMES = (
    "preamble preface foreword introduction prologue epilogue afterword conclusion appendix acknowledgments "
    "acknowledgements colophon copyright-page dedication endnotes footnotes rearnotes notes bibliography glossary "
    "index loi lot titlepage title-page"
)
_BESIDE = frozenset(_BESIDE_NAMES.split())


def read(path: Path) -> Document:
    """The Document in an EPUB file. Raises Problem: broken, no-spine, drm, no-text."""
    archive = Salvage(path)
    try:
        book = package.read(archive)
        flow, warnings = _flow(archive, book)
    except elements.Hostile as hostile:
        raise archive.broken(f"entity {hostile}") from None
    text = "".join(flow.text)
    if not text.strip():
        lost = archive.salvaged or any(w.startswith(("unread:", "part-damaged:")) for w in warnings)
        raise archive.broken("its texts are lost") if lost else Problem("no-text", path=str(path))
    links = flow.links()
    title = book.about.title or path.stem
    return Document(
        title=title,
        text=text,
        blocks=tuple(flow.blocks),
        sections=_sections(book.lists, flow, text, title),
        authors=book.about.authors,
        language=language.spoken(book.about.language, text),
        format="EPUB",
        parser=PARSER,
        series=book.about.series,
        cover=_cover(archive, book.cover),
        links=links,
        rubies=tuple(flow.rubies),
        pages=_pages(book.lists.pages, flow, len(text)),
        warnings=warnings,
    )


def picture(path: Path, name: str) -> bytes | None:
    """The bytes of a picture by its path in the zip, None if it is not there or not whole.

    Raises Problem: broken, drm.
    """
    data, whole = Salvage(path).recover(name) or (b"", False) if name else (b"", False)
    return data if whole else None


def _flow(archive: Salvage, book: package.Package) -> tuple[xhtml.Flow, tuple[str, ...]]:
    """Every file of the spine, linear or not, in order and once; and what could not be read."""
    flow = xhtml.Flow()
    warnings = [f"salvaged:{archive.salvaged}"] if archive.salvaged else []
    if book.guessed:
        warnings.append(f"guessed-order:{len(book.spine)}")
    missing: list[str] = []
    damaged: list[str] = []
    replaced = size = 0
    for path in book.spine:
        data, whole = archive.recover(path) or (b"", False)
        size += len(data)
        if size > _LARGEST_TEXT:
            raise archive.broken("too large")
        tree, lost = markup.parsed(data)
        replaced += lost
        if tree is None:
            missing.append(path)
            flow.anchors.setdefault(path, flow.length)
            continue
        if not whole:
            damaged.append(path)
        xhtml.Writer(flow, path).write(tree)
    warnings += [*_listed("unread", missing), *_listed("part-damaged", damaged)]
    return flow, (*warnings, *((f"replaced:{replaced}",) if replaced else ()))


def _listed(code: str, paths: Sequence[str]) -> list[str]:
    """One warning for each file, and one for all that are too many to name."""
    more = [f"{code}:{len(paths) - _FEW} more files"] if len(paths) > _FEW else []
    return [f"{code}:{path}" for path in paths[:_FEW]] + more


def _cover(archive: Salvage, path: str) -> str:
    """The path of the cover: the picture itself, or the first one on its page."""
    data, _ = (
        archive.recover(path) or (b"", False) if path.lower().endswith((".xhtml", ".html", ".htm")) else (b"", False)
    )
    if not data:
        return path
    flow = xhtml.Flow()
    tree, _ = markup.parsed(data)
    if tree is not None:
        xhtml.Writer(flow, path).write(tree)
    return next((found for b in flow.blocks if b.kind == "image" and (found := archive.find(b.target))), "")


def _pages(listed: Sequence[Line], flow: xhtml.Flow, end: int) -> tuple[Page, ...]:
    """The pages of paper: as listed, or as they break in the text if more do there. Each reaches to the next."""
    placed = [(p.title, place) for p in listed if (place := _anchor(p.href, flow)) is not None]
    starts = placed if placed and len(placed) >= len(flow.breaks) else flow.breaks
    ordered = sorted(((label, _text_at(place, flow.blocks, end)) for label, place in starts), key=lambda page: page[1])
    bounds = [start for _, start in ordered] + [end]
    return tuple(Page(label, start, last) for (label, start), last in zip(ordered, bounds[1:], strict=True))


def _text_at(place: int, blocks: Sequence[Block], end: int) -> int:
    """A place, or the start of the next text if it lies between blocks."""
    block = blocks[snapped(place, blocks)]
    return max(place, block.start) if place < block.end else end


def _sections(lists: Lists, flow: xhtml.Flow, text: str, title: str) -> tuple[Section, ...]:
    placed = _placed(lists.contents, flow, text)
    placed += _beside(lists.landmarks, lists.contents, flow, text) if placed else []
    headed = [(" ".join(text[b.start : b.end].split()), b.level, b.start) for b in flow.blocks if b.kind == "heading"]
    entries = placed if len({e[2] for e in placed}) > 1 or len(headed) < 3 else _joined(headed, flow.blocks)
    # Newer Gutenberg files name their licence in the contents.
    licence = [e for e in gutenberg_licence(text) if not any(0 <= start - e[2] < 1000 for _, _, start in entries)]
    return nested(_distinct([*entries, *licence]), len(text), title, flow.blocks)


def _placed(contents: Sequence[Line], flow: xhtml.Flow, text: str) -> list[Entry]:
    """Contents entries at their places in the text. A parent without a link begins with its first child."""
    entries: list[Entry] = []
    unplaced: list[Line] = []
    for entry in contents:
        place = _place(entry, flow, text)
        if place is None:
            unplaced.append(entry)
            continue
        entries += [(parent.title, parent.level, place) for parent in unplaced if parent.level < entry.level]
        unplaced = []
        entries.append((entry.title, entry.level, place))
    return entries


def _beside(landmarks: Sequence[Landmark], contents: Sequence[Line], flow: xhtml.Flow, text: str) -> list[Entry]:
    """The landmarks whose files the contents leave out, so that notes are no part of the last chapter."""
    listed = {entry.href.partition("#")[0] for entry in contents}
    marks = [m for m in landmarks if m.role in _BESIDE and m.title and m.href.partition("#")[0] not in listed]
    return _placed([Line(m.title, 1, m.href) for m in marks], flow, text)


def _anchor(href: str, flow: xhtml.Flow) -> int | None:
    """The place that an address in the book names; that of its file if the file has no such place."""
    path, _, fragment = href.partition("#")
    place = flow.anchors.get(href) if fragment else None
    return flow.anchors.get(path) if place is None else place


def _place(entry: Line, flow: xhtml.Flow, text: str) -> int | None:
    """Where an entry points: the start of its block, or of a heading just above with the same words."""
    place = _anchor(entry.href, flow)
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
