"""Verdict: an answer counts as one where the text bears it out and bears on the question, also by a second look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model import verdict
from model.answer import Written
from model.engine import Engine
from model.evidence import Locator
from model.fitted import Fitted
from model.planner import prompt_of
from model.types import Ask, Cited, Evidence, Span
from model.verdict import judged
from tests.model.test_asking import SOURCE, ask, run

pytestmark = pytest.mark.usefixtures("measured_once")
Folder = Callable[[str], Path]
Judge = Callable[..., Cited]
SAID, PLACE = "The keeper of gate 49 wrote it down on day 7.", SOURCE.blocks[7]
WHOLE = Span(0, len(SOURCE.text))


@pytest.fixture
def judge(tiny_folder: Folder, tmp_path: Path) -> Judge:
    """The verdict on what was written, behind pages that were read."""
    request, engine = ask(tiny_folder("qwen2"), tmp_path), Engine(dtype=torch.float32)
    run(request, engine)
    assert engine.model and engine.pages
    model, pages, prompt = engine.model, engine.pages, prompt_of(engine.model.checkpoint, SOURCE)

    def judge(
        text: str,
        evidence: tuple[Evidence, ...] = (),
        least: float | None = None,
        asked: Ask = request,
        doubt: float | None = None,
        scope: Span = WHOLE,
        query: str = "",
    ) -> Cited:
        limits = {} if least is None else {"en": least}
        fitted = replace(model, fitted=Fitted(None, {"en": 99.0}, limits))  # no passage was read alone
        written = Written(text, pages.length)
        end = pages.length
        try:
            return judged(
                fitted, pages, prompt, Locator(SOURCE), asked, written, evidence, query, scope, doubt, lambda: False
            )
        finally:
            pages.rewind(end)

    return judge


def test_what_the_text_says_is_an_answer(judge: Judge) -> None:
    found = judge(SAID)
    assert found.answered and found.claims[0].support == "full" and found.claims[0].citations == (PLACE,)


def test_what_bears_on_nothing_is_refused_unless_it_was_named(judge: Judge) -> None:
    evidence = (Evidence(SOURCE.blocks[0], 2.0, 1.0), Evidence(PLACE, 1.0, 3.0))
    assert judge(SAID, evidence, least=2.9).answered and not judge(SAID, evidence, least=3.1).answered
    assert judge(SAID, evidence, least=3.1).claims == judge(SAID, evidence).claims
    assert judge(SAID, (Evidence(PLACE, 1.0),), least=3.1).answered  # nobody was asked


def test_what_the_question_named_is_not_refused(judge: Judge, tiny_folder: Folder, tmp_path: Path) -> None:
    named = ask(tiny_folder("qwen2"), tmp_path, named=(PLACE,))
    assert judge(SAID, (Evidence(PLACE, 1.0, -9.0),), least=3.1, asked=named).answered


def test_the_model_may_point_at_the_place(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "OTHERS", 0)
    pointed_at: list[Span | None] = [PLACE, SOURCE.blocks[3], None]
    monkeypatch.setattr(verdict, "pointed", lambda *_: pointed_at.pop(0))
    right, wrong, nowhere = (judge(SAID) for _ in range(3))
    assert right.answered and right.claims[0].citations == (PLACE,)
    assert not wrong.answered and not nowhere.answered and wrong.claims[0].citations == ()
    assert judge("The document does not say.").answered is False and not pointed_at  # nothing to point at


@pytest.mark.parametrize(("doubt", "support"), [(-1e9, "partial"), (1e9, "none")])
def test_the_model_judges_the_place_that_it_pointed_at(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, doubt: float, support: str
) -> None:
    monkeypatch.setattr(verdict, "pointed", lambda *_: PLACE)
    found = judge("Nobody ever lived in the red castle.", doubt=doubt)
    assert found.answered == (support != "none") and found.claims[0].support == support
    assert found.claims[0].citations == ((PLACE,) if found.answered else ())


def test_a_model_that_writes_nonsense_points_inside_the_scope(judge: Judge) -> None:
    scope = Span(0, SOURCE.blocks[9].end)
    found = judge("Nobody ever lived in the red castle.", doubt=-1e9, scope=scope)
    (span,) = found.claims[0].citations
    assert scope.covers(span) and any(span == block for block in SOURCE.blocks)


def test_a_claim_in_the_questions_language_stands_where_its_translation_does(
    judge: Judge, tiny_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chinese = replace(ask(tiny_folder("qwen2"), tmp_path), question="谁看守四十九号门？")
    monkeypatch.setattr(verdict, "translated", lambda model, pages, text, *_: {"看守人第七天记下了。": SAID}[text])
    found = judge("看守人第七天记下了。", asked=chinese, query="Who kept gate 49?")
    assert found.answered and found.claims[0].text == "看守人第七天记下了。" and found.claims[0].citations == (PLACE,)
    monkeypatch.setattr(verdict, "translated", lambda *_: "")
    monkeypatch.setattr(verdict, "pointed", lambda *_: None)
    assert not judge("看守人第七天记下了。", asked=chinese, query="Who kept gate 49?").answered
