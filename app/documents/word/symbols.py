"""Symbols: the Unicode characters that fonts with codes of their own show (Symbol, Wingdings)."""

from __future__ import annotations

import re

# The Symbol font from 0x20 to 0x7E and from 0xA0 to 0xFE, as Adobe's table gives it; a space where it has none.
_LOWER = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_UPPER = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
_SYMBOL = {0x20 + i: c for i, c in enumerate(_LOWER)} | {0xA0 + i: c for i, c in enumerate(_UPPER)}
_WINGDINGS = {
    0x22: "✂",
    0x28: "☎",
    0x2A: "✉",
    0x45: "☜",
    0x46: "☞",
    0x4A: "☺",
    0x4C: "☹",
    0x51: "✈",
    0x52: "☼",
    0x6C: "●",
    0x6E: "■",
    0x6F: "□",
    0x71: "❑",
    0x72: "❒",
    0x75: "◆",
    0x76: "❖",
    0x9F: "•",
    0xA1: "○",
    0xA7: "▪",
    0xA8: "◻",
    0xAB: "★",
    0xD8: "➢",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "➔",
    0xF0: "⇨",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
    **{0x81 + i: c for i, c in enumerate("①②③④⑤⑥⑦⑧⑨⑩")},
    **{0x8C + i: c for i, c in enumerate("❶❷❸❹❺❻❼❽❾❿")},
}
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "•", 0xA3: "□"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_OWN_CHARACTER = re.compile("[\uf020-\uf0ff]")
_OWN = range(0xF020, 0xF100)  # where such fonts are addressed in Unicode


def symbol(code: int, font: str) -> str:
    """The character that a font shows for a code (0x20 to 0xFF, or the same from 0xF000).

    What is not known stays as it is: a character of private use.
    """
    table = _FONTS.get(font.lower())
    place = code - 0xF000 if code in _OWN else code
    if table and place in table:
        return table[place]
    return "•" if code == 0xF0B7 else chr(code) if 0x20 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def has_symbols(text: str) -> bool:
    """Whether any character of a text belongs to such a font."""
    return _OWN_CHARACTER.search(text) is not None


def shown(text: str, font: str) -> str:
    """A text with the characters of such fonts as they are seen."""
    return "".join(symbol(ord(c), font) if ord(c) in _OWN else c for c in text)
