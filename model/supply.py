"""Supply: which model reads, in which precision, and bringing its bytes here, ready to load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from model.catalog import ENTRIES, Entry, entry, identity, path_of, present
from model.checkpoint import Checkpoint, open_checkpoint
from model.choice import precision_of
from model.convert import convert, converted_folder
from model.fetch import Abandoned, fetch
from model.read import Interrupted
from model.types import Converting, Device, Event, Folders, Precision

STRETCH = 4.0  # how far a model of the user's own, unmeasured, may be stretched


@dataclass(frozen=True)
class Chosen:
    """The model that will read: a catalogue entry or a folder of the user's own."""

    name: str
    entry: Entry | None
    folder: Path
    stretch: float
    precision: Precision
    models: Path

    def is_here(self, models: Path) -> bool:
        return self.entry is None or (present(self.entry, models) and self.folder.exists())

    def open(self) -> Checkpoint:
        """What lies in its folder. Raises what `open_checkpoint` raises."""
        return open_checkpoint(self.folder, identity(self.entry, self.models) if self.entry else None)


def named(name: str, folders: Folders, device: Device, precision: Precision | str = "") -> Chosen:
    """A catalogue name, or the path of a folder with safetensors in it. Raises Problem "unknown-model"."""
    models = Path(folders.models)
    if (Path(name).is_dir() or name.endswith(".gguf")) and name not in {e.name for e in ENTRIES}:
        return Chosen(Path(name).name, None, Path(name), STRETCH, precision_of(None, device, precision), models)
    found = entry(name)
    numbers = precision_of(found, device, precision)
    path = path_of(found, models)
    folder = path if found.is_repository else converted_folder(path, found.sha256, numbers)
    return Chosen(found.name, found, folder, found.stretch, numbers, models)


def obtain(chosen: Chosen, folders: Folders, offline: bool, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Fetch and convert what is not here yet. Raises Interrupted and what `fetch` raises."""
    models = Path(folders.models)
    if chosen.entry is None or chosen.is_here(models):
        return
    try:
        if not present(chosen.entry, models):
            yield from fetch(chosen.entry, models, offline, stopped)
    except Abandoned:
        raise Interrupted(0) from None
    if chosen.entry.is_repository:
        return
    yield Converting(chosen.name)
    convert(path_of(chosen.entry, models), chosen.entry.sha256, chosen.precision)
