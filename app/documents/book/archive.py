"""Archive: a zip whose files are read by name, in bounded time and memory whatever it says of itself."""

from __future__ import annotations

import posixpath
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from model.types import Problem

LARGEST_FILE = 64 << 20  # bytes of one file, unpacked
_LARGEST_BOOK = 512 << 20  # bytes of all that is read of one archive, unpacked
_LARGEST_LIST = 8 << 20  # bytes of the list of files: a file takes 46 and its name, a book has some thousands
_SURELY_MEANT = 8 << 20  # bytes that no packing makes suspicious
_STEEPEST = 500  # times smaller than its content: deflate reaches 1030 on zeros, books reach 20
_END = struct.Struct("<4s4H2LH")  # the end of the list: its size is the sixth number
# All that zipfile raises for a damaged zip, or for a compression it does not know.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)


class Archive:
    """The files of a zip by name, case, quoting and slashes forgiven as readers do. Nothing is ever unpacked to disk.

    Raises Problem: broken for damage and for what is made to harm, drm for an encrypted zip.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.zip = opened(path)
        except DAMAGE as error:
            raise self.broken(str(error)) from None
        self._read = 0
        self.index(self.zip.namelist())
        if any(i.flag_bits & 1 for i in self.zip.infolist()):
            raise Problem("drm", path=str(path))

    def index(self, names: Iterable[str]) -> None:
        """Find files by these names from now on."""
        self.names = {name: name for name in names}
        self._folded = {_folded(name): name for name in self.names}

    def find(self, name: str) -> str | None:
        """The zip's own name for a path, or None."""
        for form in (name, unquote(name), posixpath.normpath(unquote(name))):
            if form in self.names:
                return form
            if _folded(form) in self._folded:
                return self._folded[_folded(form)]
        return None

    def read(self, name: str) -> bytes | None:
        """The bytes at a path, None if there are none. Raises Problem("broken") for damage and bombs."""
        found = self.find(name)
        if found is None:
            return None
        info = self.member(found)
        try:
            return self.unpack(info)
        except DAMAGE as error:
            raise self.broken(f"{found}: {error}") from None

    def member(self, found: str) -> zipfile.ZipInfo:
        """What the zip says of one of its names. Raises Problem("broken") if it may not be unpacked."""
        info = self.zip.getinfo(found)
        self._read += info.file_size
        if info.file_size > LARGEST_FILE or self._read > _LARGEST_BOOK:
            raise self.broken("too large")
        if info.file_size > _SURELY_MEANT and info.file_size > _STEEPEST * max(1, info.compress_size):
            raise self.broken("zip bomb")
        return info

    def unpack(self, info: zipfile.ZipInfo) -> bytes:
        """The bytes of a file. Raises one of DAMAGE; books are packed in one way, the others need too much memory."""
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile(f"compression {info.compress_type}")
        return self.zip.read(info)

    def broken(self, reason: str) -> Problem:
        """The Problem of this archive, to be raised."""
        return Problem("broken", path=str(self.path), reason=reason)


def opened(path: Path) -> zipfile.ZipFile:
    """The zip at a path. Raises one of DAMAGE, also if it lists more files than a book can have."""
    if _size_of_list(path) > _LARGEST_LIST:
        raise zipfile.BadZipFile("too many files")
    return zipfile.ZipFile(path)


def _size_of_list(path: Path) -> int:
    """The bytes of a zip's list of files, as its end says; 0 if it has no end."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - _END.size - (1 << 16)))  # a comment may follow
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        return 0
    size = int(_END.unpack_from(tail, place)[5])
    # A list of 4 GB or of that many files has its numbers elsewhere: no book needs them.
    return length if size == 0xFFFFFFFF else size


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/").lower())
