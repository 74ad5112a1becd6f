"""References as German law writes them: § 433 Abs. 1 Satz 2 Nr. 3, §§ 433 bis 435, Absatz 1, des Strafgesetzbuchs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.documents.document import Document
from app.documents.law.reference import Reference
from app.documents.law.register import Chain, Register, Step, target, written

_END = r"(?![\w/])"
_PARTS = (
    ("paragraph", re.compile(rf"\s*(?:Abs(?:\.|atz(?:es)?|ätzen?))\s*(?P<number>\d+[a-z]?){_END}")),
    ("subparagraph", re.compile(rf"\s*(?:Unterabs(?:\.|atz(?:es)?))\s*(?P<number>\d+){_END}")),
    ("sentence", re.compile(rf"\s*(?:Satz(?:es)?|Sätzen?|S\.|Halbsatz|Halbs\.|Hs\.)\s*(?P<number>\d+){_END}")),
    ("number", re.compile(rf"\s*(?:Nr\.|Nummern?|Ziffern?|Ziff\.)\s*(?P<number>\d+[a-z]?){_END}")),
    ("letter", re.compile(rf"\s*(?:Buchst\.\s*|Buchstaben?\s+|lit\.\s*)(?P<number>[a-z]{{1,2}}){_END}")),
)
_LEVELS = [level for level, _ in _PARTS]
_HEAD = re.compile(r"(?P<sign>§§?|\b(?:Artikeln?|Artikels|Art\.))\s*(?=[\dIVX])")
_ARTICLE = re.compile(r"(?P<number>\d+(?:\s?[a-z])?(?:\s+§\s*\d+[a-z]?)?(?![\w/])|[IVX]+\b)")
_BARE = re.compile(r"(?P<number>\d+[a-z]?|[a-z])(?![\w/])")
_PART_FOLLOWS = re.compile(r"\d+[a-z]?\s+(?:Abs|Satz|Nr|Nummer)")
_APART = re.compile(r"\b(?P<word>Erwägungsgr(?:und|ünden?)|Anhangs?|Anhängen?|Anlagen?)\s+(?P<number>\d+|[IVX]+)\b")
_AND = re.compile(
    r"\s*(?:,|und|oder|sowie|bzw\.|beziehungsweise)\s+(?:(?:in|im|des|der|den|nach|gemäß)\s+)?(?:auch\s+)?"
)
_TO = re.compile(r"\s*(?:bis|[-–])\s*")
_TRIGGER = re.compile(
    r"§|\b(?:Artikel|Art\.|Abs\.|Absatz|Absätze|Unterabs|Satz|Sätze|Satzes|Nr\.|Nummer|Ziffer|Buchst|Erwägungsgr|"
    r"Anhang|Anhänge|Anlage)"
)
_NOUN = r"[A-ZÄÖÜ][\wäöüß-]*"
_ACT = r"(?:[Gg]esetz(?:buche?s?|es)?|[Oo]rdnung|[Aa]bkommens?|[Üü]bereinkommens?|[Rr]ichtlinie|[Pp]rotokolls?)"
_LAW = re.compile(
    r",?\s+(?:des|der|dem)\s+(?P<name>"
    r"(?:Verordnung|Richtlinie|Entscheidung)\s+(?:\([A-Z, ]+\)\s+)?(?:Nr\.\s+)?\d+(?:/\d+)*(?:/[A-Z]+)?"
    r"|\w+\s+Buche?s?\s+Sozialgesetzbuch"
    rf"|(?:{_NOUN}\s+){{0,2}}?(?:{_NOUN}-\s+und\s+-?\w+?{_ACT}|(?:{_NOUN})?{_ACT}|[A-ZÄÖÜ]\w*buchs)\b"
    rf"(?:\s+(?:zum|zur|über|betreffend|gegen|für)\s+(?:(?:den|die|das|der)\s+)?(?:[a-zäöü]+\s+)?(?:{_NOUN})(?:\s+{_NOUN})?)?)"
)
_SHORT = re.compile(r"\s+(?:des\s+|der\s+)?(?P<name>[A-Z][A-Za-zÄÖÜäöü]{0,8}[A-Z]{1,4}|GG|[A-ZÄÖÜ]{2,8})\b")
_JOINED = re.compile(
    r"(?:\s|,|und|oder|sowie|jeweils|auch|dieser|diese|in Verbindung mit|nach|in|den|des|der|dem|die|im)*(?<!\.)"
)
_WITH = re.compile(r"(?:\s|,|und|oder|sowie|jeweils|auch|dieser|diese)*in Verbindung mit\s+(?:dem\s+|den\s+)?")
_OWN = re.compile(r"\s+(?:dieses|dieser)\s+(?:Gesetzes|Gesetzbuchs|Verordnung|Richtlinie|Vertrags)")

_CITED = {"paragraph": "Abs.", "sentence": "Satz", "number": "Nr.", "letter": "Buchst.", "subletter": "Buchst."}


@dataclass(frozen=True)
class _Way:
    """One element of a citation, not yet looked up; without a number it is a part of the place itself."""

    kind: str
    number: str
    steps: tuple[Step, ...]
    through: bool = False


def cited(document: Document, register: Register, start: int, end: int) -> Iterator[Reference]:
    """The references in [start, end), which lies in one block."""
    reader = _Reader(document, register, end)
    place = start
    waiting: list[Reference] = []  # which the law that a later one names may govern too
    while match := _TRIGGER.search(document.text, place, end):
        reference, place = reader.read(match.start(), waiting[-1] if waiting else None)
        place = max(place, match.end())
        if not reference:
            continue
        if waiting and not _JOINED.fullmatch(document.text, waiting[-1].end, reference.start):
            yield from waiting
            waiting = []
        if reference.law:
            waiting = [reader.governed(earlier, reference.law) for earlier in waiting]
        waiting.append(reference)
    yield from waiting


class _Reader:
    def __init__(self, document: Document, register: Register, end: int) -> None:
        self.text = document.text
        self.title = re.split(r"\bzur (?:aufhebung|änderung)\b", document.title.casefold())[0]
        self.register = register
        self.end = end
        self._cited = ""

    def governed(self, reference: Reference, law: str) -> Reference:
        """A reference before one that names its law, joined to it: both are of that law. A part of the
        place itself is not.
        """
        if reference.law or not _HEAD.match(self.text, reference.start):
            return reference
        addresses = tuple(t.address for t in reference.targets) + reference.missing
        return Reference(reference.start, reference.end, (), law, addresses)

    def read(self, start: int, before: Reference | None) -> tuple[Reference | None, int]:
        """The reference that begins at `start`, and where its words end. "§ 302 Abs. 1 in Verbindung mit
        Absatz 2" names a paragraph of the article `before`.
        """
        ways, end = self._ways(start)
        if not ways:
            return None, end
        if before and self._cited and not ways[0].number and _WITH.fullmatch(self.text, before.end, start):
            ways = [replace(w, kind="article", number=self._cited) for w in ways]
        self._cited = ways[-1].number
        law, end = self._law(end)
        if not law and ways[0].number and not self._has(ways[0].kind, start):
            return None, end
        if law:
            named = tuple(written(w.number, w.steps) for w in ways)
            return Reference(start, end, (), law, named), end
        return self._resolved(start, end, ways), end

    def _ways(self, start: int) -> tuple[list[_Way], int]:
        if apart := _APART.match(self.text, start, self.end):
            kind = "recital" if apart["word"].startswith("Erw") else "annex"
            return [_Way(kind, apart["number"], ())], apart.end()
        ways: list[_Way] = []
        head = _HEAD.match(self.text, start, self.end)
        many = bool(head and head["sign"] not in ("§", "Art."))
        place, end, through = head.end() if head else start, start, False
        while found := self._element(place, bool(head), many, ways[-1] if ways else None):
            way, end = found
            ways.append(replace(way, through=through))
            gap = _TO.match(self.text, end, self.end)
            through = bool(gap)
            gap = gap or _AND.match(self.text, end, self.end)
            if not gap:
                break
            place = gap.end()
        return ways, end

    def _element(self, start: int, head: bool, many: bool, before: _Way | None) -> tuple[_Way, int] | None:
        """An article with its parts; a part of the article before; or a part of the place itself."""
        article = _ARTICLE.match(self.text, start, self.end) if head else None
        if article and (not before or self._goes_on(article, before, many)):
            steps, end = self._steps(article.end())
            return _Way("article", re.sub(r"\s(?=[a-z])", "", article["number"]), tuple(steps)), end
        steps, end = self._steps(start)
        if steps:
            if before and not before.steps and steps[0][0] == "paragraph":
                return None  # "§ 218 und Absatz 4": the paragraph is of the article that says so
            if before:
                return _Way(before.kind, before.number, (*_above(before.steps, steps[0]), *steps)), end
            return None if head else (_Way("", "", tuple(steps)), end)
        if before and before.steps and (bare := _BARE.match(self.text, start, self.end)):
            # "Absätze 1 und 2 Nr. 1": the number alone goes on in the same row.
            level = before.steps[-1][0]
            if bare[0].isalpha() != (level == "letter"):
                return None
            steps, end = self._steps(bare.end(), _LEVELS.index(level) + 1)
            return replace(before, steps=(*before.steps[:-1], (level, bare[0]), *steps)), end
        return None

    def _goes_on(self, article: re.Match[str], before: _Way, many: bool) -> bool:
        """Whether a number in a list is the next article, and not the next part of the one before."""
        if not many and not _PART_FOLLOWS.match(self.text, article.start()):
            return False
        return not before.steps or _value(article["number"]) >= _value(before.number)

    def _steps(self, start: int, above: int = 0) -> tuple[list[Step], int]:
        """The parts named from `start` on, each below the one before; a sentence may stand anywhere."""
        steps: list[Step] = []
        place = start
        while match := self._step(place, above, bool(steps)):
            level, found = match
            steps.append((level, found["number"]))
            place = found.end()
            above = max(above, _LEVELS.index(level) + 1)
        return steps, place

    def _step(self, place: int, above: int, inside: bool) -> tuple[str, re.Match[str]] | None:
        for depth, (level, form) in enumerate(_PARTS):
            allowed = depth >= above or (level == "sentence" and inside and above > depth + 1)
            if allowed and (match := form.match(self.text, place, self.end)):
                return level, match
        return None

    def _law(self, end: int) -> tuple[str, int]:
        """Another law that is named after a citation, and where its name ends."""
        if own := _OWN.match(self.text, end, self.end):
            return "", own.end()
        match = _LAW.match(self.text, end, self.end) or _SHORT.match(self.text, end, self.end)
        if not match:
            return "", end
        name = _nominative(" ".join(match["name"].split()))
        return ("" if self._is_own(name) else name), match.end()

    def _is_own(self, name: str) -> bool:
        return bool(re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", self.title))

    def _has(self, kind: str, start: int) -> bool:
        """Whether this law has units of that kind: in a law of §§ "Artikel 246a" is another law's."""
        if kind != "article":
            return any(u.level == kind for u in self.register.units)
        sign = self.text.startswith("§", start)
        return any(u.label.startswith("§") == sign for u in self.register.units)

    def _resolved(self, start: int, end: int, ways: list[_Way]) -> Reference | None:
        here = self.register.chain(start)
        chains: list[Chain] = []
        missing: list[str] = []
        for way in ways:
            found = self._found(way, here)
            if not found:
                marked = way.number or any(p.level == way.steps[0][0] for unit in here for p in unit.parts)
                if marked:
                    missing.append(written(way.number or here[0].number, way.steps))
            elif way.through and chains:
                chains += self.register.between(chains.pop(), found)
            else:
                chains.append(found)
        if not chains and not missing:
            return None
        targets = tuple(replace(target(c), label=_label(c)) for c in chains)
        return Reference(start, end, targets, "", tuple(missing))

    def _found(self, way: _Way, here: Chain) -> Chain:
        if way.number:
            kind = way.kind if way.kind != "article" else ""
            article = self.register.article(way.number, kind)
            return self.register.descend(article, way.steps) if article else ()
        held = self.register.nearest(here, way.steps[0])
        return self.register.descend(held, way.steps[1:]) if held else ()


def _above(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    """The steps of the element before that also hold what follows it: "Abs. 1 Nr. 2 und Nr. 3"."""
    depth = _LEVELS.index(step[0])
    return tuple(s for s in steps if _LEVELS.index(s[0]) < depth)


def _value(numeral: str) -> int:
    digits = re.match(r"\d+", numeral)
    return int(digits[0]) if digits else 0


def _nominative(name: str) -> str:
    """Strafgesetzbuchs → Strafgesetzbuch, Telekommunikationsgesetzes → Telekommunikationsgesetz."""
    return re.sub(r"(gesetz|buch|Gesetz|Buch)e?s(?=\s|$)", r"\1", name)


def _label(chain: Chain) -> str:
    """A paragraph and its parts as they are cited: § 66 Abs. 1 Satz 1 Nr. 2 Buchst. a."""
    parts = (f"{_CITED[part.level]} {part.number}" if part.level in _CITED else part.label for part in chain[1:])
    return " ".join([chain[0].name.rstrip(" ."), *parts])
