"""Place: the span that a reader's words name: an address, a chapter's title or number, a share, an offset."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from app.documents.document import Block, Document, Section
from app.documents.law.references import references
from app.documents.ordinal import EDGE, Ordinal, after_ordinal, ordinals, ordinals_said
from model.folding import fold
from model.types import Problem, Span

_ADDRESS = re.compile(r"c([0-9]{1,9})(?:\.p([0-9]{1,9}))?")
_PARAGRAPH = re.compile(r"(?<=\d)\.p\d+$")
_SEEN = re.compile(r"\S")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%")
_OFFSET = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12}")
_NAMED = 5  # candidates in a message
_ALIKE = 0.75  # likeness of a name to what was typed, so that it may have been meant
_SHOWN = 40  # characters of a title or of what was typed, in a message
_LONGEST = 2000  # characters of words that can name a place; a volume may have a long title


def place(document: Document, words: str) -> Span:
    """The span that words name: `c3.p14`, `c3`, `第三十条`, `Article 5(2)`, on a shelf `刑法:第十条`; `chapter 3`,
    `第二编第三章`, a title or how it alone begins; `40%`, `12000`: the block that holds that character.

    Raises Problem "no-place" where nothing is called so, "many-places" where several are.
    """
    return Gazetteer(document).place(words)


def until(document: Document, words: str) -> Span:
    """From the beginning to the end of a place; of a share or an offset: of the last block that ends there.

    Raises what `place` does, and Problem "empty-place" where no text comes before.
    """
    return Gazetteer(document).until(words)


def scope(document: Document, words: str) -> Span:
    """One place, or `A..B` from the beginning of A to the end of B; an end left out is the document's.

    Raises what `place` does, and Problem "empty-place" where B ends before A begins.
    """
    return Gazetteer(document).scope(words)


class Gazetteer:
    """The places of one document by what a reader may call them; on a shelf, those of its volumes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.volumes = [(volume, Gazetteer(volume.document)) for volume in document.volumes]

    def place(self, words: str) -> Span:
        """See `place`."""
        span = self._one(words)
        return span if len(span) else self._around(span.start)

    def until(self, words: str) -> Span:
        """See `until`."""
        ends = self._ends(words)
        return self._whole(0, self._end(ends[1] if ends else words), words)

    def scope(self, words: str) -> Span:
        """See `scope`."""
        ends = self._ends(words)
        if ends is None:
            span = self.place(words)
            return self._whole(span.start, span.end, words)
        first, last = ends
        return self._whole(self.place(first).start if first else 0, self._end(last), words)

    def find(self, words: str) -> list[Span]:
        """All that words may name, in order, by the first way of naming that finds any. A share, an offset and a
        picture are empty spans.
        """
        if not key(words) or len(words) > _LONGEST:
            return []
        named, begun = (self._everywhere(way, words) for way in (Gazetteer._named, Gazetteer._begun))
        return sorted(set(named)) or list(self._point(words)) or sorted(set(begun))

    def name(self, span: Span) -> str:
        """A place as it can be typed, and its title if it has one."""
        first, last = self.document.address(span.start), self.document.address(max(span.start, span.end - 1))
        if first != last:
            text = self.document.text
            before = len(text[: span.start].rstrip()) - 1
            behind = _SEEN.search(text, span.end)
            first = self._outer(first, before)
            last = self._outer(last, behind.start() if behind else -1)
        typed = first if first == last else f"{first}..{last}"
        title = self._titled.get(span, "")
        return f"{typed} ({_shortened(title)})" if title and key(title) != key(typed) else typed

    def _outer(self, address: str, neighbour: int) -> str:
        """c3 for c3.p1 at the edge of a place, if the next character beyond that edge (-1: none) is not in c3 too."""
        beyond = self.document.address(neighbour) if neighbour >= 0 else ""
        return address if _PARAGRAPH.sub("", beyond) == _PARAGRAPH.sub("", address) else _PARAGRAPH.sub("", address)

    # How words name places, one volume at a time.

    def _everywhere(self, way: Callable[[Gazetteer, str], Iterable[Span]], words: str) -> Iterator[Span]:
        """What one way finds in a document, or in each volume of a shelf; in one alone if its name is said."""
        if not self.volumes:
            yield from way(self, words)
            return
        if volumes := list(self._shelved(way, words)):
            yield from volumes
            return
        named = [(v, inner, rest) for v, inner in self.volumes if (rest := _behind(words, v.name, v.document.title))]
        for volume, inner, rest in named or [(v, inner, words) for v, inner in self.volumes]:
            for span in inner._everywhere(way, rest) if key(rest) else ():
                yield Span(span.start + volume.start, span.end + volume.start)

    def _shelved(self, way: Callable[[Gazetteer, str], Iterable[Span]], words: str) -> Iterator[Span]:
        """The volumes that are called so, or whose names begin so."""
        for volume, _ in self.volumes:
            names = (key(volume.name), key(volume.document.title))
            if (way is Gazetteer._named and key(words) in names) or (
                way is Gazetteer._begun and any(name.startswith(key(words)) for name in names)
            ):
                yield self._trimmed(volume.start, volume.end)

    def _named(self, words: str) -> list[Span]:
        """What is called so: by address or title, else by number, else as the law is cited."""
        if found := list(self._exact(words)):
            return found
        is_point = _SHARE.fullmatch(key(words)) or _OFFSET.fullmatch(key(words))
        return [] if is_point else list(self._numbered(words)) or list(self._cited(words))

    def _exact(self, words: str) -> Iterator[Span]:
        """An address as the document prints it, or a title, with or without the number before it."""
        said = key(words)
        if said in self._addresses:
            yield self._addresses[said]
        elif (span := self._leaf(said)) is not None:
            yield span
        else:
            yield from (span for span, titles in self._titles if said in titles)

    def _point(self, words: str) -> Iterator[Span]:
        """A share of the text or an offset in it."""
        said, size = key(words), len(self.document.text)
        if share := _SHARE.fullmatch(said):
            position = round(float(share[1]) / 100 * size)
        elif _OFFSET.fullmatch(said):
            position = int(said.replace(",", ""))
        else:
            return
        if position <= size:
            yield Span(position, position)

    def _numbered(self, words: str) -> Iterator[Span]:
        """Chapters by number: chapter 3, 第三回, Part Two, Book II chapter 4; bare III where titles are such."""
        said = ordinals_said(words)
        if not said:
            return
        for section, own, above in self._headed:
            if said[-1] in own and set(said[:-1]) <= own | above:
                yield self._trimmed(section.start, section.end)

    def _cited(self, words: str) -> Iterator[Span]:
        """What words cite as the law itself would: 第三十条第二款, Art. 5(2)(a), § 5 Abs. 2, 第三条至第五条."""
        document, words = self.document, words.strip()
        start, words = len(document.text) + 2, words[:1].upper() + words[1:]
        block = Block(start, start + len(words), "paragraph")
        said = replace(document, text=f"{document.text}\n\n{words}", blocks=(*document.blocks, block))
        for cited in references(said, start):
            if (cited.start, cited.end) == (start, block.end) and cited.targets and not (cited.law or cited.missing):
                yield self._trimmed(min(t.start for t in cited.targets), max(t.end for t in cited.targets))

    def _begun(self, words: str) -> Iterator[Span]:
        """Titles that begin so."""
        said = key(words)
        yield from (span for span, titles in self._titles if any(title.startswith(said) for title in titles))

    # What a document's places are called.

    @cached_property
    def _addresses(self) -> dict[str, Span]:
        """The units of a law and the notes behind them, by address."""
        document, spans = self.document, {}
        stops = sorted({u.start for u in document.units} | {s.start for s in document.leaves} | {len(document.text)})
        for unit in document.units:
            if unit.start == unit.end:
                continue  # no character bears its name
            address, stop = document.address(unit.start), stops[bisect_right(stops, unit.start)]
            spans[key(address)] = self._trimmed(unit.start, unit.end)
            if unit.end < stop and document.address(unit.end) == f"{address} note":
                spans[key(f"{address} note")] = self._trimmed(unit.end, stop)
        return spans

    def _leaf(self, said: str) -> Span | None:
        """The place of `c3` or `c3.p14`: all characters that bear this address, the headings above c3 among them."""
        match, leaves = _ADDRESS.fullmatch(said), self.document.leaves
        index = int(match[1]) - 1 if match else -1
        if not match or not 0 <= index < max(1, len(leaves)):
            return None
        end = leaves[index].end if index + 1 < len(leaves) else len(self.document.text)
        if match[2] is None:
            return self._trimmed(leaves[index - 1].end if index else 0, end)
        starts = self._paragraphs(leaves[index]) if leaves else []
        which = int(match[2]) - 1
        if not 0 <= which < len(starts):
            return None
        return self._trimmed(starts[which], [*starts, leaves[index].end][which + 1])

    def _paragraphs(self, leaf: Section) -> list[int]:
        """Where the blocks of a leaf section begin that are no headings."""
        first, last = (bisect_left(self._starts, place) for place in (leaf.start, leaf.end))
        return [b.start for b in self.document.blocks[first:last] if b.kind != "heading"]

    @cached_property
    def _starts(self) -> list[int]:
        return [b.start for b in self.document.blocks]

    @cached_property
    def _titles(self) -> list[tuple[Span, tuple[str, ...]]]:
        """Each section's place, its title, and the title without the number before it."""
        return [
            (self._trimmed(s.start, s.end), tuple(filter(None, (key(s.title), key(after_ordinal(s.title))))))
            for s in self.document.sections
        ]

    @cached_property
    def _titled(self) -> dict[Span, str]:
        return {self._trimmed(s.start, s.end): s.title for s in reversed(self.document.sections)}

    @cached_property
    def _headed(self) -> list[tuple[Section, frozenset[Ordinal], frozenset[Ordinal]]]:
        """Each section, what counts it, and what counts the sections around it. A bare number is a chapter's where
        most titles are such: III is chapter 3 of Pride and Prejudice, and only a part of a tale of Sherlock Holmes.
        """
        heads = [ordinals(s.title) for s in self.document.sections]
        bare = 2 * sum(any(not kind for kind, _ in found) for found in heads) > len(heads)
        headed: list[tuple[Section, frozenset[Ordinal], frozenset[Ordinal]]] = []
        open_sections: list[tuple[Section, frozenset[Ordinal]]] = []
        for section, found in zip(self.document.sections, heads, strict=True):
            own = found | {("chapter", n) for kind, n in found if not kind and bare}
            while open_sections and open_sections[-1][0].end <= section.start:
                open_sections.pop()
            headed.append((section, own, frozenset().union(*(above for _, above in open_sections))))
            open_sections.append((section, own))
        return headed

    # From names to spans.

    def _one(self, words: str) -> Span:
        found = self.find(words)
        said = _shortened(" ".join(words.split()))
        if not found:
            raise Problem("no-place", place=said, near=self._listed(self._near(words)))
        if len(found) > 1:
            raise Problem("many-places", place=said, count=len(found), places=self._listed(found))
        return found[0]

    def _ends(self, words: str) -> tuple[str, str] | None:
        """The two places of `A..B`, "" for one left out; None for a place alone."""
        first, dots, last = (part.strip() for part in words.partition(".."))
        sides = [side for side in (first, last) if side]
        if dots and sides and (all(map(self.find, sides)) or not self.find(words)):
            return first, last
        return None

    def _end(self, words: str) -> int:
        """Where a place ends; of a position the last block's end before it. Behind the last words: the text's end."""
        span = self._one(words) if words else Span(0, len(self.document.text))
        before = (b.end for b in reversed(self.document.blocks) if b.end <= span.end and len(b.span))
        end = span.end if len(span) else next(before, 0)
        return end if self.document.text[end:].strip() else len(self.document.text)

    def _around(self, position: int) -> Span:
        """The block that holds a character, else the next one, else the last."""
        blocks = [b for b in self.document.blocks if len(b.span)]
        if not blocks:
            return Span(position, position)
        index = bisect_right([b.end for b in blocks], position)
        block = blocks[min(index, len(blocks) - 1)]
        return Span(min(position, block.start), max(position, block.end))

    def _trimmed(self, start: int, end: int) -> Span:
        """A span without the white space behind it."""
        return Span(start, start + len(self.document.text[start:end].rstrip()))

    def _whole(self, start: int, end: int, words: str) -> Span:
        if not self.document.text[start:end].strip():
            raise Problem("empty-place", place=_shortened(" ".join(words.split())))
        return Span(start, end)

    def _near(self, words: str) -> list[Span]:
        """What may have been meant: titles that hold the words, names like them, else how the document begins."""
        said = key(words)
        if match := _ADDRESS.fullmatch(said):
            last = max(1, len(self.document.leaves))
            return [self._leaf(f"c{max(1, min(last, int(match[1])))}") or self._around(0)]
        named = {title: span for span, titles in self._titles for title in titles} | self._addresses
        holding = [span for name, span in named.items() if said and said in name]
        like = [named[name] for name in difflib.get_close_matches(said, named, _NAMED, _ALIKE)]
        return sorted(set(holding)) or like or [span for span, _ in self._titles] or [self._around(0)]

    def _listed(self, spans: list[Span]) -> str:
        return "; ".join(self.name(span) for span in spans[:_NAMED]) + (" …" if len(spans) > _NAMED else "")


def key(words: str) -> str:
    """A name made comparable: folded, without spaces, and without the marks at its edges."""
    folded = "".join(fold(words).text.split())
    return folded.strip(EDGE) or folded


def _shortened(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()}…"


def _behind(words: str, *names: str) -> str:
    """What stands behind a volume's name and a colon; "" if none does."""
    folded = fold(words).text
    colons = (i for i, c in enumerate(folded) if c == ":")
    return next((folded[i + 1 :] for i in colons if key(folded[:i]) in map(key, names)), "")
