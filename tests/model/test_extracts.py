"""Extracts: a passage read alone is what it is where nothing else was read; sealed and found again."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model import extracts as module
from model.decode import hidden, likelihoods, prefill
from model.extracts import Extracts, header_of
from model.gist import COMMON, TYPICAL, Gists, centres, question_states
from model.pages import Pages
from model.plan import make
from model.types import Device
from model.weights import Model, page_header
from tests.model.test_reading import DOCUMENT, QUESTIONS

DEVICE = Device("cpu", 2, 10**11, 10**11, 1e11, 1e10)
SINK = DOCUMENT[:8]
PASSAGES = [DOCUMENT[10:40], DOCUMENT[40:41], DOCUMENT[50:120], [], DOCUMENT[200:260], DOCUMENT[300:330]]
AFTER, LEAD = [5, 6], [7, 8, 9]


def stretched(model: Model) -> Pages:
    plan = make("tiny", model.shape, 2000, DEVICE, stretch=8)
    model.freeze_base(plan)
    return Pages(page_header(model.checkpoint, plan, torch.float32), 8)


def read(model: Model, folder: Path, passages: list[list[int]] = PASSAGES) -> Extracts:
    header = header_of(stretched(model).header, model.checkpoint.rope.theta)
    return Extracts(folder, header, SINK, passages, AFTER)


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP", 4)
    monkeypatch.setattr(module, "TOKENS", 100)


def test_a_passage_is_asked_as_if_nothing_else_had_been_read(tiny: Model, tmp_path: Path) -> None:
    extracts = read(tiny, tmp_path)
    assert [e.done for e in extracts.fill(tiny, lambda: False)] == [4, 6] and extracts.is_whole
    numbers, question, header = [4, 0, 2], QUESTIONS[0], stretched(tiny).header
    with tiny.unstretched():
        found, _ = likelihoods(tiny, extracts.excerpts(tiny, numbers), LEAD, question)
        for row, number in zip(found, numbers, strict=True):
            alone = Pages(header, 128)
            ids = [*SINK, *PASSAGES[number], *LEAD, *question[:-1]]
            logits = prefill(tiny, alone, ids, keep=len(question)).log_softmax(-1)
            want = logits.gather(1, torch.tensor(question)[:, None])[:, 0]
            assert (row - want).abs().max() < 0.15 * want.std()  # keys and values are kept in eight bits


def test_what_is_sealed_is_not_read_again(tiny: Model, tmp_path: Path) -> None:
    assert len(list(read(tiny, tmp_path).fill(tiny, lambda: False))) == 2
    again = read(tiny, tmp_path)
    assert again.is_whole and list(again.fill(tiny, lambda: False)) == []
    changed = read(tiny, tmp_path, [*PASSAGES[:5], DOCUMENT[400:420]])
    assert [e.done for e in changed.fill(tiny, lambda: False)] == [6]  # the first group is shared


def test_it_stops_between_groups_and_goes_on_there(tiny: Model, tmp_path: Path) -> None:
    extracts = read(tiny, tmp_path)
    asked = iter([False, True])
    assert len(list(extracts.fill(tiny, lambda: next(asked)))) == 1 and not extracts.is_whole
    assert [e.done for e in extracts.fill(tiny, lambda: False)] == [6] and extracts.is_whole


def test_a_damaged_file_is_read_again(tiny: Model, tmp_path: Path) -> None:
    extracts = read(tiny, tmp_path)
    list(extracts.fill(tiny, lambda: False))
    whole = extracts.states().clone()
    data = bytearray(extracts.paths[0].read_bytes())
    data[-5] ^= 1
    extracts.paths[0].unlink()
    extracts.paths[0].write_bytes(data)
    again = read(tiny, tmp_path)
    assert not again.is_whole
    assert [e.done for e in again.fill(tiny, lambda: False)] == [4]
    assert torch.equal(again.states(), whole)


def test_the_stretched_base_comes_back(tiny: Model, tmp_path: Path) -> None:
    extracts = read(tiny, tmp_path)
    held = tiny.module.model.rotary_emb
    list(extracts.fill(tiny, lambda: False))
    assert tiny.module.model.rotary_emb is held


def test_a_passage_and_the_same_words_as_a_question_are_alike(tiny: Model, tmp_path: Path) -> None:
    extracts = read(tiny, tmp_path)
    list(extracts.fill(tiny, lambda: False))
    states = extracts.states()
    assert states.shape == (6, 64)
    gists = Gists(states, {"en": states.float().mean(0)})
    for number in (0, 2, 4, 5):
        likeness = gists.likeness(states[number], "en")
        assert max(range(6), key=likeness.__getitem__) == number and -1.01 <= min(likeness) <= max(likeness) <= 1.01


def test_questions_have_a_centre_in_each_language(tiny: Model, tmp_path: Path) -> None:
    extracts = read(tiny, tmp_path)
    list(extracts.fill(tiny, lambda: False))
    found = centres(tiny, extracts.before(tiny, COMMON))
    assert set(found) == {"en", "zh"}
    for language, questions in TYPICAL.items():
        alone = [question_states(tiny, extracts.before(tiny), [q], language)[0] for q in questions]
        assert torch.allclose(found[language], torch.stack(alone).float().mean(0), atol=1e-5)
    assert hidden(tiny, extracts.before(tiny), [[1, 2, 3]]).shape == (1, 3, 64)
