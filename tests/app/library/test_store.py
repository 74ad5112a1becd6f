"""The library keeps what it was told: through kills, other windows, newer parsers and other versions."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.documents.document import Block, Document, Hints
from app.library import database
from app.library.database import NAME
from app.library.records import Mark
from app.library.store import Store
from model.types import Problem, Span

TEXT = "A bell rang twice. The ferry left at nine.\n\nA bell rang once. Nobody came. 钟响了三声。"


def document_of(text: str, title: str = "The Bell") -> Document:
    return Document(title=title, text=text, blocks=(Block(0, len(text), "paragraph"),), sections=(), parser="text 1")


DOCUMENT = document_of(TEXT)


def opened(store: Store, document: Document = DOCUMENT, path: str = "/books/bell.txt", digest: str = "d1") -> None:
    store.open(document, Path(path), digest, Hints())


def span_of(words: str, text: str = TEXT) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


def words_of(mark: Mark, text: str) -> str:
    return text[mark.span.start : mark.span.end]


def test_what_was_told_is_there_for_the_next(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        opened(store)
        store.keep_place(DOCUMENT.key, 20)
        mark = store.mark(DOCUMENT, "highlight", span_of("钟响了三声"), "green", "three")
        store.mark(DOCUMENT, "bookmark", Span(43, 43))
        with Store(tmp_path) as other:  # while the first is open
            other.change(mark.number, "pink", "thrice")
    with Store(tmp_path) as store:
        (book,) = store.books()
        assert (book.key, book.place, book.title, book.hints) == (DOCUMENT.key, 20, "The Bell", Hints())
        bookmark, highlight = store.marks(DOCUMENT.key)
        assert (bookmark.kind, bookmark.span) == ("bookmark", Span(43, 43))
        assert (highlight.words, highlight.colour, highlight.note) == ("钟响了三声", "pink", "thrice")
        assert words_of(highlight, TEXT) == highlight.words
        store.unmark(bookmark.number)
        assert store.marks(DOCUMENT.key) == (highlight,)
        store.remove(DOCUMENT.key)
        assert store.books() == () and store.marks(DOCUMENT.key) == ()


def test_the_book_opened_last_comes_first(tmp_path: Path) -> None:
    other = document_of("Another text.", "Another")
    with Store(tmp_path) as store:
        opened(store)
        opened(store, other, "/books/other.txt", "d2")
        assert [book.title for book in store.books()] == ["Another", "The Bell"]
        opened(store)
        assert [book.title for book in store.books()] == ["The Bell", "Another"]
        found = store.at(Path("/books/other.txt"))
        assert found and found.key == other.key and store.at(Path("/nowhere")) is None


def test_a_password_is_not_kept(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.open(DOCUMENT, Path("/b.pdf"), "d", Hints(password="geheim", kind="law"))
        (book,) = store.books()
        assert book.hints == Hints(kind="law")
    assert b"geheim" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize(("digest", "path"), [("d1", "/moved/bell.txt"), ("d2", "/books/bell.txt")])
def test_marks_find_their_words_in_another_text_of_the_book(tmp_path: Path, digest: str, path: str) -> None:
    """A newer parser of the same file, and a file that was edited in place."""
    text = "THE BELL\n\nA new preface, longer than it should be.\n\n" + TEXT.replace(" Nobody came.", "").replace(
        "’", "'"
    )
    with Store(tmp_path) as store:
        opened(store)
        store.keep_place(DOCUMENT.key, len(TEXT) // 2)
        second = TEXT.rindex("A bell rang")
        store.mark(DOCUMENT, "highlight", Span(second, second + 11))
        store.mark(DOCUMENT, "highlight", span_of("Nobody came."), note="gone")
        store.mark(DOCUMENT, "bookmark", Span(TEXT.index("钟"), TEXT.index("钟")))
        opened(store, document_of(text), path, digest)
        (book,) = store.books()
        assert book.key == document_of(text).key and abs(book.place / len(text) - 0.5) < 0.02
        rang, bell, nobody = store.marks(book.key)
        assert words_of(rang, text) == "A bell rang" and rang.span.start == text.rindex("A bell rang")
        assert text[bell.span.start] == "钟" and not len(bell.span)
        assert nobody.lost and nobody.words == "Nobody came." and nobody.note == "gone"
        assert store.marks(DOCUMENT.key) == ()


def test_another_book_in_the_same_place_is_another_book(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        opened(store)
        opened(store, document_of("Something else.", "Else"), digest="d2")
        assert len(store.books()) == 2


def test_a_killed_window_loses_nothing_that_was_told(tmp_path: Path) -> None:
    program = """if True:
        import sys, time
        from pathlib import Path
        from tests.app.library.test_store import DOCUMENT, Span, Store, opened
        store = Store(Path(sys.argv[1]))
        opened(store)
        for n in range(20):
            store.mark(DOCUMENT, "highlight", Span(n, n + 5), note=str(n))
            print(n, flush=True)
        time.sleep(60)
    """
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout as said:
        while said.readline().strip() != "19":
            assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with Store(tmp_path) as store:
        assert [mark.note for mark in store.marks(DOCUMENT.key)] == [str(n) for n in range(20)]


def test_a_newer_library_is_refused_and_not_touched(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        opened(store)
    base = sqlite3.connect(tmp_path / NAME)
    base.execute("PRAGMA user_version = 99")
    base.close()
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(Problem, match="library-newer"):
        Store(tmp_path)
    assert (tmp_path / NAME).read_bytes() == before


def test_an_older_library_is_migrated_and_a_copy_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path) as store:
        opened(store)
    monkeypatch.setattr(database, "SCHEMA", (*database.SCHEMA, "ALTER TABLE mark ADD COLUMN extra TEXT"))
    with Store(tmp_path) as store:
        assert [book.title for book in store.books()] == ["The Bell"]
        assert store._file._version() == len(database.SCHEMA)
    kept = sqlite3.connect(tmp_path / f"library.{len(database.SCHEMA) - 1}.sqlite")
    assert kept.execute("SELECT title FROM book").fetchall() == [("The Bell",)]
    kept.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path) as store:
        opened(store)
    broken = "ALTER TABLE mark ADD COLUMN extra TEXT; SELECT nonsense FROM nowhere"
    with monkeypatch.context() as patch:
        patch.setattr(database, "SCHEMA", (*database.SCHEMA, broken))
        with pytest.raises(sqlite3.OperationalError):
            Store(tmp_path)
    with Store(tmp_path) as store:
        assert [book.title for book in store.books()] == ["The Bell"]


@pytest.mark.parametrize("noise", [b"not a database at all", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_library_is_one_sentence(tmp_path: Path, noise: bytes) -> None:
    (tmp_path / NAME).write_bytes(noise)
    with pytest.raises(Problem, match="library-damaged"):
        Store(tmp_path)
    assert (tmp_path / NAME).read_bytes() == noise


def test_a_locked_library_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    with Store(tmp_path) as store, Store(tmp_path) as other:
        with store._file.writing(), pytest.raises(Problem, match="library-locked"):
            opened(other)
        opened(other)
        assert len(store.books()) == 1


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="no-folder"):
        Store(tmp_path / "file" / "data")
