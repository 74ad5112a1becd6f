"""MOBI and AZW3: old and new books are read, encrypted and damaged ones refused, nothing left behind."""

import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents import mobi
from app.documents.open import sniff
from model.types import Problem

NONE = 0xFFFFFFFF
STORY = "".join(
    f"<h1>Chapter {i}</h1><p>It was été in the {i}th year of the Marquis.</p><mbp:pagebreak/>" for i in range(1, 6)
)
BOOK = f"<html><head><guide></guide></head><body>{STORY}</body></html>"


def palmdoc(data: bytes) -> bytes:
    """PalmDOC's LZ77: copies from the last 2,047 bytes, a space joined to its letter, runs of high bytes."""
    out = bytearray()
    i = 0
    while i < len(data):
        window = data[max(0, i - 2047) : i]
        size = next((n for n in range(min(10, len(data) - i), 2, -1) if data[i : i + n] in window), 0)
        if size:
            distance = len(window) - window.rindex(data[i : i + size])
            out += struct.pack(">H", 0x8000 | distance << 3 | size - 3)
            i += size
        elif data[i] == 0x20 and i + 1 < len(data) and 0x40 <= data[i + 1] < 0x80:
            out.append(data[i + 1] ^ 0x80)
            i += 2
        elif 9 <= data[i] < 0x80:
            out.append(data[i])
            i += 1
        else:
            out += bytes([1, data[i]])
            i += 1
    return bytes(out)


def database(records: list[bytes], kind: bytes = b"BOOKMOBI") -> bytes:
    """A Palm database of records."""
    head = b"book".ljust(60, b"\0") + kind + struct.pack(">LLH", 0, 0, len(records))
    start, table = len(head) + 8 * len(records) + 2, b""
    for i, record in enumerate(records):
        table += struct.pack(">LL", start, i)
        start += len(record)
    return head + table + b"\0\0" + b"".join(records)


def header(
    size: int, records: int, version: int, codepage: int, crypto: int, skeleton: int = NONE, fragment: int = NONE
) -> bytes:
    """The first record: PalmDOC's head, MOBI's, EXTH with an author, the title."""
    author = "Ann Ö".encode("utf-8" if codepage == 65001 else "cp1252")
    exth = b"EXTH" + struct.pack(">LLLL", 20 + len(author), 1, 100, 8 + len(author)) + author
    exth += b"\0" * (-len(exth) % 4)
    length = 0x108
    head = bytearray(length + 16)
    struct.pack_into(">HHLHHHH", head, 0, 2, 0, size, records, 4096, crypto, 0)
    struct.pack_into(">4sLLLLL", head, 16, b"MOBI", length, 2, codepage, 1, version)
    for place in (*range(0x28, 0x50, 4), 0x6C, 0xC0, 0xF4, 0xF8, 0xFC, 0x100, 0x104):
        struct.pack_into(">L", head, place, NONE)
    struct.pack_into(">LLLL", head, 0x50, records + 1, len(head) + len(exth), len(b"A Book"), 9)
    struct.pack_into(">L", head, 0x68, version)
    struct.pack_into(">L", head, 0x80, 0x40)
    struct.pack_into(">LL", head, 0xF8, fragment, skeleton)
    return bytes(head) + exth + b"A Book\0\0"


def old(text: str = BOOK, codepage: int = 65001, crypto: int = 0) -> bytes:
    """A book in Mobipocket's own format."""
    data = text.encode("utf-8" if codepage == 65001 else "cp1252")
    parts = [palmdoc(data[i : i + 4096]) for i in range(0, len(data), 4096)]
    return database([header(len(data), len(parts), 6, codepage, crypto), *parts, b"\xe9\x8e\r\n"])


def number(value: int) -> bytes:
    """A number of variable width, its last byte marked."""
    return bytes([value >> 14 & 0x7F, value >> 7 & 0x7F, value & 0x7F | 0x80]).lstrip(b"\0")


def index(tags: bytes, entries: list[bytes], names: list[bytes]) -> list[bytes]:
    """An index: its head with the kinds of tags, its entries, the names they point to."""
    tagx = b"TAGX" + struct.pack(">LL", 12 + len(tags), 1) + tags
    blank = b"\0" * 136
    head = struct.pack(">13L", 192, 0, 0, 0, 0, 1, 65001, NONE, len(entries), 0, 0, 0, len(names) > 0)
    places = [192 + sum(map(len, entries[:i])) for i in range(len(entries))]
    body = struct.pack(">13L", 192, 0, 1, 0, 192 + sum(map(len, entries)), len(entries), NONE, NONE, 0, 0, 0, 0, 0)
    listed = b"INDX" + body + blank + b"".join(entries) + b"IDXT" + struct.pack(f">{len(places)}H", *places)
    return [b"INDX" + head + blank + tagx, listed, *names]


def new(pages: list[str]) -> bytes:
    """A book in Kindle's format 8: of each page the skeleton, then what belongs into it, and indexes of both."""
    before, after = b"<html><head></head><body>", b"</body></html>"
    data, skeletons, fragments = b"", [], []
    for i, page in enumerate(pages):
        name, start, content = b"SKEL%010d" % i, len(data), page.encode()
        size = len(before + after)
        skeletons.append(bytes([len(name)]) + name + b"\3" + number(1) + number(start) + number(size))
        place = b"%010d" % (start + len(before))
        values = (0, i, i, 0, len(content))
        fragments.append(bytes([len(place)]) + place + b"\x0f" + b"".join(map(number, values)))
        data += before + after + content
    parts = [palmdoc(data[i : i + 4096]) for i in range(0, len(data), 4096)]
    path = b"P-//*[@aid='0']"
    skeleton = index(bytes([1, 1, 1, 0, 6, 2, 2, 0, 0, 0, 0, 1]), skeletons, [])
    tags = bytes([2, 1, 1, 0, 3, 1, 2, 0, 4, 1, 4, 0, 6, 2, 8, 0, 0, 0, 0, 1])
    fragment = index(tags, fragments, [number(len(path)) + path])
    at = 1 + len(parts)
    first = header(len(data), len(parts), 8, 65001, 0, skeleton=at, fragment=at + len(skeleton))
    return database([first, *parts, *skeleton, *fragment, b"\xe9\x8e\r\n"])


@pytest.fixture
def write(tmp_path: Path):
    def at(data: bytes, name: str = "book.mobi") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return at


@pytest.mark.parametrize("data", [old(), new(["<p>x</p>"])])
def test_a_book_is_known_by_its_head(data: bytes) -> None:
    assert sniff(data[:4096], Path("book")) == "MOBI"


def test_an_old_book_keeps_text_title_author_and_chapters(write) -> None:
    document = mobi.read(write(old()))
    assert (document.title, document.authors, document.format) == ("A Book", ("Ann Ö",), "MOBI")
    assert [s.title for s in document.sections] == [f"Chapter {i}" for i in range(1, 6)]
    assert "It was été in the 3th year of the Marquis." in document.text


def test_an_old_book_in_windows_1252_is_decoded_so(write) -> None:
    assert "It was été in" in mobi.read(write(old(codepage=1252))).text


def test_a_head_that_the_unpacker_does_not_expect_is_mended(write) -> None:
    text = BOOK.replace("<html><head>", '<html lang="en">\n<head>')
    assert mobi.read(write(old(text))).text.startswith("Chapter 1\n\nIt was été")


def test_a_new_book_is_read_file_by_file(write) -> None:
    pages = [f"<h2>Part {i}</h2><p>Words of part {i}, in full.</p>" for i in range(4)]
    document = mobi.read(write(new(pages), "book.azw3"))
    assert (document.format, document.title) == ("AZW3", "A Book")
    assert [s.title for s in document.sections] == [f"Part {i}" for i in range(4)]
    assert document.text.endswith("Words of part 3, in full.")


def test_chapters_without_marks_are_found_by_their_form(write) -> None:
    page = "".join(f"<p>Chapter {i}</p>" + "<p>He walked on and on, and on.</p>" * 20 for i in range(1, 5))
    document = mobi.read(write(old(f"<html><head></head><body>{page}</body></html>")))
    assert [s.title for s in document.sections] == [f"Chapter {i}" for i in range(1, 5)]


def test_an_encrypted_book_is_refused_for_what_it_is(write) -> None:
    with pytest.raises(Problem) as problem:
        mobi.read(write(old(crypto=2)))
    assert problem.value.code == "drm"


def test_a_cut_book_opens_and_says_how_much_is_missing(write) -> None:
    text = f"<html><head></head><body>{'<p>Some words, and some more of them.</p>' * 1000}</body></html>"
    data = old(text)
    document = mobi.read(write(data[: len(data) // 2]))
    assert 10_000 < len(document.text) < 25_000
    assert [w.partition(":")[0] for w in document.warnings] == ["records-lost"]


def test_a_plain_palm_document_is_read_too(write) -> None:
    parts = [palmdoc(BOOK.encode()[i : i + 4096]) for i in range(0, len(BOOK.encode()), 4096)]
    head = struct.pack(">HHLHHL", 2, 0, len(BOOK.encode()), len(parts), 4096, 7)
    assert "It was été" in mobi.read(write(database([head, *parts], b"TEXtREAd"), "book.prc")).text


def test_a_picture_that_is_not_there_is_none(write) -> None:
    assert mobi.picture(write(old()), "Images/none.jpeg") is None


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_a_problem_and_leaves_no_folder(write, data: st.DataObject) -> None:
    book = bytearray(old())
    for _ in range(data.draw(st.integers(1, 20))):
        book[data.draw(st.integers(68, len(book) - 1))] = data.draw(st.integers(0, 255))
    before = set(Path(tempfile.gettempdir()).glob("tongdu-*"))
    try:
        mobi.read(write(bytes(book)))
    except Problem as problem:
        assert problem.parameters["path"].endswith("book.mobi")
    assert set(Path(tempfile.gettempdir()).glob("tongdu-*")) <= before
