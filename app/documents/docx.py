"""DOCX: a Word document becomes a Document: headings, counted numbers, tables, notes, links, readings, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from app.documents import headings, language
from app.documents.book.archive import Archive
from app.documents.document import Block, BlockKind, Document, Ruby
from app.documents.web import flow, linebreaks
from app.documents.web.flow import Front
from app.documents.web.links import Pointer
from app.documents.web.xhtml import Flow
from app.documents.word.line import NOTE, Line
from app.documents.word.numbering import Numbering
from app.documents.word.office import Parts
from app.documents.word.story import Story
from app.documents.word.styles import Styles, W

PARSER = "docx 1"

_DC = "{http://purl.org/dc/elements/1.1/}"
_FRONT = 200  # lines that show the language
_SHORT = 60  # characters of a title that nothing calls one
# What programs write where nobody gave a title or an author.
_NO_TITLE = re.compile(
    r"(?:microsoft word - .*|word document|document\d*|untitled|无标题|文档\d*|.*\.(?:docx?|dotx?|rtf|wps))", re.I
)
_NO_AUTHORS = (
    "python-docx",
    "microsoft office user",
    "microsoft",
    "user",
    "administrator",
    "admin",
    "apache poi",
    "un-named",
)


def read(path: Path) -> Document:
    """The Document in a DOCX, DOCM, DOTX or DOTM file. Raises Problem: broken, drm, no-text."""
    parts = Parts(path)
    main = parts.main()
    root = parts.tree(main)
    if root is None:
        raise parts.archive.broken("no document part")
    styles = Styles(parts.tree(parts.related(main, "styles")))
    numbering = Numbering(parts.tree(parts.related(main, "numbering")))
    story = Story(parts, main, styles, numbering, root)
    body = root.find(W + "body")
    lines = list(_shown(story.lines(root if body is None else body)))
    written = _Written(_Notes(parts, main, styles, numbering, story))
    written.write(lines)
    front = _front(parts, lines, styles)
    return flow.document(
        path,
        written.flow,
        front,
        format="DOCX",
        parser=PARSER,
        encoding="",
        warnings=(*dict.fromkeys(story.warnings), *(f"part-damaged:{name}" for name in parts.damaged)),
    )


def picture(path: Path, name: str) -> bytes | None:
    """The bytes of a picture by a Block's `target`, None if there is none. Raises Problem: broken, drm."""
    return Archive(path).read(name) if name else None


class _Notes:
    """The footnotes and endnotes of a document, read when the text has come to them."""

    def __init__(self, parts: Parts, main: str, styles: Styles, numbering: Numbering, story: Story) -> None:
        self._parts, self._main, self._styles, self._numbering, self._story = parts, main, styles, numbering, story
        self._read: dict[str, tuple[Story, dict[str, etree._Element]]] = {}

    def lines(self, note: str) -> list[Line]:
        """The lines of a note by its name ("footnote-2"), its mark in front."""
        kind, _, id = note.partition("-")
        if kind not in self._read:
            self._read[kind] = self._part(kind)
        story, elements = self._read[kind]
        if id not in elements:
            return []
        lines = list(_shown(story.lines(elements[id])))
        mark = self._story.mark(note)
        if lines and mark:
            lines[0].prefix(f"{mark} ")
            lines[0].links.insert(0, (0, len(mark), _back(note)))
        if lines:
            lines[0].anchors.insert(0, (0, note))
        return [replace(line, kind="note", target=_back(note)) if line.kind != "image" else line for line in lines]

    def _part(self, kind: str) -> tuple[Story, dict[str, etree._Element]]:
        name = self._parts.related(self._main, f"{kind}s")
        root = self._parts.tree(name)
        if root is None:
            root = etree.Element(W + f"{kind}s")
        story = Story(self._parts, name, self._styles, self._numbering, root)
        return story, {e.get(W + "id", ""): e for e in root.iterchildren(W + kind)}


@dataclass
class _Written:
    """The text so far. Notes stand where the section ends that speaks of them."""

    notes: _Notes
    flow: Flow = field(default_factory=Flow)
    _pending: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)  # notes that have been spoken of

    def write(self, lines: Sequence[Line]) -> None:
        if sum(line.is_title for line in lines) > 1:
            # One title is the document's; several are chapters.
            lines = [replace(line, kind="heading", level=1) if line.is_title else line for line in lines]
        for line in lines:
            if self._pending and _opens(line):
                self._write_notes()
            self._write(line)
        self._write_notes()

    def _write_notes(self) -> None:
        pending, self._pending = self._pending, []
        for note in pending:
            for line in self.notes.lines(note):
                self._write(line)

    def _write(self, line: Line) -> None:
        """Append a line as a block, or several if it is a chapter."""
        flow, text = self.flow, line.text
        if text and flow.length:
            flow.text.append("\n\n")
            flow.length += 2
        start = flow.length
        self._place(line, start)
        anchor = next((f"#{name}" for place, name in line.anchors if place == 0), "")
        for first, last in _broken(text, line.kind):
            flow.blocks.append(Block(start + first, start + last, line.kind, line.level, anchor, line.target))
        flow.text.append(text)
        flow.length += len(text)

    def _place(self, line: Line, start: int) -> None:
        """Move what lies in a line to its place in the text."""
        for place, name in line.anchors:
            self.flow.anchors.setdefault(f"#{name}", start + place)
        for first, last, reading in line.rubies:
            self.flow.rubies.append(Ruby(start + first, start + last, reading))
        outermost = -1
        for first, last, href in sorted(line.links, key=lambda link: (link[0], -link[1])):
            if last <= outermost:
                continue  # a page number inside an entry of the contents: both lead there
            outermost = last
            note = href.removeprefix(NOTE) if href.startswith(NOTE) else ""
            target = f"#{note}" if note else href
            self.flow.pointers.append(Pointer(start + first, start + last, "", target, noteref=bool(note)))
            if note and note not in self._seen:
                self._seen.add(note)
                self.flow.anchors[_back(note)] = start + first
                self._pending.append(note)


def _shown(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines that have something to show, trimmed. The bookmarks of the others go to the next."""
    waiting: list[str] = []
    for line in lines:
        if not line.trim() and line.kind != "image":
            waiting += [name for _, name in line.anchors]
            continue
        line.anchors[:0] = [(0, name) for name in waiting]
        waiting = []
        yield line


def _back(note: str) -> str:
    """The anchor of the words that a note belongs to."""
    return f"#{note}-back"


def _opens(line: Line) -> bool:
    """Whether a line begins something new, before which the notes of what ends there stand."""
    if line.kind == "heading" or len(line.text) > _SHORT:
        return line.kind == "heading"
    mark = headings.parse(line.text) if line.kind in ("paragraph", "list") else None
    return mark is not None and not mark.weak


def _broken(text: str, kind: BlockKind) -> list[tuple[int, int]]:
    """The pieces of a block: one, but a whole chapter with line breaks for its paragraphs is cut there."""
    if not linebreaks.is_chapter(text, kind):
        return [(0, len(text))]
    return [(match.start(), match.end()) for match in re.finditer(r"\S(?:[^\n]*\S)?", text)]


def _front(parts: Parts, lines: Sequence[Line], styles: Styles) -> Front:
    """What the file says of itself in its properties, else in its first lines."""
    properties = _properties(parts)
    title = properties.get("title", "")
    titled = next((line.text for line in lines if line.is_title), "")
    authors = (name.strip() for name in re.split(r"[;；]", properties.get("creator", "")))
    text = "\n".join(line.text for line in lines[:_FRONT])
    return Front(
        title=title if title and not _NO_TITLE.fullmatch(title) else " ".join((titled or _centred(lines)).split()),
        authors=tuple(name for name in authors if name and name.lower() not in _NO_AUTHORS),
        language=properties.get("language", "") or ("" if language.detect(text) else styles.language),
    )


def _centred(lines: Sequence[Line]) -> str:
    """The first line if it is set as titles are, and no heading."""
    first = next((line for line in lines if line.kind != "image"), None)
    if first is None or first.kind != "paragraph" or not first.centred or len(first.text) > _SHORT:
        return ""
    return first.text


def _properties(parts: Parts) -> dict[str, str]:
    """What the file's properties say under the names of Dublin Core: title, creator, language."""
    root = parts.tree(parts.related("", "core-properties"))
    found = (e for e in root.iter(f"{_DC}*") if e.text) if root is not None else ()
    return {etree.QName(e).localname: " ".join((e.text or "").split()) for e in found}
