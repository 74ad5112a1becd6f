"""Subject: a document that is asked about, in the forms that the systems need, each made once."""

from __future__ import annotations

import hashlib
from functools import cached_property

from app.documents.document import Document
from app.documents.place import Gazetteer
from app.exam.ranking import Ranking, passages
from app.exam.retrieval import chunks
from model.types import Source, Span

NOTHING = {"en": "No document is given.", "zh": "没有给出文档。"}


class Subject:
    """One document, its places, and what is made of it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.places = Gazetteer(document)

    @cached_property
    def source(self) -> Source:
        return self.document.source()

    @cached_property
    def blank(self) -> Source:
        """A document of the same title and language that says that there is none."""
        title, language = self.document.title, self.document.language
        text = NOTHING["zh" if language.startswith("zh") else "en"]
        key = hashlib.sha256(f"blank {title} {text}".encode()).hexdigest()[:32]
        whole = Span(0, len(text))
        return Source(key, title, language, text, (whole,), ("c1.p1",), (whole,))

    @cached_property
    def ranking(self) -> Ranking:
        """A law's articles, or a book's paragraphs."""
        return Ranking(self.document.text, passages(self.document))

    @cached_property
    def chunks(self) -> Ranking:
        """Chunks of equal length, whatever they hold."""
        return Ranking(self.document.text, chunks(self.document))
