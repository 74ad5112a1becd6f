"""Headings: which lines of a plain text open a part, a chapter, a letter, and how deep each stands.

Nothing in a TXT file marks a heading, so three things decide: its form (`parse`), its company
(a series that counts up, no dense table of contents) and the text that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from model.labels import ENGLISH_NUMERAL, HAN_NUMERAL, ROMAN, number

# Ranks from the outside in. Those of _UPPER stand in the order in which the book itself opens them.
_UPPER = ("编", "分编", "部", "卷", "集", "篇", "volume", "book", "part", "act", "title")
_CHAPTER, _SECTION, _NUMERAL, _NAMED = "chapter", "section", "numeral", "named"
_HAN_RANK = {"編": "编", "分編": "分编", "部分": "部", "节": _SECTION, "節": _SECTION} | dict.fromkeys(
    ("回", "章", "幕", "折", "话", "話", "夜"), _CHAPTER
)
_ENGLISH_RANK = {w: w for w in ("volume", "book", "part", "act", "title")} | {"section": _SECTION}

_HAN = re.compile(
    rf"(?:正文\s*|[上中下][卷部篇册]\s*|第{HAN_NUMERAL}[卷部集]\s*[^\s第]{{0,12}}\s+(?=第))?"
    rf"第\s*(?P<number>{HAN_NUMERAL})\s*(?P<unit>分[编編]|部分|[回章卷节節部集篇编編幕折话話夜])(?P<rest>.*)",
    re.DOTALL,
)
_VOLUME = re.compile(rf"卷(?:之)?\s*(?P<number>{HAN_NUMERAL}|[上中下])(?P<rest>(?:[\s:：、.．·].*)?)", re.DOTALL)
_HAN_NAMED = re.compile(
    r"(?:楔子|序言|序章|序幕|序曲|引子|引言|前言|自序|代序|小引|[题題]记|[题題]記|[题題][辞辭]|番外\S{0,3}|尾[声聲]|[后後][记記]|"
    r"[终終]章|[终終]曲|附[录錄]|跋|序|[结結][语語]|[后後]序|附[则則]|附件[一二三四五六七八九十]{0,3}|凡例|弁言|[导導][读讀])(?P<rest>(?:[\s:：、.．·—].{0,40})?)"
)
_NUMERALS = rf"(?P<number>\d{{1,4}}|{ROMAN}|(?:the\s+)?{ENGLISH_NUMERAL}|THE\s+(?i:{ENGLISH_NUMERAL}))"
_ENGLISH = re.compile(
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
_WEB = re.compile(r"(?P<number>\d{1,4})\s*[.、．:：]\s*(?P<rest>[^\d\s](?:.{0,40}|[\x20-\x7e]{0,90}))")
_BARE = re.compile(rf"(?P<number>{ROMAN}|[一二三四五六七八九十百]{{1,4}})[.．、]?")

_LONGEST = 100  # characters of a heading, title and all
_DENSE = 40  # characters of other text between two entries of a table of contents, at most
_CHATTER = 300  # characters between two members of a series of weak marks, at least


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


def find(texts: Sequence[str]) -> list[tuple[Mark, int]]:
    """The headings among blocks, each with its level from 1. `texts` are the blocks, trimmed."""
    sizes = [0]
    for text in texts:
        sizes.append(sizes[-1] + len(text))
    marks = [m for i, text in enumerate(texts) if len(text) <= _LONGEST and (m := parse(text, i))]
    marks = _without_contents(marks, sizes)
    marks = _without_chance(marks, sizes)
    marks = _without_repeats(marks, sizes)
    return _levelled(_titled(marks, texts))


def parse(text: str, block: int = 0) -> Mark | None:
    """The mark that a block's form makes it, or None. Weak marks need a series to be believed."""
    # Markdown is read as text for now: its marks are no part of a title.
    line = one_line(re.sub(r"\A#{1,6}\s+", "", text))
    if re.search(r"\.{4,}\s*\d*$|…{2,}\s*\d+$", line):
        return None  # dot leaders: a line of a table of contents
    for reader in (_han, _english, _named, _weak):
        if mark := reader(line, block):
            return mark
    return None


def one_line(text: str) -> str:
    """White space collapsed; where a Chinese title is spaced with U+3000 it stays so."""
    return re.sub(r"\s+", lambda run: "\u3000" if "\u3000" in run[0] else " ", text.strip())


def _han(line: str, block: int) -> Mark | None:
    if match := _HAN.fullmatch(line):
        rank = _HAN_RANK.get(match["unit"], match["unit"])
        if _is_title(match["rest"], f"{match['unit']}"):
            return Mark(block, block, rank, number(match["number"]), line, not match["rest"].strip())
    if (match := _VOLUME.fullmatch(line)) and len(match["rest"]) <= 30 and not _ends_sentence(match["rest"]):
        place = "上中下".find(match["number"]) + 1 or number(match["number"])
        return Mark(block, block, "卷", place, line, not match["rest"].strip())
    return None


def _is_title(rest: str, unit: str) -> bool:
    """Whether what follows 第X回 can be a title and not the rest of a sentence."""
    title = rest.strip(" \u3000:：.、．·-—")
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
    value = number(re.sub(r"(?i)^the\s+", "", match["number"]))
    unit = match["unit"].lower().rstrip(".").replace("vol", "volume").replace("volumeume", "volume")
    if unit in ("title", "section") and match["unit"].islower():
        return None
    return Mark(block, block, _ENGLISH_RANK.get(unit, _CHAPTER), value, line, not match["rest"].strip(" .:—–-"), unit)


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
        return None if _ends_sentence(line) else Mark(block, block, _NAMED, 0, line, not match["rest"], name)
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
        _NAMED,
        0,
        line.strip("_"),
        not rest.strip("._"),
        (match["order"] or "") + match["name"].lower(),
    )


def _weak(line: str, block: int) -> Mark | None:
    if match := _STORY.fullmatch(line):
        return Mark(block, block, _CHAPTER, number(match["number"]), line, False, "story", weak=True)
    if match := _BARE.fullmatch(line):
        return Mark(block, block, _NUMERAL, number(match["number"]), line.rstrip(".．、"), False, "bare", weak=True)
    if (match := _WEB.fullmatch(line)) and not re.search(r"[。！？；，.!?;,：:]$", line):
        return Mark(block, block, _CHAPTER, int(match["number"]), line, False, "web", weak=True)
    return None


def _runs(marks: Sequence[Mark], sizes: Sequence[int]) -> Iterator[list[Mark]]:
    """Marks in runs with next to no text between them."""
    run: list[Mark] = []
    for mark in marks:
        if run and sizes[mark.block] - sizes[run[-1].last + 1] > _DENSE:
            yield run
            run = []
        run.append(mark)
    if run:
        yield run


def _without_contents(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """Without the entries of tables of contents: a dense run whose headings come again with their text.

    The end of a run that goes down in rank (book, part, chapter) opens the text itself and stays.
    """
    runs = list(_runs(marks, sizes))
    kept: list[Mark] = []
    for i, run in enumerate(runs):
        if len(run) < 4:
            kept += run
            continue
        elsewhere = {_identity(m) for other in (*runs[:i], *runs[i + 1 :]) for m in other}
        tail = _tail(run)
        inside = {_identity(m) for m in run[: len(run) - len(tail)]}
        again = {_identity(m) for m in tail} & inside
        kept += [m for m in tail if _identity(m) in again or _identity(m) not in elsewhere]
    return kept


def _tail(run: Sequence[Mark]) -> list[Mark]:
    tail = [run[-1]]
    for mark in reversed(run[:-1]):
        if _depth(mark) >= _depth(tail[0]) or mark.rank == _NAMED:
            break
        tail.insert(0, mark)
    return tail


def _depth(mark: Mark) -> int:
    order = (*_UPPER, _NAMED, _CHAPTER, _SECTION, _NUMERAL)
    return order.index(mark.rank)


def _identity(mark: Mark) -> tuple[str, int, str]:
    return (mark.rank, mark.number, mark.name)


def _without_chance(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """Weak marks only where they count up from one with text between, as a numbered list does not."""
    strong = [m for m in marks if not m.weak]
    chapters = sum(m.rank == _CHAPTER for m in strong)
    believed = {id(m) for m in strong}
    for name, fewest in (("story", 3), ("bare", 2), ("web", 5)):
        pool = [m for m in marks if m.name == name or (name == "story" and m.name == "adventure")]
        chains = [chain for chain in _chains(pool, sizes, restarts=name == "bare") if len(chain) >= fewest]
        if name == "web":
            chains = [] if chapters >= 3 else sorted(chains, key=len)[-1:]
        believed |= {id(m) for chain in chains for m in chain}
    return [m for m in marks if id(m) in believed]


def _chains(pool: Sequence[Mark], sizes: Sequence[int], restarts: bool) -> Iterator[list[Mark]]:
    """Series 1, 2, 3 … of a pool. Where numbers restart (in each chapter) a 1 ends the series before it."""
    firsts = [i for i, mark in enumerate(pool) if mark.number == 1]
    for first, after in zip(firsts, [*firsts[1:], len(pool)], strict=False):
        chain = [pool[first]]
        for mark in pool[first + 1 : after if restarts else len(pool)]:
            apart = sizes[mark.block] - sizes[chain[-1].block] >= _CHATTER
            if apart and mark.number == chain[-1].number + 1:
                chain.append(mark)
        yield chain


def _without_repeats(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """One mark where a chapter is headed twice: a short head and a long one, or one on every page."""
    kept: list[Mark] = []
    latest: dict[str, int] = {}  # where in `kept` the last mark of each rank is
    newest = -1
    for mark in marks:
        place = latest.get(mark.rank, -1)
        if place >= 0 and not mark.weak and _is_again(mark, kept[place], place == newest, sizes):
            kept[place] = replace(kept[place], title=max(kept[place].title, mark.title, key=len))
            kept.append(replace(mark, echo=True))
            continue
        kept.append(mark)
        latest[mark.rank] = newest = len(kept) - 1
    return kept


def _is_again(mark: Mark, last: Mark, follows: bool, sizes: Sequence[int]) -> bool:
    """Whether a mark says what the last of its rank said: at once, or with the same title later on."""
    if _identity(mark) != _identity(last):
        return False
    near = follows and sizes[mark.block] - sizes[last.last + 1] < 200
    same = _core(mark.title).startswith(_core(last.title)) or _core(last.title).startswith(_core(mark.title))
    upper = mark.rank in _UPPER and not mark.bare
    return near or (same and (upper or follows))


def _core(title: str) -> str:
    """A title from its number on, without spaces: 上卷 第一回 is 第一回."""
    return re.sub(r"\s+", "", title[max(0, title.find("第")) :])


def _titled(marks: Sequence[Mark], texts: Sequence[str]) -> list[Mark]:
    """Bare heads with their titles from the next line, where at least half of a kind have one."""
    taken = {m.block for m in marks}
    titles = {
        m.block: texts[m.last + 1]
        for m in marks
        if m.bare
        and not m.echo
        and m.rank != _NAMED
        and m.last + 1 < len(texts)
        and m.last + 1 not in taken
        and _can_be_title(texts[m.last + 1])
    }
    bare = {m.rank: sum(n.bare and n.rank == m.rank for n in marks) for m in marks}
    found = {m.rank: sum(n.block in titles and n.rank == m.rank for n in marks) for m in marks}
    return [
        replace(m, title=f"{m.title} {one_line(titles[m.block])}", last=m.last + 1)
        if m.block in titles and 2 * found[m.rank] >= bare[m.rank] and (found[m.rank] > 1 or bare[m.rank] == 1)
        else m
        for m in marks
    ]


def _can_be_title(text: str) -> bool:
    """Short, without a sentence's end, and in English with capitals, as titles are set."""
    line = one_line(text)
    if re.search(r"[\u4e00-\u9fff]", line):
        return len(line) <= 25 and not re.search(r"[，。！？；：“”、…]", line)
    words = [w for w in re.findall(r"[^\W\d_]+", line) if len(w) > 3]
    if not words or len(line) > 70 or re.search(r"[,;:!?\"”]$|[“\"]", line):
        return False
    return (
        line.isupper()
        or (not line.endswith(".") and all(w[0].isupper() for w in words))
        or _is_short_phrase(line, words)
    )


def _is_short_phrase(line: str, words: Sequence[str]) -> bool:
    return len(words) <= 4 and line[0].isupper() and not line.endswith(".") and len(line) <= 40


def _levelled(marks: Sequence[Mark]) -> list[tuple[Mark, int]]:
    order = list(dict.fromkeys(m.rank for m in marks if m.rank in _UPPER))
    if "分编" in order and "编" in order:
        order.sort(key=lambda rank: (rank == "分编") - (rank == "编"))
    order += [rank for rank in (_CHAPTER, _SECTION, _NUMERAL) if any(m.rank == rank for m in marks)]
    level = {rank: i + 1 for i, rank in enumerate(order)}
    numbered = [i for i, m in enumerate(marks) if m.rank != _NAMED]
    last = numbered[-1] if numbered else 0
    return [
        (m, level[m.rank] if m.rank != _NAMED else _level_of_named(marks, i, last, level)) for i, m in enumerate(marks)
    ]


def _level_of_named(marks: Sequence[Mark], i: int, last: int, level: dict[str, int]) -> int:
    """A preface or epilogue stands at the top, but inside a part it is one of the part's chapters."""
    inside = i < last and any(m.rank in _UPPER for m in marks[:i])
    return level.get(_CHAPTER, 1) if inside else 1
