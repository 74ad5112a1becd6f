"""Fuzz: `python -m tests.measure.fuzz FORMAT SEEDS [-max_total_time=900 …]` feeds a reader with damaged files.

Coverage-guided (atheris, extra `measure`). FORMAT is epub, pdf, docx, txt, html or md; SEEDS a folder of real files.
What is no Document and no Problem is a crash, written down by libFuzzer with its input; so is a file that takes
more than ten seconds or a gigabyte.
"""

from __future__ import annotations

import importlib
import io
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["app.documents"]):
    for name in ("docx", "epub", "html", "markdown", "text"):  # open.py would import them late
        importlib.import_module(f"app.documents.{name}")
    from app.documents.open import open_document
    from app.documents.printed import reader

from model.types import Problem

_LARGEST_SEED = 200_000


def target(suffix: str, folder: Path) -> Callable[[bytes], None]:
    """A function that opens some bytes as a file of a kind."""
    path = folder / f"fuzz.{suffix}"
    # A PDF is read in this process, not in a child: what kills it must be seen.
    read = reader.read if suffix == "pdf" else open_document

    def run(data: bytes) -> None:
        path.write_bytes(data)
        try:
            document = read(path)
        except Problem:
            return
        assert all(a.end <= b.start for a, b in zip(document.blocks, document.blocks[1:], strict=False))
        assert all(0 <= u.start <= u.end <= len(document.text) for u in document.units)
        document.source()

    return run


def mutate_member(data: bytes, size: int, seed: int) -> bytes:
    """Damage one file inside a zip, so that the damage reaches the reader and not only the unpacking."""
    chance = random.Random(seed)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # a zip that an earlier mutation broke is damaged as bytes
        return bytes(atheris.Mutate(data, size))
    if not files or chance.random() < 0.1:
        return bytes(atheris.Mutate(data, size))
    name = chance.choice(list(files))
    files[name] = bytes(atheris.Mutate(files[name], max(1000, 2 * len(files[name]))))
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return memory.getvalue()[:size]


def main(arguments: list[str]) -> None:
    suffix, seeds, *options = arguments
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch) / "corpus"
        corpus.mkdir()
        for i, path in enumerate(sorted(Path(seeds).rglob(f"*.{suffix}"))):
            if path.stat().st_size <= _LARGEST_SEED:
                (corpus / f"{i}.{suffix}").write_bytes(path.read_bytes())
        limits = ["-timeout=10", "-rss_limit_mb=1024", f"-max_len={_LARGEST_SEED}"]
        more = {"custom_mutator": mutate_member} if suffix in ("epub", "docx") else {}
        atheris.Setup(["fuzz", *limits, *options, str(corpus)], target(suffix, Path(scratch)), **more)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
