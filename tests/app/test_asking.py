"""Asking: what a question names is answered at once, word for word, without a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.asking import decided
from app.cli import main
from app.documents.document import Document
from app.documents.open import open_document
from model.types import Span


@pytest.fixture(scope="module")
def ordinance(request: pytest.FixtureRequest) -> Document:
    return open_document(Path(__file__).parents[2] / "assets" / "samples" / "ferry-ordinance.en.txt")


def test_a_unit_that_is_named_is_shown_whole(ordinance: Document) -> None:
    reply = decided(ordinance, "What does Article 7 say?")
    unit = ordinance.units[6]
    assert reply and [e.span for e in reply.evidence] == [Span(unit.start, unit.end)]
    assert reply.answer == ordinance.text[unit.start : unit.end] and reply.cited and reply.cited.answered


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does Article 900 say?", "This document has no Article 900: it ends at Article 91."),
        (
            "What is owed under Article 900 if the boat sinks?",
            "This document has no Article 900: it ends at Article 91.",
        ),
        ("第九百条的内容是什么？", "本文档没有 Article 900 ：到 Article 91 为止。"),
        ("What does Article 17 GDPR say?", "This document is not GDPR; open that law to ask about it."),
    ],
)
def test_what_is_not_there_gets_a_fixed_answer(ordinance: Document, question: str, words: str) -> None:
    reply = decided(ordinance, question)
    assert reply and reply.answer == words and reply.evidence == () and reply.cited and not reply.cited.answered


def test_what_takes_thought_is_for_the_model(ordinance: Document) -> None:
    assert decided(ordinance, "May the ferryman rely on Article 7 when the river is frozen?") is None
    assert decided(ordinance, "Who pays the toll?") is None


def test_nothing_outside_the_scope_is_shown(ordinance: Document) -> None:
    scope = Span(0, ordinance.units[3].start)
    reply = decided(ordinance, "What does Article 7 say?", scope)
    assert reply and reply.evidence == () and reply.answer == "Article 7 is outside the part that was asked about."
    assert decided(ordinance, "What does Article 2 say?", scope)


def test_the_command_needs_no_model_for_it(samples: Path, tmp_path: Path) -> None:
    file = str(samples / "ferry-ordinance.en.txt")
    for more in ([], ["--json"]):
        result = CliRunner().invoke(main, ["--data-dir", str(tmp_path), "ask", file, "Quote Article 7.", *more])
        assert result.exit_code == 0 and "Article 7" in result.stdout
    plain = json.loads(result.stdout)
    (place,) = plain["evidence"]
    text = open_document(Path(file)).text
    assert place["text"] == text[place["start"] : place["end"]] == plain["answer"]
    assert (
        plain["plan"] is None
        and plain["answered"] is True
        and {p.name.partition("-")[0] for p in tmp_path.iterdir()} == {"library.sqlite"}
    )
