"""Chapters: a document divided where the user's own pattern says that a chapter begins."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from math import prod

import regex

from app.documents import headings
from app.documents.document import Block, Document, Section
from app.documents.outline import gutenberg_licence, nested
from model.types import Problem

_SECONDS = 2.0  # for a whole document; a usable pattern needs a hundredth of it
_FEWEST = 4  # entries of a table of contents
_LONGEST = 100  # characters of a line that is a title as a whole
_MOST = 1_000_000  # repeats of repeats: the compiled pattern holds each one
_REPEATS = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_RECURSION = re.compile(r"\(\?(?:R|\d+|&\w+|P>\w+)\)")
_LEAD = re.compile(r"[\s\ufeff\u200b-\u200d\u2060]*")
_TEXT = ("heading", "paragraph", "verse", "quote", "list")


@dataclass(frozen=True)
class _Head:
    """A block's first line that the pattern matches, to where its heading ends, if it has one; `level` from 1."""

    start: int
    end: int
    title: str
    level: int


def divided(document: Document, pattern: str) -> Document:
    """The document with the chapters that the pattern finds, and no others.

    A chapter begins where a regular expression (of the `regex` package) matches the beginning of a block's first
    line, white space before it left out. That line becomes a heading and its title, or the group `title` of it;
    of a line too long for a title, the part that matches, which is parted from the rest at white space alone.
    Groups named l1, l2, … give levels: a chapter stands at the level of the first of them that took part, else
    at the first. So `(?P<l1>第.+卷)|(?P<l2>第.+章)` finds volumes and their chapters. The entries of a table of
    contents are left out. A law keeps the articles that it has, and its lines are not parted: a label begins one.

    Raises Problem("pattern") for a pattern that is none, never matches or takes too long.
    """
    heads = _without_contents(dict(_heads(document, pattern)))
    if not heads:
        raise Problem("pattern", pattern=pattern, reason="no line of the text begins with it")
    blocks = tuple(part for i, block in enumerate(document.blocks) for part in _parts(document, block, heads.get(i)))
    entries = [(head.title, head.level, head.start) for head in heads.values()]
    entries += gutenberg_licence(document.text)
    return replace(document, blocks=blocks, sections=nested(entries, len(document.text), document.title, blocks))


def preview(document: Document, pattern: str) -> tuple[Section, ...]:
    """The sections that the pattern would give. Raises what `divided` raises."""
    return divided(document, pattern).sections


def _heads(document: Document, pattern: str) -> Iterator[tuple[int, _Head]]:
    """The indices of the blocks that begin with the pattern, and their heads."""
    compiled = _compiled(pattern)
    until = time.monotonic() + _SECONDS
    for i, block in enumerate(document.blocks):
        if block.kind in _TEXT and (line := document.text[block.start : block.end].partition("\n")[0]):
            bare = _LEAD.sub("", line, count=1)
            try:
                match = compiled.match(bare, timeout=max(0.001, until - time.monotonic()))
            except TimeoutError:
                raise _unusable(pattern, f"it takes more than {_SECONDS:.0f} seconds") from None
            except MemoryError:
                raise _unusable(pattern, "it takes too much memory") from None
            if match and bare:
                yield i, _head(match, bare, block.start + len(line) - len(bare), block.start, document.law is None)


def _without_contents(heads: dict[int, _Head]) -> dict[int, _Head]:
    """Without the entries of a table of contents: four and more, block after block, that come again later."""
    last = {"".join(head.title.split()): i for i, head in heads.items()}
    kept = dict(heads)
    for _, run in groupby(enumerate(heads), lambda place: place[1] - place[0]):
        entries = [i for _, i in run]
        again = [i for i in entries if last["".join(heads[i].title.split())] > entries[-1]]
        for i in again if len(again) >= _FEWEST else ():
            del kept[i]
    return kept


def _head(match: regex.Match[str], line: str, begins: int, start: int, may_part: bool) -> _Head:
    groups = match.groupdict()
    levels = sorted(
        int(name[1:]) for name, found in groups.items() if found is not None and re.fullmatch(r"l[1-9]", name)
    )
    end = len(line) if len(line) <= _LONGEST or not match.end() else match.end()
    title = headings.one_line(groups.get("title") or line[: min(end, 2 * _LONGEST)])
    # Within a word, or a label such as "§ 1", nothing is parted.
    at_space = match.end() > 0 and (line[end - 1].isspace() or not line[end : end + 1].strip())
    parted = len(line) <= _LONGEST or (may_part and at_space)
    return _Head(start, begins + len(line[:end].rstrip()) if parted else start, title, levels[0] if levels else 1)


def _parts(document: Document, block: Block, head: _Head | None) -> Iterator[Block]:
    """A block as it is, or the heading that it begins with and the rest of it."""
    if not head:
        # What was taken for a heading by its form alone is none if the user says what headings are.
        guessed = block.kind == "heading" and document.format == "TXT"
        yield replace(block, kind="paragraph", level=0) if guessed else block
        return
    if head.end == head.start:
        yield block
        return
    yield replace(block, end=head.end, kind="heading", level=head.level)
    rest = document.text[head.end : block.end]
    if rest.strip():
        kind = "paragraph" if block.kind == "heading" else block.kind
        yield Block(head.end + len(rest) - len(rest.lstrip()), block.end, kind)


def _compiled(pattern: str) -> regex.Pattern[str]:
    if prod(max(int(low), int(high or 1)) or 1 for low, high in _REPEATS.findall(pattern)) > _MOST:
        raise _unusable(pattern, "it repeats too often")
    if _RECURSION.search(pattern):
        raise _unusable(pattern, "it calls itself")
    try:
        compiled = regex.compile(pattern)
        if compiled.match("", timeout=_SECONDS):
            raise _unusable(pattern, "it matches an empty line, so every line")
    except regex.error as error:
        raise _unusable(pattern, str(error)) from None
    except (RecursionError, TimeoutError, MemoryError):
        raise _unusable(pattern, "it is too deeply nested") from None
    return compiled


def _unusable(pattern: str, reason: str) -> Problem:
    return Problem("pattern", pattern=pattern, reason=reason)
