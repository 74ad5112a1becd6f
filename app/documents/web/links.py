"""Links: where the words of a book point to, and which of the places pointed to are notes."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import unquote

from app.documents.document import Block, Link, LinkKind

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|//", re.IGNORECASE)
_SHOWN = (None, "http", "https", "mailto", "tel", "ftp", "news", "urn", "doi", "geo")
_LONGEST = 2000  # characters of an address that is kept
_LABEL = re.compile(r"[\[(（【〔{]*\s*([*†‡§¶]{1,4}|\w{1,5})\s*[\])）】〕}.]*")
_OPENING = re.compile(r"[\[(（【〔{\s]*")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Words [start, end) of the text inside one <a>, and what its file says of it.

    `file` is the path of the file it stands in; `noteref`: it says that it points to a note; `raised`: it is
    set as a superscript.
    """

    start: int
    end: int
    file: str
    href: str
    noteref: bool = False
    raised: bool = False


def resolved(
    text: str, pointers: Sequence[Pointer], anchors: Mapping[str, int], blocks: Sequence[Block]
) -> tuple[tuple[Link, ...], tuple[Block, ...]]:
    """The links, in order, and the blocks: those that turn out to be notes have become such.

    Links that lead to nothing in the text, or would run something, are left out.
    """
    return _Resolution(text, pointers, anchors, blocks).result()


def address(file: str, href: str) -> str:
    """The anchor that a link within the book names: a path, perhaps with #fragment."""
    name, mark, fragment = href.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(name))).lstrip("/") if name else file
    return path + (mark and "#" + unquote(fragment))


def snapped(position: int, blocks: Sequence[Block]) -> int:
    """The index of the block that holds a position, or of the next one; the last one's behind all of them."""
    return min(bisect_right(blocks, position, key=lambda b: b.end), len(blocks) - 1)


class _Resolution:
    def __init__(
        self, text: str, pointers: Sequence[Pointer], anchors: Mapping[str, int], blocks: Sequence[Block]
    ) -> None:
        self.text, self.pointers, self.anchors, self.blocks = text, pointers, anchors, blocks
        self.targets = [self._target(p) for p in pointers]
        self.own = [snapped(p.start, blocks) for p in pointers]
        self.others = [snapped(t, blocks) if t >= 0 else -1 for t in self.targets]
        self.inside: dict[int, list[int]] = {}  # by block, the pointers that stand in it
        for i, block in enumerate(self.own):
            self.inside.setdefault(block, []).append(i)

    def result(self) -> tuple[tuple[Link, ...], tuple[Block, ...]]:
        links, notes = [], {}
        for i, pointer in enumerate(self.pointers):
            if _is_outside(pointer.href):
                if _is_shown(pointer.href):
                    links.append(Link(pointer.start, pointer.end, -1, "web", pointer.href[:_LONGEST]))
                continue
            if self.targets[i] < 0:
                continue
            block = self.blocks[self.others[i]]
            is_note = self._is_note(i)
            if is_note and block.kind in ("paragraph", "list", "quote"):
                notes[self.others[i]] = self._back(i)
            kind: LinkKind = "note" if is_note else "place"
            target = block.start if is_note else max(block.start, min(self.targets[i], block.end))
            links.append(Link(pointer.start, pointer.end, target, kind, pointer.href[:_LONGEST]))
        blocks = tuple(replace(b, kind="note", target=notes[i]) if i in notes else b for i, b in enumerate(self.blocks))
        return tuple(links), blocks

    def _target(self, pointer: Pointer) -> int:
        """Where a pointer leads in the text, -1 if nowhere. A lost fragment leads to its file, as in readers."""
        if not pointer.href or not self.blocks or _is_outside(pointer.href):
            return -1
        name = address(pointer.file, pointer.href)
        for form in (name, name.partition("#")[0]):
            if (place := self.anchors.get(form)) is not None:
                return place
            if (place := self._folded.get(form.lower())) is not None:
                return place
        return -1

    @cached_property
    def _folded(self) -> dict[str, int]:
        return {name.lower(): place for name, place in reversed(list(self.anchors.items()))}

    def _is_note(self, i: int) -> bool:
        pointer, own, other = self.pointers[i], self.blocks[self.own[i]], self.blocks[self.others[i]]
        if pointer.noteref:
            return self.others[i] != self.own[i]
        if self.others[i] == self.own[i] or other.kind == "heading":
            return False
        if own.kind == "note" or other.kind == "note":
            return other.kind == "note" and (own.kind != "note" or not self._opens(i))
        return self._is_numbered(i)

    def _is_numbered(self, i: int) -> bool:
        """As EPUB 2 sets notes: a number or star whose block begins with the same, and leads back."""
        pointer, other = self.pointers[i], self.blocks[self.others[i]]
        match = _LABEL.fullmatch(self.text[pointer.start : pointer.end].strip())
        if not match or self._opens(i):
            return False
        at = _OPENING.match(self.text, other.start, other.end)
        begins = at.end() if at else other.start
        if not self.text.startswith(match[1], begins):
            return False
        after = self.text[begins + len(match[1]) : begins + len(match[1]) + 1]
        if match[1].isalnum() and after.isascii() and after.isalnum():
            return False
        return pointer.raised or self._leads_back(i)

    def _opens(self, i: int) -> bool:
        """Whether a pointer is the first thing in its block, as the way back from a note is."""
        return not _OPENING.sub("", self.text[self.blocks[self.own[i]].start : self.pointers[i].start])

    def _leads_back(self, i: int) -> bool:
        return any(self.others[j] == self.own[i] for j in self.inside.get(self.others[i], ()))

    def _back(self, i: int) -> str:
        inside = self.inside.get(self.others[i], ())
        return next((self.pointers[j].href for j in inside if self.others[j] == self.own[i]), "")


def _is_outside(href: str) -> bool:
    return bool(_SCHEME.match(href))


def _is_shown(href: str) -> bool:
    """Whether an address may be shown: it leads into the world and runs nothing."""
    match = _SCHEME.match(href)
    return bool(match) and (match[1].lower() if match and match[1] else None) in _SHOWN
