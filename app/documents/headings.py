"""Headings: which lines of a plain text open a part, a chapter, a letter, and how deep each stands.

Nothing in a TXT file marks a heading, so three things decide: its form (`parse`), its company
(a series that counts up, no dense table of contents) and the text that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
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
    rf"(?:(?:正文|VIP|vip)卷?\s*|[上中下][卷部篇册]\s*|(?:第{HAN_NUMERAL}[卷部集]|卷之?{HAN_NUMERAL})\s*[^\s第]{{0,12}}\s+(?=第))?"
    rf"第\s*(?P<number>{HAN_NUMERAL})\s*(?P<unit>分[编編]|部分|[回章卷节節部集篇编編幕折话話夜])(?P<rest>.*)",
    re.DOTALL,
)
_VOLUME = re.compile(rf"卷(?:之)?\s*(?P<number>{HAN_NUMERAL}|[上中下])(?P<rest>(?:[\s:：、.．·].*)?)", re.DOTALL)
_HAN_NAMED = re.compile(
    r"(?:楔子|序言|序章|序幕|序曲|引子|引言|前言|自序|代序|小引|[题題]记|[题題]記|[题題][辞辭]|番外\S{0,3}|尾[声聲]|[后後][记記]|"
    r"[终終]章|[终終]曲|附[录錄]|跋|序|[结結][语語]|[后後]序|附[则則]|附件[一二三四五六七八九十]{0,3}|凡例|弁言|[完上][本架]感言|写在(?:前面|最后|最後)|[内內作][容品][简簡]介|[导導][读讀])(?P<rest>(?:[\s:：、.．·—].{0,40})?)"
)
_NUMERALS = rf"(?P<number>\d{{1,4}}|{ROMAN}|(?:the\s+)?{ENGLISH_NUMERAL}|THE\s+(?i:{ENGLISH_NUMERAL}))"
_ENGLISH = re.compile(
    r"(?:(?i:vol(?:ume)?)\.?\s*\d+[\s,.:–—-]+(?=(?i:ch)))?"
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
_SERIAL = re.compile(
    r"(?:(?P<web>0\d{1,3}(?=\s)|\d{1,4}(?=\s+[\u4e00-\u9fff]))|(?P<enumerated>[一二三四五六七八九十百]{1,5})、)\s*(?P<rest>\D.{0,40})"
    r"|[（(](?P<bare>[一二三四五六七八九十百]{1,4})[)）]"
)
_STAR = re.compile(r"(?P<star>[☆★◆◇])[、\s]\s*\S.{0,40}")
# What begins a heading, so that most of a book's lines need no closer look.
_OPENING = re.compile(
    r"\W*(?:[第卷正上中下楔序引前自代小題题番尾后後終终附跋結结凡弁導导完写內内作]|[A-Za-z_\d]|[一二三四五六七八九十百]|VIP)|[☆★◆◇]"
)
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_ORNAMENT = "☆★◆◇■□●○※＊*=＝─━—–~～#§◎▲△▼▽"
_ORNAMENTED = re.compile(rf"[{_ORNAMENT}\s]*(?:(?<=[{_ORNAMENT}])[、.]\s*)?(?P<inner>.*?)[{_ORNAMENT}\s]*", re.DOTALL)
_BRACKETED = re.compile(r"[【\[〔](?P<inner>[^】\]〕]+)[】\]〕]\s*(?P<rest>.*)", re.DOTALL)
# The end of a chapter, or what is said about it: 第三章完, 第三章（未完待续）.
_END = re.compile(
    r"\s*[（(【]?(?:全?完|完结|完結|未完(?:待[续續])?|待[续續])[）)】]?[。！!]?|[（(【]?全?[终終][）)】]?"
)
_ENDED = re.compile(r"[\s（(【](?:[终終]|[结結]束)[）)】]?$")
_CONTENTS = re.compile(r"(?:table of )?contents|目\s*[录錄次]", re.IGNORECASE)
_FRONT = 0.2  # of a text, where its table of contents stands

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
    marks = [m for i, text in enumerate(texts) if len(text) <= _LONGEST and (m := parse(text, i, in_series=True))]
    marks = _without_contents(marks, sizes)
    marks = _without_chance(marks, sizes)
    if sum(m.rank == _CHAPTER for m in marks) < 3:
        marks = sorted([*marks, *_listed(texts, sizes, {m.block for m in marks})], key=lambda m: m.block)
    marks = _without_repeats(marks, sizes)
    return _levelled(_titled(marks, texts))


def parse(text: str, block: int = 0, in_series: bool = False) -> Mark | None:
    """The mark that a block's form makes it, or None. Weak marks need a series to be believed; `in_series` gives
    those too that would be nothing without one.
    """
    if not _OPENING.match(text):
        return None
    # Markdown is read as text for now: its marks are no part of a title.
    line = one_line(re.sub(r"\A#{1,6}\s+", "", text.translate(_UNSEEN)))
    if re.search(r"\.{4,}\s*\d*$|…{2,}\s*\d+$", line):
        return None  # dot leaders: a line of a table of contents
    for form in dict.fromkeys(_forms(line)):
        for reader in (_han, _english, _named):
            if mark := reader(form, block):
                if mark.weak and not in_series:
                    return None
                return mark if form == line or line[0] in _ORNAMENT else replace(mark, title=line)
    return _weak(line, block) or (_serial(line, block) if in_series else None)


def _forms(line: str) -> Iterator[str]:
    """A line as it is, without what adorns it, and out of its brackets: ☆、第一章, ==第一章==, 【第一章】起."""
    yield line
    if (match := _ORNAMENTED.fullmatch(line)) and match["inner"]:
        line = match["inner"]
        yield line
    if match := _BRACKETED.fullmatch(line):
        yield f"{match['inner']} {match['rest']}".strip()


def one_line(text: str) -> str:
    """White space collapsed; where a Chinese title is spaced with U+3000 it stays so."""
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


def _serial(line: str, block: int) -> Mark | None:
    """Forms that anything may have: 001 起, 一、起, （一）, ☆、起."""
    if (match := _SERIAL.fullmatch(line)) and not re.search(r"[。！？；，.!?;,：:]$", line):
        name = match.lastgroup if match.lastgroup != "rest" else "web" if match["web"] else "enumerated"
        rank = _NUMERAL if name == "bare" else _CHAPTER
        return Mark(block, block, rank, number(match[name or 0]), line, False, name or "", weak=True)
    if match := _STAR.fullmatch(line):
        return Mark(block, block, _CHAPTER, 0, line[1:].lstrip(" 、"), False, match["star"], weak=True)
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
    for name, fewest in (("story", 3), ("bare", 2)):
        pool = [m for m in marks if m.name == name or (name == "story" and m.name == "adventure")]
        chains = [chain for chain in _chains(pool, sizes, restarts=name == "bare") if len(chain) >= fewest]
        believed |= {id(m) for chain in chains for m in chain}
    if chapters < 3:
        pools = [list(_chains([m for m in marks if m.name == name], sizes, False, 3)) for name in ("web", "enumerated")]
        pools += [[_apart([m for m in marks if m.name == star], sizes)] for star in "☆★◆◇"]
        # One title again and again with its page's number is no chapter.
        varied = [c for pool in pools for c in pool if 2 * len({_words(m.title) for m in c}) > len(c) >= 5]
        believed |= {id(m) for m in max(varied, key=len, default=[])}
    return _with_gaps([m for m in marks if id(m) in believed or m.name == "gap"], sizes)


def _chains(pool: Sequence[Mark], sizes: Sequence[int], restarts: bool, step: int = 1) -> Iterator[list[Mark]]:
    """Series 1, 2, 3 … of a pool, by steps of one or, where chapters were lost, a few. Where numbers restart
    (in each chapter) a 1 ends the series before it.
    """
    firsts = [i for i, mark in enumerate(pool) if mark.number == 1]
    for first, after in zip(firsts, [*firsts[1:], len(pool)], strict=False):
        chain = [pool[first]]
        for mark in pool[first + 1 : after if restarts else len(pool)]:
            apart = sizes[mark.block] - sizes[chain[-1].block] >= _CHATTER
            if apart and 1 <= mark.number - chain[-1].number <= step:
                chain.append(mark)
        yield chain


def _words(title: str) -> str:
    return re.sub(r"[\d\W]+", "", title)


def _apart(pool: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """The marks of a pool with text between them."""
    kept: list[Mark] = []
    for mark in pool:
        if not kept or sizes[mark.block] - sizes[kept[-1].block] >= _CHATTER:
            kept.append(mark)
    return kept


def _listed(texts: Sequence[str], sizes: Sequence[int], taken: Set[int]) -> list[Mark]:
    """The titles without numbers that the table of contents at the front lists, where they come again."""
    front = (i for i, text in enumerate(texts) if sizes[i] <= _FRONT * sizes[-1] and len(text) < 5000)
    opening = next((i for i in front if _CONTENTS.fullmatch(texts[i].split("\n")[0].strip(" .:：\u3000"))), None)
    if opening is None:
        return []
    listed: dict[str, int] = {}
    after = opening
    for after in range(opening, len(texts)):
        lines = texts[after].split("\n")[1 if after == opening else 0 :]
        if any(len(line) > _LONGEST for line in lines) or (len(lines) == 1 and _entry(lines[0]) in listed):
            break
        listed |= {entry: -1 for line in lines if len(entry := _entry(line)) > 1}
    for i in range(after, len(texts)):
        if len(texts[i]) <= _LONGEST and listed.get(entry := _entry(texts[i])) == -1:
            listed[entry] = i
    found = [(i, entry) for entry, i in listed.items() if i >= 0]
    if len(found) < 3 or 2 * len(found) < len(listed):
        return []
    return [Mark(i, i, _CHAPTER, 0, one_line(texts[i]), False, entry) for i, entry in found if i not in taken]


def _entry(line: str) -> str:
    """The letters of an entry in a table of contents, without its page."""
    return re.sub(r"[\W_]+", "", re.sub(r"[\s.·…]*\d+\s*$", "", line)).casefold()


def _with_gaps(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """Without marks that only look like headings, but for those whose number a series lacks where they stand."""
    kept: list[Mark] = []
    for i, mark in enumerate(marks):
        if mark.name == "gap":
            before = next((m for m in reversed(kept) if m.rank == mark.rank), None)
            after = next((m for m in marks[i + 1 :] if m.rank == mark.rank and m.name != "gap"), None)
            fits = before and before.number == mark.number - 1 and (not after or after.number in (1, mark.number + 1))
            if not fits or not before or sizes[mark.block] - sizes[before.block] < _CHATTER:
                continue
        kept.append(mark)
    return kept


def _without_repeats(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """One mark where a chapter is headed twice: a short head and a long one, or one on every page."""
    kept: list[Mark] = []
    latest: dict[str, int] = {}  # where in `kept` the last mark of each rank is
    newest = -1
    for mark in marks:
        place = latest.get(mark.rank, -1)
        if place >= 0 and _identity(mark) == _identity(kept[place]) and _ENDED.search(mark.title):
            continue
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
