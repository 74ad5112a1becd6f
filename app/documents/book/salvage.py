"""Salvage: what can still be read of a zip that is cut or damaged, member by member."""

from __future__ import annotations

import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.documents.book.archive import DAMAGE, LARGEST_FILE, Archive
from model.types import Problem

_HEAD = struct.Struct("<4s5H3L2H")
_MOST = 20_000  # members that are looked for
_PIECE = 1 << 8  # bytes unpacked at a time: what comes after damage is lost by the piece
_STORED, _DEFLATED = 0, 8
_HAS_DESCRIPTOR, _ENCRYPTED, _IS_UTF8 = 0x8, 0x1, 0x800
_NEXT = (b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02")


@dataclass(frozen=True)
class Member:
    """A file in a zip by its own header: where its bytes begin, how they are packed, how many; -1: not said."""

    name: str
    start: int
    method: int
    size: int


class Salvage(Archive):
    """An archive that opens without its list of files too: `salvaged` files were found one by one, 0 if it is whole."""

    def __init__(self, path: Path) -> None:
        self.salvaged = 0
        self._members: dict[str, Member] = {}
        try:
            super().__init__(path)
        except Problem as problem:
            if problem.code != "broken":
                raise
            try:
                self._members = {m.name: m for m in _members(path)}
            except (OSError, ValueError):  # what cannot be read at all
                raise problem from None
            if not self._members or len(self._members) >= _MOST:
                raise
            self.salvaged = len(self._members)
            self.index(list(self._members))

    def read(self, name: str) -> bytes | None:
        """The bytes at a path, as many as can be read of a salvaged one. Raises Problem("broken")."""
        if not self.salvaged:
            return super().read(name)
        found = self.find(name)
        return _unpacked(self.path, self._members[found])[0] if found else None

    def recover(self, name: str) -> tuple[bytes, bool] | None:
        """The bytes that can be read at a path and whether they are all, None if there are none.

        Raises Problem("broken") for bombs.
        """
        found = self.find(name)
        if found is None:
            return None
        if self.salvaged:
            return _unpacked(self.path, self._members[found])
        info = self.member(found)
        try:
            return self.unpack(info), True
        except DAMAGE:
            member = _member_at(self.path, info)
            return (_unpacked(self.path, member)[0], False) if member else (b"", False)


def _members(path: Path) -> Iterator[Member]:
    """The members that a zip's bytes show, its own list unread."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        place = data.find(_NEXT[0])
        for _ in range(_MOST):
            if place < 0:
                return
            member, flags = _header(data[place : place + _HEAD.size + (1 << 16)], place)
            if member and flags & _ENCRYPTED:
                raise Problem("drm", path=str(path))
            if member and member.method == _STORED and member.size < 0:
                ends = [end for sign in _NEXT if (end := data.find(sign, member.start)) >= 0]
                size = max(0, min(ends, default=len(data)) - member.start)
                member = Member(member.name, member.start, _STORED, size)
            if member:
                yield member
            place = data.find(_NEXT[0], member.start + max(0, member.size) if member else place + 4)


def _header(data: bytes, place: int) -> tuple[Member | None, int]:
    """The member whose own header these bytes are, None if they only look like one; and its flags."""
    if len(data) < _HEAD.size:
        return None, 0
    _, version, flags, method, _, _, _, size, _, length, extra = _HEAD.unpack_from(data)
    name = data[_HEAD.size : _HEAD.size + length]
    if version & 0xFF > 63 or method not in (_STORED, _DEFLATED) or len(name) < length or not length or b"\0" in name:
        return None, 0
    known = -1 if flags & _HAS_DESCRIPTOR or size == 0xFFFFFFFF else size
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        text = name.decode("cp437")
    return Member(text, place + _HEAD.size + length + extra, method, known), flags


def _member_at(path: Path, info: zipfile.ZipInfo) -> Member | None:
    """A member by what the list says of it, at the place its own header gives."""
    if info.compress_type not in (_STORED, _DEFLATED) or info.header_offset < 0:
        return None
    with path.open("rb") as file:
        file.seek(info.header_offset)
        member, _ = _header(file.read(_HEAD.size + (1 << 16)), info.header_offset)
    return Member(info.filename, member.start, info.compress_type, info.compress_size) if member else None


def _unpacked(path: Path, member: Member) -> tuple[bytes, bool]:
    """The bytes of a member up to the first damage, and whether that is all of them."""
    with path.open("rb") as file:
        file.seek(member.start)
        if member.method == _STORED:
            data = file.read(min(member.size, LARGEST_FILE))
            return data, len(data) == member.size
        packed = file.read(LARGEST_FILE if member.size < 0 else min(member.size, LARGEST_FILE))
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces: list[bytes] = []
    length = 0
    try:
        for place in range(0, len(packed), _PIECE):
            pieces.append(unpacker.decompress(packed[place : place + _PIECE], LARGEST_FILE - length))
            length += len(pieces[-1])
            if unpacker.eof or unpacker.unconsumed_tail or length >= LARGEST_FILE:
                break
    except zlib.error:
        pass  # what came before it is good
    return b"".join(pieces), unpacker.eof
