"""Draft: a Document in the making; blocks are appended, sections and units stand open around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.documents import language as languages
from app.documents.document import Block, BlockKind, Document, Law, Link, LinkKind, Unit
from app.documents.outline import Entry, nested
from model.types import Problem, Span


@dataclass(frozen=True, slots=True)
class Reference:
    """Words [start, end) of one block's own text that point to `href`: a name given to `anchor`, or outside."""

    start: int
    end: int
    href: str
    kind: LinkKind = "place"


@dataclass
class _Open:
    """A unit that is not yet closed. `start` is -1 until text stands in it."""

    label: str
    number: str
    level: str
    version: str
    repealed: bool
    path: tuple[str, ...]
    start: int = -1
    parts: list[Unit] = field(default_factory=list)

    def closed(self, end: int) -> Unit:
        return Unit(
            self.label,
            self.number,
            self.start,
            end,
            self.path,
            self.level,
            self.version,
            self.repealed,
            tuple(self.parts),
        )


@dataclass
class _Heading:
    """A section that is open. `start` is -1 until text stands in it."""

    title: str
    level: int
    start: int = -1


class Draft:
    """Text grows at its end only, so every Span given out stays true.

        draft = Draft("Copyrights")
        with draft.section("CHAPTER 1", 1):
            draft.block("CHAPTER 1", "heading", 1)
            with draft.unit("§ 106.", "106", "section"):
                draft.anchor("/us/usc/t17/s106")
                draft.block("§ 106. Exclusive rights", "heading", 2)
                with draft.unit("(a)", "a", "subsection"):
                    draft.lead("(a)")
                    with draft.unit("(1)", "1", "paragraph"):
                        draft.block("(1) to reproduce")  # the block is "(a)(1) to reproduce"
        document = draft.document(path, language="en", format="USLM", parser="uslm 1", jurisdiction="US")

    A unit or section is as long as the blocks written while it was open; one without text vanishes.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._text: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._sections: list[_Heading] = []
        self._entries: list[Entry] = []
        self._open: list[_Open] = []
        self._units: list[Unit] = []
        self._lead = ""
        self._lead_references: list[Reference] = []
        self._anchors: dict[str, int] = {}
        self._waiting: list[str] = []
        self._references: list[Reference] = []
        self._notes: list[tuple[str, str, str, Sequence[Reference]]] = []

    @property
    def depth(self) -> int:
        """How many sections stand open."""
        return len(self._sections)

    @property
    def inside_unit(self) -> bool:
        """Whether a unit stands open: the next one opened is a part of it."""
        return bool(self._open)

    def block(
        self,
        text: str,
        kind: BlockKind = "paragraph",
        level: int = 0,
        anchor: str = "",
        target: str = "",
        references: Sequence[Reference] = (),
    ) -> Span:
        """Append a block and return its place. White space at its ends is cut; without text nothing is
        appended, unless it is an image. `references` count from the start of `text` as given.
        """
        span = self._append(text, kind, level, anchor, target, references)
        if not self._open and not self._lead:
            self._set_notes()
        return span

    def lead(self, text: str, references: Sequence[Reference] = ()) -> None:
        """Words that the next block begins with, and with them the units open now: the "(a)" of "(a)(1) …".

        If the unit closes or a section opens first, they are a block of their own.
        """
        text, references = _trimmed(text, references)
        if not text:
            return
        self._space(text)
        self._begin(self._next() + len(self._lead))
        self._lead_references += [_moved(r, len(self._lead)) for r in references]
        self._lead += text

    def note(self, text: str, anchor: str, target: str = "", references: Sequence[Reference] = ()) -> None:
        """A footnote, named `anchor`. It is set as a block of kind "note" after the outermost open unit,
        of which it is no part; after the next block where no unit is open.
        """
        self._notes.append((text, anchor, target, references))

    def anchor(self, name: str) -> None:
        """Name the place where the next text stands; the first place of a name counts."""
        if name:
            self._waiting.append(name)

    def link(self, start: int, end: int, href: str, kind: LinkKind = "place") -> None:
        """Let [start, end) of the whole text, already written, point to `href`."""
        if 0 <= start < end <= self._length:
            self._references.append(Reference(start, end, href, kind))

    @contextmanager
    def section(self, title: str, level: int = 0) -> Iterator[None]:
        """A section of the contents around what is written inside; `level` 0: one deeper than what is open."""
        self._flush_lead()
        if not self._open:
            self._set_notes()
        self._sections.append(_Heading(title, level or self.depth + 1))
        yield
        self._flush_lead()
        self._sections.pop()

    @contextmanager
    def unit(self, label: str, number: str, level: str, version: str = "", repealed: bool = False) -> Iterator[None]:
        """A unit around what is written inside, a part of the unit that is open already."""
        path = () if self._open else tuple(s.title for s in self._sections)
        self._open.append(_Open(label, number, level, version, repealed, path))
        yield
        self._flush_lead()
        unit = self._open.pop()
        if unit.start >= 0:
            siblings = self._open[-1].parts if self._open else self._units
            siblings.append(unit.closed(self._length))
        if not self._open:
            self._set_notes()

    def document(
        self,
        path: Path,
        *,
        format: str,
        parser: str,
        jurisdiction: str,
        language: str = "",
        version: str = "",
        history: Sequence[Span] = (),
        authors: Sequence[str] = (),
        encoding: str = "",
        warnings: Sequence[str] = (),
    ) -> Document:
        """The finished Document, a law if it has units. Raises Problem: no-text."""
        self._flush_lead()
        self._set_notes()
        text = "".join(self._text)
        if not text:
            raise Problem("no-text", path=str(path))
        blocks = tuple(self._blocks)
        return Document(
            title=self.title,
            text=text,
            blocks=blocks,
            sections=nested(self._entries, len(text), self.title, blocks),
            authors=tuple(authors),
            language=language or languages.detect(text),
            format=format,
            law=Law(jurisdiction, tuple(self._units), tuple(history), version) if self._units else None,
            parser=parser,
            encoding=encoding,
            links=self._links(),
            warnings=tuple(warnings),
        )

    def _append(
        self, text: str, kind: BlockKind, level: int, anchor: str, target: str, references: Sequence[Reference]
    ) -> Span:
        text, references = _trimmed(text, references)
        if not text and kind != "image":
            return Span(self._length, self._length)
        if not text:
            self._flush_lead()
        start = self._next() if text else self._length
        self._space(text)
        self.anchor(anchor)
        self._begin(start + len(self._lead))
        references = [*self._lead_references, *(_moved(r, len(self._lead)) for r in references)]
        text, self._lead, self._lead_references = self._lead + text, "", []
        return self._put(start, text, references, Block(start, start + len(text), kind, level, anchor, target))

    def _put(self, start: int, text: str, references: Sequence[Reference], block: Block) -> Span:
        self._references += [_moved(r, start) for r in references]
        self._text += ["\n\n", text] if start > self._length else [text]
        self._length = block.end
        self._blocks.append(block)
        return block.span

    def _next(self) -> int:
        """Where the next block begins."""
        return self._length + 2 if self._length else 0

    def _begin(self, place: int) -> None:
        """Text stands at `place`: what was opened and named before begins there."""
        for section in self._sections:
            if section.start < 0:
                section.start = place
                self._entries.append((section.title, section.level, place))
        for unit in self._open:
            unit.start = place if unit.start < 0 else unit.start
        for name in self._waiting:
            self._anchors.setdefault(name, place)
        self._waiting = []

    def _space(self, text: str) -> None:
        """A space between the lead and what it leads: none in "(a)(1)" and after a dash."""
        if self._lead and not self._lead.endswith("—") and not (self._lead.endswith(")") and text.startswith("(")):
            self._lead += " "

    def _flush_lead(self) -> None:
        """The lead becomes a block. What opened since it was written does not begin with it."""
        if self._lead:
            lead, self._lead = self._lead, ""
            references, self._lead_references = self._lead_references, []
            start = self._next()
            self._put(start, lead, references, Block(start, start + len(lead), "paragraph"))

    def _set_notes(self) -> None:
        notes, self._notes = self._notes, []
        for text, anchor, target, references in notes:
            self._append(text, "note", 0, anchor, target, references)

    def _links(self) -> tuple[Link, ...]:
        """Every reference with its place in the text, or as one that leads out of it."""
        found = []
        for r in sorted(self._references, key=lambda r: (r.start, r.end)):
            target = self._anchors.get(r.href, -1)
            found.append(Link(r.start, r.end, target, r.kind if target >= 0 else "web", r.href))
        return tuple(found)


def _trimmed(text: str, references: Sequence[Reference]) -> tuple[str, list[Reference]]:
    """A text without white space at its ends, and its references moved and cut to it."""
    short = text.strip()
    cut = len(text) - len(text.lstrip())
    moved = [
        Reference(start, end, r.href, r.kind)
        for r in references
        if (start := max(0, r.start - cut)) < (end := min(len(short), r.end - cut))
    ]
    return short, moved


def _moved(reference: Reference, by: int) -> Reference:
    return Reference(reference.start + by, reference.end + by, reference.href, reference.kind)
