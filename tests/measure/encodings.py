"""Encodings: how many real files are decoded right by us, by charset-normalizer and by chardet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from app.documents.encoding import NotText, decode

DOCS = Path(__file__).resolve().parents[3] / "shared/data/docs"

# What a folder's or file's name says, and the codecs that write such files: they differ in a few signs (the wave
# dash, the euro), and any of them is right.
_FAMILIES = {
    "big5": ("big5hkscs", "cp950", "big5"),
    "big5hkscs": ("big5hkscs",),
    "cp932": ("cp932", "shift_jis", "shift_jisx0213"),
    "shift_jis": ("cp932", "shift_jis", "shift_jisx0213"),
    "euc-jp": ("euc_jp", "euc_jisx0213"),
    "euc-kr": ("cp949", "euc_kr"),
    "gb2312": ("gb18030", "gbk", "gb2312"),
    "gbk": ("gb18030", "gbk"),
    "tis-620": ("cp874", "iso8859_11"),
    "iso-8859-1": ("cp1252", "latin_1"),
    "latin1": ("cp1252", "latin_1"),
    "windows-1252": ("cp1252",),
    "iso-8859-9": ("iso8859_9", "cp1254"),
    "iso-2022-jp": ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext"),
    "iso-8859-7": ("iso8859_7", "cp1253"),
    "iso-8859-6": ("iso8859_6", "cp1256"),
    "windows-1255": ("cp1255", "iso8859_8"),
    "ascii": ("ascii", "utf-8"),
    "maccyrillic": ("mac_cyrillic",),
    "utf16le": ("utf-16-le",),
    "utf16be": ("utf-16-be",),
    "utf8": ("utf-8",),
    "utf-8-sig": ("utf-8",),
}


def table() -> list[tuple[str, int, int, int, int]]:
    """Encoding, number of files, and how many of them ours, charset-normalizer and chardet decode right."""
    rows: dict[str, list[int]] = {}
    for name, path in files():
        data = path.read_bytes()
        right = truths(data, name)
        row = rows.setdefault(name, [0, 0, 0, 0])
        row[0] += 1
        for i, reader in enumerate(READERS, 1):
            row[i] += reader(data) in right
    return [(name, *row) for name, row in sorted(rows.items(), key=lambda row: row[0].lower())]


def files() -> Iterator[tuple[str, Path]]:
    """Every file whose encoding is known, by its folder or its name, and that encoding."""
    for path in sorted((DOCS / "3-suites/chardet").glob("*/*")):
        yield path.parent.name, path
    for path in sorted([*(DOCS / "1-novels").rglob("*.txt"), *(DOCS / "2-law").rglob("*.txt")]):
        match = re.search(r"\.(?:native-)?(utf8|utf16[lb]e|gb18030|gbk|big5hkscs|big5|latin1)\b", path.name)
        yield match[1] if match else "utf8", path


def truths(data: bytes, name: str) -> set[str]:
    """The texts that are right: what each codec of the family reads, if it reads all of it."""
    plain = re.sub(r"(iso-8859-\d+|windows-\d+)-[a-z]+$", r"\1", name).lower()
    codecs = _FAMILIES.get(plain, (plain,))
    whole = {text for codec in codecs if (text := _strictly(data, codec)) is not None}
    return whole or {data.decode(codec, "replace").removeprefix("\ufeff") for codec in codecs}


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None


def ours(data: bytes) -> str | None:
    try:
        return decode(data).text
    except NotText:
        return None


def by_charset_normalizer(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return str(best).removeprefix("\ufeff") if best else None


def by_chardet(data: bytes) -> str | None:
    import chardet

    name = chardet.detect(data)["encoding"]
    return data.decode(name, "replace").removeprefix("\ufeff") if name else None


READERS: tuple[Callable[[bytes], str | None], ...] = (ours, by_charset_normalizer, by_chardet)
