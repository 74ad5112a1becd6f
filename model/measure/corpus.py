"""Corpus: one long text for measuring. Nothing is repeated: repetition flatters caches and drafts."""

from __future__ import annotations

import random
import re

from model.tokens import Tokenizer

WORD = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+\s*")  # a Chinese character, or what stands between spaces
MORE = 2000  # words that are added at a time
QUESTION = "\nWho says this first, where was it, and what did the others answer when they had heard it to the end?"


def document(tokenizer: Tokenizer, text: str, tokens: int) -> list[int]:
    """The first `tokens` ids of the text; where it ends, its words go on in an order drawn by a fixed seed.

    Raises ValueError if there is no word in it.
    """
    ids = tokenizer.encode_text(text).ids
    words, draw = WORD.findall(text), random.Random(0)
    if not words:
        raise ValueError("a text without words cannot be lengthened")
    while len(ids) < tokens:
        ids = ids + tokenizer.encode_text("".join(draw.choices(words, k=MORE))).ids
    return ids[:tokens]


def question(tokenizer: Tokenizer, tokens: int) -> list[int]:
    """A question of so many tokens, cut or said again to fit."""
    ids = tokenizer.encode_text(QUESTION).ids
    return (ids * (tokens // len(ids) + 1))[:tokens]
