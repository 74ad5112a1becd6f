"""Places: what a reader types leads where the document says, or is refused with what could be meant."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import statute
from app.documents.document import Block, BlockKind, Document, Law, Section, Unit
from app.documents.open import open_document
from app.documents.place import Gazetteer, place, scope, until
from app.documents.shelf import shelf
from app.documents.text import read
from app.problems import render
from model.types import Problem, Span
from tests.app.documents.test_shelf import law, tale

DOCS = Path(__file__).parents[4] / "shared/data/docs"
REAL = [
    "1-novels/epub-en/se_war-and-peace.epub",
    "1-novels/epub-en/pg2701_moby-dick.epub",
    "1-novels/txt-zh/红楼梦.native-gbk-webnovel.txt",
    "2-law/zh/docx/刑法.docx",
    "2-law/de/StGB.md",
    "2-law/eu/ai-act_2024-1689_en.eurlex.html",
    "2-law/uk/ukpga_20020016_en.clml.xml",
    "2-law/us/us_constitution_27-amendments.txt",
]


@cache
def novel() -> Document:
    """Two parts of two chapters and an epilogue."""
    parts = ["Part One: The Sea", "Part Two"]
    chapters = ["CHAPTER I. Loomings", "CHAPTER II. The Carpet-Bag", "CHAPTER I. Again", "CHAPTER II. The Sea Again"]
    lines: list[tuple[str, int]] = []
    for i, chapter in enumerate(chapters):
        lines += [(parts[i // 2], 1)] if i % 2 == 0 else []
        lines += [(chapter, 2), *((f"Words number {n} of {chapter.lower()} are these.", 0) for n in range(1, 5))]
    lines += [("Epilogue", 1), ("It ended.", 0)]
    return made([(text, "heading" if level else "paragraph", level) for text, level in lines])


def made(lines: list[tuple[str, BlockKind, int]], spans: list[tuple[int, int, str]] | None = None) -> Document:
    """A document of lines: a heading of a level opens a section; `spans` are units from block to block."""
    blocks, place = [], 0
    for text, kind, level in lines:
        blocks.append(Block(place, place + len(text), kind, level))
        place += len(text) + 2
    text = "\n\n".join(line for line, _, _ in lines)
    heads = [(line, level, b.start) for (line, kind, level), b in zip(lines, blocks, strict=True) if kind == "heading"]
    sections = []
    for i, (title, level, start) in enumerate(heads):
        end = next((s for _, other, s in heads[i + 1 :] if other <= level), len(text))
        sections.append(Section(title, level, start, end))
    units = tuple(Unit(name, str(i), blocks[a].start, blocks[b].end) for i, (a, b, name) in enumerate(spans or [], 1))
    return Document("A Tale", text, tuple(blocks), tuple(sections), law=Law("", units) if units else None)


def shown(document: Document, span: Span) -> str:
    return document.text[span.start : span.end]


def check(document: Document, positions: list[int]) -> None:
    """Every address that is printed leads to a span that holds what bears it; so does every name of a candidate."""
    gazetteer = Gazetteer(document)
    for position in positions:
        address = document.address(position)
        span = gazetteer.place(address)
        assert span.start <= position, address
        assert position < span.end or not document.text[position : position + 1].strip(), address
        if any(map(len, gazetteer.find(address))):  # a picture has no text of its own
            assert gazetteer.until(address).end >= span.end
        for other in (address.upper(), f" {address} ".replace(" ", "\u3000"), address.replace("c", "ｃ")):
            assert gazetteer.place(other) == span


KINDS = st.sampled_from(["heading", "paragraph", "note", "image", "verse"])
LINES = st.lists(
    st.tuples(st.sampled_from(["I", "Chapter 2", "第三章 风", "c1", "40%", "x y"]), KINDS, st.integers(1, 3))
)


@given(LINES, st.data())
def test_every_address_of_a_made_document_leads_to_its_place(lines, data) -> None:
    lines = [("" if kind == "image" else line, kind, level) for line, kind, level in lines]
    lines.insert(data.draw(st.integers(0, len(lines))), ("The only words.", "paragraph", 0))
    cuts = data.draw(st.lists(st.integers(0, len(lines) - 1), unique=True).map(sorted))
    document = made(lines, [(a, b, f"Article {a}") for a, b in zip(cuts[::2], cuts[1::2], strict=False)])
    check(document, [b.start for b in document.blocks] + [i for i, c in enumerate(document.text) if c.strip()])


@given(LINES, st.data())
def test_the_name_of_any_run_of_blocks_leads_to_it_again(lines, data) -> None:
    lines = [("Front", "heading", 1), *((line, kind.replace("image", "verse"), level) for line, kind, level in lines)]
    document = made(lines)
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, len(lines) - 1))
    span = Span(document.blocks[first].start, document.blocks[last].end)
    gazetteer = Gazetteer(document)
    name = gazetteer.name(span)
    typed = name.removesuffix(f" ({gazetteer._titled[span]})") if span in gazetteer._titled else name
    assert gazetteer.scope(typed).covers(span)
    if document.blocks[last].kind != "heading" and last + 1 < len(lines) and lines[last + 1][1] != "heading":
        assert gazetteer.scope(typed).end == span.end


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 9), st.integers(3, 9))
def test_every_address_of_a_shelf_leads_to_its_place(first: int, second: int) -> None:
    document = shelf([law("船", first), tale(), law("桥", second)])
    check(document, [b.start for b in document.blocks])


@pytest.mark.parametrize("name", REAL)
def test_every_address_of_a_real_file_leads_to_its_place(name: str) -> None:
    if not (DOCS / name).exists():
        pytest.skip(f"{name} is absent")
    document = open_document(DOCS / name)
    check(document, [b.start for b in document.blocks][:: max(1, len(document.blocks) // 300)])
    gazetteer = Gazetteer(document)
    for section in document.sections[:100]:
        found = gazetteer.find(section.title)
        assert any(section.start == span.start for span in found) or len(found) == 1, section.title


@given(st.text() | st.text("chapter 第三一章c.p123%..:,IVX§ 条", max_size=20))
def test_whatever_is_typed_is_a_place_or_a_problem(words: str) -> None:
    for document in (novel(), code(), shelf([code(), novel()])):
        for way in (place, until, scope):
            try:
                span = way(document, words)
            except Problem as problem:
                assert problem.code in ("no-place", "many-places", "empty-place")
                assert "\n" not in render(problem.code, problem.parameters, "zh")
            else:
                assert span.end <= len(document.text) and shown(document, span).strip()


@cache
def code() -> Document:
    lines = ["某某法", "第一编　总则", "第一章　范围", "第一条　甲。", "第二条　一款。\n二款。", "第二编　分则"]
    lines += ["第一章　罪", "第三条　丙。", "第三条之一　丁。", "第二章　罚", "第四条　戊。"]
    return statute.applied(read(Path("code.txt"), "\n\n".join(lines).encode()), "law")


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("c2", "CHAPTER II. The Carpet-Bag", "the carpet-bag are these."),
        ("c2.p3", "Words number 3 of chapter ii", "the carpet-bag are these."),
        ("Part One: The Sea", "Part One", "the carpet-bag are these."),
        ("part 1", "Part One", "the carpet-bag are these."),
        ("PART TWO", "Part Two", "the sea again are these."),
        ("the sea", "Part One", "the carpet-bag are these."),
        ("the carpet—bag", "CHAPTER II. The C", "the carpet-bag are these."),
        ("loom", "CHAPTER I. L", "loomings are these."),
        ("chapter i. loom", "CHAPTER I. L", "loomings are these."),
        ("Part Two, chapter 2", "CHAPTER II. The Sea Again", "the sea again are these."),
        ("ｅｐｉｌｏｇｕｅ", "Epilogue", "It ended."),
        ("100%", "It ended.", "It ended."),
    ],
)
def test_words_name_a_place(words: str, first: str, last: str) -> None:
    found = shown(novel(), place(novel(), words))
    assert found.startswith(first) and found.endswith(last)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("第三条", "第三条　丙。"),
        ("第3条", "第三条　丙。"),
        ("第三条之一", "第三条之一　丁。"),
        ("某某法第四条", "第四条　戊。"),
        ("第二编第一章", "第一章　罪\n\n第三条　丙。\n\n第三条之一　丁。"),
        ("罚", "第二章　罚\n\n第四条　戊。"),
        ("第三条至第四条", "第三条　丙。\n\n第三条之一　丁。\n\n第二章　罚\n\n第四条　戊。"),
    ],
)
def test_words_name_a_unit_of_a_law(words: str, text: str) -> None:
    assert shown(code(), place(code(), words)) == text


@pytest.mark.parametrize(
    ("words", "code_of_problem", "named"),
    [
        ("chapter 1", "many-places", "c1 (CHAPTER I. Loomings); c3 (CHAPTER I. Again)"),
        ("Ch", "many-places", "c1 (CHAPTER I. Loomings)"),
        ("carpet", "no-place", "c2 (CHAPTER II. The Carpet-Bag)"),
        ("c9.p4", "no-place", "c5 (Epilogue)"),
        ("chapter 7", "no-place", "Part One: The Sea"),
        ("101%", "no-place", "c1"),
        ("999999", "no-place", "c1"),
        ("c1..c77", "no-place", "c77"),
        ("", "no-place", "c1"),
        ("c3..c1", "empty-place", "c3..c1"),
        ("0..0", "empty-place", "0..0"),
    ],
)
def test_what_names_none_or_several_is_refused_with_what_may_be_meant(
    words: str, code_of_problem: str, named: str
) -> None:
    with pytest.raises(Problem) as problem:
        scope(novel(), words)
    assert problem.value.code == code_of_problem
    assert named in render(code_of_problem, problem.value.parameters)


def test_a_name_that_several_bear_is_told_apart_by_what_is_listed() -> None:
    for document, words in ((novel(), "chapter 1"), (code(), "第一章"), (shelf([code(), law("船", 4)]), "第一条")):
        gazetteer = Gazetteer(document)
        found = gazetteer.find(words)
        assert len(found) == 2
        for span in found:
            typed = gazetteer.name(span).partition(" (")[0]
            assert shown(document, span) in shown(document, gazetteer.scope(typed))


def test_until_ends_with_the_place_and_a_share_with_a_whole_block() -> None:
    document = novel()
    assert shown(document, until(document, "c2")).endswith("of chapter ii. the carpet-bag are these.")
    assert until(document, "c2").start == 0
    assert until(document, "Part Two").end == place(document, "c4").end
    for words in ("40%", "300", "7.5%"):
        end = until(document, words).end
        limit = 300 if words == "300" else float(words[:-1]) / 100 * len(document.text)
        block = max((b for b in document.blocks if b.end <= limit), key=lambda b: b.end)
        assert end == block.end
    assert until(document, "100%") == Span(0, len(document.text))
    with pytest.raises(Problem) as problem:
        until(document, "1%")
    assert problem.value.code == "empty-place"


def test_ranges_that_follow_one_another_share_nothing_and_leave_out_nothing() -> None:
    document = novel()
    ends = ["", "13%", "40%", "c3.p2", "Part Two", ""]
    spans = [scope(document, f"{a}..{b}") for a, b in pairwise(ends[:4])]
    assert spans[0].start == 0
    between = document.text[spans[0].end : spans[1].start] + document.text[spans[1].end : spans[2].start]
    assert not between.strip()
    assert scope(document, "c3..") == Span(place(document, "c3").start, len(document.text))
    assert scope(document, "c2..Part Two") == Span(place(document, "c2").start, place(document, "c4").end)


def test_bare_numbers_are_chapters_only_where_most_titles_are_such() -> None:
    def book(titles: list[str]) -> Document:
        return made([line for t in titles for line in ((t, "heading", 1), ("Words.", "paragraph", 0))])

    assert place(book(["Title", "I", "II", "III"]), "chapter 2") == place(book(["Title", "I", "II", "III"]), "II")
    few = book(["A Scandal", "I", "II", "A League", "A Case"])
    assert shown(few, place(few, "ii")).startswith("II")
    with pytest.raises(Problem):
        place(few, "chapter 2")


def test_a_volume_goes_by_its_name_and_its_title() -> None:
    both = shelf([law("船", 5), law("桥", 4)])
    volume = both.volumes[1]
    for words in ("桥法", "桥法:", "中华人民共和国桥法", "桥"):
        assert place(both, words) == Span(volume.start, volume.end)
    for words in ("桥法:第3条", "桥法：第三条", "中华人民共和国桥法:第3条"):
        assert shown(both, place(both, words)) == "第3条　桥的规定之3，依法办理。"
    assert scope(both, "船法:第5条..桥法:第1条").end == place(both, "桥法:第1条").end


def test_a_picture_is_a_place() -> None:
    document = made([("I", "heading", 1), ("One.", "paragraph", 0), ("", "image", 0), ("Two.", "paragraph", 0)])
    assert document.address(document.blocks[2].start) == "c1.p2"
    assert shown(document, place(document, "c1.p2")).strip() == "Two."
    assert shown(document, until(document, "c1.p2")) == "I\n\nOne."
