"""Covers: a book's own picture, or one drawn from its title; kept small in the cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QTextOption

from app.documents.document import Document
from app.documents.open import picture
from app.library.records import Book
from app.paths import PRIVATE
from app.ui.typography import SANS, SERIF, SONG
from model.types import Problem

SIZE = QSize(240, 340)  # pixels of a kept cover, at twice the size that it is shown in
CLOTHS = ("#6b2d2d", "#2d4a6b", "#2f5d46", "#5a4a78", "#7a5a24", "#3f4a52", "#7a3b55", "#28555a")
LARGEST = 40_000_000  # pixels of a picture that is decoded


class Covers:
    """The kept covers of one cache folder."""

    def __init__(self, cache: Path) -> None:
        self.folder = cache / "covers"

    def of(self, book: Book) -> QImage:
        """The cover: kept, or drawn."""
        image = QImage(str(self._path(book.key)))
        return drawn(book.title, book.authors, book.key) if image.isNull() else image

    def keep(self, document: Document, path: Path) -> None:
        """Keep the picture that a book has as its cover. What cannot be read is drawn instead, each time."""
        if not document.cover or self._path(document.key).exists():
            return
        try:
            data = picture(path, document.cover)
        except Problem:
            return
        image = decoded(data)
        if image is not None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
            image.scaled(SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation).save(
                str(self._path(document.key))
            )

    def forget(self, key: str) -> None:
        """Remove a kept cover."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.png"


def decoded(data: bytes | None) -> QImage | None:
    """A picture of a book, None where it is none or too large to show."""
    if not data:
        return None
    image = QImage.fromData(data)
    return None if image.isNull() or image.width() * image.height() > LARGEST else image


def drawn(title: str, authors: tuple[str, ...], key: str) -> QImage:
    """A cover of cloth with the title on it, of a colour that belongs to the book."""
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    cloth = QColor(CLOTHS[int(hashlib.sha256(key.encode()).hexdigest(), 16) % len(CLOTHS)])
    image.fill(cloth)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, 16, SIZE.height()), cloth.darker(125))
    painter.setPen(QPen(cloth.lighter(165), 2))
    painter.drawRect(QRectF(30, 18, SIZE.width() - 48, SIZE.height() - 36))
    _write(painter, title, QRectF(44, 44, SIZE.width() - 76, 190), 30, (*SERIF, *SONG), True)
    _write(painter, ", ".join(authors), QRectF(44, 250, SIZE.width() - 76, 60), 17, (*SANS, *SONG), False)
    painter.end()
    return image


def _write(painter: QPainter, words: str, box: QRectF, size: int, families: tuple[str, ...], bold: bool) -> None:
    """Words in a box, smaller until they fit; what still does not is cut by the box."""
    option = QTextOption(Qt.AlignmentFlag.AlignHCenter)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    font = QFont()
    font.setFamilies(list(families))
    font.setBold(bold)
    painter.setPen(QColor("#f4efe4"))
    for pixels in range(size, 11, -2):
        font.setPixelSize(pixels)
        painter.setFont(font)
        if (
            painter.boundingRect(QRectF(box.topLeft(), QSize(int(box.width()), 9999)), words, option).height()
            <= box.height()
        ):
            break
    painter.drawText(box, words, option)
