"""Child: a library that trusts its file runs in a process of its own, bounded, and its death harms nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app import door

_ROOT = Path(__file__).resolve().parents[2]  # where `app` and `model` lie


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status (negative: killed by that signal), its output, what it said on stderr."""

    status: int
    output: bytes
    said: str


def run(module: str, arguments: Sequence[str], words: bytes = b"", seconds: float | None = None) -> Ended:
    """Run `python -m module` with `words` on its stdin. Raises TimeoutError after `seconds`."""
    command = [*door.command(module), *arguments]
    try:
        done = subprocess.run(command, input=words, capture_output=True, timeout=seconds, env=_environment())
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"not done in {seconds:.0f} seconds") from None
    return Ended(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def start(module: str) -> subprocess.Popen[bytes]:
    """Begin `python -m module`, to be talked to through its stdin and stdout."""
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(door.command(module), stdin=pipe, stdout=pipe, stderr=null, env=_environment())


def _environment() -> dict[str, str]:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def limit(memory: int, largest_file: int) -> None:
    """In a child: bounds in bytes on what it may take and write, where the system has them."""
    if sys.platform != "win32":
        import resource

        for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, largest_file)):
            try:
                resource.setrlimit(kind, (most, most))
            except (ValueError, OSError):  # macOS does not limit memory so
                continue
