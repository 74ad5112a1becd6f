"""Speed: how long a reader takes beside its peers in the same run, and how much memory a document keeps."""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.documents.document import Document
from app.documents.find import find
from app.documents.open import open_document
from tests.measure import peers

_FOUND_IN = 3_000_000  # bytes of text that are searched


@dataclass(frozen=True)
class Row:
    """Seconds of ours (the median of `runs`) and of each peer (one run of what takes long)."""

    what: str
    ours: float
    goal: str
    peers: tuple[tuple[str, float], ...] = ()


def rows(docs: Path, scratch: Path) -> list[Row]:
    """All measurements for which the data is there. `scratch` takes a generated file."""
    novel = docs / "1-novels/epub-en/se_war-and-peace.epub"
    pdf = longest_pdf(docs)
    found = []
    if novel.exists():
        found.append(_beside("War and Peace, EPUB to Document", novel, "0.5 s", [peers.ebooklib_and_soup]))
    if pdf:
        found.append(_beside(f"{pdf[1]}-page PDF to Document", pdf[0], "pypdf / 10", [peers.pypdf, peers.pdfminer]))
    for name, encoding in (
        ("1-novels/txt-zh/红楼梦.utf8-crlf.txt", "utf-8"),
        ("1-novels/txt-zh/三国演义.gb18030-made.txt", "gb18030"),
        ("1-novels/txt-en/pg2701_moby-dick.utf8.txt", "utf-8"),
    ):
        if (docs / name).exists():
            found.append(_five_megabytes(docs / name, encoding, scratch))
    for name in ("1-novels/txt-zh/红楼梦.utf8-crlf.txt", "1-novels/epub-en/se_war-and-peace.epub"):
        if (docs / name).exists():
            found += _finding(docs / name)
    return found


def longest_pdf(docs: Path) -> tuple[Path, int] | None:
    """The PDF with the most pages and how many they are."""
    import pypdfium2

    best: tuple[Path, int] | None = None
    for path in docs.glob("[12]-*/**/*.pdf"):
        pages = len(pypdfium2.PdfDocument(path))
        if best is None or pages > best[1]:
            best = (path, pages)
    return best


def memory(path: Path) -> tuple[float, float, float]:
    """Of opening a file: what the Document keeps and the peak on the way, in multiples of its text, and its size.

    The text counts as Python keeps it: 1, 2 or 4 bytes a character.
    """
    gc.collect()
    tracemalloc.start()
    document = open_document(path)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = sys.getsizeof(document.text)
    return kept / size, peak / size, size / 1e6


def _seconds(run: Callable[[], object], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        gc.collect()  # what the one before left behind is not this one's
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _beside(what: str, path: Path, goal: str, others: list[Callable[[Path], str]]) -> Row:
    open_document(path)  # imports are not reading
    ours = _seconds(lambda: open_document(path))
    return Row(what, ours, goal, tuple((peer.__name__, _seconds(lambda p=peer: p(path), 1)) for peer in others))  # type: ignore[misc]


def _five_megabytes(path: Path, encoding: str, scratch: Path) -> Row:
    data = path.read_bytes()
    whole = scratch / f"five-{path.name}"
    whole.write_bytes((data * (5_000_000 // len(data) + 1))[:5_000_000])
    return Row(
        f"5 MB of TXT ({encoding}, {path.stem.partition('.')[0]})", _seconds(lambda: open_document(whole)), "0.3 s"
    )


def _finding(path: Path) -> list[Row]:
    """The first search for a word that is there, one that is not, and one with quotes and white space."""
    text = open_document(path).text
    data = text.encode()
    text = (data * (_FOUND_IN // len(data) + 1))[:_FOUND_IN].decode("utf-8", "ignore")
    needles = (
        ("宝玉", "没有这句话", "“好，  好”") if "红" in path.name else ("Natásha", "no such words", "“Well,  Prince")
    )
    found = []
    for needle in needles:
        document = Document("t", text, (), ())
        gc.collect()
        began = time.perf_counter()
        hits = find(document, needle)
        taken = time.perf_counter() - began
        found.append(Row(f"find {needle!r} in 3 MB of UTF-8 ({len(hits):,} hits)", taken, "0.03 s"))
    return found
