"""References: how many of the hand-labelled ones are resolved as a lawyer would."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.documents.document import Document
from app.documents.law.references import Reference, references
from app.documents.open import open_document
from model.types import Span

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT / "tests" / "data" / "references.jsonl"
SAMPLES = ROOT / "assets" / "samples"
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Score:
    """Of all targets that were resolved, the share that is right; of all that are right, the share that
    was resolved; how many references were labelled; what went wrong, in words.
    """

    precision: float
    recall: float
    references: int
    misses: tuple[str, ...]


def score(files: str = "") -> Score:
    """The score over the labelled passages whose file's name contains `files`.

    Raises FileNotFoundError where a labelled file is absent.
    """
    right = resolved = wanted = spurious = count = 0
    misses: list[str] = []
    for row in map(json.loads, GOLD.read_text("utf-8").splitlines()):
        if files not in row["file"]:
            continue
        document = _opened(row["file"])
        passage = _passage(document, row)
        gold = _gold(document.text, passage, row["references"])
        found = references(document, passage.start, passage.end)
        count += len(gold)
        for span, answers in gold:
            got = {a for r in found if _meets(r, span) for a in _answers(r)}
            hits = {a for a in answers if any(_same(a, g) for g in got)}
            wanted, right = wanted + len(answers), right + len(hits)
            if answers - hits:
                words = document.text[span.start : span.end]
                misses.append(f"{row['file']} {passage.start}: {words!r} is {sorted(answers)}, not {sorted(got)}")
        for reference in found:
            answers = {a for span, answers in gold if _meets(reference, span) for a in answers}
            for answer in _answers(reference):
                resolved += 1
                if not any(_same(a, answer) for a in answers):
                    spurious += 1
                    words = document.text[reference.start : reference.end]
                    misses.append(f"{row['file']} {passage.start}: {words!r} is not {answer}")
    return Score((resolved - spurious) / max(1, resolved), right / max(1, wanted), count, tuple(misses))


@cache
def _opened(file: str) -> Document:
    return open_document((SHARED if "/" in file else SAMPLES) / file)


def _passage(document: Document, row: dict[str, str | int]) -> Span:
    """The labelled passage: an article by its number, or characters of a text file."""
    if "article" in row:
        unit = next(u for u in document.units if u.number == row["article"])
        return Span(unit.start, unit.end)
    return Span(int(row["start"]), int(row["end"]))


def _gold(text: str, passage: Span, rows: list[dict[str, object]]) -> list[tuple[Span, set[str]]]:
    """The labelled words in their order, each with its addresses or the name of another law."""
    place, gold = passage.start, []
    for row in rows:
        words = str(row["words"]).split()
        match = re.compile(r"\s+".join(map(re.escape, words))).search(text, place, passage.end)
        if not match:
            raise ValueError(f"{row['words']} is not in the passage at {passage.start}")
        place = match.end()
        targets = row["targets"]
        law = row["law"]
        answers = {f"law {law}"} if law else set(map(str, targets if isinstance(targets, list) else []))
        gold.append((Span(match.start(), match.end()), answers))
    return gold


def _meets(reference: Reference, span: Span) -> bool:
    return reference.start < span.end and span.start < reference.end


def _answers(reference: Reference) -> set[str]:
    if reference.law:
        return {f"law {reference.law}"}
    return {t.address for t in reference.targets} | {f"missing {m}" for m in reference.missing}


def _same(one: str, other: str) -> bool:
    """The same address; the same other law if one name holds the other."""
    if one.startswith("law ") and other.startswith("law "):
        return one[4:] in other or other[4:] in one
    return one == other


def main() -> None:
    """Print the score of each file and every miss."""
    for files in ("民法典", "刑法", "GDPR", "USC17", "BGB", "ferry-ordinance.zh", "ferry-ordinance.en", ""):
        result = score(files)
        print(f"{files or 'all':20} precision {result.precision:.3f} recall {result.recall:.3f} n {result.references}")
    print(*result.misses, sep="\n")


if __name__ == "__main__":
    main()
