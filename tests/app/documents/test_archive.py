"""Archive: names are forgiven, sizes are not."""

import struct
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.documents.book.archive import DAMAGE, Archive, opened
from app.documents.book.salvage import Salvage
from model.types import Problem


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def patched(path: Path, sign: bytes, offset: int, form: str, value: int) -> Path:
    """A number in the last of the records that begin with `sign`."""
    data = bytearray(path.read_bytes())
    struct.pack_into(form, data, data.rindex(sign) + offset, value)
    path.write_bytes(data)
    return path


def refused(path: Path, name: str = "a") -> str:
    with pytest.raises(Problem) as caught:
        Archive(path).read(name)
    assert caught.value.code == "broken"
    return str(caught.value.parameters["reason"])


@pytest.mark.parametrize("name", ["OPS/Ch 1.xhtml", "ops/ch 1.XHTML", "OPS/Ch%201.xhtml", "OPS/./x/../Ch 1.xhtml"])
def test_a_file_is_found_as_readers_find_it(tmp_path: Path, name: str) -> None:
    for stored in ("OPS/Ch 1.xhtml", "OPS\\Ch 1.xhtml"):
        archive = Archive(zipped(tmp_path / "a.zip", {stored: b"x"}))
        assert archive.read(name) == b"x"


@pytest.mark.parametrize("name", ["", "b", "../a", "/etc/passwd", "../../../../etc/passwd"])
def test_what_is_not_in_the_zip_is_not_read(tmp_path: Path, name: str) -> None:
    assert Archive(zipped(tmp_path / "a.zip", {"a": b"x"})).read(name) is None


def test_a_steep_file_is_a_bomb_but_only_when_it_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"\0" * (9 << 20), "b": b"words"})
    assert refused(path) == "zip bomb"
    assert Archive(path).read("b") == b"words"


@pytest.mark.parametrize("size", [3_900_000_000, 65 << 20])
def test_a_file_that_says_it_is_huge_is_not_read(tmp_path: Path, size: int) -> None:
    path = patched(zipped(tmp_path / "a.zip", {"a": b"words"}), b"PK\x01\x02", 24, "<I", size)
    assert refused(path) == "too large"


def test_a_file_larger_than_it_says_is_damage(tmp_path: Path) -> None:
    path = patched(zipped(tmp_path / "a.zip", {"a": b"\0" * (4 << 20)}), b"PK\x01\x02", 24, "<I", 100)
    assert refused(path)


def test_all_that_is_read_of_one_archive_is_limited(tmp_path: Path) -> None:
    data = (b"some words, not the same: %d;" * (1 << 20))[: 20 << 20]
    archive = Archive(zipped(tmp_path / "a.zip", {"a": data}, zipfile.ZIP_STORED))
    with pytest.raises(Problem):
        for _ in range(100):
            archive.read("a")


def test_a_list_of_too_many_files_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{i:060}": b"" for i in range(90_000)}, zipfile.ZIP_STORED)
    began = time.perf_counter()
    with pytest.raises(DAMAGE):
        opened(path)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_compressions_that_no_book_uses(tmp_path: Path, method: int) -> None:
    assert "compression" in refused(zipped(tmp_path / "a.zip", {"a": b"words"}, method))


def test_an_encrypted_zip(tmp_path: Path) -> None:
    path = patched(zipped(tmp_path / "a.zip", {"a": b"words"}), b"PK\x01\x02", 8, "<H", 1)
    with pytest.raises(Problem) as caught:
        Archive(path)
    assert caught.value.code == "drm"


@pytest.mark.parametrize("data", [b"", b"words", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18 + b"x", b"PK\x05\x06"])
def test_no_zip_at_all(tmp_path: Path, data: bytes) -> None:
    (path := tmp_path / "a.zip").write_bytes(data)
    if data.startswith(b"PK\x05\x06\0"):
        assert Archive(path).read("a") is None  # an empty zip
    else:
        assert refused(path)


def test_a_member_that_begins_behind_the_end_is_empty(tmp_path: Path) -> None:
    """A header whose name is here and whose extra field would reach past the end of a cut file."""
    header = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 8, 0, 0, 0, 0, 0, 0, 1, 60_000)
    path = tmp_path / "cut.zip"
    path.write_bytes(header + b"a" + b"\0" * 10)
    assert Salvage(path).read("a") == b""
