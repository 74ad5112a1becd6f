"""Pointing: what is copied is the document's, chosen greedily among what goes on as it does."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from model.pages import Pages
from model.plan import make
from model.pointing import LONGEST, copied, pointed
from model.tokens import Prompt, Tokenizer
from model.types import Device, Source, Span
from model.weights import Model, page_header
from tests.model.conftest import tokenizer as encoder

DEVICE = Device("cpu", 2, 10**10, 10**10, 1e11, 1e10)
SIZE = 260


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """One token a byte."""
    path = tmp_path_factory.mktemp("letters") / "tokenizer.json"
    encoder().save(str(path))
    return Tokenizer(path)


def made_up(ids: list[int]) -> Tensor:
    """Logits that depend on all that was read."""
    return torch.randn(SIZE, generator=torch.Generator().manual_seed(hash(tuple(ids)) % 2**31))


def slowly(tokenizer: Tokenizer, text: str, start: int, opening: str) -> int:
    """Where a copy of characters begins, one place after the other; all are of one byte."""
    order = {c: tokenizer.encode_text(c).ids[0] for c in set(text)}
    read = tokenizer.encode_text(opening).ids
    places = [i for i in range(start, len(text)) if text[i].isalnum()]
    best = max(sorted({text[i] for i in places}, key=order.__getitem__), key=lambda c: made_up(read)[order[c]])
    places, said = [i for i in places if text[i] == best], best
    while len(places) > 1 and len(said) < LONGEST:
        longer = [i for i in places if i + len(said) < len(text)]
        if len(longer) < 2:
            return (longer or places)[0]
        read = [*read, order[said[-1]]]
        following = sorted({text[i + len(said)] for i in longer}, key=order.__getitem__)
        logits = made_up(read)
        said += max(following, key=lambda c: logits[order[c]])
        places = [i for i in longer if text[i : i + len(said)] == said]
    return places[0]


@given(st.text("ab1 .", max_size=60), st.integers(0, 60))
def test_it_goes_on_as_the_likeliest_place_does(letters: Tokenizer, text: str, start: int) -> None:
    ids = letters.encode_text(text).ids
    inside = range(min(start, len(ids)), len(ids))
    read: list[int] = []

    def following(more: list[int]) -> Tensor:
        read.extend(more)
        return made_up(read)

    place = copied(ids, inside, letters, letters.encode_text(": ").ids, following, lambda: False)
    if not any(c.isalnum() for c in text[inside.start :]):
        assert place is None
    else:
        assert place == slowly(letters, text, inside.start, ": ")


@pytest.mark.parametrize("scope", [Span(0, 66), Span(20, 66), Span(0, 40), Span(12, 14)])
def test_what_is_pointed_at_is_a_sentence_of_the_scope(tiny: Model, scope: Span) -> None:
    text = "The ferry is late. The ferry sank.\n\nNobody came. The bell 钟 rang. "
    source = Source("k", "t", "en", text, (Span(0, 34), Span(36, 65)), ("p1", "p2"), (Span(0, 66),))
    prompt = Prompt.encode(tiny.tokenizer, "", "x: ", text)
    plan = make("tiny", tiny.shape, len(prompt.tokens), DEVICE, stretch=4)
    pages = Pages(page_header(tiny.checkpoint, plan, torch.float32), 512)
    span = pointed(tiny, pages, prompt, source, scope, "en", lambda: False)
    assert span is not None and scope.covers(span)
    wholes = [Span(0, 18), Span(19, 34), Span(36, 48), Span(49, 65)]
    assert any(span == Span(max(w.start, scope.start), min(w.end, scope.end)) for w in wholes if w.overlap(scope))
    assert pages.length <= len(tiny.tokenizer.encode_text("The document says: “").ids) + LONGEST


def test_a_scope_without_a_word_has_no_place(tiny: Model) -> None:
    text = "One. —— !"
    source = Source("k", "t", "en", text, (Span(0, 4), Span(5, 9)), ("p1", "p2"), (Span(0, 9),))
    prompt = Prompt.encode(tiny.tokenizer, "", "", text)
    plan = make("tiny", tiny.shape, len(prompt.tokens), DEVICE, stretch=4)
    pages = Pages(page_header(tiny.checkpoint, plan, torch.float32), 512)
    assert pointed(tiny, pages, prompt, source, Span(5, 9), "en", lambda: False) is None
