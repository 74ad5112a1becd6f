"""Searching: what is found is shown word for word, what a question names before all, with a model only where needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import worker
from app.documents.document import Document
from app.documents.open import open_document
from app.documents.shelf import shelf
from app.searching import Shown, Sought, search
from model.types import Folders, Problem, Read, Span

Search = Callable[..., tuple[str, str]]


@pytest.fixture(scope="module")
def law() -> Document:
    return open_document(Path(__file__).parents[2] / "assets" / "samples" / "ferry-ordinance.en.txt")


@pytest.fixture(scope="module")
def tale() -> Document:
    return open_document(Path(__file__).parents[2] / "assets" / "samples" / "the-deaf-ground.epub")


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A file that is there once a worker was started."""
    return tmp_path / "started"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, started: Path, capsys: pytest.CaptureFixture[str]) -> Search:
    """A search with a scripted worker: what it printed on stdout and stderr."""
    monkeypatch.setattr(worker, "COMMAND", [sys.executable, "-P", "-m", "tests.app.scripted_search", str(started)])

    def ran(
        document: Document, words: str, streams: bool = False, as_json: bool = False, **sought: Any
    ) -> tuple[str, str]:
        shown = Shown(document, "en", as_json, streams)
        search(document, Sought(words, **sought), lambda: reading(document), False, shown)
        return capsys.readouterr()

    return ran


def reading(document: Document) -> Read:
    return Read(document.source(), "m", Folders("/nowhere", "/nowhere"))


def labels(printed: str) -> list[str]:
    """The labels of a printed list, in order, without their ranks."""
    return [line.split(". ", 1)[1].split(" · ")[0] for line in printed.splitlines() if line[:1].isdigit()]


def indented(document: Document, number: int) -> str:
    unit = document.units[number]
    return "\n".join("    " + line for line in document.text[unit.start : unit.end].split("\n"))


def test_articles_are_shown_whole_and_word_for_word(run: Search, law: Document) -> None:
    out, err = run(law, "find 3 1. find 4 3")
    assert labels(out) == ["Article 5", "Article 4"] and err == ""
    assert indented(law, 4) in out and indented(law, 3) in out
    assert f"1. Article 5 · {' · '.join(law.units[4].path)}" in out


def test_the_stable_keys(run: Search, law: Document, tale: Document) -> None:
    (found,) = json.loads(run(law, "find 4", as_json=True)[0])
    assert list(found)[:8] == ["label", "number", "start", "end", "text", "score", "path", "references"]
    assert (found["label"], found["number"], found["score"]) == ("Article 5", "5", 9.0)
    assert found["text"] == law.text[found["start"] : found["end"]] and found["path"] == list(law.units[4].path)
    (found,) = json.loads(run(tale, "find 9", as_json=True)[0])
    assert found["number"] == "" and found["label"] == tale.address(found["start"]) and found["references"] == []
    assert found["path"][-1] == tale.section_title(found["start"])


def test_references_lead_to_their_articles(run: Search, law: Document) -> None:
    found = json.loads(run(law, '"Article 1" OR "Articles"', kind="query", limit=99, as_json=True)[0])
    references = [r for one in found for r in one["references"]]
    assert references and all(law.address(r["start"]) in r["label"] for r in references)
    out, _ = run(law, '"Article 1" OR "Articles"', kind="query", limit=99)
    assert all(r["label"] in out for r in references) and "    → Article" in out


def test_a_terminal_sees_the_first_at_once_and_the_order_as_it_becomes(run: Search, law: Document) -> None:
    out, _ = run(law, "find 1 2. find 2 1", streams=True)
    assert labels(out) == ["Article 2", "Article 3", "Article 3", "Article 2"] and "order is now" in out
    for words in ("find 1 2. find 1 2", "find 1 2. words only"):
        out, err = run(law, words, streams=True)
        assert labels(out) == ["Article 2", "Article 3"] and "order" not in out
    assert "not prepared" in err
    out, _ = run(law, "find. find 1 2", streams=True)
    assert labels(out) == ["Article 2", "Article 3"] and "order" not in out
    assert len(json.loads(run(law, "find 1 2. find 2 1", streams=True, as_json=True)[0])) == 2


def test_what_the_question_names_comes_first(run: Search, law: Document) -> None:
    words = "May the ferryman rely on Article 7 when the river is frozen. find 1 6 2"
    assert labels(run(law, words)[0]) == ["Article 7", "Article 2", "Article 3"]
    scores = [one["score"] for one in json.loads(run(law, words, as_json=True)[0])]
    assert scores == sorted(scores, reverse=True)


def test_what_the_question_settles_takes_no_model(run: Search, law: Document, started: Path) -> None:
    out, err = run(law, "What does Article 7 say?")
    assert labels(out) == ["Article 7"] and indented(law, 6) in out and err == ""
    assert run(law, "What does Article 900 say?") == ("", "This document has no Article 900: it ends at Article 91.\n")
    assert run(law, "What does Article 900 say?", as_json=True)[0] == "[]\n"
    assert not started.exists()


def test_phrases_and_queries_take_no_model(run: Search, law: Document, tale: Document, started: Path) -> None:
    for kind in ("phrase", "query"):
        found = json.loads(run(tale, "“the  FORK”", kind=kind, as_json=True)[0])
        assert found and all("the fork" in one["text"].lower() for one in found)
        assert [one["start"] for one in found] == sorted(one["start"] for one in found)
        for one in found:
            words = [tale.text[w["start"] : w["end"]].lower() for w in one["words"]]
            assert one["score"] == len(words) and set(words) == {"the fork"}
    with pytest.raises(Problem) as caught:
        run(law, "(toll", kind="query")
    assert caught.value.code == "query" and not started.exists()


def test_no_more_than_the_limit_is_shown_and_that_is_said(run: Search, law: Document) -> None:
    out, err = run(law, "ferry", kind="query", limit=3)
    assert len(labels(out)) == 3 and "the first 3 are shown" in err
    assert len(labels(run(law, "find 5 4 3 2 1. find 1 2 3 4 5", limit=2)[0])) == 2


def test_nothing_found_is_one_sentence(run: Search, law: Document) -> None:
    for kind, words in (("phrase", "whale"), ("query", "whale AND ferry"), ("question", "find. words only")):
        out, err = run(law, words, kind=kind)
        assert out == "" and err.endswith("Nothing that answers this search was found.\n")
        assert json.loads(run(law, words, kind=kind, as_json=True)[0]) == []


def test_nothing_outside_the_scope(run: Search, law: Document) -> None:
    scope = Span(law.units[1].start, law.units[3].end)
    for kind, words in (("question", "find 0 1 2 3 4"), ("query", "ferry OR NOT ferry")):
        assert set(labels(run(law, words, kind=kind, scope=scope)[0])) <= {"Article 2", "Article 3", "Article 4"}
    words = "How does Article 7 bear on Article 3. find 1"
    assert labels(run(law, words, scope=scope)[0]) == ["Article 3", "Article 2"]


def test_several_files_keep_their_own_addresses(run: Search, law: Document, tale: Document) -> None:
    both = shelf([law, tale])
    found = json.loads(run(both, '"the fork" OR "Article 5"', kind="query", limit=50, as_json=True)[0])
    names = {volume.name for volume in both.volumes}
    assert {one["label"].split(":")[0] for one in found} == names
    assert all(one["text"] == both.text[one["start"] : one["end"]] for one in found)


def test_a_failure_is_a_problem(run: Search, law: Document) -> None:
    with pytest.raises(Problem) as caught:
        run(law, "find 1. memory out")
    assert caught.value.code == "memory-out"


@pytest.mark.parametrize("kind", ["question", "phrase", "query"])
def test_ten_thousand_characters(run: Search, law: Document, kind: str) -> None:
    out, _ = run(law, ("find 1. " + "who pays the toll; " * 600)[:10_000], kind=kind)
    assert labels(out) == (["Article 2"] if kind == "question" else [])
