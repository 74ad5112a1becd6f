"""Mended: the bytes of a PDF whose end is missing, with an end of our own that names the pages that are there."""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 256 << 20  # bytes of a file that is mended: it is held in memory
_MOST_UNPACKED = 64 << 20  # bytes of all its object streams
_STEP = 1 << 10  # bytes inflated at once: a step that fails is lost
_MOST_INFLATED = 2 << 20  # bytes of a step: deflate never makes more than some thousand bytes of one
_HEAD = re.compile(rb"(?<!\d)(\d{1,8})\s+\d{1,5}\s+obj\b")
_TYPE = re.compile(rb"/Type\s*/(Catalog|Pages?|ObjStm)\b")
_ENCRYPTED = re.compile(rb"/Filter\s*/Standard\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_TREE = re.compile(rb"/Pages\s+(\d{1,8})\s+\d{1,5}\s+R\b")


@dataclass(frozen=True, slots=True)
class _Object:
    """An indirect object: its number, its type ("" where it names none that matters), and where its body lies."""

    number: int
    kind: bytes
    start: int
    end: int


def mended(path: Path) -> bytes | None:
    """The bytes of a file that pdfium can open, or None where no pages are found.

    So it is where they are encrypted: what the key is made of was at the end.

    pdfium finds objects without a table of their places, but not the catalogue, nor what lies in object streams
    (ISO 32000-1, 7.5.5 and 7.5.7).
    """
    if path.stat().st_size > _LARGEST or _ENCRYPTED.search(file := path.read_bytes()):
        return None
    plain = _whole(file)
    more = _unpacked(plain, _objects(plain))
    whole = plain + more
    found = _objects(whole)
    end = _end(whole, found)
    return whole + end if end else None


def _whole(file: bytes) -> bytes:
    """The file without an object that breaks off, or with an end for it if it is a stream."""
    last = max(file.rfind(b" obj"), 0)
    if b"endobj" in file[last:]:
        return file + b"\n"
    if _STREAM.search(file, last):
        return file + b"\nendstream\nendobj\n"
    return file[: max(file.rfind(b"endobj"), 0) + len(b"endobj")] + b"\n"


def _objects(file: bytes) -> list[_Object]:
    """All objects of a file in its order."""
    heads = list(_HEAD.finditer(file))
    starts = [head.end() for head in heads]
    kinds: dict[int, bytes] = {}
    for match in _TYPE.finditer(file):
        kinds.setdefault(bisect_right(starts, match.start()) - 1, match[1])
    return [
        _Object(int(head[1]), kinds.get(i, b""), start, end)
        for i, (head, start, end) in enumerate(zip(heads, starts, [*starts[1:], len(file)], strict=False))
    ]


def _end(file: bytes, found: Sequence[_Object]) -> bytes:
    """A trailer that names the catalogue, which is made if there is none; nothing where there are no pages either."""
    latest = {item.number: item for item in found}
    size = max(latest, default=0) + 1
    for item in reversed(found):
        tree = _TREE.search(_body(file, item)) if item.kind == b"Catalog" else None
        if tree and (pages := latest.get(int(tree[1]))) and pages.kind == b"Pages":
            return _trailer(item.number, size)
    leaves = [number for number, item in latest.items() if item.kind == b"Page"]
    if not leaves:
        return b""
    kids = " ".join(f"{number} 0 R" for number in leaves)
    made = f"{size} 0 obj\n<< /Type /Catalog /Pages {size + 1} 0 R >>\nendobj\n"
    made += f"{size + 1} 0 obj\n<< /Type /Pages /Count {len(leaves)} /Kids [{kids}] >>\nendobj\n"
    return made.encode() + _trailer(size, size + 2)


def _trailer(root: int, size: int) -> bytes:
    return f"trailer\n<< /Size {size} /Root {root} 0 R >>\nstartxref\n0\n%%EOF\n".encode()


def _body(file: bytes, item: _Object) -> bytes:
    """What an object says, up to its stream."""
    return re.split(rb"\b(?:stream|endobj)\b", file[item.start : item.end], maxsplit=1)[0]


def _unpacked(file: bytes, found: Sequence[_Object]) -> bytes:
    """The objects in the object streams, written out one by one, but for those that the file has anew behind them."""
    latest = {item.number: item.start for item in found}
    room = _MOST_UNPACKED
    pieces = []
    for item in found:
        if item.kind == b"ObjStm" and room > 0:
            data = _inflated(file, item, room)
            room -= len(data)
            pieces += [
                b"%d 0 obj\n%b\nendobj\n" % (number, body)
                for number, body in _members(_body(file, item), data)
                if latest.get(number, 0) < item.start
            ]
    return b"".join(pieces)


def _inflated(file: bytes, item: _Object, most: int) -> bytes:
    """At most so many bytes of the stream of an object, up to where it is damaged."""
    match = _STREAM.search(file, item.start, item.end)
    end = file.rfind(b"endstream", item.start, item.end)
    unpacked = bytearray()
    if match:
        inflater = zlib.decompressobj()
        for i in range(match.end(), end, _STEP):
            try:
                unpacked += inflater.decompress(file[i : min(i + _STEP, end)], _MOST_INFLATED)
            except zlib.error:
                break
            if inflater.eof or inflater.unconsumed_tail or len(unpacked) > most:
                break
    return bytes(unpacked[:most])


def _members(head: bytes, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The objects of an object stream that are there whole: their numbers and what they say."""
    count, first = re.search(rb"/N\s+(\d{1,7})\b", head), re.search(rb"/First\s+(\d{1,8})\b", head)
    if not count or not first:
        return
    listed = data[: int(first[1])].split()[: 2 * int(count[1])]
    if not all(number.isdigit() and len(number) < 9 for number in listed):
        return
    places = [int(first[1]) + int(place) for place in listed[1::2]]
    for number, start, end in zip(listed[::2], places, [*places[1:], len(data)], strict=False):
        body = data[start:end].strip()
        if start < end < len(data) or (start < end == len(data) and body.count(b"<<") == body.count(b">>")):
            yield int(number), body
