"""Numerals: how a number is written in each of the formats that word processors number with."""

from __future__ import annotations

from collections.abc import Callable

_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
_UNITS_IN_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TIES_IN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_CARDINALS, _TIES = _UNITS_IN_WORDS.split(), _TIES_IN_WORDS.split()
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_LARGEST = 32_767  # what a word processor counts to
_MOST_LETTERS = 20

_LETTERS = {
    "Letter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "Russian": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
}
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
# Characters that stand for 1, 2, 3 …, and what comes after the last of them: decimal.
_ROWS = {
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "aiueo": _KANA,
    "aiueoFullWidth": _KANA,
    "iroha": _IROHA,
    "irohaFullWidth": _IROHA,
}
# Ten digits written one beside the other.
_DIGITS = {
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "ideographDigital": "〇一二三四五六七八九",
    "japaneseDigitalTenThousand": "〇一二三四五六七八九",
    "taiwaneseDigital": "○一二三四五六七八九",
    "koreanDigital": "영일이삼사오육칠팔구",
    "koreanDigital2": "零一二三四五六七八九",
    "hindiNumbers": "०१२३४५६७८९",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
}
# Digits from zero, then ten, hundred, thousand, ten thousand; how an empty place is written; whether a one
# before ten, hundred, thousand is left out everywhere, or (Chinese) only in front of a leading ten.
_PLACES = {
    "chineseCountingThousand": ("〇一二三四五六七八九十百千万", "〇", "十"),
    "taiwaneseCountingThousand": ("零一二三四五六七八九十百千萬", "零", "十"),
    "japaneseCounting": ("〇一二三四五六七八九十百千万", "", "十百千"),
    "koreanCounting": ("영일이삼사오육칠팔구십백천만", "", "십백천"),
    "chineseLegalSimplified": ("零壹贰叁肆伍陆柒捌玖拾佰仟万", "零", ""),
    "ideographLegalTraditional": ("零壹貳參肆伍陸柒捌玖拾佰仟萬", "零", ""),
    "japaneseLegal": ("零壱弐参四伍六七八九拾百阡萬", "", ""),
}


def written(number: int, format: str) -> str:
    """A number in one of the formats of ECMA-376 (17.18.59 ST_NumberFormat); decimal in one unknown here.

    "none" and "bullet" write nothing; "zeros3" is 001, 002, as newer programs have it.
    """
    if format in ("none", "bullet"):
        return ""
    if not 0 < number <= _LARGEST:
        return {"decimalZero": "00", "ordinal": "0th"}.get(format, "0") if number == 0 else str(number)
    if format in _ROWS:
        return _ROWS[format][number - 1] if number <= len(_ROWS[format]) else str(number)
    if format in _DIGITS:
        return _digits(number, _DIGITS[format])
    if format in _PLACES:
        return _places(number, *_PLACES[format])
    if format.startswith("zeros"):
        return f"{number:0{format.removeprefix('zeros')}}"
    return _FORMATS.get(format, str)(number)


def _digits(number: int, digits: str) -> str:
    return "".join(digits[int(c)] for c in str(number))


def _places(number: int, signs: str, empty: str, dropped: str) -> str:
    """A number by its places: 三百二十一. Empty places inside are written once."""
    myriads, rest = divmod(number, 10_000)
    head = _places(myriads, signs, empty, dropped) + signs[13] if myriads else ""
    out = ""
    gap = bool(myriads)
    for place, unit in ((1000, signs[12]), (100, signs[11]), (10, signs[10]), (1, "")):
        digit = rest // place % 10
        if not digit:
            gap = gap or bool(out)
            continue
        # 十一, but 一百一十一: in Chinese only a leading ten stands without its one.
        bare = digit == 1 and unit and unit in dropped and (len(dropped) > 1 or not (out or head))
        out += (empty if gap and place < 1000 else "") + ("" if bare else signs[digit]) + unit
        gap = False
    return head + out


def _counted(number: int, digits: str) -> str:
    """Chinese counting as Word does it: by places to ninety-nine, then digit beside digit."""
    if number >= 100:
        return _digits(number, digits)
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


def _letters(number: int, letters: str) -> str:
    """A … Z, AA, BB …: the letter once more for each time round."""
    again, place = divmod(number - 1, len(letters))
    return letters[place] * (again + 1) if again < _MOST_LETTERS else str(number)


def _roman(number: int) -> str:
    out = ""
    for value, sign in _ROMAN:
        out += sign * (number // value)
        number %= value
    return out


def _cardinal(number: int) -> str:
    if number >= 1000:
        return " ".join(filter(None, (f"{_cardinal(number // 1000)} thousand", _cardinal(number % 1000))))
    if number >= 100:
        return " ".join(filter(None, (f"{_CARDINALS[number // 100 - 1]} hundred", _cardinal(number % 100))))
    if number >= 20:
        tie = _TIES[number // 10 - 2]
        return f"{tie}-{_CARDINALS[number % 10 - 1]}" if number % 10 else tie
    return _CARDINALS[number - 1] if number else ""


def _ordinal_words(number: int) -> str:
    head, mark, last = _cardinal(number).rpartition("-")
    if not mark:
        head, mark, last = _cardinal(number).rpartition(" ")
    if last.endswith("y"):
        return f"{head}{mark}{last[:-1]}ieth"
    return f"{head}{mark}{_ORDINALS.get(last, last + 'th')}"


def _ordinal(number: int) -> str:
    teens = number % 100 // 10 == 1
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


_FORMATS: dict[str, Callable[[int], str]] = {
    "upperRoman": _roman,
    "lowerRoman": lambda n: _roman(n).lower(),
    "upperLetter": lambda n: _letters(n, _LETTERS["Letter"]),
    "lowerLetter": lambda n: _letters(n, _LETTERS["Letter"].lower()),
    "russianUpper": lambda n: _letters(n, _LETTERS["Russian"]),
    "russianLower": lambda n: _letters(n, _LETTERS["Russian"].lower()),
    "chineseCounting": lambda n: _counted(n, "○一二三四五六七八九"),
    "taiwaneseCounting": lambda n: _counted(n, "○一二三四五六七八九"),
    "ideographZodiacTraditional": lambda n: (
        _ROWS["ideographTraditional"][(n - 1) % 10] + _ROWS["ideographZodiac"][(n - 1) % 12]
    ),
    "decimalZero": lambda n: f"{n:02}",
    "numberInDash": lambda n: f"- {n} -",
    "hex": lambda n: f"{n:X}",
    "ordinal": _ordinal,
    "cardinalText": lambda n: _cardinal(n).capitalize(),
    "ordinalText": lambda n: _ordinal_words(n).capitalize(),
}
