"""Encoding: the bytes of a text file become characters, and what could not be read is counted."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

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
_SAMPLE = 1 << 16  # bytes judged; whole lines, so that no character is cut

# A name that means a part of another one: what writes "GB2312" writes GB18030's characters too.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "utf-8",
}

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
_MULTIBYTE = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_WESTERN = frozenset("éèêëàâäáåæçñôöóøœîïíûüùúßÉÈÀÂÄÅÆÇÑÖÓØÜÚÁÍ¿¡«»‘’“”–—…°·§£\xa0")
# One-byte encodings that text files really come in; charset-normalizer would also offer hp_roman8.
_ONE_BYTE = (
    "cp1252 cp1250 iso8859_2 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8_r koi8_u "
    "cp866 cp855 iso8859_5 iso8859_6 iso8859_7 mac_cyrillic mac_roman johab"
)
_ENOUGH = 0.2  # score a multi-byte decoding must reach; right ones reach 0.4, wrong ones 0.1


class NotText(ValueError):
    """The bytes are no text in any encoding."""


@dataclass(frozen=True)
class Decoded:
    """`replaced` counts the U+FFFD put where bytes could not be read."""

    text: str
    encoding: str
    replaced: int


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Decode the bytes of a text file, without its byte order mark.

    An encoding that the user names is obeyed. Raises Problem("unknown-encoding") for a name that
    is none and NotText for bytes that are no text.
    """
    if encoding:
        return _decode(_without_mark(data, name := _lookup(encoding)), name)
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], marked)
    return _decode(data, detect(data))


def detect(data: bytes) -> str:
    """The encoding of bytes without a mark: Unicode first, then the multi-byte ones, then the rest."""
    strict = _is_strict_utf8(data)
    if strict and b"\0" not in data[:_SAMPLE]:
        return _escaped(data) or _printable(data, "utf-8")
    if wide := _wide(data):
        return wide
    if b"\0" in data[:_SAMPLE]:
        raise NotText
    if _is_damaged_utf8(data):
        return _printable(data, "utf-8")
    return _legacy(data)


def _legacy(data: bytes) -> str:
    sample = _high_lines(data)
    scores = {name: score(sample.decode(name, "replace")) for name in _MULTIBYTE}
    best = max(scores, key=lambda name: scores[name])
    return _printable(data, best if scores[best] >= _ENOUGH else _single_byte(sample))


def score(text: str) -> float:
    """How much the non-ASCII part of a text looks like Chinese, Japanese or Korean: up to 1, mean of all."""
    wide = [c for c in text if c > "\x7f"]
    return sum(map(_weight, wide)) / len(wide) if wide else 0.0


def _weight(c: str) -> float:
    if c in _COMMON:
        return 1.0
    if c in _MARKS_OF_HAN:
        return 0.6
    # Private use, unassigned, controls, half-width kana: what a wrong decoding makes of bytes.
    if c == "\ufffd" or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") or "\uff61" <= c <= "\uff9f":
        return -2.0
    return 0.0 if "\u4e00" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" or "\u30a1" <= c <= "\u30ff" else -0.3


def _single_byte(sample: bytes) -> str:
    """cp1252 where high bytes are few or Western, else what charset-normalizer finds."""
    high = len(re.findall(rb"[\x80-\xff]", sample))
    letters = len(re.findall(rb"[A-Za-z]", sample))
    if high * 50 < letters or _is_western(sample):
        return "cp1252"
    # Imported here: 60 ms that most files never need.
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_ONE_BYTE.split()).best()
    return _WIDER.get(best.encoding.replace("_", "-"), best.encoding) if best else "cp1252"


def _is_western(sample: bytes) -> bool:
    """Whether cp1252 gives the accents of western Europe; Czech, Polish, Hungarian give ì, ³, õ."""
    wide = [c for c in sample.decode("cp1252", "replace") if c > "\x7f"]
    return sum(c in _WESTERN for c in wide) > 0.99 * len(wide)


def _wide(data: bytes) -> str | None:
    """UTF-32 or UTF-16 without a mark, by what the characters of a sample would be."""
    zeros = b"\0" in data[:_SAMPLE]
    shares = {
        name: _likelihood(data[: _SAMPLE // unit * unit].decode(name, "replace"), zeros)
        for name, unit in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > 0.3 else None


def _likelihood(text: str, zeros: bool) -> float:
    """How much of a wide decoding is likely writing, 0 if more than a hundredth is impossible.

    Letters of other scripts count half, and only where zero bytes say that the text is wide:
    English with its bytes swapped is all rare Chinese letters.
    """
    odd = sum(
        c == "\ufffd" or (c not in "\t\n\r\f" and unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs")) for c in text
    )
    if not text or odd > 1 + len(text) // 100:
        return 0.0
    likely = sum(" " <= c <= "~" or c in "\t\n\r" or c in _COMMON for c in text)
    letters = sum(c.isalpha() for c in text) if zeros else 0
    return (likely + max(0, letters - likely) / 2) / len(text)


def _is_strict_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(data: bytes) -> bool:
    """A UTF-8 file with a few bad bytes or a cut end: ten good sequences to each bad one."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(c > "\x7f" for c in text) - bad
    return good >= 10 * bad or (bad == 1 and good > 0 and text[-1] == "\ufffd")


def _escaped(data: bytes) -> str | None:
    """Seven-bit encodings that switch by escapes are strict UTF-8 too."""
    name = "iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp_2" if re.search(rb"\x1b\$[@AB]", data) else None
    name = name or ("hz" if re.search(rb"~\{[!-w][!-~]", data) and b"~}" in data else None)
    return name if name and "\ufffd" not in data.decode(name, "replace") else None


def _printable(data: bytes, name: str) -> str:
    """The name back, unless control characters say that this is no text."""
    sample = data[:_SAMPLE]
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", sample))
    if controls > 2 + len(sample) // 200:
        raise NotText
    return name


def _high_lines(data: bytes) -> bytes:
    """Lines that hold high bytes, up to the size of a sample: an English preface must not outweigh a book."""
    lines: list[bytes] = []
    size = 0
    for match in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*", data):
        lines.append(match[0][: _SAMPLE - size])
        size += len(lines[-1]) + 1
        if size >= _SAMPLE:
            break
    return b"\n".join(lines)


def _decode(data: bytes, name: str) -> Decoded:
    text = data.decode(name, "replace")
    own = data.count("\ufffd".encode(name, "ignore") or b"\xff\xff\xff\xff") if "\ufffd" in text else 0
    return Decoded(text, name, max(0, text.count("\ufffd") - own))


def _lookup(name: str) -> str:
    try:
        found = codecs.lookup(name.strip()).name
        "".encode(found)  # refuses codecs that are no text encodings, such as "hex"
    except (LookupError, ValueError):
        raise Problem("unknown-encoding", name=name, known=KNOWN) from None
    return _WIDER.get(found, found)


def _without_mark(data: bytes, name: str) -> bytes:
    """Bytes without the mark of the named encoding; "utf-16" and "utf-32" need theirs to know the order."""
    for mark, marked in _MARKS:
        if name == marked and data.startswith(mark):
            return data[len(mark) :]
    return data
