"""Named laws: how a text in English names another law than its own."""

from __future__ import annotations

import re

CODE = re.compile(r"\b(?P<law>\d+\s+(?:U\.\s?S\.\s?C\.|C\.\s?F\.\s?R\.))\s*(?:§+\s*)?(?=\d)")
"""A code that stands before the number: 47 U.S.C. 339."""

_WORD = r"[A-Z][\w’'-]*"
_MORE = rf"(?:\s+(?:{_WORD}|of|on|and|for|the|in|to|with|\([A-Z][\w ]*\))){{0,14}}?"
_KIND = (
    r"(?:Act|Code|Treat(?:y|ies)|Convention|Constitution|Protocol|Charter|Agreement|Rules|Regulations|Order|Statutes)"
)
_SUBJECT = rf"\s+(?:on|of|for|relating\s+to)(?:\s+the)?\s+{_WORD}(?:\s+(?:(?:of|and|the)\s+){{0,3}}{_WORD}){{0,8}}"
_AT = re.compile(
    r"[Tt]itle\s+\d+\b"
    r"|(?:the\s+)?(?:(?:Council|Commission|Implementing|Delegated|Framework)\s+)*"
    r"(?:Directives?|Regulations?|Decisions?)(?:\s+\([A-Z,\s]+\))?(?:\s+No\.?)?\s+\d+(?:/\d+)*(?:/[A-Z]+)*"
    r"|(?:the|that)\s+(?:\[?M?\d*\]?\s?)\d{4}\s+(?:Act|Order|Regulations|Rules)\b"
    r"|(?:Public\s+Law|Pub\.\s+L\.|P\.\s?L\.)\s+\d+[–-]\d+"
    rf"|(?:the\s+)?{_WORD}{_MORE}\s+{_KIND}\b(?:\s+of\s+\d{{4}}|\s+\d{{4}}|{_SUBJECT})?(?:\s+\([A-Z]{{2,8}}\))?"
    rf"|the\s+{_KIND}\b(?:{_SUBJECT})?(?:\s+\([A-Z]{{2,8}}\))?"
)
_SHORT = re.compile(r"\s+(?P<law>TFEU|TEU|EUMR|ECHR|GDPR)\b")
_ACT = re.compile(r"\s+(?=(?:Regulation|Directive)\s+\()")
# In the notes of the United States Code the law stands first: Pub. L. 111–175, title I, § 102(k).
_BEFORE = re.compile(
    r"(?P<law>Pub\.\s+L\.\s+\d+[–-]\d+|\bch\.\s+\d+)(?:,\s+(?:div|title|subtitle|ch)\.?\s+[\w.]+)*,?\s+(?:\[[^\]]*)?$"
)
_HEADING = re.compile(
    r"^(?:(?:COMMISSION|COUNCIL|IMPLEMENTING|DELEGATED)\s+)*(?:REGULATION|DIRECTIVE|DECISION)\s.+", re.MULTILINE
)
_LATER = re.compile(r"\b(?:repealing|amending|supplementing)\b")


def own(*titles: str) -> str:
    """A law's own titles without the laws that they say it repeals, in lower case."""
    return " | ".join(_LATER.split(" ".join(title.split()).casefold())[0] for title in titles)


def heading(front: str) -> str:
    """The line in front of an act of the European Union that names it, "" if there is none."""
    match = _HEADING.search(front)
    return match[0] if match else ""


def at(text: str, start: int, end: int) -> tuple[str, int] | None:
    """The law named at `start`, and where its name ends."""
    match = _AT.match(text, start, end)
    return (match[0], match.end()) if match else None


def after(text: str, start: int, end: int) -> tuple[str, int] | None:
    """The law named by what follows an article: Article 16 TFEU."""
    if match := _SHORT.match(text, start, end):
        return match["law"], match.end()
    gap = _ACT.match(text, start, end)
    return at(text, gap.end(), end) if gap else None


def latest(text: str, start: int, end: int, kind: str) -> str:
    """The last law of a kind named in [start, end): what "that Regulation" means; "" if none is."""
    names = [m[0] for m in _AT.finditer(text, start, end) if re.search(rf"\b{kind}\b", m[0])]
    return names[-1] if names else ""


def before(text: str, start: int) -> str:
    """The public law whose name leads up to `start`, "" if there is none."""
    match = _BEFORE.search(text, max(0, start - 60), start)
    return match["law"] if match else ""
