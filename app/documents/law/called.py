"""Called: the laws that a question names, and whether each is this document or another law."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.document import Document
from app.documents.law import named_laws

# Names of one law, in lower case. A title that holds any of a row is called by all of it.
_SAME = (
    (
        *("gdpr", "2016/679", "general data protection regulation", "dsgvo", "ds-gvo", "datenschutz-grundverordnung"),
        *("rgpd", "欧盟通用数据保护条例", "通用数据保护条例", "欧盟数据保护条例"),
    ),
    (
        *("ai act", "2024/1689", "artificial intelligence act", "ki-verordnung", "ki-vo", "ai regulation"),
        *("欧盟人工智能法案", "欧盟人工智能法", "人工智能法案", "人工智能法"),
    ),
    ("bgb", "bürgerliches gesetzbuch", "german civil code", "德国民法典"),
    ("stgb", "strafgesetzbuch", "german criminal code", "german penal code", "德国刑法典", "德国刑法"),
    (
        "grundgesetz für die bundesrepublik deutschland",
        "grundgesetz",
        "gg",
        "german basic law",
        "basic law",
        "德国基本法",
    ),
    ("hgb", "handelsgesetzbuch", "german commercial code", "德国商法典"),
    ("zpo", "zivilprozessordnung"),
    ("usc17", "title 17", "17 u.s.c.", "us copyright act", "copyright act", "美国版权法"),
    ("u.s. constitution", "us constitution", "us_constitution", "constitution of the united states", "美国宪法"),
    ("中华人民共和国民法典", "中国民法典", "民法典", "civil code", "chinese civil code", "prc civil code"),
    (
        *("中华人民共和国刑法", "中国刑法", "刑法", "criminal law", "criminal code", "penal code", "prc criminal law"),
        *("chinese criminal law", "chinese criminal code"),
    ),
    ("中华人民共和国宪法", "中国宪法", "宪法", "chinese constitution", "prc constitution"),
    ("中华人民共和国劳动合同法", "劳动合同法", "labor contract law", "labour contract law"),
    ("中华人民共和国劳动法", "劳动法", "labor law", "labour law"),
    ("中华人民共和国公司法", "公司法", "company law"),
    ("中华人民共和国著作权法", "著作权法", "prc copyright law"),
    ("中华人民共和国专利法", "专利法", "patent law"),
    ("中华人民共和国网络安全法", "网络安全法", "cybersecurity law"),
    ("中华人民共和国个人信息保护法", "个人信息保护法", "个保法", "personal information protection law", "pipl"),
    ("中华人民共和国数据安全法", "数据安全法", "data security law"),
    ("中华人民共和国民事诉讼法", "民事诉讼法", "民诉法", "civil procedure law"),
    ("中华人民共和国刑事诉讼法", "刑事诉讼法", "刑诉法", "criminal procedure law"),
)
_OTHERS = (
    *("ccpa", "cpra", "hipaa", "tfeu", "teu", "echr", "eumr", "ucc", "dmca", "dsa", "dma", "fsma", "pace", "stpo"),
    *("vwgo", "aktg", "gmbhg", "urhg", "bdsg", "egbgb", "ifrs", "cisg", "crpd", "iccpr"),
)
_CODE = re.compile(
    r"\b0*(\d+)\s*(U\.?\s?S\.?\s?C|C\.?\s?F\.?\s?R)\b\.?(?:\s?A\b\.?)?(?=[\s,]*(?:§|sec|s\.|\d|$|\W*$))", re.I
)
_TITLE = re.compile(
    r"\btitle\s+0*(\d+)(?:(?:,|\s+of)?\s+(?:the\s+)?(?:united states code|u\.?s\.?\s?code|u\.?s\.?c\.?))?", re.I
)
_BOOK = re.compile(r"《([^《》\n]{1,60})》(?:[（(][^（）()\n]{1,30}[）)])?")
_GERMAN = re.compile(
    r"\b(?:[A-ZÄÖÜ][a-zäöüß]+en?\s+)?(?:[A-ZÄÖÜ][\wäöüß-]*)?(?:[Gg]esetz(?:buch)?|[Oo]rdnung)(?:e?s)?\b"
)
_ACRONYM = re.compile(
    r"(?<=[\d)])\s+(?P<law>[A-Z]{2,}[A-Za-z]*(?<=[A-Z]))\b(?=\s+(?:say|state|provide|mean|read)|\W*$)"
)
_PLAIN = re.compile(r"(?:the|this|that)\s+(?:act|regulation|directive|law|code|statute|order|rules)\b", re.I)
_ASKING = re.compile(
    r"(?:(?:in|under|of|does|do|is|are|has|can|may|what|which|when|where|how|if|and|or|by|per|to|for|from|with|on|"
    r"according|whether|show|quote|read|give|compare|explain|article|section|art|sec)\s+)+",
    re.I,
)
_CAPITAL = re.compile(r"\b(?:the\s+)?(?=[A-Z\d])")
_HAN = "\u4e00-\u9fff"
# What may stand before a law's name in a Chinese question and is no part of that name.
_BEFORE_NAME = re.compile(
    rf"(?:^|[^{_HAN}]|请问|根据|依据|依照|按照|参照|违反|适用|关于|规定|知道|告诉我|查看|解释|引用|翻译|说明|显示|列出|比较|"
    r"对比|中华人民共和国|中国|我国|现行|这部|本|[问看查读说和与及或在的是对把按照据依从给])$"
)
# What makes it another text about that law: 民法典侵权责任编解释, 刑法修正案（十一）.
_NOT_IT = re.compile(
    r"典|[^\W\d第条]{0,12}?(?:修正案|解释|实施条例|实施细则|施行法|草案)(?=[（(\s\d第])(?:[（(][^）)]{1,6}[）)])?"
)
_FRONT = 300  # characters in front of the first article among which a law's name stands


@dataclass(frozen=True, slots=True)
class Mention:
    """A law's name at [start, end) of a question. `own`: it is the document asked about."""

    start: int
    end: int
    name: str
    own: bool


def mentions(document: Document, question: str) -> tuple[Mention, ...]:
    """The laws named in a question, in order and disjoint; the longest where several names begin in one place."""
    names = _names(document)
    found = [*_coded(question, names), *_known(question, names), *_written(question, names)]
    found.sort(key=lambda m: (m.start, -m.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)


def _names(document: Document) -> str:
    """What the document calls itself and is called, in lower case."""
    first = min((u.start for u in document.units), default=0)
    front = document.text[: min(first, _FRONT)]
    heads = (
        document.title,
        named_laws.heading(document.text[:2000]) or front,
        *(s.title for s in document.sections[:1]),
    )
    own = " | ".join(named_laws.own(head) for head in heads)
    also = (name for row in _SAME if any(_holds(own, name) for name in row) for name in row)
    code = "cfr" if any("." in u.number for u in document.units[:1]) else "usc"
    return " | ".join((own, *also, code, ""))


def _holds(names: str, name: str) -> bool:
    edge = r"(?![\w])" if name.isascii() else ""
    if name in ("civil code", "criminal law", "criminal code", "penal code", "民法典", "刑法", "宪法", "basic law"):
        return bool(re.search(rf"(?:^|\| |中华人民共和国){re.escape(name)}(?:$| \||\s)", names))
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}{edge}" if name.isascii() else re.escape(name), names))


def _coded(question: str, names: str) -> Iterator[Mention]:
    """17 U.S.C. and title 17: one code's parts by number."""
    for match in _CODE.finditer(question):
        kind = match[2].replace(".", "").replace(" ", "").upper()
        own = bool(re.search(rf"\btitle {match[1]}\b|\busc ?0*{match[1]}\b", names)) and f"| {kind.lower()} |" in names
        yield Mention(match.start(), match.end(), " ".join(match[0].split()), own)
    for match in _TITLE.finditer(question):
        if re.search(r"\btitle \d|\busc ?\d", names):  # elsewhere a title is a part of the law
            own = bool(re.search(rf"\btitle {match[1]}\b|\busc ?0*{match[1]}\b", names))
            yield Mention(match.start(), match.end(), " ".join(match[0].split()), own)


def _known(question: str, names: str) -> Iterator[Mention]:
    """Laws called by a name of the table, or by the document's own name in Chinese."""
    lower = question.lower()
    called = [name.strip() for name in names.split("|")]
    own_chinese = {n for c in called for n in (c, c.removeprefix("中华人民共和国")) if len(n) >= 2 and n[-1] > "\u2e80"}
    for name in own_chinese | {name for row in _SAME for name in row} | set(_OTHERS):
        at = lower.find(name) if len(lower) == len(question) else -1
        while at >= 0:
            end = at + len(name)
            if _stands(question, at, end, name):
                beyond = _NOT_IT.match(question, end) if name[-1] > "\u2e80" else None
                end = beyond.end() if beyond else end
                own = not beyond and (name in called or name in own_chinese)
                yield Mention(_with_the(question, at), end, question[at:end], own)
            at = lower.find(name, end)


def _stands(question: str, start: int, end: int, name: str) -> bool:
    """Whether a name found in a question is the whole name of a law."""
    if name.isascii() or name[0] < "\u2e80":
        edge = question[max(0, start - 1) : start], question[end : end + 1]
        short = len(name) <= 3 and question[start:end].islower()  # "gg", "dma" in lower case are anything
        return not short and not any(c.isascii() and (c.isalnum() or c == "_") for c in edge)
    return bool(_BEFORE_NAME.search(question[:start]))


def _with_the(question: str, start: int) -> int:
    return start - 4 if question[max(0, start - 4) : start].lower() == "the " else start


def _written(question: str, names: str) -> Iterator[Mention]:
    """Laws named as laws name each other: 《…》, the … Act 2018, Regulation (EU) 2016/679, Strafgesetzbuch."""
    for match in _BOOK.finditer(question):
        name = match[1].lower()
        bare = name.removeprefix("中华人民共和国")
        called = {n.strip().removeprefix("中华人民共和国") for n in names.split("|")}
        yield Mention(match.start(), match.end(), match[1], bare in called)
    for match in _PLAIN.finditer(question):
        yield Mention(match.start(), match.end(), match[0], True)
    for match in _GERMAN.finditer(question):
        stems = [re.sub(r"(?<=...)(?:es|en|e|s)$", "", word.lower()) for word in match[0].split()]
        yield Mention(match.start(), match.end(), match[0], all(stem in names for stem in stems))
    for match in _ACRONYM.finditer(question):
        own = bool(re.search(rf"(?<!\w){match['law'].lower()}(?!\w)", names))
        yield Mention(match.start("law"), match.end(), match["law"], own)
    yield from _english(question, names)


def _english(question: str, names: str) -> Iterator[Mention]:
    place = 0
    while match := _CAPITAL.search(question, place):
        place = match.end() + 1
        if asking := _ASKING.match(question, match.start()):
            place = asking.end()
            continue
        if found := named_laws.at(question, match.start(), len(question)):
            name, place = " ".join(found[0].split()), found[1]
            yield Mention(match.start(), found[1], name.removeprefix("the "), _is_named(name.lower(), names))


def _is_named(name: str, names: str) -> bool:
    """Whether a name is one of the document's: whole, or as "the 2002 Act"."""
    name = name.removeprefix("the ")
    year = re.fullmatch(r"(\d{4}) (\w+)", name)
    if year:
        return f"{year[2]} {year[1]}" in names
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", names))
