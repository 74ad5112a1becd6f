"""Act: which blocks of a European act open recitals, articles, chapters and annexes, and where each ends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from app.documents.document import Block
from model.labels import ROMAN, number

_FEWEST = 3  # recitals of an act that does not say "Whereas:"
_TITLE = 300  # characters of a title that stands under its number, at most
_GAP = 30  # articles that may be missing between two
_ABOVE = 12  # blocks between the first chapter's heading and the first article, at most
_QUOTED = 400  # blocks of a passage that an act quotes, at most

_DIVISIONS = {  # from the outside in, by language
    "en": ("PART", "TITLE", "CHAPTER", "SECTION", "SUBSECTION"),
    "de": ("TEIL", "TITEL", "KAPITEL", "ABSCHNITT", "UNTERABSCHNITT"),
    "fr": ("PARTIE", "TITRE", "CHAPITRE", "SECTION", "SOUS-SECTION"),
}
_RANK = {word: i + 1 for words in _DIVISIONS.values() for i, word in enumerate(words)}

_MARKER = r"(?:[▼►]\s?[A-Z]\d*\s+)?"
_ARTICLE = re.compile(
    rf"{_MARKER}(?P<label>(?:(?:Article|Artikel)\s+(?P<number>\d+(?:\s?[a-z]{{1,3}}\b)?|premier|[IVXLC]+(?:-\d+)?)"
    r"(?:[-‐‑–](?P<branch>\d+))?|Sole Article|Einziger Artikel|Article unique))"
    r"(?:(?P<bare>\s*(?:\n|$))|\s*[.:](?=\s|$)|\s+[-–—]\s|\s+(?=[A-ZÀ-ÞÄÖÜ\[(‘“«]))"
)
_DIVISION = re.compile(
    rf"{_MARKER}(?P<word>{'|'.join(sorted(_RANK, key=len, reverse=True))})"
    rf"\s+(?:{ROMAN}|\d+|[A-Z]|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|PREMIER|PREMIÈRE)\s?[a-zA-Z]?(?:bis|ter)?"
    r"(?P<rest>$|\n.*|\s*[.:]\s.*|\s+\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_ANNEX = re.compile(
    rf"{_MARKER}(?P<label>(?:ANNEXE?|Annexe?|ANHANG|Anhang)(?:[ \u00a0]+(?P<number>(?:{ROMAN}|\d+|[A-Z])"
    r"[a-z]{0,2}(?:[-‐‑–]\w+)?))?)(?P<rest>\s*$|\s*\n.*|\s+[-–—:]\s+.*|\s+[A-Z].*)",
    re.DOTALL,
)
_ANNEX_DIVISION = re.compile(
    r"(?P<label>(?P<word>Section|Part|Chapter|Appendix|Abschnitt|Teil|Kapitel|Partie|Chapitre)"
    rf"\s+(?P<number>{ROMAN}|\d+|[A-Z]))\b(?P<rest>\s*$|\s*[.:—–-]\s*\S.*|\s*\n.*)",
    re.DOTALL | re.IGNORECASE,
)
_CHAPTER_LINE = re.compile(r"\d{1,2}\.\s+[A-Z0-9][^\n]{2,150}(?<![.;:,])")
_RECITAL = re.compile(rf"{_MARKER}(?P<label>\(\s?(?P<number>\d{{1,3}})\s?\))(?=\s|$)")
_WHEREAS = re.compile(r"Whereas\b|in Erwägung nachstehender Gründe|considérant ce qui suit", re.IGNORECASE)
_ADOPTED = re.compile(
    r"\bHA(?:VE|S) (?:ADOPTED|DECIDED)|\bHA(?:BEN|T) (?:FOLGENDE|BESCHLOSSEN)|\bONT? (?:ADOPTÉ|ARRÊTÉ)"
)
_FINAL = re.compile(
    r"Done at |Geschehen zu |Fait à |(?:This|The present) (?:Regulation|Decision) shall be binding in its entirety"
    r"|Diese Verordnung ist in allen ihren Teilen|Le présent règlement est obligatoire"
)
_FOOT = re.compile(r"ELI:\s|ISSN\s|Top\Z")
_NOTE = re.compile(
    r"\(\s?\*?\d+\s?\)\s+(?:(?:OJ|ABl\.|JO|See |Position of |\[).*|.{0,600}\((?:OJ|ABl\.|JO) [LC]\b[^()]{0,80}\)\.)",
    re.DOTALL,
)
_VERSION = re.compile(r"▼\s?(?P<act>[A-Z]\d*)\b(?P<alone>\s*$)?")
_OPENED = re.compile(rf"[‘“„«]\s?(?:Article|Artikel|ANNEX|Annex|ANHANG|Anhang|(?i:{'|'.join(_RANK)})\b)")
_CLOSED = re.compile(r"[’”“»](?=[\s.,;:)]|$)")
_CLOSING = re.compile(r"[’”“»]\s*[.,;]?(?: and| or)?$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A block that opens something.

    `last`: of an article or division the last block of its heading, of a recital its own last. `rank` counts
    divisions from the outside in (from 1; 0: a running title); `title` is "" where it opens no section.
    """

    block: int
    last: int
    label: str
    number: str
    title: str = ""
    rank: int = 0
    bare: bool = False


class Act:
    """What the blocks of a text open if it is an act; no articles if it is none. `title`: the document's."""

    def __init__(self, text: str, blocks: Sequence[Block], title: str) -> None:
        self.text, self.blocks, self.title = text, blocks, title
        unread = ("note", "table", "image", "code")
        self.lines = ["" if b.kind in unread else text[b.start : b.end] for b in blocks]
        quoted = _quoted(self.lines)
        self._own = ["" if i in quoted else line for i, line in enumerate(self.lines)]
        self.articles = self._articles()
        self.annexes: list[Mark] = []
        self.divisions: list[Mark] = []
        self.recitals: list[Mark] = []
        self._versions = [(i, m["act"]) for i, line in enumerate(self.lines) if (m := _VERSION.match(line))]
        if self.articles:
            self.annexes = self._annexes()
            self.divisions = self._divisions()
            self.recitals = self._recitals()

    @property
    def front(self) -> int:
        """Where the title and the citations of the act end, a position in the text."""
        return self.blocks[(self.recitals or self.articles)[0].block].start

    def is_adopted(self) -> bool:
        """Whether the words before the first article say that a European institution makes law here."""
        before = self.lines[: self.articles[0].block][-_ABOVE:]
        return any(_ADOPTED.search(line[-200:]) for line in before)

    def wording(self, mark: Mark) -> str:
        """The act from which the wording comes, as a consolidated text marks it: "M1"; "" for the first act."""
        latest = next((act for i, act in reversed(self._versions) if i <= mark.block), "B")
        return "" if latest == "B" else latest

    def end(self, mark: Mark) -> int:
        """The last block of an article."""
        stops = [m.block for m in (*self.articles, *self.divisions, *self.annexes[:1]) if m.block > mark.block]
        return self.last(mark.block, min(stops, default=len(self.lines)))

    def last(self, first: int, stop: int) -> int:
        """The last block before `stop` that is the unit's own: no note, signature or mark of the next unit."""
        inside = range(first + 1, stop)
        end = next((i for i in inside if _FINAL.match(self.lines[i]) or _ADOPTED.match(self.lines[i])), stop) - 1
        while end > first and self._is_foot(end):
            end -= 1
        return end

    def numbered(self, first: int, stop: int) -> list[Mark]:
        """The recitals among blocks: (1), (2), … each with the blocks up to the next."""
        starts: list[Mark] = []
        for i in range(first, stop):
            match = _RECITAL.match(self.lines[i])
            latest = int(starts[-1].number) if starts else 0
            within = match and latest < int(match["number"]) <= latest + (2 if latest else 1)
            if match and within and not _NOTE.fullmatch(self.lines[i]):
                starts.append(Mark(i, i, match["label"], match["number"]))
        ends = [*(m.block for m in starts[1:]), stop][: len(starts)]
        return [replace(m, last=self.last(m.block, end)) for m, end in zip(starts, ends, strict=True)]

    def parts(self, annex: Mark) -> list[Mark]:
        """The sections or articles of an annex, each with its last block; `title` is the word for it ("section")."""
        end = self.annex_end(annex)
        found = [mark for i in range(annex.last + 1, end + 1) if (mark := self._part(i))]
        ends = [*(m.block for m in found[1:]), end + 1][: len(found)]
        return [replace(m, last=self.last(m.block, stop)) for m, stop in zip(found, ends, strict=True)]

    def _part(self, i: int) -> Mark | None:
        line = self._own[i]
        if (match := _ARTICLE.match(line)) and match["bare"] is not None:
            return Mark(i, i, match["label"], _plain(match), "article")
        match = _ANNEX_DIVISION.fullmatch(line) if len(line) <= _TITLE else None
        if not match or not match["word"][0].isupper():
            return None
        return Mark(i, i, match["label"], plain_numeral(match["number"]), match["word"].lower())

    def annex_end(self, annex: Mark) -> int:
        stop = next((m.block for m in self.annexes if m.block > annex.block), len(self.lines))
        return self.last(annex.block, stop)

    def _is_foot(self, i: int) -> bool:
        """Whether a block at the end of a unit is none of it."""
        line = self.lines[i]
        alone = _VERSION.match(line)
        return (
            self.blocks[i].kind in ("note", "image")
            or bool(_FOOT.match(line))
            or bool(alone and alone["alone"] is not None)
            or bool(_NOTE.fullmatch(line))
        )

    def _articles(self) -> list[Mark]:
        found = []
        for i, line in enumerate(self._own):
            if line[:1] in "ASE▼►" and (match := _ARTICLE.match(line)):
                found.append(Mark(i, i, match["label"], _plain(match), bare=match["bare"] is not None))
        if sum(m.bare for m in found) > 0.6 * len(found):
            found = [m for m in found if m.bare or self.blocks[m.block].kind == "heading"]
        return self._counting(self._without_contents(found))

    def _without_contents(self, marks: list[Mark]) -> list[Mark]:
        """Without a table of contents before the text: labels that come again with more text after them."""
        if not marks or len({m.number for m in marks}) > 0.7 * len(marks):
            return marks
        places = [*(self.blocks[m.block].start for m in marks), len(self.text)]
        sizes = [after - place for place, after in itertools.pairwise(places)]
        longest: dict[str, int] = {}
        for mark, size in zip(marks, sizes, strict=True):
            longest[mark.number] = max(longest.get(mark.number, 0), size)
        return marks[next(i for i, m in enumerate(marks) if sizes[i] == longest[m.number]) :]

    def _counting(self, marks: Sequence[Mark]) -> list[Mark]:
        """The labels that count up. In an annex they begin anew and are parts of it."""
        chains: list[list[Mark]] = []
        annexed = [i for i, line in enumerate(self._own) if line[:1] in "A▼►" and _annex(line)]
        for i, mark in enumerate(marks):
            last = chains[-1][-1] if chains else None
            here, there = _order(mark.number), _order(last.number) if last else (0,)
            if last and here > there and here[0] - there[0] <= _GAP:
                skips = here[0] > there[0] + 1 and any(
                    _order(m.number)[0] == there[0] + 1 for m in marks[i + 1 : i + 60]
                )
                chains[-1] += [] if skips else [mark]
            elif last is None or here[0] <= 1:
                if last and any(last.block < i < mark.block for i in annexed):
                    break
                chains.append([mark])
        if len(chains) > 1 and len(chains[0]) == 1 and _order(chains[0][0].number)[0] > 1:
            del chains[0]  # the first words of a line, "Article 95 of the Treaty"
        return [mark for chain in chains for mark in chain]

    def _recitals(self) -> list[Mark]:
        first = self.articles[0].block
        whereas = next((i for i, line in enumerate(self.lines[:first]) if _WHEREAS.match(line)), -1)
        found = self.numbered(whereas + 1, first)
        if not found or (whereas < 0 and len(found) < _FEWEST):
            return []
        stop = next((m.block for m in self.divisions if m.block > found[-1].block), first)
        return [*found[:-1], replace(found[-1], last=self.last(found[-1].block, min(stop, first)))]

    def _annexes(self) -> list[Mark]:
        """The annexes, which follow the articles."""
        found = []
        for i in range(self.articles[-1].block + 1, len(self._own)):
            line = self._own[i]
            if line[:1] not in "A▼►" or not (match := _annex(line)):
                continue
            title, last = " ".join(match[0].split()), i
            if not match["rest"].strip(" :—–-") and self._is_title(i + 1):
                title, last = f"{title} {' '.join(self.lines[i + 1].split())}", i + 1
            found.append(Mark(i, last, match["label"], plain_numeral(match["number"] or ""), title))
        return found

    def _divisions(self) -> list[Mark]:
        """Parts, titles, chapters and sections; all headings above the articles where those are headings."""
        articles = [m.block for m in self.articles]
        levels = [self.blocks[i].level for i in articles if self.blocks[i].kind == "heading"]
        headed = 2 * len(levels) > len(articles)
        inner = min(levels) if headed else 0
        found = [m for m in self._named(set(articles)) if headed or m.block >= articles[0] - _ABOVE]
        found += self._chapter_lines(set(articles)) + self._running_titles()
        if headed:
            found = [m for m in found if self.blocks[m.block].level <= inner] + self._headings(found, inner)
            found = [replace(m, rank=self.blocks[m.block].level or m.rank) for m in found]
        return sorted(found, key=lambda m: m.block)

    def _named(self, articles: Set[int]) -> list[Mark]:
        """Blocks that say CHAPTER III and the like, with the title from the next block if they have none."""
        found = []
        stop = self.annexes[0].block if self.annexes else len(self._own)
        for i, line in enumerate(self._own[:stop]):
            match = _DIVISION.fullmatch(line) if line[:1] in "PTCSKAU▼►" and len(line) <= _TITLE else None
            if not match or not _is_heading(match["rest"]):
                continue
            title, last = " ".join(line.split()), i
            if not match["rest"].strip(" .:—–-") and self._is_title(i + 1):
                title, last = f"{title} {' '.join(self.lines[i + 1].split())}", i + 1
            word = match["word"].upper()
            found.append(Mark(i, last, word, "", title, _RANK[word]))
        # Where most articles begin with one (Article 1, Section 1) it stands inside them.
        after = [m.label for m in found if m.block - 1 in articles]
        return [m for m in found if 2 * after.count(m.label) <= len(articles)]

    def _is_title(self, i: int) -> bool:
        """Whether a block can be the title of the heading above it."""
        line = self.lines[i] if i < len(self.lines) else ""
        other = any(form.match(line) for form in (_ARTICLE, _VERSION)) or _DIVISION.fullmatch(line) or _annex(line)
        return 0 < len(line) <= _TITLE and not other and not re.match(r"\(?\w{1,3}[.)]\s|[—–-]\s", line)

    def _chapter_lines(self, articles: Set[int]) -> list[Mark]:
        """Lines "3. Rights of the data subject" right above an article, where several are."""
        found = [
            Mark(i, i, "", "", " ".join(line.split()), _RANK["CHAPTER"])
            for i, line in enumerate(self._own)
            if i + 1 in articles and _CHAPTER_LINE.fullmatch(line)
        ]
        return found if len(found) > 1 else []

    def _running_titles(self) -> list[Mark]:
        """The act's title where it comes again above each chapter: the first is a section, all end articles."""
        places = [i for i, line in enumerate(self._own) if self.title and line == self.title]
        if len(places) < 2:
            return []
        return [Mark(i, i, "", "", self.title if i == places[0] else "") for i in places]

    def _headings(self, named: Sequence[Mark], inner: int) -> list[Mark]:
        """What the file itself marks as headings above the articles, apart from those that are named."""
        taken = {i for m in (*named, *self.annexes) for i in range(m.block, m.last + 1)}
        stop = self.annexes[0].block if self.annexes else len(self._own)
        return [
            Mark(i, i, "", "", " ".join(line.split()))
            for i, line in enumerate(self._own[:stop])
            if line and self.blocks[i].kind == "heading" and self.blocks[i].level < inner and i not in taken
        ]


def plain_numeral(numeral: str) -> str:
    """III is 3, IVa 4a; A stays A."""
    match = re.fullmatch(rf"({ROMAN})([a-z]{{0,2}}(?:[-‐‑–]\w+)?)", numeral)
    if not match or numeral in ("C", "D", "L", "M"):
        return numeral
    return f"{number(match[1])}{match[2]}"


def _quoted(lines: Sequence[str]) -> set[int]:
    """Blocks inside quoted articles and chapters, which the act inserts elsewhere, the first block apart."""
    found: set[int] = set()
    opened = -1
    for i, line in enumerate(lines):
        if opened >= 0 and i - opened > _QUOTED:
            opened = -1
        if opened < 0:
            match = _OPENED.match(line)
            opened = i if match and not _CLOSED.search(line, match.end()) else -1
        elif _CLOSING.search(line):
            found |= set(range(opened + 1, i + 1))
            opened = -1
    return found


def _plain(match: re.Match[str]) -> str:
    """The plain number of an article's label: "4a", "30-1", "1" for the sole one."""
    main = "".join((match["number"] or "1").split()).replace("premier", "1")
    main = str(number(main)) if re.fullmatch(ROMAN, main) else main
    return f"{main}-{match['branch']}" if match["branch"] else main


def _order(numeral: str) -> tuple[int, ...]:
    match = re.match(r"(?:[IVXLC]+-)?(\d+)([a-z]*)(?:-(\d+))?", numeral)
    return (int(match[1]), *(ord(c) - 96 for c in match[2]), int(match[3] or 0)) if match else (0,)


def _is_heading(rest: str) -> bool:
    """Whether what follows CHAPTER III is a title and no sentence: not "Section 2 applies"."""
    title = rest.strip(" \n.:—–-")
    return not title or (title[0].isupper() and not title.endswith((".", ";", ",")))


def _annex(line: str) -> re.Match[str] | None:
    """ANNEX, ANNEX III, ANNEX III – Title; not "Annex III applies to …"."""
    match = _ANNEX.fullmatch(line) if len(line) <= _TITLE else None
    rest = match["rest"].strip() if match else ""
    titled = match and (match["label"].isupper() or "\n" in match["rest"]) and not rest.endswith((";", ","))
    return match if not rest or titled else None
