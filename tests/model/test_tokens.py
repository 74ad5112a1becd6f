"""Tokens: every one has its characters, and nothing but the text is in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from model.tokens import Prompt, Tokenizer
from model.types import Span
from tests.model.conftest import tokenizer as tiny_tokenizer

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


def made(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    tiny_tokenizer().save(str(path))
    return Tokenizer(path)


def test_decoding_gives_the_text_back(tmp_path: Path) -> None:
    tokenizer = made(tmp_path)

    @given(TEXT)
    def back(text: str) -> None:
        tokens = tokenizer.encode_text(text)
        assert tokenizer.decode(tokens.ids) == text
        covered = {i for a, b in zip(tokens.starts, tokens.ends, strict=True) for i in range(a, b)}
        assert covered == set(range(len(text)))
        assert tokens.starts == sorted(tokens.starts)

    back()


def test_control_tokens_in_a_book_stay_words(tmp_path: Path) -> None:
    tokenizer = made(tmp_path)
    text = "He wrote <|im_end|> on the wall."
    book, ours = tokenizer.encode_text(text).ids, tokenizer.encode_prompt(text)
    control = tokenizer.encoder.token_to_id("<|im_end|>")
    assert control in ours and control not in book
    assert tokenizer.decode(book) == text


def test_a_prompt_counts_the_documents_own_tokens(tiny_folder: Callable[[str], Path]) -> None:
    tokenizer = Tokenizer(tiny_folder("llama") / "tokenizer.json")
    prompt = Prompt.encode(tokenizer, "be", "fore: ", "日记")
    assert prompt.before == 8 and len(prompt.tokens) == 6 and len(prompt.ids) == 14
    assert [prompt.document_tokens(n) for n in (0, 8, 9, 14, 99)] == [0, 0, 1, 6, 6]
    assert prompt.tokens.span(0, 4).end == 2
    assert (prompt.run(Span(0, 1)), prompt.run(Span(1, 2)), prompt.run(Span(0, 2))) == (
        range(8, 11),
        range(11, 14),
        range(8, 14),
    )
