"""Damage: which pages of a file have lost some of what they show, though pdfium reads what is left and says nothing."""

from __future__ import annotations

import re
import time
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from itertools import takewhile
from mmap import mmap

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject, PdfObject, StreamObject

from app.documents.printed.objects import Objects

_SECONDS = 2.0  # for the streams of a file, and again for its pages
_PIECE = 16 << 20  # bytes inflated at once
_DICTIONARY = 4000  # bytes before a stream in which its dictionary begins
_WIPED = bytes(64)  # what no operators hold
_HEAD = re.compile(rb"(\d{1,9})\s+\d{1,5}\s+obj\b")
_FLATE = re.compile(rb"/Filter\s*\[?\s*/(?:FlateDecode|Fl)\b")
_NO_WORDS = re.compile(rb"/Subtype\s*/(?:Image|Type1C|CIDFontType0C|OpenType|XML)\b|/Length1\b|/Type\s*/XRef\b")


def flawed(file: bytes | mmap, is_cut: bool) -> frozenset[int]:
    """The numbers of the objects whose streams do not unpack, pictures and the shapes of letters aside.

    In a file that is cut off the last of them may end too early.
    """
    until = time.monotonic() + _SECONDS
    states: dict[int, bool] = {}  # of two objects with one number the last one holds
    number, stream = 0, b""
    for number, stream in takewhile(lambda _: time.monotonic() < until, _packed(file)):
        states[number] = _breaks(stream, until)
    if is_cut and stream:
        states[number] = states.get(number, False) or _breaks(stream, until, early=True)
    return frozenset(number for number, breaks in states.items() if breaks)


@dataclass
class Damage:
    """Pages (from 0) that have `lost` something that they show, and `garbled` ones: what their fonts mean is lost."""

    lost: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)


def found(objects: Objects, asked: Iterable[int], blank: Set[int], flaws: Set[int]) -> Damage:
    """The damage to some pages: what they draw from is flawed, or they are `blank` because it is not there."""
    objects.until = time.monotonic() + _SECONDS
    damage = Damage()
    count = len(objects.pages)
    for i in takewhile(lambda i: i < count, asked):
        try:
            page = objects.pages[i]
            damage.lost += [i] * _is_damaged(page, i in blank, flaws)
            damage.garbled += [i] * any(_is_unclear(font, flaws) for font in _named(page, "/Font"))
        except TimeoutError:
            break
        except Exception:
            # pypdf has no one error for a broken file: it raises whatever its own steps run into.
            continue
    return damage


def _packed(file: bytes | mmap) -> Iterator[tuple[int, bytes]]:
    """The streams that deflate packed and that may hold words, with the numbers of their objects."""
    place = file.find(b"stream")
    while place >= 0:
        start = place + len(b"stream")
        if file[start : start + 1] not in (b"\r", b"\n") or file[place - 3 : place] == b"end":
            place = file.find(b"stream", start)
            continue
        before = file[max(0, place - _DICTIONARY) : place]
        head = deque(_HEAD.finditer(before), 1)
        end = file.find(b"endstream", start)
        end = end if end >= 0 else len(file)
        body = head[0].end() if head else len(before)
        if _FLATE.search(before, body) and not _NO_WORDS.search(before, body):
            yield int(head[0][1]), file[start:end].lstrip(b"\r\n")
        place = file.find(b"stream", end + len(b"endstream"))


def _breaks(stream: bytes, until: float, early: bool = False) -> bool:
    """Whether a stream cannot be inflated, its checksum is not that of what comes out, or it ends too `early`."""
    inflater = zlib.decompressobj()
    try:
        while stream and time.monotonic() < until:
            inflater.decompress(stream, _PIECE)
            stream = inflater.unconsumed_tail
    except zlib.error:
        return True
    return early and not inflater.eof


def _is_damaged(page: pypdf.PageObject, is_blank: bool, flaws: Set[int]) -> bool:
    contents, forms = _contents(page), _named(page, "/XObject")
    if any(isinstance(item, IndirectObject) and item.idnum in flaws for item in [*contents, *forms]):
        return True
    return is_blank and (
        any(_is_lost(item) for item in contents)
        or any(not isinstance(form.get_object(), StreamObject) for form in forms)
    )


def _is_unclear(reference: PdfObject, flaws: Set[int]) -> bool:
    """Whether a font is lost, or what says which characters its codes are."""
    font = reference.get_object()
    if not isinstance(font, DictionaryObject):
        return True
    said = [_raw(font, key) for key in ("/ToUnicode", "/Encoding") if key in font]
    lost = [item for item in said if _is_none(item) or (isinstance(item, IndirectObject) and item.idnum in flaws)]
    has_letters = font.get("/Subtype") != "/Type0" and said and said[-1] not in lost and "/Encoding" in font
    return bool(lost) and not has_letters


def _contents(page: pypdf.PageObject) -> list[PdfObject]:
    """The streams that say what a page shows, or the places where they should be; none for a page that has none."""
    content = _raw(page, "/Contents")
    whole = content.get_object()
    if isinstance(whole, ArrayObject):
        return list(whole)
    return [] if content is whole and not isinstance(whole, StreamObject) else [content]


def _named(page: pypdf.PageObject, kind: str) -> list[PdfObject]:
    """The resources of one kind that a page may use."""
    resources = page.get("/Resources", NullObject()).get_object()
    named = _raw(resources, kind).get_object() if isinstance(resources, DictionaryObject) else None
    return [_raw(named, name) for name in named] if isinstance(named, DictionaryObject) else []


def _raw(dictionary: DictionaryObject, key: str) -> PdfObject:
    """An entry as it is written: where it is a reference, that."""
    return dictionary.raw_get(key) if key in dictionary else NullObject()


def _is_lost(content: PdfObject) -> bool:
    """Whether a piece of content is not in the file any more, or wiped."""
    stream = content.get_object()
    return not isinstance(stream, StreamObject) or _WIPED in stream.get_data()


def _is_none(item: PdfObject) -> bool:
    return item.get_object() is None or isinstance(item.get_object(), NullObject)
