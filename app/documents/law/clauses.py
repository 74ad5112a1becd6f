"""Clauses: 款, 项 and 目 of an article of a Chinese or Japanese law."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.documents.document import Block, Unit
from model.labels import HAN_NUMERAL, number

_KANA = "イロハニホヘトチリヌルヲワカヨタレソツネナラム"
# The marks of each level and what may stand before one inside a line.
_ITEM = re.compile(r"[（(]\s*(?P<number>[〇零一二三四五六七八九十百]+)\s*[）)]|(?P<sign>[\u3220-\u3229])")
_SUBITEM = re.compile(
    r"[（(]\s*(?P<number>[0-9０-９]{1,2})\s*[）)]|(?P<bare>[0-9０-９]{1,2})\s*[.．、](?![0-9０-９])|(?P<sign>[①-⑳])"
)
_LISTED = re.compile(r"(?P<number>[〇零一二三四五六七八九十百]+)、")
_JAPANESE_PARAGRAPH = re.compile(r"(?P<number>[0-9０-９]{1,2})(?=[\s\u3000])")
_JAPANESE_ITEM = re.compile(rf"(?P<number>{HAN_NUMERAL})(?=[\s\u3000])")
_JAPANESE_SUBITEM = re.compile(rf"(?P<kana>[{_KANA}])(?=[\s\u3000])")
_INLINE = re.compile(r"[：:；;。]\s*(?=[（(][一二三四五六七八九十]+[）)])")
_BROKEN = ("，", "、", ",")


@dataclass
class _Part:
    label: str
    number: str
    level: str
    start: int
    end: int
    parts: list[_Part] = field(default_factory=list)

    def unit(self) -> Unit:
        return Unit(
            self.label, self.number, self.start, self.end, (), self.level, parts=tuple(p.unit() for p in self.parts)
        )


def chinese(text: str, start: int, blocks: Sequence[Block]) -> tuple[Unit, ...]:
    """The 款 of an article with their 项（一）and 目 1. `start` is where its words begin, after the label
    and title. A paragraph has no number of its own: each one after the items is the next 款.
    """
    return _unnumbered(text, start, blocks, "款", _ITEM, _SUBITEM)


def taiwanese(text: str, start: int, blocks: Sequence[Block]) -> tuple[Unit, ...]:
    """The 項 of an article with their 款 一、 and 目（一）: in Taiwan 項 is the paragraph and 款 the item."""
    return _unnumbered(text, start, blocks, "項", _LISTED, _ITEM)


def _unnumbered(
    text: str, start: int, blocks: Sequence[Block], name: str, item: re.Pattern[str], subitem: re.Pattern[str]
) -> tuple[Unit, ...]:
    paragraphs: list[_Part] = []
    for first, last in _pieces(text, start, blocks):
        if paragraphs and (match := item.match(text, first, last)):
            _append(paragraphs[-1].parts, match, "item", first, last)
        elif paragraphs and (match := subitem.match(text, first, last)):
            items = paragraphs[-1].parts
            _append(items[-1].parts if items else items, match, "subitem" if items else "item", first, last)
        elif not paragraphs or not text[paragraphs[-1].end - 1 : paragraphs[-1].end].endswith(_BROKEN):
            count = len(paragraphs) + 1
            paragraphs.append(_Part(f"第{han(count)}{name}", str(count), "paragraph", first, last))
        _stretch(paragraphs, last)
    return tuple(p.unit() for p in paragraphs)


def japanese(text: str, start: int, blocks: Sequence[Block]) -> tuple[Unit, ...]:
    """The 項 (numbered from ２), 号 and イロハ of a Japanese article."""
    paragraphs: list[_Part] = []
    for first, last in _pieces(text, start, blocks):
        if not paragraphs:
            paragraphs.append(_Part("第一項", "1", "paragraph", first, last))
        elif match := _JAPANESE_PARAGRAPH.match(text, first, last):
            _append(paragraphs, match, "paragraph", first, last)
        elif match := _JAPANESE_ITEM.match(text, first, last):
            _append(paragraphs[-1].parts, match, "item", first, last)
        elif (match := _JAPANESE_SUBITEM.match(text, first, last)) and paragraphs[-1].parts:
            kana = _Part(match[0], match[0], "subitem", first, last)
            paragraphs[-1].parts[-1].parts.append(kana)
        _stretch(paragraphs, last)
    return tuple(p.unit() for p in paragraphs)


def _pieces(text: str, start: int, blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """The lines of an article; items that were run into one line stand apart."""
    for block in blocks:
        place = max(start, block.start)
        if place >= block.end or block.kind == "note":
            continue
        for match in _INLINE.finditer(text, place, block.end):
            yield place, match.start() + 1
            place = match.end()
        yield place, block.end


def _append(parts: list[_Part], match: re.Match[str], level: str, first: int, last: int) -> None:
    parts.append(_Part(match[0], str(_value(match)), level, first, last))


def _stretch(parts: list[_Part], end: int) -> None:
    """The last part of every level ends where its last line does."""
    while parts:
        parts[-1].end = max(parts[-1].end, end)
        parts = parts[-1].parts


def _value(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if sign := groups.get("sign"):
        return ord(sign) - (0x3220 if sign >= "\u3220" else 0x2460) + 1
    return number(groups.get("number") or groups.get("bare") or "")


def han(value: int) -> str:
    """A numeral below ten thousand as it is said: 十二, 一百零三."""
    said, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        said += ("零" if zero and digit else "") + ("零一二三四五六七八九"[digit] + name if digit else "")
        zero = bool(said) and not digit
    return said.removeprefix("一") if said.startswith("一十") else said
