"""The conversation: what was kept comes back, whatever stands beside it in the file, and nobody else reads it."""

from __future__ import annotations

import json
import os
import stat
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversation import Conversation, as_plain, show
from app.documents.document import Document
from app.documents.open import open_document
from model.types import Cited, Claim, Correction, Problem, Span, Turn

CLAIM = Claim("It is 577.", "full", (Span(3, 9),), (Correction("577", "585"),))
CITED = Cited(True, (CLAIM,))
LATER = b'{"version":2,"time":"2030-01-01T00:00:00Z","words":"of a later version"}\n'


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return Conversation(tmp_path / "data", "k" * 32)


def test_what_is_kept_comes_back(conversation: Conversation) -> None:
    assert conversation.turns() == () and conversation.history() == ()
    kept = [conversation.add(f"q{i}", f"a\n{i}", CITED) for i in range(3)]
    assert conversation.turns() == tuple(kept) and kept[0].claims == (CLAIM,)
    assert len(conversation.path.read_bytes().splitlines()) == 3


@given(st.lists(st.tuples(st.text(), st.text(), st.booleans()), max_size=5))
@settings(max_examples=15, deadline=None)
def test_any_words_come_back(tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[str, str, bool]]) -> None:
    conversation = Conversation(tmp_path_factory.mktemp("c"), "k")
    for question, answer, answered in turns:
        conversation.add(question, answer, Cited(answered, ()))
    assert [(kept.question, kept.answer, kept.answered) for kept in conversation.turns()] == turns


def test_half_of_a_letter_comes_back(conversation: Conversation) -> None:
    conversation.add("\ud800", "\u2028\ud83d\ude00", CITED)
    assert conversation.turns()[0].question == "\ud800"


def test_the_history_is_of_answered_turns_oldest_first(conversation: Conversation) -> None:
    for i in range(6):
        conversation.add(f"q{i}", f"a{i}", Cited(i != 4, ()))
    assert conversation.history(most=3) == (Turn("q2", "a2"), Turn("q3", "a3"), Turn("q5", "a5"))
    assert conversation.history(most=0) == () and len(conversation.history(most=99)) == 5


def test_the_history_of_a_part_tells_nothing_of_the_rest(conversation: Conversation) -> None:
    for question, scope in (("whole", None), ("half", Span(0, 50)), ("all", Span(0, 100)), ("part", Span(10, 20))):
        conversation.add(question, "a", CITED, scope)
    assert [turn.question for turn in conversation.history(Span(0, 50))] == ["half", "part"]
    assert [turn.question for turn in conversation.history(most=9)] == ["whole", "half", "all", "part"]


def test_a_torn_line_is_dropped_and_spoils_no_other(conversation: Conversation) -> None:
    first = conversation.add("q1", "a1", CITED)
    whole = conversation.path.read_bytes()
    for length in (1, len(whole) // 2, len(whole) - 1):
        conversation.path.write_bytes(whole + whole[:length])
        assert conversation.turns()[:1] == (first,)
        if length < len(whole) - 1:
            assert conversation.turns() == (first,)
        later = conversation.add("q2", "a2", CITED)
        assert conversation.turns()[0] == first and conversation.turns()[-1] == later


@pytest.mark.parametrize(
    "line",
    [
        LATER,
        b"\xff\xfe\n",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b"\n",
        b'{"version":1,"time":1,"question":"","answer":"","answered":true,"claims":[]}\n',
        b'{"version":1,"time":"","question":"","answer":"","answered":true,"claims":[{"citations":[{"start":9}]}]}\n',
        b'{"version":1,"time":"","question":"","answer":"","answered":true,"claims":[],"scope":{"start":9,"end":2}}\n',
    ],
)
def test_what_is_no_turn_is_skipped_and_stays(conversation: Conversation, line: bytes) -> None:
    first = conversation.add("q1", "a1", CITED)
    with conversation.path.open("ab") as file:
        file.write(line)
    second = conversation.add("q2", "a2", CITED)
    assert conversation.turns() == (first, second) and line in conversation.path.read_bytes()


def test_time_is_kept_in_utc(conversation: Conversation) -> None:
    now = datetime(2026, 11, 23, 2, 30, tzinfo=timezone(timedelta(hours=8)))
    assert conversation.add("q", "a", CITED, now=now).time == "2026-11-22T18:30:00Z"


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_nobody_else_can_read_it(conversation: Conversation) -> None:
    before = os.umask(0)
    try:
        conversation.add("q", "a", CITED)
    finally:
        os.umask(before)
    folder = conversation.path.parent
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (folder.parent, folder, *folder.iterdir())]
    assert modes[:2] == [0o700, 0o700] and set(modes[2:]) == {0o600}


def test_each_text_has_its_own(tmp_path: Path) -> None:
    one, other = Conversation(tmp_path, "a"), Conversation(tmp_path, "b")
    one.add("q", "a", CITED)
    other.add("q2", "a2", CITED)
    assert one.forget() > 0 and one.turns() == () and one.forget() == 0
    assert len(other.turns()) == 1


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for i in range(5):
            Conversation(tmp_path, "k").add(f"{number}.{i}", "a" * 5_000, CITED)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    asked = [kept.question for kept in Conversation(tmp_path, "k").turns()]
    assert sorted(asked) == sorted(f"{number}.{i}" for number in range(4) for i in range(5))


def test_a_folder_that_cannot_be_used_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "conversations").write_text("a file")
    for act in (lambda c: c.add("q", "a", CITED), lambda c: c.turns(), lambda c: c.forget()):
        with pytest.raises(Problem) as caught:
            act(Conversation(tmp_path, "k"))
        assert caught.value.code == "no-folder"


def test_how_it_is_shown(conversation: Conversation, samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    law: Document = open_document(samples / "ferry-ordinance.en.txt")
    unit = law.units[4]
    claim = Claim("See Article 9.", "partial", (Span(unit.start, unit.end),), (Correction("Article 9", "Article 5"),))
    conversation.add("Who pays?", "See Article 9.", Cited(True, (claim,)))
    conversation.add("Why?", "Nobody knows.", Cited(False, ()))
    show(law, conversation.turns())
    said = capsys.readouterr().out
    assert "Who pays?\nSee Article 9.\n" in said and "→ Article 5" in said and "[Article 5]" in said
    assert said.count("not answered") == 1
    plain = json.loads(json.dumps([as_plain(law, kept) for kept in conversation.turns()]))
    assert list(plain[0]) == ["time", "question", "answer", "answered", "claims", "scope"]
    (place,) = plain[0]["claims"][0]["citations"]
    assert place == {
        "start": unit.start,
        "end": unit.end,
        "text": law.text[unit.start : unit.end],
        "address": "Article 5",
    }
    assert plain[0]["claims"][0]["corrections"] == [{"said": "Article 9", "right": "Article 5"}]
