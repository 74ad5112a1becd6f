"""Language: which of the two that Tongdu speaks a text is in."""

from __future__ import annotations

SAMPLE = 20_000  # characters of a document that show its language


def language_of(text: str) -> str:
    """ "zh" if a third of the letters are Chinese, else "en": the language our own words take."""
    letters = [c for c in text if c.isalpha()]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in letters)
    return "zh" if chinese * 3 > len(letters) else "en"
