"""Index: full text of all books, for a search over the library. It lies in the cache and can be made again.

SQLite's FTS5 over folded paragraphs, each Han character a word of its own: a phrase is found whatever its case, width,
quotes and dashes, and two characters of Chinese as well as two words of English. Texts are kept packed, to show hits.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.documents.document import Document
from app.paths import PRIVATE
from model.folding import fold
from model.types import Span

NAME = "index.1.sqlite"  # another form of it has another name
PATIENCE = 10.0  # seconds to wait for another window that writes
_HAN = re.compile(r"([\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_WORD = re.compile(r"\w+")
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS book (key TEXT PRIMARY KEY, text BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS paragraph (
        number INTEGER PRIMARY KEY, key TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS paragraph_by_key ON paragraph (key);
    CREATE VIRTUAL TABLE IF NOT EXISTS said USING fts5 (words, content='', tokenize="unicode61 remove_diacritics 2");
"""


@dataclass(frozen=True)
class Hit:
    """A paragraph that says what was looked for: its book, its place there, its words."""

    key: str
    span: Span
    words: str


class Index:
    """One connection; of one thread. Raises sqlite3.Error where the file cannot be used: whoever owns it removes it."""

    def __init__(self, cache: Path) -> None:
        cache.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        self.path = cache / NAME
        self._base = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.executescript(_SCHEMA)

    def close(self) -> None:
        self._base.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def holds(self, key: str) -> bool:
        """Whether a book's text is in it."""
        return self._base.execute("SELECT 1 FROM book WHERE key = ?", (key,)).fetchone() is not None

    def add(self, document: Document) -> None:
        """Put a book's text in; all of it or nothing."""
        if self.holds(document.key):
            return
        with self._base:  # a transaction
            self._base.execute("BEGIN IMMEDIATE")
            packed = zlib.compress(document.text.encode("utf-8", "surrogatepass"))
            made = self._base.execute("INSERT OR IGNORE INTO book VALUES (?, ?)", (document.key, packed))
            if made.rowcount:  # another window may have been quicker
                for block in document.blocks:
                    self._put(document.key, block.span, document.text)

    def remove(self, key: str) -> None:
        """Take a book's text out."""
        with self._base:
            self._base.execute("BEGIN IMMEDIATE")
            text = self._text(key)
            rows = self._base.execute('SELECT number, start, "end" FROM paragraph WHERE key = ?', (key,)).fetchall()
            forget = "INSERT INTO said (said, rowid, words) VALUES ('delete', ?, ?)"
            self._base.executemany(forget, ((number, words_of(text[start:end])) for number, start, end in rows))
            self._base.execute("DELETE FROM paragraph WHERE key = ?", (key,))
            self._base.execute("DELETE FROM book WHERE key = ?", (key,))

    def search(self, phrase: str, limit: int = 500) -> Iterator[Hit]:
        """The paragraphs that say a phrase, its last word perhaps only begun; book by book, in the text's order."""
        words = words_of(phrase)
        if not words:
            return
        query = (
            'SELECT key, start, "end" FROM said JOIN paragraph ON number = said.rowid '
            "WHERE said MATCH ? ORDER BY said.rowid LIMIT ?"
        )
        begun = "" if _HAN.fullmatch(words[-1]) else " *"
        texts: dict[str, str] = {}
        with closing(self._base.execute(query, (f'"{words}"{begun}', limit))) as rows:
            for key, start, end in rows:
                if key not in texts:
                    texts = {key: self._text(key)}  # the hits of a book stand together
                yield Hit(key, Span(start, end), texts[key][start:end])

    def _put(self, key: str, span: Span, text: str) -> None:
        words = words_of(text[span.start : span.end])
        if not words:
            return
        put = 'INSERT INTO paragraph (key, start, "end") VALUES (?, ?, ?)'
        made = self._base.execute(put, (key, span.start, span.end))
        self._base.execute("INSERT INTO said (rowid, words) VALUES (?, ?)", (made.lastrowid, words))

    def _text(self, key: str) -> str:
        row = self._base.execute("SELECT text FROM book WHERE key = ?", (key,)).fetchone()
        return zlib.decompress(row[0]).decode("utf-8", "surrogatepass") if row else ""


def words_of(text: str) -> str:
    """Folded words with spaces between them, each Han character one."""
    return " ".join(_WORD.findall(_HAN.sub(r" \1 ", fold(text).text)))
