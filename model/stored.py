"""Stored: the tensors of a model's folder as the headers of its files announce them. Nothing else of them is read."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.types import Problem

PACKED = "packed.safetensors"  # weights in the layout of `model.linear`, made by `model.convert`
INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
POINTER = b"version https://git-lfs"  # what git leaves in a large file's place when it was not fetched


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor as the header of its file announces it."""

    file: Path
    numbers: str
    shape: tuple[int, ...]


def stored_tensors(folder: Path) -> dict[str, Stored]:
    """Every tensor of a folder's weights, from the headers of its files. Raises Problem as `open_checkpoint` does."""
    stored: dict[str, Stored] = {}
    for file in _weight_files(folder):
        stored |= _header(file)
    return stored


def _weight_files(folder: Path) -> list[Path]:
    if not (folder / "config.json").exists():
        raise Problem("model-folder", folder=str(folder), missing="config.json")
    names = {"model.safetensors"}
    if (folder / PACKED).exists():
        names = {PACKED}
    elif (folder / INDEX).exists():
        names = {str(name) for name in read_json(folder / INDEX).get("weight_map", {}).values()}
    elif not (folder / "model.safetensors").exists():
        pickles = sorted(path for pattern in PICKLES for path in folder.glob(pattern))
        if pickles:
            raise Problem("pickle", path=str(pickles[0]))
    for name in sorted(names):
        if Path(name).name != name or not (folder / name).is_file():
            raise Problem("model-folder", folder=str(folder), missing=name)
    return [folder / name for name in sorted(names)]


def _header(file: Path) -> dict[str, Stored]:
    """The tensors of a safetensors file, once its length is the one that its header announces."""
    size = file.stat().st_size
    refuse_pointer(file)
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        try:
            header = json.loads(opened.read(min(length, 100_000_000)))
            entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
            expected = 8 + length + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
            stored = {n: Stored(file, e["dtype"], tuple(e["shape"])) for n, e in entries.items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if size < 8 + length < 100_000_000:
                raise Problem("model-cut", path=str(file), found=size, expected=8 + length) from error
            raise Problem("model-broken", folder=str(file), reason="it is no safetensors file") from error
    if size != expected:
        raise Problem("model-cut", path=str(file), found=size, expected=expected)
    return stored


def refuse_pointer(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(len(POINTER)) == POINTER:
            raise Problem("lfs-pointer", path=str(file))


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises Problem "model-broken"."""
    refuse_pointer(path)
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError) as error:
        raise broken(path.parent, error) from error


def broken(folder: Path, error: Exception) -> Problem:
    return Problem("model-broken", folder=str(folder), reason=str(error).split("\n")[0][:200])


def folder_digest(folder: Path) -> str:
    """SHA-256 over a folder's weights, config and tokenizer; kept beside them while nothing changes."""
    kinds = (".safetensors", ".json", ".update")
    files = sorted(p for p in folder.iterdir() if p.suffix in kinds and p.name[0] != ".")
    state = [[p.name, p.stat().st_size, p.stat().st_mtime_ns] for p in files]
    note = folder / ".tongdu-digest.json"
    kept = _kept(note)
    if kept.get("state") == state:
        return str(kept["digest"])
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    if os.access(folder, os.W_OK):
        note.write_text(json.dumps({"state": state, "digest": digest.hexdigest()}))
    return digest.hexdigest()


def _kept(note: Path) -> dict[str, Any]:
    """What a note holds; nothing if it is not there or not whole: it only saves time."""
    try:
        return dict(json.loads(note.read_text()))
    except (OSError, ValueError, TypeError):
        return {}
