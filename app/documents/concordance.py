"""Concordance: which of a document's units hold what a query asks for, and where in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from app.documents.document import Document
from app.documents.query import LETTER, WORD, And, Not, Or, Phrase, Query, Word, stem
from model.folding import Folded, fold, fold_alone, is_mark
from model.types import Span

_EDGE = "\n"  # between units: white space folds to a space or to nothing, never to this
_KEEPS = "!-,.-~\u00a1-\u024f‘’“”"  # white space between these is one space; beside others it may go
_BLANKS = re.compile(rf"\s(?:(?![{_KEEPS}])|(?<![{_KEEPS}]\s))")


@dataclass(frozen=True, slots=True)
class Match:
    """A unit that answers a query, and the words in it that the query asks for: ordered and disjoint."""

    span: Span
    words: tuple[Span, ...]


class Concordance:
    """The folded text of all units, searched as one; whoever asks again keeps it. A novel takes a third of a second.

    A law's units are its articles, recitals and annexes, and each paragraph that stands in none of them (a preamble,
    a note); headings above articles are not searched. A book's are its paragraphs; headings belong to the
    one below them. Only units that lie inside the scope are searched.
    """

    def __init__(self, document: Document, scope: Span | None = None) -> None:
        self.units = [s for s in searched(document) if scope is None or scope.covers(s)]
        self._folds = list(_folds(document.text, self.units))
        self._text = _EDGE.join(f if isinstance(f, str) else f.text for f in self._folds)
        lengths = [len(f if isinstance(f, str) else f.text) + 1 for f in self._folds]
        self._starts = [0, *accumulate(lengths)][:-1]

    def search(self, query: Query) -> tuple[Match, ...]:
        """The units that answer the query, in the text's order: a law is read from its beginning, and no count of
        words says which article governs.
        """
        found = self._answering(query)
        return tuple(Match(self.units[number], _disjoint(found[number])) for number in sorted(found))

    def _answering(self, query: Query) -> dict[int, list[Span]]:
        """The numbers of units, with the words that the query asks for."""
        match query:
            case Word():
                return self._forms(query.text)
            case Phrase():
                return self._phrases(query)
            case Not():
                absent = self._answering(query.part)
                return {number: [] for number in range(len(self.units)) if number not in absent}
            case And():
                found = [self._answering(part) for part in query.parts]
                common = set(found[0]).intersection(*found[1:])
            case Or():
                found = [self._answering(part) for part in query.parts]
                common = set().union(*found)
        return {number: [span for one in found for span in one.get(number, ())] for number in common}

    def _forms(self, word: str) -> dict[int, list[Span]]:
        """Where a word stands in any form, by unit. A stem begins as its word does."""
        wanted = stem(word)
        forms = [form for form in self._words if form[0] == word[0] and stem(form) == wanted]
        found: dict[int, list[Span]] = defaultdict(list)
        for form in forms:
            for place in self._words[form]:
                if placed := self._placed(place, place + len(form)):
                    found[placed[0]].append(placed[1])
        return dict(found)

    def _phrases(self, phrase: Phrase) -> dict[int, list[Span]]:
        """Where a phrase stands, its first and last words whole, by unit."""
        found: dict[int, list[Span]] = defaultdict(list)
        text, words = self._text, phrase.text
        at = text.find(words)
        while at >= 0:
            end = at + len(words)
            whole = not (_is_inside(text, at) or (_is_inside(text, end) and not phrase.open))
            while phrase.open and _is_inside(text, end):
                end += 1
            if placed := self._placed(at, end) if whole else None:
                found[placed[0]].append(placed[1])
            at = text.find(words, end if placed else at + 1)
        return dict(found)

    def _placed(self, start: int, end: int) -> tuple[int, Span] | None:
        """The unit of a place in the folded text, and its span in the document; None where it cuts a character in two
        (half of ß is no s).
        """
        number = bisect_right(self._starts, start) - 1
        start, end = start - self._starts[number], end - self._starts[number]
        folded, origin = self._folds[number], self.units[number].start
        if isinstance(folded, str):
            return number, Span(origin + start, origin + end)
        if not folded.whole(start, end):
            return None
        span = folded.span(start, end)
        return number, Span(origin + span.start, origin + span.end)

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        """Every word of the folded text and its places."""
        places: dict[str, list[int]] = defaultdict(list)
        for match in WORD.finditer(self._text):
            places[match[0]].append(match.start())
        return dict(places)


def searched(document: Document) -> tuple[Span, ...]:
    """The units of a document that are searched, in order, disjoint."""
    units = [Span(u.start, u.end) for u in document.units if u.start < u.end]
    return tuple(sorted([*units, *_paragraphs(document, units)]))


def _paragraphs(document: Document, units: Sequence[Span]) -> Iterator[Span]:
    """What of each block stands in no unit, with the headings right above it."""
    starts = [unit.start for unit in units]
    headings: list[Span] = []
    for block in document.blocks:
        above = bisect_right(starts, block.start)
        start = max(block.start, units[above - 1].end if above else 0)
        end = min(block.end, starts[above] if above < len(starts) else block.end)
        if headings and above and headings[-1].start < starts[above - 1]:
            headings = []  # they are those of a unit
        if start < end and block.kind == "heading":
            headings.append(Span(start, end))
        elif start < end:
            yield Span(headings[0].start if headings else start, end)
            headings = []
    if headings and not units:
        yield Span(headings[0].start, headings[-1].end)


def _folds(text: str, units: Sequence[Span]) -> Iterator[str | Folded]:
    """The folded text of each unit; with the way back where its characters do not stand for one another."""
    even = text.translate(_evenly(text))
    for unit in units:
        own, folded = text[unit.start : unit.end], even[unit.start : unit.end]
        is_even = _EDGE not in folded and "--" not in folded and not _BLANKS.search(own)
        yield folded if is_even else fold(own)


def _evenly(text: str) -> dict[int, str]:
    """What each character of a text folds to, where it is one; else the sign of a unit's edge."""
    table = {}
    for c in set(text):
        folded = fold_alone(c)
        table[ord(c)] = folded if len(folded) == 1 and not is_mark(c) else _EDGE
    return table


def _is_inside(text: str, place: int) -> bool:
    """Whether a word goes on from one side of a place to the other."""
    return place > 0 and bool(LETTER.match(text, place) and LETTER.match(text, place - 1))


def _disjoint(spans: list[Span]) -> tuple[Span, ...]:
    """Spans in order, those that overlap made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return tuple(joined)
