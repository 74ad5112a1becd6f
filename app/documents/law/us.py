"""US: sections of the United States Code, an act or the regulations, and the Constitution, from plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from app.documents import language
from app.documents.document import Block, Law, Section, Unit
from app.documents.law import constitution, nesting
from app.documents.outline import Entry, nested

_NUMBER = r"\d+[A-Za-z]{0,3}(?:[.‐‑–-]\d*[A-Za-z]{0,2}\d*)*"
_SIGN = re.compile(
    rf"\[?(?P<label>§§?\s*(?P<number>{_NUMBER})(?:(?:,\s*|\s+(?:to|and|[-–])\s+){_NUMBER})*\.?)(?=\s|\]|$)"
)
_WORD = re.compile(rf"\[?(?P<label>(?:SEC(?:TION|\.)|Sec\.)\s*(?P<number>{_NUMBER})\.)(?=\s|\]|$)")
_DIVISION = re.compile(
    r"(?P<rank>SUBTITLE|TITLE|SUBCHAPTER|CHAPTER|SUBPART|PART|DIVISION|Subtitle|Title|Subchapter|Chapter|Subpart|Part"
    r"|Division)\s+(?P<number>\d+[A-Z]?|[IVXLC]+|[A-Z]{1,2})\.?\s*(?:(?:[-–—:]+|\s)\s*(?P<title>\S.*))?"
)
_GONE = re.compile(
    r"\W*(?:\[\s*)?(?:repealed|omitted|reserved|transferred|renumbered|superseded|terminated)\b", re.IGNORECASE
)
_FEWEST = 3  # sections of a text that is plainly a code
_LONGEST = 20_000  # characters of an average section, at most
_TITLE = 200  # characters of a division's title, at most


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The code, act or constitution in a text and its sections, None if it is none."""
    if found := constitution.recognise(text, blocks, sections, insist):
        return found
    if not insist and language.detect(text) not in ("en", ""):
        return None
    for form in (_SIGN, _WORD):
        labels = _labels(text, blocks, form)
        if labels and (insist or _is_code(text, blocks, labels)):
            return _code(text, blocks, sections, labels)
    return None


def _labels(text: str, blocks: Sequence[Block], form: re.Pattern[str]) -> dict[int, re.Match[str]]:
    """The blocks that begin with a section's number."""
    found = {}
    for i, block in enumerate(blocks):
        if block.kind not in ("note", "table", "code") and (match := form.match(text, block.start, block.end)):
            found[i] = match
    return found


def _is_code(text: str, blocks: Sequence[Block], labels: dict[int, re.Match[str]]) -> bool:
    """Many sections, counting up, most of the text in them, and a full stop, name or point in each number.

    A German law's "§ 1" has a number and a title too, but never "§ 1." nor "§ 27.1".
    """
    first = min(labels)
    if len(labels) < _FEWEST or len(text) - blocks[first].start < 0.3 * len(text):
        return False
    american = sum(m["label"].endswith(".") or "." in m["number"] for m in labels.values())
    order = [_order(match["number"]) for match in labels.values()]
    rising = sum(a <= b for a, b in pairwise(order))
    return american >= 0.9 * len(labels) and rising >= 0.9 * (len(order) - 1) and len(text) / len(labels) < _LONGEST


def _order(number: str) -> tuple[tuple[int, str], ...]:
    """Where a number stands: 106A after 106, 78u-4 after 78u, 1910.95 by both its numbers."""
    return tuple((int(digits), letters.lower()) for digits, letters in re.findall(r"(\d+)([A-Za-z]*)", number))


def _code(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], labels: dict[int, re.Match[str]]
) -> tuple[Law, tuple[Section, ...]]:
    divisions, stops = _divisions(text, blocks, labels)
    if divisions:
        title = sections[0].title if sections else ""
        kept = [(s.title, s.level, s.start) for s in sections if s.title == "Project Gutenberg License"]
        sections = nested([*divisions, *kept], len(text), title, blocks)
    ends = {*labels, *stops} | {i for i, b in enumerate(blocks) if any(b.start == s.start for s in sections)}
    return Law("US", tuple(_unit(text, blocks, sections, i, m, ends) for i, m in labels.items())), sections


def _unit(
    text: str,
    blocks: Sequence[Block],
    sections: Sequence[Section],
    first: int,
    match: re.Match[str],
    ends: set[int],
) -> Unit:
    last = first
    while last + 1 < len(blocks) and last + 1 not in ends:
        last += 1
    while blocks[last].kind == "note" and last > first:
        last -= 1
    start = match.start("label")
    path = tuple(s.title for s in sections if s.start <= start < s.end)
    rest = text[match.end() : blocks[first].end]
    parts = nesting.parts(text, blocks[first + 1 : last + 1])
    return Unit(
        match["label"],
        re.sub(r"[–‐‑]", "-", match["number"].rstrip(".")),
        start,
        blocks[last].end,
        path,
        "section",
        repealed=bool(_GONE.match(rest)) and last == first,
        parts=parts,
    )


def _divisions(text: str, blocks: Sequence[Block], labels: dict[int, re.Match[str]]) -> tuple[list[Entry], set[int]]:
    """Titles, chapters, parts … as entries, and all the blocks that head one, also those said again."""
    entries: list[Entry] = []
    stops: set[int] = set()
    order: list[str] = []
    current: dict[str, str] = {}
    for i, block in enumerate(blocks):
        match = _DIVISION.fullmatch(text, block.start, block.end) if i not in labels else None
        if not match or block.end - block.start > _TITLE or not _is_heading(match):
            continue
        rank = match["rank"].lower()
        order += [] if rank in order else [rank]
        stops.add(i)
        title = " ".join(match[0].split())
        if title.endswith(",") and _goes_on(text, blocks, i + 1, labels):
            stops.add(i + 1)
            title = f"{title} {' '.join(text[blocks[i + 1].start : blocks[i + 1].end].split())}"
        if current.get(rank) != title:
            entries.append((title, order.index(rank) + 1, block.start))
            current = {r: t for r, t in current.items() if order.index(r) < order.index(rank)} | {rank: title}
    return entries, stops


def _is_heading(match: re.Match[str]) -> bool:
    """A title begins with a capital and is no sentence: "Part 27 applies." is one."""
    title = (match["title"] or "").strip()
    return not title or (title[:1].isupper() and not title.endswith((".", ";", ":")))


def _goes_on(text: str, blocks: Sequence[Block], i: int, labels: dict[int, re.Match[str]]) -> bool:
    """Whether a block is the second line of a title in capitals."""
    return i < len(blocks) and i not in labels and text[blocks[i].start : blocks[i].end].isupper()
