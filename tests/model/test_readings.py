"""The cap on prepared pages: whatever is kept, used, opened and removed, nothing of a kept reading is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from itertools import accumulate, chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from model import readings
from model.readings import Note
from model.types import Problem

KEYS = ["a", "b", "c", "d"]
DOCUMENTS = st.sampled_from(KEYS)
WORDS = st.lists(st.sampled_from("xy"), min_size=1, max_size=4)
SIZE = 10  # bytes of a chunk


def chunk(pages: Path, name: str, age: float = 0.0) -> Path:
    path = readings.chunk_path(pages, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(SIZE))
    os.utime(path, (time.time() - age,) * 2)
    return path


def reading(pages: Path, document: str, *names: str, model: str = "m", sealed: int | None = None) -> Note:
    """A kept reading whose first `sealed` chunks are on disk, all of them if nothing is said."""
    note = Note(document, model, f"header-{model}", 100, names)
    readings.keep(pages, note)
    for name in names[:sealed]:
        chunk(pages, name)
    return note


def on_disk(pages: Path) -> set[str]:
    return {path.stem for path in (pages / "chunks").glob("*.safetensors")}


class Cache(RuleBasedStateMachine):
    """A model of the cache: which readings there are, in the order of their use, and what they have on disk."""

    @initialize()
    def begin(self) -> None:
        self.pages = Path(tempfile.mkdtemp())
        self.used: list[Note] = []  # the longest unused first
        self.sealed: dict[Note, set[str]] = {}
        self.stray: list[str] = []  # chunks without a note, the oldest first
        self.open: dict[str, list[ExitStack]] = {key: [] for key in KEYS}
        self.locks: dict[str, ExitStack] = {}

    def teardown(self) -> None:
        for stack in [*chain.from_iterable(self.open.values()), *self.locks.values()]:
            stack.close()
        shutil.rmtree(self.pages)

    @rule(document=DOCUMENTS, model=st.sampled_from("mn"), words=WORDS)
    def keep(self, document: str, model: str, words: list[str]) -> None:
        """Chunks are named by all that is before them: two readings share a beginning or nothing."""
        names = [model + word for word in accumulate(words)]
        note = reading(self.pages, document, *names, model=model)
        self.used = [n for n in self.used if n != note] + [note]
        self.sealed[note] = set(names)
        self.stray = [name for name in self.stray if name not in names]

    @rule(document=DOCUMENTS)
    def touch(self, document: str) -> None:
        readings.touch(self.pages, document)
        self.used.sort(key=lambda note: note.document == document)

    @rule(document=DOCUMENTS)
    def open_one(self, document: str) -> None:
        stack = ExitStack()
        stack.enter_context(readings.opened(self.pages, document))
        self.open[document].append(stack)

    @rule(document=DOCUMENTS)
    def close_one(self, document: str) -> None:
        if self.open[document]:
            self.open[document].pop().close()

    @rule(document=DOCUMENTS)
    def begin_or_end_reading(self, document: str) -> None:
        if document in self.locks:
            self.locks.pop(document).close()
        else:
            self.locks[document] = ExitStack()
            self.locks[document].enter_context(readings.lock_of(self.pages, document).acquire(timeout=0))

    @rule(name=st.sampled_from("pq"), old=st.booleans())
    def leave_a_stray(self, name: str, old: bool) -> None:
        chunk(self.pages, f"{name}-{old}", age=2 * readings.YOUNG if old else 0)
        self.stray = [n for n in self.stray if n != f"{name}-{old}"] + [f"{name}-{old}"]

    @rule(document=DOCUMENTS)
    def forget(self, document: str) -> None:
        if document in self.locks and any(n.document == document for n in self.used):
            with pytest.raises(Problem):
                readings.forget(self.pages, document)
        else:
            readings.forget(self.pages, document)
            self.used = [note for note in self.used if note.document != document]

    @rule(limit=st.integers(0, 12).map(lambda n: n * SIZE), keep=DOCUMENTS)
    def trim(self, limit: int, keep: str) -> None:
        before, total = on_disk(self.pages), readings.taken(self.pages)
        freed = readings.trim(self.pages, limit, keep)
        assert freed == (len(before) - len(on_disk(self.pages))) * SIZE
        kept = readings.notes(self.pages)
        gone = [note for note in self.used if note not in kept]
        spared = {keep, *self.locks, *(key for key, stacks in self.open.items() if stacks)}
        assert not spared & {note.document for note in gone}, "what is protected stays"
        free = [note for note in self.used if note.document not in spared]
        assert gone == free[: len(gone)], "the longest unused goes first"
        young_stay = bool(self.locks)
        strays = [n for n in self.stray if n in on_disk(self.pages) and not (young_stay and n.endswith("False"))]
        if total > limit and readings.taken(self.pages) > limit:
            assert not strays and gone == free, "only what is protected is left"
        if gone:
            assert not strays, "what no note names goes first"
        self.used = [note for note in self.used if note in kept]
        self.stray = [name for name in self.stray if name in on_disk(self.pages)]

    @rule()
    @precondition(lambda self: self.used)
    def totals(self) -> None:
        totals = readings.totals(self.pages)
        assert set(totals) == {note.document for note in self.used}
        for key in totals:
            names = {name for note in self.used if note.document == key for name in note.chunks}
            assert totals[key] == len(names) * SIZE

    @invariant()
    def nothing_of_a_kept_reading_is_missing(self) -> None:
        if hasattr(self, "used"):
            assert sorted(readings.notes(self.pages), key=repr) == sorted(self.used, key=repr)
            assert {name for note in self.used for name in self.sealed[note]} <= on_disk(self.pages)


Cache.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestCache = Cache.TestCase


def test_below_the_limit_nothing_is_removed(tmp_path: Path) -> None:
    reading(tmp_path, "a", "x", "xy")
    chunk(tmp_path, "stray")
    assert readings.trim(tmp_path, 3 * SIZE, "") == 0 and on_disk(tmp_path) == {"x", "xy", "stray"}
    assert readings.trim(tmp_path / "nothing yet", 0, "a") == 0 and not (tmp_path / "nothing yet").exists()


def test_a_reading_half_done_is_removed_like_any_other(tmp_path: Path) -> None:
    reading(tmp_path, "a", "x", "xy", "xyz", sealed=1)
    assert readings.totals(tmp_path) == {"a": SIZE}
    assert readings.trim(tmp_path, 0, "b") == SIZE and not readings.notes(tmp_path)
    assert not readings.folder_of(tmp_path, "a").exists()


def test_one_models_reading_of_a_document_can_be_the_older_one(tmp_path: Path) -> None:
    reading(tmp_path, "a", "x", model="m")
    reading(tmp_path, "a", "y", model="n")
    readings.touch(tmp_path, "a", "header-m")
    readings.trim(tmp_path, SIZE, "")
    assert on_disk(tmp_path) == {"x"}


@pytest.mark.parametrize("end", ["kill", "close"])
def test_an_open_document_stays_as_long_as_its_process_lives(tmp_path: Path, end: str) -> None:
    reading(tmp_path, "a", "x")
    program = "import sys; from pathlib import Path; from model.readings import opened\n"
    program += f"with opened(Path({str(tmp_path)!r}), 'a'): print(1, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline().strip() == b"1"
        assert readings.trim(tmp_path, 0, "") == 0
        process.kill() if end == "kill" else process.communicate(b"\n")
        deadline = time.monotonic() + 20
        while psutil.pid_exists(process.pid) and not _over(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)  # killed, it stays as a zombie until it is waited for
        assert readings.trim(tmp_path, 0, "") == SIZE
    assert not list((tmp_path / "opened").glob("*/*"))


def _over(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@given(st.integers(-(10**6), 10**6))
@settings(max_examples=30, deadline=None)
def test_a_number_used_again_is_not_the_process_that_had_it(shift: int) -> None:
    """A mark of this very process, but started at another time."""
    process = psutil.Process()
    created, since = readings._started(process)
    with tempfile.TemporaryDirectory() as folder:
        mark = Path(folder) / "opened" / "a" / f"{process.pid}.{created + shift}.{since + shift}.x"
        mark.parent.mkdir(parents=True)
        mark.touch()
        reading(Path(folder), "a", "x")
        assert (readings.trim(Path(folder), 0, "") == 0) == (abs(shift) <= readings.SLACK) == mark.exists()


@pytest.mark.parametrize("shift", [(3600, 0), (0, -3600)])
def test_a_clock_that_was_set_closes_no_document(tmp_path: Path, shift: tuple[int, int]) -> None:
    reading(tmp_path, "a", "x")
    created, since = readings._started(psutil.Process())
    mark = tmp_path / "opened" / "a" / f"{os.getpid()}.{created + shift[0]}.{since + shift[1]}.x"
    mark.parent.mkdir(parents=True)
    mark.touch()
    assert readings.trim(tmp_path, 0, "") == 0


@pytest.mark.parametrize("name", ["", "x", "1", "1.2", "a.b.c.d", f"{2**70}.1.1.x", "4.1.x.y", "-1.1.1.x"])
def test_a_mark_that_says_nothing_protects_nothing(name: str) -> None:
    assert not readings._lives(name)


def test_files_in_use_stay_and_the_rest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows refuses to remove a file that someone has open."""
    for document in "ab":
        reading(tmp_path, document, f"{document}1", f"{document}2")
    unlink = Path.unlink

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if path.stem == "a1":
            raise PermissionError(13, "in use", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    assert readings.trim(tmp_path, 0, "") == 3 * SIZE and on_disk(tmp_path) == {"a1"}
    monkeypatch.undo()
    assert readings.trim(tmp_path, 0, "") == SIZE, "it went with those that no note names"


def test_a_note_in_use_keeps_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading(tmp_path, "a", "x")
    unlink = Path.unlink

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".json":
            raise PermissionError(13, "in use", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    assert readings.trim(tmp_path, 0, "") == 0 and on_disk(tmp_path) == {"x"}


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_anything_may_vanish_meanwhile(data: st.DataObject) -> None:
    """Before any file is looked at or removed, another process may have removed any file at all."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        pages = Path(folder)
        for i, document in enumerate(KEYS):
            reading(pages, document, "s", f"s{i}")
            chunk(pages, f"stray{i}")
        stat, read_text = Path.stat, Path.read_text

        def vanishing(path: Path) -> None:
            if path.suffix in (".json", ".safetensors") and data.draw(st.integers(0, 5)) == 0:
                path.unlink(missing_ok=True)

        def slow_stat(path: Path, **options: bool) -> os.stat_result:
            vanishing(path)
            return stat(path, **options)

        def slow_read(path: Path, encoding: str) -> str:
            vanishing(path)
            return read_text(path, encoding=encoding)

        patch.setattr(Path, "stat", slow_stat)
        patch.setattr(Path, "read_text", slow_read)
        limit = data.draw(st.integers(0, 10)) * SIZE
        readings.trim(pages, limit, data.draw(DOCUMENTS))
        readings.touch(pages, data.draw(DOCUMENTS))
        readings.totals(pages)
        readings.forget(pages, data.draw(DOCUMENTS))


@pytest.mark.parametrize("what", ["keep", "open"])
def test_what_comes_while_pages_are_removed_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Once a reading is kept or opened, what it sees on disk stays, at whatever moment it comes."""
    reading(tmp_path, "a", "x", "xy")
    seen: list[set[str]] = []
    stack = ExitStack()

    def come() -> None:
        if what == "keep":
            readings.keep(tmp_path, Note("b", "m", "header-m", 100, ("x",)))
        else:
            stack.enter_context(readings.opened(tmp_path, "a"))
        seen.append(on_disk(tmp_path) & {"x"})

    thread, drop = threading.Thread(target=come), readings._drop

    def slow_drop(*given: Any) -> int:
        thread.start()
        thread.join(0.2)  # time enough to come, were there nothing to wait for
        return drop(*given)

    monkeypatch.setattr(readings, "_drop", slow_drop)
    readings.trim(tmp_path, 0, "")
    thread.join()
    stack.close()
    assert seen and seen[0] <= on_disk(tmp_path)


def test_many_at_once(tmp_path: Path) -> None:
    """Several keep, open and remove at the same time; a reading that is open keeps all that it has."""
    failures: list[BaseException] = []

    def work(number: int) -> None:
        document = KEYS[number]
        try:
            for turn in range(15):
                with readings.opened(tmp_path, document):
                    names = ("s", f"s{number}", f"s{number}{turn % 3}")
                    reading(tmp_path, document, *names)
                    readings.trim(tmp_path, 3 * SIZE, document)
                    assert set(names) <= on_disk(tmp_path) and readings.prepared(tmp_path, document, "m")
                readings.trim(tmp_path, 2 * SIZE, "")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    readings.trim(tmp_path, 0, "")
    assert not on_disk(tmp_path) and not readings.notes(tmp_path)


def test_forgetting_leaves_nothing_but_what_is_shared(tmp_path: Path) -> None:
    reading(tmp_path, "a", "s", "sa")
    reading(tmp_path, "b", "s", "sb")
    assert readings.forget(tmp_path, "a") == SIZE and on_disk(tmp_path) == {"s", "sb"}
    assert readings.forget(tmp_path, "a") == 0 and readings.forget(tmp_path, "b") == 2 * SIZE


def test_the_half_written_note_of_a_killed_process_is_swept(tmp_path: Path) -> None:
    reading(tmp_path, "a", "x")
    (readings.folder_of(tmp_path, "a") / "y.part").write_text("{")
    readings.trim(tmp_path, 0, "")
    assert not readings.folder_of(tmp_path, "a").exists()


@pytest.mark.parametrize("what", ["keep", "opened"])
def test_a_full_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    monkeypatch.setattr(Path, "touch", full)
    with pytest.raises(Problem) as problem:
        reading(tmp_path, "a", "x") if what == "keep" else readings.opened(tmp_path, "a").__enter__()
    assert problem.value.code == "disk-full"


@given(free=st.integers(0, 10**12), chunks=st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_the_default_limit_does_not_move_as_pages_come_and_go(free: int, chunks: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        pages = Path(folder) / "not" / "yet"
        patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free + (5 - chunks) * SIZE))
        for i in range(chunks):
            chunk(pages, str(i))
        assert readings.default_limit(pages) == min(readings.MOST, (free + 5 * SIZE) // 4)
