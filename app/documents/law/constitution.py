"""Constitution: articles and amendments of the Constitution of the United States, and of a State, in plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from app.documents.document import Block, Law, Section, Unit
from app.documents.outline import Entry, nested
from model.labels import ENGLISH_NUMERAL, ROMAN, number

_NUMERAL = rf"(?P<number>\d{{1,2}}|{ROMAN}|{ENGLISH_NUMERAL})"
_LABEL = re.compile(
    rf"(?:#{{1,6}}\s+)?(?P<label>\[?(?P<kind>article|amendment)\s+(?:the\s+)?{_NUMERAL})\b[.\]]{{0,2}}(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    rf"(?:#{{1,6}}\s+)?(?P<label>(?P<number>{ENGLISH_NUMERAL})\s+(?P<kind>amendment))\b(?P<rest>[^\n]*)", re.IGNORECASE
)
_SECTION = re.compile(r"(?:#{1,6}\s+)?(?P<label>(?:Section|SECTION|Sec\.|SEC\.|§)\s*(?P<number>\d{1,2}))\b\.?\s*")
_NUMBERED = re.compile(r"(?P<label>(?P<number>\d{1,2})\.)\s+")
_SIGNED = re.compile(r"(?:done in convention|in witness whereof|attest\b)", re.IGNORECASE)
_AMENDMENTS = re.compile(
    r"(?:#{1,6}\s+)?(?:the\s+)?(?:amendments?\b|articles in addition|bill of rights).{0,120}", re.I
)
_PREAMBLE = re.compile(r"we,?\s+the\s+people\b", re.IGNORECASE)
_FEWEST = 5
_SHORT = 60  # characters behind a label that are its title


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The constitution in a text and its sections, None if it is none: none without "We the People"."""
    preamble = next((i for i, b in enumerate(blocks) if _PREAMBLE.match(text, b.start, b.end)), None)
    if preamble is None:
        return None
    labels = {i: m for i, b in enumerate(blocks) if i > preamble and (m := _label(text, b))}
    values = [number(m["number"]) for m in labels.values()]
    rising = sum(b > a or b == 1 for a, b in pairwise(values))
    if len(labels) < _FEWEST or rising < 0.9 * (len(values) - 1):
        return None
    headed = _amended(text, blocks, labels)
    title = sections[0].title if sections and sections[0].start < blocks[preamble].start else ""
    shown = _sections(text, blocks, labels, headed, title, preamble)
    last = max(preamble, min(labels) - 1)
    units = [Unit("Preamble", "", blocks[preamble].start, blocks[last].end, (), "preamble")]
    units += [_unit(text, blocks, shown, i, labels, headed) for i in labels]
    return Law("US", tuple(units)), shown


def _label(text: str, block: Block) -> re.Match[str] | None:
    """The name of an article or amendment, if the block or its first line is no more than that and a title."""
    if block.kind not in ("paragraph", "heading"):
        return None
    match = _LABEL.match(text, block.start, block.end) or _ORDINAL.match(text, block.start, block.end)
    rest = match["rest"].strip() if match else ""
    named = not rest or (len(rest) < _SHORT and re.match(r"[\[(\d—–:.-]|[A-Z]", rest) and not rest.endswith(","))
    if match and not _is_number(match["number"]):
        return None
    return match if match and match["label"][:1].isupper() | (match["label"][:1] == "[") and named else None


def _is_number(numeral: str) -> bool:
    """Whether words that look like a numeral are one: "twenty twelve" is none."""
    try:
        return number(numeral) > 0
    except ValueError:
        return False


def _amended(text: str, blocks: Sequence[Block], labels: dict[int, re.Match[str]]) -> int | None:
    """The first block of the amendments: their heading, or the first that is called one or counts anew."""
    seen = 0
    for i, match in labels.items():
        value = number(match["number"])
        if match["kind"].lower() == "amendment" or value < seen:
            above = blocks[i - 1]
            return i - 1 if _AMENDMENTS.fullmatch(text, above.start, above.end) else i
        seen = value
    return None


def _sections(
    text: str, blocks: Sequence[Block], labels: dict[int, re.Match[str]], amended: int | None, title: str, preamble: int
) -> tuple[Section, ...]:
    """One entry for each article and amendment, the amendments below their heading if they have one."""
    headed = amended is not None and amended not in labels
    entries: list[Entry] = [("Preamble", 1, blocks[preamble].start)]
    if headed and amended is not None:
        entries.append((_line(text, blocks[amended]), 1, blocks[amended].start))
    entries += [
        (_line(text, blocks[i]), 2 if headed and amended is not None and i > amended else 1, blocks[i].start)
        for i in labels
    ]
    return nested(entries, len(text), title or "Constitution", blocks)


def _line(text: str, block: Block) -> str:
    return text[block.start : block.end].partition("\n")[0].strip("# .")


def _unit(
    text: str,
    blocks: Sequence[Block],
    sections: Sequence[Section],
    first: int,
    labels: dict[int, re.Match[str]],
    amended: int | None,
) -> Unit:
    match = labels[first]
    stops = [i for i in (*labels, *([amended] if amended is not None else []), len(blocks)) if i > first]
    signed = (i for i in range(first + 1, min(stops)) if _SIGNED.match(text, blocks[i].start, blocks[i].end))
    inside = blocks[first : next(signed, min(stops))]
    start = match.start("label")
    level = "amendment" if amended is not None and first >= amended else "article"
    path = tuple(s.title for s in sections if s.start < blocks[first].start and inside[-1].end <= s.end)
    pieces = [(match.end(), inside[0].end), *((b.start, b.end) for b in inside[1:] if b.kind != "note")]
    parts = tuple(_parts(text, [piece for p in pieces if (piece := _trimmed(text, *p))]))
    return Unit(
        match["label"].lstrip("["), str(number(match["number"])), start, inside[-1].end, path, level, parts=parts
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return (start, start + len(words.strip())) if words.strip() else None


def _parts(text: str, pieces: Sequence[tuple[int, int]]) -> list[Unit]:
    """The sections of an article, and the paragraphs of each as clauses; the clauses alone where it has none."""
    for form in (_SECTION, _NUMBERED):
        heads = {i: m for i, (start, end) in enumerate(pieces) if (m := form.match(text, start, end))}
        if [int(m["number"]) for m in heads.values()] == list(range(1, len(heads) + 1)) and 0 in heads:
            return [_section(text, pieces[i:after], heads[i]) for i, after in pairwise([*heads, len(pieces)])]
    return _clauses(pieces)


def _section(text: str, pieces: Sequence[tuple[int, int]], head: re.Match[str]) -> Unit:
    body = _trimmed(text, head.end(), pieces[0][1])
    clauses = _clauses([*([body] if body else []), *pieces[1:]])
    return Unit(
        head["label"], head["number"], head.start("label"), pieces[-1][1], level="section", parts=tuple(clauses)
    )


def _clauses(pieces: Sequence[tuple[int, int]]) -> list[Unit]:
    """Each paragraph is a clause: lawyers count them, the text does not."""
    return [Unit(f"Clause {n}", str(n), start, end, level="clause") for n, (start, end) in enumerate(pieces, 1)]
