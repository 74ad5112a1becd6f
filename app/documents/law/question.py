"""Question: the units that a question names by number or by their own words, without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.documents.document import Document
from app.documents.law import called, citing, quoted, wording
from app.documents.law.called import Mention
from app.documents.law.references import references
from app.documents.law.register import Target
from app.documents.law.residue import asks_no_more

_POINTS = r"refer(?:s|red|ring)?\s+to|cit(?:es?|ing)|mention(?:s|ing)?|referenc(?:es?|ing)|points?\s+to|verweist\s+auf"
_CHINESE_POINTS = r"引用|援引|提到|提及|指向|参照|所指|所称|准用"
_REFERS = re.compile(
    rf"(?<!is )(?<!are )(?<!was )(?<!were )\b(?:{_POINTS})\b(?!\s+(?:in|by|at)\b)|(?:{_CHINESE_POINTS})", re.IGNORECASE
)
_REFERRED = re.compile(r"\b(?:referred\s+to|cited|mentioned|referenced|pointed\s+to)\s+(?:in|by)\s+(?:the\s+)?$", re.I)
_TO_WHAT = re.compile(
    r"^\W*(?:refers?|cites?|mentions?|references?)\b(?:\s+to)?\W*(?:what|which)?\W*$|"
    r"^[所中里]?(?:引用|援引|提到|提及|指向|参照|所指)(?:了|的)?(?:是)?(?:哪|什么|那|条|法条|条款|条文|规定|其他)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a question's own numbers and quoted words lead to, without a model.

    `targets`: the units, in the order in which they answer the question. `missing`: the numbers that this document
    does not have, as the question writes them. `law`: the name of another law that the question asks about ("" if
    it names none); nothing of that law is sought here. `complete`: the question asks for no more than these units
    say. `last`: the label at which this document's articles (or recitals, annexes, …, if one of these is missing) end.
    """

    targets: tuple[Target, ...]
    missing: tuple[str, ...] = ()
    law: str = ""
    complete: bool = False
    last: str = ""


def ruled(document: Document, question: str) -> Ruling | None:
    """What a question names in a document; None if nothing. Numbers count in a law alone, quotations everywhere.

    Only the first `wording.LONGEST` characters are read. The first quotation that is not found word for word
    folds the text, which takes a tenth of a second for a novel.
    """
    said = wording.plain(question)
    if not said.strip():
        return None
    if document.volumes:
        return _on_shelf(document, said)
    return _in_words(document, said) or (_in_numbers(document, said) if document.law else None)


def _on_shelf(document: Document, said: str) -> Ruling | None:
    """The volumes that a question names; if it names none, all that have what it asks for."""
    volumes = [v for v in document.volumes if any(m.own for m in called.mentions(v.document, said) if v.document.law)]
    rulings = [(v, found) for v in volumes or document.volumes if (found := ruled(v.document, said))]
    leading = [(v, found) for v, found in rulings if found.targets]
    targets = tuple(
        Target(f"{v.name}:{t.address}", f"{v.name}:{t.label}", t.start + v.start, t.end + v.start)
        for v, found in leading
        for t in found.targets
    )
    if not rulings:
        return None
    first = (leading or rulings)[0][1]
    missing = [set(found.missing) for _, found in rulings if not found.law or found.missing]
    lost = tuple(m for m in first.missing if all(m in others for others in missing))
    law = "" if volumes or any(not found.law for _, found in rulings) else first.law
    return Ruling(targets, lost, law, all(found.complete for _, found in leading or rulings), first.last)


def _in_words(document: Document, said: str) -> Ruling | None:
    """The places of the words that a question quotes."""
    spans = quoted.quotations(said)
    outside = quoted.masked(said, spans)
    asks = quoted.asked(outside)
    if not spans or not (asks or (not document.law and spans)):
        return None
    if document.law and (other := _other(called.mentions(document, outside))):
        return Ruling((), (), other)
    for nearly in (False, True) if asks else (False,):
        for words in (said[s.start : s.end].strip() for s in spans):
            if not (asks and document.law) and not quoted.is_long(words):
                continue
            if targets := quoted.holding(document, words, nearly):
                return Ruling(targets, complete=asks and asks_no_more(_without_laws(document, outside)))
    return None


def _other(mentions: Sequence[Mention]) -> str:
    """The name of the other law that a question is about, if it names no other than that."""
    return mentions[0].name if mentions and not any(m.own for m in mentions) else ""


def _without_laws(document: Document, words: str) -> str:
    for mention in called.mentions(document, words) if document.law else ():
        words = citing.blank(words, mention.start, mention.end)
    return words


def _in_numbers(document: Document, said: str) -> Ruling | None:
    """The units that a question cites."""
    long_quotations = [s for s in quoted.quotations(said) if quoted.letters(said[s.start : s.end]) > 30 or len(s) > 60]
    said = wording.cited(document, quoted.masked(said, [s for s in long_quotations if s.start]))
    mentions = called.mentions(document, said)
    bare = citing.blanked(document, said, mentions)
    named = citing.cited(document, said, bare, mentions)
    if not named:
        return None
    rest = bare
    for one in named:
        rest = citing.blank(rest, one.start, one.end)
    followed, told = _followed(document, said, named)
    targets = dict.fromkeys(t for one in followed for t in one.targets)
    missing = tuple(dict.fromkeys(m for one in named for m in one.missing))
    law = next((one.law for one in named if one.law), "")
    return Ruling(tuple(targets), missing, law, asks_no_more(rest) and told, _last(document, missing))


def _followed(document: Document, said: str, named: list[citing.Named]) -> tuple[list[citing.Named], bool]:
    """The citations in the order in which they answer: what is referred to before what refers to it.

    Also whether they answer: not if a question asks for what a unit refers to and it refers to nothing here.
    """
    for one, other in pairwise(named):
        if _REFERS.search(said[one.end : other.start]):
            first = named.index(other)
            return [*named[first:], *named[:first]], True
    for one in named:
        if _REFERRED.search(said[: one.start]) or _TO_WHAT.search(said[one.end :]):
            cited = [
                t
                for unit in one.targets
                for reference in references(document, unit.start, unit.end)
                for t in reference.targets
                if not unit.start <= t.start < unit.end
            ]
            found = replace(one, targets=tuple(dict.fromkeys(cited)))
            return [found, *named], bool(cited)
    return named, True


def _last(document: Document, missing: Sequence[str]) -> str:
    """Where the articles end: not always the text's last unit, as recitals or annexes may follow them."""
    level = wording.head(document)[0]
    if missing and (match := citing.APART.match(missing[0])):
        kind = match["kind"].lower().removesuffix("s")
        level = kind if any(u.level == kind for u in document.units) else level
    same = [u for u in document.units if u.level == level]
    best = max(same, key=lambda u: [int(n) for n in re.findall(r"\d+", u.number)[:3]] or [0], default=None)
    return best.name.rstrip(" .") if best else ""


__all__ = ["Ruling", "ruled"]
