"""Answer: what is written behind the pages, piece by piece, and where the text bears it out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from model.aside import translated
from model.clock import Clock
from model.decode import decode, likeliest, prefill, sampled, stream
from model.evidence import Locator
from model.exhaustive import is_exhaustive
from model.language import SAMPLE, language_of
from model.lookup import Lookup
from model.pages import Pages
from model.plan import RESERVE, ROWS
from model.prompt import ending, tail
from model.read import prefix
from model.tokens import Prompt
from model.types import Ask, Event, Evidence, Noticed, Problem, Span, Turn, Wrote
from model.weights import Model

LIMIT = 200  # tokens of an answer
LIMIT_OF_LISTS = 500  # and of one that lists every …
QUOTED = 3  # passages that are quoted again beside the question
QUOTED_TOKENS = 450  # and how many tokens they may take together
LONGEST = 8  # characters of a token, at most, so that long texts need not be counted
REMEMBERED = 400  # tokens of what was said before, the latest of it


@dataclass(frozen=True, slots=True)
class Written:
    """An answer's text, and how long the pages were behind its question."""

    text: str
    asked: int


def seen(
    model: Model, pages: Pages, prompt: Prompt, scope: Span, stopped: Callable[[], bool], rows: int = ROWS
) -> Pages:
    """The pages that a question about a scope attends to: all that stands, a prefix of it, or the prompt's beginning
    and the scope's own. Raises Problem "scope-hybrid", Interrupted.
    """
    run = prompt.run(scope)
    if scope.start > 0:
        return pages.view([range(min(prompt.before, run.start)), run], RESERVE)
    if run.stop >= pages.length:
        return pages
    return prefix(model, pages, prompt, run.stop, RESERVE, stopped, rows)


def sought(model: Model, pages: Pages, request: Ask, stopped: Callable[[], bool]) -> str:
    """The words to look for: the question's, behind those of the one before it, in the document's language."""
    words = " ".join([*(turn.question for turn in request.history[-1:]), request.question])
    language = language_of(request.reading.source.text[:SAMPLE])
    if language == language_of(words):
        return words
    return translated(model, pages, words, language, stopped) or words


def write(
    model: Model,
    pages: Pages,
    request: Ask,
    locator: Locator,
    evidence: tuple[Evidence, ...],
    lookup: Lookup | None,
    clock: Clock,
    stopped: Callable[[], bool],
) -> Generator[Event, None, Written]:
    """The answer, piece by piece; it and the question stand in the pages afterwards. Raises Problem
    "question-long".
    """
    end = pages.length
    ids = asked(model, locator, request.question, evidence, request.history)
    limit = limit_of(request.question)
    refuse_long(pages, len(ids), limit)
    choose = sampled(request.temperature, request.seed) if request.temperature else likeliest
    pieces: list[str] = []
    written: list[int] = []
    logits = prefill(model, pages, ids)
    tokens = decode(model, pages, logits[-1], limit, lookup, choose)
    for piece in stream(model, _kept(tokens, written), stopped):
        clock.wrote()
        pieces.append(piece)
        yield Wrote(piece)
    clock.answered()
    if len(written) == limit:
        yield Noticed("answer-cut", {"tokens": limit})
    return Written("".join(pieces), end + len(ids))


def limit_of(question: str) -> int:
    """How many tokens an answer may have."""
    return LIMIT_OF_LISTS if is_exhaustive(question) else LIMIT


def refuse_long(pages: Pages, tokens: int, limit: int) -> None:
    """Raises Problem "question-long" where a question of so many tokens leaves no room for the answer's `limit`."""
    room = pages.capacity - pages.length - limit
    if tokens > room:
        raise Problem("question-long", tokens=tokens, limit=room)


def _kept(tokens: Iterator[int], written: list[int]) -> Iterator[int]:
    for token in tokens:
        written.append(token)
        yield token


def asked(
    model: Model, locator: Locator, question: str, evidence: tuple[Evidence, ...], history: Sequence[Turn] = ()
) -> list[int]:
    """The tokens behind the document: what was said before, the best passages that fit QUOTED_TOKENS, the question,
    the turn's end.
    """
    tokenizer, template, text = model.tokenizer, model.checkpoint.template, locator.source.text
    passages: list[str] = []
    room = QUOTED_TOKENS
    for item in evidence[:QUOTED]:
        for span in (item.span, *locator.parts(item.span, question)):
            words = text[span.start : span.end]
            if len(words) <= LONGEST * room and (tokens := len(tokenizer.encode_text(words))) <= room:
                room -= tokens
                passages.append(words)
                break
    end = ending(template, language_of(question))
    said = tail(question, passages, remembered(model, history))
    return tokenizer.encode_text(said).ids + tokenizer.encode_prompt(end)


def remembered(model: Model, history: Sequence[Turn]) -> list[Turn]:
    """The last turns that fit REMEMBERED tokens together, oldest first."""
    kept: list[Turn] = []
    room = REMEMBERED
    for turn in reversed(history):
        room -= len(model.tokenizer.encode_text(turn.question + turn.answer))
        if room < 0:
            break
        kept.insert(0, turn)
    return kept
