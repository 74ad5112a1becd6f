"""Quoted: words that a question quotes from a document, and the places that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.fuzz import partial_ratio_alignment

from app.documents.document import Document
from app.documents.find import find
from app.documents.law.register import Target, target
from model.folding import Folded, fold
from model.types import Span

FEWEST = {True: 5, False: 12}
"""Letters of a quotation that can be looked for without being asked for: Han (True), others."""
_ACCEPTED = {True: 90.0, False: 80.0}  # fuzzy scores that invented quotations do not reach, in law and in prose
_UNIQUE = 80.0  # a score that is enough where no other place comes near it
_APART = 6.0  # how far the next best place must stay behind
_MOST = 50  # places of a quotation that are listed
_ASKS = re.compile(
    r"\b(?:which|what|where)\b[^\"“”«「『]{0,80}?\b(?:contains?|says?|states?|provides?|reads?|stands?|written|"
    r"find|found|includes?|mentions?|uses?|has|have|is|quote|passage|words?)\b"
    r"|(?:哪|何|那)(?:一|几|些)?[个處处里裡儿兒]?(?:[条條款项項章节回段句]|法条|条文|规定|地方|写|说|提|有|出现)"
    r"|第几[条款项章节回]|(?:出自|见于|在)(?:哪|何处|第几)|(?:出处|何处|welche[rs]?\b|wo\s+steht\b)",
    re.IGNORECASE,
)
_PAIRS = (("“", "”"), ("「", "」"), ("『", "』"), ("«", "»"), ("„", "“"), ("‘", "’"), ('"', '"'))
_SINGLE = re.compile(r"(?<!\w)'(?P<words>.{12,})'(?!\w)", re.DOTALL)
_AFTER_COLON = re.compile(r"[:：]\s*(?P<words>.+?)\W*$", re.DOTALL)
_PIECES = re.compile(r"\s*(?:\[?(?:…+|\.{3,}|⋯+)\]?|\[\s*\]|\n)\s*")
_LABEL = re.compile(r"^\W*(?:\(?[0-9a-zA-Z]{1,4}[).]|[（(][一二三四五六七八九十]+[）)])\s*")


def asked(question: str) -> bool:
    """Whether a question asks where words stand: which provision contains, 哪一条规定, where does it say."""
    return bool(_ASKS.search(question))


def quotations(question: str) -> list[Span]:
    """The quoted words of a question without their marks: the widest first, as quotations hold quotations."""
    found: list[Span] = []
    for opens, closes in _PAIRS:
        first, last = question.find(opens), question.rfind(closes)
        if 0 <= first < last - 1:
            found.append(Span(first + 1, last))
        pieces = re.finditer(rf"{opens}([^{opens}{closes}]+){closes}", question)
        found += [Span(m.start(1), m.end(1)) for m in pieces]
    found += [Span(m.start("words"), m.end("words")) for m in _SINGLE.finditer(question)]
    if not found and (match := _AFTER_COLON.search(question)):
        found.append(Span(match.start("words"), match.end("words")))
    return sorted({s for s in found if letters(question[s.start : s.end])}, key=lambda s: (-len(s), s.start))


def letters(words: str) -> int:
    return sum(map(str.isalnum, words))


def is_long(words: str) -> bool:
    """Whether words are enough to know their place by: a few of them stand everywhere."""
    han = any("\u3400" <= c <= "\u9fff" for c in words)
    return letters(words) >= FEWEST[han]


def holding(document: Document, words: str, nearly: bool) -> tuple[Target, ...]:
    """The units of a law, or the blocks of a book, that hold words: exactly, in pieces, or (`nearly`) almost so."""
    spans = find(document, words) or _joined(document, words)
    if not spans and nearly and is_long(words):
        spans = tuple(_aligned(document, words))
    targets = dict.fromkeys(_place(document, span) for span in spans[:_MOST])
    return tuple(targets)


def _joined(document: Document, words: str) -> tuple[Span, ...]:
    """The places of words left out in part (…) or broken by a label: all their pieces in one unit, in order."""
    pieces = [p for p in (_LABEL.sub("", piece).strip(" ,;，；、-–—") for piece in _PIECES.split(words)) if letters(p)]
    if not pieces or (len(pieces) == 1 and pieces[0] == words) or not any(is_long(p) for p in pieces):
        return ()
    places = [find(document, piece) for piece in pieces]
    held = []
    for first in places[0]:
        home, end = _place(document, first), first.end
        for spans in places[1:]:
            end = next((s.end for s in spans if end <= s.start and s.end <= home.end), -1) if end >= 0 else -1
        if end >= 0:
            held.append(Span(first.start, max(first.end, end)))
    return tuple(held)


def _aligned(document: Document, words: str) -> Iterator[Span]:
    """The place most like words: alike enough, or the only one that is nearly so."""
    folded, wanted = _folded(document.text), fold(words).text
    best = partial_ratio_alignment(wanted, folded.text, score_cutoff=_UNIQUE)
    if best is None or len(wanted) > len(folded.text):
        return
    span = folded.span(best.dest_start, best.dest_end)
    han = any("\u3400" <= c <= "\u9fff" for c in wanted)
    if best.score >= _ACCEPTED[bool(document.law) and han] or _is_alone(document, folded, wanted, span, best.score):
        yield span


def _is_alone(document: Document, folded: Folded, wanted: str, span: Span, score: float) -> bool:
    """Whether no place outside the unit of `span` is nearly as like."""
    home = _place(document, span)
    sides = document.text[: home.start], document.text[home.end :]
    rivals = (partial_ratio_alignment(wanted, fold(side).text, score_cutoff=score - _APART) for side in sides if side)
    return all(rival is None for rival in rivals)


def _place(document: Document, span: Span) -> Target:
    """The article that holds most of a passage; outside of articles its block, called by its address."""
    if unit := document.unit_at((span.start + span.end) // 2):
        return target((unit,))
    blocks = [b.span for b in document.blocks_at(span.start, span.end) if len(b.span)]
    home = max(blocks, key=span.overlap, default=span)
    address = document.address(home.start)
    return Target(address, address, home.start, home.end)


@lru_cache(maxsize=2)
def _folded(text: str) -> Folded:
    """A text folded once: a book takes a tenth of a second."""
    return fold(text)


def masked(question: str, spans: Sequence[Span]) -> str:
    """A question with spaces where it quotes."""
    for span in spans:
        question = question[: span.start] + " " * len(span) + question[span.end :]
    return question
