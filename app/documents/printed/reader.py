"""Reader: the pages of a file become one Document, its text cleaned of what only paper needs."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pypdfium2.raw as pdfium

from app.documents import language
from app.documents.document import Block, Document, Origin, Page, Section
from app.documents.outline import Entry, gutenberg_licence, nested
from app.documents.printed import bookmarks, clean, columns, contents, damage, garble, paragraphs
from app.documents.printed.columns import Line
from app.documents.printed.contents import Head
from app.documents.printed.glyphs import Frame
from app.documents.printed.paper import Paper
from app.documents.printed.paragraphs import Paragraph
from app.documents.printed.unplaced import Unplaced
from model.types import Problem, Span

PARSER = "pdf 1"
_SECONDS = 6.0  # for a file that yields no text; each character of text allows more
_SECONDS_PER_CHARACTER = 20e-6  # some four times what reading one takes
_MOST_PAGES = 20_000  # the longest codes in print have some ten thousand; a small file may count any number
_GARBLED = 0.3
_PICTURES = {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM}


@dataclass
class _Pages:
    """What was read of a file: each page's frame and lines, and which pages have nothing, or nothing sensible."""

    frames: list[Frame] = field(default_factory=list)
    lines: list[list[Line]] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    drawn: bool = False  # whether a page without text shows anything
    flaws: frozenset[int] = frozenset()  # objects that cannot be read, of which no page is known to need them
    found: int = 0  # pages of a file that is cut off; 0 if it is whole

    def warnings(self) -> tuple[str, ...]:
        unread = f"page{'s' * (len(self.unread) > 1)} {ranges(self.unread)}"
        flaws = f"object{'s' * (len(self.flaws) > 1)} {', '.join(map(str, sorted(self.flaws)))}"
        named = (
            ("cut-off", str(self.found or "")),
            ("part-damaged", flaws if self.flaws else ""),
            ("unread", unread if self.unread else ""),
            ("scanned-pages", ranges(self.scanned)),
            ("garbled", ranges(self.garbled)),
        )
        return tuple(f"{code}:{value}" for code, value in named if value)


def read(
    path: Path,
    password: str | None = None,
    skipped: Set[int] = frozenset(),
    started: Callable[[int | None], None] = lambda page: None,
) -> Document:
    """The Document in a PDF file, without the pages (from 0) in `skipped`. `started` is told each page that is
    begun, and None behind the last.

    Raises Problem: password, wrong-password, drm, broken, scanned, no-text.
    """
    with Paper(path, password) as paper:
        pages = _pages(paper, Unplaced(paper), skipped, started)
        started(None)
        _find_damage(paper, pages)
        if not any(pages.lines):
            raise _without_text(path, paper.pages, pages)
        with paper.file() as file:
            outline = bookmarks.outline(file)
            title, authors = bookmarks.description(file)
            named = bookmarks.language(file)
            labels = [bookmarks.label(file, i) for i in range(len(pages.lines))]
    kept = clean.without_running_lines(pages.lines)
    heads = contents.placed(outline, kept, pages.frames)
    found, body = paragraphs.joined(kept, {id(head.line): head.count for head in heads})
    written = _written(found, clean.Words([line.text for page in kept for line in page]))
    title = title or contents.largest(found, body) or path.stem
    blocks, sections = _structure(written, found, heads, body, title)
    return Document(
        title=title,
        text=written.text,
        blocks=blocks,
        sections=sections,
        authors=_authors(written.text) or authors,
        language=language.detect(written.text) or named,
        format="PDF",
        parser=PARSER,
        pages=_paper_pages(written, pages.frames, kept, labels),
        origins=written.origins,
        warnings=pages.warnings(),
    )


def _authors(text: str) -> tuple[str, ...]:
    """The author whom a Project Gutenberg book names; the file names who made the PDF."""
    match = re.search(r"^Author:\s*(.+)$", text[:4000], re.MULTILINE)
    return (match[1].strip(),) if match else ()


def ranges(pages: Sequence[int]) -> str:
    """Pages (from 0) as a reader names them: 1, 21–32."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    return ", ".join("–".join(str(page + 1) for page in run) for run in runs)


def _pages(paper: Paper, unplaced: Unplaced, skipped: Set[int], started: Callable[[int | None], None]) -> _Pages:
    """All pages up to `_MOST_PAGES` that can be read in the time that their text is worth."""
    pages = _Pages()
    begun = time.monotonic()
    characters = 0
    has_fonts = not paper.is_mended  # where fonts are cut off, what they set cannot be had from elsewhere
    for i in range(paper.pages):
        if i == _MOST_PAGES or time.monotonic() - begun > _SECONDS + _SECONDS_PER_CHARACTER * characters:
            pages.unread += range(i, paper.pages)
            break
        started(i)
        glyphs = None if i in skipped else paper.glyphs(i, seek=has_fonts and unplaced.is_worth_it)
        if glyphs and glyphs.unplaced:
            if unplaced.is_spent:
                pages.unread.append(i)
            else:
                glyphs = unplaced.completed(glyphs)
        found = columns.lines(glyphs) if glyphs else []
        pages.lines.append(found)
        pages.frames.append(glyphs.frame if glyphs else Frame(0.0, 0.0, 0.0, 0.0, 0))
        if glyphs is None:
            pages.unread.append(i)
        elif not found:
            kinds = paper.kinds(i)
            pages.drawn = pages.drawn or bool(kinds)
            pages.scanned += [i] * bool(kinds & _PICTURES)
            pages.blank += [i] * (not kinds)
        elif garble.score(glyphs.text) > _GARBLED:
            pages.garbled.append(i)
        characters += len(glyphs.text) if glyphs else 0
    return pages


def _find_damage(paper: Paper, pages: _Pages) -> None:
    """Note the pages that have lost what they show, and whether the file is cut off."""
    flaws: frozenset[int] = frozenset()
    if not paper.is_encrypted:
        with paper.content() as content:
            flaws = damage.flawed(content, paper.is_mended)
    found = damage.Damage()
    if flaws or pages.blank or paper.is_mended:
        asked = range(len(pages.lines)) if flaws or paper.is_mended else pages.blank
        with suppress(Exception):  # pypdf has no one error for a broken file: it raises whatever it runs into
            found = damage.found(paper.objects, asked, set(pages.blank), flaws)
    pages.unread = sorted({*pages.unread, *found.lost})
    pages.garbled = sorted({*pages.garbled, *found.garbled} - set(pages.unread))
    pages.flaws = frozenset() if pages.unread or pages.garbled or paper.is_mended else flaws
    pages.found = paper.pages - len(pages.unread) if paper.is_mended else 0


def _without_text(path: Path, count: int, pages: _Pages) -> Problem:
    if pages.drawn:  # be it by letters that are mere shapes
        return Problem("scanned", path=str(path), pages=count)
    if pages.unread:
        return Problem("broken", path=str(path), reason="none of its pages can be loaded")
    return Problem("no-text", path=str(path))


@dataclass
class _Written:
    """The canonical text, what of it each paragraph is, and where its characters and lines come from."""

    text: str
    spans: list[Span]
    origins: tuple[Origin, ...]
    starts: dict[int, int]  # of each line, by id


def _written(found: Sequence[Paragraph], words: clean.Words) -> _Written:
    pieces: list[str] = []
    spans: list[Span] = []
    origins: list[Origin] = []
    starts: dict[int, int] = {}
    length = 0
    for paragraph in found:
        if pieces:
            pieces.append("\n\n")
            length += 2
        begin = length
        last = ""
        for line in paragraph.lines:
            if last and _is_broken(last, line.text, words):
                pieces[-1], length = pieces[-1][:-1], length - 1
                origins[-1:] = _cut(origins[-1], length)
            elif gap := paragraphs.glue(last, line.text):
                pieces.append(gap)
                length += len(gap)
            starts[id(line)] = length
            origins += _origins(line, length)
            pieces.append(line.text)
            length += len(line.text)
            last = line.text
        spans.append(Span(begin, length))
    return _Written("".join(pieces), spans, tuple(origins), starts)


def _is_broken(before: str, after: str, words: clean.Words) -> bool:
    return before[-1] in paragraphs.HYPHENS and before[-2:-1].isalpha() and not words.keeps_hyphen(before, after)


def _cut(origin: Origin, end: int) -> list[Origin]:
    """A run without what lies from `end` on."""
    return [replace(origin, end=min(origin.end, end))] if origin.start < end else []


def _origins(line: Line, start: int) -> Iterable[Origin]:
    ends = [offset for offset, _ in line.runs[1:]] + [len(line.text)]
    for (offset, index), end in zip(line.runs, ends, strict=True):
        if index >= 0 and end > offset:
            yield Origin(start + offset, start + end, line.page, index)


def _structure(
    written: _Written, found: Sequence[Paragraph], heads: Sequence[Head], body: float, title: str
) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """Blocks and sections: by the outline, or by words and sizes where these find far more."""
    licence = gutenberg_licence(written.text)
    texts = [
        "" if paragraph.note or (licence and span.start >= licence[0][2]) else written.text[span.start : span.end]
        for paragraph, span in zip(found, written.spans, strict=True)
    ]
    titles = contents.found(found, texts, body)
    levels: dict[int, int] = {}
    if len(heads) > 1 and 2 * len(heads) >= sum(not title.echo for title in titles):
        entries = [(head.title, head.level, written.starts[id(head.line)]) for head in heads]
        shown = {written.starts[id(head.line)]: head.level for head in heads if head.count}
        levels = {i: shown[span.start] for i, span in enumerate(written.spans) if span.start in shown}
        entries = _at_blocks(entries, written.spans)
    else:
        entries = [(t.title, t.level, written.spans[t.first].start) for t in titles if not t.echo]
        levels = {i: t.level for t in titles for i in range(t.first, t.last + 1)}
    blocks = tuple(
        Block(span.start, span.end, "heading", levels[i])
        if i in levels
        else Block(span.start, span.end, "note" if paragraph.note else "paragraph")
        for i, (paragraph, span) in enumerate(zip(found, written.spans, strict=True))
    )
    return blocks, nested([*entries, *licence], len(written.text), title, blocks)


def _at_blocks(entries: Sequence[Entry], spans: Sequence[Span]) -> list[Entry]:
    """Entries that point into a paragraph begin with it: its first words stand on the page before."""
    starts = [span.start for span in spans]
    return [(title, level, starts[bisect_right(starts, place) - 1]) for title, level, place in entries]


def _paper_pages(
    written: _Written, frames: Sequence[Frame], pages: Sequence[Sequence[Line]], labels: Sequence[str]
) -> tuple[Page, ...]:
    """Each page with its text: from its first line, notes aside, to the next page's."""
    starts = []
    place = len(written.text)
    for page in reversed(pages):
        place = min([place, *(written.starts[id(line)] for line in page)])
        starts.append(place)
    starts.reverse()
    ends = [*starts[1:], len(written.text)]
    return tuple(
        Page(label, start, end, frame.width, frame.height)
        for label, start, end, frame in zip(labels, starts, ends, frames, strict=True)
    )
