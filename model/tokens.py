"""Tokens: the document as the model's numbers, each with its characters."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer as Encoder
from tokenizers import normalizers

from model.types import Span


@dataclass(frozen=True, slots=True)
class Tokens:
    """`ids[i]` is written by characters [starts[i], ends[i]) of the text. A character that takes several
    tokens belongs to each of them.
    """

    ids: list[int]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def span(self, first: int, last: int) -> Span:
        """The characters of tokens [first, last)."""
        return Span(self.starts[first], self.ends[last - 1])


class Tokenizer:
    """A model's tokenizer. The text is the document's, byte for byte: no normalizer touches it but the mark that
    SentencePiece writes for a space, and words in it that look like control tokens stay words.
    """

    def __init__(self, path: Path) -> None:
        self.encoder = Encoder.from_file(str(path))
        marks = 'Replace(pattern=String(" "), content="▁")' in str(self.encoder.normalizer)
        self.encoder.normalizer = normalizers.Replace(" ", "▁") if marks else None

    def encode_text(self, text: str) -> Tokens:
        """A document's or a user's text: control tokens written in it are read as plain characters."""
        self.encoder.encode_special_tokens = True
        encoding = self.encoder.encode_batch([text], add_special_tokens=False)[0]  # unlike `encode` it lets threads run
        starts, ends = zip(*encoding.offsets, strict=True) if encoding.ids else ((), ())
        return Tokens(encoding.ids, list(starts), list(ends))

    def encode_prompt(self, text: str) -> list[int]:
        """Our own prompt: control tokens count."""
        self.encoder.encode_special_tokens = False
        return list(self.encoder.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: list[int]) -> str:
        return str(self.encoder.decode(ids, skip_special_tokens=False))

    def id(self, token: str) -> int | None:
        found = self.encoder.token_to_id(token)
        return None if found is None else int(found)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A document as a prompt's fixed beginning: `before` tokens of our own words, then the document's."""

    before: int
    tokens: Tokens
    ids: list[int]

    @classmethod
    def encode(cls, tokenizer: Tokenizer, control: str, words: str, text: str) -> Prompt:
        """`control` is ours and may hold control tokens; `words` name the document and may not."""
        ours, tokens = tokenizer.encode_prompt(control) + tokenizer.encode_text(words).ids, tokenizer.encode_text(text)
        return cls(len(ours), tokens, ours + tokens.ids)

    def run(self, span: Span) -> range:
        """The places in `ids` of the tokens that write a span of the document."""
        first = bisect_right(self.tokens.ends, span.start)
        return range(self.before + first, self.before + bisect_left(self.tokens.starts, span.end))

    def until(self, end: int) -> int:
        """How many of `ids` it takes to have every token that ends at or before the document's character `end`."""
        return self.before + bisect_right(self.tokens.ends, end)

    def cut(self, position: int) -> Prompt:
        """The prompt of its first `position` ids alone."""
        n, tokens = max(0, position - self.before), self.tokens
        return Prompt(self.before, Tokens(tokens.ids[:n], tokens.starts[:n], tokens.ends[:n]), self.ids[:position])

    def document_tokens(self, position: int) -> int:
        """How many of the document's own tokens stand when `position` tokens of the prompt stand."""
        return min(max(0, position - self.before), len(self.tokens))
