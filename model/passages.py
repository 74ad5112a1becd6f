"""Passages: what of a document is ranked for a question, by its own words and by those around it. No torch."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.cite import sentences
from model.lexical import Lexicon, terms
from model.types import Source, Span

LONG = 1200  # characters from which a block is cut between sentences
WINDOW = 450  # characters of a passage of prose in English; Chinese says as much in fewer
CONTEXTS = (1500, 6000)  # characters of prose around a passage whose words count too
CONTEXT = 0.5  # how much they do, beside the passage's own
DENSER = 3  # characters of English that say what one of Chinese does


@dataclass(frozen=True, slots=True)
class Context:
    """Wider parts of a document: their places, their words, and which of them hold each passage."""

    spans: tuple[Span, ...]
    lexicon: Lexicon
    holding: tuple[tuple[int, ...], ...]

    def scores(self, query: str, scope: Span | None) -> list[float]:
        """Of each passage, the best score of what holds it inside the scope; 0 if nothing does."""
        found = self.lexicon.scores(query)
        if scope is not None:
            found = [score * scope.covers(span) for score, span in zip(found, self.spans, strict=True)]
        return [max((found[i] for i in held), default=0.0) for held in self.holding]


class Passages:
    """A law's articles, long ones in parts, and a book's runs of paragraphs, which overlap by half.

    `spans` are what is ranked, `wholes` what each is a part of and is reported: an article, or the passage itself.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        atoms = [piece for block in source.blocks for piece in pieces(source.text, block)]
        words = [Counter(terms(source.text[a.start : a.end])) for a in atoms]
        size = WINDOW // DENSER if source.language.startswith("zh") else WINDOW
        cut = list(_cut(source, atoms, size))
        self.spans = tuple(Span(atoms[run.start].start, atoms[run.stop - 1].end) for run, _ in cut)
        self.wholes = tuple(whole or span for span, (_, whole) in zip(self.spans, cut, strict=True))
        self.lexicon = Lexicon([_together(words, run) for run, _ in cut])
        wider = [_chapters(source, atoms)] if source.units else [_runs(atoms, c * size // WINDOW) for c in CONTEXTS]
        self.contexts = [_context(atoms, words, list(runs), [run for run, _ in cut]) for runs in wider]

    def ranked(self, query: str, scope: Span | None = None) -> list[tuple[int, float]]:
        """Numbers and scores of the passages inside the scope, best first, those without a common term left out."""
        own = self.lexicon.scores(query)
        around = [context.scores(query, scope) for context in self.contexts]
        scores = [score and score + CONTEXT * sum(a[i] for a in around) for i, score in enumerate(own)]
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        return [(i, scores[i]) for i in order if scores[i] > 0 and (scope is None or scope.covers(self.spans[i]))]

    def reported(self, number: int, scope: Span) -> Span:
        """What is shown of a passage: all of its article that is inside the scope."""
        whole = self.wholes[number]
        return whole if scope.covers(whole) else self.spans[number]

    def distinct(self, order: Sequence[tuple[int, float]]) -> Iterator[tuple[int, float]]:
        """Of a ranking only what no better one reports already: another part of its article, or half of it."""
        taken: list[Span] = []
        for number, score in order:
            whole = self.wholes[number]
            if all(2 * whole.overlap(other) < len(whole) for other in taken):
                taken.append(whole)
                yield number, score


def pieces(text: str, block: Span) -> list[Span]:
    """A block as runs of whole sentences of about LONG characters; none if it holds no word."""
    if len(block) <= LONG:
        return [block] if any(c.isalnum() for c in text[block.start : block.end]) else []
    runs: list[Span] = []
    for inner in sentences(text[block.start : block.end]):
        start, end = block.start + inner.start, block.start + inner.end
        if runs and end - runs[-1].start <= LONG:
            runs[-1] = Span(runs[-1].start, end)
        else:
            runs.append(Span(start, end))
    return runs


def _cut(source: Source, atoms: Sequence[Span], size: int) -> Iterator[tuple[range, Span | None]]:
    """The atoms of each passage, and the unit that it is of; what is of no unit is prose."""
    place = 0
    for unit in (*source.units, None):
        first = bisect_left(atoms, unit.start, key=lambda a: a.start) if unit else len(atoms)
        yield from ((range(r.start + place, r.stop + place), None) for r in _runs(atoms[place:first], size))
        if unit:
            place = max(first, bisect_right(atoms, unit.end, key=lambda a: a.end))
            inside = atoms[first:place]
            parts = _runs(inside, LONG, overlapping=False)
            yield from ((range(r.start + first, r.stop + first), unit) for r in parts)


def _runs(atoms: Sequence[Span], size: int, overlapping: bool = True) -> Iterator[range]:
    """Runs of atoms of about `size` characters, the next beginning where half of one is over, or all of it."""
    first = 0
    while first < len(atoms):
        last = first + 1
        while last < len(atoms) and atoms[last].end - atoms[first].start <= size:
            last += 1
        yield range(first, last)
        if last == len(atoms):
            return
        half = bisect_left(atoms, atoms[first].start + size // 2, key=lambda a: a.start)
        first = min(max(half, first + 1), last) if overlapping else last


def _chapters(source: Source, atoms: Sequence[Span]) -> Iterator[range]:
    """The atoms of each leaf section."""
    for chapter in source.chapters:
        first, last = (bisect_left(atoms, place, key=lambda a: a.start) for place in (chapter.start, chapter.end))
        if first < last:
            yield range(first, last)


def _context(
    atoms: Sequence[Span], words: Sequence[Counter[str]], runs: Sequence[range], passages: Sequence[range]
) -> Context:
    """Wider runs of atoms as a context of the passages; each is held by those that its middle atom lies in."""
    holding: list[list[int]] = [[] for _ in words]
    for number, run in enumerate(runs):
        for atom in run:
            holding[atom].append(number)
    held = tuple(tuple(holding[(p.start + p.stop - 1) // 2]) for p in passages)
    spans = tuple(Span(atoms[run.start].start, atoms[run.stop - 1].end) for run in runs)
    return Context(spans, Lexicon([_together(words, run) for run in runs]), held)


def _together(words: Sequence[Counter[str]], run: range) -> Counter[str]:
    total: Counter[str] = Counter()
    for number in run:
        total.update(words[number])
    return total
