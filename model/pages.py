"""Pages: a document's keys and values, in memory for attention and sealed on disk chunk by chunk.

In memory each layer owns two buffers [kv_heads, capacity, head_dim]; tokens beyond the document (question,
answer) stand behind it and are rewound afterwards. On disk each chunk is one safetensors file named by a
chain of hashes: of the header (weights, rotary base, layout) and of every token up to the chunk's end. So a
name says exactly what was read, two documents with one beginning share it, and a document that was changed
late is read again from the first changed chunk only.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from model.types import Problem

CHUNK = 512  # tokens that are read and sealed at a time: what a killed process loses at most
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
    layout: str = "exact"
    chunk: int = CHUNK
    format: int = FORMAT

    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def chain(header: Header, ids: list[int]) -> list[str]:
    """The name of each chunk: a hash over the header and all tokens up to the chunk's end."""
    names = []
    name = header.digest()
    for start in range(0, len(ids), header.chunk):
        tokens = ",".join(map(str, ids[start : start + header.chunk]))
        name = hashlib.sha256(f"{name}:{tokens}".encode()).hexdigest()
        names.append(name)
    return names


class PageLayer(CacheLayerMixin):
    """One layer's keys and values; also what `update` hands to the attention function."""

    is_compileable = False
    is_croppable = False
    supports_early_init = False

    def __init__(self, key: Tensor, value: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.key, self.value = key, value  # [kv_heads, capacity, head_dim]
        self.length = 0  # tokens that stand, the ones of the forward in hand not yet counted
        self.is_initialized = True

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to do: the buffers are made with the pages."""

    def update(self, key_states: Tensor, value_states: Tensor, *_: object, **__: object) -> Any:
        n = key_states.shape[2]
        self.key[:, self.length : self.length + n] = key_states[0]
        self.value[:, self.length : self.length + n] = value_states[0]
        self.fresh = n
        return self, self

    def split(self, n: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Views of the past's and of the n new tokens' keys and values."""
        past, end = self.length, self.length + n
        return self.key[:, :past], self.value[:, :past], self.key[:, past:end], self.value[:, past:end]

    def whole(self) -> tuple[Tensor, Tensor]:
        """Views of all keys and values, those of the forward in hand included."""
        end = self.length + self.fresh
        return self.key[:, :end], self.value[:, :end]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return self.key.shape[1]


class Pages:
    """All layers of one reading. `length` tokens stand; the loop in `model.decode` moves it.

    `folder` is where chunks are sealed (None: these pages live in memory only), `names` the chunks' names.
    """

    def __init__(
        self,
        header: Header,
        capacity: int,
        folder: Path | None = None,
        names: Sequence[str] = (),
        device: str = "cpu",
    ) -> None:
        self.header = header
        self.names = list(names)
        self.capacity = capacity
        self.newly_read = 0  # tokens that had to go through the model for the request in hand
        self.ahead = 0  # how far the positions of new tokens run ahead of the number that stand
        self.folder = folder
        shape = (header.kv_heads, capacity, header.head_dim)
        dtype = getattr(torch, header.dtype)

        def buffer() -> Tensor:
            return torch.empty(shape, dtype=dtype, device=device)

        self.layers = [PageLayer(buffer(), buffer()) for _ in range(header.layers)]
        self.cache = Cache(layers=list(self.layers))

    @property
    def length(self) -> int:
        return self.layers[0].length

    def advance(self, n: int) -> None:
        """Count n new tokens, once all layers hold them."""
        self.rewind(self.length + n)

    def rewind(self, length: int) -> None:
        """Forget everything behind `length`: the next question starts there."""
        for layer in self.layers:
            layer.length = length

    def excerpt(self, runs: Sequence[range], room: int) -> Pages:
        """Pages in memory of a few runs of tokens alone, with room for some more behind the last run.

        Keys keep the positions at which they were read, so new tokens follow the last run's end.
        """
        places = torch.tensor([i for run in runs for i in run])
        pages = Pages(self.header, len(places) + room)
        for own, other in zip(pages.layers, self.layers, strict=True):
            own.key[:, : len(places)] = other.key[:, places]
            own.value[:, : len(places)] = other.value[:, places]
        pages.advance(len(places))
        pages.ahead = runs[-1].stop - len(places)
        return pages

    def path(self, name: str) -> Path:
        if self.folder is None:
            raise ValueError("these pages live in memory only")
        return self.folder / f"{name}.safetensors"

    def seal(self, name: str, ids: list[int]) -> None:
        """Write the last len(ids) tokens as the chunk `name`: whole or not at all.

        Raises Problem "disk-full".
        """
        start, end = self.length - len(ids), self.length
        tensors = {
            "ids": torch.tensor(ids, dtype=torch.int32),
            "key": torch.stack([layer.key[:, start:end] for layer in self.layers]).cpu(),
            "value": torch.stack([layer.value[:, start:end] for layer in self.layers]).cpu(),
        }  # key, value [layers, kv_heads, n, head_dim]
        metadata = {"header": self.header.digest(), "sum": checksum(tensors)}
        write_atomically(self.path(name), save(tensors, metadata))

    def restore(self, name: str, ids: list[int]) -> bool:
        """Load the chunk `name` behind what stands. False when it was never sealed.

        Raises Damaged when the file is not, to the last bit, what was sealed for these tokens.
        """
        path = self.path(name)
        if not path.exists():
            return False
        tensors = self._verified(path, ids)
        start, end = self.length, self.length + len(ids)
        for layer, key, value in zip(self.layers, tensors["key"], tensors["value"], strict=True):
            layer.key[:, start:end] = key
            layer.value[:, start:end] = value
        self.advance(len(ids))
        return True

    def _verified(self, path: Path, ids: list[int]) -> dict[str, Tensor]:
        try:
            data = path.read_bytes()
            metadata, tensors = read_metadata(data), load(data)
        except (SafetensorError, OSError, ValueError, AttributeError, TypeError) as error:
            raise Damaged(path, str(error)) from error
        header = self.header
        shape = (header.layers, header.kv_heads, len(ids), header.head_dim)
        if set(tensors) != {"ids", "key", "value"} or metadata.get("header") != header.digest():
            raise Damaged(path, "another header")
        if tensors["ids"].tolist() != ids:
            raise Damaged(path, "other tokens")
        if any(tensors[n].shape != shape or tensors[n].dtype != self.layers[0].key.dtype for n in ("key", "value")):
            raise Damaged(path, "another shape")
        if metadata.get("sum") != checksum(tensors):
            raise Damaged(path, "the checksum differs")
        return tensors


class Damaged(Exception):
    """A page file that must not be used: which, and what is wrong with it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason


def checksum(tensors: dict[str, Tensor]) -> str:
    """SHA-256 over the bytes of ids, keys and values."""
    digest = hashlib.sha256()
    for name in ("ids", "key", "value"):
        digest.update(tensors[name].contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def read_metadata(data: bytes) -> dict[str, str]:
    """The text entries of a safetensors file's header. Raises ValueError if there is no such header."""
    size = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + size].decode()).get("__metadata__", {})
    return dict(metadata)


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
