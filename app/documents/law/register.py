"""Register: the articles of a law by number and place, down to their parts; what references are resolved in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.document import Document, Section, Unit

Chain = tuple[Unit, ...]
"""An article and, inside it, part within part: 第三条, 第二款, （一）."""
Step = tuple[str, str]
"""The level of a part ("" if only its number is said) and its number."""

_KINDS = ("recital", "annex", "schedule")
# One level goes by several names: EU law calls points what others call items.
_SAME = {
    "point": {"point", "item", "subpoint"},
    "item": {"item", "point", "number"},
    "number": {"number", "item", "point"},
    "letter": {"letter", "subletter", "subitem", "point"},
    "subletter": {"subletter", "letter"},
    "subitem": {"subitem", "letter", "point", "item"},
}


_RANGE = re.compile(r"(\d{1,5})(?:–| to )(\d{1,5})")


def _held(number: str) -> Iterator[str]:
    """The numbers under one heading: §§ 3 bis 6 (weggefallen) is "3–6"."""
    if (match := _RANGE.fullmatch(number)) and int(match[2]) - int(match[1]) < 1000:
        yield from map(str, range(int(match[1]), int(match[2]) + 1))


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reference leads: [start, end) of the text. `address` is "133-1(2)(1)", or a section's
    "第二编第三章"; `label` the same as the law is cited, "第一百三十三条之一第二款第一项".
    """

    address: str
    label: str
    start: int
    end: int


class Register:
    """Every unit and section of one law, ready to be looked up. `strict`: a part that is not there is
    missing even where the file marks no parts at all.
    """

    def __init__(self, document: Document, strict: bool) -> None:
        self.units = document.units
        self.sections = document.sections
        self.strict = strict
        self._starts = [u.start for u in self.units]
        self._index: dict[tuple[str, str], int] = {}
        for i, unit in enumerate(self.units):
            kind = unit.level if unit.level in _KINDS else ""
            self._index.setdefault((kind, unit.number.casefold()), i)
        for i, unit in enumerate(self.units):
            for number in _held(unit.number):
                self._index.setdefault(("", number), i)

    def chain(self, position: int) -> Chain:
        """The article and the parts that hold a character, from the outside in."""
        i = bisect_right(self._starts, position) - 1
        if i < 0 or position >= self.units[i].end:
            return ()
        chain = [self.units[i]]
        while inner := next((p for p in chain[-1].parts if p.start <= position < p.end), None):
            chain.append(inner)
        return tuple(chain)

    def article(self, number: str, kind: str = "") -> Chain:
        """The article (or the recital, annex, schedule) of a number, () if there is none."""
        i = self._index.get((kind, number.casefold()))
        return () if i is None else (self.units[i],)

    def between(self, first: Chain, last: Chain) -> list[Chain]:
        """What lies from one to the other, both included: articles, or parts of one part."""
        if len(first) != len(last) or first[:-1] != last[:-1]:
            return [first, last]
        row = first[-2].parts if len(first) > 1 else self.units
        start, end = row.index(first[-1]), row.index(last[-1])
        return [(*first[:-1], unit) for unit in row[start : end + 1]] if start <= end else [first, last]

    def before(self, chain: Chain, count: int) -> list[Chain]:
        """The `count` neighbours of the same level before a unit, in order; fewer if there are fewer."""
        row = chain[-2].parts if len(chain) > 1 else self.units
        here = row.index(chain[-1])
        same = [unit for unit in row[:here] if unit.level == chain[-1].level]
        return [(*chain[:-1], unit) for unit in same[max(0, len(same) - count) :]]

    def descend(self, chain: Chain, steps: Sequence[Step]) -> Chain:
        """The part that steps lead to, () if it is not there. Where a file marks no parts the way ends
        above them, unless the register is strict.
        """
        for step in steps:
            below = next(self._below(chain, step), None)
            if below is None and chain[-1].level == "sentence":
                # A list belongs to its paragraph, whichever of its sentences introduces it.
                below = next(self._below(chain[:-1], step), None)
            if below is None:
                ends = step[0] in ("sentence", "subparagraph") or not (self.strict or chain[-1].parts)
                if not ends:
                    return ()
                continue
            chain = below
        return chain

    def _below(self, chain: Chain, step: Step) -> Iterator[Chain]:
        """The parts of a number: on the next level, under one that has no number of its own, by number alone."""
        level, number = step
        levels = _SAME.get(level, {level})
        parts = chain[-1].parts
        yield from ((*chain, p) for p in parts if p.number == number and (not level or p.level in levels))
        if level:
            yield from ((*chain, p, q) for p in parts for q in p.parts if q.number == number and q.level in levels)
        if not self.strict and level != "sentence":
            yield from ((*chain, p) for p in parts if p.number == number)

    def nearest(self, chain: Chain, step: Step) -> Chain:
        """The part of a level and number nearest around a place: "paragraph (1)" of the subsection we are in;
        else the only one in the article.
        """
        levels = _SAME.get(step[0], {step[0]})
        for depth in range(len(chain), 0, -1):
            for part in chain[depth - 1].parts:
                if part.number == step[1] and part.level in levels:
                    return (*chain[:depth], part)
        found = [c for c in _below(chain[:1]) if c[-1].number == step[1] and c[-1].level in levels]
        return found[0] if len(found) == 1 else ()

    def around(self, position: int) -> tuple[Section, ...]:
        """The sections that hold a character, from the outside in."""
        return tuple(s for s in self.sections if s.start <= position < s.end)


def _below(chain: Chain) -> Iterator[Chain]:
    """Every part of a unit, with the parts around it."""
    for part in chain[-1].parts if chain else ():
        yield (*chain, part)
        yield from _below((*chain, part))


def target(chain: Chain) -> Target:
    """The place of a unit and its name."""
    return Target(address(chain), label(chain), chain[-1].start, chain[-1].end)


def label(chain: Chain) -> str:
    """A unit and its parts down to the one that is meant, as the law is cited: Article 6(1)(f), 第十条第二款."""
    name = chain[0].name.rstrip(" .")
    if name[-1:] > "\u2e80":
        return name + "".join(_in_chinese(part) for part in chain[1:])
    return name + "".join(f"({part.number})" if part.number else f" {part.label}" for part in chain[1:])


def _in_chinese(part: Unit) -> str:
    """第二款 as it stands; the item （一） is cited as 第一项, what is below it as 第1目."""
    unit = {"item": "项", "subitem": "目"}.get(part.level)
    return f"第{part.label.strip('（）().．、')}{unit}" if unit else part.label


def address(chain: Chain) -> str:
    """ "133-1(2)(1)" of an article's part; "recital 26" and "annex III" say what they are."""
    kind = f"{chain[0].level} " if chain[0].level in _KINDS else ""
    return kind + written(chain[0].number, [("", u.number) for u in chain[1:]])


def written(number: str, steps: Sequence[Step]) -> str:
    """An address from numbers alone, of what may not be there."""
    return number + "".join(f"({number})" for _, number in steps)
