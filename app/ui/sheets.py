"""Sheets: the two ways to see a book, its text and, of a PDF, its pages as printed; the place is the same in both."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.documents.document import Document
from app.library.records import Book
from app.ui.page_view import PageView
from app.ui.reading_view import ReadingView


class Sheets(QStackedWidget):
    """Shows the text at first."""

    def __init__(self, view: ReadingView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self.printed = view, PageView(view)
        self.addWidget(self.text)
        self.addWidget(self.printed)

    @property
    def is_printed(self) -> bool:
        """Whether the pages are shown."""
        return self.currentWidget() is self.printed

    @property
    def shown(self) -> ReadingView | PageView:
        """What the reader sees."""
        return self.printed if self.is_printed else self.text

    def show_text(self) -> None:
        """Show the text; the file of the pages is let go."""
        if self.is_printed:
            self.printed.close_file()
            self.setCurrentWidget(self.text)
            self.text.reset()

    def show_printed(self, book: Book) -> None:
        """Show the pages of a book."""
        self.setCurrentWidget(self.printed)
        self.printed.open(Path(book.path), book.hints.password)


def has_pages(document: Document | None) -> bool:
    """Whether a document can be shown as it was printed."""
    return document is not None and document.format == "PDF" and bool(document.pages)
