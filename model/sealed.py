"""Sealed: one chunk's file. Written whole or not at all; used only if it is, to the last bit, what was written."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from model.header import Header, expected, forms
from model.layout import Parts
from model.types import Problem


class Damaged(Exception):
    """A page file that must not be used: which, and what is wrong with it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason


def write(path: Path, header: Header, ids: list[int], parts: Parts) -> None:
    """Seal the parts of these tokens. Raises Problem "disk-full"."""
    tensors = {"ids": torch.tensor(ids, dtype=torch.int32)}
    tensors |= {name: part.cpu().contiguous() for name, part in parts.items()}
    metadata = {"header": header.digest(), "sum": checksum(tensors)}
    write_atomically(path, save(tensors, metadata))


def mapped(path: Path) -> Parts:
    """A file's parts as pages of that file, read when they are looked at; the tokens among them, as "ids"."""
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def verified(path: Path, header: Header, ids: list[int]) -> Parts:
    """The mapped parts of a file that was sealed for these tokens under this header. Raises Damaged."""
    try:
        tensors = mapped(path)
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise Damaged(path, str(error)) from error
    if reason := _wrong(tensors, metadata, header, ids):
        tensors.clear()  # a file that is mapped cannot be removed on Windows
        raise Damaged(path, reason)
    del tensors["ids"]
    return tensors


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


def _wrong(tensors: Parts, metadata: dict[str, str], header: Header, ids: list[int]) -> str:
    """What is wrong with a file's content; nothing if it is whole."""
    if "ids" not in tensors or metadata.get("header") != header.digest():
        return "another header"
    if tensors["ids"].tolist() != ids:
        return "other tokens"
    if metadata.get("sum") != checksum(tensors):
        return "the checksum differs"
    kept = {name: part for name, part in tensors.items() if name != "ids"}
    return "" if forms(kept) == expected(header, len(ids)) else "another shape"
