"""Garble: how likely a page's text is not what the page shows, because its fonts do not say what their signs mean."""

from __future__ import annotations

import re
import unicodedata

_FEWEST = 150  # letters from which their frequencies tell anything
_CODES = re.compile(r"/[gGcC]\d{1,5}|\(cid:\d+\)")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x01\x03-\x08\x0e-\x1f\x7f-\x9f\U000f0000-\U0010ffff]")
_MOJIBAKE = re.compile("[ÂÃÄÅÆÇÈÉàáâãäåæçèéï][\x80-\xbf\u0152-\u2122]{1,2}")
_HAN = re.compile(r"[\u3400-\u9fff]")
# The commonest characters of Chinese and of Japanese, old and new, simplified and traditional.
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好"
    "都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进法此"
    "這來國個說們為時會過學對裡後麼沒於還發當無開見經頭動兩長樣現將與進其者曰何第条條章款項项应應规規二四五六七八九十"
)
_VOWELS = re.compile(r"[aeiouyàáâäãåæèéêëìíîïòóôöõøùúûüœ]", re.IGNORECASE)


def score(text: str) -> float:
    """The share of a page's characters that are plainly not its text, 0 to 1; 1 where no language has such letters."""
    inked = sum(not c.isspace() for c in text)
    if not inked:
        return 0.0
    if _is_no_chinese(text) or _is_no_latin(text):
        return 1.0
    bad = len(_PRIVATE.findall(text)) + sum(len(m[0]) for m in _CODES.finditer(text))
    bad += sum(len(m[0]) for m in _MOJIBAKE.finditer(text)) + _unassigned(text)
    return min(1.0, bad / inked)


def _is_no_chinese(text: str) -> bool:
    """Many Chinese characters, and next to none of the common ones: codes of glyphs taken for characters."""
    han = _HAN.findall(text)
    return len(han) >= _FEWEST and sum(c in _COMMON for c in han) < 0.04 * len(han)


def _is_no_latin(text: str) -> bool:
    """Many Latin letters and next to no vowels: an alphabet shifted or shuffled."""
    letters = re.findall(r"[A-Za-zÀ-ɏ]", text)
    return len(letters) >= _FEWEST and len(_VOWELS.findall(text)) < 0.2 * len(letters)


def _unassigned(text: str) -> int:
    return (
        0 if text.isascii() else sum(unicodedata.category(c) == "Cn" for c in set(text) for _ in range(text.count(c)))
    )
