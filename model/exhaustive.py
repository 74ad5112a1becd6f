"""Exhaustive questions: which ask for every …, and for what. No torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from model.folding import fold
from model.lexical import terms
from model.types import Claim, Listed, Source, Span

_ENGLISH = re.compile(
    r"\b(?:list|name|enumerate|find|give|show|count|collect|mark)\b[^.?!]*?\b(?:all|every|each)\b"
    r"|\bhow (?:many|often)\b"
    r"|\b(?:which|what) (?:\w+ )?(?:articles|sections|provisions|paragraphs|chapters|passages|places|clauses)\b"
    r"|\b(?:all|every|each) (?:of )?(?:the )?(?:articles?|sections?|provisions?|paragraphs?|chapters?|passages?|places?"
    r"|mentions?|occurrences?|times?|instances?)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"列出|列举|枚举|找出.{0,12}(?:所有|全部|每)|(?:所有|全部|每一?[个处次条]|一切).{0,16}(?:条款|条文|地方|段落|章|条|处|次)"
    r"|哪些(?:条款|条文|条|地方|段落|章节|章|处)|(?:多少|几)(?:次|处|条|个条款|个条文)|一共|总共"
)
_ENGLISH_FRAME = re.compile(
    r"\b(?:please|list|name|enumerate|find|give|show|count|collect|mark|tell|me|us|all|every|each|how|many|often|times?|"
    r"which|what|articles?|sections?|provisions?|paragraphs?|chapters?|passages?|places?|clauses?|mentions?|mentioned|"
    r"occurrences?|occurs?|occur|instances?|speaks?|speak|talks?|talk|deals?|deal|contains?|contain|says?|say|appears?|"
    r"appear|refers?|refer|concerns?|concern|about|regarding|containing|mentioning|mention|concerning|where|document|"
    r"book|novel|story|text|law|code|act|this|there|is|are|in|the|of|to|that|does|do|with|used|uses|use|word|words)\b",
    re.IGNORECASE,
)
_CHINESE_FRAME = re.compile(
    r"请|列出|列举|枚举|找出|所有|全部|一切|每一?[个处次条]|一共|总共|多少|哪些|几(?=[次处条个])|条款|条文|地方|段落|章节"
    r"|有关|关于|涉及|提到|提及|规定|写到|说到|出现|包含|包括|含有|使用|本法|法典|法律|本书|书中|书里|文中|全文|小说|文档"
    r"|[了过的中里在有是到次处条个章]|(?:这|那|该)(?:部|本|个)?"
)
_QUOTED = re.compile(r"[“\"「『'‘]([^”\"」』'’]{1,60})[”\"」』'’]")


def is_exhaustive(question: str) -> bool:
    """Whether the question asks for all there is of something, or how much of it."""
    return bool(_ENGLISH.search(question) or _CHINESE.search(question))


def wanted(question: str) -> tuple[str, ...]:
    """The words that every place must hold which such a question asks for: those it quotes, else what is left of it
    without the words of asking. Empty where nothing is left.
    """
    if quoted := _QUOTED.findall(question):
        return tuple(words.strip() for words in quoted)
    kept = _CHINESE_FRAME.sub(" ", _ENGLISH_FRAME.sub(" ", question))
    return tuple(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", kept))


def holding(source: Source, words: Sequence[str], scope: Span) -> tuple[Span, ...]:
    """The articles of a law, or the paragraphs of a book, inside the scope, that hold all of the words: English ones by
    their stems, others as they are written. Empty where the words say nothing.
    """
    told = [word for word in words if not _is_plain(word) or terms(word)]
    if not told:
        return ()
    places = source.units or source.blocks
    return tuple(p for p in places if scope.covers(p) and _holds(source.text[p.start : p.end], told))


def compared(words: Sequence[str], found: Sequence[Span], claims: Sequence[Claim]) -> Listed:
    """The program's own list beside what an answer cites."""
    cited = list(dict.fromkeys(span for claim in claims for span in claim.citations))
    unlisted = tuple(place for place in found if not any(place.overlap(span) for span in cited))
    beyond = tuple(span for span in cited if not any(place.overlap(span) for place in found))
    return Listed(" ".join(words), tuple(found), unlisted, beyond)


def _holds(text: str, words: Sequence[str]) -> bool:
    stems, folded = set(terms(text)), fold(text).text
    return all(set(terms(word)) <= stems if _is_plain(word) else fold(word).text in folded for word in words)


def _is_plain(word: str) -> bool:
    """Whether a word is written in letters that stems are made of, and is one word."""
    return word.isascii() and " " not in word
