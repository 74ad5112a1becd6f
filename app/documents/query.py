"""Query: words and phrases joined by AND, OR and NOT, read from what a user types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from model.folding import fold
from model.lexical import terms
from model.types import Problem

UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u3098\u309b-\u30ff"
    r"\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts that set no space between words, as the inside of a class: Thai and its neighbours, Han, kana."""
LETTER = re.compile(rf"[^\W_{UNSPACED}]")
"""A letter or digit of a word that ends where no other follows."""
WORD = re.compile(rf"[^\W_{UNSPACED}]+(?:'[^\W\d_{UNSPACED}]+)?")
"""A word of folded text, in a script that sets spaces between words."""

DEEPEST = 50  # brackets inside brackets
_SHOWN = 60  # characters of a query in a message
_CLOSING = {
    '"': '"',
    "＂": "＂",
    "“": "”",
    "„": "“”",
    "”": "”",
    "「": "」",
    "『": "』",
    "«": "»",
    "»": "«",
    "〝": "〞〟",
}
_SIGNS = {"(": "(", "（": "(", ")": ")", "）": ")", "&": "AND", "＆": "AND", "|": "OR", "｜": "OR"}
_NAMES = {"and": "AND", "or": "OR", "not": "NOT", "与": "AND", "或": "OR", "非": "NOT"}
_BARE = re.compile(rf"[^\s{''.join(map(re.escape, [*_CLOSING, *_SIGNS]))}]+")
_NEGATIONS = "!！-－−–"
_AROUND_WORDS = ".,;:?!…，。；：？！、·'’‘"
_STARS = "*＊"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a script that sets spaces: found whole, in every form that has its stem. Folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words found as they are written, but for what folds alike; those of scripts with spaces are whole, at an
    `open` end they may go on. Folded.
    """

    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold its word or phrase."""

    part: Word | Phrase


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Query, ...]


Query = Word | Phrase | Not | And | Or


def phrase(words: str) -> Phrase:
    """All that is typed as one phrase, its outer quotation marks aside. Raises Problem "query" if it says nothing."""
    inner = words.strip()
    if len(inner) > 2 and inner[-1] in _CLOSING.get(inner[0], ""):
        inner = inner[1:-1]
    return Phrase(_folded(inner, words))


def parse(query: str) -> Query:
    """The query that a user types; in it `Not` stands before words and phrases alone.

    Words beside each other must all be there. NOT binds before AND, AND before OR; also 与 或 非 standing alone,
    & | ! and a minus sign before a word. `word*` is the beginning of a word. Raises Problem "query".
    """
    return _Parser(query).parsed()


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """What the forms of a folded word have in common, as in ranking; the commonest words are their own."""
    found = terms(word)
    return found[0] if len(found) == 1 else word


class _Parser:
    """One descent through the tokens: names and brackets as they are, else what is to be found."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = _tokens(query)
        self.place = 0

    def parsed(self) -> Query:
        if not self.tokens:
            raise refused(self.query, "there is nothing to look for in it")
        found = self._either(0)
        if self.place < len(self.tokens):
            raise refused(self.query, "a bracket closes that was not opened")
        if not _seeks(found):
            raise refused(self.query, "it only says what must not be there")
        return found

    def _next(self) -> str | Word | Phrase:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _either(self, depth: int) -> Query:
        parts = [self._both(depth)]
        while self._next() == "OR":
            self.place += 1
            parts.append(self._both(depth))
        return _joined(Or, parts)

    def _both(self, depth: int) -> Query:
        parts = [self._one(depth)]
        while self._next() not in ("", ")", "OR"):
            self.place += self._next() == "AND"
            parts.append(self._one(depth))
        return _joined(And, parts)

    def _one(self, depth: int) -> Query:
        negations = 0
        while self._next() == "NOT":
            self.place += 1
            negations += 1
        found = self._operand(depth)
        return _negated(found) if negations % 2 else found

    def _operand(self, depth: int) -> Query:
        token = self._next()
        if not isinstance(token, str):
            self.place += 1
            return token
        if token != "(":
            raise refused(self.query, "a word is missing beside AND, OR, NOT or in a bracket")
        if depth == DEEPEST:
            raise refused(self.query, "its brackets are too deeply nested")
        self.place += 1
        found = self._either(depth + 1)
        if self._next() != ")":
            raise refused(self.query, "a bracket is not closed")
        self.place += 1
        return found


def refused(query: str, reason: str) -> Problem:
    shown = " ".join(query.split())
    return Problem("query", query=shown[:_SHOWN] + "…" * (len(shown) > _SHOWN), reason=reason)


def _tokens(query: str) -> list[str | Word | Phrase]:
    """AND, OR, NOT and round brackets as strings, and what stands between them."""
    tokens: list[str | Word | Phrase] = []
    place = 0
    while place < len(query):
        c = query[place]
        if c in _SIGNS:
            twice = c not in "()（）" and query[place + 1 : place + 2] == c
            tokens.append(_SIGNS[c])
            place += 1 + twice
        elif c in _CLOSING:
            end = next((i for i in range(place + 1, len(query)) if query[i] in _CLOSING[c]), -1)
            if end < 0:
                raise refused(query, "a quotation mark is not closed")
            tokens.append(Phrase(_folded(query[place + 1 : end], query)))
            place = end + 1
        elif match := _BARE.match(query, place):
            place = match.end()
            tokens += _bare(query, match[0], place < len(query) and not query[place].isspace())
        else:
            place += 1
    return tokens


def _bare(query: str, run: str, goes_on: bool) -> list[str | Word | Phrase]:
    """The tokens of a run without blanks; whether something stands right behind it that a sign may belong to."""
    words = run.lstrip(_NEGATIONS)
    tokens: list[str | Word | Phrase] = ["NOT"] * (len(run) - len(words))
    if not words:
        if not goes_on and any(c != "!" and c != "！" for c in run):
            raise refused(query, "a minus sign stands alone")
        return tokens
    if name := _NAMES.get(fold(words).text):
        return [*tokens, name]
    body = words.strip(_AROUND_WORDS)
    open_end = body[-1:] != "" and body[-1] in _STARS
    body = body[:-1] if open_end else body
    if any(star in body for star in _STARS) or (open_end and not body):
        raise refused(query, "* stands at the end of a word only")
    if not body and not tokens:
        return []  # a comma between words
    folded = _folded(body, query)
    plain = not open_end and WORD.fullmatch(folded)
    return [*tokens, Word(folded) if plain else Phrase(folded, open_end)]


def _folded(words: str, query: str) -> str:
    folded = fold(words).text.strip()
    if not folded:
        raise refused(query, "there is nothing to look for in it")
    return folded


def _joined(kind: type[And] | type[Or], parts: Sequence[Query]) -> Query:
    once = tuple(dict.fromkeys(parts))
    return kind(once) if len(once) > 1 else once[0]


def _negated(query: Query) -> Query:
    """What holds where the query does not, by De Morgan's laws."""
    match query:
        case Not(part):
            return part
        case And(parts):
            return Or(tuple(_negated(part) for part in parts))
        case Or(parts):
            return And(tuple(_negated(part) for part in parts))
    return Not(query)


def _seeks(query: Query) -> bool:
    """Whether any word or phrase is to be there."""
    if isinstance(query, And | Or):
        return any(_seeks(part) for part in query.parts)
    return not isinstance(query, Not)
