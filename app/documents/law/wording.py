"""Wording: a question's citations as a reader types them, written as the grammars of laws read them."""

from __future__ import annotations

import re
from collections import Counter

from app.documents.document import Document
from model.labels import ENGLISH_NUMERAL, HAN_NUMERAL, ROMAN, number

LONGEST = 2000
"""Characters of a question that are read for what it names: no question that a person asks is longer."""

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060\ufeff\ud800-\udfff]")
_N = HAN_NUMERAL
_WORDS = {
    "article": r"articles?|arts?",
    "section": r"sections?|sect|secs?|ss?",
    "regulation": r"regulations?|regs?",
    "rule": r"rules?",
    "recital": r"recitals?|rec",
    "annex": r"annex(?:es|e)?",
    "schedule": r"schedules?|sched|sch",
    "amendment": r"amendments?",
}
BESIDE = ("recital", "annex", "schedule", "preamble", "amendment")  # units that are no articles
_HEAD = re.compile(
    rf"(?<![\w'’.-])(?:{'|'.join(f'(?P<{kind}>{forms})' for kind, forms in _WORDS.items())})(?:\.\s*|\s+|(?=\d))"
    rf"(?:nos?\.?\s+)?(?=\d|\(\d|(?P<roman>[IVXLCivxlc]+)(?![\w'’])|(?P<words>{ENGLISH_NUMERAL})(?!\w))",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"\b(?P<n>\d+(?:st|nd|rd|th)|{ENGLISH_NUMERAL})\s+amendment\b", re.IGNORECASE)
_NO_NUMBER = re.compile(
    r"I\s+(?:am|was|can|could|may|might|must|shall|should|will|would|need|want|have|had|do|did|think|read|see|cite)\b"
)
_GERMAN_PART = re.compile(r"\d+[a-z]?\s+(?:Abs|Unterabs|Satz|Nr|Nummer|Buchst|lit)", re.IGNORECASE)
_PART = re.compile(
    r"(?<=[\da-zA-Z)])\s+(?P<word>paragraphs?|paras?\.?|points?|sub-?paragraphs?|subsections?|clauses?|letter)\s+(?=[\d(a-z])"
)
_POINT = re.compile(r"\b(?:point|letter)\s+(?P<n>[a-z])(?![\w(])", re.IGNORECASE)
_SPAN = re.compile(r"(?P<first>\d+[a-zA-Z]{0,2})\s?[-–—~]\s?(?P<last>\d+[a-zA-Z]{0,2})(?![a-zA-Z0-9-])")
_LIST = re.compile(rf"第\s*(?P<first>{_N})(?P<more>(?:[、,和与及]\s*第?{_N})+)\s*(?P<sign>[条條])")
# A bare 577条 is an article where nothing counts before it (共1260条, 列出3条) and nothing is counted after it.
_BARE = re.compile(
    rf"(?P<before>^|[^\w第-]|根据|依据|依照|按照|参照|违反|适用|关于|请问|查看|[法典例和与及或至到查看问按照据在的])"
    rf"(?P<n>\d+|(?=[{_N[1:-2]}]*[十百千]){_N})(?P<dash>-\d+)?[条條](?![件款约目数路腿建理要消街鱼狗河])"
)
_INNER = re.compile(rf"第\s*(?P<n>{_N})\s*之\s*(?P<branch>{_N})\s*(?P<sign>[条條])")
_FOREIGN = re.compile(
    rf"第\s*(?P<n>{_N}(?:-\d+)?[a-zA-Z]{{0,2}})\s*[条條]"
    rf"(?P<parts>(?:\s*第?\s*[(]?(?:{_N}|[a-zA-Z])[)]?\s*[款項项点目])*(?:\s?\([0-9a-zA-Z]+\))*)"
)
_FOREIGN_PART = re.compile(
    rf"(?:第?\s*[(]?(?P<n>{_N}|[a-zA-Z])[)]?\s*(?P<level>[款項项点目]))|\((?P<bracket>[0-9a-zA-Z]+)\)"
)
_FOREIGN_APART = re.compile(
    rf"(?:附件|附录)\s*(?P<annex>[IVXivx]+|{_N})|(?:鉴于条款|序言|叙文)第?\s*(?P<recital>{_N})\s*[条段款项]?"
)


def plain(question: str) -> str:
    """At most `LONGEST` characters in one width, without what is not seen. Each stands where it stood."""
    return _CONTROL.sub(" ", question[:LONGEST].translate(_WIDE))


def cited(document: Document, question: str) -> str:
    """A plain question with every citation spelled out: Section 107 for "sec 107", 第120条之2 for 120条之2."""
    question = (
        _COUNTED.sub(lambda m: f"Amendment {_ordinal(m['n'])}", question) if _has(document, "amendment") else question
    )
    question = _HEAD.sub(lambda m: _headed(document, m), question)
    question = _numbers(question)
    question = _BARE.sub(lambda m: f"{m['before']}第{m['n']}{m['dash'] or ''}条", question)
    question = _LIST.sub(
        lambda m: re.sub(rf"({_N})", rf"第\1{m['sign']}", (m["first"] + m["more"]).replace("第", "")), question
    )
    question = _INNER.sub(r"第\g<n>\g<sign>之\g<branch>", question)
    if not document.language.startswith(("zh", "ja")):
        question = _translated(document, question)
    question = _POINT.sub(r"point (\g<n>)", question)
    question = _PART.sub(lambda m: f", {m['word'].lower().rstrip('.').replace('paras', 'paragraphs')} ", question)
    return _ranges(document, question)


def head(document: Document) -> tuple[str, str]:
    """The level of a law's articles (article, section, regulation), and the sign that they bear ("§" or "")."""
    levels = Counter(u.level for u in document.units if u.level not in BESIDE)
    level = levels.most_common(1)[0][0] if levels else "article"
    first = next((u for u in document.units if u.level == level), None)
    return level, "§" if first and first.label.startswith("§") else ""


def _has(document: Document, level: str) -> bool:
    return any(u.level == level for u in document.units)


def _headed(document: Document, match: re.Match[str]) -> str:
    """The word before a number as the law's own grammar writes it."""
    kind = next(k for k in _WORDS if match[k])
    word = match[kind].lower()
    if kind == "article" and _GERMAN_PART.match(match.string, match.end()) and not head(document)[1]:
        return "Art. "
    if _NO_NUMBER.match(match.string, match.end()):
        return f"{word}, "  # "which article I need": the reader, not a numeral
    if kind not in ("recital", "annex", "schedule", "amendment") and not _has(document, kind):
        if word in ("s", "ss", "reg", "regs", "rule", "rules") and head(document)[0] not in ("section", "regulation"):
            return match[0]
        divides = any(re.match(rf"{kind}\b", s.title, re.IGNORECASE) for s in document.sections)
        if not divides and not any(p.level == kind for u in document.units for p in u.parts):
            kind = head(document)[0]  # an article, whatever the reader calls it
    several = word.endswith("s") and word != "s"
    if kind in ("section", "article") and head(document) == (kind, "§"):
        return "§§ " if several else "§ "
    named = kind.capitalize() if kind in ("article", *BESIDE) else kind
    plural = ("es" if kind == "annex" else "s") if several else ""
    return f"{named}{plural} "


def _numbers(question: str) -> str:
    """Article XVII for article xvii, Article 17 for "article seventeen"."""
    kinds = "Articles?|sections?|regulations?|rules?|Recitals?|Annex(?:es)?|Schedules?|Amendments?|§§?"
    question = re.sub(
        r"\b(Annex(?:es)?|Schedules?|Amendments?|Articles?) ([ivxlc]+)(?![\w'’])",
        lambda m: f"{m[1]} {m[2].upper()}" if re.fullmatch(ROMAN, m[2].upper()) else m[0],
        question,
    )
    words = re.compile(rf"(?<!\w)({kinds}) ({ENGLISH_NUMERAL})(?![\w-]|\s+(?:hundred|thousand))", re.IGNORECASE)
    question = words.sub(lambda m: f"{m[1]} {_ordinal(m[2])}", question)
    return re.sub(rf"(?<!\w)({kinds}) ?\((\d+)\)", r"\1 \2", question)


def _ordinal(words: str) -> str:
    digits = re.match(r"\d+", words)
    try:
        return digits[0] if digits else str(number(words))
    except ValueError:
        return words


def _translated(document: Document, question: str) -> str:
    """第六条第一款第(f)项 in a question about a law that is not Chinese: Article 6(1)(f)."""
    level, sign = head(document)
    word = sign or (level.capitalize() if level == "article" else level)
    question = _FOREIGN_APART.sub(
        lambda m: (
            f" Annex {m['annex'].upper() if m['annex'].isascii() else _value(m['annex'])} "
            if m["annex"]
            else f" Recital {number(m['recital'])} "
        ),
        question,
    )
    question = _FOREIGN.sub(lambda m: f" {word} {_value(m['n'])}{_parts(m['parts'])}", question)
    plural = f"{sign}{sign}" if sign else f"{word}s"
    return re.sub(rf" {re.escape(word)} (\d\w*)\s*[至到~—-]\s*{re.escape(word)} (?=\d)", rf" {plural} \1 to ", question)


def _parts(words: str) -> str:
    """（6）项 is point (f): what is numbered in Chinese is lettered there."""
    brackets = []
    for match in _FOREIGN_PART.finditer(words):
        name = match["bracket"] or _value(match["n"])
        if match["level"] in ("项", "項", "点") and name.isdigit() and 0 < int(name) <= 26:
            name = chr(96 + int(name))
        brackets.append(f"({name})")
    return "".join(brackets)


def _value(numeral: str) -> str:
    try:
        return str(number(numeral))
    except ValueError:
        return numeral


def _ranges(document: Document, question: str) -> str:
    """Articles 5 to 7 for "Articles 5-7", where the law has no 5-7."""
    known = {u.number.casefold() for u in document.units}

    def written(match: re.Match[str]) -> str:
        first, last = match["first"].casefold(), match["last"].casefold()
        if f"{first}-{last}" in known or not {first, last} <= known:
            return match[0]
        digits = [int(re.sub(r"\D", "", n)) for n in (first, last)]
        chinese = question[match.end() : match.end() + 1] in ("条", "條")
        if digits[0] >= digits[1]:
            return match[0]
        return f"{match['first']}条至第{match['last']}" if chinese else f"{match['first']} to {match['last']}"

    return _SPAN.sub(written, question)
