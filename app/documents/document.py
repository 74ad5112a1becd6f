"""Document: canonical text, its structure and its addresses. All else is a table over its characters."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from app.documents.addresses import told_apart
from model.types import Source, Span

BlockKind = Literal["heading", "paragraph", "verse", "quote", "list", "table", "note", "image", "code"]
DocumentKind = Literal["novel", "law"]
LinkKind = Literal["note", "place", "web"]


@dataclass(frozen=True)
class Hints:
    """What the user knows better than the file. Each is obeyed, or refused with a Problem.

    `encoding` of a text file; `kind` against what was recognised; `chapters` a regular expression that
    the first line of every chapter matches; `password` of an encrypted file.
    """

    encoding: str | None = None
    kind: DocumentKind | None = None
    chapters: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-like unit of the text. Blocks are ordered and disjoint; what lies between is white space.

    `level` is a heading's depth from 1 (0 elsewhere); `anchor` the place in the file ("ch1.xhtml#p3");
    `target` where the block points: a note's backlink or an image's file.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    anchor: str = ""
    target: str = ""

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the contents. `level` counts from 1; [start, end) includes its sub-sections."""

    title: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a law that can be cited: an article or section, a recital, an annex, or a part of one.

    `label` as written ("第一百三十三条之一", "§ 106A.", "（一）", "(a)"; "第一款" where the law leaves a
    paragraph unnumbered); `number` the plain numeral of this level ("133-1", "106A", "1", "a"); `level` in
    the law's own terms: article, section, paragraph, subsection, item, point, recital, annex, … An act without
    articles is one unit of level act or amendment, its label the act's own name. `path` the titles above an
    article from the top, empty in a part. `version`: from when this wording stands, as the
    source says (ISO date or note), "" where it does not; `repealed`: only its number is left.
    `parts` are ordered, disjoint and inside [start, end).
    """

    label: str
    number: str
    start: int
    end: int
    path: tuple[str, ...] = ()
    level: str = "article"
    version: str = ""
    repealed: bool = False
    parts: tuple[Unit, ...] = ()

    @property
    def name(self) -> str:
        """The label, with its level where it is a mere number: section 2ZA, recital (26)."""
        bare = self.label[:1].isascii() and (self.label[:1].isdigit() or self.label.startswith("("))
        return f"{self.level} {self.label}" if bare else self.label


@dataclass(frozen=True)
class Law:
    """What makes a document a law. `jurisdiction`: CN, DE, EU, JP, UK, US or "" (a form that several use).

    `units` are the articles, recitals and annexes: ordered and disjoint. `history` are the notes of
    promulgation and amendment in the text; `version` the date (ISO) of the last adoption or amendment that the
    text names, of its publication where it names neither, never that of coming into force; "" if nothing says.
    """

    jurisdiction: str
    units: tuple[Unit, ...]
    history: tuple[Span, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Words that point elsewhere: to `target`, a position in the text, or (-1) out of it to `href`,
    which is shown and never fetched. A note's link has kind "note" and its target is the note's block.
    """

    start: int
    end: int
    target: int
    kind: LinkKind
    href: str = ""


@dataclass(frozen=True, slots=True)
class Ruby:
    """The reading set beside the characters [start, end); only these are in the text."""

    start: int
    end: int
    reading: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of paper: its printed label and its text [start, end). Width and height in points, 0 unless PDF."""

    label: str
    start: int
    end: int
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where characters stand on paper: [start, end) of the text are the characters `index`, `index` + 1 …
    of the page `page` (from 0) as the file has them.
    """

    start: int
    end: int
    page: int
    index: int


@dataclass(frozen=True)
class Volume:
    """A document on a shelf: its short name, its place [start, end) in the shelf's text, and itself."""

    name: str
    start: int
    end: int
    document: Document


@dataclass(frozen=True)
class Document:
    """One opened file, or a shelf of them (`volumes`), frozen.

    `parser` names the reader and its version; `warnings` are for the user: a code of `app.problems` and a
    value ("replaced:5"). `cover` is a picture's name in the file, for `app.documents.open.picture`.
    `pages` and `origins` are ordered; only PDF has origins.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    authors: tuple[str, ...] = ()
    language: str = ""
    format: str = ""
    law: Law | None = None
    parser: str = ""
    encoding: str = ""
    series: str = ""
    cover: str = ""
    links: tuple[Link, ...] = ()
    rubies: tuple[Ruby, ...] = ()
    pages: tuple[Page, ...] = ()
    origins: tuple[Origin, ...] = ()
    volumes: tuple[Volume, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        place = 0
        for block in self.blocks:
            if not place <= block.start <= block.end <= len(self.text):
                raise ValueError(f"blocks out of order or outside the text at {block.start}")
            place = block.end

    @property
    def kind(self) -> DocumentKind:
        return "law" if self.law else "novel"

    @property
    def units(self) -> tuple[Unit, ...]:
        """The articles of a law, none in a novel."""
        return self.law.units if self.law else ()

    @cached_property
    def key(self) -> str:
        """Hash of the canonical text and its units (hex, 32 digits): the same content, the same key."""
        digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass"))
        digest.update(json.dumps([(u.number, u.start, u.end) for u in self.units]).encode())
        return digest.hexdigest()[:32]

    @cached_property
    def leaves(self) -> tuple[Section, ...]:
        """The leaf sections in reading order: every section whose own text, before its first
        sub-section, holds more than headings. [start, end) is that own text. They count from c1.
        """
        starts = [s.start for s in self.sections] + [len(self.text)]
        leaves = []
        for section, own_end in zip(self.sections, starts[1:], strict=True):
            if any(b.kind != "heading" and len(b.span) for b in self._blocks_in(section.start, own_end)):
                leaves.append(Section(section.title, section.level, section.start, own_end))
        return tuple(leaves)

    def address(self, position: int) -> str:
        """The address of a character for people: a law's own label (`told_apart`), else `c12.p34`: paragraph 34 of
        the 12th leaf section; a heading is its section's `c12`, one above several leaves the first's.
        Notes right behind a unit are `§ 107 note`. On a shelf the volume's name stands before it.
        """
        if self.volumes:
            volume = self.volumes[max(0, bisect_right(self._volume_starts, position) - 1)]
            return f"{volume.name}:{volume.document.address(position - volume.start)}"
        index = bisect_right(self._unit_starts, position) - 1
        if index >= 0 and position < self.units[index].end:
            return self._unit_addresses[index]
        if index >= 0 and self._has_notes(self.units[index], position):
            return f"{self._unit_addresses[index]} note"
        if not self.leaves:
            return "c1"
        leaf = max(0, bisect_right(self._leaf_starts, position) - 1)
        paragraph = bisect_right(self._paragraph_starts[leaf], position)
        if position >= self.leaves[leaf].end:
            return f"c{min(leaf + 2, len(self.leaves))}"
        return f"c{leaf + 1}.p{paragraph}" if paragraph else f"c{leaf + 1}"

    def _has_notes(self, unit: Unit, position: int) -> bool:
        """Whether notes follow a unit at once and a place behind it is still in its section."""
        behind = bisect_right(self._block_starts, unit.end - 1)
        leaf = bisect_right(self._leaf_starts, position) - 1
        return (
            behind < len(self.blocks)
            and self.blocks[behind].kind == "note"
            and (leaf < 0 or self.leaves[leaf].start <= unit.start)
        )

    def section_title(self, position: int) -> str:
        """The title of the innermost section that holds a character; the document's own before the first."""
        index = bisect_right(self._section_starts, position) - 1
        return self.sections[index].title if index >= 0 else self.title

    def unit_at(self, position: int) -> Unit | None:
        index = bisect_right(self._unit_starts, position) - 1
        return self.units[index] if index >= 0 and position < self.units[index].end else None

    def source(self) -> Source:
        """What the engine is given: text and places, nothing of files or windows."""
        blocks = [b for b in self.blocks if len(b.span)]
        return Source(
            key=self.key,
            title=self.title,
            language=self.language,
            text=self.text,
            blocks=tuple(b.span for b in blocks),
            labels=tuple(self.address(b.start) for b in blocks),
            chapters=tuple(Span(s.start, s.end) for s in self.leaves),
            units=tuple(Span(u.start, u.end) for u in self.units),
        )

    def blocks_at(self, start: int, end: int) -> tuple[Block, ...]:
        """The blocks that [start, end) touches, in order."""
        first = max(0, bisect_right(self._block_starts, start) - 1)
        last = bisect_right(self._block_starts, max(start, end - 1))
        return tuple(b for b in self.blocks[first:last] if b.end > start or b.start == start)

    def _blocks_in(self, start: int, end: int) -> tuple[Block, ...]:
        starts = self._block_starts
        return self.blocks[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]

    @cached_property
    def _volume_starts(self) -> list[int]:
        return [v.start for v in self.volumes]

    @cached_property
    def _unit_addresses(self) -> tuple[str, ...]:
        return told_apart([unit.name for unit in self.units], [unit.path for unit in self.units])

    @cached_property
    def _block_starts(self) -> list[int]:
        return [b.start for b in self.blocks]

    @cached_property
    def _section_starts(self) -> list[int]:
        return [s.start for s in self.sections]

    @cached_property
    def _unit_starts(self) -> list[int]:
        return [u.start for u in self.units]

    @cached_property
    def _leaf_starts(self) -> list[int]:
        return [s.start for s in self.leaves]

    @cached_property
    def _paragraph_starts(self) -> list[list[int]]:
        """Of each leaf, where its blocks begin that are no headings."""
        return [[b.start for b in self._blocks_in(s.start, s.end) if b.kind != "heading"] for s in self.leaves]
