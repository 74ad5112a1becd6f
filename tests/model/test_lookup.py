"""Lookup: its guesses are the document's own words, and the text is what it would be without them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.decode import Choose, decode, likeliest, prefill, sampled
from model.header import Header
from model.lookup import LONGEST, SHORTEST, Lookup
from model.pages import Pages
from model.plan import make
from model.types import Device
from model.weights import Model, page_header

DEVICE = Device("cpu", 2, 10**10, 10**10, 1e11, 1e10)
IDS = st.lists(st.integers(0, 3), max_size=120)


@given(IDS, IDS)
def test_a_guess_is_how_the_document_goes_on(ids: list[int], written: list[int]) -> None:
    draft = Lookup(ids).draft(written)
    assert len(draft) <= LONGEST
    agreeing = [
        end
        for end in range(SHORTEST, len(ids))
        if len(written) >= SHORTEST and ids[end - SHORTEST : end] == written[-SHORTEST:]
    ]
    assert bool(draft) == bool(agreeing)
    assert not draft or any(ids[end : end + len(draft)] == draft for end in agreeing)


def test_the_longest_agreement_wins() -> None:
    ids = [9, 1, 2, 3, 7, 7, 5, 1, 2, 3, 8, 8, 6, 1, 2, 3, 4, 4]
    assert Lookup(ids).draft([0, 5, 1, 2, 3])[:2] == [8, 8]
    assert Lookup(ids).draft([1, 2, 3])[:2] == [4, 4]
    assert Lookup(ids).draft([3, 2, 1]) == [] and Lookup([]).draft([1, 2, 3]) == []


def pages_of(model: Model, ids: list[int]) -> tuple[Pages, torch.Tensor]:
    plan = make("tiny", model.shape, len(ids), DEVICE, stretch=4)
    model.freeze_base(plan)
    header: Header = page_header(model.checkpoint, plan, torch.float32)
    pages = Pages(header, plan.length)
    return pages, prefill(model, pages, ids)[-1]


@pytest.mark.parametrize("choose", [lambda: likeliest, lambda: sampled(0.3, 5), lambda: sampled(1.0, 6)])
def test_guesses_change_nothing(tiny: Model, choose: type[Choose]) -> None:
    """The same tokens with and without: a guess is kept only where it is what was chosen."""
    plain: list[int] = []
    document = torch.randint(0, 256, (90,), generator=torch.Generator().manual_seed(3)).tolist()
    for _ in range(3):  # the third time the document holds what the model is about to write
        pages, logits = pages_of(tiny, document)
        plain = list(decode(tiny, pages, logits, 40, None, choose()))
        document = [*document[:90], *plain, *document[:20]]
    passes = []
    for guesses in (None, Lookup([*document, *plain])):
        pages, logits = pages_of(tiny, document)
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        handle = tiny.module.register_forward_hook(counted)
        told = list(decode(tiny, pages, logits, 40, guesses, choose(), document))
        handle.remove()
        passes.append(count)
        if guesses is None:
            plain = told
    assert told == plain and passes[1] <= passes[0]


def test_a_known_text_is_written_in_few_passes(tiny: Model) -> None:
    pages, logits = pages_of(tiny, list(range(60)))
    text = list(decode(tiny, pages, logits, 40))
    pages, logits = pages_of(tiny, list(range(60)))
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    handle = tiny.module.register_forward_hook(counted)
    assert list(decode(tiny, pages, logits, 40, Lookup(text))) == text
    handle.remove()
    assert count <= 1 + len(text) / 2
