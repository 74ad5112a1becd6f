"""Ordinal: what counts a section (chapter 3, 第二编, IV), in a title and in a reader's words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from model.folding import fold
from model.labels import ENGLISH_NUMERAL, HAN_NUMERAL, ROMAN, number

Ordinal = tuple[str, int]
"""What is counted, and which of them: ("chapter", 3). Of a bare number ("", 3)."""

_KINDS = dict.fromkeys(("chap", "ch", "adventure", *"章回话話幕折夜"), "chapter") | {
    **dict.fromkeys(("vol", "卷"), "volume"),
    **dict.fromkeys(("sec", "节", "節"), "section"),
    **dict.fromkeys(("部", "部分"), "part"),
    **{"編": "编", "分編": "分编"},
}
"""What goes by several names."""
_COUNTED = re.compile(
    rf"第\s*(?P<han>{HAN_NUMERAL})\s*(?P<unit>分[编編]|部分|[回章卷节節部集篇编編幕折话話夜])"
    rf"|\b(?P<kind>[A-Z]{{2,}})\.?\s*\b(?P<number>[0-9]{{1,4}}|{ROMAN}|{ENGLISH_NUMERAL.upper()})(?![\w'’])"
)
_BARE = re.compile(rf"(?P<number>[0-9]{{1,4}}|{ROMAN}|[一二三四五六七八九十百]{{1,4}})(?=$|[\s.:、,—–-])")
_BETWEEN = re.compile(r"[\s,.:;、，·/>-]*")
EDGE = " .,:;、。·"
"""What a title may end in and its reader leaves out."""


def ordinals(title: str) -> frozenset[Ordinal]:
    """What counts a section: 上卷 第三回 …, CHAPTER IV. …, and ("", 4) of "IV: …". Titles are headings already, so
    their form need not prove that.
    """
    line = fold(title).text.upper()
    found = {ordinal for match, ordinal in _counted(line) if match["han"] or not match.start()}
    bare = _BARE.match(line)
    return frozenset(found | ({("", number(bare["number"]))} if bare else set()))


def ordinals_said(words: str) -> list[Ordinal]:
    """What counts the sections that words name, from the outside in; none if they say more than numbers."""
    line = fold(words).text.upper().strip(EDGE)
    if bare := _BARE.fullmatch(line):
        return [("", number(bare["number"]))]
    rest, said = line, []
    for match, ordinal in _counted(line):
        rest = rest.replace(match[0], "", 1)
        said.append(ordinal)
    return said if _BETWEEN.fullmatch(rest) else []


def after_ordinal(title: str) -> str:
    """What follows 第三回 or CHAPTER IV. in a title; "" if no number stands before it."""
    line = fold(title).text.upper()
    matches = [match for match, _ in _counted(line) if match["han"] or not match.start()]
    match = matches[-1] if matches else _BARE.match(line)
    return line[match.end() :] if match else ""


def _counted(line: str) -> Iterator[tuple[re.Match[str], Ordinal]]:
    for match in _COUNTED.finditer(line):
        unit = match["unit"] or match["kind"].lower()
        try:
            value = number(match["han"] or match["number"])
        except ValueError:
            continue  # "ten five" has the form of a numeral and is none
        yield match, (_KINDS.get(unit, unit), value)
