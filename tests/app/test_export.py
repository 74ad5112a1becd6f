"""Exports: every quotation is the document's own text, and nothing of any text acts as markup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from app import export
from app.documents.document import Block, Document
from app.documents.open import open_document
from app.library.records import Mark
from app.library.turn import Kept
from model.types import Claim, Correction, Problem, Span

LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
TRICKY = st.lists(st.sampled_from("<b>*_`[](x)#!&amp; \n~~~|-+1.>\\$:"), min_size=1, max_size=40).map("".join)
WORDS = st.one_of(LETTERS, TRICKY).filter(lambda words: words.strip() == words and bool(words))


def asked(text: str, answer: str) -> tuple[Document, Kept]:
    document = Document("T", text, (Block(0, len(text), "paragraph"),), ())
    claim = Claim(answer, "full", (Span(0, len(text)),))
    return document, Kept("2026-11-24T00:00:00Z", "Why?", answer, True, (claim,))


@given(WORDS, WORDS)
@settings(max_examples=120, deadline=None)
def test_a_page_of_html_says_the_words_again(text: str, answer: str) -> None:
    document, kept = asked(text, answer)
    page = html.fromstring(export.conversation(document, [kept], "html", "en"))
    (quotation,) = page.xpath("//blockquote/p")
    assert quotation.text_content() == text and not len(quotation)
    assert page.xpath("//p")[1].text_content() == answer


@given(WORDS, WORDS)
@settings(max_examples=120, deadline=None)
def test_markdown_says_the_words_again(text: str, answer: str) -> None:
    document, kept = asked(text, answer)
    written = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .render(export.conversation(document, [kept], "markdown", "en"))
    )
    page = html.fromstring(f"<div>{written}</div>")
    (quotation,) = page.xpath("//blockquote")
    assert "".join(quotation.text_content().split()).startswith("".join(text.split()))
    assert {node.tag for node in quotation.iter()} <= {"blockquote", "p", "br"}


@given(WORDS, WORDS)
@settings(max_examples=40, deadline=None)
def test_json_comes_back(text: str, answer: str) -> None:
    document, kept = asked(text, answer)
    (turn,) = json.loads(export.conversation(document, [kept], "json", "en"))
    assert turn["answer"] == answer and turn["claims"][0]["citations"][0]["text"] == text


def test_a_conversation_about_a_law(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    law = open_document(samples / "ferry-ordinance.en.txt")
    unit = law.units[4]
    claim = Claim("See Article 9.", "partial", (Span(unit.start, unit.end),), (Correction("Article 9", "Article 5"),))
    turns = [
        Kept("2026-11-24T00:00:00Z", "Who pays?", "See Article 9.", True, (claim,)),
        Kept("2026-11-24T00:01:00Z", "Why?", "Nobody knows.", False),
    ]
    export.show_turns(law, turns)
    said = capsys.readouterr().out
    assert "Who pays?\nSee Article 9.\n" in said and "→ Article 5" in said and "[Article 5]" in said
    assert said.count("not answered") == 1
    plain = json.loads(export.conversation(law, turns, "json", "en"))
    assert list(plain[0]) == ["time", "question", "answer", "answered", "claims", "scope"]
    (place,) = plain[0]["claims"][0]["citations"]
    assert place == {
        "start": unit.start,
        "end": unit.end,
        "text": law.text[unit.start : unit.end],
        "address": "Article 5",
    }
    assert plain[0]["claims"][0]["corrections"] == [{"said": "Article 9", "right": "Article 5"}]
    written = export.conversation(law, turns, "markdown", "zh")
    assert "部分有原文支持" in written and "文中没有回答" in written


def test_marks_with_their_notes_and_those_that_are_lost() -> None:
    document = Document("T", "One two three.", (Block(0, 14, "paragraph"),), ())
    times = ("2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z")
    marks = [
        Mark(1, "highlight", Span(4, 7), "two", "One ", " three.", *times, note="why *two*?"),
        Mark(2, "bookmark", Span(8, 8), "", "two ", "three.", *times),
        Mark(3, "highlight", Span(0, 9), "gone away", "", "", *times, lost=True),
    ]
    plain = json.loads(export.marks(document, marks, "json", "en"))
    assert [item["text"] for item in plain] == ["two", "", "gone away"] and plain[2]["lost"]
    written = export.marks(document, marks, "markdown", "en")
    assert "> two" in written and "why \\*two\\*?" in written and "not found in the text" in written
    assert "<blockquote><p>gone away</p>" in export.marks(document, marks, "html", "en")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    assert [export.form_of(Path(name)) for name in ("a.md", "a.HTML", "a.json", "a")] == [
        "markdown", "html", "json", "markdown",
    ]  # fmt: skip
    export.write(tmp_path / "a.md", "钟\n")
    assert (tmp_path / "a.md").read_bytes() == "钟\n".encode()
    with pytest.raises(Problem) as caught:
        export.write(tmp_path / "none/a.md", "x")
    assert caught.value.code == "no-folder" and not list(tmp_path.glob("*.part"))
