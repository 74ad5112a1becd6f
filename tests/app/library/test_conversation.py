"""Conversations in the library: what was kept comes back, also in another text of the book and after a kill."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Block, Document, Hints
from app.library import lines
from app.library.conversation import Conversation
from app.library.database import NAME, SCHEMA
from app.library.store import Store
from model.types import Cited, Claim, Correction, Evidence, Problem, Receipt, Span, Turn

TEXT = "A bell rang twice. The ferry left at nine.\n\nA bell rang once. Nobody came. 钟响了三声。"
FERRY = Span(TEXT.index("The ferry"), TEXT.index("\n"))
CLAIM = Claim("It is 577.", "full", (FERRY,), (Correction("577", "585"),))
CITED = Cited(True, (CLAIM,))
EVIDENCE = (Evidence(FERRY, 2.5, 0.25), Evidence(Span(0, 18), 1.0))
RECEIPT = Receipt(10, 12, 2, 3, (Span(40, 50),), True)


def document_of(text: str) -> Document:
    return Document(title="The Bell", text=text, blocks=(Block(0, len(text), "paragraph"),), sections=(), parser="t 1")


DOCUMENT = document_of(TEXT)


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return Conversation(Store(tmp_path / "data"), DOCUMENT)


def test_what_is_kept_comes_back(conversation: Conversation) -> None:
    assert conversation.turns() == () and conversation.history() == ()
    whole = conversation.add("q0", "a\n0", CITED, Span(0, 50), EVIDENCE, RECEIPT, by_rule=True)
    rest = [conversation.add(f"q{i}", "a", CITED) for i in (1, 2)]
    with Store(conversation.store.path.parent) as other:
        assert Conversation(other, DOCUMENT).turns() == (whole, *rest)
    assert whole.claims == (CLAIM,) and whole.evidence == EVIDENCE and whole.receipt == RECEIPT
    conversation.forget(rest[0].number)
    assert conversation.turns() == (whole, rest[1])
    assert conversation.clear() > 0 and conversation.turns() == () and conversation.clear() == 0


@given(st.lists(st.tuples(st.text(st.characters()), st.text(st.characters()), st.booleans()), max_size=5))
@settings(max_examples=15, deadline=None)
def test_any_words_come_back(tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[str, str, bool]]) -> None:
    with Store(tmp_path_factory.mktemp("c")) as store:
        conversation = Conversation(store, DOCUMENT)
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


def test_time_is_kept_in_utc(conversation: Conversation) -> None:
    now = datetime(2026, 11, 23, 2, 30, tzinfo=timezone(timedelta(hours=8)))
    assert conversation.add("q", "a", CITED, now=now).time == "2026-11-22T18:30:00.000000Z"


def test_places_are_found_again_in_another_text_of_the_book(tmp_path: Path) -> None:
    later = document_of("A preface.\n\n" + TEXT.replace("A bell rang twice. ", ""))
    with Store(tmp_path) as store:
        store.open(DOCUMENT, Path("/books/bell.txt"), "d1", Hints())
        Conversation(store, DOCUMENT).add("When?", "At nine.", CITED, evidence=EVIDENCE)
        store.open(later, Path("/books/bell.txt"), "d1", Hints())
        assert store.turns(DOCUMENT.key) == ()
        (kept,) = Conversation(store, later).turns()
        (cited,) = kept.claims[0].citations
        assert later.text[cited.start : cited.end] == TEXT[FERRY.start : FERRY.end] and cited != FERRY
        assert kept.lost == ("A bell rang twice.",) and [item.span for item in kept.evidence] == [cited]
        store.remove(later.key)
        assert store.turns(later.key) == ()


def line_of(question: str, start: int = FERRY.start, version: int = 1) -> str:
    citation = {"start": start, "end": FERRY.end}
    claim = {"text": "At nine.", "support": "full", "citations": [citation], "corrections": []}
    turn = {"version": version, "time": "2026-11-22T18:30:00Z", "question": question, "answer": "a", "answered": True}
    return json.dumps({**turn, "claims": [claim], "scope": None})


NO_TURNS = [
    line_of("q", version=2),
    "null",
    "[]",
    "{}",
    "",
    '{"version":1,"time":1,"question":"","answer":"","answered":true,"claims":[]}',
    '{"version":1,"time":"","question":"","answer":"","answered":true,"claims":[{"citations":[{"start":9}]}]}',
    '{"version":1,"time":"","question":"","answer":"","answered":true,"claims":[],"scope":{"start":9,"end":2}}',
]


def test_an_earlier_version_s_conversation_is_taken_over_once(conversation: Conversation) -> None:
    path = lines.file_of(conversation.store.path.parent, DOCUMENT.key)
    path.parent.mkdir()
    written = "\n".join([line_of("q1"), *NO_TURNS, line_of("q2"), line_of("torn")[:40]])
    path.write_text(written, encoding="utf-8")
    conversation.add("q3", "a", CITED)
    assert [kept.question for kept in conversation.turns()] == ["q1", "q2", "q3"]
    assert conversation.turns()[0].claims[0].citations == (FERRY,)
    assert not path.exists() and path.with_name(path.name + lines.TAKEN).read_text(encoding="utf-8") == written
    path.write_text(written, encoding="utf-8")  # as after a kill before the file had its new name
    assert [kept.question for kept in conversation.turns()] == ["q1", "q2", "q3"]


def test_a_library_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / NAME) as base:
        base.executescript(SCHEMA[0] + "PRAGMA user_version = 1;")
    with Store(tmp_path) as store:
        Conversation(store, DOCUMENT).add("q", "a", CITED)
        assert [kept.question for kept in store.turns(DOCUMENT.key)] == ["q"]
    assert (tmp_path / NAME).with_suffix(".1.sqlite").exists()


def test_a_killed_process_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from app.library.store import Store;"
        "from app.library.conversation import Conversation; from tests.app.library.test_conversation import *;"
        "c = Conversation(Store(Path(sys.argv[1])), DOCUMENT); c.add('q', 'a', CITED);"
        "print('kept', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout and child.stdout.readline() == "kept\n"
        os.kill(child.pid, signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    with Store(tmp_path) as store:
        assert [kept.question for kept in Conversation(store, DOCUMENT).turns()] == ["q"]


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(number: int) -> None:
        with Store(tmp_path) as store:
            for i in range(5):
                Conversation(store, DOCUMENT).add(f"{number}.{i}", "a" * 5_000, CITED)

    Store(tmp_path).close()
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Store(tmp_path) as store:
        asked = [kept.question for kept in Conversation(store, DOCUMENT).turns()]
    assert sorted(asked) == sorted(f"{number}.{i}" for number in range(4) for i in range(5))


def test_an_old_file_that_cannot_be_read_is_a_problem(conversation: Conversation) -> None:
    path = lines.file_of(conversation.store.path.parent, DOCUMENT.key)
    path.mkdir(parents=True)
    with pytest.raises(Problem) as caught:
        conversation.turns()
    assert caught.value.code == "no-folder"
