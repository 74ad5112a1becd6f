"""`python -m tests.measure [DATA]`: opens every real file, beside the peers, and writes tests/data/FORMATS.md."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from app.documents.open import sniff
from tests.measure import hostile, laws, peers, references, speed
from tests.measure.child import Child, Outcome
from tests.measure.encodings import table

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "tests/data/FORMATS.md"
LIMIT = 10.0  # seconds a file may take
PATIENCE = 120.0  # seconds a peer may take: its slowness is not what is measured here
ENOUGH = 100  # readable characters that make a refusal a mistake
WHY = {
    "plane1-utf-32be.html": "the peer took UTF-32 for another encoding",
    "tika434.html": "the peer counts the entries of the page's menus of countries and months",
    "TAMReview.pdf": "the peer writes (cid:12) for each sign that the fonts do not name; Tongdu says so in a warning",
    "issue10640.pdf": "the peer writes /one.os for a figure and misreads the fonts",
    "issue13916.pdf": "the peer writes (cid:12) for each sign that the fonts do not name",
    "testPDF_acroform3.pdf": "the peer repeats the one line that is drawn five times over itself",
    "testPDF_bad_page_303226.pdf": "the peer writes (cid:12) for signs, and keeps the running lines of 19 pages",
    **dict.fromkeys(
        (
            "ocf-url_origin.epub",
            "scr-readingsystem-features.epub",
            "scr-readingsystem-support_iframe.epub",
            "scr-support-fallback.epub",
            "scr-support_origin_unique.epub",
        ),
        "the peer counts what the page hides unless its script runs, or a page only a script opens",
    ),
    "sous-le-vent.epub": "the peer counts the style sheets inside its drawings",
}
MADE = ("7z", "json", "tsv")


def main(arguments: Sequence[str]) -> int:
    data = Path(arguments[0]) if arguments else ROOT.parent / "shared/data"
    if not (data / "docs").is_dir():
        print(f"{data} holds no docs; name the folder of the test data")
        return 1
    parts = [HEAD.format(date=date.today().isoformat())]
    for part in (_files, _encodings, _laws, _references, _speed, _hostile):
        print(f"== {part.__name__.strip('_')}", flush=True)
        parts.append(part(data))
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"written: {PAGE}")
    return 0


HEAD = """# Formats, measured

Written by `python -m tests.measure` on {date}, two cores, no other work. Each file is opened in a process of its own
that may take ten seconds. *Refused* means one plain sentence (a Problem); *bug* any other exception; *death* that the
process ended. Peers: ebooklib with lxml (EPUB), pypdf and pdfminer.six, the better of them (PDF), python-docx (DOCX),
BeautifulSoup (HTML), charset-normalizer (text), lxml (XML)."""


def rowed(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _files(data: Path) -> str:
    paths = sorted(p for p in (data / "docs").rglob("*") if p.is_file() and p.suffix[1:] not in MADE)
    with Child(peers.tongdu, LIMIT) as ours, Child(peers.peer, PATIENCE) as theirs:
        pairs = [(kind(p), ours.open(p), theirs.open(p)) for p in paths]
    summary = []
    for name in sorted({k for k, _, _ in pairs}):
        group = [(a, b) for k, a, b in pairs if k == name]
        endings = Counter(a.ending for a, _ in group)
        wrong = sum(is_wrong(a, b) for a, b in group)
        slowest = max(a.seconds for a, _ in group)
        peer = sum(b.ending == "opened" and b.characters >= ENOUGH for _, b in group)
        ends = [endings[e] for e in ("opened", "refused", "bug", "hang", "death")]
        summary.append([name, len(group), *ends, wrong, peer, f"{slowest:.1f}"])
    head = ["kind", "files", "opened", "refused", "bugs", "hangs", "deaths", "refused wrongly", "peer ≥ 100 characters"]
    not_opened = [(k, a, b) for k, a, b in pairs if a.ending != "opened"]
    refused = [
        [a.path.relative_to(data / "docs"), k, a.ending, a.said, b.ending, f"{b.characters:,}"]
        for k, a, b in not_opened
    ]
    less = [
        [file := a.path.relative_to(data / "docs"), k, f"{a.characters:,}", f"{b.characters:,}", WHY.get(file.name, "")]
        for k, a, b in pairs
        if a.ending == "opened" and b.characters > 1.05 * a.characters + ENOUGH
    ]
    return "\n\n".join(
        [
            "## Every file\n\n" + rowed([*head, "slowest, s"], summary),
            "### Not opened\n\n" + rowed(["file", "kind", "ending", "said", "peer", "peer's characters"], refused),
            "### Opened, with over 5 % fewer letters and digits than the peer's\n\n"
            + rowed(["file", "kind", "Tongdu", "peer", "why, as looked at"], less),
        ]
    )


def kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    return sniff(head, path) if head else "empty"


def is_wrong(ours: Outcome, theirs: Outcome) -> bool:
    """Refused, though a peer gets readable text from it."""
    return ours.ending != "opened" and theirs.ending == "opened" and theirs.characters >= ENOUGH


def _encodings(data: Path) -> str:
    head = ["encoding", "files", "Tongdu", "charset-normalizer", "chardet"]
    return "## Encodings\n\nFiles whose decoded text equals that of the true encoding.\n\n" + rowed(head, table())


def _laws(data: Path) -> str:
    rows = [[r.file, r.what, f"{r.expected:,}", f"{r.right:,}", f"{r.seconds:.2f}", r.why] for r in laws.rows(data)]
    return "## Law\n\n" + rowed(["file", "units", "expected", "found", "seconds", "why not all"], rows)


def _references(data: Path) -> str:
    scores = {name: references.score(name) for name in ("民法典", "刑法", "GDPR", "USC17", "BGB", "ferry", "")}
    rows = [
        [name or "all", score.references, f"{score.precision:.3f}", f"{score.recall:.3f}"]
        for name, score in scores.items()
    ]
    table = rowed(["file", "references", "precision", "recall"], rows)
    misses = "\n".join(f"- {miss}" for miss in scores[""].misses)
    intro = (
        "Labelled by hand before the first run (`tests/data/references.jsonl`); the mistakes seen there were then "
        "corrected, so this is not a held-out score. Counted are targets."
    )
    return f"### Cross-references\n\n{intro}\n\n{table}\n\nMisses:\n\n{misses or 'none'}"


def _speed(data: Path) -> str:
    docs = data / "docs"
    with tempfile.TemporaryDirectory() as scratch:
        timed = speed.rows(docs, Path(scratch))
    rows = [
        [
            row.what,
            f"{row.ours:.3f}",
            row.goal,
            "; ".join(f"{name} {s:.2f} s = {s / row.ours:.1f}x" for name, s in row.peers) or "–",
        ]
        for row in timed
    ]
    names = ("1-novels/epub-en/se_war-and-peace.epub", "1-novels/txt-zh/红楼梦.utf8-crlf.txt", "2-law/us/usc/usc17.xml")
    names += ("1-novels/pdf-en/pg1342_pride-and-prejudice.pdf", "1-novels/docx-en/les-miserables.docx")
    kept = [[n, *(f"{x:.1f}" for x in speed.memory(docs / n))] for n in names if (docs / n).exists()]
    return "\n\n".join(
        [
            "## Speed\n\nOurs is the median of three runs, a peer's one run, all in one process, one after another.",
            rowed(["what", "seconds", "goal", "peers"], rows),
            "Memory of Python objects (tracemalloc), in multiples of the text as Python keeps it:",
            rowed(["file", "kept", "peak", "text, MB"], kept),
        ]
    )


def _hostile(data: Path) -> str:
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, what, make in hostile.files():
            path = Path(scratch) / name
            path.write_bytes(make())
            with Child(peers.tongdu, LIMIT) as child:
                outcome = child.open(path)
            path.unlink()
            rows.append(
                [name, what, outcome.ending, outcome.said, f"{outcome.seconds:.1f}", f"{outcome.megabytes:.0f}"]
            )
    head = ["file", "tries", "ending", "said", "seconds", "process peak, MB"]
    return "## Hostile\n\nA process that opens a file of a few words has a peak of about 30 MB.\n\n" + rowed(head, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
