"""Aside: a short prompt of its own, without the document: what the model is asked about a few words."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from model.decode import decode, prefill, stream
from model.pages import Pages
from model.weights import Model

TRANSLATOR = {"en": "You translate into English.", "zh": "你把文字译成中文。"}
TRANSLATE = {
    "en": "Translate into English. Write nothing but the translation.\n\n{text}",
    "zh": "把下面的文字译成中文，只写译文。\n\n{text}",
}
LONGEST = 160  # tokens of a translation


def asked_aside(model: Model, pages: Pages, system: str, words: str, room: int = 0) -> tuple[Pages, Tensor]:
    """Fresh pages of the kind of `pages` with a short prompt in them and room for some more tokens, and the logits
    [vocabulary] of what follows.
    """
    before, behind = model.checkpoint.template.around(system)
    tokenizer = model.tokenizer
    ids = tokenizer.encode_prompt(before) + tokenizer.encode_text(words).ids + tokenizer.encode_prompt(behind)
    short = Pages(pages.header, len(ids) + room, device=model.places)
    return short, prefill(model, short, ids)[-1]


def translated(model: Model, pages: Pages, text: str, language: str, stopped: Callable[[], bool]) -> str:
    """A few words in a language, "en" or "zh", by the model itself; "" where it writes nothing."""
    short, logits = asked_aside(model, pages, TRANSLATOR[language], TRANSLATE[language].format(text=text), LONGEST)
    tokens = decode(model, short, logits, LONGEST - 1)
    return "".join(stream(model, tokens, stopped)).strip()
