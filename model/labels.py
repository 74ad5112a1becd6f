"""Numerals of chapters and articles: Chinese, Arabic, roman, English words. Standard library only."""

from __future__ import annotations

import re
import unicodedata

_DIGIT_FORMS = "零〇○◯ 一壹弌 二两兩贰貳 三叁參叄 四肆 五伍 六陆陸 七柒 八捌 九玖"
_DIGITS = {c: n for n, forms in enumerate(_DIGIT_FORMS.split()) for c in forms}
_UNITS = {c: n for n, cs in ((10, "十拾"), (100, "百佰"), (1000, "千仟")) for c in cs}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_MYRIADS = "万萬"

HAN_NUMERAL = "[" + "".join((*_DIGITS, *_UNITS, *_TENS, _MYRIADS)) + "0-9０-９]+"
"""A regular expression for a numeral as it stands after 第."""

ROMAN = r"(?=[MDCLXVI])M{0,4}(?:CM|CD|D?C{0,4})(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})"
"""A regular expression for an upper-case roman numeral; old books write IIII and XXXX."""

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TIES = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = (
    {word: n for n, word in enumerate(_CARDINALS.split())}
    | {word: n for n, word in enumerate(_ORDINALS.split())}
    | {word: 10 * (n + 2) for n, word in enumerate(_TIES.split())}
    | {word[:-1] + "ieth": 10 * (n + 2) for n, word in enumerate(_TIES.split())}
)
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
ENGLISH_NUMERAL = f"(?:{_WORD})(?:[- ](?:{_WORD}))?"
"""A regular expression (ignore case) for one to ninety-nine, cardinal or ordinal, in words."""

_ARTICLE = re.compile(
    rf"第\s*({HAN_NUMERAL}(?:-[0-9]+)?)\s*[条條]((?:\s*[之の]\s*{HAN_NUMERAL})*)"
    r"|(?:(?:Article|Art\.|Section|Sec\.)|§§?)\s*([0-9０-９]+[a-z]{0,2}|[IVXLCDM]+)(?:[-‐‑–]([0-9]+))?\b",
    re.IGNORECASE,
)


def number(label_numeral: str) -> int:
    """The value of a numeral: 三百〇五, 一一九, ００１, XII, "Twenty-one" and "first" alike.

    Places are added up, so 一百五 is 105 as in old chapter heads, not 150 as in speech.
    Raises ValueError for what is no numeral.
    """
    numeral = unicodedata.normalize("NFKC", label_numeral).strip()
    if numeral.isascii() and numeral.isdigit():
        return int(numeral)
    if numeral.isascii():
        return _roman(numeral.upper()) or _words(numeral.lower())
    return _chinese(numeral)


def article(label: str) -> str:
    """The plain form of an article's label: 第三十条之一, 第三十条の一, 第 30-1 條 and "Article 30-1" are all "30-1".

    Raises ValueError for what names no article.
    """
    match = _ARTICLE.match(label.strip())
    if not match:
        raise ValueError(f"not an article: {label!r}")
    if match[1]:
        numerals = [*match[1].split("-"), *re.findall(HAN_NUMERAL, match[2])]
        return "-".join(str(number(numeral)) for numeral in numerals)
    digits, letters = _split_letters(match[3])
    return f"{number(digits)}{letters}" + (f"-{number(match[4])}" if match[4] else "")


def _split_letters(numeral: str) -> tuple[str, str]:
    match = re.fullmatch(r"(\d+)([a-z]*)", numeral, re.IGNORECASE)
    return (match[1], match[2]) if match else (numeral, "")


def _roman(numeral: str) -> int:
    """The value of a roman numeral, 0 if it is none."""
    if not re.fullmatch(ROMAN, numeral):
        return 0
    values = [_ROMAN[c] for c in numeral]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def _words(numeral: str) -> int:
    parts = re.split(r"[-\s]+", numeral)
    values = [_WORDS.get(part) for part in parts]
    match values:
        case [int(one)]:
            return one
        case [int(tens), int(ones)] if tens >= 20 and 0 < ones < 10:
            return tens + ones
    raise ValueError(f"not a numeral: {numeral!r}")


def _chinese(numeral: str) -> int:
    if not re.fullmatch(HAN_NUMERAL, numeral):
        raise ValueError(f"not a numeral: {numeral!r}")
    upper, _, lower = numeral.replace("萬", "万").partition("万")
    if "万" in numeral.replace("萬", "万"):
        return _chinese(upper or "一") * 10_000 + (_chinese(lower) if lower else 0)
    if all(c in _DIGITS or c.isdigit() for c in numeral):
        return int("".join(str(_digit(c)) for c in numeral))
    return _below_myriad(numeral)


def _below_myriad(numeral: str) -> int:
    total = pending = 0
    for c in numeral:
        if c in _UNITS:
            total += (pending or 1) * _UNITS[c]
            pending = 0
        elif c in _TENS:
            total += _TENS[c]
        else:
            # A digit row inside (2百15) grows; a zero only marks an empty place.
            pending = pending * 10 + _digit(c) if c.isdigit() else _digit(c)
    return total + pending


def _digit(c: str) -> int:
    return _DIGITS[c] if c in _DIGITS else int(c)
