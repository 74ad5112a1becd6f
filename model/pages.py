"""Pages: a document's keys and values, at hand for attention and sealed on disk chunk by chunk.

Each layer owns two buffers [kv_heads, capacity, head_dim]. In the tier "resident" they hold the whole document; in
the others only what is new, behind the sealed chunks of a `model.store.Store`. Tokens beyond the document (question,
answer) stand behind it and are rewound afterwards. On disk each chunk is one safetensors file named by a chain of
hashes: of the header (weights, rotary base, layout) and of every token up to the chunk's end. So a name says exactly
what was read, two documents with one beginning share it, and a document that was changed late is read again from the
first changed chunk only.

The first SINKS tokens, on which attention rests, and the last ones are chunks of their own, which stay exact. The
others take the header's layout when they are sealed, and from then on are attended to as sealed.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from model.layout import Parts, pack, restored
from model.store import Block, Slab, Store
from model.types import Layout, Problem, Tier

CHUNK = 512  # tokens that are read and sealed at a time: what a killed process loses at most
SINKS = 64  # tokens of the beginning, and as many of the end, that stay exact
PADDED = 64  # buffers are attended to in whole multiples of this: the same products again and again
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What keys and values depend on besides the tokens. Pages with another header are never used."""

    weights: str
    precision: str
    rope: str
    theta: float
    layers: int
    kv_heads: int
    head_dim: int
    dtype: str
    layout: Layout = "exact"
    chunk: int = CHUNK
    sinks: int = SINKS
    format: int = FORMAT

    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def chunks(header: Header, tokens: int) -> list[range]:
    """The places of each chunk's tokens: the sinks, full chunks, what is left of another, the last few."""
    last = max(header.sinks, tokens - header.sinks)
    bounds = [0, *range(header.sinks, last, header.chunk), last, tokens]
    return [range(a, min(b, tokens)) for a, b in pairwise(bounds) if a < min(b, tokens)]


def chain(header: Header, ids: list[int]) -> list[str]:
    """The name of each chunk: a hash over the header and all tokens up to the chunk's end."""
    names = []
    name = header.digest()
    for run in chunks(header, len(ids)):
        tokens = ",".join(map(str, ids[run.start : run.stop]))
        name = hashlib.sha256(f"{name}:{tokens}".encode()).hexdigest()
        names.append(name)
    return names


class PageLayer(CacheLayerMixin):
    """One layer's keys and values; also what `update` hands to the attention function."""

    is_compileable = False
    is_croppable = False
    supports_early_init = False

    def __init__(self, index: int, key: Tensor, value: Tensor, store: Store, layers: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.index, self.layers, self.store = index, layers, store
        self.key, self.value = key, value  # [kv_heads, capacity, head_dim]
        self.length = 0  # tokens in the buffers that stand, the ones of the forward in hand not yet counted
        self.is_initialized = True

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to do: the buffers are made with the pages."""

    def update(self, key_states: Tensor, value_states: Tensor, *_: object, **__: object) -> Any:
        n = key_states.shape[2]
        self.key[:, self.length : self.length + n] = key_states[0]
        self.value[:, self.length : self.length + n] = value_states[0]
        return self, self

    def sealed(self) -> Iterator[Block]:
        """What stands before the buffers, block by block."""
        return self.store.blocks(self.index, self.layers)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.get_seq_length() + query_length, 0

    def get_seq_length(self) -> int:
        return self.store.length + self.length

    def get_max_length(self) -> int:
        return self.store.length + self.key.shape[1]


class Pages:
    """All layers of one reading. `length` tokens stand; the loop in `model.decode` moves it.

    `folder` is where chunks are sealed (None: these pages live in memory only), `names` the chunks' names. `capacity`
    is how many tokens the buffers hold: all of them in the tier "resident", a chunk and a question in the others.
    """

    def __init__(
        self,
        header: Header,
        capacity: int,
        folder: Path | None = None,
        names: Sequence[str] = (),
        device: str = "cpu",
        tier: Tier = "resident",
        store: Store | None = None,
    ) -> None:
        self.header = header
        self.names = list(names)
        self.tier = tier
        self.device = device
        self.newly_read = 0  # tokens that had to go through the model for the request in hand
        self.ahead = 0  # how far the positions of new tokens run ahead of the number that stand
        self.folder = folder
        self.dtype: torch.dtype = getattr(torch, header.dtype)
        self.store = store or Store(self.dtype, device, tier)
        # Zeros and not whatever lay there: attention may look, with no weight, a little beyond what stands.
        shape = (header.layers, header.kv_heads, -(-capacity // PADDED) * PADDED, header.head_dim)
        self.key = torch.zeros(shape, dtype=self.dtype, device=device)
        self.value = torch.zeros(shape, dtype=self.dtype, device=device)
        self.room = capacity
        self.layers = [
            PageLayer(index, key, value, self.store, header.layers)
            for index, (key, value) in enumerate(zip(self.key, self.value, strict=True))
        ]
        self.cache = Cache(layers=list(self.layers))

    @property
    def length(self) -> int:
        return self.store.length + self.layers[0].length

    @property
    def capacity(self) -> int:
        return self.store.length + self.room

    def advance(self, n: int) -> None:
        """Count n new tokens, once all layers hold them."""
        self.rewind(self.length + n)

    def rewind(self, length: int) -> None:
        """Forget everything behind `length`: the next question starts there."""
        for layer in self.layers:
            layer.length = length - self.store.length

    def view(self, runs: Sequence[range], room: int) -> Pages:
        """These runs of tokens alone, with room for some more behind the last run. Nothing is copied.

        Keys keep the positions at which they were read, so new tokens follow the last run's end.
        """
        sealed, stood = self.store.length, self.layers[0].length
        store = self.store.view(runs)
        held = Slab({"key": self.key[:, :, None, :stood], "value": self.value[:, :, None, :stood]})
        for run in runs:
            start, stop = max(run.start - sealed, 0), min(run.stop - sealed, stood)
            store.slabs += held.cut(start, stop) if start < stop else []
        pages = Pages(self.header, room, device=self.device, tier="memory", store=store)
        pages.ahead = runs[-1].stop - store.length
        return pages

    def path(self, name: str) -> Path:
        if self.folder is None:
            raise ValueError("these pages live in memory only")
        return self.folder / f"{name}.safetensors"

    def seal(self, name: str, ids: list[int]) -> None:
        """Write the last len(ids) tokens as the chunk `name`: whole or not at all.

        Raises Problem "disk-full".
        """
        end = self.layers[0].length
        span = slice(end - len(ids), end)
        parts = pack(self._layout(len(ids)), self.key[:, :, span], self.value[:, :, span])
        self._write(name, ids, parts)
        if self.tier != "resident":
            kept = {part: value.clone() for part, value in parts.items()}  # exact parts are the buffers' own
            self.store.add(self._mapped(name) if self.tier == "file" else kept)
            self.rewind(self.store.length)
        elif self._layout(len(ids)) != "exact":
            self._hold(parts, span)

    def restore(self, name: str, ids: list[int]) -> bool:
        """Load the chunk `name` behind what stands. False when it was never sealed.

        Raises Damaged when the file is not, to the last bit, what was sealed for these tokens.
        """
        path = self.path(name)
        if not path.exists():
            return False
        parts = self._verified(path, ids)
        if self.tier == "resident":
            end = self.layers[0].length
            self._hold(parts, slice(end, end + len(ids)))
            self.advance(len(ids))
        else:
            if self.tier != "file":
                parts = {part: value.clone() for part, value in parts.items()}
            self.store.add(parts)
            self.rewind(self.store.length)
        return True

    def check(self, ids: list[int]) -> list[Damaged]:
        """What is wrong with the sealed files of these tokens; files that are not there are not wrong."""
        found = []
        for name, run in zip(self.names, chunks(self.header, len(ids)), strict=True):
            try:
                if self.path(name).exists():
                    self._verified(self.path(name), ids[run.start : run.stop])
            except Damaged as damaged:
                found.append(damaged)
        return found

    def _layout(self, tokens: int) -> Layout:
        return self.header.layout if tokens > self.header.sinks else "exact"

    def _hold(self, parts: Parts, span: slice) -> None:
        """Put what a chunk's parts stand for into the buffers."""
        here = {name: part.to(self.device) for name, part in parts.items()}
        self.key[:, :, span], self.value[:, :, span] = restored(here, self.dtype)

    def _write(self, name: str, ids: list[int], parts: Parts) -> None:
        tensors = {"ids": torch.tensor(ids, dtype=torch.int32)}
        tensors |= {part: value.cpu().contiguous() for part, value in parts.items()}
        metadata = {"header": self.header.digest(), "sum": checksum(tensors)}
        write_atomically(self.path(name), save(tensors, metadata))

    def _mapped(self, name: str) -> Parts:
        """A sealed file's parts as pages of that file, read when they are looked at."""
        with safe_open(self.path(name), "pt") as file:
            return {part: file.get_tensor(part) for part in file.keys() if part != "ids"}  # noqa: SIM118

    def _verified(self, path: Path, ids: list[int]) -> Parts:
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                tensors: Parts = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise Damaged(path, str(error)) from error
        if "ids" not in tensors or metadata.get("header") != self.header.digest():
            raise Damaged(path, "another header")
        if tensors["ids"].tolist() != ids:
            raise Damaged(path, "other tokens")
        if metadata.get("sum") != checksum(tensors):
            raise Damaged(path, "the checksum differs")
        del tensors["ids"]
        if _forms(tensors) != _expected(self.header, self._layout(len(ids)), len(ids)):
            raise Damaged(path, "another shape")
        return tensors


@functools.cache
def _expected(header: Header, layout: Layout, tokens: int) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    """Shape and type of each part of a chunk of so many tokens."""
    size = header.layers, header.kv_heads, tokens, header.head_dim
    nothing = torch.zeros(size, dtype=getattr(torch, header.dtype), device="meta")
    return _forms(pack(layout, nothing, nothing))


def _forms(parts: Parts) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    return {name: (tuple(part.shape), part.dtype) for name, part in parts.items()}


class Damaged(Exception):
    """A page file that must not be used: which, and what is wrong with it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason


def checksum(tensors: dict[str, Tensor]) -> str:
    """SHA-256 over the names and bytes of a chunk's tensors."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for its user alone. Raises Problem "disk-full"."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Problem("disk-full", folder=str(path.parent), megabytes=max(1, len(data) // 10**6)) from error
        raise
