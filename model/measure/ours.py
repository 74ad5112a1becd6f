"""Ours: Tongdu's own loops on given tokens, one method a phase."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from model import device as devices
from model.checkpoint import open_checkpoint
from model.decode import decode, prefill
from model.header import chain
from model.lookup import Lookup
from model.pages import Pages
from model.plan import RESERVE, make
from model.read import read
from model.supply import STRETCH
from model.tokens import Prompt, Tokens
from model.types import Precision
from model.weights import load, page_header


class Tongdu:
    """Reads as the worker does: in chunks, each sealed on disk before the next begins. Raises what the plan raises."""

    def __init__(self, model: str, tokens: int, threads: int, folder: Path, precision: Precision) -> None:
        torch.set_num_threads(threads)
        checkpoint = open_checkpoint(Path(model))
        self.plan = make(Path(model).name, checkpoint.shape, tokens, devices.measure(), STRETCH, precision)
        self.model = load(checkpoint, precision=precision)
        self.model.freeze_base(self.plan)
        self.folder = folder
        self.pages = self._pages([])

    def warm(self, ids: Sequence[int]) -> None:
        self.ask(ids)
        self.write(1)

    def read(self, ids: Sequence[int]) -> None:
        self.ids = list(ids)
        self.pages = self._pages(self.ids)
        prompt = Prompt(0, Tokens(self.ids, [], []), self.ids)
        for _ in read(self.model, self.pages, prompt, lambda: False, rows=self.plan.rows):
            pass

    def keep(self) -> int:
        return sum(path.stat().st_size for path in self.folder.glob("*.safetensors"))  # sealed while it was read

    def restore(self, ids: Sequence[int]) -> None:
        self.read(ids)

    def ask(self, ids: Sequence[int]) -> int:
        self.logits = prefill(self.model, self.pages, list(ids))[-1]
        return int(self.logits.argmax())

    def write(self, tokens: int) -> None:
        for _ in range(tokens):
            self.ask([int(self.logits.argmax())])

    def quote(self, ids: Sequence[int], tokens: int) -> int:
        self.pages.rewind(len(self.ids))
        self.ask(ids)
        written = decode(self.model, self.pages, self.logits, tokens, Lookup(self.ids), before=list(ids))
        return sum(1 for _ in written)

    def _pages(self, ids: list[int]) -> Pages:
        header = page_header(self.model.checkpoint, self.plan)
        capacity = self.plan.length if self.plan.tier == "resident" else header.chunk + RESERVE
        return Pages(header, capacity, self.folder, chain(header, ids), self.model.places, self.plan.tier)
