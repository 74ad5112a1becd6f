"""XHTML: markup becomes clean text with blocks and anchors, as a browser would show it without styles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from lxml import etree

from app.documents.document import Block, BlockKind, Link, Ruby
from app.documents.web import drawing, formula, linebreaks, links, style
from app.documents.web.cells import Columns, is_label, is_prose
from app.documents.web.elements import attribute, attributes, local, words
from app.documents.web.links import Pointer
from app.documents.web.ruby import Annotation
from app.documents.web.style import BLOCKS, PLAIN, Style

__all__ = ["Flow", "Writer", "attributes", "local", "words"]

_NOTEREF = re.compile(r"\b(?:noteref|doc-noteref)\b")
_RAISED = re.compile(r"\b(?:sup|superscript)\b")
_BLANK = re.compile(r"[ \t\n\r\f]+")  # what a browser collapses: not the no-break space
_DROPPED = {ord("\u00ad"): None, ord("\ufeff"): None}
_REPLACED = ("img", "image", "svg", "math")
_SPACE = "\n\t "


@dataclass
class Flow:
    """The text so far, its blocks, and where each anchor ("file" or "file#id") lies in it.

    `breaks` are the page breaks in the text: label and place.
    """

    text: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    rubies: list[Ruby] = field(default_factory=list)
    pointers: list[Pointer] = field(default_factory=list)
    breaks: list[tuple[str, int]] = field(default_factory=list)

    def links(self) -> tuple[Link, ...]:
        """The links of all that was written; call it when all files are. Blocks that prove to be notes become such."""
        found, blocks = links.resolved("".join(self.text), self.pointers, self.anchors, self.blocks)
        self.blocks = list(blocks)
        return found


@dataclass
class _Opened:
    """An <a> while it is written: where its words begin in the open block."""

    href: str
    noteref: bool
    raised: bool
    start: int


@dataclass(slots=True)
class _Frame:
    """An element while it is written: the style around it and inside it, and what its end closes."""

    around: Style
    inside: Style
    name: str = ""
    block: bool = False


class Writer:
    """Appends one file's elements to a Flow. Use: `Writer(flow, path).write(tree)`."""

    def __init__(self, flow: Flow, path: str) -> None:
        self.flow, self.path = flow, path
        self._buffer: list[str] = []
        self._size = 0
        self._pending: list[str] = [path]  # anchors that wait for the next text; a page break has a space before it
        self._waiting: list[tuple[str, int]] = []  # anchors inside the open block
        self._images: list[tuple[str, str]] = []  # pictures that stand inside the open block
        self._links: list[tuple[_Opened, int, int]] = []  # inside the open block, with start and end
        self._readings: list[tuple[int, int, str]] = []
        self._link: _Opened | None = None
        self._ruby: Annotation | None = None
        self._tables: list[Columns] = []
        self._raised = 0  # superscripts that are open
        self._joins = False  # the open block is a number whose text stands in the next cell
        self._style = PLAIN
        self._frames: list[_Frame] = []

    def write(self, tree: etree._Element) -> None:
        """Write a whole file; the anchors of an empty one point at what comes next."""
        walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event == "start":
                if not self._open(element):
                    walk.skip_subtree()
                continue
            around = self._shut(element) if event == "end" else self._frames[-1].inside if self._frames else PLAIN
            if element.tail and self._frames:
                self._text(element.tail, around)
        self._joins = False
        self._close()
        self._settle(self.flow.length)

    def _open(self, element: etree._Element) -> bool:
        """Begin an element; whether to go into it."""
        name = local(element)
        around = self._frames[-1].inside if self._frames else PLAIN
        frame = _Frame(around, around)
        self._frames.append(frame)
        kinds = ""
        if element.keys() or name == "pagenum":
            kinds = style.said(element)
            if (label := style.page_label(element, name, kinds)) is not None:
                self._page(element, name, label)
                return False
            if style.is_hidden(element, name, kinds):
                self._anchor(element)
                return False
        elif name in style.HIDDEN:
            return False
        if name in ("case", "default") and _is_other_case(element):
            return False
        if self._ruby and name in ("rt", "rp", "rtc", "rb"):
            return self._annotate(element, name, frame)
        if name in _REPLACED:
            self._anchor(element)
            return self._replaced(element, name, frame)
        if name in ("br", "hr"):
            self._break(around) if name == "br" else self._close()
            self._anchor(element)
            return False
        self._enter(element, name, kinds, frame)
        return True

    def _shut(self, element: etree._Element) -> Style:
        """End an element. Returns the style of what follows it."""
        frame = self._frames.pop()
        match frame.name:
            case "a" | "noteref" | "annoref":
                self._end_link()
            case "sup":
                self._raised -= 1
            case "ruby" if self._ruby:
                self._readings += self._ruby.close(self._size)
                self._ruby = None
            case "rb" if self._ruby:
                self._ruby.base(self._size)
            case "table":
                self._tables.pop()
            case "tr":
                self._joins = False
            case "label" if self._size:
                self._tab()
                self._joins = True
        if frame.block:
            self._close()
        if frame.block or (self._frames and self._frames[-1].block and not self._size):
            self._style = frame.around
        return frame.around

    def _enter(self, element: etree._Element, name: str, kinds: str, frame: _Frame) -> None:
        """Begin an element that holds text."""
        around = frame.around
        inside = style.inherited(element, name, kinds, around)
        if name == "foreignObject":
            inside = replace(around, silent=False)
        if name == "tr" and not around.in_cell and not is_prose(element):
            kind: BlockKind = "note" if around.kind == "note" else "table"
            inside = Style(kind, target=around.target, in_cell=True)
        frame.name, frame.inside, frame.block = name, inside, name in BLOCKS and not around.in_cell
        if name in ("td", "th") and not around.in_cell and is_label(words(element)):
            frame.name, frame.inside = "label", replace(inside, in_cell=True)
        if frame.block:
            self._close()
        elif name in ("td", "th"):
            self._cell(element)
        elif name in BLOCKS and self._size:
            self._text(" ", PLAIN)
        self._anchor(element)
        if frame.block or not self._size or self._joins:
            self._style = inside
        self._begin_special(element, name, kinds)
        self._text(element.text, frame.inside)

    def _begin_special(self, element: etree._Element, name: str, kinds: str) -> None:
        match name:
            case "a" | "noteref" | "annoref":
                self._begin_link(element, name, kinds)
            case "sup":
                self._raised += 1
            case "ruby":
                self._ruby = Annotation(self._size)
            case "table":
                self._tables.append(Columns())
            case "tr" if self._tables:
                self._tables[-1].row()

    def _page(self, element: etree._Element, name: str, label: str) -> None:
        """A page of paper begins; one without a number is only a place."""
        if name in BLOCKS and not (len(self._frames) > 1 and self._frames[-2].name == "p"):
            self._close()
        self._anchor(element)
        if label:
            self._pending.append(f" {label}")

    def _annotate(self, element: etree._Element, name: str, frame: _Frame) -> bool:
        """A part of the open <ruby>; whether to go into it."""
        assert self._ruby
        frame.name = name
        match name:
            case "rb":
                self._ruby.base(self._size)
                self._text(element.text, frame.inside)
                return True
            case "rt":
                self._ruby.reading(words(element), self._size)
            case "rtc":
                self._ruby.container(self._size)
                for reading in [e for e in element if local(e) == "rt"] or [element]:
                    self._ruby.reading(words(reading), self._size)
        return False

    def _cell(self, element: etree._Element) -> None:
        """A tab to the next cell, and one for each cell above that reaches down to here."""
        for _ in range(self._tables[-1].cell(element) if self._tables else 0):
            self._tab()
        self._tab()

    def _tab(self) -> None:
        if self._size:
            self._append("\t")

    def _break(self, around: Style) -> None:
        if around.silent:
            return
        if around.in_cell:
            self._text(" ", PLAIN)
        elif self._size:
            self._append("\n")

    def _append(self, mark: str) -> None:
        """A line break or tab; no space stands before it."""
        while self._buffer and (stripped := self._buffer[-1].rstrip(" ")) != self._buffer[-1]:
            self._size -= len(self._buffer[-1]) - len(stripped)
            self._buffer[-1:] = [stripped] if stripped else []
        self._buffer.append(mark)
        self._size += 1

    def _text(self, text: str | None, inside: Style) -> None:
        if not text or inside.silent:
            return
        if "\u00ad" in text or "\ufeff" in text:
            text = text.translate(_DROPPED)
        if inside.preformatted and not inside.in_cell:
            text = text if self._size else text.lstrip(" \t\n\r")
        else:
            if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text:
                text = _BLANK.sub(" ", text)
            if text == " " and self._ruby:
                return  # between the parts of a <ruby>
            if text[:1] == " " and (not self._size or self._buffer[-1][-1] in _SPACE):
                text = text[1:]
        if text and (self._size or text.strip(_SPACE)):
            if self._pending:
                self._begin()
            self._joins = False
            self._buffer.append(text)
            self._size += len(text)

    def _begin(self) -> None:
        """Anchors that waited for text have found it."""
        self._waiting += [(anchor, self._size) for anchor in self._pending]
        self._pending = []

    def _anchor(self, element: etree._Element) -> None:
        for name in (element.get("id"), element.get("name") if local(element) == "a" else None):
            if name:
                self._pending.append(f"{self.path}#{name}")

    def _settle(self, place: int) -> None:
        """The anchors that still wait are at this place."""
        for anchor in self._pending:
            self._place(anchor, place)
        self._pending = []

    def _place(self, anchor: str, place: int) -> None:
        if anchor.startswith(" "):
            self.flow.breaks.append((anchor[1:], place))
        else:
            self.flow.anchors.setdefault(anchor, place)

    def _begin_link(self, element: etree._Element, name: str, kinds: str) -> None:
        """An <a> inside another ends it, as in HTML."""
        self._end_link()
        href = (element.get("href") or attribute(element, "href") or element.get("idref") or "").strip()
        if name != "a" and href and "#" not in href:
            href = f"#{href}"
        if href:
            noteref = name != "a" or bool(_NOTEREF.search(kinds))
            raised = bool(self._raised or _RAISED.search(kinds) or any(local(e) == "sup" for e in element))
            self._link = _Opened(href, noteref, raised, self._size)

    def _end_link(self) -> None:
        if self._link:
            self._links.append((self._link, self._link.start, self._size))
        self._link = None

    def _close(self) -> None:
        """The open block ends: its text goes to the flow, then the pictures that stood in it."""
        if self._joins or not (self._size or self._images):
            return
        open_link = self._link
        self._end_link()
        text = "".join(self._buffer).rstrip(_SPACE)
        if text.strip():
            self._emit(text, self._style.kind, self._style.level, self._style.target)
        else:
            self._pending = [anchor for anchor, _ in self._waiting] + self._pending
        self._buffer, self._size, self._waiting, self._links, self._readings = [], 0, [], [], []
        if open_link:  # a link round several paragraphs is one in each
            self._link = replace(open_link, start=0)
        if self._ruby:
            self._ruby = Annotation(0)
        images, self._images = self._images, []
        for alt, target in images:
            self._waiting = [(anchor, 0) for anchor in self._pending]
            self._pending = []
            self._emit(alt, "image", 0, target)
            self._waiting = []

    def _emit(self, text: str, kind: BlockKind, level: int, target: str) -> None:
        flow = self.flow
        if text and flow.length:
            flow.text.append("\n\n")
            flow.length += 2
        start = flow.length
        anchor = next((a for a, offset in self._waiting if offset == 0 and "#" in a and a[0] != " "), self.path)
        if linebreaks.is_chapter(text, kind):
            text, moved = linebreaks.paragraphs(text)
            self._waiting = [(anchor, moved(offset)) for anchor, offset in self._waiting]
            self._links = [(link, moved(first), moved(last)) for link, first, last in self._links]
            self._readings = [(moved(first), moved(last), reading) for first, last, reading in self._readings]
            place = start
            for piece in text.split("\n\n"):
                flow.blocks.append(Block(place, place + len(piece), kind, level, anchor, target))
                place += len(piece) + 2
        else:
            flow.blocks.append(Block(start, start + len(text), kind, level, anchor, target))
        for waiting, offset in self._waiting:
            self._place(waiting, start + min(offset, len(text)))
        if kind != "image":
            self._point(text, start)
        flow.text.append(text)
        flow.length += len(text)

    def _point(self, text: str, start: int) -> None:
        """The links and readings of a block, trimmed to their words."""
        for link, begin, end in self._links:
            first, last = _trimmed(text, begin, end)
            if first < last:
                pointer = Pointer(start + first, start + last, self.path, link.href, link.noteref, link.raised)
                self.flow.pointers.append(pointer)
        for begin, end, reading in self._readings:
            first, last = _trimmed(text, begin, end)
            if first < last and reading:
                self.flow.rubies.append(Ruby(start + first, start + last, reading))

    def _replaced(self, element: etree._Element, name: str, frame: _Frame) -> bool:
        """A picture or formula: inline words if it is a letter or a formula, else a block of its own.

        Whether to go into it: text may be set inside a drawing.
        """
        around = frame.around
        if around.silent:
            return False
        if name == "math":
            self._text(formula.line(element), replace(around, preformatted=False))
            return False
        if name == "svg":
            self._images.append(drawing.named(element, self.path))
            frame.inside = replace(around, silent=True)
            return any(local(e) == "foreignObject" for e in element.iter())
        if initial := drawing.initial(element):
            self._text(initial, around)
        else:
            self._images.append(drawing.named(element, self.path))
        return False


def _is_other_case(element: etree._Element) -> bool:
    """Of an <epub:switch> only the default is for all readers; the first case if there is none."""
    parent = element.getparent()
    if parent is None or local(parent) != "switch":
        return False
    shown = [e for e in parent if local(e) == "default"] or [e for e in parent if local(e) == "case"]
    return element is not shown[0]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The words within [start, end), without the space round them."""
    end = min(end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
