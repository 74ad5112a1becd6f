"""Our own loops: prefill reads a run of tokens, decode writes one at a time. They alone move the pages' length."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from model.pages import Pages
from model.weights import Model

LOOP = 24  # tokens: an answer that repeats its last LOOP tokens word for word has run into a loop


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


def decode(model: Model, pages: Pages, logits: Tensor, limit: int) -> Iterator[int]:
    """Write greedily from the last position's logits [vocabulary] until a stop token, `limit` or a loop."""
    written: list[int] = []
    while len(written) < limit:
        token = int(logits.argmax())
        if token in model.stops or _loops(written):
            return
        written.append(token)
        yield token
        logits = prefill(model, pages, [token])[-1]


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


def surprise(model: Model, pages: Pages, ids: list[int], given: Tensor) -> float:
    """Mean of -log P of `ids` behind what stands, in nats; `given` are the logits before the first."""
    logits = prefill(model, pages, ids, keep=len(ids))
    before = torch.cat([given[None], logits[:-1]])
    picked = before.log_softmax(-1).gather(1, torch.tensor(ids, device=before.device)[:, None])
    return -float(picked.mean())


def _loops(written: list[int]) -> bool:
    tail = written[-LOOP:]
    earlier = written[:-LOOP]
    return len(tail) == LOOP and any(earlier[i : i + LOOP] == tail for i in range(len(earlier) - LOOP + 1))
