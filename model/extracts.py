"""Extracts: a document's passages, each read alone, so that many can be asked about one question at once.

A passage that was read in the middle of a long book tells less of itself. On 30 lay questions about a civil code of
67k tokens, the likelihood of the question put the gold article first of 24 for .60 behind the article read alone, for
.40 behind its place in the whole (rotating the keys back to the trained base changes nothing). So each is read once
more, behind the prompt's first tokens, with the base that the model was trained with.

With the passage goes what the model holds in mind before the one word that would sum it up (`model.gist`).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from model.decode import hidden
from model.excerpts import ExcerptLayer, Excerpts, side_by_side
from model.header import Header
from model.layout import pack, restored
from model.sealed import checksum, write_atomically
from model.types import Indexing
from model.weights import Model

SINKS = 16  # tokens of the prompt's beginning behind which each is read: attention rests on them
GROUP = 64  # passages that are sealed together
TOKENS = 1024  # that go through the model at a time
FORM = "alone 1"
NOTHING = -1  # in the place of a passage's number: no passage
PARTS = ("key", "key_scale", "value", "value_step")
Ids = Sequence[int]


def header_of(pages: Header, theta: float) -> Header:
    """What extracts depend on besides their tokens, from the header of a document's pages."""
    return replace(pages, rope=FORM, theta=theta, layout="int8", recurrence=None)


class Extracts:
    """The passages of one document as one model reads them, in files of GROUP passages each."""

    def __init__(self, folder: Path, header: Header, sinks: Ids, passages: Sequence[Ids], after: Ids) -> None:
        """`passages` are their tokens, `sinks` what stands before each, `after` what asks for its gist."""
        self.header, self.sinks, self.after = header, list(sinks), list(after)
        self.passages = [list(ids) for ids in passages]
        self.groups = [self.passages[i : i + GROUP] for i in range(0, len(passages), GROUP)]
        self.names = [self._name(group) for group in self.groups]
        self.paths = [folder / f"{name}.safetensors" for name in self.names]
        self.opened: dict[int, dict[str, Tensor]] = {}

    @property
    def is_whole(self) -> bool:
        """Whether every group is there, to the last bit what was sealed."""
        return all(self._group(number) is not None for number in range(len(self.groups)))

    def fill(self, model: Model, stopped: Callable[[], bool]) -> Generator[Indexing, None, None]:
        """Read what is not there yet, group by group. Ends early when the user stops it. Raises "disk-full"."""
        started, done, fresh = time.perf_counter(), 0, 0
        for number, group in enumerate(self.groups):
            done += len(group)
            if self._group(number) is not None:
                continue
            if stopped():
                return
            self._read(model, number)
            fresh += len(group)
            yield Indexing(done, len(self.passages), fresh, time.perf_counter() - started)

    def states(self) -> Tensor:
        """The state of each passage's gist [passages, size]."""
        return torch.cat([self._there(number)["states"] for number in range(len(self.groups))])

    def excerpts(self, model: Model, numbers: Sequence[int]) -> Excerpts:
        """Some passages, side by side."""
        dtype = getattr(torch, self.header.dtype)
        every = [self._pair(number, dtype) for number in numbers]
        devices = [model.places] * self.header.layers if isinstance(model.places, str) else model.places
        pairs = [
            [(key[layer].to(device), value[layer].to(device)) for key, value in every]
            for layer, device in enumerate(devices)
        ]
        return side_by_side(pairs, [key.shape[2] for key, _ in every])

    def before(self, model: Model, times: int = 1) -> Excerpts:
        """What stands before each passage, alone, as many times."""
        return self.excerpts(model, [NOTHING] * times)

    def _pair(self, number: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Keys and values [layers, kv_heads, tokens, dim] of the sinks and a passage, if it is not NOTHING."""
        group, inside = divmod(max(number, 0), GROUP)
        tensors = self._there(group)
        bounds = tensors["bounds"].tolist()
        first, last = (0, 0) if number == NOTHING else (bounds[inside], bounds[inside + 1])
        chosen = [*range(len(self.sinks)), *range(first, last)]
        parts = {n: t if n == "key_scale" else t[:, :, chosen] for n, t in tensors.items() if n in PARTS}
        return restored(parts, dtype)

    @torch.inference_mode()
    def _read(self, model: Model, number: int) -> None:
        """Read a group and seal it. Raises Problem "disk-full"."""
        group = self.groups[number]
        with model.unstretched():
            nothing = _nothing(model, self.header)
            hidden(model, nothing, [self.sinks])
            sinks = [(layer.new_key[0], layer.new_value[0]) for layer in nothing.layers]
            read: dict[int, tuple[Tensor, Tensor, Tensor]] = {}
            for together in _batches(group):
                read |= self._alone(model, sinks, [(i, group[i]) for i in together])
        first = torch.stack([key.cpu() for key, _ in sinks]), torch.stack([value.cpu() for _, value in sinks])
        key, value = (torch.cat([first[k], *(read[i][k] for i in range(len(group)))], 2) for k in range(2))
        bounds = [0, *accumulate(map(len, group))]
        tensors = pack("int8", key, value) | {
            "states": torch.stack([read[i][2] for i in range(len(group))]),
            "bounds": torch.tensor(bounds, dtype=torch.int32) + len(self.sinks),
        }
        tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
        write_atomically(self.paths[number], save(tensors, {"sum": checksum(tensors)}))

    def _alone(
        self, model: Model, sinks: list[tuple[Tensor, Tensor]], passages: list[tuple[int, list[int]]]
    ) -> dict[int, tuple[Tensor, Tensor, Tensor]]:
        """Keys and values [layers, kv_heads, tokens, dim] and state [size] of some passages, by their numbers."""
        excerpts = side_by_side([[pair] * len(passages) for pair in sinks], [len(self.sinks)] * len(passages))
        states = hidden(model, excerpts, [[*ids, *self.after] for _, ids in passages])
        found = {}
        for row, (number, ids) in enumerate(passages):
            key = torch.stack([layer.new_key[row, :, : len(ids)].cpu() for layer in excerpts.layers])
            value = torch.stack([layer.new_value[row, :, : len(ids)].cpu() for layer in excerpts.layers])
            state = states[row, len(ids) + len(self.after) - 1]
            found[number] = key, value, state.to("cpu", torch.bfloat16)
        return found

    def _there(self, number: int) -> dict[str, Tensor]:
        tensors = self._group(number)
        if tensors is None:
            raise ValueError(f"group {number} has not been read")
        return tensors

    def _group(self, number: int) -> dict[str, Tensor] | None:
        """A sealed group as pages of its file; None where there is none that is to the last bit what was sealed."""
        if number not in self.opened:
            try:
                with safe_open(self.paths[number], "pt") as file:
                    tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                    if (file.metadata() or {}).get("sum") != checksum(tensors):
                        return None
            except (SafetensorError, OSError):
                return None
            self.opened[number] = tensors
        return self.opened[number]

    def _name(self, group: Sequence[Ids]) -> str:
        """A hash over the header and all tokens."""
        tokens = ";".join(",".join(map(str, ids)) for ids in (self.sinks, self.after, *group))
        return hashlib.sha256(f"{self.header.digest()}:{tokens}".encode()).hexdigest()


def _nothing(model: Model, header: Header) -> Excerpts:
    """An excerpt of no tokens."""
    devices = [model.places] * header.layers if isinstance(model.places, str) else model.places
    shape, dtype = (1, header.kv_heads, 0, header.head_dim), getattr(torch, header.dtype)
    empty = [torch.zeros(shape, dtype=dtype, device=device) for device in devices]
    unseen = torch.zeros(1, 0, dtype=torch.bool)
    return Excerpts(tuple(ExcerptLayer(part, part, unseen.to(part.device)) for part in empty), (0,))


def _batches(passages: Sequence[Ids]) -> Iterator[list[int]]:
    """The passages' numbers in runs of like length, each of at most TOKENS tokens with what pads them."""
    batch: list[int] = []
    for number in sorted(range(len(passages)), key=lambda i: len(passages[i])):
        if batch and (len(batch) + 1) * len(passages[number]) > TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
