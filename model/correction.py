"""Correction: a claim's numbers of articles against the articles that its words are in. Standard library only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from model.labels import ENGLISH_NUMERAL, HAN_NUMERAL, ROMAN, article, number
from model.types import Correction, Source, Span

_DASH = "-‐‑‒–—"
_INSERTED = rf"(?:\s*[之の]\s*{HAN_NUMERAL}(?![般切同]))*"
_HAN = rf"第\s*{HAN_NUMERAL}(?:[{_DASH}][0-9０-９]+)?\s*[条條]{_INSERTED}"
# Without 第 a number before 条 may count articles ("共1260条"): it names one behind these alone.
_HAN_BARE = rf"(?:^|(?<=[法典例》、，,；：和与及或至到据按照]))[0-9０-９]+(?:[{_DASH}][0-9０-９]+)?\s*[条條]{_INSERTED}"
_DIGITS = rf"[0-9０-９]+[A-Za-z]{{0,2}}(?:[{_DASH}][0-9０-９]+)?(?![\w０-９])(?![.,．][0-9])"
_LATIN = rf"(?:{_DIGITS}|(?-i:{ROMAN})(?!\w)|{ENGLISH_NUMERAL}(?!\w))"
_POINT = r"(?:\s?\([0-9A-Za-z]{1,5}\))*"
_SEVERAL = rf"(?:Articles|Arts\.|Sections|Secs\.|ss\.|Artikel|§§)\s*{_LATIN}{_POINT}"
_NAMING = re.compile(
    rf"(?P<han>{_HAN}|{_HAN_BARE})"
    rf"|(?P<several>(?<!\w){_SEVERAL}(?:\s*(?:,\s*(?:and|or)?|[&{_DASH}]|and|or|to|through|und|oder|bis)\s*{_LATIN}{_POINT})+)"
    rf"|(?<!\w)(?P<one>(?:Articles?|Art\.?|Sections?|Sec\.|Artikel|§§?)\s*{_LATIN})",
    re.IGNORECASE,
)
_NUMERAL = re.compile(_LATIN, re.IGNORECASE)
_SECTION = re.compile(r"\s*(?:§|Sec|ss)", re.IGNORECASE)
_TO = re.compile(rf"{_POINT}\s*(?:[{_DASH}~～至到]|to|through|bis)\s*", re.IGNORECASE)
_LABEL = re.compile(
    rf"\s*({_HAN}|(?:Article|Art\.?|Section|Sec\.|Artikel|§§?)\s*{_LATIN}|{_DIGITS}(?=[.\s]))", re.IGNORECASE
)
_OTHER_HAN = re.compile(r"(?:《([^》]+)》|([\u4e00-\u9fff]*(?:法|法典|条例|办法|规定|解释|细则)))的?\s*$")
_OWN_HAN = re.compile(r"[本该此这][\u4e00-\u9fff]{0,2}(?:法典?|条例|办法|规定|解释|细则)$|^法典?$")
_OF = re.compile(rf"{_POINT}\s+of\s+(?:the\s+)?(?!this\b)((?:[A-Z][\w/()-]*\s?)+)")
_OWN_LATIN = re.compile(r"(?:Act|Code|Law|Regulation|Directive|Ordinance|Constitution|Chapter|Part|Title)\b[^A-Z]*$")


@dataclass(frozen=True, slots=True)
class _Mention:
    """Articles that a text names at [start, end), by the numbers of the first and the last of them in plain form.

    `kind`: "article", "section", or "" where the word fits both. `other`: of another law.
    """

    start: int
    end: int
    kind: str
    first: str
    last: str
    other: bool = False


@dataclass(frozen=True, slots=True)
class _Unit:
    span: Span
    label: str
    kind: str
    number: str


def label_of(unit: str) -> str:
    """The label that begins a unit's text, as it is written there; "" where none does."""
    match = _LABEL.match(unit)
    return match[1] if match else ""


def corrections(source: Source, claim: str, citations: Sequence[Span]) -> tuple[Correction, ...]:
    """The numbers in a claim that are those of none of the articles that bear it, each with the one that does.

    A number stands where the claim names every article that it cites, where a cited article itself refers to
    it, or where it is another law's.
    """
    units = _units(source)
    cited = [u for span in citations for u in units if u.number and u.span.overlap(span)]
    if not cited:
        return ()
    named = [m for m in _mentions(claim, source) if not m.other and _fits(m, units)]
    unnamed = [u for u in cited if not any(_names(m, u, units) for m in named)]
    if not unnamed:
        return ()
    referred = [m for u in cited for m in _mentions(_behind_label(source, u), source)]
    return tuple(
        Correction(claim[m.start : m.end], unnamed[0].label)
        for m in named
        if not any(_names(m, u, units) for u in cited)
        and not any(_holds(r, m.first, units) or _holds(r, m.last, units) for r in referred)
    )


def named_units(source: Source, text: str) -> tuple[Span, ...]:
    """The articles whose numbers a text names, in the law's order."""
    units = _units(source)
    named = [m for m in _mentions(text, source) if not m.other]
    return tuple(u.span for u in units if any(_names(m, u, units) for m in named))


def _units(source: Source) -> list[_Unit]:
    """The law's articles; those whose label is no article's (a recital, an annex) without a number."""
    found = []
    for span in source.units:
        label = label_of(source.text[span.start : span.end])
        if not label:
            found.append(_Unit(span, "", "", ""))
        elif label[0] == "第":
            found.append(_Unit(span, label, "article", article(label)))
        else:
            numeral = _NUMERAL.search(label)
            bare = numeral is not None and numeral.start() == 0
            kind = "section" if bare or _SECTION.match(label) else "article"
            found.append(_Unit(span, label, kind, _plain(numeral[0]) if numeral else ""))
    return found


def _behind_label(source: Source, unit: _Unit) -> str:
    text = source.text[unit.span.start : unit.span.end]
    return text[text.index(unit.label) + len(unit.label) :]


def _mentions(text: str, source: Source) -> list[_Mention]:
    """The articles that a text names, in order; ranges as one."""
    joined: list[_Mention] = []
    for mention in _singles(text):
        before = joined[-1] if joined else None
        if before and _TO.fullmatch(text[before.end : mention.start]) and before.first == before.last:
            joined[-1] = replace(before, end=mention.end, last=mention.last)
        else:
            joined.append(mention)
    return [replace(m, other=_is_others(text, m, source)) for m in joined]


def _singles(text: str) -> Iterator[_Mention]:
    for match in _NAMING.finditer(text):
        if match["han"]:
            yield _Mention(match.start(), match.end(), "", *_ends(match["han"]))
            continue
        kind = "section" if _SECTION.match(match[0]) else "article"
        for place, numeral in enumerate(_NUMERAL.finditer(match[0])):
            start = match.start() + (numeral.start() if place else 0)
            yield _Mention(start, match.start() + numeral.end(), kind, *_ends(numeral[0]))


def _ends(written: str) -> tuple[str, str]:
    """The first and the last number that are written: 5-7 is a range; 120-2 is one number, of an inserted article."""
    rows = re.fullmatch(rf"\D*([0-9]+)[{_DASH}]([0-9]+)\D*", unicodedata.normalize("NFKC", written))
    if rows and int(rows[1]) < int(rows[2]):
        return str(int(rows[1])), str(int(rows[2]))
    plain = _plain_han(written) if re.search("[条條]", written) else _plain(written)
    return plain, plain


def _plain_han(label: str) -> str:
    written = re.sub(f"[{_DASH}]", "-", unicodedata.normalize("NFKC", label))
    return article(written if written.startswith("第") else f"第{written}")


def _plain(numeral: str) -> str:
    """The plain form of a numeral in digits, roman or words: 17, 12a, 120-2."""
    try:
        return article(f"Article {numeral}").lower()
    except ValueError:
        return str(number(numeral))


def _fits(mention: _Mention, units: Sequence[_Unit]) -> bool:
    """Whether the law's articles are called so at all: a "Section 2" may be a part of an Article."""
    return not mention.kind or any(u.kind == mention.kind for u in units)


def _names(mention: _Mention, unit: _Unit, units: Sequence[_Unit]) -> bool:
    return mention.kind in ("", unit.kind) and _holds(mention, unit.number, units)


def _holds(mention: _Mention, plain: str, units: Sequence[_Unit]) -> bool:
    """Whether a number is the mention's, or between the two ends of its range in this law's order."""
    if plain in (mention.first, mention.last):
        return plain != ""
    if mention.first == mention.last:
        return False
    order = [u.number for u in units]
    if not {plain, mention.first, mention.last} <= set(order):
        return False
    return order.index(mention.first) <= order.index(plain) <= order.index(mention.last)


def _is_others(text: str, mention: _Mention, source: Source) -> bool:
    """Whether a number is said to be another law's: 《刑法》第五条, 刑法第五条, Article 5 of the Data Act."""
    first = source.blocks[0] if source.blocks else Span(0, 0)
    own = f"{source.title}\n{source.text[first.start : first.end]}".lower()
    if match := _OTHER_HAN.search(text[: mention.start]):
        if match[1]:
            return match[1].lower() not in own and source.title not in match[1]
        return not _OWN_HAN.search(match[2]) and match[2][-2:] not in own
    if match := _OF.match(text, mention.end):
        name = match[1].strip()
        return not _OWN_LATIN.fullmatch(name) and name.lower() not in own
    return False
