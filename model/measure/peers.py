"""Peers: transformers and llama.cpp on the same tokens and weights, each as it does by itself.

A library is imported where its engine begins: the time and memory of that belong to it, and to no other.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SPARE = 256  # tokens of room behind the document
BATCH = 512  # tokens that llama.cpp takes at a time


class Transformers:
    """bf16 weights, PyTorch's own attention, the whole document in one forward; its cache written by torch.save."""

    def __init__(self, model: str, tokens: int, threads: int, folder: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM, DynamicCache
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        torch.set_num_threads(threads)
        self.torch, self.new_cache = torch, DynamicCache
        options: dict[str, Any] = {"dtype": torch.bfloat16, "attn_implementation": "sdpa", "local_files_only": True}
        self.module: Any = AutoModelForCausalLM.from_pretrained(model, **options).eval()
        self.path = folder / "cache.pt"
        self.cache: Any = DynamicCache(config=self.module.config)

    def warm(self, ids: Sequence[int]) -> None:
        self.ask(ids)
        self.write(1)
        self.cache = self.new_cache(config=self.module.config)

    def read(self, ids: Sequence[int]) -> None:
        self.ask(ids)

    def keep(self) -> int:
        self.torch.save([(layer.keys, layer.values) for layer in self.cache.layers], self.path)
        return self.path.stat().st_size

    def restore(self, ids: Sequence[int]) -> None:
        self.cache = self.new_cache(self.torch.load(self.path, weights_only=True), config=self.module.config)

    def ask(self, ids: Sequence[int]) -> int:
        with self.torch.inference_mode():
            tokens = self.torch.tensor([list(ids)])
            out = self.module(input_ids=tokens, past_key_values=self.cache, use_cache=True, logits_to_keep=1)
        self.next = int(out.logits[0, -1].argmax())
        return self.next

    def write(self, tokens: int) -> None:
        for _ in range(tokens):
            self.ask([self.next])

    def quote(self, ids: Sequence[int], tokens: int) -> int:
        return 0  # its prompt lookup reads the whole prompt again


class LlamaCpp:
    """The same GGUF through llama-cpp-python; its state written and read by llama.cpp's own session files.

    Not by `Llama.save_state`: that keeps the logits of a whole batch too, 311 MB with a vocabulary of 152,000.
    """

    def __init__(self, model: str, tokens: int, threads: int, folder: Path) -> None:
        import llama_cpp

        self.library: Any = llama_cpp
        sizes = {"n_ctx": tokens + SPARE, "n_batch": BATCH, "n_threads": threads, "n_threads_batch": threads}
        self.llama: Any = self.library.Llama(model, verbose=False, **sizes)
        self.path = folder / "state.bin"

    def warm(self, ids: Sequence[int]) -> None:
        self.ask(ids)
        self.write(1)
        self.llama.reset()

    def read(self, ids: Sequence[int]) -> None:
        self.llama.eval(list(ids))

    def keep(self) -> int:
        n = self.llama.n_tokens
        tokens = (self.library.llama_token * n)(*self.llama.input_ids[:n].tolist())
        if not self.library.llama_state_save_file(self.llama.ctx, str(self.path).encode(), tokens, n):
            raise OSError("llama.cpp did not write its state")
        return self.path.stat().st_size

    def restore(self, ids: Sequence[int]) -> None:
        room, count = len(ids) + SPARE, ctypes.c_size_t(0)
        tokens = (self.library.llama_token * room)()
        path = str(self.path).encode()
        if not self.library.llama_state_load_file(self.llama.ctx, path, tokens, room, ctypes.byref(count)):
            raise OSError("llama.cpp did not read its state")
        self.llama.input_ids[: count.value] = tokens[: count.value]
        self.llama.n_tokens = count.value

    def ask(self, ids: Sequence[int]) -> int:
        self.llama.eval(list(ids))
        self.next = int(self.llama.sample(temp=0))
        return self.next

    def write(self, tokens: int) -> None:
        for _ in range(tokens):
            self.ask([self.next])

    def quote(self, ids: Sequence[int], tokens: int) -> int:
        return 0  # its prompt lookup keeps the logits of every token of the context: 10 GB at 16,384
