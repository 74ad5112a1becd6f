"""Markdown: what CommonMark means by it, with the lines, numbers and notes that laws and novels need."""

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import markdown, statute
from app.documents.document import Document
from model.types import Problem

DATA = Path(__file__).parents[4] / "shared/data"
LAWS = DATA / "docs/2-law"
FILES = [
    ("docs/1-novels/md-en/war-and-peace.md", "War and Peace", 389),
    ("docs/1-novels/md-zh/红楼梦.md", "红楼梦", 121),
    ("docs/2-law/de/GG.md", "Grundgesetz für die Bundesrepublik Deutschland", 219),
    ("docs/2-law/de/HGB.md", "Handelsgesetzbuch", 794),
    ("docs/2-law/us/us_constitution_25-amendments.md", "THE CONSTITUTION OF THE UNITED STATES OF AMERICA", 86),
    ("docs/2-law/zh/md/民法典_merged.md", "中华人民共和国民法典", 145),
]


def read(text: str) -> Document:
    return markdown.read(Path("page.md"), text.encode())


def shown(text: str) -> list[tuple[str, str]]:
    document = read(text)
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def real(path: Path) -> Document:
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return markdown.read(path, path.read_bytes())


@pytest.mark.parametrize(("name", "title", "sections"), FILES, ids=[f[0] for f in FILES])
def test_a_real_file_has_its_title_and_sections(name: str, title: str, sections: int) -> None:
    document = real(DATA / name)
    assert (document.title, len(document.sections)) == (title, sections)


@pytest.mark.parametrize(("law", "name", "amended"), [("民法典", "民法典_merged", 0), ("刑法", "刑法/刑法", 8)])
def test_articles_are_the_laws_own_but_for_white_space(law: str, name: str, amended: int) -> None:
    """The gold of 刑法 stands before its twelfth amendment, which changed seven articles, and ends before 附件."""
    document = statute.applied(real(LAWS / f"zh/md/{name}.md"))
    gold = [json.loads(line) for line in (DATA / f"qa/laws/{law}.articles.jsonl").read_text("utf-8").splitlines()]
    found = {u.number: "".join(document.text[u.start : u.end].split()) for u in document.units}
    assert len(found) == len(gold)
    assert sum(found[article["no"]] != "".join(article["text"].split()) for article in gold) == amended


def test_a_german_law_keeps_every_letter_and_number() -> None:
    document = real(LAWS / "de/HGB.md")
    source = re.sub(r"\A---\n.*?\n---\n", "", (LAWS / "de/HGB.md").read_text("utf-8"), flags=re.DOTALL)
    assert Counter(re.findall(r"\w", document.text)) == Counter(re.findall(r"\w", source))


def test_front_matter_says_title_author_and_language_and_is_no_text() -> None:
    document = read("---\ntitle: \"A Book\"\nauthor: [Ann, 'Bob']\nlang: de\n\n---\n\n# Eins\n\nWort.\n")
    assert (document.title, document.authors, document.language) == ("A Book", ("Ann", "Bob"), "de")
    assert document.text == "Eins\n\nWort."


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert read("---\nOnce upon a time.\n\n---\nThe end.").text == "Once upon a time.\n\nThe end."


def test_headings_keep_their_levels_and_stay_apart() -> None:
    sections = read("# Law\n\n# Book\n\n## Part (repealed)\n\n## Part two\n\nWords.\n").sections
    assert [(s.title, s.level) for s in sections] == [("Law", 1), ("Book", 1), ("Part (repealed)", 2), ("Part two", 2)]


@pytest.mark.parametrize(
    ("lines", "blocks"),
    [
        ("It was the best of times,\nit was the worst.", ["It was the best of times, it was the worst."]),
        ("话说天下大势，分久必\n合，合久必分。", ["话说天下大势，分久必合，合久必分。"]),
        ("白日依山尽，\n黄河入海流。", ["白日依山尽，\n黄河入海流。"]),
        (
            "第一条 甲。\n第二条 乙。\n（一）丙；\n（二）丁。",
            ["第一条 甲。", "第二条 乙。", "（一）丙；", "（二）丁。"],
        ),
        ("依照\n第三条 丙，丁。", ["依照", "第三条 丙，丁。"]),
        ("依照本法\n第三条的规定", ["依照本法第三条的规定"]),
        ("用 Python\n写成", ["用 Python 写成"]),
        ("*强\n调*", ["强调"]),
        ("Verse one  \nverse two", ["Verse one\nverse two"]),
        ("Fundstelle\n:   RGBl: 1896", ["Fundstelle: RGBl: 1896"]),
    ],
)
def test_lines_end_as_their_script_has_them(lines: str, blocks: list[str]) -> None:
    assert [text for _, text in shown(lines)] == blocks


def test_a_list_keeps_its_numbers_and_what_is_indented_its_words() -> None:
    text = "3. three\n4. four\n\n1. outer\n\n   1. inner\n2.\n\n- dot\n"
    assert [t for k, t in shown(text) if k == "list"] == ["3. three", "4. four", "1. outer", "1. inner", "2.", "dot"]
    assert shown("so:\n\n    wer dies tut,\n    haftet.\n") == [
        ("paragraph", "so:"),
        ("paragraph", "wer dies tut, haftet."),
    ]
    assert shown("so:\n\n    x = f(1)\n    y = 2\n")[1] == ("code", "x = f(1)\ny = 2")


def test_code_tables_quotes_and_pictures_keep_their_kinds() -> None:
    text = "```python\nif a < b:\n    go()\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said\n\n![a map](map.png)\n"
    blocks = shown(text)
    assert [kind for kind, _ in blocks] == ["code", "table", "table", "quote", "image"]
    assert blocks[0][1] == "if a < b:\n    go()"
    assert blocks[-1][1] == "a map"


def test_tags_are_obeyed_and_comments_vanish() -> None:
    assert shown(
        "one<br>two <b>bold</b> <!-- gone -->\n\n<!-- INFO END -->\n\n<h2>Head</h2>\n\n<div>\n\ninside\n\n</div>"
    ) == [
        ("paragraph", "one\ntwo bold"),
        ("heading", "Head"),
        ("paragraph", "inside"),
    ]


def test_notes_are_notes_and_unknown_ones_stay_as_written() -> None:
    text = "Word[^1] and[^long-name] and[^none].\n\n[^1]: First.\n[^long-name]: Second.\n"
    document = read(text)
    assert document.text == "Word[1] and[2] and[^none].\n\n[1] First.\n\n[2] Second."
    notes = [b for b in document.blocks if b.kind == "note"]
    assert [b.anchor for b in notes] == ["page.md#fn-1", "page.md#fn-long-name"]


def test_headings_have_the_places_that_links_name() -> None:
    html = markdown.rendered("# One Two!\n\n## 第一章 总则\n\n## One two\n\n[x](#one-two-1)")
    assert re.findall(r'id="([^"]*)"', html) == ["one-two", "第一章-总则", "one-two-1"]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["# ", "- ", "1. ", "> ", "    ", "\n", "\n\n", "*", "[", "](a)", "|", "word", "字。", "`", "<b>", "[^1]: "]
        )
    )
)
def test_no_word_is_lost_and_blocks_stay_in_order(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        document = read(text)
    except Problem as problem:
        assert problem.code == "no-text"
        return
    assert document.text.count("字") == text.count("字")
    assert all(document.text[a.end : b.start] == "\n\n" for a, b in pairwise(document.blocks))


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_a_problem(data: bytes) -> None:
    try:
        markdown.read(Path("x.md"), data)
    except Problem as problem:
        assert problem.code in ("binary", "no-text")


@pytest.mark.parametrize("mark", [">", "> ", "- ", "* "])
def test_quotes_and_lists_deeper_than_any_book_keep_their_words(mark: str) -> None:
    assert "the words" in markdown.read(Path("a.md"), (mark * 5000 + "the words").encode()).text


def test_brackets_that_nothing_closes_are_words() -> None:
    text = markdown.read(Path("a.md"), ("[" * 30_000 + "the words").encode()).text
    assert text == "[" * 30_000 + "the words"
