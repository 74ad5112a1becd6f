"""The store: sealed chunks that attention reads block by block, from memory, pinned host memory or their files.

What stands at hand at any time is one block of one layer, and the next one on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from model.layout import Parts, unpack
from model.types import Tier

BLOCK = 8192  # tokens that are attended to at a time
ALONE = 1024  # a piece of as many tokens is not copied together with others
SLAB = 16  # packed chunks that are kept as one: fewer and larger products


@dataclass(frozen=True, slots=True)
class Block:
    """Keys and values [kv_heads, tokens, head_dim] of one layer; `rotated` as `model.layout` rotates."""

    key: Tensor
    value: Tensor
    rotated: bool


@dataclass(frozen=True, slots=True)
class Slab:
    """One chunk, or several of one shape: parts [layers, kv_heads, chunks, tokens, ...]."""

    parts: Parts

    @property
    def chunks(self) -> int:
        return self.parts["key"].shape[2]

    @property
    def chunk(self) -> int:
        return self.parts["key"].shape[3]

    @property
    def tokens(self) -> int:
        return self.chunks * self.chunk

    @property
    def rotated(self) -> bool:
        return "key_scale" in self.parts

    def cut(self, start: int, stop: int) -> list[Slab]:
        """Tokens [start, stop) of the slab: whole chunks together, a part of a chunk alone. Nothing is copied."""
        n = self.chunk
        places = sorted({start, stop, min(-(-start // n) * n, stop), max(stop // n * n, start)})
        return [self._piece(a, b) for a, b in pairwise(places)]

    def _piece(self, a: int, b: int) -> Slab:
        n = self.chunk
        first, last = a // n, -(-b // n)
        inside = slice(a - first * n, b - first * n) if last - first == 1 else slice(None)
        return Slab(
            {
                name: part[:, :, first:last] if name.endswith("_scale") else part[:, :, first:last, inside]
                for name, part in self.parts.items()
            }
        )


class Store:
    """The sealed tokens of a reading, in order, or some runs of them."""

    def __init__(self, dtype: torch.dtype, devices: Sequence[str], tier: Tier = "memory") -> None:
        """`devices`: of each layer. What several of them would have to share stays in pinned host memory."""
        self.dtype = dtype
        self.devices = list(devices)
        self.home = self.devices[0] if len(set(devices)) == 1 else "cpu"
        self.tier = tier
        self.slabs: list[Slab] = []
        self._ahead: tuple[tuple[int, int], Future[Block]] | None = None
        self._worker: ThreadPoolExecutor | None = None
        self._streams: dict[str, torch.cuda.Stream] = {}

    @property
    def length(self) -> int:
        return sum(slab.tokens for slab in self.slabs)

    def add(self, parts: Parts) -> None:
        """Take in one chunk: parts [layers, kv_heads, tokens, ...], on the CPU or on the device."""
        self._ahead = None
        slab = Slab({name: self._placed(part.unsqueeze(2)) for name, part in parts.items()})
        self.slabs.append(slab)
        same = [s for s in self.slabs[-SLAB:] if s.rotated and s.chunks == 1 and s.chunk == slab.chunk]
        if self.tier != "file" and len(same) == SLAB:
            joined = {name: torch.cat([s.parts[name] for s in same], 2) for name in slab.parts}
            self.slabs[-SLAB:] = [Slab({name: self._pinned(part) for name, part in joined.items()})]

    def view(self, runs: Sequence[range]) -> Store:
        """A store of some runs of these tokens alone; nothing is copied."""
        seen = Store(self.dtype, self.devices, self.tier)
        for run in runs:
            place = 0
            for slab in self.slabs:
                start, stop = max(run.start - place, 0), min(run.stop - place, slab.tokens)
                if start < stop:
                    seen.slabs += slab.cut(start, stop)
                place += slab.tokens
        return seen

    def blocks(self, layer: int, layers: int) -> Iterator[Block]:
        """A layer's blocks in order. While one is attended to, the next is made, of the next layer behind the last."""
        groups = self._groups()
        for number in range(len(groups)):
            block = self._taken(layer, number, groups)
            following = (layer, number + 1) if number + 1 < len(groups) else ((layer + 1) % layers, 0)
            if self.tier in ("host", "file") or self.home != self.devices[layer]:
                self._fetch(following, groups)
            yield block

    def _groups(self) -> list[list[Slab]]:
        """Slabs that make up one block each: of one kind, together no more than BLOCK tokens."""
        groups: list[list[Slab]] = []
        for slab in self.slabs:
            together = (
                groups and groups[-1][0].rotated == slab.rotated and max(slab.tokens, groups[-1][-1].tokens) < ALONE
            )
            if together and sum(s.tokens for s in groups[-1]) + slab.tokens <= BLOCK:
                groups[-1].append(slab)
            else:
                groups.append([slab])
        return groups

    def _taken(self, layer: int, number: int, groups: list[list[Slab]]) -> Block:
        """The block that was fetched ahead, else one made now."""
        if self._ahead is not None and self._ahead[0] == (layer, number):
            block = self._ahead[1].result()
            for part in (block.key, block.value):
                if part.is_cuda:  # its memory is not given away before it was used
                    part.record_stream(torch.cuda.current_stream(part.device))
            return block
        return self._made(layer, groups[number])

    def _fetch(self, which: tuple[int, int], groups: list[list[Slab]]) -> None:
        self._worker = self._worker or ThreadPoolExecutor(1, thread_name_prefix="pages")
        self._ahead = (which, self._worker.submit(self._made_aside, which[0], groups[which[1]]))

    def _made_aside(self, layer: int, slabs: list[Slab]) -> Block:
        """A block made while another is attended to; on a GPU in a stream of its own."""
        with torch.inference_mode():
            device = self.devices[layer]
            if device.startswith("cpu"):
                return self._made(layer, slabs)
            if device not in self._streams:
                self._streams[device] = torch.cuda.Stream(device)
            stream = self._streams[device]
            with torch.cuda.stream(stream):
                block = self._made(layer, slabs)
            stream.synchronize()
            return block

    def _made(self, layer: int, slabs: list[Slab]) -> Block:
        pairs = []
        for slab in slabs:
            own = {name: part[layer].to(self.devices[layer], non_blocking=True) for name, part in slab.parts.items()}
            key, value = unpack(own, self.dtype)  # [kv_heads, chunks, tokens, head_dim]
            pairs.append((key.flatten(1, 2), value.flatten(1, 2)))
        if len(pairs) == 1:
            return Block(*pairs[0], slabs[0].rotated)
        return Block(torch.cat([k for k, _ in pairs], 1), torch.cat([v for _, v in pairs], 1), slabs[0].rotated)

    def _placed(self, part: Tensor) -> Tensor:
        """A chunk's part where this tier keeps it. A part from a mapped file stays what it is: pages of that file."""
        return part.to(self.home) if self.tier in ("resident", "memory") and self._is_shared else self._pinned(part)

    @property
    def _is_shared(self) -> bool:
        """Whether all layers are on one device."""
        return self.home in self.devices

    def _pinned(self, part: Tensor) -> Tensor:
        in_host_memory = self.tier == "host" or (self.tier != "file" and not self._is_shared)
        return part.cpu().pin_memory() if in_host_memory else part
