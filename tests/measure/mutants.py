"""Mutants: `python -m tests.measure.mutants SUFFIX SEEDS SECONDS` opens damaged files, each in a forked process.

For PDF: pdfium is no Python that atheris could watch, and a damaged file can end the process it is read in. That is
counted as a death and is what `app.documents.pdf` keeps from the reader; an exception of ours is a bug and printed.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from app.documents.open import open_document
from app.documents.printed import reader
from model.types import Problem

_LARGEST_SEED = 200_000
_NUMBERS = (0, -1, 9, 255, 65_536, 2**31, 10**9)
_OPENED, _REFUSED, _BUG = 10, 11, 12


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A file with one to thirty bytes changed, lost, copied, or replaced by odd numbers."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 2, 4, 8, 30))):
        at, kind = chance.randrange(len(damaged) or 1), chance.random()
        if kind < 0.4:
            damaged[at : at + 1] = bytes([chance.randrange(256)])
        elif kind < 0.6:
            damaged[at : at + chance.randrange(1, 30)] = b""
        elif kind < 0.8:
            source = chance.randrange(len(damaged) or 1)
            damaged[at:at] = damaged[source : source + chance.randrange(1, 200)]
        elif kind < 0.9:
            damaged[at : at + 1] = str(chance.choice(_NUMBERS)).encode()
        else:
            damaged[at : at + 2] = chance.randbytes(8)
    return bytes(damaged)


def ending(path: Path) -> str:
    """What becomes of one file in a process of its own."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(path))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {_OPENED: "opened", _REFUSED: "refused", _BUG: "bug"}.get(code, "death")


def _tried(path: Path) -> int:
    try:
        document = reader.read(path) if path.suffix == ".pdf" else open_document(path)
        assert all(document.text[b.start : b.end].strip() for b in document.blocks)
    except Problem:
        return _REFUSED
    except Exception:  # it is what is looked for
        traceback.print_exc()
        return _BUG
    return _OPENED


def main(suffix: str, folder: str, seconds: str) -> int:
    seeds = [p.read_bytes() for p in Path(folder).rglob(f"*.{suffix}") if p.stat().st_size <= _LARGEST_SEED]
    chance, endings, slowest = random.Random(), Counter[str](), 0.0
    until = time.monotonic() + float(seconds)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"mutant.{suffix}"
        while time.monotonic() < until:
            path.write_bytes(mutated(chance.choice(seeds), chance))
            began = time.monotonic()
            end = ending(path)
            slowest = max(slowest, time.monotonic() - began)
            endings[end] += 1
            if end == "bug":
                path.rename(Path.cwd() / f"bug-{endings['bug']}.{suffix}")
    print(f"{endings.total()} files: {dict(endings)}, slowest {slowest:.1f} s")
    return 1 if endings["bug"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
