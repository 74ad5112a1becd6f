"""Fields: what a Word document computes (page numbers, links, cross-references): instructions apart from results."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from app.documents.word.line import Line
from app.documents.word.styles import W, whole
from app.documents.word.symbols import symbol

_ARGUMENT = r'(?:"([^"]*)"|(\S+))'
_RUBY = re.compile(r"\\o\s*\\ad\s*\(\s*\\s\s*\\up\s*\d+\s*\((.*?)\)\s*[,;]\s*(.*)\)\s*$", re.DOTALL)
_LONGEST = 4000  # characters of an instruction that are read
_NESTED = 3  # fields within one another that are looked after
_REMOVED = (W + "del", W + "moveFrom")


@dataclass
class _Field:
    """An open field. `start`: where its result begins in the line, -1 while its instruction is being read;
    `href`: where the result leads.
    """

    instruction: str = ""
    start: int = -1
    href: str = ""


class Fields:
    """The fields that are open at a place in a document's text."""

    def __init__(self, root: etree._Element) -> None:
        self._unpaired = _unpaired(root)
        self._open: list[_Field] = []
        self._instructions = 0  # how many of the open are at their instruction

    @property
    def is_silent(self) -> bool:
        """Whether what stands here is part of an instruction and not shown."""
        return self._instructions > 0

    def mark(self, element: etree._Element, line: Line) -> None:
        """A field begins, comes to its result or ends at this place of a line."""
        kind = element.get(W + "fldCharType")
        if kind == "begin" and element not in self._unpaired:
            self._open.append(_Field())
            self._instructions += 1
        elif kind == "separate" and self._open and self._open[-1].start < 0:
            self._open[-1].start, self._open[-1].href = line.size, href(self._open[-1].instruction)
            self._instructions -= 1
        elif kind == "end" and self._open:
            self._end(self._open.pop(), line)

    def _end(self, ended: _Field, line: Line) -> None:
        bare = ended.start < 0
        self._instructions -= bare
        if self.is_silent:
            return
        if bare:
            write(line, ended.instruction)
        else:
            line.link(ended.start, ended.href)

    def instruct(self, text: str) -> None:
        """Words of the instruction of the innermost field."""
        if self._open and self._open[-1].start < 0 and len(self._open[-1].instruction) < _LONGEST:
            self._open[-1].instruction += text[:_LONGEST]

    def enter(self, line: Line) -> None:
        """A line begins, or goes on."""
        for one in self._open[-_NESTED:]:
            one.start = min(one.start, line.size)

    def leave(self, line: Line) -> None:
        """A line ends: a link that goes on in the next is two links."""
        for one in self._open[-_NESTED:]:
            if one.start >= 0:
                line.link(one.start, one.href)
                one.start = line.size


def _unpaired(root: etree._Element) -> frozenset[etree._Element]:
    """The marks that open a field which never ends: all after them would count as instruction."""
    opened: list[etree._Element] = []
    for mark in root.iter(W + "fldChar"):
        kind = mark.get(W + "fldCharType")
        if any(a.tag in _REMOVED for a in mark.iterancestors()):
            continue
        if kind == "begin":
            opened.append(mark)
        elif kind == "end" and opened:
            opened.pop()
    return frozenset(opened)


def href(instruction: str) -> str:
    """Where a field's result leads: an address or a "#bookmark", "" if nowhere."""
    words = instruction.strip()
    if match := re.match(rf"HYPERLINK\b(?:\s+(?!\\){_ARGUMENT})?", words, re.IGNORECASE):
        place = re.search(rf"\\l\s+{_ARGUMENT}", words)
        return (match[1] or match[2] or "") + (f"#{place[1] or place[2]}" if place else "")
    if (match := re.match(r"(?:REF|PAGEREF|NOTEREF)\s+(\S+)", words, re.IGNORECASE)) and r"\h" in words:
        return f"#{match[1]}"
    return ""


def write(line: Line, instruction: str) -> None:
    """Write what a field shows that keeps no result in the file: a symbol, a reading, a formula."""
    words = instruction.strip()
    if match := re.match(rf"SYMBOL\s+(0x[0-9a-f]+|\d+)(?:.*\\f\s+{_ARGUMENT})?", words, re.IGNORECASE | re.DOTALL):
        code = int(match[1], 0) if match[1].lower().startswith("0x") else whole(match[1]) or 0
        line.write(symbol(code, match[2] or match[3] or ""))
    elif re.match(r"EQ\b", words, re.IGNORECASE):
        _write_equation(line, words[2:])


def _write_equation(line: Line, words: str) -> None:
    if ruby := _RUBY.search(words):
        start = line.size
        line.write(_plain(ruby[2]))
        if line.size > start:
            line.rubies.append((start, line.size, _plain(ruby[1])))
        return
    line.write(_plain(words))


def _plain(words: str) -> str:
    """The words of a formula without its commands: \\o\\ac(○,1) is ○1, \\f(1,2) is 1/2."""
    fraction = re.sub(r"\\f\s*\(([^(),]*)[,;]([^(),]*)\)", r"\1/\2", words)
    bare = re.sub(r"\\\*\s*(?:\w+|\"[^\"]*\")|\\[a-z]+\d*(?:\s+\d+(?=\s*[(\\]))?", "", fraction, flags=re.IGNORECASE)
    return re.sub(r"(?<!\\)[(),]|\\(?=[(),])", "", bare).strip()
