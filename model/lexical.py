"""Lexical ranking: BM25 over passages, words in English, character bigrams in Chinese. No torch."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from math import log

from snowballstemmer import stemmer

from model.folding import fold

K1, B = 1.2, 0.75  # BM25's usual constants
_HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_HAN}]+|(?:(?![{_HAN}])[^\W_])+(?:'(?:(?![{_HAN}])[^\W\d_])+)?")
_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "he",
        "she",
        "they",
        "his",
        "her",
        "their",
        "him",
        "them",
        "i",
        "you",
        "we",
        "my",
        "your",
        "our",
        "me",
        "us",
        "who",
        "whom",
        "whose",
        "which",
        "what",
        "when",
        "where",
        "why",
        "how",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "not",
        "no",
        "so",
        "if",
        "then",
        "than",
        "there",
        "here",
        "s",
        "t",
        "will",
        "would",
        "could",
        "should",
        "can",
        "may",
    ]
)
_STOP_HAN = frozenset("的了是在吗呢么什谁哪为何怎样有")


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return str(_english.stemWord(word))


_english = stemmer("english")


def terms(text: str) -> list[str]:
    """The terms of a text: stems of English words without the commonest, Chinese characters and bigrams
    without the particles of questions.
    """
    found = []
    for word in _WORD.findall(fold(text).text):
        if word[0] >= "\u3400":
            found += [c for c in word if c not in _STOP_HAN]
            found += [a + b for a, b in itertools.pairwise(word) if not {a, b} & _STOP_HAN]
        elif word not in _STOP:
            found.append(_stem(word.removesuffix("'s")))
    return found


class Lexicon:
    """An inverted index over passages: texts, or their terms counted."""

    def __init__(self, passages: Sequence[str | Counter[str]]) -> None:
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.lengths = []
        for number, passage in enumerate(passages):
            counted = Counter(terms(passage)) if isinstance(passage, str) else passage
            self.lengths.append(sum(counted.values()))
            for term, count in counted.items():
                self.postings[term].append((number, count))
        self.mean = sum(self.lengths) / max(1, len(self.lengths)) or 1.0

    def idf(self, term: str) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)): how much a term tells."""
        n = len(self.postings.get(term, ()))
        return log(1 + (len(self.lengths) - n + 0.5) / (n + 0.5))

    def scores(self, query: str) -> list[float]:
        """BM25 of every passage for a query (Robertson and Zaragoza 2009)."""
        scores = [0.0] * len(self.lengths)
        for term, weight in Counter(terms(query)).items():
            for number, count in self.postings.get(term, ()):
                damp = K1 * (1 - B + B * self.lengths[number] / self.mean)
                scores[number] += weight * self.idf(term) * count * (K1 + 1) / (count + damp)
        return scores

    def coverage(self, wanted: Sequence[str], offered: Sequence[str]) -> float:
        """Share of the wanted terms, weighed by what they tell, that are offered. 0 if none is wanted."""
        have = set(offered)
        total = sum(self.idf(t) for t in set(wanted))
        return sum(self.idf(t) for t in set(wanted) if t in have) / total if total else 0.0
