"""Headings: which lines of a plain text open a part, a chapter, a letter, and how deep each stands.

Nothing in a TXT file marks a heading, so three things decide: its form (`parse`), its company
(a series that counts up, no dense table of contents) and the text that follows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import islice, pairwise

from app.documents.mark import CHAPTER, LONGEST, NAMED, NUMERAL, SECTION, UPPER, Mark, one_line, parse

__all__ = ["Mark", "find", "one_line", "parse"]

_ENDED = re.compile(r"[\s（(【](?:[终終]|[结結]束)[）)】]?$")
_SENTENCE_END = re.compile(r"[。！？!?….．”’」』\"')）—*]\s*\Z")
_CONTENTS = re.compile(r"(?:table of )?contents|目\s*[录錄次]", re.IGNORECASE)
_FRONT = 0.2  # of a text, where its table of contents stands
_MOST = 50_000  # headings of a book; more are the rows of a table
_DENSE = 40  # characters of other text between two entries of a table of contents, at most
_STARTS = 20  # of a series that does not restart, that are tried
_CHATTER = 300  # characters between two members of a series of weak marks, at least


def find(texts: Sequence[str]) -> list[tuple[Mark, int]]:
    """The headings among blocks, each with its level from 1. `texts` are the blocks, trimmed."""
    sizes = [0]
    for text in texts:
        sizes.append(sizes[-1] + len(text))
    found = (m for i, text in enumerate(texts) if len(text) <= LONGEST and (m := parse(text, i, in_series=True)))
    marks = list(islice(found, _MOST + 1))
    if len(marks) > _MOST:
        return []
    numbers = [m for m in marks if m.name == "digit"]
    marks = [m for m in marks if m.name != "digit"]
    marks = _without_mentions(_without_contents(marks, sizes))
    marks = _without_chance(marks, sizes)
    if sum(m.rank == CHAPTER for m in marks) < 3:
        more = _numbered(numbers, texts, sizes) or _listed(texts, sizes, {m.block for m in marks})
        marks = sorted([*marks, *more], key=lambda m: m.block)
    marks = _without_repeats(marks, sizes)
    return _levelled(_titled(marks, texts))


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
    shown = Counter(identity for run in runs for identity in {_identity(m) for m in run})
    kept: list[Mark] = []
    for run in runs:
        if len(run) < 4 or (len(runs) == 1 and _is_whole_book(run, sizes)):
            kept += run
            continue
        tail = _tail(run)
        inside = {_identity(m) for m in run[: len(run) - len(tail)]}
        again = {_identity(m) for m in tail} & inside
        kept += [m for m in tail if _identity(m) in again or shown[_identity(m)] == 1]
    return kept


def _tail(run: Sequence[Mark]) -> list[Mark]:
    tail = [run[-1]]
    for mark in reversed(run[:-1]):
        if _depth(mark) >= _depth(tail[0]) or mark.rank == NAMED:
            break
        tail.insert(0, mark)
    return tail


def _depth(mark: Mark) -> int:
    order = (*UPPER, NAMED, CHAPTER, SECTION, NUMERAL)
    return order.index(mark.rank)


def _identity(mark: Mark) -> tuple[str, int, str]:
    return (mark.rank, mark.number, mark.name)


def _is_whole_book(run: Sequence[Mark], sizes: Sequence[int]) -> bool:
    """Whether a dense run is no table of contents but a book of a few lines: text under each, and none elsewhere."""
    under = [sizes[after.block] - sizes[mark.last + 1] for mark, after in pairwise(run)]
    last = sizes[-1] - sizes[run[-1].last + 1]
    return min(under) > 0 and 0 < last <= 4 * _DENSE and sizes[run[0].block] <= _CHATTER


def _without_mentions(marks: Sequence[Mark]) -> list[Mark]:
    """Without a chapter that is only spoken of: its number goes back to that of an earlier one whose title it
    repeats, and the series goes on as if it were not there.
    """
    chapters = [m for m in marks if m.rank == CHAPTER and not m.weak]
    titles: dict[int, str] = {}
    dropped = set()
    last = 0
    for i, mark in enumerate(chapters):
        following = chapters[i + 1].number if i + 1 < len(chapters) else last + 1
        earlier = titles.get(mark.number, "")
        if 1 < mark.number < last < following and earlier and _core(mark.title).startswith(earlier):
            dropped.add(id(mark))
            continue
        if not mark.bare:
            titles[mark.number] = _core(mark.title)
        last = mark.number
    return [m for m in marks if id(m) not in dropped]


def _without_chance(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """Weak marks only where they count up from one with text between, as a numbered list does not."""
    strong = [m for m in marks if not m.weak]
    chapters = sum(m.rank == CHAPTER for m in strong)
    believed = {id(m) for m in strong}
    for name, fewest in (("story", 3), ("bare", 2)):
        pool = [m for m in marks if m.name == name or (name == "story" and m.name == "adventure")]
        chains = [chain for chain in _chains(pool, sizes, restarts=name == "bare") if len(chain) >= fewest]
        believed |= {id(m) for chain in chains for m in chain}
    if chapters < 3:
        pools = [list(_chains([m for m in marks if m.name == name], sizes, False, 3)) for name in ("web", "enumerated")]
        pools += [[_apart([m for m in marks if m.name == star], sizes)] for star in "☆★◆◇"]
        # One title again and again with its page's number is no chapter.
        varied = [
            c for pool in pools for c in pool if c and 2 * len({_words(m.title) for m in c}) > len(c) and _is_long(c)
        ]
        believed |= {id(m) for m in max(varied, key=len, default=[])}
    return _with_gaps([m for m in marks if id(m) in believed or m.name == "gap"], sizes)


def _is_long(chain: Sequence[Mark]) -> bool:
    """Five of a series are enough, or three that lack none where a space follows the number: 001 起."""
    whole = chain[-1].number - chain[0].number == len(chain) - 1
    return len(chain) >= 5 or (len(chain) >= 3 and whole and bool(re.match(r"\d+\s", chain[0].title)))


def _numbered(numbers: Sequence[Mark], texts: Sequence[str], sizes: Sequence[int]) -> list[Mark]:
    """Numbers alone on their lines that are chapters: three and more, each behind a whole sentence, as the
    number of a page is only by chance.
    """
    kept: list[Mark] = []
    for chain in _chains(numbers, sizes, restarts=True):
        ended = sum(bool(_SENTENCE_END.search(texts[m.block - 1])) for m in chain[1:])
        if len(chain) >= 3 and ended >= 0.9 * (len(chain) - 1):
            kept += chain
    return kept


def _chains(pool: Sequence[Mark], sizes: Sequence[int], restarts: bool, step: int = 1) -> Iterator[list[Mark]]:
    """Series 1, 2, 3 … of a pool, by steps of one or, where chapters were lost, a few. Where numbers restart
    (in each chapter) a 1 ends the series before it.
    """
    firsts = [i for i, mark in enumerate(pool) if mark.number == 1][: None if restarts else _STARTS]
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
        if any(len(line) > LONGEST for line in lines) or (len(lines) == 1 and _entry(lines[0]) in listed):
            break
        listed |= {entry: -1 for line in lines if len(entry := _entry(line)) > 1}
    for i in range(after, len(texts)):
        if len(texts[i]) <= LONGEST and listed.get(entry := _entry(texts[i])) == -1:
            listed[entry] = i
    found = [(i, entry) for entry, i in listed.items() if i >= 0]
    if len(found) < 3 or 2 * len(found) < len(listed):
        return []
    return [Mark(i, i, CHAPTER, 0, one_line(texts[i]), False, entry) for i, entry in found if i not in taken]


def _entry(line: str) -> str:
    """The letters of an entry in a table of contents, without its page."""
    return re.sub(r"[\W_]+", "", re.sub(r"[\s.·…]*\d+\s*$", "", line)).casefold()


def _with_gaps(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """Without marks that only look like headings, but for those whose number a series lacks where they stand."""
    after: dict[str, int] = {}  # the number of the next sure mark of each rank
    following = []
    for mark in reversed(marks):
        following.append(after.get(mark.rank, 1))
        if mark.name != "gap":
            after[mark.rank] = mark.number
    kept: list[Mark] = []
    before: dict[str, Mark] = {}
    for mark, number_after in zip(marks, reversed(following), strict=True):
        last = before.get(mark.rank)
        fits = last and last.number == mark.number - 1 and number_after in (1, mark.number + 1)
        if mark.name == "gap" and not (fits and last and sizes[mark.block] - sizes[last.block] >= _CHATTER):
            continue
        kept.append(mark)
        before[mark.rank] = mark
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
    upper = mark.rank in UPPER and not mark.bare
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
        and m.rank != NAMED
        and m.last + 1 < len(texts)
        and m.last + 1 not in taken
        and _can_be_title(texts[m.last + 1])
    }
    bare = Counter(m.rank for m in marks if m.bare)
    found = Counter(m.rank for m in marks if m.block in titles)
    return [
        replace(m, title=f"{m.title} {one_line(titles[m.block])}", last=m.last + 1)
        if m.block in titles and 2 * found[m.rank] >= bare[m.rank] and (found[m.rank] > 1 or bare[m.rank] == 1)
        else m
        for m in marks
    ]


def _can_be_title(text: str) -> bool:
    """Short, without a sentence's end, and in English with capitals, as titles are set."""
    if len(text) > LONGEST:
        return False
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
    order = list(dict.fromkeys(m.rank for m in marks if m.rank in UPPER))
    if "分编" in order and "编" in order:
        order.sort(key=lambda rank: (rank == "分编") - (rank == "编"))
    order += [rank for rank in (CHAPTER, SECTION, NUMERAL) if any(m.rank == rank for m in marks)]
    level = {rank: i + 1 for i, rank in enumerate(order)}
    # A preface or epilogue stands at the top, but inside a part it is one of the part's chapters.
    first = next((i for i, m in enumerate(marks) if m.rank in UPPER), len(marks))
    last = max((i for i, m in enumerate(marks) if m.rank != NAMED), default=0)
    named = [level.get(CHAPTER, 1) if first < i < last else 1 for i in range(len(marks))]
    return [(m, named[i] if m.rank == NAMED else level[m.rank]) for i, m in enumerate(marks)]
