"""Laws: how many units of the real codes are found, and how many say exactly what the gold says."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from app.documents.document import Document
from app.documents.open import open_document


@dataclass(frozen=True)
class Row:
    """A file's result: `right` of `expected` units, by the rule in `what`."""

    file: str
    what: str
    expected: int
    right: int
    seconds: float
    why: str = ""


# File under qa/laws, its gold: span for span.
EXACT = (
    ("民法典.txt", "民法典.articles.jsonl"),
    ("刑法.txt", "刑法.articles.jsonl"),
    ("USC17.txt", "USC17.sections.jsonl"),
    ("GDPR.txt", "GDPR.sections.jsonl"),
)
# File under docs/2-law and the gold whose articles it holds in another format.
FOLDED = (
    ("zh/txt/民法典.gb18030.txt", "民法典"),
    ("zh/md/民法典_merged.md", "民法典"),
    ("zh/docx/民法典.docx", "民法典"),
    ("zh/pdf/民法典.pdf", "民法典"),
    ("zh/txt/刑法.utf16le-bom.txt", "刑法"),
    ("zh/md/刑法/刑法.md", "刑法"),
    ("zh/docx/刑法.docx", "刑法"),
)
# Why a file's articles differ from the gold's.
EDITIONS = {
    "刑法.utf16le-bom.txt": "8 articles of the file have the wording of Amendment XII, the gold an earlier one",
    "刑法.md": "8 articles of the file have the wording of Amendment XII, the gold an earlier one",
    "刑法.docx": "the file's editor put a title in 【】 before each article, left out here; some articles have an "
    "earlier wording than the gold's",
}
_TITLE = re.compile(r"【[^】]*】")  # an editor's, not the law's
# File under docs/2-law, level of unit, how many there are in the law as enacted or consolidated.
COUNTED = (
    ("eu/gdpr_2016-679_en.formex.xml", "article", 99),
    ("eu/gdpr_2016-679_en.formex.xml", "recital", 173),
    ("eu/gdpr_consolidated_en.formex.xml", "article", 99),
    ("eu/gdpr_consolidated_de.formex.xml", "article", 99),
    ("eu/gdpr_consolidated_en-made.html", "article", 99),
    ("eu/gdpr_consolidated_en-made.txt", "article", 99),
    ("eu/gdpr_consolidated_en-made.txt", "recital", 173),
    ("eu/ai-act_2024-1689_en.eurlex.html", "article", 113),
    ("eu/ai-act_2024-1689_en.eurlex.html", "recital", 180),
    ("eu/ai-act_2024-1689_en.eurlex.html", "annex", 13),
    ("eu/ai-act_2024-1689_en.txt", "article", 113),
    ("eu/ai-act_2024-1689_en.txt", "recital", 180),
    ("eu/ai-act_2024-1689_en.txt", "annex", 13),
    ("uk/ukpga_20020016_en.clml.xml", "section", 22),
    ("uk/asp_20030002_en.clml.xml", "section", 100),
    ("us/us_constitution_27-amendments.txt", "article", 7),
    ("us/us_constitution_27-amendments.txt", "amendment", 27),
)
# File under docs/2-law whose own markup or headings say how many units it has.
MARKED = (
    ("us/usc/usc01.xml", "section", r"<section\b[^>]*identifier=\"/us/usc/t1/s"),
    ("us/usc/usc09.xml", "section", r"<section\b[^>]*identifier=\"/us/usc/t9/s"),
    ("us/usc/usc17.xml", "section", r"<section\b[^>]*identifier=\"/us/usc/t17/s"),
    ("us/usc/usc44.xml", "section", r"<section\b[^>]*identifier=\"/us/usc/t44/s"),
    ("de/BGB.md", "section", r"(?m)^#+ (?:\(XXXX\) )?§§? "),
    ("de/StGB.md", "section", r"(?m)^#+ (?:\(XXXX\) )?§§? "),
    ("de/HGB.md", "section", r"(?m)^#+ (?:\(XXXX\) )?§§? "),
    ("de/ZPO.md", "section", r"(?m)^#+ (?:\(XXXX\) )?§§? "),
    ("de/GG.md", "article", r"(?m)^#+ (?:\(XXXX\) )?Art "),
    ("uk/ukpga_20000032_en.clml.xml", "section", r"<P1 [^>]*id=\"section-[0-9A-Z]+\""),
)


def rows(data: Path) -> list[Row]:
    """All measurements for which the data is there."""
    laws, docs = data / "qa/laws", data / "docs/2-law"
    found = [_exact(laws / text, laws / gold) for text, gold in EXACT if (laws / text).exists()]
    found += [_folded(docs / file, laws / f"{law}.articles.jsonl") for file, law in FOLDED if (docs / file).exists()]
    found += [_counted(docs / file, level, n, "counted") for file, level, n in COUNTED if (docs / file).exists()]
    for file, level, form in MARKED:
        if (docs / file).exists():
            expected = len(re.findall(form, (docs / file).read_text("utf-8")))
            found.append(_counted(docs / file, level, expected, "as the file marks them"))
    return found


def _opened(path: Path) -> tuple[Document, float]:
    began = time.perf_counter()
    document = open_document(path)
    return document, time.perf_counter() - began


def gold(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _exact(text: Path, golden: Path) -> Row:
    document, seconds = _opened(text)
    wanted = {(g["start"], g["end"]) for g in gold(golden)}
    right = len(wanted & {(u.start, u.end) for u in document.units})
    return Row(text.name, "gold spans, exactly", len(wanted), right, seconds)


def _folded(path: Path, golden: Path) -> Row:
    document, seconds = _opened(path)
    wanted = Counter(_fold(str(g["text"])) for g in gold(golden))
    found = Counter(_fold(_TITLE.sub("", document.text[u.start : u.end])) for u in document.units)
    right = (wanted & found).total()
    return Row(path.name, "gold texts, white space folded", wanted.total(), right, seconds, EDITIONS.get(path.name, ""))


def _fold(text: str) -> str:
    return "".join(text.split())


def _counted(path: Path, level: str, expected: int, how: str) -> Row:
    document, seconds = _opened(path)
    right = len({u.number for u in document.units if u.level == level})
    return Row(path.name, f"{level}{'es' if level.endswith('x') else 's'}, {how}", expected, right, seconds)
