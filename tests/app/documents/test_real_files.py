"""Real files: what a reader would expect of each, checked by looking at what came out."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from app.documents.document import Document
from app.documents.find import find
from app.documents.open import open_document
from model.types import Problem

DOCS = Path(__file__).parents[4] / "shared/data/docs"
NOVELS = DOCS / "1-novels"

# file, pattern of a chapter's title, how many sections have one, characters (None: not counted).
BOOKS = [
    ("epub-en/pg1342_pride-and-prejudice_2013.epub", r"Chapter \d+", 61, None),
    ("epub-en/pg2701_moby-dick.epub", r"CHAPTER \d+\. ", 135, None),
    ("epub-en/pg84_frankenstein_2026.epub", r"(?:Letter|Chapter) \d+", 28, None),
    ("epub-en/se_adventures-of-sherlock-holmes.epub", r"A |The ", 12, None),
    ("epub-en/se_frankenstein.epub", r"(?:Letter|Chapter) [IVXL]+", 28, None),
    ("epub-en/se_moby-dick.epub", r"[IVXLC]+: ", 135, None),
    ("epub-en/se_pride-and-prejudice.epub", r"[IVXL]+$", 61, None),
    ("epub-en/se_war-and-peace.epub", r"[IVXL]+$", 364, None),
    ("epub-zh/水滸傳_haodoo-epub2-vertical.epub", r"第.+回|楔子", 71, None),
    ("epub-zh/红楼梦_sigil-epub2.epub", r"第.+ ", 120, None),
    ("txt-en/pg1342_pride-and-prejudice.utf8.txt", r"Chapter \d+", 61, 704_189),
    ("txt-en/pg1661_sherlock-holmes.latin1.txt", r"(?:ADVENTURE )?[IVX]+\. ", 12, 581_898),
    ("txt-en/pg2701_moby-dick.utf8.txt", r"CHAPTER \d+\.|ETYM|EXTR|Epilogue", 138, 1_238_243),
    ("txt-en/pg84_frankenstein.utf8.txt", r"(?:Letter|Chapter) \d+", 28, 440_747),
    ("txt-zh/三国演义.gb18030-made.txt", r"第.+回", 120, 604_703),
    ("txt-zh/三国演义.utf16le-bom-made.txt", r"第.+回", 120, 604_703),
    ("txt-zh/三国演义.utf8-crlf.txt", r"第.+回", 120, 604_703),
    ("txt-zh/三國演義.native-big5hkscs.txt", r"第.+回", 120, 615_187),
    ("txt-zh/儒林外史.native-big5hkscs.txt", r"第.+回", 56, 334_149),
    ("txt-zh/水浒传.gb18030-truncated-made.txt", r"第.+回|楔子", 121, 884_237),
    ("txt-zh/水浒传.utf8-crlf.txt", r"第.+回|楔子", 121, 885_266),
    ("txt-zh/紅樓夢.native-big5-traditional.txt", r"第.+回", 120, 887_684),
    ("txt-zh/紅樓夢.native-gbk-traditional.txt", r"第.+回", 120, 887_684),
    ("txt-zh/紅樓夢.utf8-oneline.txt", r"第.+回", 120, 808_573),
    ("txt-zh/红楼梦.native-gbk-webnovel.txt", r"(?:[上下]卷 )?第.+回", 120, 903_507),
    ("txt-zh/红楼梦.utf8-bom-lf-made.txt", r"第.+回", 120, 855_342),
    ("txt-zh/红楼梦.utf8-crlf.txt", r"第.+回", 120, 855_342),
    ("txt-zh/西游记.native-gbk-webnovel.txt", r"[上下]卷 第.+回", 100, 727_545),
    ("txt-zh/西游记.utf16be-bom-made.txt", r"第.+回|附录", 101, 677_421),
    ("txt-zh/西游记.utf8-crlf.txt", r"第.+回|附录", 101, 677_421),
]
ALL = sorted(p.relative_to(NOVELS).as_posix() for p in NOVELS.glob("*/*") if p.suffix in (".epub", ".txt"))


@cache
def opened(path: Path) -> Document:
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return open_document(path)


def check(document: Document) -> None:
    """What holds of every document."""
    text = document.text
    assert all(a.end <= b.start for a, b in pairwise(document.blocks))
    assert all(b.end <= len(text) for b in document.blocks)
    assert all(
        text[b.start : b.end] == text[b.start : b.end].strip(" \t\n") for b in document.blocks if b.kind != "code"
    )
    between = [text[a.end : b.start] for a, b in pairwise(document.blocks)]
    assert not "".join(between).strip()
    assert all(0 <= s.start < s.end <= len(text) for s in document.sections)
    assert document.sections[0].start == 0
    assert all(b.level <= a.level + 1 for a, b in pairwise(document.sections))
    source = document.source()
    assert len(source.blocks) == len(source.labels)


@pytest.mark.parametrize(("name", "pattern", "chapters", "characters"), BOOKS, ids=[b[0] for b in BOOKS])
def test_chapters(name: str, pattern: str, chapters: int, characters: int | None) -> None:
    document = opened(NOVELS / name)
    check(document)
    titles = [s.title for s in document.sections if re.match(pattern, s.title)]
    assert len(titles) == chapters
    assert characters in (None, len(document.text))


@pytest.mark.skipif(not ALL, reason=f"{NOVELS} is absent")
@pytest.mark.parametrize("name", ALL or ["none"])
def test_every_novel_opens(name: str) -> None:
    document = opened(NOVELS / name)
    check(document)
    assert document.language[:2] == ("zh" if "-zh/" in name else "en")
    assert document.kind == "novel"
    assert len(document.text) > 4000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三国演义.utf8-crlf", "三国演义.gb18030-made"),
        ("三国演义.utf8-crlf", "三国演义.utf16le-bom-made"),
        ("红楼梦.utf8-crlf", "红楼梦.utf8-bom-lf-made"),
        ("西游记.utf8-crlf", "西游记.utf16be-bom-made"),
    ],
)
def test_one_text_in_two_encodings_has_one_key(one: str, other: str) -> None:
    keys = [opened(NOVELS / f"txt-zh/{name}.txt").key for name in (one, other)]
    assert keys[0] == keys[1]


def test_lost_bytes_are_counted() -> None:
    assert opened(NOVELS / "txt-zh/水浒传.gb18030-truncated-made.txt").warnings == ("replaced:5",)


def test_a_passage_is_found_in_two_editions() -> None:
    for name in ("txt-en/pg2701_moby-dick.utf8.txt", "epub-en/se_moby-dick.epub"):
        assert len(find(opened(NOVELS / name), "call me ishmael. some years ago-never mind how long precisely")) == 1


def test_parts_and_epilogues_of_war_and_peace() -> None:
    document = opened(NOVELS / "epub-en/se_war-and-peace.epub")
    upper = [(s.level, s.title) for s in document.sections if s.level in (2, 3)]
    assert upper[:2] == [(2, "Book I"), (3, "Part I: 1805")]
    assert upper[-3:] == [(2, "Epilogue"), (3, "First Epilogue: 1813–20"), (3, "Second Epilogue")]


@pytest.mark.slow
def test_the_suites_open_or_are_refused() -> None:
    """Broken, encrypted, hostile and odd EPUBs: a Document or a Problem, never another exception."""
    paths = sorted((DOCS / "3-suites").rglob("*.epub"))
    if not paths:
        pytest.skip(f"{DOCS / '3-suites'} is absent")
    refused = {}
    for path in paths:
        try:
            check(open_document(path))
        except Problem as problem:
            refused[path.name] = problem.code
    assert set(refused.values()) <= {"broken", "no-spine", "no-text", "drm", "unsupported"}
    assert len(refused) < len(paths) / 8
