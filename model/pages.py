"""Pages: a document's keys and values, at hand for attention and sealed on disk chunk by chunk.

Each layer owns two buffers [kv_heads, capacity, head_dim], on the device of its weights. In the tier "resident" they
hold the whole document; in the others only what is new, behind the sealed chunks of a `model.store.Store`. Tokens
beyond the document (question, answer) stand behind it and are rewound afterwards. On disk each chunk is one safetensors
file named by a chain of hashes: of the header (weights, rotary base, layout) and of every token up to the chunk's end.
So a name says exactly what was read, two documents with one beginning share it, and a document that was changed late is
read again from the first changed chunk only.

The first SINKS tokens, on which attention rests, and the last ones are chunks of their own, which stay exact. The
others take the header's layout when they are sealed, and from then on are attended to as sealed.

Where a model has recurrent layers too (`model.states`), each chunk's file also holds what they remember at its end.
Such pages can be rewound only to where a snapshot is held, and looked at only as far as a prefix.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin, LinearAttentionCacheLayerMixin

from model.buffers import Buffers
from model.header import Header, chunks
from model.layout import Parts, pack, restored
from model.sealed import Damaged, mapped, verified, write
from model.states import STATES, Snapshot, States
from model.store import Block, Slab, Store
from model.types import Problem, Tier

if TYPE_CHECKING:
    from transformers.cache_utils import DummyLayer  # newer than 5.17

PADDED = 64  # buffers are attended to in whole multiples of this: the same products again and again


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
    `device`: of all layers, or of each.
    """

    def __init__(
        self,
        header: Header,
        capacity: int,
        folder: Path | None = None,
        names: Sequence[str] = (),
        device: str | Sequence[str] = "cpu",
        tier: Tier = "resident",
        store: Store | None = None,
    ) -> None:
        self.header = header
        self.names = list(names)
        self.tier = tier
        self.device = device
        every = self._every_layer(device)
        places = header.recurrence.places if header.recurrence else ()
        attending = [name for place, name in enumerate(every) if place not in places]
        self.newly_read = 0  # tokens that had to go through the model for the request in hand
        self.ahead = 0  # how far the positions of new tokens run ahead of the number that stand
        self.folder = folder
        self.dtype: torch.dtype = getattr(torch, header.dtype)
        self.store = store or Store(self.dtype, attending, tier)
        shape = header.kv_heads, -(-capacity // PADDED) * PADDED, header.head_dim
        self.key, self.value = (Buffers(attending, shape, self.dtype) for _ in range(2))
        self.room = capacity
        self.layers = [
            PageLayer(index, key, value, self.store, header.layers)
            for index, (key, value) in enumerate(zip(self.key.layers, self.value.layers, strict=True))
        ]
        self.states = States(header.recurrence, self.dtype, [every[i] for i in places]) if header.recurrence else None
        self.cache = Cache(layers=self._in_order())

    @property
    def length(self) -> int:
        return self.store.length + self.layers[0].length

    @property
    def capacity(self) -> int:
        return self.store.length + self.room

    @property
    def croppable(self) -> bool:
        """Whether any of the last tokens can be forgotten and any run of tokens viewed; else see `rewind` and `view`.

        Where not, nothing may be guessed ahead: rejected guesses could not be taken back.
        """
        return self.states is None

    def advance(self, n: int) -> None:
        """Count n new tokens, once all layers hold them."""
        self._stand(self.length + n)

    def rewind(self, length: int) -> None:
        """Forget everything behind `length`: the next question starts there. Pages that are not croppable go back to
        the end of the last chunk that was sealed or restored, to where `hold` was called last, or to 0.
        """
        if self.states:
            self.states.back(length)
        self._stand(length)

    def hold(self) -> None:
        """Make what stands now a place that `rewind` can return to, instead of the one before."""
        if self.states:
            self.states.held = self.states.snapshot(self.length)

    def snapshot(self, end: int, ids: list[int]) -> Snapshot:
        """The last snapshot at or before token `end` of these pages that are not croppable: the one in memory or that
        of a sealed chunk of the prompt `ids`; the beginning, if there is none.
        """
        assert self.states
        if self.states.held.length <= end:
            return self.states.held
        for name, run in reversed(list(zip(self.names, chunks(self.header, len(ids)), strict=True))):
            if self.folder and run.stop <= end and self.path(name).exists():
                with contextlib.suppress(Damaged):  # it is read again, and reported, when it is next restored
                    parts = verified(self.path(name), self.header, ids[run.start : run.stop])
                    return Snapshot(run.stop, _split(parts)[1])
        return self.states.beginning()

    def view(self, runs: Sequence[range], room: int, snapshot: Snapshot | None = None) -> Pages:
        """These runs of tokens alone, with room for some more behind the last run. Nothing is copied.

        Keys keep the positions at which they were read, so new tokens follow the last run's end. Of pages that are not
        croppable only a prefix that ends at a snapshot (None: the one that is held) can be viewed: what recurrent
        layers remember of a passage cannot be told from what they remember of all before it.

        Raises Problem "scope-hybrid" for anything but a prefix of such pages.
        """
        if self.states:
            snapshot = snapshot or self.states.held
            if any(one.stop != other.start for one, other in pairwise([range(0), *runs])):
                raise Problem("scope-hybrid")
            if runs[-1].stop != snapshot.length:
                raise ValueError(f"a prefix of {runs[-1].stop} tokens, and a snapshot at {snapshot.length}")
        store = self.seen(runs)
        pages = Pages(self.header, room, device=self.device, tier="memory", store=store)
        pages.ahead = runs[-1].stop - store.length
        if pages.states and snapshot:
            pages.states.put(snapshot)
        return pages

    def seen(self, runs: Sequence[range]) -> Store:
        """The keys and values of these runs of tokens; nothing is copied."""
        sealed, stood = self.store.length, self.layers[0].length
        store = self.store.view(runs)
        buffered = {"key": self.key[:stood], "value": self.value[:stood]}
        held = Slab({name: part.unsqueeze(2) for name, part in buffered.items()})
        for run in runs:
            start, stop = max(run.start - sealed, 0), min(run.stop - sealed, stood)
            store.slabs += held.cut(start, stop) if start < stop else []
        return store

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
        parts = pack(self.header.layout_of(len(ids)), self.key[span], self.value[span])
        snapshot = self.states.snapshot(self.length) if self.states else None
        write(self.path(name), self.header, ids, parts | (snapshot.parts if snapshot else {}))
        if self.tier != "resident":
            kept = {part: value.clone() for part, value in parts.items()}  # exact parts are the buffers' own
            self.store.add(_split(mapped(self.path(name)))[0] if self.tier == "file" else kept)
            self._stand(self.store.length)
        elif self.header.layout_of(len(ids)) != "exact":
            self._hold(parts, span)
        if self.states and snapshot:
            self.states.held = snapshot

    def restore(self, name: str, ids: list[int]) -> bool:
        """Load the chunk `name` behind what stands. False when it was never sealed.

        Raises Damaged when the file is not, to the last bit, what was sealed for these tokens.
        """
        path = self.path(name)
        if not path.exists():
            return False
        parts, states = _split(verified(path, self.header, ids))
        if self.tier == "resident":
            end = self.layers[0].length
            self._hold(parts, slice(end, end + len(ids)))
            self.advance(len(ids))
        else:
            if self.tier != "file":
                parts = {part: value.clone() for part, value in parts.items()}
            self.store.add(parts)
            self._stand(self.store.length)
        if self.states:
            self.states.put(Snapshot(self.length, states))
        return True

    def check(self, ids: list[int]) -> list[Damaged]:
        """What is wrong with the sealed files of these tokens; files that are not there are not wrong."""
        found = []
        for name, run in zip(self.names, chunks(self.header, len(ids)), strict=True):
            try:
                if self.path(name).exists():
                    verified(self.path(name), self.header, ids[run.start : run.stop])
            except Damaged as damaged:
                found.append(damaged)
        return found

    def _in_order(self) -> list[CacheLayerMixin | LinearAttentionCacheLayerMixin | DummyLayer]:
        """The layers as the model counts them: recurrent ones at their places, the others between them."""
        if self.states is None:
            return list(self.layers)
        recurrent = dict(zip(self.states.recurrence.places, self.states.layers, strict=True))
        attending = iter(self.layers)
        every = range(len(self.layers) + len(recurrent))
        return [recurrent[i] if i in recurrent else next(attending) for i in every]

    def _every_layer(self, device: str | Sequence[str]) -> list[str]:
        """The device of each layer of the model, recurrent ones included."""
        if not isinstance(device, str):
            return list(device)
        recurrent = len(self.header.recurrence.places) if self.header.recurrence else 0
        return [device] * (self.header.layers + recurrent)

    def _stand(self, length: int) -> None:
        for layer in self.layers:
            layer.length = length - self.store.length

    def _hold(self, parts: Parts, span: slice) -> None:
        """Put what a chunk's parts stand for into the buffers."""
        here = {name: part.to(self.store.home) for name, part in parts.items()}
        self.key[span], self.value[span] = restored(here, self.dtype)


def _split(tensors: Parts) -> tuple[Parts, Parts]:
    """A chunk's keys and values, and copies, which outlive the file, of what recurrent layers remember at its end."""
    states = {name: tensors[name].clone() for name in STATES if name in tensors}
    return {name: part for name, part in tensors.items() if name not in (*STATES, "ids")}, states
