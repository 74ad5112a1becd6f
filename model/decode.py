"""Our own loops: prefill reads a run of tokens, decode writes. They alone move the pages' length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from model.excerpts import Excerpts
from model.lookup import Lookup
from model.pages import Pages
from model.weights import Model

LOOP = 24  # tokens: an answer that repeats its last LOOP tokens word for word has run into a loop
HEAD_ROWS = 256  # positions whose logits are held at a time
Choose = Callable[[Tensor], int]  # a token from the logits [vocabulary] of its place


@torch.inference_mode()
def prefill(model: Model, pages: Pages, ids: list[int], keep: int = 1) -> Tensor:
    """Read `ids` behind what stands. Returns the last `keep` positions' logits, float32 [keep, vocabulary]."""
    start = pages.length + pages.ahead
    positions = torch.arange(start, start + len(ids), device=model.device)[None]
    out = model.module(
        input_ids=torch.tensor([ids], device=model.device),
        position_ids=positions,
        past_key_values=pages.cache,
        use_cache=True,
        logits_to_keep=keep,
    )
    pages.advance(len(ids))
    logits: Tensor = out.logits[0].float()
    return logits


def likeliest(logits: Tensor) -> int:
    """The likeliest token."""
    return int(logits.argmax())


def sampled(temperature: float, seed: int) -> Choose:
    """Tokens drawn from softmax(logits / temperature), the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)

    def choose(logits: Tensor) -> int:
        chances = (logits.cpu() / temperature).softmax(-1)
        return int(torch.multinomial(chances, 1, generator=generator))

    return choose


def decode(
    model: Model,
    pages: Pages,
    logits: Tensor,
    limit: int,
    lookup: Lookup | None = None,
    choose: Choose = likeliest,
    before: list[int] | None = None,
) -> Iterator[int]:
    """Write from the last position's logits [vocabulary] until a stop token, `limit` or a loop.

    With a `lookup` several guessed tokens are read in one pass. Each token is chosen from the model's own logits, and
    the guesses count only as far as they are what was chosen: the text is what it would be without them, drawn from
    the same distribution. `before` is what stands before the answer, for the first guess. Pages that are not croppable
    could not forget a wrong guess: there nothing is guessed.
    """
    written: list[int] = []
    guessed: list[int] = []
    rows = logits[None]  # row i: what follows behind i guessed tokens
    while True:
        start = len(written)
        for row, guess in zip(rows, [*guessed, None], strict=True):
            token = choose(row)
            if token in model.stops or _loops(written):
                return
            written.append(token)
            yield token
            if len(written) >= limit:
                return
            if token != guess:
                break
        if guessed:
            pages.rewind(pages.length - len(guessed) + len(written) - start - 1)
        room = min(limit - len(written), pages.capacity - pages.length - 1)
        guessed = lookup.draft([*(before or []), *written])[:room] if lookup and pages.croppable else []
        rows = prefill(model, pages, [written[-1], *guessed], keep=len(guessed) + 1)


def stream(model: Model, tokens: Iterator[int], stopped: Callable[[], bool]) -> Iterator[str]:
    """Tokens as text, each piece made of whole characters; asks before each token whether to stop."""
    ids: list[int] = []
    shown = ""
    for token in tokens:
        ids.append(token)
        text = model.tokenizer.decode(ids)
        if not text.endswith("\ufffd"):  # the bytes of the last character are not all there yet
            yield text[len(shown) :]
            shown = text
        if stopped():
            return


@torch.inference_mode()
def hidden(model: Model, excerpts: Excerpts, rows: Sequence[Sequence[int]]) -> Tensor:
    """The last hidden states [excerpts, n, size] of the tokens `rows` behind each excerpt, of shorter rows padded at
    the end.
    """
    return _through(model, excerpts, rows)[-1]


@torch.inference_mode()
def likelihoods(
    model: Model, excerpts: Excerpts, lead: Sequence[int], ids: Sequence[int], layer: int = 0
) -> tuple[Tensor, Tensor]:
    """log P of each of the tokens `ids` behind each excerpt and `lead`: [excerpts, len(ids)], float32, in nats; and
    what the last of them has become behind `layer` layers [excerpts, size].
    """
    count = len(excerpts.ends)
    every = _through(model, excerpts, [[*lead, *ids]] * count, layer)
    rows = every[-1][:, len(lead) - 1 : -1].reshape(-1, every[-1].shape[-1])
    wanted = torch.tensor(ids).repeat(count)
    found = []
    for start in range(0, len(rows), HEAD_ROWS):
        logits = model.module.lm_head(rows[start : start + HEAD_ROWS]).float()
        picked = logits.gather(1, wanted[start : start + HEAD_ROWS, None].to(logits.device))[:, 0]
        found.append((picked - logits.logsumexp(-1)).cpu())
    return torch.cat(found).reshape(count, len(ids)), every[0][:, -1]


def _through(
    model: Model, excerpts: Excerpts, rows: Sequence[Sequence[int]], layer: int | None = None
) -> tuple[Tensor, ...]:
    """The states [excerpts, n, size] of the tokens `rows` behind each excerpt: behind `layer` layers, if that is asked
    for, and behind all.
    """
    n = max(map(len, rows))
    ids = torch.tensor([[*row, *[0] * (n - len(row))] for row in rows], device=model.device)
    positions = torch.tensor(excerpts.ends, device=model.device)[:, None] + torch.arange(n, device=model.device)
    out = model.module.model(
        input_ids=ids.reshape(1, -1),
        position_ids=positions.reshape(1, -1),
        past_key_values=excerpts.cache,
        use_cache=True,
        output_hidden_states=layer is not None,
    )
    between = () if layer is None else (out.hidden_states[layer],)
    return tuple(states[0].unflatten(0, (len(rows), n)) for states in (*between, out.last_hidden_state))


def _loops(written: list[int]) -> bool:
    tail = written[-LOOP:]
    earlier = written[:-LOOP]
    return len(tail) == LOOP and any(earlier[i : i + LOOP] == tail for i in range(len(earlier) - LOOP + 1))
