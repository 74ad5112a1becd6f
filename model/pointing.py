"""Pointing: the model copies; each token that it may choose goes on as some place of the document does.

After a few tokens one place alone is left (3 in a novel, 5 characters in a civil code, median). What comes of it is
therefore a place, whatever the model would have liked to write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from model.cite import sentences
from model.decode import prefill
from model.pages import Pages
from model.tokens import Prompt, Tokenizer
from model.types import Source, Span
from model.weights import Model

OPENING = {"en": "The document says: “", "zh": "文档中写道：“"}
PART = "\ufffd"
LONGEST = 32  # tokens; places that agree so far say the same


def pointed(
    model: Model, pages: Pages, prompt: Prompt, source: Source, scope: Span, language: str, stopped: Callable[[], bool]
) -> Span | None:
    """The sentence inside the scope that the model copies behind what stands in the pages; None where the scope holds
    no word. The pages are longer afterwards by what was copied.
    """
    opening = model.tokenizer.encode_text(OPENING[language]).ids

    def following(ids: list[int]) -> Tensor:
        return prefill(model, pages, ids)[-1].cpu()

    place = copied(prompt.ids, prompt.run(scope), model.tokenizer, opening, following, stopped)
    return None if place is None else _sentence(source, scope, prompt.tokens.starts[place - prompt.before])


def copied(
    ids: Sequence[int],
    inside: range,
    tokenizer: Tokenizer,
    opening: list[int],
    following: Callable[[list[int]], Tensor],
    stopped: Callable[[], bool],
) -> int | None:
    """The place in `ids` where a copy begins that goes on greedily and stays inside: the first of those that are left.

    `following` reads some tokens and gives the logits [vocabulary] of what follows. How a first word joins what stands
    before it is left open: a tokenizer has other tokens for a word with a space before it.
    """
    every = np.asarray(ids)
    words = _words(every[inside.start : inside.stop], tokenizer)
    logits = following(opening)
    if not words:
        return None
    first = max(words, key=lambda word: max(float(logits[token]) for token in _spellings(word, words, tokenizer)))
    places = inside.start + np.flatnonzero(np.isin(every[inside.start : inside.stop], words[first]))
    token = int(every[places[0]])
    for length in range(1, LONGEST):
        places = _going_on(places, length, inside.stop)
        if len(places) == 1 or stopped():
            break
        logits = following([token])
        allowed = np.unique(every[places + length])
        token = int(allowed[int(logits[allowed.tolist()].argmax())])
        places = places[every[places + length] == token]
    return int(places[0])


def _going_on(places: NDArray[np.int64], length: int, end: int) -> NDArray[np.int64]:
    """The places that go on behind `length` tokens; the first alone where none does."""
    longer = places[places + length < end]
    return longer if len(longer) else places[:1]


def _words(ids: NDArray[np.int64], tokenizer: Tokenizer) -> dict[str, list[int]]:
    """The tokens that write the same word, whatever space is before it; of those that write letters, digits or a part
    of a character.
    """
    words: dict[str, list[int]] = {}
    for token in np.unique(ids).tolist():
        word = tokenizer.decode([token]).strip()
        if word[:1].isalnum() or word[:1] == PART:
            words.setdefault(word, []).append(token)
    return words


def _spellings(word: str, words: dict[str, list[int]], tokenizer: Tokenizer) -> list[int]:
    """The tokens that write a word, also as it would stand here, if one token does."""
    here = tokenizer.encode_text(word).ids
    return words[word] + here[: len(here) == 1]


def _sentence(source: Source, scope: Span, start: int) -> Span | None:
    """The sentence in which a character stands, or the next one, as far as it is inside the scope."""
    start += len(source.text[start:]) - len(source.text[start:].lstrip())
    block = next((b for b in source.blocks if b.start <= start < b.end), Span(start, start))
    inner = sentences(source.text[block.start : block.end])
    own = next((Span(block.start + s.start, block.start + s.end) for s in inner if start < block.start + s.end), None)
    if own is None or not own.overlap(scope):
        return None
    found = Span(max(own.start, scope.start), min(own.end, scope.end))
    return found if any(map(str.isalnum, source.text[found.start : found.end])) else None
