"""References as American, British and EU law write them: section 106A(a)(2), points (a) and (b) of Article 6(1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.documents.document import Document
from app.documents.law import named_laws
from app.documents.law.reference import Reference
from app.documents.law.register import Chain, Register, Step, Target, target, written
from model.labels import ROMAN, number

_KINDS = {"art": "article", "sec": "section", "§": "section", "para": "paragraph", "annexe": "annex"} | dict.fromkeys(
    ("chapter", "subchapter", "part", "subpart"), "chapter"
)
"""What a word means where it does not mean itself."""
_WHOLE = ("article", "section", "regulation", "rule", "recital", "annex", "schedule")
_APART = ("recital", "annex", "schedule")
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_COUNTS = {word: count for count, word in enumerate(["one", "two", "three", "four", "five", "six"], 1)}
_ANY_KIND = r"[Aa]rticle|[Ss]ection|[Ss]ubsection|[Pp]aragraph|[Ss]ubparagraph|[Cc]lause|[Ss]ubclause|[Pp]oint|[Ii]tem"

_WORD_FORM = (
    r"(?:\b(?:[Aa]rticles?|ARTICLES?|[Ss]ub-?[Ss]ections?|[Ss]ections?|[Ss]ub-?paragraphs?|[Pp]aragraphs?|"
    r"[Ss]ub-?clauses?|[Cc]lauses?|[Pp]oints?|[Ii]tems?|[Rr]ecitals?|Annex(?:es)?|Schedules?|regulations?|rules?|"
    r"[Ss]ubchapters?|[Cc]hapters?|[Ss]ubparts?|[Pp]arts?)|\b(?:Art|Sec|Para|para)s?\.|§§?)"
)
_BEFORE_NUMBER = r"\s*(?=[\d(IVXLC])"
_WORD = re.compile(rf"(?P<word>{_WORD_FORM}){_BEFORE_NUMBER}")
_NUMBER = re.compile(rf"(?P<number>\d+(?:\.\d+)*[A-Za-z]{{0,3}}(?:[-‐‑–]\d+[a-z]?)*(?![A-Za-z\d])|{ROMAN}(?![A-Za-z]))")
_BRACKETS = re.compile(r"\s?\((?P<number>\d{1,3}[a-z]?|[a-z]{1,5}|[A-Z]{1,4})\)")
_AND = re.compile(r"\s*,?\s+(?P<or>and/or|and|or|as well as)\s+|\s*,\s*(?=[\d(])")
_TO = re.compile(r"\s+(?:to|through)\s+(?=[\d(IVX])|\s*[–—]\s*(?=[\d(])")
_OF = re.compile(r"(?:\s?\[\d+\])?,?\s+(?:of|to)\s+")
_SUCH = re.compile(r"(?:such|that|those|the same)\s+(?P<kind>\w+)")
_ORDINAL = re.compile(
    rf"\b(?:the\s+)?(?P<which>{'|'.join(_ORDINALS)})\s+(?P<kind>subparagraph|paragraph|sentence)\b", re.IGNORECASE
)
_PRECEDING = re.compile(
    rf"\b(?:the\s+)?(?:preceding|previous|foregoing)\s+(?:(?P<count>{'|'.join(_COUNTS)})\s+)?(?P<kind>{_ANY_KIND})s?\b"
)
_THIS = re.compile(r"this\s+(?P<kind>\w+)\b", re.IGNORECASE)
_OF_THIS = re.compile(r"\bof this (?:title|chapter|section)$")
_THAT = re.compile(r"\b(?:that|such)\s+(?P<kind>[Aa]rticle|[Ss]ection)\b(?!\s+\d)")
_TRIGGER = re.compile(
    rf"{_WORD_FORM}{_BEFORE_NUMBER}"
    rf"|\b(?:the\s+)?(?:preceding|previous|foregoing|{'|'.join(_ORDINALS)})\s+(?:(?:{'|'.join(_COUNTS)})\s+)?\w*"
    r"(?:article|section|paragraph|item|point|clause|sentence)"
    rf"|\b(?:that|such)\s+(?:[Aa]rticle|[Ss]ection)\b|{named_laws.CODE.pattern.replace('?P<law>', '?:')}"
)
_SINGULAR = re.compile(r"\w+?(?=s?\s)")
_POINTING = re.compile(r"\b(?:this|such|that|each|any)\s$")
_OR = re.compile(r"\s*,?\s+(?:and|or)\s+")
_FRONT = 2000  # characters in front of an act among which its name stands
_DEEPEST = 8  # citations inside citations, and parts inside parts, at most


@dataclass(frozen=True)
class _Way:
    """Where one element of a citation leads, not yet looked up: down `steps` from units already found
    (`roots`), or from the article `number` of a `kind`, or from the place itself (neither).
    """

    roots: tuple[Chain, ...] = ()
    kind: str = ""
    number: str = ""
    steps: tuple[Step, ...] = ()
    through: bool = False
    """Whether a range leads here from the element before."""

    def inside(self, outer: _Way) -> _Way:
        return replace(outer, steps=outer.steps + self.steps, through=self.through)


@dataclass(frozen=True)
class _Citation:
    ways: tuple[_Way, ...]
    law: str
    end: int

    @property
    def is_relative(self) -> bool:
        return all(not (w.roots or w.number) for w in self.ways) and bool(self.ways)


def cited(document: Document, register: Register, start: int, end: int) -> Iterator[Reference]:
    """The references in [start, end), which lies in one block."""
    reader = _Reader(document, register, start, end)
    place = start
    while match := _TRIGGER.search(document.text, place, end):
        citation = reader.citation(match.start())
        place = max(match.end(), citation.end if citation else 0)
        if citation and (reference := reader.resolved(match.start(), citation)):
            yield reference


class _Reader:
    """Reads the citations of one block, each from where it begins."""

    def __init__(self, document: Document, register: Register, start: int, end: int) -> None:
        self.text = document.text
        self.title = named_laws.own(document.title, named_laws.heading(document.text[:_FRONT]))
        self.sections = document.sections
        self.register = register
        self.own = {u.level for u in document.units}
        self.start = start
        self.end = end
        self.last: _Citation | None = None
        self._depth = 0

    def citation(self, start: int) -> _Citation | None:
        """What is cited from `start` on, and where it ends."""
        if self._depth >= _DEEPEST:
            return None
        self._depth += 1
        found = self._read(start)
        self._depth -= 1
        return found

    def _read(self, start: int) -> _Citation | None:
        if match := named_laws.CODE.match(self.text, start, self.end):
            ways, end = self._elements("section", match.end(), plural=False)
            return _Citation(tuple(ways), " ".join(match["law"].split()), end) if ways else None
        found = self._named(start)
        if not found:
            return None
        if public := named_laws.before(self.text, start):
            return replace(found, law=public)
        return self._shared(found, self._held(start, found))

    def _shared(self, named: _Citation, held: _Citation) -> _Citation:
        """With the law that the citation beside it names: Article 25(6) or Article 26(4) of Directive 95/46/EC."""
        gap = _OR.match(self.text, held.end, self.end)
        if held.law or not held.ways or held.is_relative or held.end != named.end or not gap:
            return held
        word = _WORD.match(self.text, gap.end(), self.end)
        beside = self.citation(gap.end()) if word else None
        same = beside and beside.law and beside.ways and beside.ways[0].kind == held.ways[0].kind
        return replace(held, law=beside.law) if beside and same else held

    def _named(self, start: int) -> _Citation | None:
        if match := _WORD.match(self.text, start, self.end):
            if _POINTING.search(self.text, max(0, start - 6), start):
                return None  # "under this section 180 days after"
            word = match["word"].lower().replace("-", "").rstrip(".")
            one = word.removesuffix("s") if word != "annexes" else "annex"
            kind = _KINDS.get(one[:1] if one[0] == "§" else one, one)
            ways, end = self._elements(kind, match.end(), word.endswith("s") or word == "§§")
            return _Citation(tuple(ways), "", end) if ways else None
        if match := _PRECEDING.match(self.text, start, self.end):
            return self._preceding(match)
        if match := _ORDINAL.match(self.text, start, self.end):
            step = (match["kind"].lower(), str(_ORDINALS.index(match["which"].lower()) + 1))
            return _Citation((_Way(steps=(step,)),), "", match.end())
        if (match := _THAT.match(self.text, start, self.end)) and self.last:
            ways = [replace(w, steps=(), through=False) for w in self.last.ways[-1:] if w.number]
            return _Citation(tuple(ways), self.last.law, match.end()) if ways else None
        return None

    def _elements(self, kind: str, start: int, plural: bool) -> tuple[list[_Way], int]:
        """6(1)(a), (b) and 9: the elements of a list, and where it ends."""
        ways: list[_Way] = []
        place, through = start, False
        while way_end := self._element(kind, place, ways[-1] if ways else None):
            way, end = way_end
            ways.append(replace(way, through=through))
            gap = _TO.match(self.text, end, self.end)
            through = bool(gap)
            gap = gap or _AND.match(self.text, end, self.end)
            # After "section 5 and" a bare number may count something else.
            if not gap or not (plural or through or gap["or"] == "or" or self.text.startswith("(", gap.end())):
                return ways, end
            place = gap.end()
        return ways, end if ways else start

    def _element(self, kind: str, start: int, before: _Way | None) -> tuple[_Way, int] | None:
        match = _NUMBER.match(self.text, start, self.end)
        end = match.end() if match and match["number"] else start
        brackets = []
        while bracket := _BRACKETS.match(self.text, end, self.end):
            brackets.append(bracket["number"])
            end = bracket.end()
        if end == start:
            return None
        if match and match["number"]:
            steps = _plain(brackets)
            if kind in _WHOLE or kind == "chapter":
                return _Way(kind=kind, number=match["number"], steps=steps), end
            return _Way(steps=((kind, match["number"]), *steps)), end
        if kind not in (*_WHOLE, "chapter"):
            if before and (kept := _row(before.steps, brackets)):
                return _Way(
                    steps=(*before.steps[: kept - 1], (before.steps[kept - 1][0], brackets[0]), *_plain(brackets[1:]))
                ), end
            return _Way(steps=((kind, brackets[0]), *_plain(brackets[1:]))), end
        if before and before.number and (kept := _row(before.steps, brackets)):
            return replace(before, steps=(*before.steps[: kept - 1], *_plain(brackets))), end
        return None

    def _preceding(self, match: re.Match[str]) -> _Citation | None:
        here = self.register.chain(match.start())
        kind = match["kind"].lower()
        depth = next(
            (i for i, u in enumerate(here, 1) if u.level == kind or (i == 1 and kind in ("article", "section"))), 0
        )
        count = _COUNTS.get(match["count"] or "", 1)
        found = self.register.before(here[:depth], count) if depth else []
        return _Citation((_Way(roots=tuple(found)),), "", match.end()) if len(found) == count else None

    def _held(self, start: int, inner: _Citation) -> _Citation:
        """A citation with what holds it: "of Article 6(1)", "of title 18", ", point (a)"."""
        if inner.law:
            return inner
        if not inner.is_relative and (deeper := self._deeper(inner)):
            return self._held(start, deeper)
        if after := named_laws.after(self.text, inner.end, self.end):
            return replace(inner, law=self._foreign(after[0]), end=after[1])
        of = _OF.match(self.text, inner.end, self.end)
        return self._of(start, inner, of.end()) if of else inner

    def _deeper(self, inner: _Citation) -> _Citation | None:
        """Article 6(1), point (f): parts that follow what holds them."""
        comma = re.compile(r",\s+").match(self.text, inner.end, self.end)
        if not comma or len(inner.ways) > 1 or len(inner.ways[0].steps) >= _DEEPEST:
            return None
        part = self._named(comma.end())
        if not part or not part.is_relative or any(w.steps[:1] and w.steps[0][0] == "" for w in part.ways):
            return None
        of = _OF.match(self.text, part.end, self.end)
        this = _THIS.match(self.text, of.end()) if of else None
        if of and (_WORD.match(self.text, of.end()) or (this and this["kind"].lower() in self.own)):
            return None
        return _Citation(tuple(w.inside(inner.ways[0]) for w in part.ways), "", part.end)

    def _of(self, start: int, inner: _Citation, place: int) -> _Citation:
        """A citation with what "of" says holds it."""
        if match := _THIS.match(self.text, place, self.end):
            return self._of_this(start, inner, match)
        if other := named_laws.at(self.text, place, self.end):
            return replace(inner, law=self._foreign(other[0]), end=other[1])
        outer = self.citation(place)
        if not outer and (such := _SUCH.match(self.text, place, self.end)):
            # "of that Regulation" is of the one named before; where none is, what is cited is not said.
            law = named_laws.latest(self.text, self.start, start, such["kind"])
            return replace(inner, law=self._foreign(law), end=such.end()) if law else replace(inner, ways=())
        if not outer or not outer.ways or not inner.ways:
            return inner
        if inner.ways[0].kind == "chapter":
            return replace(inner, law=outer.law, end=outer.end) if outer.law else inner
        if outer.ways[0].kind == "chapter":
            return replace(inner, law=outer.law, end=outer.end)
        if not inner.is_relative:
            return inner
        return _Citation(tuple(w.inside(o) for o in outer.ways for w in inner.ways), outer.law, outer.end)

    def _of_this(self, start: int, inner: _Citation, match: re.Match[str]) -> _Citation:
        """ "of this section" says where its parts are; "of this title" only that the law is this one."""
        here = self.register.chain(start)
        kind = match["kind"].lower()
        if kind == "act" and self.title.startswith("title"):
            return replace(inner, law=match[0], end=match.end())  # in a note of the United States Code
        whole = 1 if kind in ("article", "section") else 0
        depth = next((i for i, u in enumerate(here, 1) if u.level == kind), whole)
        if inner.is_relative and depth and here:
            return _Citation(tuple(w.inside(_Way(roots=(here[:depth],))) for w in inner.ways), "", match.end())
        return replace(inner, end=match.end())

    def _foreign(self, name: str) -> str:
        """The name of another law; "" if it is this law's own."""
        name = " ".join(name.split()).removeprefix("the ")
        own = re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", self.title)
        return "" if own else name

    def resolved(self, start: int, citation: _Citation) -> Reference | None:
        """The reference that a citation makes where it stands; None if it cites no unit of any law."""
        if not citation.ways:
            return None
        self.last = citation
        if citation.law:
            named = tuple(
                f"{w.kind} {w.number}" if w.kind == "chapter" else written(w.number, w.steps) for w in citation.ways
            )
            return Reference(start, citation.end, (), citation.law, named)
        if citation.ways[0].kind == "chapter":
            return self._chapters(start, citation)
        here = self.register.chain(start)
        if not here and self.title.startswith("title") and not _OF_THIS.search(self.text, start, citation.end):
            return None  # a note of the United States Code cites the acts that it lists
        chains: list[Chain] = []
        missing: list[str] = []
        for way in citation.ways:
            if way.kind in _WHOLE and not self._is_own(way.kind, start):
                return None
            found = self._found(way, here)
            if way.through and found and chains:
                found = self.register.between(chains.pop(), found[0])
            chains += found
            if not found and (name := self._unfound(way, here)):
                missing.append(name)
        if not chains and not missing:
            return None
        return Reference(start, citation.end, tuple(target(c) for c in chains), "", tuple(missing))

    def _is_own(self, kind: str, start: int) -> bool:
        """Whether this law has units of that kind: in a code of sections "Article 8" is another law's."""
        sign = self.text.startswith("§", start)
        return sign or kind in self.own or (kind in _APART and bool(self.own & {"recital", "annex", "schedule"}))

    def _found(self, way: _Way, here: Chain) -> list[Chain]:
        if way.roots:
            return [c for root in way.roots if (c := self.register.descend(root, way.steps))]
        if way.number:
            article = self._article(way)
            chain = self.register.descend(article, way.steps) if article else ()
            return [chain] if chain else []
        if not here:
            return []
        first, *rest = way.steps
        held = self.register.nearest(here, first)
        if not held and first[0] == "subparagraph" and first[1].isdigit():
            held = here[:2]  # the unnumbered sub-paragraphs of EU law, which no file marks
        chain = self.register.descend(held, rest) if held else ()
        return [chain] if chain else []

    def _article(self, way: _Way) -> Chain:
        """An annex is numbered in roman or in Arabic, as the file likes."""
        kind = way.kind if way.kind in _APART else ""
        if found := self.register.article(way.number, kind):
            return found
        if re.fullmatch(ROMAN, way.number):
            return self.register.article(str(number(way.number)), kind)
        return ()

    def _unfound(self, way: _Way, here: Chain) -> str:
        """The address of what is not there; "" where the place itself says too little."""
        if way.roots:
            return written(way.roots[0][0].number, [*(("", u.number) for u in way.roots[0][1:]), *way.steps])
        if way.number:
            return f"{way.kind} " * (way.kind in _APART) + written(way.number, way.steps)
        marked = here and any(p.level == way.steps[0][0] for unit in here for p in unit.parts)
        if not marked:
            return ""
        return f"{here[0].number} {way.steps[0][0]} {written('', way.steps)}"

    def _chapters(self, start: int, citation: _Citation) -> Reference | None:
        """Chapters are sections of the contents; one that is not found may be of another law."""
        word = _SINGULAR.match(self.text, start)
        head = re.compile(rf"{word[0] if word else 'chapter'}\s+{re.escape(citation.ways[0].number)}\b", re.IGNORECASE)
        found = next((s for s in self.sections if head.match(s.title)), None)
        if not found or len(citation.ways) > 1:
            return None
        name = _first_words(found.title, head)
        return Reference(start, citation.end, (Target(name, name, found.start, found.end),))


def _plain(brackets: Sequence[str]) -> tuple[Step, ...]:
    return tuple(("", b) for b in brackets)


def _row(steps: Sequence[Step], brackets: Sequence[str]) -> int:
    """How deep the row is that a bracket goes on in: (c) after (b)(1) stands beside (b). 0 if there is none."""
    for depth in range(len(steps), 0, -1):
        if _form(steps[depth - 1][1]) == _form(brackets[0]):
            return depth
    return max(0, len(steps) - len(brackets) + 1) if len(steps) >= len(brackets) else 0


def _form(number: str) -> str:
    if number[0].isdigit():
        return "1"
    return "A" if number.isupper() else "i" if re.fullmatch("[ivx]+", number) else "a"


def _first_words(title: str, head: re.Pattern[str]) -> str:
    match = head.match(title)
    return match[0] if match else title
