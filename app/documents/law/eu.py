"""EU: recitals, articles, paragraphs, points and annexes of an act of the European Union."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.documents.document import Block, Law, Section, Unit
from app.documents.law import enumeration
from app.documents.law.act import Act, Mark
from app.documents.law.enumeration import Style
from app.documents.outline import Entry, nested
from model.types import Span

_FEWEST = 3  # articles of an act that does not say it is one
_LONGEST = 10_000  # characters of an average article, at most
_SHARE = 0.3  # of the text that recitals and articles fill, at least
_SWALLOWED = 2  # times the articles before it, that the last one is long at most: no story follows it
_SPOKEN = 0.1  # share of blocks that begin with speech, which no act has

_SIGN = re.compile(
    r"European (?:Union|Communit|Parliament|Economic)|\bMember States?\b|\(E[UCG]\)|/E(?:E?C|W?G|U)\b"
    r"|Europäische[nr]? (?:Union|Gemeinschaft)|Union européenne"
)
_MONTHS = (
    "January February March April May June July August September October November December",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
)
_MONTH = {name: i + 1 for names in _MONTHS for i, name in enumerate(names.split())}
_DATE = re.compile(rf"\b(?:of|vom|du)\s+(\d{{1,2}})(?:\.|er)?\s+({'|'.join(_MONTH)})\s+(\d{{4}})")
_CONSOLIDATED = re.compile(r"\b0[12]\d{3}[A-Z]{1,2}\d{4}\s*—\s*[A-Z]{2}\s*—\s*(\d\d)\.(\d\d)\.(\d{4})")
_AMENDED = re.compile(r"(?:Amended|Corrected) by|(?:Geändert|Berichtigt) durch|(?:Modifiée?|Rectifiée?) par")
_FRONT = 20_000  # characters in which a consolidated text says that it is one

_NAMED = re.compile(
    r"(?:(?:COUNCIL|COMMISSION)\s+)?(?:(?:IMPLEMENTING|DELEGATED)\s+)?"
    r"(?:REGULATION|DIRECTIVE|DECISION|VERORDNUNG|RICHTLINIE|BESCHLUSS|RÈGLEMENT|DIRECTIVE|DÉCISION)\s+"
    r"(?:\((?:EU|EC|EEC|Euratom|EG|EWG|UE|CE|CEE)\)|(?:No\s+)?\d+/\d+)",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"\((?:Text|Only)\b|Having regard|THE (?:EUROPEAN|COUNCIL)|DAS EUROPÄISCHE|LE PARLEMENT|gestützt|vu\b", re.I
)
_NAME_LONG = 600  # characters, at most

_PARAGRAPHS = {
    "dot": (Style("dot", "paragraph", "point", True), Style("round", "point", "subpoint")),
    "round": (Style("round", "paragraph", "point", True), Style("dot", "point", "subpoint")),
}
_DEFINITIONS = (Style("round", "point", "subpoint"), Style("dot", "point", "subpoint"))
_POINTS = (
    Style("letter", "point", "subpoint"),
    Style("half", "point", "subpoint"),
    Style("roman", "subpoint"),
    Style("dash", "indent"),
)
_ANNEX_STYLES = (
    Style("decimal", "point", "subpoint"),
    Style("dot", "point", "subpoint"),
    Style("capital", "point", "subpoint"),
    Style("round", "point", "subpoint"),
    *_POINTS,
)
_QUOTED_TERM = re.compile(r"\(\s?\d+\s?\)\s+['‘“„«\"]")
_ROUND = re.compile(r"\(\s?\d+\s?\)\s")


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The act in a text and its sections, None if it is none."""
    if "Arti" not in text:
        return None
    act = Act(text, blocks, sections[0].title if sections else "")
    european = bool(_SIGN.search(text))
    if not act.articles or not (insist or _is_law(act, european)):
        return None
    if not european and (not act.articles[0].number[:1].isdigit() or "United States" in text[:_FRONT]):
        return None
    shown = nested(_entries(act), len(text), act.title, blocks)
    return Law("EU" if european else "", _units(act, shown), _history(act), _version(act)), shown


def name(text: str, blocks: Sequence[Block], articles: int) -> str:
    """What an act calls itself, before its `articles` begin: Regulation (EU) 2024/1689 of …; "" if it does not."""
    front = [" ".join(text[b.start : b.end].split()) for b in blocks if b.end <= articles]
    named = [i for i, line in enumerate(front) if _NAMED.match(line)]
    if not named:
        return ""
    lines = front[named[-1] :]  # a page of the Union's says it before, about the act
    end = next((i for i, line in enumerate(lines) if i and _NAME_ENDS.match(line)), len(lines))
    called = " ".join(lines[:end])
    return called if len(called) <= _NAME_LONG else ""


def _entries(act: Act) -> list[Entry]:
    """Divisions and annexes for the contents: the outermost beside the front, inside a running title."""
    running = [m for m in act.divisions if not m.rank]
    outermost = min((m.rank for m in act.divisions if m.rank), default=1)
    inside = 2 if running else 1
    found = [(m.title, m.rank - outermost + inside if m.rank else 1, act.blocks[m.block].start) for m in act.divisions]
    return [entry for entry in found if entry[0]] + [(m.title, 1, act.blocks[m.block].start) for m in act.annexes]


def _is_law(act: Act, european: bool) -> bool:
    """Articles that fill the text; of an act that says it is one, any."""
    if european and (act.is_adopted() or _CONSOLIDATED.search(act.text[:_FRONT])):
        return True
    first, last = (act.blocks[act.articles[i].block].start for i in (0, -1))
    end = act.blocks[act.end(act.articles[-1])].end
    spoken = sum(line.startswith(("“", '"', "‘", "«", "„")) for line in act.lines)
    return (
        len(act.articles) >= _FEWEST
        and end - last < _SWALLOWED * (last - first)
        and end - act.front > _SHARE * len(act.text)
        and (end - first) / len(act.articles) < _LONGEST
        and spoken < _SPOKEN * len(act.lines)
    )


def _units(act: Act, sections: Sequence[Section]) -> tuple[Unit, ...]:
    """Recitals, articles and annexes with their parts, in order."""
    paragraphs = _paragraph_style(act)
    found = [_recital(act, mark) for mark in act.recitals]
    found += [_article(act, mark, paragraphs, sections) for mark in act.articles]
    found += [_annex(act, mark) for mark in act.annexes]
    return tuple(sorted(found, key=lambda unit: unit.start))


def _recital(act: Act, mark: Mark) -> Unit:
    start, end = act.blocks[mark.block].start, act.blocks[mark.last].end
    return Unit(mark.label, mark.number, start, end, (), "recital", act.wording(mark))


def _article(act: Act, mark: Mark, paragraphs: str, sections: Sequence[Section]) -> Unit:
    last = act.end(mark)
    inside = act.blocks[mark.block + 1 : last + 1]
    start, end = act.blocks[mark.block].start, act.blocks[last].end
    path = tuple(s.title for s in sections if s.start <= start < s.end)
    parts = tuple(_recital(act, m) for m in act.numbered(mark.block + 1, last + 1)) if mark.number == "0" else ()
    if not parts:
        parts = enumeration.parts(act.text, inside, (*_styles(act.text, inside, paragraphs), *_POINTS))
    bodies = [act.text[b.start : b.end].strip().lower() for b in inside]
    gone = 0 < len(bodies) <= 2 and bool(enumeration.GONE.fullmatch(bodies[-1]))
    return Unit(mark.label, mark.number, start, end, path, "article", act.wording(mark), gone, parts)


def _annex(act: Act, mark: Mark) -> Unit:
    last = act.annex_end(mark)
    divided = act.parts(mark)
    first = act.blocks[mark.last + 1 : divided[0].block if divided else last + 1]
    parts = enumeration.parts(act.text, first, _ANNEX_STYLES)
    for part in divided:
        inner = enumeration.parts(act.text, act.blocks[part.block + 1 : part.last + 1], _ANNEX_STYLES)
        span = act.blocks[part.block].start, act.blocks[part.last].end
        parts += (Unit(part.label, part.number, *span, level=part.title, parts=inner),)
    start, end = act.blocks[mark.block].start, act.blocks[last].end
    return Unit(mark.label, mark.number, start, end, (), "annex", act.wording(mark), parts=parts)


def _paragraph_style(act: Act) -> str:
    """Whether paragraphs are numbered 1. or (1) in this act."""
    begun = [f"{line} " for m in act.articles for line in act.lines[m.last + 1 : m.last + 4]]
    dots = sum(bool(re.match(r"(?:►\s?\w+\s+)?1\.\s", line)) for line in begun)
    rounds = sum(bool(re.match(r"(?:►\s?\w+\s+)?\(1\)\s", line)) for line in begun)
    german = act.articles[0].label.startswith("Artikel")
    return "round" if rounds > dots * (1 if german else 2) else "dot"


def _styles(text: str, inside: Sequence[Block], paragraphs: str) -> tuple[Style, ...]:
    """In an article of definitions the numbers are points even where paragraphs are written (1)."""
    numbered = [line for b in inside if _ROUND.match(line := text[b.start : b.end])]
    quoted = sum(bool(_QUOTED_TERM.match(line)) for line in numbered)
    return _DEFINITIONS if paragraphs == "round" and quoted > 0.5 * len(numbered) > 0 else _PARAGRAPHS[paragraphs]


def _version(act: Act) -> str:
    """The date of the consolidation, else of the act, as its title says; ISO."""
    if match := _CONSOLIDATED.search(act.text[:_FRONT]):
        return f"{match[3]}-{match[2]}-{match[1]}"
    if match := _DATE.search(act.text[: act.front]):
        return f"{match[3]}-{_MONTH[match[2]]:02}-{int(match[1]):02}"
    return ""


def _history(act: Act) -> tuple[Span, ...]:
    """The lines before the act that name what amended or corrected it."""
    found = []
    listed = False
    for block, line in zip(act.blocks, act.lines, strict=True):
        if block.start >= act.front or line.startswith("▼"):
            listed = False
        listed = listed or (block.start < act.front and bool(_AMENDED.match(line)))
        if listed and line:
            found.append(block.span)
    return tuple(found)
