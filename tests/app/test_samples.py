"""The samples are what they say: originals in the right form, every gold place in the text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.documents.document import Document
from app.documents.open import open_document
from model.labels import article

NAMES = ["the-deaf-ground", "shi-chi-ji", "ferry-ordinance.en", "ferry-ordinance.zh"]


def opened(samples: Path, name: str) -> tuple[Document, list[dict[str, object]]]:
    asked = tomllib.loads((samples / f"{name}.questions.toml").read_text(encoding="utf-8"))
    return open_document(samples / asked["document"]), asked["question"]


@pytest.mark.parametrize("name", NAMES)
def test_gold_places_hold_their_quotes(samples: Path, name: str) -> None:
    document, questions = opened(samples, name)
    answerable = [q for q in questions if q.get("answerable", True)]
    assert len(answerable) >= 12 and len(questions) - len(answerable) >= 4
    for question in answerable:
        for quote in question["quote"]:
            assert document.text.count(quote) == 1, question["id"]
            assert document.address(document.text.index(quote)) in question["gold"], question["id"]


def test_the_english_tale(samples: Path) -> None:
    document, _ = opened(samples, "the-deaf-ground")
    assert len(document.text.split()) > 9_000 and len(document.leaves) == 12 and document.language == "en"
    assert any(ord(c) > 0xFFFF for c in document.text)
    assert {"heading", "paragraph", "note", "image"} <= {b.kind for b in document.blocks}


def test_the_chinese_tale_is_gb18030(samples: Path) -> None:
    document, _ = opened(samples, "shi-chi-ji")
    assert document.encoding == "gb18030" and document.title == "石尺记"
    assert sum("\u4e00" <= c <= "\u9fff" for c in document.text) >= 8_000


def test_the_statute_has_the_same_articles_in_both_languages(samples: Path) -> None:
    english, chinese = (opened(samples, f"ferry-ordinance.{language}")[0] for language in ("en", "zh"))
    assert len(english.units) == 92 and english.kind == chinese.kind == "law"
    assert [u.number for u in english.units] == [u.number for u in chinese.units]
    assert all(article(u.label) == u.number for u in (*english.units, *chinese.units))
