"""The text that is measured: as long as wanted, the same every time, without repetitions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.measure import corpus
from model.tokens import Tokenizer
from tests.model.conftest import tokenizer

TEXT = "第一条 渡船于九点开。 The ferry leaves at nine; nobody asked why."


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer().save(str(path))
    return Tokenizer(path)


@given(st.text(st.sampled_from("ab 条\n"), min_size=1).filter(str.strip), st.integers(1, 5000))
@settings(deadline=None, max_examples=40)
def test_exactly_as_long_and_it_begins_with_the_text(encoder: Tokenizer, text: str, tokens: int) -> None:
    ids = corpus.document(encoder, text, tokens)
    own = encoder.encode_text(text).ids
    assert len(ids) == tokens
    assert ids[: len(own)] == own[:tokens]
    assert ids == corpus.document(encoder, text, tokens)


def test_what_goes_on_does_not_repeat_itself(encoder: Tokenizer) -> None:
    ids = corpus.document(encoder, TEXT, 20_000)
    runs = [tuple(ids[i : i + 200]) for i in range(0, len(ids) - 200, 7)]
    assert len(set(runs)) == len(runs)


def test_its_characters_are_the_text_s_own(encoder: Tokenizer) -> None:
    said = encoder.decode(corpus.document(encoder, TEXT, 3000))
    assert set(said.rstrip("\ufffd")) <= set(TEXT)


def test_a_text_without_words_cannot_go_on(encoder: Tokenizer) -> None:
    with pytest.raises(ValueError, match="without words"):
        corpus.document(encoder, " \n", 10)


@pytest.mark.parametrize("tokens", [1, 20, 500])
def test_a_question_has_so_many_tokens(encoder: Tokenizer, tokens: int) -> None:
    assert len(corpus.question(encoder, tokens)) == tokens
