"""The engine on pretended cards: everything it computes lies where it belongs, and the numbers are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from model import engine as engines
from model import planner, store
from model.checkpoint import Checkpoint, open_checkpoint
from model.engine import Engine
from model.layout import hadamard
from model.support import agreement
from model.types import Device, Finished, Layout, Span, Tier, Wrote
from model.weights import Model, load
from tests.model.pretend import Pretend, put
from tests.model.test_engine import request, run, source_of
from tests.model.test_reading import DOCUMENT, FORMS, QUESTIONS, ask, new_pages, prompt_of, read

CARD = Device("cuda", 2, 10**11, 10**11, 1e12, 1e11, host_free=10**11)
HOST = [("int8", "host"), ("k8v4", "host")]
Folder = Callable[[str], Path]
ONE, TWO = ("cuda:0",) * 3, ("cuda:0", "cuda:1", "cuda:1")


class AtOnce:
    """Takes the place of the thread that makes the next block, where no card can be pretended."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def submit(self, call: Callable[..., Any], *args: object) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(call(*args))
        return future


class Stream:
    def __init__(self, device: str) -> None: ...

    def synchronize(self) -> None: ...


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(store, "ThreadPoolExecutor", AtOnce)
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", nullcontext)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: None)
    monkeypatch.setattr(torch.Tensor, "record_stream", lambda *_: None)
    hadamard.cache_clear()  # made on the real device by other tests
    with Pretend():
        yield
    hadamard.cache_clear()


def spread(model: Model, devices: tuple[str, ...]) -> Model:
    """The model with its layers on pretended cards; what comes into a layer is brought there, as accelerate does it."""
    inner = model.module.model
    put(inner.embed_tokens, devices[0])
    for part, device in [*zip(inner.layers, devices, strict=True), (inner.norm, devices[-1])]:
        put(part, device)
        part.register_forward_pre_hook(bringing(device), with_kwargs=True)
    put(model.module.lm_head, devices[-1])
    return replace(model, devices=devices)


def bringing(device: str) -> Callable[..., Any]:
    def brought(x: Any) -> Any:
        if isinstance(x, tuple):
            return tuple(brought(part) for part in x)
        return x.to(device) if isinstance(x, torch.Tensor) else x

    def before(_: object, args: Any, kwargs: dict[str, Any]) -> Any:
        return brought(args), {name: brought(value) for name, value in kwargs.items()}

    return before


@pytest.mark.parametrize("devices", [pytest.param(ONE, marks=pytest.mark.slow), TWO], ids=["one", "two"])
@pytest.mark.parametrize(("layout", "tier"), [("exact", "resident"), *[f for f in FORMS if f[0] != "exact"], *HOST])
def test_pages_lie_on_the_cards_of_their_layers(
    tiny_folder: Folder, tmp_path: Path, cards: None, layout: Layout, tier: Tier, devices: tuple[str, ...]
) -> None:
    model = load(open_checkpoint(tiny_folder("qwen3")), torch.float32)
    pages = new_pages(model, DOCUMENT, tmp_path, layout, "memory" if tier == "host" else tier)
    list(read(model, pages, prompt_of(DOCUMENT), lambda: False))
    want = ask(model, pages, QUESTIONS[0])[0]
    model = spread(model, devices)
    for _ in ("read", "restored"):
        pages = new_pages(model, DOCUMENT, tmp_path / "cards", layout, tier, model.places)
        list(read(model, pages, prompt_of(DOCUMENT), lambda: False))
        assert [str(layer.key.device) for layer in pages.layers] == list(devices)
        assert (ask(model, pages, QUESTIONS[0])[0].cpu() - want).std() < 0.02 * want.std()  # a number rounds otherwise


@pytest.mark.parametrize("devices", [pytest.param(ONE, marks=pytest.mark.slow), TWO], ids=["one", "two"])
@pytest.mark.parametrize("family", ["qwen2", "qwen3_5_text"])
def test_a_question_is_answered_on_cards(
    tiny_folder: Folder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cards: None,
    family: str,
    devices: tuple[str, ...],
) -> None:
    def loaded(checkpoint: Checkpoint, dtype: torch.dtype, *_: object) -> Model:
        return spread(load(checkpoint, dtype), devices)

    monkeypatch.setattr(planner.devices, "best_kind", lambda: "cuda")
    monkeypatch.setattr(planner.devices, "describe", lambda kind: CARD)
    monkeypatch.setattr(planner.devices, "measure", lambda *_, **__: CARD)
    monkeypatch.setattr(engines, "load", loaded)
    found = run(Engine(dtype=torch.bfloat16), request(tiny_folder(family), tmp_path))
    assert isinstance(found[-1], Finished) and any(isinstance(e, Wrote) for e in found)


def test_the_model_is_asked_about_its_answer_on_a_card(tiny_folder: Folder, cards: None) -> None:
    model = spread(load(open_checkpoint(tiny_folder("qwen2")), torch.float32), ONE)
    pages = new_pages(model, DOCUMENT, device=model.places)
    assert agreement(model, pages, source_of("a"), Span(0, 9), "Who?", "the keeper") != 0
