"""Folding: text made comparable (case, width, quotes, dashes, white space), and the way back.

Used to find what a reader types and to align what a model quotes. Standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

from model.types import Span

_QUOTES = dict.fromkeys("‘’‚‛′`´‹›", "'") | dict.fromkeys("“”„‟″«»「」『』﹁﹂﹃﹄〝〞", '"')
_DASHES = dict.fromkeys("-‐‑‒–—―−─━﹘﹣－⸺⸻", "-")
_UNSEEN = dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
_SAME = str.maketrans(_QUOTES | _DASHES)

_HAN = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u3098\u309b-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
# Marks of the same script, where a line end is no word's end either.
_CLOSE = r"\u3001-\u3003\u3008-\u301f\uff01-\uff0f\uff1a-\uff20"
_SQUEEZED = re.compile(rf"[{_HAN}{_CLOSE}{''.join(_DASHES)}]")
# Runs that fold one character to one character: the fast path for nearly all of a book.
_PLAIN = re.compile(r"[A-Za-z0-9,;:!?()]+(?: [A-Za-z0-9,;:!?()]+)*|[\u4e00-\u9fff]+")
# Marks that join the character before them: accents, Hangul and Semitic vowels, sound marks of kana.
_JOINING = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    r"\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f"
)
_JOINS = re.compile(f"[{_JOINING}]")
_DASH = f"[{''.join(_DASHES)}]"
_GAP = rf"[\s{''.join(_UNSEEN)}]*"
_CLUSTER = re.compile(rf"\s{_GAP}|{_DASH}(?:{_GAP}{_DASH})*|(?s:.)[{_JOINING}{''.join(_UNSEEN)}]*")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text. Its character i stands for [starts[i], ends[i]) of the original.

    One original cluster may fold to several characters (ß → ss): they share its place.
    """

    text: str
    starts: array[int]
    ends: array[int]

    def span(self, start: int, end: int) -> Span:
        """The original characters that the folded [start, end) stands for."""
        if start >= end:
            place = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return Span(place, place)
        return Span(self.starts[start], self.ends[end - 1])

    def whole(self, start: int, end: int) -> bool:
        """Whether the folded [start, end) cuts no original character in two."""
        opens = start == 0 or self.starts[start] != self.starts[start - 1]
        return opens and (end == len(self.text) or self.starts[end] != self.starts[end - 1])


def fold(text: str) -> Folded:
    """Case-folded, NFKC, one kind of quote and dash, white space as one space, none beside Han or a dash."""
    pieces: list[str] = []
    starts, ends = array("I"), array("I")
    place = 0
    while place < len(text):
        plain = _PLAIN.match(text, place)
        # A mark after the run would join its last letter: leave that letter to the slow path.
        end = plain.end() if plain else place
        if end < len(text) and end > place and _joins(text, end):
            end -= 1
        if end > place:
            pieces.append(text[place:end].lower())
            starts.extend(range(place, end))
            ends.extend(range(place + 1, end + 1))
        else:
            end = _end_of_cluster(text, place)
            folded = _fold_cluster(text, place, end)
            pieces.append(folded)
            starts.extend([place] * len(folded))
            ends.extend([end] * len(folded))
        place = end
    return Folded("".join(pieces), starts, ends)


@lru_cache(maxsize=1 << 14)
def skeleton(character: str) -> str:
    """What is left of a character whatever its case, width, accents, quotes and dashes; "" of space and marks.

    Passages that fold alike have the same skeletons one after another, but for the length of a dash.
    """
    if character in _UNSEEN:
        return ""
    whole = unicodedata.normalize("NFKD", character.translate(_SAME))
    letters = unicodedata.normalize("NFKD", whole.casefold()).translate(_SAME)
    return "".join(c for c in letters if not (c.isspace() or unicodedata.combining(c) or is_mark(c)))


@lru_cache(maxsize=1 << 14)
def fold_alone(character: str) -> str:
    """What a character folds to where no mark follows it, nor a dash or white space if it is one."""
    return fold(character).text


def is_mark(character: str) -> bool:
    """Whether a character joins the one before it or is not seen."""
    return character in _UNSEEN or bool(_JOINS.match(character))


def is_inner(character: str) -> bool:
    """Whether a character may stand inside what folds as one: a mark, white space, a dash."""
    return character.isspace() or character in _DASHES or is_mark(character)


def _joins(text: str, place: int) -> bool:
    return _end_of_cluster(text, place - 1) > place


def _end_of_cluster(text: str, place: int) -> int:
    match = _CLUSTER.match(text, place)
    return match.end() if match else place + 1


def _fold_cluster(text: str, start: int, end: int) -> str:
    cluster = text[start:end]
    if cluster[0].isspace():
        return "" if _is_squeezed(text, start, end) else " "
    if cluster[0] in _DASHES:
        return "-"
    return _fold_marks(cluster)


def _fold_marks(cluster: str) -> str:
    seen = "".join(_UNSEEN.get(c, c) for c in cluster).translate(_SAME)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return "".join(_UNSEEN.get(c, c) for c in folded.translate(_SAME) if not c.isspace()) if folded else ""


def _is_squeezed(text: str, start: int, end: int) -> bool:
    """Chinese sets no spaces between words, and dashes stand with and without: space says nothing there."""
    if end < len(text) and _JOINS.match(text, end):
        return False  # a mark would move to the letter before the space
    while start and text[start - 1] in _UNSEEN:
        start -= 1
    before = unicodedata.normalize("NFKC", text[start - 1]) if start else ""
    after = unicodedata.normalize("NFKC", text[end]) if end < len(text) else ""
    sides = (text[start - 1 : start] if start else "", before[-1:], text[end : end + 1], after[:1])
    return any(side and _SQUEEZED.match(side) for side in sides)
