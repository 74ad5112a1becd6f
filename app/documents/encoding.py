"""Encoding: the bytes of a text file become characters, and what could not be read is counted."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.documents import language
from model.types import Problem

KNOWN = "UTF-8, UTF-16, UTF-32, GB18030, GBK, Big5, Shift-JIS, EUC-JP, EUC-KR, windows-1252, windows-1251, …"

# Byte order marks, longest first: UTF-32's little end begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 16  # bytes judged
_PLACES = 4  # of the file, from which they are taken

# A name that means a part of another one: what writes "GB2312" writes GB18030's characters too.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
}
# Python's text encodings that are no encodings of text files.
_NOTATIONS = frozenset(
    ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape")
)

# The commonest characters of simplified and traditional novels and laws, counted over
# 14 books: they are 60 % of Chinese running text and 4 % of what a wrong decoding gives.
_HAN = (
    "的一不有了来道是以者下他上个行处十在用我或大第三你之定这二那条件见得说去可出为法百年中子和里也当期将其事使时权只文到"
    "如刑自前曰五军要又日着应家徒重马于金后同此便过与并对四等知分包本方明儿回规面罚管无头作关兵小务公合理两好成何进数们地"
    "能都物看生情令起天动老主所命相国系就节八安正王今被心依统太内软罪山宝取提从听会请门七却问玉保利入承意照任手众因产制打"
    "些把程而表接员通外责严先没工款笑身言多发么叫单名民已受六走还经设约然未江收果死间操开犯列城债别贾路造式张九师住且位机"
    "实害除役宋若报直解立信引必长口至字特全杀话担据拘代参千"
    "來這說著個們為見時還麼吃裡頭沒過將無阿想於但後兩書卻樣幾從會兒才門進話眼很什記己當爺聽做對傳問經軍馬聲開氣發白似趙"
    "長與候寶別點罷現張哥説親她東西間給雖坐乎女學平真即國母並怕常許教呢光月高怎故早則實殺少士再賈神忽覺錢向水色官處總放"
    "請夜關孩酒清連鬼夫原動應非青"
)
_KANA = (
    "".join(map(chr, range(0x3041, 0x3094)))
    + "アイウエオカキクケコサシスセソタチツテトナニハヒフマミムメモラリルレロンー"
)
_HANGUL = "이다는을의에가고하로지를한은기사도서자있인어해대정리들시수게일나제만아그전스과었으보주것부면"
_COMMON = frozenset(_HAN + _KANA + _HANGUL)
_MARKS_OF_HAN = frozenset("，。、；：？！“”‘’（）《》「」『』…—\u3000·〈〉．～")

# The order is the preference where two fit alike.
_MULTIBYTE = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "johab")
_ENOUGH = 0.2  # score a multi-byte decoding must reach; right ones reach 0.4, wrong ones 0.1
_NO_CHARACTERS = ("Co", "Cn", "Cc", "Cs")
_HIGH = re.compile(rb"[\x80-\xff]")
# What stands inside a word or in the middle of lower case only if cp1252 is the wrong encoding.
_STRAY = re.compile(
    r"[a-z][^\x00-\x7f’‘“”–—…\xa0\xad·a-zà-öø-ÿœšž](?=[a-z])|[^\x00-\x7f\w\s‘’“”–—…«»‹›„‚•·§£€°©®¿¡ªº×½¼¾\xad\ufffd]|\ufffd"
)
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_LEAD = 200  # bytes of ASCII before the first high one of a line that are kept
_WIDE_LINE = re.compile(rf"[^\n\x00-\x7f][^\n]{{0,{_LEAD}}}")
# cp1252's signs to the bytes they stand for; its five gaps are read as Latin-1 has them.
_BACK = {ord(bytes([b]).decode("cp1252")): b for b in range(0x80, 0xA0) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_PADDING = re.compile(rb"\0{16,}")  # what a broken download or a crash leaves
_MUCH = 0.02  # of a text's characters, damaged: another encoding was named, or none can read it
_SEEN = re.compile(r"[^\s\0\u00ad\u200b-\u200d\u2060\ufeff\ufffd]")


class NotText(ValueError):
    """The bytes are no text in any encoding."""


@dataclass(frozen=True)
class Decoded:
    """`replaced` counts the U+FFFD put where bytes could not be read."""

    text: str
    encoding: str
    replaced: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a Document says of what was lost."""
        return (f"replaced:{self.replaced}",) if self.replaced else ()


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Decode the bytes of a text file, without its byte order mark.

    An encoding that the user names is obeyed. Raises Problem("unknown-encoding") for a name that
    is none and NotText for bytes that are no text.
    """
    if encoding:
        return _decode(*_in_order(data, _lookup(encoding)))
    for mark, marked in _MARKS:
        if data.startswith(mark):
            body = data[len(mark) :]
            # Files were joined whose first alone was UTF-8 with a mark.
            lost = marked == "utf-8" and not _is_strict_utf8(body) and not _is_damaged_utf8(_sample(body))
            return _decode(body, _legacy(body) if lost else marked)
    return _decode(data, detect(data))


def of_file(path: Path, data: bytes, encoding: str | None = None) -> Decoded:
    """`decode` for the bytes of a file.

    Raises Problem: binary, no-text, unknown-encoding, wrong-encoding (another one reads the file far better).
    """
    try:
        decoded = decode(data, encoding)
        if encoding and decoded.replaced > _MUCH * len(decoded.text):
            found = decode(data)
            if 2 * found.replaced < decoded.replaced:
                raise Problem("wrong-encoding", path=str(path), encoding=encoding, found=found.encoding)
    except NotText:
        raise Problem("binary", path=str(path)) from None
    if not _SEEN.search(decoded.text):
        raise Problem("binary" if re.search(r"[\0\ufffd]", decoded.text) else "no-text", path=str(path))
    return decoded


def detect(data: bytes) -> str:
    """The encoding of bytes without a mark: Unicode first, then the multi-byte ones, then the rest."""
    front = _PADDING.sub(b"", data[: 4 * _SAMPLE])[:_SAMPLE]
    zeros = front.count(0) / len(front) if front else 0.0
    if _is_strict_utf8(data):
        if escaped := _escaped(data):
            return escaped
        if zeros < 0.2 and _is_printable(front):
            return "utf-8"
    if wide := _wide(data, zeros > 0):
        return wide
    if not _is_printable(front):
        raise NotText
    return "utf-8" if _is_damaged_utf8(_sample(data)) else _legacy(data)


def _legacy(data: bytes) -> str:
    sample = _sample(data)
    # Two bytes make a character in the Far East, at most one in five of them in ASCII; accents stand alone.
    if len(_ALONE.findall(sample)) < 0.4 * len(_HIGH.findall(sample)):
        scores = {name: score(sample.decode(name, "replace")) for name in _MULTIBYTE}
        best = max(scores, key=lambda name: scores[name])
        if scores[best] >= _ENOUGH:
            return best
    return _other(data if len(data) <= _SAMPLE else sample)


def score(text: str) -> float:
    """How much the non-ASCII part of a text looks like Chinese, Japanese or Korean: up to 1, mean of all."""
    wide = {c: n for c, n in Counter(text).items() if c > "\x7f"}
    return sum(n * _weight(c) for c, n in wide.items()) / sum(wide.values()) if wide else 0.0


def _weight(c: str) -> float:
    if c in _COMMON:
        return 1.0
    if c in _MARKS_OF_HAN:
        return 0.6
    # Private use, unassigned, controls, half-width kana: what a wrong decoding makes of bytes.
    if c == "\ufffd" or unicodedata.category(c) in _NO_CHARACTERS or "\uff61" <= c <= "\uff9f":
        return -2.0
    return 0.0 if "\u4e00" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" or "\u30a1" <= c <= "\u30ff" else -0.3


def _other(sample: bytes) -> str:
    """What chardet finds by its models of pairs of letters in some fifty languages."""
    if _is_english(sample):
        return "cp1252"  # a few quotes, dashes and accents: too little for statistics
    # Imported here: 30 ms that most files never need.
    import chardet

    eras = chardet.EncodingEra.ALL & ~chardet.EncodingEra.MAINFRAME
    # Its own choice of supersets would read ISO 8859-2 and 8859-5 as Windows wrote them, which differ.
    return _lookup(chardet.detect(sample, encoding_era=eras, compat_names=False)["encoding"] or "cp1252")


def _is_english(sample: bytes) -> bool:
    """Whether cp1252 gives signs in their places, in English or in a line too short to tell."""
    text = sample.decode("cp1252", "replace")
    spoken = language.detect(sample.decode("ascii", "ignore"))
    typographic = not spoken and all(c in "‘’“”–—…" for c in text if c > "\x7f")
    return (spoken == "en" or typographic) and not _STRAY.search(text)


def _wide(data: bytes, zeros: bool) -> str | None:
    """UTF-32 or UTF-16 without a mark, by what the characters of a sample would be."""
    units = {"utf-32-le": 4, "utf-32-be": 4} if zeros else {}
    shares = {
        name: _likelihood(data[: _SAMPLE // unit * unit].decode(name, "replace"), zeros)
        for name, unit in (units | {"utf-16-le": 2, "utf-16-be": 2}).items()
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > 0.3 else None


def _likelihood(text: str, zeros: bool) -> float:
    """How much of a wide decoding is likely writing, 0 if more than a hundredth is impossible.

    Letters of other scripts count half, and only where zero bytes say that the text is wide:
    English with its bytes swapped is all rare Chinese letters.
    """
    counts = Counter(text)
    impossible = (
        c for c in counts if c == "\ufffd" or (c not in "\t\n\r\f" and unicodedata.category(c) in _NO_CHARACTERS)
    )
    if not text or sum(counts[c] for c in impossible) > 1 + len(text) // 100:
        return 0.0
    likely = sum(n for c, n in counts.items() if " " <= c <= "~" or c in "\t\n\r" or c in _COMMON or c in _MARKS_OF_HAN)
    letters = sum(n for c, n in counts.items() if c.isalpha()) if zeros else 0
    return (likely + max(0, letters - likely) / 2) / len(text)


def _is_strict_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(sample: bytes) -> bool:
    """UTF-8 with bad bytes, a cut end or some lines of another encoding: no other has one good sequence in ten."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return 0 < bad <= sum(c > "\x7f" for c in text) - bad


def _escaped(data: bytes) -> str | None:
    """Seven-bit encodings that switch by escapes are strict UTF-8 too."""
    name = "iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp_2" if re.search(rb"\x1b\$[@AB]", data) else None
    name = name or ("hz" if re.search(rb"~\{[!-w][!-~]", data) and b"~}" in data else None)
    return name if name and "\ufffd" not in data.decode(name, "replace") else None


def _is_printable(sample: bytes) -> bool:
    """Whether there are no more control characters than damage or an odd editor explains."""
    return len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", sample)) <= 2 + len(sample) // 200


def _sample(data: bytes) -> bytes:
    """Lines that hold high bytes, from several places: an English preface must not outweigh a book."""
    room = _SAMPLE // _PLACES
    return b"\n".join(line for i in range(_PLACES) for line in _high_lines(data, len(data) * i // _PLACES, room))


def _high_lines(data: bytes, place: int, room: int) -> Iterator[bytes]:
    """Whole lines with high bytes after a place, so that no character is cut but the last."""
    if place:
        place = data.find(b"\n", place, place + room) + 1 or len(data)
    while room > 0 and (high := _HIGH.search(data, place)):
        start = max(place, data.rfind(b"\n", place, high.start()) + 1)
        # A long line in ASCII says nothing: the part with the high bytes is enough.
        start = max(start, high.start() - _LEAD)
        end = data.find(b"\n", high.start(), start + room)
        yield data[start : (end if end >= 0 else start + room)]
        room -= (end if end >= 0 else start + room) - start
        place = end if end >= 0 else len(data)


def mojibake(text: str) -> str:
    """The encoding that the text's UTF-8 was once read as before it was saved again, "" where it was not."""
    if text.count("锟斤拷") > 2:  # U+FFFD, twice, in GBK
        return "gb18030"
    sample = "\n".join(match[0] for match in islice(_WIDE_LINE.finditer(text), _SAMPLE // _LEAD))
    for name in ("cp1252", "gb18030"):
        back = _as_bytes(sample, name).decode("utf-8", "replace")
        lost = back.count("\ufffd") + back.count("?") - sample.count("?")
        # Of a text that was read right next to nothing is UTF-8 by chance, or is in the encoding at all.
        if sum(c > "\x7f" for c in back) - lost > max(10, 4 * lost):
            return name
    return ""


def _as_bytes(line: str, name: str) -> bytes:
    """The bytes that a wrong reading made a line from."""
    return line.translate(_BACK).encode("latin-1", "replace") if name == "cp1252" else line.encode(name, "replace")


def _decode(data: bytes, name: str) -> Decoded:
    text = data.decode(name, "replace")
    own = data.count("\ufffd".encode(name, "ignore") or b"\xff\xff\xff\xff") if "\ufffd" in text else 0
    return Decoded(text, name, max(0, text.count("\ufffd") - own))


def _lookup(name: str) -> str:
    try:
        found = codecs.lookup(name.strip()).name
        "".encode(found)  # refuses codecs that are no text encodings, such as "hex"
    except (LookupError, ValueError):
        found = ""
    if not found or found in _NOTATIONS:
        raise Problem("unknown-encoding", name=name, known=KNOWN)
    return _WIDER.get(found, found)


def _in_order(data: bytes, name: str) -> tuple[bytes, str]:
    """Bytes without the mark of the named encoding; "utf-16" and "utf-32" get their order, by it or by a look."""
    for mark, marked in _MARKS:
        if marked.startswith(name) and data.startswith(mark):
            return data[len(mark) :], marked
    if name in ("utf-16", "utf-32"):
        unit = int(name[-2:]) // 8
        sample = data[: _SAMPLE // unit * unit]
        name = max((f"{name}-le", f"{name}-be"), key=lambda order: _likelihood(sample.decode(order, "replace"), True))
    return data, name
