"""The session: a worker that dies is an ending like any other, and starting costs no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.session import Session
from model.types import Failed, Fetch, Folders, Read, Source, Span

FOLDERS = Folders("/nowhere", "/nowhere")
SOURCE = Source("k", "T", "en", "text", (Span(0, 4),), ("c1.p1",), (Span(0, 4),))


def test_the_reader_loads_neither_torch_nor_qt() -> None:
    heavy = "{'torch', 'transformers', 'PySide6', 'tokenizers', 'huggingface_hub'}"
    code = f"import sys, app.cli, app.session, app.documents.open; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_plan_needs_no_torch() -> None:
    code = "import sys, model.plan, model.catalog, model.cite, model.choice; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_problem_in_the_worker_is_an_ending_and_the_worker_lives() -> None:
    with Session(offline=True) as session:
        first = list(session.run(Fetch("no-such-model", FOLDERS, offline=True)))
        second = list(session.run(Read(SOURCE, "no-such-model", FOLDERS, offline=True)))
    assert [e.code for e in (*first, *second) if isinstance(e, Failed)] == ["unknown-model", "unknown-model"]


def test_a_dead_worker_is_said_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with Session() as session:
        worker = session._worker()
        worker.kill()
        worker.wait()
        session._worker = lambda: worker  # type: ignore[method-assign]
        events = list(session.run(Fetch("smollm2-135m", FOLDERS)))
        assert events == [Failed("worker-died", {"status": -9})]
        del session._worker  # type: ignore[method-assign]
        assert isinstance(list(session.run(Fetch("nothing", FOLDERS)))[-1], Failed)


def test_stopping_an_idle_session_is_nothing() -> None:
    session = Session()
    session.stop()
    session.close()
    assert session._process is None


def test_a_model_in_the_users_folder_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    with Session() as session:
        (event,) = session.run(Fetch("nothing", FOLDERS))
    assert isinstance(event, Failed) and event.code == "unknown-model"
