"""Supply: which model reads, in which precision, and bringing its bytes here, ready to load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from model.catalog import ENTRIES, Entry, entry, identity, path_of, present
from model.checkpoint import Checkpoint, open_checkpoint
from model.choice import precision_of
from model.convert import convert, converted_folder
from model.fetch import Abandoned, fetch
from model.read import Interrupted, awaited
from model.types import Converting, Device, Event, Folders, Noticed, Precision

STRETCH = 4.0  # how far a model of the user's own, unmeasured, may be stretched


@dataclass(frozen=True)
class Chosen:
    """The model that will read: a catalogue entry or a folder of the user's own.

    `stored` are the numbers in the folder: those of the weights in memory, or bf16 from which these are made.
    """

    name: str
    entry: Entry | None
    folder: Path
    stretch: float
    precision: Precision
    models: Path
    stored: Precision = "bf16"

    def is_here(self, models: Path) -> bool:
        return self.entry is None or (present(self.entry, models) and self.folder.exists())

    def open(self) -> Checkpoint:
        """What lies in its folder. Raises what `open_checkpoint` raises."""
        return open_checkpoint(self.folder, identity(self.entry, self.models) if self.entry else None)


def named(name: str, folders: Folders, device: Device, precision: Precision | str = "") -> Chosen:
    """A catalogue name, or the path of a folder with safetensors in it. Raises Problem "unknown-model"."""
    models, own = Path(folders.models), Path(name)
    if (own.is_dir() or name.endswith(".gguf")) and name not in {e.name for e in ENTRIES}:
        numbers = precision_of(None, device, precision, _parameters(own))
        return Chosen(own.name, None, own, STRETCH, numbers, models)
    found = entry(name)
    numbers = precision_of(found, device, precision)
    path = path_of(found, models)
    stored: Precision = "int8" if numbers == "int8" and device.kind == "cpu" else "bf16"
    folder = path if found.is_repository else converted_folder(path, found.sha256, stored)
    return Chosen(found.name, found, folder, found.stretch, numbers, models, stored)


def _parameters(folder: Path) -> int:
    """About how many numbers a folder's weights are, by the size of their files, in sixteen bits."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors")) // 2


def obtain(chosen: Chosen, folders: Folders, offline: bool, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Fetch and convert what is not here yet. Raises Interrupted and what `fetch` raises."""
    models = Path(folders.models)
    if chosen.entry is None or chosen.is_here(models):
        return
    models.mkdir(parents=True, exist_ok=True)
    lock = FileLock(models / f".{chosen.name}.lock")
    yield from awaited(lock, Noticed("model-busy", {"model": chosen.name}), stopped)
    try:
        if not chosen.is_here(models):
            yield from _brought(chosen, chosen.entry, models, offline, stopped)
    finally:
        lock.release()


def _brought(chosen: Chosen, entry: Entry, models: Path, offline: bool, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Fetched where it is not present, and converted where it has to be."""
    try:
        if not present(entry, models):
            yield from fetch(entry, models, offline, stopped)
    except Abandoned:
        raise Interrupted(0) from None
    if not entry.is_repository:
        yield Converting(chosen.name)
        convert(path_of(entry, models), entry.sha256, chosen.stored)
