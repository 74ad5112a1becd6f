"""PRC: 编章节条款项目, with 之X, as Chinese laws are written; Taiwanese and Japanese ones alike."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence

from app.documents.document import Block, Law, Section, Unit
from app.documents.law import clauses, divisions, promulgation
from app.documents.outline import nested
from model.labels import HAN_NUMERAL, article, number

_NUMBER = rf"第\s*{HAN_NUMERAL}(?:-[0-9]+)?\s*[条條](?:\s*[之の]\s*{HAN_NUMERAL})*"
_ARTICLE = re.compile(rf"{_NUMBER}(?=\s|【|\[|［|（|\(|$)")
_TIGHT_ARTICLE = re.compile(rf"{_NUMBER}(?![款项項的之の规規、，；。至和或及与與])")
_AMENDMENT = re.compile(r"(?P<number>[一二三四五六七八九十百]+)、(?=\S)")
_TITLE = re.compile(
    r"\s*(?:【[^】]{1,60}】|［[^］]{1,60}］|\[[^\]]{1,60}\]|[（(](?![一二三四五六七八九十百]+[）)])[^）)]{1,40}[）)](?=\S|\s*$))?\s*"
)
_DELETED = re.compile(r"\s*[（(【\[]?\s*(?:已?删[去除]|已?刪[去除]|已?废止|削除)\s*[）)】\]]?[。.]?\s*")
_AMENDS = re.compile(r"修改为|增加|删去|删除|改为|修改成|作为")
_NATION = re.compile(r"^中华人民共和国")
_COUNTED = re.compile(rf"修正案[（(](?P<number>{HAN_NUMERAL})[）)]$")
_AMENDING = re.compile(r"修正案|关于修改.*的决定")
_NAMED = re.compile(r"(?:法|法典|条例|條例|规定|办法|细则|解释|规则|决定|修正案|法律)(?:[（(《].{0,30})?$")
_COMMENTARY = re.compile(r"释义|评注|解读|条文主旨|条文解读|理解与适用|讲义|教程")
_REPORT = re.compile(rf"{_COMMENTARY.pattern}|表决|审议|说明|^.*通过.*修正案", re.MULTILINE)
_KANA = re.compile(r"[\u3041-\u3096]")
_AGENCY = re.compile(r"[（(]?新华社.{0,20}电[）)]?")
_SENTENCE = re.compile(r"[。；：，:;]")
_CAPTION = re.compile(r"[（(][^（()）]{1,40}[）)]")

_FEWEST, _FEWEST_NAMED = 3, 1
_LONGEST = 600  # characters of an average article of a text that does not call itself a law, at most
_LONGEST_NAMED = 5_000
_FRONT = 6  # blocks among which a law's name stands

Clause = Callable[[str, int, Sequence[Block]], tuple[Unit, ...]]
Label = tuple[int, str]
"""The block that an article opens, and its label."""


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The law in a Chinese or Japanese text and its sections, None if it is none."""
    if amendments := _amendments(text, blocks, insist=False):
        return _law(text, blocks, amendments)
    whole = _whole(text, blocks, sections, insist)
    found = [labels for form in (_ARTICLE, _TIGHT_ARTICLE) if (labels := _labelled(text, blocks, form))]
    for labels in found:
        kept = _in_order(text, blocks, labels)
        if whole and _are_quoted(text, blocks, kept):
            continue
        if kept and (insist or _is_law(text, blocks, labels, kept)):
            if labels is found[0] and not _is_amending(text, blocks):
                kept = _with_strays(kept, labels)
            return _law(text, blocks, _filled(kept, found[-1]))
    if insist and (items := _amendments(text, blocks, insist)):
        return _law(text, blocks, items)
    return whole


def _whole(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """An act without articles or items, whose body is one unit that is cited by the act's own name.

    An amending act (刑法修正案（二）) is recognised; any other only if the user says so and its front does.
    """
    amending = _is_named(text, blocks) and _is_amending(text, blocks)
    amending = amending and len(text) < _LONGEST_NAMED and not _REPORT.search(_front(text, blocks[:2]))
    if not amending and not (insist and _is_act(text, blocks)):
        return None
    first = next((i for i, b in enumerate(blocks) if i and _is_body(text, b)), len(blocks))
    if first == len(blocks) or (amending and not _AMENDS.search(text, blocks[first].start)):
        return None
    last = next(i for i in range(len(blocks), first, -1) if i == first + 1 or not _is_apart(text, blocks[i - 1]))
    lines = [text[b.start : b.end] for b in blocks[:first]]
    name = next((line for line in lines if len(line) <= 80 and _NAMED.search(line.strip())), lines[0])
    label = _NATION.sub("", divisions.one_line(name))[:80]
    count = _COUNTED.search(label)
    unit = Unit(
        label,
        str(number(count["number"])) if count else "",
        blocks[first].start,
        blocks[last - 1].end,
        level="amendment" if amending else "act",
    )
    history = promulgation.notes(text, blocks[:first])
    law = Law("JP" if _is_japanese(text) else "CN", (unit,), history, promulgation.version(text, history))
    return law, sections


def _is_body(text: str, block: Block) -> bool:
    """Whether a block says something, unlike the names, numbers and notes in front of an act."""
    words = text[block.start : block.end]
    return block.kind != "heading" and bool(_SENTENCE.search(words)) and not promulgation.notes(text, [block])


def _is_act(text: str, blocks: Sequence[Block]) -> bool:
    """Whether a text's first line is an act's name or a note of adoption stands in front."""
    named = any(_NAMED.search(text[b.start : b.end].strip()) for b in blocks[:2] if b.end - b.start <= 80)
    return named or bool(promulgation.notes(text, blocks[:_FRONT]))


def _are_quoted(text: str, blocks: Sequence[Block], kept: Sequence[Label]) -> bool:
    """Whether the few articles of an amending act amend nothing: they are the words of the law amended."""
    ends = [i for i, _ in kept[1:]] + [len(blocks)]
    return len(kept) < _FEWEST and not any(
        _AMENDS.search(text, blocks[i].start, blocks[end - 1].end) for (i, _), end in zip(kept, ends, strict=False)
    )


def _law(text: str, blocks: Sequence[Block], labels: Sequence[Label]) -> tuple[Law, tuple[Section, ...]]:
    opens = {i for i, _ in labels}
    # What stands at a line's start in an amending law may be quoted from the law that it amends.
    heads = [] if _is_amending(text, blocks) else divisions.found(text, blocks, opens)
    japanese = _is_japanese(text)
    clause = clauses.japanese if japanese else clauses.taiwanese if _is_taiwanese(text, labels) else clauses.chinese
    title = divisions.one_line(text[blocks[0].start : blocks[0].end])[:80]
    sections = nested(divisions.entries(heads, blocks), len(text), title, blocks)
    stops = sorted(opens | {d.block for d in heads} | divisions.names(text, blocks))
    holding = sections if heads else ()
    units = tuple(
        _unit(text, label, blocks[i : _end(text, blocks, stops, i, japanese)], holding, clause) for i, label in labels
    )
    history = promulgation.notes(text, blocks[: min(opens)])
    return Law("JP" if japanese else "CN", units, history, promulgation.version(text, history)), sections


def _end(text: str, blocks: Sequence[Block], stops: Sequence[int], i: int, japanese: bool) -> int:
    """The block after an article's last."""
    place = bisect_left(stops, i + 1)
    end = stops[place] if place < len(stops) else len(blocks)
    # In Japanese laws an article's caption stands on the line above it.
    if japanese and end > i + 1 and _CAPTION.fullmatch(text[blocks[end - 1].start : blocks[end - 1].end]):
        end -= 1
    while end > i + 1 and _is_apart(text, blocks[end - 1]):
        end -= 1
    return end


def _is_apart(text: str, block: Block) -> bool:
    """Whether a block behind an article is none of its words: a footnote, or who sent the news of the law."""
    return block.kind == "note" or bool(_AGENCY.fullmatch(text, block.start, block.end))


def _unit(text: str, label: str, blocks: Sequence[Block], sections: Sequence[Section], clause: Clause) -> Unit:
    start, end = blocks[0].start, blocks[-1].end
    path = tuple(s.title for s in sections if s.start <= start < s.end)
    amendment = _AMENDMENT.match(label + "…")
    plain = str(number(amendment["number"])) if amendment else article(label)
    words = _TITLE.match(text, start + len(label), end)
    deleted = bool(_DELETED.fullmatch(text, start + len(label), end))
    parts: tuple[Unit, ...] = ()
    if not deleted and not amendment:
        after = words.end() if words else start + len(label)
        parts = clause(text, after, blocks)
    return Unit(label, plain, start, end, path, repealed=deleted, parts=parts)


def _labelled(text: str, blocks: Sequence[Block], form: re.Pattern[str]) -> list[Label]:
    return [
        (i, match[0])
        for i, b in enumerate(blocks)
        if b.kind not in ("note", "table") and (match := form.match(text, b.start, b.end))
    ]


def _in_order(text: str, blocks: Sequence[Block], labels: Sequence[Label]) -> list[Label]:
    """The labels that count up: an article quoted at a line's start opens none. A new 第一条, 第二条
    begins a new law in the same file; a run of lines without a sentence is a table of contents.
    """
    orders = [_order(label) for _, label in labels]
    cuts = [i for i in range(1, len(labels) - 1) if orders[i] == (1, 0) and orders[i + 1] == (2, 0)]
    runs = [range(a, b) for a, b in itertools.pairwise([0, *cuts, len(labels)])]
    kept = [
        k for run in runs if len(runs) == 1 or _has_sentences(text, blocks, labels, run) for k in _rising(orders, run)
    ]
    if _is_amending(text, blocks):
        kept = [k for i, k in enumerate(kept) if orders[k][0] <= orders[kept[0]][0] + i]
    return [labels[k] for k in kept]


def _with_strays(kept: Sequence[Label], labels: Sequence[Label]) -> list[Label]:
    """With articles that an edition set in the wrong place: their numbers stand nowhere else."""
    numbers = {_order(label) for _, label in kept}
    strays = [label for label in labels if _order(label[1]) not in numbers]
    return sorted([*kept, *(strays if 20 * len(strays) <= len(kept) else [])])


def _filled(labels: Sequence[Label], others: Sequence[Label]) -> list[Label]:
    """Labels with those of another form in their gaps: a space that is missing after one hides no article."""
    filled = list(labels[:1])
    for label in labels[1:]:
        for other in others:
            if filled[-1][0] < other[0] < label[0] and _order(filled[-1][1]) < _order(other[1]) < _order(label[1]):
                filled.append(other)
        filled.append(label)
    return filled


def _has_sentences(text: str, blocks: Sequence[Block], labels: Sequence[Label], run: range) -> bool:
    ended = 0
    for k in run:
        first, last = labels[k][0], labels[k + 1][0] if k + 1 < len(labels) else labels[k][0] + 1
        ended += "。" in text[blocks[first].start : blocks[max(first, last - 1)].end]
    return 2 * ended > len(run)


def _rising(orders: Sequence[tuple[int, int]], run: range) -> list[int]:
    """The longest rising sub-sequence of a run (patience sorting), by index."""
    tops: list[tuple[int, int]] = []
    at: list[int] = []
    before: dict[int, int] = {}
    for k in run:
        pile = bisect_left(tops, orders[k])
        if pile:
            before[k] = at[pile - 1]
        tops[pile : pile + 1] = [orders[k]]
        at[pile : pile + 1] = [k]
    chain = at[-1:]
    while chain and chain[-1] in before:
        chain.append(before[chain[-1]])
    return chain[::-1]


def _order(label: str) -> tuple[int, int]:
    main, _, branch = article(label).partition("-")
    return int(main), int(branch.partition("-")[0] or 0)


def _is_law(text: str, blocks: Sequence[Block], labels: Sequence[Label], kept: Sequence[Label]) -> bool:
    """Articles in order with most of the text inside them; fewer and longer ones do where the text says
    in front that it is a law.
    """
    if _COMMENTARY.search(_front(text, blocks)) or len(re.findall(r"【释义】|条文主旨", text)) > len(kept) / 2:
        return False
    named = _is_named(text, blocks)
    start = blocks[kept[0][0]].start
    longest = _LONGEST_NAMED if named else _LONGEST
    if len(kept) < (_FEWEST_NAMED if named else _FEWEST) or len(text) - start < (0.1 if named else 0.5) * len(text):
        return False
    return len(kept) >= 0.8 * len(labels) and (len(text) - start) / len(kept) < longest


def _front(text: str, blocks: Sequence[Block]) -> str:
    return "\n".join(text[b.start : min(b.end, b.start + 80)] for b in blocks[:_FRONT])


def _is_named(text: str, blocks: Sequence[Block]) -> bool:
    """Whether a line in front is a law's name and a note of its adoption or a general rule stands by it."""
    front = blocks[:_FRONT]
    names = any(b.end - b.start <= 80 and _NAMED.search(text[b.start : b.end].strip()) for b in front)
    return names and bool(promulgation.notes(text, blocks[:40]))


def _is_amending(text: str, blocks: Sequence[Block]) -> bool:
    return any(_AMENDING.search(text[b.start : b.end]) for b in blocks[:2] if b.end - b.start <= 80)


def _amendments(text: str, blocks: Sequence[Block], insist: bool) -> list[Label]:
    """The items 一、二、三、 of an amending law (刑法修正案 has no articles), if it is one; of any act that has
    no others if the user says so.
    """
    if not (_is_act(text, blocks) if insist else _is_named(text, blocks) and _is_amending(text, blocks)):
        return []
    labels: list[Label] = []
    for i, block in enumerate(blocks):
        if (match := _AMENDMENT.match(text, block.start, block.end)) and number(match["number"]) == len(labels) + 1:
            labels.append((i, match[0]))
    ends = [i for i, _ in labels[1:]] + [len(blocks)]
    amending = sum(
        bool(_AMENDS.search(text, blocks[i].start, blocks[end - 1].end))
        for (i, _), end in zip(labels, ends, strict=False)
    )
    return labels if labels and (insist or 2 * amending >= len(labels)) else []


def _is_taiwanese(text: str, labels: Sequence[Label]) -> bool:
    """Whether 項 are the paragraphs and 款 their items."""
    return "條" in labels[0][1] and len(re.findall("[前一二三四五]項", text)) > len(
        re.findall("[前一二三四五]款[之的]規", text)
    )


def _is_japanese(text: str) -> bool:
    sample = text[:4000] + text[len(text) // 2 : len(text) // 2 + 4000]
    return len(_KANA.findall(sample)) > 0.1 * len(sample)
