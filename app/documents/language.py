"""Language: what a text is written in, by its script and its commonest words."""

from __future__ import annotations

import re

_SAMPLE = 20_000
_HANS = frozenset("这为来们国说时对会过个后里还没样经见开头话发当问无实关东长门难点岁给气书从让听写边条规应义权")
# The second half: what Cantonese is written with, in Hong Kong's characters.
_HANT = frozenset(
    "這為來們國說時對會過個後裡還沒樣經見開頭話發當問無實關東長門難點歲給氣書從讓聽寫邊條規應義權佢哋嘅咗喺嘢冇嚟啲嗰畀咁"
)
_COMMON_WORDS = {
    "en": "the and of to in that was his it with is for as had",
    "de": "der die und das nicht ist den mit ein zu von sich auf",
    "fr": "le la les et des une dans que qui est pas pour il",
    "es": "el los las y que una por con del se no su",
    "it": "il di che la un per non con del della sono gli",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON_WORDS.items()}
# Scripts that name their language well enough for a reader.
# name, its letters, how many of all must be such: old and legal Japanese has few kana, Chinese next to none.
_SCRIPTS = (
    ("ja", r"[\u3041-\u3096\u30a1-\u30fa]", 0.04),
    ("ko", r"[\uac00-\ud7a3]", 0.15),
    ("ru", r"[\u0400-\u04ff]", 0.15),
)


_UNMISTAKABLE = ("zh", "ja", "ko")  # what a text's characters show beyond doubt


def han_share(text: str) -> float:
    """The share of Han characters among letters, of a sample from the middle as well as the front."""
    sample = _sample(text)
    letters = len(re.findall(r"[^\W\d_]", sample))
    return len(re.findall(r"[\u3400-\u9fff]", sample)) / letters if letters else 0.0


def detect(text: str) -> str:
    """A BCP 47 tag: zh-Hans, zh-Hant, en, … or "" where nothing says."""
    sample = _sample(text)
    letters = len(re.findall(r"[^\W\d_]", sample)) or 1
    for language, script, share in _SCRIPTS:
        if len(re.findall(script, sample)) > share * letters:
            return language
    return _chinese(sample) if han_share(text) > 0.2 else _european(sample)


def spoken(declared: str, text: str) -> str:
    """The declared language, made exact or corrected where the text's own characters say better."""
    found = detect(text)
    bare = declared.lower().replace("_", "-").partition("-")[0]
    own = found.partition("-")[0]
    if bare in ("", "und", "zh") or (own in _UNMISTAKABLE and bare in ("en", "de", "fr", "es", "it", "ru")):
        return found or declared
    return declared


def _sample(text: str) -> str:
    middle = len(text) // 2
    return text[:_SAMPLE] if len(text) <= _SAMPLE else text[: _SAMPLE // 2] + text[middle : middle + _SAMPLE // 2]


def _chinese(sample: str) -> str:
    simplified, traditional = (sum(c in sign for c in sample) for sign in (_HANS - _HANT, _HANT - _HANS))
    if simplified == traditional:
        return "zh"
    return "zh-Hans" if simplified > traditional else "zh-Hant"


def _european(sample: str) -> str:
    words = re.findall(r"[a-zàâçéèêëîïôöùûüäß]+", sample.lower())
    counts = {language: sum(w in common for w in words) for language, common in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > 0.08 * len(words) and counts[best] > 0 else ""
