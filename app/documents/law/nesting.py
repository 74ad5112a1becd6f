"""Nesting: (a), (1), (A), (i), (I), (aa) of an American section, from the labels that its blocks begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.documents.document import Block, Unit
from model.labels import ROMAN, number

_LEVELS = ("subsection", "paragraph", "subparagraph", "clause", "subclause", "item", "subitem")
_DIGITS, _LOWER, _UPPER, _ROMAN_LOWER, _ROMAN_UPPER, _DOUBLE, _DOUBLE_UPPER = range(7)
_FORMS = (_LOWER, _DIGITS, _UPPER, _ROMAN_LOWER, _ROMAN_UPPER, _DOUBLE, _DOUBLE_UPPER)  # of each level
_LABEL = re.compile(r"\(([0-9]{1,3}[A-Za-z]{0,2}|[A-Za-z]{1,5})\)(?![A-Za-z0-9])\s*")
_OPENS = re.compile(r"(?:—|–|-|:)\s*\Z")
_AHEAD = 200  # labels in which the next of a list is looked for
_FAR = 8  # how many numbers may be left out where a law was amended


@dataclass(frozen=True, slots=True)
class _Mark:
    """A label in the text: "(a)" at [start, …) in block `block`."""

    start: int
    block: int
    numeral: str


@dataclass
class _Item:
    """A part that is still open. `depth` is its place in _LEVELS."""

    label: str
    numeral: str
    depth: int
    start: int
    end: int
    parts: list[Unit] = field(default_factory=list)

    def unit(self) -> Unit:
        return Unit(self.label, self.numeral, self.start, self.end, level=_LEVELS[self.depth], parts=tuple(self.parts))


def parts(text: str, blocks: Sequence[Block]) -> tuple[Unit, ...]:
    """The parts of a section. `blocks` are those after its heading, in order.

    A block without a label goes on with the part before it; after the end of a list, with the one above.
    """
    marks = [_marks(text, block, i) for i, block in enumerate(blocks)]
    flat = [mark for row in marks for mark in row]
    nest = _Nest()
    place = 0
    for i, block in enumerate(blocks):
        taken = 0
        for mark in marks[i]:
            opens = bool(_OPENS.search(text[: mark.start][-20:])) if not taken else True
            taken += nest.take(mark, flat[place + 1 : place + 1 + _AHEAD], opens, block.end, taken > 0)
            place += 1
        if not taken:
            nest.go_on(text[block.start : block.end], block.end)
    return nest.closed()


class _Nest:
    """The parts that are open, from the outside in."""

    def __init__(self) -> None:
        self._open: list[_Item] = []
        self._done: list[Unit] = []
        self._flush = False  # whether the last block had no label

    def take(self, mark: _Mark, later: Sequence[_Mark], opens: bool, end: int, follows: bool) -> bool:
        """Open the part that a mark begins; False if it can be none."""
        depth = self._depth(mark.numeral, later, opens, follows)
        if depth is None:
            return False
        self._close(depth)
        self._open.append(_Item(f"({mark.numeral})", mark.numeral, depth, mark.start, end))
        self._stretch(end)
        self._flush = False
        return True

    def go_on(self, words: str, end: int) -> None:
        """A block without a label: words of the part above a list, if the list seems at its end."""
        if len(self._open) > 1 and not self._flush and not re.match(r"[\"“]", words):
            self._close(self._open[-1].depth)
        self._flush = True
        self._stretch(end)

    def closed(self) -> tuple[Unit, ...]:
        self._close(-1)
        return tuple(self._done)

    def _stretch(self, end: int) -> None:
        for item in self._open:
            item.end = max(item.end, end)

    def _close(self, depth: int) -> None:
        """Close all parts at `depth` and below it."""
        while self._open and self._open[-1].depth >= depth:
            item = self._open.pop()
            (self._open[-1].parts if self._open else self._done).append(item.unit())

    def _depth(self, numeral: str, later: Sequence[_Mark], opens: bool, follows: bool) -> int | None:
        """The level that a numeral stands on: it goes on with an open list, or begins a deeper one."""
        deepest = self._open[-1].depth if self._open else -1
        going = [i.depth for i in reversed(self._open) if _goes_on(numeral, i.numeral, _FORMS[i.depth], 1)]
        going = [d for d in going if not (follows and d <= deepest)]
        fresh = [d for d in range(deepest + 1, len(_FORMS)) if _is_first(numeral, _FORMS[d])]
        if going and fresh:
            return fresh[0] if self._begins(numeral, later, opens) else going[0]
        if going or fresh:
            return (going or fresh)[0]
        far = [i.depth for i in reversed(self._open) if _goes_on(numeral, i.numeral, _FORMS[i.depth], _FAR)]
        return far[0] if far and not follows else None

    def _begins(self, numeral: str, later: Sequence[_Mark], opens: bool) -> bool:
        """Whether (i) opens a list of clauses and is not the letter after (h): what comes next tells."""
        letter = chr(ord(numeral[0]) + 1)
        after = next((m.numeral for m in later if m.numeral in (numeral + numeral, letter)), "")
        return after == numeral + numeral if after else opens


def _marks(text: str, block: Block, index: int) -> list[_Mark]:
    """The labels that a block begins with: several in "(a)(1) …"."""
    if block.kind in ("note", "table", "image", "code"):
        return []
    found = []
    place = block.start
    while match := _LABEL.match(text, place, block.end):
        found.append(_Mark(place, index, match[1]))
        place = match.end()
    return found


def _value(numeral: str, form: int) -> tuple[int, str] | None:
    """Where a numeral stands in a list of a form, with the letter of an insertion (2A); None if in none."""
    digits = re.fullmatch(r"([0-9]+)([A-Za-z]*)", numeral)
    if form == _DIGITS:
        return (int(digits[1]), digits[2]) if digits else None
    if digits or numeral.islower() != (form in (_LOWER, _ROMAN_LOWER, _DOUBLE)) or numeral.lower() == numeral.upper():
        return None
    letters = numeral.lower()
    if form in (_ROMAN_LOWER, _ROMAN_UPPER):
        return (number(letters.upper()), "") if re.fullmatch(ROMAN, letters.upper()) else None
    if form in (_DOUBLE, _DOUBLE_UPPER):
        return (ord(letters[0]) - 96, "") if len(letters) == 2 and letters[0] == letters[1] else None
    if len(set(letters)) == 1:
        return 26 * (len(letters) - 1) + ord(letters[0]) - 96, ""
    return None


def _is_first(numeral: str, form: int) -> bool:
    return _value(numeral, form) == (1, "")


def _goes_on(numeral: str, last: str, form: int, far: int) -> bool:
    """Whether a numeral follows another in its list, at most `far` further on."""
    here, there = _value(numeral, form), _value(last, form)
    return bool(here and there and here > there and here[0] - there[0] <= far)
