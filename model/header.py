"""Header: what keys and values depend on besides the tokens; how a document's tokens become chunks with names."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import math
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

import torch

from model.layout import Parts, pack
from model.states import Recurrence
from model.types import Layout

Forms = dict[str, tuple[tuple[int, ...], torch.dtype]]  # shape and type of each part of a chunk

CHUNK = 512  # tokens that are read and sealed at a time: what a killed process loses at most
SINKS = 64  # tokens of the beginning, and as many of the end, that stay exact
STATES_SHARE = 0.5  # of a full chunk's page bytes: what a snapshot of the recurrent layers may take beside them
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
    recurrence: Recurrence | None = None

    def digest(self) -> str:
        fields = asdict(self)
        if self.recurrence is None:
            del fields["recurrence"]  # the same digest as before there were hybrid models
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()

    def fitted(self) -> Header:
        """The header with a chunk so long that the snapshot at its end takes at most STATES_SHARE of its pages' bytes:
        the first multiple of CHUNK. Qwen3.5-9B: 50 MB at 32 KiB a token, so 3,584 tokens in the layout "exact".
        """
        if self.recurrence is None:
            return self
        states = self.recurrence.bytes(getattr(torch, self.dtype))
        lengths = itertools.count(CHUNK, CHUNK)
        return replace(self, chunk=next(n for n in lengths if states <= STATES_SHARE * self.page_bytes(n)))

    def page_bytes(self, tokens: int) -> int:
        """Bytes of the keys and values of one chunk of so many tokens, more than the sinks, on disk."""
        forms = expected(replace(self, recurrence=None), tokens).values()
        return sum(math.prod(shape) * dtype.itemsize for shape, dtype in forms)

    def layout_of(self, tokens: int) -> Layout:
        """The layout of a chunk of so many tokens: the first and the last few stay exact."""
        return self.layout if tokens > self.sinks else "exact"


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


@functools.cache
def expected(header: Header, tokens: int) -> Forms:
    """Shape and type of each part of a chunk of so many tokens."""
    size = header.layers, header.kv_heads, tokens, header.head_dim
    dtype = getattr(torch, header.dtype)
    nothing = torch.zeros(size, dtype=dtype, device="meta")
    states = header.recurrence.nothing(dtype, "meta") if header.recurrence else {}
    return forms(pack(header.layout_of(tokens), nothing, nothing) | states)


def forms(parts: Parts) -> Forms:
    """Shape and type of each part."""
    return {name: (tuple(part.shape), part.dtype) for name, part in parts.items()}
