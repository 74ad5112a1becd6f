"""Promulgation: the notes of adoption and amendment in front of a Chinese law, and the date of its wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.documents.document import Block
from model.labels import number
from model.types import Span

_NUMERAL = r"[0-9０-９]{1,4}|[〇○零一二三四五六七八九十]{1,4}"
_DATE = re.compile(rf"(?<!自)(?P<year>{_NUMERAL})\s*年\s*(?P<month>{_NUMERAL})\s*月\s*(?P<day>{_NUMERAL})\s*日")
_IN_FORCE = re.compile(r"\s*(?:起)?\s*(?:施行|实施|生效)")
_MADE = re.compile(r"通过|修正|修订|修改|批准|通過|修訂")
_PUBLISHED = re.compile(r"公布|发布|颁布|頒布|發布")
_EVENT = re.compile(r"通过|修正|修订|公布|发布|颁布|批准|施行|通過|修訂|頒布|發布")
_PREAMBLE = re.compile(r"制定本|(?:解释|规定|决定|修改|修改补充)如下|如下.{0,8}(?:解释|规定|决定|修改)")
_LONGEST = 4000  # characters of a note: 刑法 names twelve amendments in one


def notes(text: str, blocks: Sequence[Block]) -> tuple[Span, ...]:
    """The spans of the notes among the blocks in front of a law."""
    return tuple(
        b.span for b in blocks if b.kind != "heading" and b.end - b.start < _LONGEST and _is_note(text[b.start : b.end])
    )


def version(text: str, history: Sequence[Span]) -> str:
    """The latest date (ISO) on which the notes say the text was adopted or amended (通过, 修正, 修订); where
    they name none, the latest on which it was promulgated (公布); "" if they name neither.

    A date from which a wording is only in force ("自2021年1月1日起施行") is no such date.
    """
    dated = [event for span in history for event in _events(text, span)]
    for kind in (_MADE, _PUBLISHED):
        if dates := [date for date, words in dated if kind.search(words)]:
            return max(dates)
    return ""


def _events(text: str, note: Span) -> Iterator[tuple[str, str]]:
    """The dates (ISO) in a note, and what it says of each: the words up to the next date."""
    matches = list(_DATE.finditer(text, note.start, note.end))
    ends = [match.start() for match in matches[1:]] + [note.end]
    for match, end in zip(matches, ends, strict=True):
        if not _IN_FORCE.match(text, match.end(), end) and (date := _iso(match)):
            yield date, text[match.end() : end]


def _is_note(line: str) -> bool:
    return bool(_DATE.search(line) and _EVENT.search(line)) and not _PREAMBLE.search(line)


def _iso(match: re.Match[str]) -> str:
    year, month, day = (number(match[part]) for part in ("year", "month", "day"))
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 and year >= 1900 else ""
