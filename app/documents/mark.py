"""Mark: a line that has the form of a heading, of what rank, with what number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from model.labels import ENGLISH_NUMERAL, HAN_NUMERAL, ROMAN, number

# Ranks from the outside in. Those of UPPER stand in the order in which the book itself opens them.
UPPER = ("编", "分编", "部", "卷", "集", "篇", "volume", "book", "part", "act", "title")
CHAPTER, SECTION, NUMERAL, NAMED = "chapter", "section", "numeral", "named"
_HAN_RANK = {"編": "编", "分編": "分编", "部分": "部", "节": SECTION, "節": SECTION} | dict.fromkeys(
    ("回", "章", "幕", "折", "话", "話", "夜"), CHAPTER
)
_ENGLISH_RANK = {w: w for w in ("volume", "book", "part", "act", "title")} | {"section": SECTION}

_HAN = re.compile(
    rf"(?:(?:正文|VIP|vip)卷?\s*|[上中下][卷部篇册]\s*|"
    rf"(?:第{HAN_NUMERAL}[卷部集]|卷之?{HAN_NUMERAL})\s*[^\s第]{{0,12}}\s+(?=第))?"
    rf"第\s*(?P<number>{HAN_NUMERAL})\s*(?P<unit>分[编編]|部分|[回章卷节節部集篇编編幕折话話夜])(?P<rest>.*)",
    re.DOTALL,
)
_VOLUME = re.compile(rf"卷(?:之)?\s*(?P<number>{HAN_NUMERAL}|[上中下])(?P<rest>(?:[\s:：、.．·].*)?)", re.DOTALL)
_HAN_NAMED = re.compile(
    r"(?:楔子|序言|序章|序幕|序曲|引子|引言|前言|自序|代序|小引|[题題][记記辞辭]|番外\S{0,3}|尾[声聲]|[后後][记記]|[终終][章曲]|"
    r"附[录錄]|跋|序|[结結][语語]|[后後]序|附[则則]|附件[一二三四五六七八九十]{0,3}|凡例|弁言|[导導][读讀]|"
    r"[内內作][容品][简簡]介|[完上][本架]感言|写在(?:前面|最后))(?P<rest>(?:[\s:：、.．·—].{0,40})?)"
)
_NUMERALS = rf"(?P<number>[0-9０-９]{{1,4}}|{ROMAN}|(?:the\s+)?{ENGLISH_NUMERAL}|THE\s+(?i:{ENGLISH_NUMERAL}))"
_ENGLISH = re.compile(
    r"(?:(?i:vol(?:ume)?)\.?\s*[0-9]+[\s,.:–—-]+(?=(?i:ch)))?"
    r"(?P<unit>(?i:chapter|chap\.|letter|book|part|volume|vol\.|adventure|canto|stave|act|scene|title|section))"
    rf"\s+(?:(?i:{_NUMERALS.replace(ROMAN, f'(?-i:{ROMAN})')}))(?=$|[\s.:,—–\-\]])(?P<rest>.*)",
    re.DOTALL,
)
_ENGLISH_NAMED = re.compile(
    r"_?(?:(?P<order>first|second|third|author['’]s|translator['’]s|editor['’]s|publisher['’]s)\s+)?"
    r"(?P<name>preface|prologue|epilogue|introduction|introductory|foreword|afterword|etymology|extracts|"
    r"dedication|appendix|conclusion|postscript|glossary|interlude)\b_?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_STORY = re.compile(rf"(?P<number>{ROMAN})\.\s+(?P<rest>[^a-z]{{3,80}})")
_WEB = re.compile(r"(?P<number>[0-9０-９]{1,4})\s*[.、．:：]\s*(?P<rest>[^\d\s](?:.{0,40}|[\x20-\x7e]{0,90}))")
_BARE = re.compile(rf"(?P<number>{ROMAN}|[一二三四五六七八九十百]{{1,4}})[.．、]?")
_SERIAL = re.compile(
    r"(?:(?P<web>[0０][0-9０-９]{1,3}(?=\s)|[0-9０-９]{1,4}(?=\s+[\u4e00-\u9fff]))"
    r"|(?P<enumerated>[一二三四五六七八九十百]{1,5})、)\s*\D.{0,40}|[（(](?P<bare>[一二三四五六七八九十百]{1,4})[)）]"
    r"|(?P<digit>[0-9０-９]{1,3})[.．]?"
)
_STAR = re.compile(r"(?P<star>[☆★◆◇])[、\s]\s*\S.{0,40}")
# What begins a heading, so that most of a book's lines need no closer look.
_OPENING = re.compile(
    r"\W*(?:[第卷正上中下楔序引前自代小題题番尾后後終终附跋結结凡弁導导完写內内作]|[A-Za-z_\d]|[一二三四五六七八九十百]|VIP)|[☆★◆◇]"
)
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_MARKDOWN = re.compile(r"\A#{1,6}\s+")
_LEADERS = re.compile(r"\.{4,}\s*\d*$|…{2,}\s*\d+$")
_ORNAMENT = "☆★◆◇■□●○※＊*=＝─━—–~～#§◎▲△▼▽"
_BRACKETED = re.compile(r"[【\[〔](?P<inner>[^】\]〕]+)[】\]〕]\s*(?P<rest>.*)", re.DOTALL)
# The end of a chapter, or what is said about it: 第三章完, 第三章（未完待续）.
_END = re.compile(
    r"\s*[（(【]?(?:全?完|完结|完結|未完(?:待[续續])?|待[续續])[）)】]?[。！!]?|[（(【]?全?[终終][）)】]?"
)

LONGEST = 100  # characters of a heading, title and all


@dataclass(frozen=True)
class Mark:
    """A block that has the form of a heading. `block` and `last` are the blocks it fills.

    `bare`: a number without a title. `weak`: needs a series. `echo`: says again what an earlier one said.
    """

    block: int
    last: int
    rank: str
    number: int
    title: str
    bare: bool
    name: str = ""
    weak: bool = False
    echo: bool = False


def parse(text: str, block: int = 0, in_series: bool = False) -> Mark | None:
    """The mark that a block's form makes it, or None. Weak marks need a series to be believed; `in_series` gives
    those too that would be nothing without one.
    """
    if not _OPENING.match(text):
        return None
    # Markdown is read as text for now: its marks are no part of a title.
    line = one_line(_MARKDOWN.sub("", text if text.isascii() else text.translate(_UNSEEN)))
    if not line or _LEADERS.search(line):
        return None  # dot leaders: a line of a table of contents
    for form in _forms(line):
        for reader in (_han, _english, _named):
            if mark := reader(form, block):
                if mark.weak and not in_series:
                    return None
                return mark if form == line or line[0] in _ORNAMENT else replace(mark, title=line)
    return _weak(line, block) or (_serial(line, block) if in_series else None)


def _forms(line: str) -> Iterator[str]:
    """A line as it is, without what adorns it, and out of its brackets: ☆、第一章, ==第一章==, 【第一章】起."""
    yield line
    inner = line.strip(_ORNAMENT + " \u3000")
    if line[0] in _ORNAMENT:
        inner = inner.lstrip("、.")
    if inner and inner != line:
        yield inner
    if match := _BRACKETED.fullmatch(inner):
        yield f"{match['inner']} {match['rest']}".strip()


def one_line(text: str) -> str:
    """White space collapsed; where a Chinese title is spaced with U+3000 it stays so."""
    if "\u3000" not in text:
        return " ".join(text.split())
    return re.sub(r"\s+", lambda run: "\u3000" if "\u3000" in run[0] else " ", text.strip())


def _han(line: str, block: int) -> Mark | None:
    if match := _HAN.fullmatch(line):
        rank = _HAN_RANK.get(match["unit"], match["unit"])
        value, rest = number(match["number"]), match["rest"]
        if _is_title(rest, f"{match['unit']}"):
            return Mark(block, block, rank, value, line, not rest.strip(" \u3000:：.、．"))
        # A title may look like a sentence; it is one if the series lacks just this number.
        if len(line) <= 40 and not re.search(rf"第{HAN_NUMERAL}{match['unit']}", rest) and not _END.fullmatch(rest):
            return Mark(block, block, rank, value, line, False, "gap", weak=True)
    if (match := _VOLUME.fullmatch(line)) and len(match["rest"]) <= 30 and not _ends_sentence(match["rest"]):
        place = "上中下".find(match["number"]) + 1 or number(match["number"])
        return (
            None if _END.fullmatch(match["rest"]) else Mark(block, block, "卷", place, line, not match["rest"].strip())
        )
    return None


def _is_title(rest: str, unit: str) -> bool:
    """Whether what follows 第X回 can be a title and not the rest of a sentence."""
    title = rest.strip(" \u3000:：.、．·-—")
    if _END.fullmatch(title) and title:
        return False
    if re.search(rf"第{HAN_NUMERAL}{unit}", title) or len(title) > 40 or _ends_sentence(title):
        return False
    if rest and rest[0] in " \u3000:：.、．·-—":
        return len(re.findall(r"[，。！？；：“”]", title)) <= 3
    return not rest or (
        len(rest) <= 30 and not re.search(r"^[的中里裡内內之所就是说說曾已等末课課团團，。]|[，。！？；：“”．…]", rest)
    )


def _ends_sentence(title: str) -> bool:
    return title.rstrip(" ”’」』\"'").endswith(("。", "；", ";", "，", ",", "："))


def _english(line: str, block: int) -> Mark | None:
    match = _ENGLISH.fullmatch(line)
    if not match or not _is_english_title(match["rest"]):
        return None
    try:
        value = number(re.sub(r"(?i)^the\s+", "", match["number"]))
    except ValueError:
        return None  # "Chapter Ten Five": numerals, and no number
    unit = match["unit"].lower().rstrip(".").replace("vol", "volume").replace("volumeume", "volume")
    if unit in ("title", "section") and match["unit"].islower():
        return None
    return Mark(block, block, _ENGLISH_RANK.get(unit, CHAPTER), value, line, not match["rest"].strip(" .:—–-"), unit)


def _is_english_title(rest: str) -> bool:
    """A title begins with a capital or after a mark; "Book I was reading" does neither."""
    title = rest.strip(" .:,—–-_[]")
    marked = rest[:1] in tuple(".:—–-") or rest[:2] in (" -", " —", " –")
    if not title:
        return not rest.strip().endswith(",")
    first = title.lstrip("“‘\"'(")[:1]
    return (first.isupper() or first.isdigit() or (marked and not first.islower())) and not rest.rstrip().endswith(
        (",", ";")
    )


def _named(line: str, block: int) -> Mark | None:
    if match := _HAN_NAMED.fullmatch(line):
        name = line[: match.start("rest")]
        return None if _ends_sentence(line) else Mark(block, block, NAMED, 0, line, not match["rest"], name)
    match = _ENGLISH_NAMED.fullmatch(line)
    if not match or len(line) > 70 or line[0].islower():
        return None
    rest = match["rest"].strip()
    if rest and not (rest[0] in ".:(—-_" or rest.isupper() or re.fullmatch(r"(?:to|by) (?:the )?[A-Z].*", rest)):
        return None
    if _ends_sentence(line) or len(rest.split()) > 8:
        return None
    return Mark(
        block,
        block,
        NAMED,
        0,
        line.strip("_"),
        not rest.strip("._"),
        (match["order"] or "") + match["name"].lower(),
    )


def _weak(line: str, block: int) -> Mark | None:
    if match := _STORY.fullmatch(line):
        return Mark(block, block, CHAPTER, number(match["number"]), line, False, "story", weak=True)
    if match := _BARE.fullmatch(line):
        return Mark(block, block, NUMERAL, number(match["number"]), line.rstrip(".．、"), False, "bare", weak=True)
    if (match := _WEB.fullmatch(line)) and not re.search(r"[。！？；，.!?;,：:]$", line):
        return Mark(block, block, CHAPTER, int(match["number"]), line, False, "web", weak=True)
    return None


def _serial(line: str, block: int) -> Mark | None:
    """Forms that anything may have: 001 起, 一、起, （一）, 1, ☆、起."""
    if (match := _SERIAL.fullmatch(line)) and (match["digit"] or not re.search(r"[。！？；，.!?;,：:]$", line)):
        name, numeral = next((name, found) for name, found in match.groupdict().items() if found)
        rank = NUMERAL if name in ("bare", "digit") else CHAPTER
        title = line.rstrip(".．") if name == "digit" else line
        return Mark(block, block, rank, number(numeral), title, name == "digit", name, weak=True)
    if match := _STAR.fullmatch(line):
        return Mark(block, block, CHAPTER, 0, line[1:].lstrip(" 、"), False, match["star"], weak=True)
    return None
