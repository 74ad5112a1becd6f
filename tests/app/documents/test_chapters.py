from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents import chapters
from app.documents.chapters import divided, preview
from app.documents.document import Block, Document, Hints
from app.documents.open import open_document
from app.documents.text import read
from model.types import Problem

LAWS = Path(__file__).parents[4] / "shared/data/docs/2-law"
FILLER = "却说众人听了，都点头称是，于是各自散去，一夜无话。" * 5


def book(*lines: str) -> Document:
    return read(Path("book.txt"), "\n".join(lines).encode())


def outline(document: Document) -> list[tuple[int, str]]:
    return [(s.level, s.title) for s in document.sections]


STORY = book("题记", FILLER, "甲：起", FILLER, "乙：承", FILLER, "第一章 不是", FILLER, "丙：转", FILLER)


def test_chapters_begin_where_the_pattern_says_and_nowhere_else() -> None:
    document = divided(STORY, "[甲乙丙]：")
    assert outline(document) == [(1, "book"), (1, "甲：起"), (1, "乙：承"), (1, "丙：转")]
    assert [document.text[b.start : b.end] for b in document.blocks if b.kind == "heading"] == [
        "甲：起",
        "乙：承",
        "丙：转",
    ]
    assert (document.text, document.title, document.language) == (STORY.text, STORY.title, STORY.language)
    assert preview(STORY, "[甲乙丙]：") == document.sections


def test_named_groups_give_levels_and_titles() -> None:
    text = book("卷甲", "1 起", FILLER, "2 承", FILLER, "卷乙", "1 转", FILLER)
    assert outline(divided(text, r"(?P<l1>卷\S)|(?P<l2>\d+ (?P<title>\S+))")) == [
        (1, "卷甲"),
        (2, "起"),
        (2, "承"),
        (1, "卷乙"),
        (2, "转"),
    ]


def test_a_heading_that_runs_into_its_text_is_parted_from_it() -> None:
    text = book(*(f"【{n}】 {FILLER}" for n in "甲乙丙"))
    document = divided(text, "【.】")
    assert outline(document) == [(1, "【甲】"), (1, "【乙】"), (1, "【丙】")]
    assert [b.kind for b in document.blocks] == ["heading", "paragraph"] * 3
    assert document.blocks[1].start == document.text.index("却说")


def test_a_table_of_contents_is_no_chapter() -> None:
    names = [f"{n}：{title}" for n, title in zip("甲乙丙丁", "起承转合", strict=True)]
    text = book("目录", *names, "编者的话", *(line for name in names for line in (name, FILLER)))
    assert outline(divided(text, ".：")) == [(1, "book"), *((1, name) for name in names)]


def test_only_the_first_line_of_a_block_counts() -> None:
    text = "Part A\nIt was so.\n\nIt was\nPart B"
    document = Document("T", text, (Block(0, 17, "paragraph", anchor="a"), Block(19, 32, "quote")), ())
    found = divided(document, "Part")
    assert outline(found) == [(1, "Part A")]
    assert [(text[b.start : b.end], b.kind, b.anchor) for b in found.blocks] == [
        ("Part A", "heading", "a"),
        ("It was so.", "paragraph", ""),
        ("It was\nPart B", "quote", ""),
    ]


def test_spaces_before_a_chapter_do_not_count() -> None:
    text = "\u3000\u3000甲\n\n\u200b\ufeff甲乙"
    document = Document("T", text, (Block(0, 3, "paragraph"), Block(5, len(text), "paragraph")), ())
    assert outline(divided(document, "甲")) == [(1, "甲"), (1, "甲乙")]


def test_headings_that_the_file_marks_stay_headings() -> None:
    document = Document("T", "A\n\nB\n\nC", tuple(Block(i, i + 1, "heading", 2) for i in (0, 3, 6)), (), format="EPUB")
    assert [(b.kind, b.level) for b in divided(document, "B").blocks] == [
        ("heading", 2),
        ("heading", 1),
        ("heading", 2),
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        "[",
        "(?P<a>",
        "*",
        "不在其中",
        "x*",
        "",
        "(?R)?甲",
        "(?P<a>甲(?&a)?)",
        "(?:甲{1000}){5000}",
        "(" * 999 + ")" * 999,
    ],
)
def test_a_pattern_that_is_of_no_use(pattern: str) -> None:
    with pytest.raises(Problem) as problem:
        preview(STORY, pattern)
    assert problem.value.code == "pattern"
    assert problem.value.parameters["pattern"] == pattern
    assert problem.value.parameters["reason"]


@pytest.mark.timeout(20)
def test_a_pattern_that_takes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chapters, "_SECONDS", 0.2)
    with pytest.raises(Problem) as problem:
        divided(book(*[FILLER] * 50), r"(.|.)+(.|.)+(.|.)+(.|.)+$(?<!.)")
    assert "seconds" in str(problem.value.parameters["reason"])


def test_a_word_is_not_parted() -> None:
    text = book("Preface", "Arthurian " + "words " * 50, "Art is " + "long " * 50)
    document = divided(text, "Art")
    assert [document.text[b.start : b.end][:12] for b in document.blocks if b.kind == "heading"] == ["Art"]
    assert [s.title for s in document.sections] == ["book", "Art", "Art"]


ARTICLE = "为了保护人民的合法权益，根据宪法，制定本法。" * 6
LABELS = ["第一条", "第二条", "第三条", "第三条之一", "第三条之二", "第四条", "第五条"]
STATUTE = "\n".join(["某法", "第一章 总则", *(f"{label}　{ARTICLE}\n（一）甲；\n（二）乙。" for label in LABELS)])


@pytest.mark.parametrize(
    "pattern", ["第[^条]*条", "第.*条", "第.+章", ".", "第", "第.条之", "（", r"第\w+", "(?=第)", "(?P<l2>第.条)|某"]
)
def test_a_law_keeps_its_articles_whatever_the_pattern(pattern: str, tmp_path: Path) -> None:
    path = tmp_path / "law.txt"
    path.write_text(STATUTE, "utf-8")
    plain, document = open_document(path), open_document(path, Hints(chapters=pattern))
    assert plain.law and document.law
    assert [u.label for u in plain.law.units] == LABELS
    assert document.law.units == plain.law.units
    assert not any(document.text[b.start] in "之条" for b in document.blocks)


@pytest.mark.parametrize(
    ("name", "pattern", "articles"),
    [
        ("zh/txt/刑法.utf16le-bom.txt", "^第[^条]*条", 505),
        ("zh/txt/刑法.utf16le-bom.txt", "^第.*条", 505),
        pytest.param("de/BGB.md", "^Artikel|^§", 2527, marks=pytest.mark.slow),
    ],
)
def test_a_real_law_keeps_its_articles(name: str, pattern: str, articles: int) -> None:
    if not (LAWS / name).exists():
        pytest.skip(f"{LAWS / name} is absent")
    plain, document = open_document(LAWS / name), open_document(LAWS / name, Hints(chapters=pattern))
    assert plain.law and document.law
    assert plain.law.units == document.law.units
    assert len(document.law.units) == articles


@given(
    st.lists(st.sampled_from(["甲", "甲 起", FILLER, "乙 " + FILLER, "", "　甲", "\u200b"]), min_size=1, max_size=12),
    st.sampled_from(["甲", "乙", "[甲乙] ?", "(?P<l1>乙)|(?P<l3>甲)", ".", "甲$", "(?=甲)"]),
)
def test_any_division_keeps_the_invariants(lines: list[str], pattern: str) -> None:
    text = "\n".join(lines)
    try:
        document = divided(read(Path("x.txt"), text.encode()), pattern)
    except Problem:
        return
    covered = "".join(document.text[b.start : b.end] for b in document.blocks)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(document.text[b.start : b.end].strip() == document.text[b.start : b.end] != "" for b in document.blocks)
    assert [s.start for s in document.sections] == sorted(s.start for s in document.sections)
    assert all(s.title.strip() and s.start < s.end for s in document.sections)
