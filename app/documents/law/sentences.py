"""Sentences: Satz 1, Satz 2 … of a German paragraph, as German laws cite them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.documents.document import Block, Unit
from model.types import Span

_STOP = re.compile(r"[.!?][“”\"’)\]]*(?:\s*\[\d+\])?(?=\s+[„“\"(]?[A-ZÄÖÜ§])")
_WORD = re.compile(r"[^\s.!?(„“\"]*\Z")
_AFTER = re.compile(r"\s+[„“\"(]?(\w+|§)")
_REACH = 40  # characters before a full stop in which its word is looked for
_ABBREVIATED = (  # what no sentence ends with; single letters (z. B., i. V. m.) apart
    "Abs Abschn ABl Anl Anm Art Aufl Ausg Bd Bek Beschl BGBl Buchst Dr Fn Halbs Hs Kap Lit Mio Mrd Nr Nrn Prof Rdnr "
    "RGBl Rn St Str Tel Tz Unterabs Vgl Ziff bzw ca dgl einschl evtl geänd gem ggf inkl lfd max min sog usw vgl"
)
_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_OPENING = (  # what a sentence begins with, where a number before it could be an ordinal
    "Absatz Als Am An Artikel Auf Aus Bei Bis Dabei Daneben Das Dazu Dem Den Der Des Die Dies Diese Dieser Dieses "
    "Durch Ein Eine Einem Einer Eines Entsprechendes Er Es Für Gegen Gleiches Haben Hat Hierbei Im In Insoweit Ist "
    "Kann Können Macht Mit Nach Satz Sie Sind Sofern Soweit Um Unter Vom Von Vor War Weitere Wenn Wer Werden Wird Zu "
    "Zum Zur Über §"
)
_SHORT, _MONTH, _STARTERS = (frozenset(words.split()) for words in (_ABBREVIATED, _MONTHS, _OPENING))
_COUNTED = re.compile(
    r"(?:§§?|Absatz|Absätze[n]?|Abs\.|Nr\.|Nummer[n]?|Satz|Sätze[n]?|Artikel[ns]?|Art\.|bis|und|oder|,|Anlage)\s*$"
)


def divided(text: str, blocks: Sequence[Block], parts: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """A §'s parts with sentences: those of each paragraph, or of the § where it has no paragraphs."""
    if any(part.level == "paragraph" for part in parts):
        return tuple(_paragraph(text, blocks, part) if part.level == "paragraph" else part for part in parts)
    return _sentences(text, [b.span for b in blocks], parts)


def _paragraph(text: str, blocks: Sequence[Block], part: Unit) -> Unit:
    spans = [
        Span(max(b.start, part.start), min(b.end, part.end))
        for b in blocks
        if b.end > part.start and b.start < part.end
    ]
    return replace(part, parts=_sentences(text, spans, part.parts, len(part.label)))


def _sentences(text: str, spans: Sequence[Span], items: tuple[Unit, ...], lead: int = 0) -> tuple[Unit, ...]:
    """The sentences in the spans; a list belongs to the sentence that leads to it, or that it breaks off."""
    if not spans:
        return items
    pieces = list(_pieces(text, spans, items, lead))
    if len(pieces) < 2:
        return items
    found: list[Unit] = []
    for i, piece in enumerate(pieces):
        inside = tuple(item for item in items if piece.start <= item.start < piece.end)
        found.append(Unit(f"Satz {i + 1}", str(i + 1), piece.start, piece.end, level="sentence", parts=inside))
    return tuple(found)


def _pieces(text: str, spans: Sequence[Span], items: Sequence[Unit], lead: int) -> Iterator[Span]:
    """Where each sentence begins and ends. The label of the paragraph is no part of its first."""
    start = spans[0].start + lead
    while start < spans[0].end and text[start] in " \t\n\u00a0":
        start += 1
    last = start
    for i, span in enumerate(spans):
        item = next((u for u in items if u.start <= span.start < u.end), None)
        if item is None:
            for stop in _stops(text, max(start, span.start), span.end):
                yield Span(start, stop)
                start = stop
                while start < span.end and text[start] in " \t\n\u00a0":
                    start += 1
        last = span.end
        following = spans[i + 1] if i + 1 < len(spans) else None
        listed = following and any(u.start <= following.start < u.end for u in items)
        if following and not listed and _is_over(text[start : span.end]):
            yield Span(start, span.end)
            start = following.start
    if last > start:
        yield Span(start, last)


def _is_over(words: str) -> bool:
    return bool(re.search(r"[.!?][“”\"’)\]]*(?:\s*\[\d+\])?$", words.rstrip()))


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    """Where sentences end inside [start, end), its own end apart."""
    for match in _STOP.finditer(text, start, end):
        if match[0][0] != "." or not _is_short(text, match.start(), match.end(), end):
            yield match.end()


def _is_short(text: str, stop: int, after: int, end: int) -> bool:
    """Whether a full stop belongs to an abbreviation or an ordinal: Abs. 1, 1. Januar, des 18. Lebensjahres."""
    found = _WORD.search(text[max(0, stop - _REACH) : stop])
    word = found[0] if found else ""
    if word in _SHORT or (len(word) == 1 and word.isalpha()):
        return True
    if not re.fullmatch(r"\d{1,3}|[IVX]+", word):
        return False
    opening = _AFTER.match(text, after, end)
    following = opening[1] if opening else ""
    if following in _MONTH:
        return True
    before = text[max(0, stop - len(word) - _REACH) : stop - len(word)]
    return following not in _STARTERS and not _COUNTED.search(before)
