"""The session: whatever happens to workers, one stream of events with one ending, and nothing told twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import worker as module
from app.problems import LANGUAGES, REASONS, render
from app.session import WHY, Session
from app.story import Story
from model.types import (
    Ask,
    Cited,
    Event,
    Failed,
    Finished,
    Folders,
    Noticed,
    Read,
    Reading,
    Receipt,
    Seconds,
    Source,
    Span,
    Stopped,
    Withdrew,
    Wrote,
)

FOLDERS = Folders("/nowhere", "/nowhere")
SOURCE = Source("k", "T", "en", "text", (Span(0, 4),), ("c1.p1",), (Span(0, 4),))


def script(words: str, source: Source = SOURCE) -> Ask:
    """What a worker is to do, a sentence for each worker (tests/app/scripted.py)."""
    return Ask(Read(source, "m", FOLDERS), words)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Session]:
    """A session whose workers follow the script; they and their threads are gone afterwards."""
    command = [sys.executable, "-P", "-m", "tests.app.scripted", str(tmp_path / "workers")]
    monkeypatch.setattr(module, "COMMAND", command)
    before = threading.active_count()
    with Session() as made:
        yield made
    assert threading.active_count() == before


def text(events: list[Event]) -> str:
    """The answer as a consumer has it."""
    found = ""
    for event in events:
        found = "" if isinstance(event, Withdrew) else found + event.text if isinstance(event, Wrote) else found
    return found


def notices(events: list[Event]) -> list[object]:
    return [e.parameters["cause"] for e in events if isinstance(e, Noticed)]


def endings(events: list[Event]) -> list[Event]:
    return [e for e in events if isinstance(e, Finished | Stopped | Failed)]


def test_the_reader_loads_neither_torch_nor_qt() -> None:
    heavy = "{'torch', 'transformers', 'PySide6', 'tokenizers', 'huggingface_hub'}"
    code = f"import sys, app.cli, app.session, app.documents.open; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_plan_needs_no_torch() -> None:
    code = "import sys, model.plan, model.catalog, model.cite, model.choice; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_problem_in_the_worker_is_an_ending_and_the_worker_lives(session: Session) -> None:
    found = [*session.run(Read(SOURCE, "no-such-model", FOLDERS)), *session.run(script("write a"))]
    assert [type(e) for e in found] == [Failed, Wrote, Cited, Finished]
    assert isinstance(found[0], Failed) and found[0].code == "unknown-model"


@pytest.mark.parametrize(
    ("death", "cause", "status"),
    [
        ("die SIGKILL", "memory", -9),
        ("die SIGTERM", "memory", -15),
        ("die SIGSEGV", "fault", -11),
        ("die SIGABRT", "fault", -6),
        ("exit 75", "fault", 75),
        ("exit 0", "fault", 0),
    ],
)
def test_a_worker_that_dies_in_the_answer_is_replaced_and_said(
    session: Session, death: str, cause: str, status: int
) -> None:
    events = list(session.run(script(f"read 4 write ab write c {death} . read 9 write a write bcd write e")))
    (notice,) = [e for e in events if isinstance(e, Noticed)]
    assert (notice.code, notice.parameters["cause"], notice.parameters["status"]) == ("worker-restarted", cause, status)
    assert [e.text for e in events if isinstance(e, Wrote)] == ["ab", "c", "d", "e"]
    assert [e.done for e in events if isinstance(e, Reading)] == [4, 9]
    assert endings(events) == [events[-1]] and isinstance(events[-1], Finished)
    assert not events[-1].receipt.prepared_before  # this request read it, before its worker died
    for language in LANGUAGES:
        assert str(status) in render(notice.code, notice.parameters, language)


def test_every_cause_has_its_words_in_both_languages() -> None:
    assert all(reason in REASONS for reason in WHY.values())


def test_a_worker_that_dies_at_its_start_is_replaced(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND", [*module.COMMAND, "at-start"])
    events = list(session.run(script("write a")))
    assert notices(events) == ["fault"] and text(events) == "a" and isinstance(events[-1], Finished)


def test_three_deaths_without_progress_are_the_end_and_the_next_request_starts_anew(session: Session) -> None:
    events = list(session.run(script("read 3 die SIGSEGV")))
    assert [type(e) for e in events] == [Reading, Noticed, Reading, Noticed, Reading, Failed]
    assert isinstance(events[-1], Failed) and events[-1].code == "worker-died"
    assert events[-1].parameters["times"] == 3 and events[-1].parameters["status"] == -11
    assert text(list(session.run(script("write a")))) == "a"


def test_deaths_with_progress_are_not_counted(session: Session) -> None:
    events = list(session.run(script(". ".join(f"read {n} die SIGABRT" for n in range(1, 6)) + ". read 9 write a")))
    assert notices(events) == ["fault"] * 5 and text(events) == "a" and isinstance(events[-1], Finished)


def test_where_memory_ran_out_less_is_asked_for_also_next_time(session: Session) -> None:
    assert text(list(session.run(script("die SIGKILL . read 1 die SIGKILL . write frugality")))) == "2"
    assert text(list(session.run(script("write frugality")))) == "2"
    other = replace(SOURCE, key="other")
    assert text(list(session.run(script("write frugality", other)))) == "0"


def test_a_fault_asks_for_less_only_when_it_comes_again(session: Session) -> None:
    assert text(list(session.run(script("die SIGSEGV . write frugality")))) == "0"


def test_a_fault_that_comes_again_asks_for_less(session: Session) -> None:
    assert text(list(session.run(script("die SIGABRT . die SIGABRT . write frugality")))) == "1"


def test_what_the_engine_gave_up_for_memory_is_not_tried_again(session: Session) -> None:
    events = list(session.run(script("write ab shrink 2 write ab die SIGKILL . write ab write frugality")))
    assert text(events) == "ab3" and Withdrew() not in events
    assert text(list(session.run(script("write frugality")))) == "3"


def test_a_request_that_the_engine_forgets_ends_all_the_same(session: Session) -> None:
    events = list(session.run(script("write ab vanish now")))
    assert isinstance(events[-1], Failed) and events[-1].code == "bug"
    assert text(list(session.run(script("write a")))) == "a"


def test_an_answer_that_begins_otherwise_is_withdrawn(session: Session) -> None:
    events = list(session.run(script("write abx die SIGSEGV . write ab write y")))
    assert [type(e) for e in events] == [Wrote, Noticed, Withdrew, Wrote, Cited, Finished]
    assert text(events) == "aby"


def test_an_answer_that_ends_sooner_is_withdrawn(session: Session) -> None:
    events = list(session.run(script("write abc die SIGSEGV . write ab")))
    assert [type(e) for e in events] == [Wrote, Noticed, Withdrew, Wrote, Cited, Finished]
    assert text(events) == "ab"


@given(st.lists(st.lists(st.text("ab", max_size=3), max_size=6), min_size=1, max_size=4))
def test_however_often_it_begins_again_the_consumer_has_the_last_answer(attempts: list[list[str]]) -> None:
    story, events = Story(), list[Event]()
    for pieces in attempts:
        story.begins_again()
        for piece in pieces:
            events += story.tell(Wrote(piece))
    events += story.tell(Cited(True, ()))
    assert text(events) == "".join(attempts[-1])
    assert len(attempts) > 1 or Withdrew() not in events
    assert all(e.text for e in events if isinstance(e, Wrote))


def test_the_same_answer_again_tells_nothing() -> None:
    story = Story()
    first = list(story.tell(Wrote("abc")))
    story.begins_again()
    again = [*story.tell(Wrote("a")), *story.tell(Wrote("bc")), *story.tell(Cited(True, ()))]
    assert first == [Wrote("abc")] and again == [Cited(True, ())]


def test_a_reading_prepared_before_stays_so() -> None:
    finished = Finished(Receipt(9, 9, 1, 1, (), prepared_before=True), Seconds(0, 0, 0, 0))
    story = Story()
    assert [*story.tell(Reading(9, 9, 0, 0.0)), *story.tell(finished)][-1] == finished


def test_events_of_a_request_that_was_dropped_reach_nobody(session: Session) -> None:
    for event in session.run(script("read 3 write old wait stop")):
        if isinstance(event, Wrote):
            break
    with pytest.raises(KeyError):
        for _ in session.run(script("read 4 write old write old wait stop")):
            raise KeyError
    events = list(session.run(script("read 5 write new")))
    assert [e.done for e in events if isinstance(e, Reading)] == [5]
    assert text(events) == "new" and isinstance(events[-1], Finished) and not notices(events)


def test_a_consumer_that_leaves_at_the_ending_stops_nothing(session: Session) -> None:
    for _ in range(3):
        for event in session.run(script("write a")):
            if isinstance(event, Finished):
                break
        assert isinstance(event, Finished)


def test_one_request_at_a_time(session: Session) -> None:
    running = session.run(script("read 1 wait stop"))
    next(running)
    with pytest.raises(RuntimeError, match="one request at a time"):
        next(session.run(script("write a")))
    running.close()  # type: ignore[attr-defined]
    assert text(list(session.run(script("write a")))) == "a"


def test_stopping_ends_the_request_in_hand_and_no_other(session: Session) -> None:
    events = []
    for event in session.run(script("read 5 wait stop")):
        events.append(event)
        session.stop()
    assert events[-1] == Stopped(5)
    session.stop()
    assert isinstance(list(session.run(script("write a")))[-1], Finished)


def test_stopping_during_a_restart_ends_the_request(session: Session) -> None:
    events = []
    for event in session.run(script("read 5 die SIGSEGV . read 6 wait stop")):
        events.append(event)
        if isinstance(event, Noticed):
            session.stop()
    assert isinstance(events[-1], Stopped) and endings(events) == [events[-1]]


def test_a_worker_that_dies_after_the_stop_is_not_replaced(session: Session) -> None:
    events = []
    for event in session.run(script("read 5 wait stop")):
        events.append(event)
        session.stop()
        if session._worker is not None:
            session._worker.kill()
    assert [type(e) for e in events] == [Reading, Stopped]


def test_killing_from_another_thread_ends_the_request(session: Session) -> None:
    events = []
    for event in session.run(script("read 5 wait stop")):
        events.append(event)
        threading.Thread(target=session.kill).start()
    assert [type(e) for e in events] == [Reading, Stopped]


def test_a_worker_that_gives_no_sign_of_life_is_replaced(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    events = []
    for event in session.run(script("read 2 die SIGSTOP . read 3 write a")):
        events.append(event)
        monkeypatch.setattr(module, "SILENCE", 1.0 if event == Reading(2, 9, 1, 0.0) else 60.0)
    assert notices(events) == ["silence"] and text(events) == "a" and isinstance(events[-1], Finished)


def test_a_worker_that_takes_no_request_is_replaced(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    list(session.run(script("write a")))
    assert session._worker is not None
    session._worker.process.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(module, "SILENCE", 1.0)
    long = replace(SOURCE, text="long " * 200_000)  # more than a pipe takes
    events = []
    for event in session.run(script("write a", long)):
        events.append(event)
        monkeypatch.setattr(module, "SILENCE", 60.0)
    assert notices(events) == ["silence"] and isinstance(events[-1], Finished)


def test_a_worker_that_died_while_idle_is_replaced_without_a_word(session: Session) -> None:
    list(session.run(script("write a")))
    assert session._worker is not None
    session._worker.kill()
    session._worker.process.wait()
    assert [type(e) for e in session.run(script("write a"))] == [Wrote, Cited, Finished]


def test_stopping_an_idle_session_is_nothing() -> None:
    session = Session()
    session.stop()
    session.kill()
    session.close()
    assert session._worker is None


def test_a_model_in_the_users_folder_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.py").write_text("raise SystemExit(9)")
    monkeypatch.setattr(module, "COMMAND", module.COMMAND[:-1])  # without `serve` it says how it is called
    monkeypatch.chdir(tmp_path)
    with Session() as session:
        *_, last = session.run(script("write a"))
    assert isinstance(last, Failed) and last.parameters["status"] == 2


def test_without_process_groups_the_worker_alone_is_killed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "killpg")
    events = list(session.run(script("read 1 die SIGKILL . write a")))
    assert text(events) == "a"
