"""Lines: the paragraph-like units of a plain text, whether its lines were wrapped by hand or never broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.documents import headings, language
from model.labels import HAN_NUMERAL, number
from model.types import Span

_LINE = re.compile(r"\S(?:[^\n\f]*\S)?")  # without the space around it, which may be U+3000
_SAMPLE = 300_000  # characters at either end that show how lines were broken
_ENDLESS = 4000  # characters of a line that no paragraph has: its line ends were lost
_NARROWEST, _WIDEST = 40, 100  # characters of a line that was broken by hand at a width
_FULL = 50  # such lines, at least, in a text of which only parts are so
_PIECE = 400  # characters of a piece of such a line, at least
# A head, and not a mention (第四回里, 參看本書第五篇。).
_INLINE = re.compile(rf"第({HAN_NUMERAL})([回章篇節节卷])(?![，。、；：？！》）」”的里裡之和及至與与])")
# Old editions run a chapter's couplet and its text into one line: 第一回 宴桃园… 斩黄巾… 话说天下…
_RUN_IN = re.compile(rf"(第({HAN_NUMERAL})[回章节節](?:\s+[^\s，。：；！？]{{4,12}}){{1,2}})\s+(?=\S)")
# What the first words after a couplet are.
_OPENER = re.compile(r"[话話却卻且再][说說]|[诗詩词詞][曰云雲]")
_COUPLET = range(8, 25)  # characters


def units(text: str) -> list[Span]:
    """The spans of the blocks of a canonical text: ordered, disjoint, trimmed, none empty."""
    lines = [match.span() for match in _LINE.finditer(text)]
    if is_wrapped(text):
        return [Span(start, end) for start, end in _paragraphs(text, lines)]
    heads = _run_in_heads(text, lines)
    lines = _rejoined(text, lines)
    return [piece for start, end in lines for piece in _pieces(text, Span(start, end), heads.get(start))]


def is_wrapped(text: str) -> bool:
    """Whether lines were broken by hand at a width, as Gutenberg's are: nearly every line that is
    followed by another would overflow if it took that one's first word.
    """
    if language.han_share(text) > 0.2:
        return False
    lines = text[:_SAMPLE].split("\n") + text[-_SAMPLE:].split("\n") * (len(text) > _SAMPLE)
    widths = sorted(len(line) for line in lines if line.strip())
    if len(widths) < 20 or not _NARROWEST <= (width := widths[int(len(widths) * 0.95)]) <= _WIDEST:
        return False
    full = followed = 0
    for line, after in pairwise(lines):
        if len(line) > 30 and (word := after.split(None, 1)):
            followed += 1
            full += len(line) + 1 + len(word[0]) > 0.85 * width
    return followed > 10 and full > 0.7 * followed


def _rejoined(text: str, lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines of a text of which parts were wrapped by hand, as in a book put together from several files: there a
    run of lines between blank ones is one if all of it was broken at the width of the others.
    """
    if language.han_share(text) > 0.2:
        return list(lines)
    runs = list(_runs(text, lines))
    widths = sorted(end - start for run in runs for start, end in run[:-1] if end - start <= _WIDEST)
    if len(widths) < _FULL:
        return list(lines)
    width = widths[int(len(widths) * 0.95)]
    joined = [run for run in runs if len(run) > 1 and _is_full(text, run, width)]
    if width < _NARROWEST or sum(len(run) - 1 for run in joined) < _FULL:
        return list(lines)
    whole = {run[0] for run in joined}
    return [line for run in runs for line in ([(run[0][0], run[-1][1])] if run[0] in whole else run)]


def _is_full(text: str, run: Sequence[tuple[int, int]], width: int) -> bool:
    """Whether every line but the last would overflow the width if it took the first word of the next."""
    return all(
        0.85 * width < end - start + 1 + len(text[after:stop].split(None, 1)[0]) and end - start <= width + 5
        for (start, end), (after, stop) in pairwise(run)
    )


def _paragraphs(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """One span to each run of lines between blank ones."""
    for run in _runs(text, lines):
        yield from _split(text, run)


def _runs(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """The lines between blank ones."""
    first = 0
    for i, (line, after) in enumerate(pairwise([*lines, (len(text), len(text))]), 1):
        if i == len(lines) or text.count("\n", line[1], after[0]) > 1 or "\f" in text[line[1] : after[0]]:
            yield lines[first:i]
            first = i


def _split(text: str, run: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """A run as one span, or as two where a heading stands on the line above its text."""
    (start, end), last = run[0], run[-1][1]
    # A full first line is the beginning of a sentence, not a heading.
    if end - start < 50 and (len(run) > 3 or (len(run) > 1 and last - start > 120)):
        mark = headings.parse(text[start:end])
        if mark and not mark.weak:
            yield run[0]
            start = run[1][0]
    yield start, last


def _run_in_heads(text: str, lines: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Long lines that begin with a chapter's head: line start → head end. Three must count up."""
    found: list[tuple[int, int, int]] = []
    for start, end in lines:
        if end - start > 60 and (match := _RUN_IN.match(text, start, end)):
            value = number(match[2])
            if value == (found[-1][0] + 1 if found else 1):
                found.append((value, start, match.end(1)))
    return {start: end for _, start, end in found} if len(found) >= 3 else {}


def _pieces(text: str, line: Span, head: int | None) -> Iterator[Span]:
    if head is not None:
        yield Span(line.start, head)
        line = Span(head + len(text[head : line.end]) - len(text[head : line.end].lstrip()), line.end)
    if len(line) <= _ENDLESS:
        yield line
        return
    place = line.start
    for chapter in [*_inline_chapters(text, line), Span(line.end, line.end)]:
        yield from _sentences(text, Span(place, chapter.start))
        if len(chapter):
            yield chapter
        place = chapter.end


def _inline_chapters(text: str, line: Span) -> list[Span]:
    """The heads 第一回, 第二回 … inside a line that lost its line ends; none if fewer than three count up."""
    chains: dict[str, list[Span]] = {}
    for match in _INLINE.finditer(text, line.start, line.end):
        chain = chains.setdefault(match[2], [])
        apart = not chain or match.start() - chain[-1].start > 800
        if apart and number(match[1]) == len(chain) + 1:
            chain.append(Span(match.start(), match.end()))
    longest = max(chains.values(), key=len, default=[])
    return _with_couplets(text, longest) if len(longest) >= 3 else []


def _with_couplets(text: str, heads: Sequence[Span]) -> list[Span]:
    """Heads with the couplets after them, if it shows how long this book's couplets are: 話說 follows most."""
    after = [re.split(r"[，。：；！？、]", text[head.end : head.end + 40])[0] for head in heads]
    lengths = [match.start() if (match := _OPENER.search(words)) else 0 for words in after]
    usual = max(_COUPLET, key=lengths.count)
    if 2 * lengths.count(usual) < len(heads):
        return list(heads)
    own = [n if n in _COUPLET else usual if usual < len(words) else 0 for n, words in zip(lengths, after, strict=True)]
    return [Span(head.start, head.end + n) for head, n in zip(heads, own, strict=True)]


def _sentences(text: str, span: Span) -> Iterator[Span]:
    """Pieces of whole sentences, none much shorter than a paragraph."""
    start = span.start
    for match in re.compile(r"[。！？!?…][”’」』\"]*|[.;；，,](?=.)").finditer(text, span.start, span.end):
        strong = match[0][0] in "。！？!?…"
        if match.end() - start >= (_PIECE if strong else 4 * _PIECE):
            yield _trimmed(text, start, match.end())
            start = match.end()
    for place in range(start, span.end, 10 * _PIECE):
        piece = _trimmed(text, place, min(place + 10 * _PIECE, span.end))
        if len(piece):
            yield piece


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return Span(left, max(left, start + len(piece.rstrip())))
