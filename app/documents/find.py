"""Find: where a text says something, whatever its case, width, quotes, dashes and line ends."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from app.documents.document import Document
from model.folding import fold, fold_alone, is_inner, is_mark, skeleton
from model.types import Span

_AROUND = 30  # characters of context on either side
_LONGEST = 120  # characters of a passage that a line shows whole
_PAGE = 1000  # characters of a needle, at most, that an expression is made for
_MOST = 64  # ways to write a stretch of the needle that are told apart
_LOOSE = "{1,"  # the sign of an expression that may stop short of what it stands for
_ASCII = bytes(range(128))
_HAN = re.compile("[\u4e00-\u9fff]+")
_USUAL = "，。、：；！？“”"
_UNUSUAL = re.compile(f"[^\u4e00-\u9fff{_USUAL}]")


@dataclass(frozen=True)
class _Alphabet:
    """How a text writes things. `exact`: what folds to a character alone; `ways`: what has a skeleton, of which
    accents may make another letter; both as classes of an expression. `several`: characters and the skeletons of
    more than one that they have (ﬁ); `unseen`: those with none; `marks`: what joins the character before it.
    `single`: every letter that folds to another one.
    """

    exact: dict[str, str]
    ways: dict[str, str]
    several: dict[str, str]
    unseen: str
    marks: str
    single: dict[int, str]


def find(document: Document, needle: str) -> tuple[Span, ...]:
    """The matching spans of the canonical text, in order, disjoint. An empty needle matches nothing.

    Passages match if they fold alike (`model.folding`). To fold a novel takes half a second, so an expression
    finds the candidates, and only those that are not plain are folded.
    """
    text = document.text
    wanted = fold(needle).text.strip()
    # Marks alone have nothing to be found by; an expression for a page takes longer than folding a book.
    if len(wanted) > _PAGE or not "".join(map(skeleton, wanted)):
        return tuple(_matches(text, wanted, 0, len(text))) if wanted else ()
    alphabet = _alphabet(text)
    expression = _expression(wanted, alphabet)
    return tuple(_found(text, wanted, re.compile(expression), alphabet)) if expression else ()


def _found(text: str, wanted: str, candidates: re.Pattern[str], alphabet: _Alphabet) -> Iterator[Span]:
    table = {} if " " in wanted or "-" in wanted else alphabet.single
    plain = table or ("-" not in wanted and all(c.isascii() or _HAN.match(c) for c in wanted))
    place = end = 0
    while match := candidates.search(text, place):
        start, place = match.span()
        if plain and _says(match[0], wanted, table) and not is_mark(text[place : place + 1]):
            end = place
            yield Span(start, end)
        elif span := _around(text, wanted, match, end):
            end = place = span.end
            yield span
        else:
            place = start + 1


def _says(passage: str, wanted: str, table: dict[int, str]) -> bool:
    """Whether a passage folds to what is wanted letter by letter, with no space that may count or not."""
    return (passage.translate(table) if table else passage.lower()) == wanted


def _around(text: str, wanted: str, match: re.Match[str], least: int) -> Span | None:
    """The match at a candidate, not before `least`, by folding what stands there and the letters beside it."""
    start = _letter_before(text, _letter_before(text, match.start()) - 1)
    stop = match.end()
    for _ in range(len(wanted) + 1 if _LOOSE in match.re.pattern else 1):
        while stop < len(text) and not _is_letter(text[stop]):
            stop += 1
        stop = min(stop + 1, len(text))
    return next(_matches(text, wanted, start, stop, least), None)


def _letter_before(text: str, place: int) -> int:
    while place > 0 and not _is_letter(text[place]):
        place -= 1
    return max(place, 0)


def _is_letter(character: str) -> bool:
    """Whether what folds as one always begins with this character."""
    return bool(skeleton(character)) and not is_inner(character)


def _matches(text: str, wanted: str, start: int, stop: int, least: int = 0) -> Iterator[Span]:
    """The matches in [start, stop), a part of the text that begins with a letter; none before `least` and none
    that touches the part's end.
    """
    folded = fold(text[start:stop])
    at = folded.text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        # Half of a character that folds to two (the first s of ß) is no match.
        whole = folded.whole(at, end) and start + folded.starts[at] >= least
        if whole and (end < len(folded.text) or stop == len(text)):
            span = folded.span(at, end)
            yield Span(start + span.start, start + span.end)
        at = folded.text.find(wanted, end if whole else at + 1)


def _expression(wanted: str, alphabet: _Alphabet) -> str:
    """A regular expression that every passage that folds to what is wanted matches, "" if the text holds none."""
    letters = _letters(wanted, alphabet)
    bones = "".join(bone for bone, _ in letters)
    steps: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for i, (_, way) in enumerate(letters):
        steps[i][i + 1] += [way] if way else []
    for several, inner in alphabet.several.items():
        for match in re.finditer(f"(?={re.escape(inner)})", bones):
            steps[match.start()][match.start() + len(inner)].append(re.escape(several))
    gap = f"[{alphabet.unseen}]*"
    parts = []
    start = 0
    while start < len(bones):
        stop = start + 1
        while (reach := max(j for i in range(start, stop) for j in steps[i])) > stop:
            stop = reach
        ways = list(islice(_ways(steps, start, stop, gap), _MOST + 1))
        every = "|".join(way for i in range(start, stop) for step in steps[i].values() for way in step)
        parts.append("|".join(ways) if len(ways) <= _MOST else f"(?:(?:{every}){gap}){_LOOSE}{stop - start}}}")
        start = stop
    return gap.join(f"(?:{part})" for part in parts) if all(parts) else ""


def _letters(wanted: str, alphabet: _Alphabet) -> list[tuple[str, str]]:
    """What is wanted, bone by bone: each with an expression for the single characters that may write it."""
    letters: list[tuple[str, str]] = []
    for c in wanted:
        bones = re.sub("-+", "-", skeleton(c))
        if bones == "-":
            if letters[-1:] != [(dash := ("-", _dashes(alphabet)))]:
                letters.append(dash)
        elif len(bones) == 1:
            loose = alphabet.ways.get(bones, "") + bones * bool(_HAN.match(bones))
            marked = f"[{loose}](?=[{alphabet.marks}])" if loose and alphabet.marks else ""
            alone = alphabet.exact.get(c, "") + c * bool(_HAN.match(c))
            alone += alphabet.exact.get(bones + "+", "")
            letters.append((bones, "|".join(filter(None, (alone and f"[{alone}]", marked)))))
        else:
            letters += [(bone, f"[{way}]" if (way := alphabet.ways.get(bone)) else "") for bone in bones]
    return letters


def _dashes(alphabet: _Alphabet) -> str:
    one = f"[{alphabet.ways['-']}]"
    return f"{one}(?:[{alphabet.unseen}]*{one})*"


def _ways(steps: dict[int, dict[int, list[str]]], start: int, stop: int, gap: str) -> Iterator[str]:
    """The ways from one place of the skeleton to another, each as an expression."""
    if start == stop:
        yield ""
        return
    for end, ways in steps[start].items():
        if ways:
            for rest in _ways(steps, end, stop, gap):
                yield f"(?:{'|'.join(ways)})" + (gap + rest if rest else "")


@lru_cache(maxsize=4)
def _alphabet(text: str) -> _Alphabet:
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    characters = sorted(
        {*map(chr, _ASCII), *_USUAL, *(_UNUSUAL.findall(beyond) if _HAN.search(beyond[:1000]) else beyond)}
    )
    exact: dict[str, str] = defaultdict(str)
    ways: dict[str, str] = defaultdict(str)
    several = {}
    for c in characters:
        bones = re.sub("-+", "-", skeleton(c))
        folded = fold_alone(c)
        # İ folds to i and a dot: what any accented i may be a part of.
        exact[folded if len(folded) < 2 or len(bones) > 1 else bones + "+"] += re.escape(c)
        if len(bones) > 1:
            several[c] = bones
        else:
            ways[bones] += re.escape(c)
    marks = "".join(re.escape(c) for c in characters if is_mark(c))
    single = {ord(c): folded for c in characters if not is_inner(c) and len(folded := fold_alone(c)) == 1}
    return _Alphabet(dict(exact), dict(ways), several, ways[""], marks, single)


def line(document: Document, span: Span) -> str:
    """The passage in one line with a little of what stands around it in its paragraph."""
    block = next((b.span for b in document.blocks_at(span.start, span.end)), span)
    start = max(min(block.start, span.start), span.start - _AROUND)
    end = min(max(block.end, span.end), min(span.end, span.start + _LONGEST) + _AROUND)
    shown = " ".join(document.text[start:end].split())
    return ("…" if start > block.start else "") + shown + ("…" if end < max(block.end, span.end) else "")
