"""Peers: what the libraries that others read these formats with make of the same file."""

from __future__ import annotations

import html
import logging
import re
import zipfile
from pathlib import Path

from app.documents.open import open_document, sniff


def tongdu(path: Path) -> str:
    return open_document(path).text


def peer(path: Path) -> str:
    """The best of the peers' results by length. Raises what the last of them raises if all fail."""
    logging.disable(logging.CRITICAL)
    with path.open("rb") as file:
        kind = sniff(file.read(4096), path)
    texts: list[str] = []
    error: Exception | None = None
    for reader in PEERS.get(kind, (encoded,)):
        try:
            texts.append(reader(path))
        except Exception as raised:  # a peer that fails is part of the measurement
            error = raised
    if not texts and error is not None:
        raise error
    return max(texts, key=len)


def ebooklib_alone(path: Path) -> str:
    import ebooklib
    from ebooklib import epub
    from lxml.html import fromstring

    book = epub.read_epub(str(path))
    pages = [item.get_content() for item in book.get_items_of_type(ebooklib.ITEM_DOCUMENT)]
    return "\n".join(fromstring(page).text_content() for page in pages if page.strip())


def ebooklib_and_soup(path: Path) -> str:
    import ebooklib
    from bs4 import BeautifulSoup
    from ebooklib import epub

    book = epub.read_epub(str(path))
    items = book.get_items_of_type(ebooklib.ITEM_DOCUMENT)
    return "\n".join(BeautifulSoup(item.get_content(), "lxml").get_text() for item in items)


def pypdf(path: Path) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def pdfminer(path: Path) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(path))


def python_docx(path: Path) -> str:
    from docx import Document

    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def soup(path: Path) -> str:
    from bs4 import BeautifulSoup

    return BeautifulSoup(path.read_bytes(), "lxml").get_text()


def xml(path: Path) -> str:
    from lxml import etree

    words = "".join(str(t) for t in etree.parse(path, etree.XMLParser(recover=True)).getroot().itertext())
    return html.unescape(re.sub(r"<[^<>]*>", " ", words))  # a feed holds pages as text, whose tags are no words


def encoded(path: Path) -> str:
    from charset_normalizer import from_bytes

    if zipfile.is_zipfile(path):
        return ""
    best = from_bytes(path.read_bytes()).best()
    return str(best) if best else ""


PEERS = {
    "EPUB": (ebooklib_alone,),
    "PDF": (pypdf, pdfminer),
    "DOCX": (python_docx,),
    "HTML": (soup,),
    "MD": (encoded,),
    "TXT": (encoded,),
    **dict.fromkeys(("XML", "USLM", "CLML", "AKN", "FORMEX"), (xml,)),
}
