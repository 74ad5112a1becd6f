"""Scribe: writes a law's XML into a Draft, each element by the role that its vocabulary gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Literal, Protocol

from lxml import etree

from app.documents.document import BlockKind, LinkKind
from app.documents.law.draft import Draft
from app.documents.law.passage import Passage

Role = Literal[
    "skip",  # not written
    "inline",  # words of the block that is open
    "block",  # a paragraph of its own, or several
    "list",  # the same, of kind list
    "quote",  # words of another law: nothing in it is a unit of this one
    "remark",  # a note where it stands
    "row",  # of a table, its elements the cells
    "section",  # an entry of the contents
    "unit",  # what is cited: a section, an article, a schedule
    "part",  # what is cited within it
    "num",
    "heading",
    "aside",  # a note that is no part of the unit it stands in: set after it
    "footnote",  # the same, reached by a reference
    "reference",
    "break",
    "image",
    "formula",
]
_KINDS: dict[Role, BlockKind] = {
    "block": "paragraph",
    "list": "list",
    "quote": "quote",
    "aside": "note",
    "remark": "note",
}
_LABEL = 100  # characters of a number, at most: a damaged file's may run on
_STRUCTURE = ("section", "unit", "part")
_APART = (*_STRUCTURE, *_KINDS, "row", "heading")  # what begins on a line of its own


@dataclass(frozen=True, slots=True)
class Head:
    """What a unit or part is called, see `document.Unit`; `contents` its title there if it is listed, as a
    schedule is.
    """

    label: str
    number: str
    level: str
    version: str = ""
    repealed: bool = False
    contents: str = ""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a reference points. `words` stand for its own if it has none; `note` is the footnote it calls."""

    href: str
    kind: LinkKind = "place"
    words: str = ""
    note: etree._Element | None = None


class Vocabulary(Protocol):
    """What the elements of one kind of XML mean."""

    def role(self, element: etree._Element) -> Role:
        """What an element is where it stands."""

    def head(self, element: etree._Element, label: str) -> Head:
        """A unit's name; `label` is its number as written."""

    def names(self, element: etree._Element) -> Sequence[str]:
        """What references call an element."""

    def pointer(self, element: etree._Element) -> Pointer:
        """Where a reference points."""

    def note(self, element: etree._Element) -> tuple[str, str]:
        """A footnote's name and its mark."""

    def picture(self, element: etree._Element) -> tuple[str, str]:
        """What an image says and where it is."""


class Scribe:
    """Use: `Scribe(draft, vocabulary).write(root)`."""

    def __init__(self, draft: Draft, vocabulary: Vocabulary, nests: bool = False) -> None:
        """`nests`: whether a unit may hold sections of the contents, as a schedule does; else they follow it."""
        self.draft, self.vocabulary, self._nests = draft, vocabulary, nests
        self._passage = Passage()
        self._kind: BlockKind = "paragraph"
        self._quoted = 0
        self._place = ""
        self._asides: list[etree._Element] = []
        self._noted: set[str] = set()

    def write(self, element: etree._Element) -> None:
        """Write an element and all within it."""
        self._element(element)
        self._close()

    def _element(self, element: etree._Element) -> None:
        role = self.vocabulary.role(element)
        if role == "skip":
            return
        if role in _STRUCTURE:
            self._structure(element, role)
        elif role in _KINDS:
            self._block(element, role)
        elif role in ("num", "heading"):
            self._title(element, role)
        elif role == "row":
            self._row(element)
        elif role == "image":
            self._image(element)
        elif role == "footnote":
            self._footnote(element)
        else:
            for name in self.vocabulary.names(element):
                self.draft.anchor(name)
            self._inline(element, role, self._passage)

    def _children(self, element: etree._Element) -> None:
        self._passage.add(element.text)
        for child in element:
            self._element(child)
            self._passage.add(child.tail)

    def _structure(self, element: etree._Element, role: Role) -> None:
        self._close()
        if role == "section" and self.draft.inside_unit and not self._nests and not self._quoted:
            self._asides.append(element)
            return
        place = self._place
        with ExitStack() as opened:
            for context in self._opened(element, role):
                opened.enter_context(context)
            self._name(element)
            self._children(element)
            self._close()
        self._place = place
        if self._asides and not self.draft.inside_unit:
            asides, self._asides = self._asides, []
            for aside in asides:
                self._element(aside)

    def _opened(self, element: etree._Element, role: Role) -> Iterator[AbstractContextManager[None]]:
        """What stands open around an element's text: its unit, its entry in the contents."""
        if self._quoted or self._kind == "note":
            return
        if role == "section":
            titles = [self._plain(e) for e in element if self.vocabulary.role(e) in ("num", "heading")]
            if title := " ".join(t for t in titles if t).replace("— ", "—"):
                yield self.draft.section(title)
            return
        number = next((e for e in element if self.vocabulary.role(e) == "num"), None)
        head = self.vocabulary.head(element, self._plain(number)[:_LABEL] if number is not None else "")
        yield self.draft.unit(head.label, head.number, head.level, head.version, head.repealed)
        if head.contents:
            yield self.draft.section(head.contents)

    def _block(self, element: etree._Element, role: Role) -> None:
        if role == "aside" and self.draft.inside_unit:
            self._asides.append(element)
            return
        self._close()
        kind, place = self._kind, self._place
        if kind == "paragraph" or _KINDS[role] == "note":
            self._kind = _KINDS[role]
        self._quoted += role == "quote"
        self._name(element)
        self._children(element)
        self._close()
        self._quoted -= role == "quote"
        self._kind, self._place = kind, place

    def _title(self, element: etree._Element, role: Role) -> None:
        """A number leads the block that follows; a heading is a block, or runs into the words of its part."""
        self._close()
        parent = element.getparent()
        above = self.vocabulary.role(parent) if parent is not None else "block"
        after = element.getnext()
        follows = self.vocabulary.role(after) if after is not None else "skip"
        passage = Passage()
        self._flat(element, passage, " ")
        apart = above in ("section", "unit") and not self._quoted and self._kind == "paragraph"
        leads = above in ("unit", "part") or not apart or follows == "heading"
        runs_in = above == "part" and follows in ("block", "inline")
        if leads if role == "num" else runs_in:
            self.draft.lead(passage.text, passage.references)
        elif apart or (self._kind == "paragraph" and not self._quoted and not self.draft.inside_unit):
            level = max(1, self.draft.depth + (above != "section"))
            self.draft.block(passage.text, "heading", level, self._place, "", passage.references)
        else:
            self.draft.block(passage.text, self._kind, 0, self._place, "", passage.references)

    def _row(self, element: etree._Element) -> None:
        """A table's row is a block, a tab between its cells."""
        self._close()
        self._name(element)
        row = Passage()
        for i, cell in enumerate(e for e in element if self.vocabulary.role(e) != "skip"):
            if i:
                row.gap("\t")
            self._flat(cell, row, " ")
        kind: BlockKind = "list" if self._kind == "list" else "table"
        self.draft.block(row.text, kind, 0, self._place, "", row.references)

    def _image(self, element: etree._Element) -> None:
        self._close()
        words, source = self.vocabulary.picture(element)
        self.draft.block(words, "image", 0, self._place, source)

    def _footnote(self, element: etree._Element) -> None:
        name, mark = self.vocabulary.note(element)
        if name in self._noted:
            return
        self._noted.add(name)
        passage = Passage()
        if mark:
            passage.mark(f"[{mark}]")
            passage.refer(0, self._place, "place")
        self._flat(element, passage)
        self.draft.note(passage.text, name, self._place, passage.references)

    def _inline(self, element: etree._Element, role: Role, passage: Passage, gap: str = "\n") -> None:
        """Words that belong to the block in hand."""
        if role == "break":
            passage.gap(gap)
        elif role == "formula":
            passage.add(formula(element))
        elif role == "reference":
            self._reference(element, passage)
        elif passage is self._passage:
            self._children(element)
        else:
            self._flat(element, passage, gap)

    def _reference(self, element: etree._Element, passage: Passage) -> None:
        pointer = self.vocabulary.pointer(element)
        start = passage.length
        if pointer.words:
            passage.add(pointer.words)
        else:
            self._flat(element, passage)
        passage.refer(start, pointer.href, pointer.kind)
        if pointer.note is not None:
            self._footnote(pointer.note)

    def _flat(self, element: etree._Element, passage: Passage, gap: str = "\n") -> None:
        """All words in an element as one passage, `gap` between what would be blocks."""
        passage.add(element.text)
        for child in element:
            role = self.vocabulary.role(child)
            if role == "footnote":
                self._footnote(child)
            elif role in _APART:
                passage.gap(gap)
                self._flat(child, passage, gap)
                passage.gap(gap)
            elif role == "image":
                passage.add(self.vocabulary.picture(child)[0])
            elif role != "skip":
                self._inline(child, role, passage, gap)
                passage.add(" " if role == "num" else None)
            passage.add(child.tail)

    def _plain(self, element: etree._Element) -> str:
        """An element's words without the marks of its notes."""
        return " ".join("".join(self._spoken(element)).split())

    def _spoken(self, element: etree._Element) -> Iterable[str]:
        yield element.text or ""
        for child in element:
            role = self.vocabulary.role(child)
            if role == "break":
                yield " "
            elif role not in ("skip", "footnote", "aside") and not (
                role == "reference" and self.vocabulary.pointer(child).kind == "note"
            ):
                yield from self._spoken(child)
            yield child.tail or ""

    def _name(self, element: etree._Element) -> None:
        for name in self.vocabulary.names(element):
            self.draft.anchor(name)
            self._place = name

    def _close(self) -> None:
        """The block in hand ends."""
        if self._passage.length:
            passage, self._passage = self._passage, Passage()
            self.draft.block(passage.text, self._kind, 0, self._place, "", passage.references)


def formula(element: etree._Element) -> str:
    """A formula of MathML on one line: fractions with a stroke, powers with ^, indices with _."""
    name = str(element.tag).rpartition("}")[2]
    parts = [formula(child) for child in element if isinstance(child.tag, str)]
    if name in ("mfrac", "msup", "msub") and len(parts) == 2:
        sign = {"mfrac": "/", "msup": "^", "msub": "_"}[name]
        return sign.join(f"({part})" if " " in part.strip() else part.strip() for part in parts)
    if name in ("annotation", "annotation-xml"):
        return ""
    own = (element.text or "").strip()
    return " ".join(piece for piece in (own, *parts) if piece)
