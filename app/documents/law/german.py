"""German: § / Artikel, Absatz, Satz, Nummer, Buchstabe of a German law, from plain text or Markdown."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from app.documents import language
from app.documents.document import Block, Law, Section, Unit
from app.documents.law import enumeration, sentences
from app.documents.law.enumeration import GONE, Style
from app.documents.outline import Entry, nested
from model.types import Span

_FEWEST = 3
_LONGEST = 10_000  # characters of an average §, at most
_SWALLOWED = 2  # times the §§ before it, that the last one is long at most: no story follows it
_TITLE = 300  # characters of the line that holds a number and its title, at most
_ABOVE = 12  # blocks between the first division's heading and the first §, at most
_LISTED = 150  # characters of an average entry in a table of contents, at most

_NUMERAL = r"\d+(?:\s?[a-z]{1,2}(?![\w.]))?"
_MANY = rf"{_NUMERAL}(?:\s*,\s*{_NUMERAL})*(?:\s*(?:bis|und|[-–])\s*{_NUMERAL})?"
_LABEL = re.compile(
    rf"(?:\(XXXX\)\s*)?(?P<label>§§\s*(?P<many>{_MANY})|§\s*(?P<one>{_NUMERAL})|Art(?:ikel\b|\.|\b)\s*(?P<article>{_MANY})"
    rf"(?:\s+§§?\s*(?P<inner>{_NUMERAL}))?)(?P<title>[:.]?(?:\s.*|$))",
    re.DOTALL,
)
_SENTENCE = re.compile(
    r"\s*(?:Abs\.|Absatz\b|Satz\b|Nr\.|Nummer\b|Buchst|S\. \d|findet\b|gilt\b|ist\b|sind\b|bleibt\b|wird\b|Unterabs)"
)
_ANNEX = re.compile(
    r"(?P<label>(?:Anlage|Anhang|Anlagen)(?:\s+(?P<number>\d+[a-z]?|[IVX]+\b|[A-Z]{1,2}\b))?)(?=$|\s|:)(?P<title>.*)",
    re.DOTALL,
)
_KINDS = "Buch|Teil|Hauptstück|Abschnitt|Unterabschnitt|Titel|Untertitel|Kapitel|Unterkapitel"
_DIVISION = re.compile(
    rf"(?:(?:[A-ZÄÖÜ][a-zäöüß]+te|Allgemeine|Besondere)[rsn]?\s+(?P<ordered>{_KINDS})"
    rf"|(?P<kind>{_KINDS}|{_KINDS.upper()})\s+(?:\d+[a-z]?|[IVXL]+)|(?P<roman>[IVX]+(?:\s?[a-z])?\.)(?=\s))"
    r"(?P<rest>$|\s*\n.*|\s*[-–—:.]\s*.*|\s+[A-ZÄÖÜ(].*)",
    re.DOTALL,
)
_FOOTNOTE = re.compile(r"Fußnoten?|Amtliche[rs]? (?:Anmerkung|Hinweis).*", re.DOTALL)
_HISTORY = re.compile(
    r"(?:Ausfertigungsdatum|Fundstelle|Neugefasst durch|Zuletzt geändert durch|Vollzitat|Stand|"
    r"(?:Mittelbare )?[äÄ]nderung durch|Hinweis|Maßgaben? )\b",
)
_DATED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})|(?P<iso>\d{4}-\d\d-\d\d)")
_UNDONE = re.compile(r"nicht ausführbar|noch nicht berücksichtigt|Fundstelle")
_EUROPEAN = re.compile(r"HABEN FOLGENDE|in Erwägung nachstehender Gründe|Text von Bedeutung für den EWR", re.IGNORECASE)

_STYLES = (
    Style("round", "paragraph", "number", True),
    Style("dot", "number"),
    Style("half", "letter"),
    Style("pair", "subletter"),
    Style("dash", "indent"),
)


@dataclass(frozen=True, slots=True)
class _Heading:
    """A block above §§. `kind` is the word for the division ("Buch"), "" where it has none."""

    block: int
    title: str
    rank: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Mark:
    """A block that opens a § or an annex. `last`: the block of its title."""

    block: int
    last: int
    level: str
    label: str
    number: str
    title: str


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The German law in a text and its sections, None if it is none."""
    if "§" not in text and "Art" not in text:
        return None
    found = _Statute(text, blocks)
    if not found.labels or language.detect(text) not in ("de", "") or not (insist or found.is_law()):
        return None
    title = sections[0].title if sections else ""
    shown = nested(found.entries(), len(text), title, blocks)
    return Law("DE", tuple(found.units(shown)), found.history(), found.version()), shown


class _Statute:
    """What the blocks of a text are if it is a German law."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self.text, self.blocks = text, blocks
        self.lines = [text[b.start : b.end] if b.kind not in ("note", "table", "image", "code") else "" for b in blocks]
        self.labels = self._labels()
        self.headings = self._headings() if self.labels else []

    def is_law(self) -> bool:
        """Numbers that count up, and most of the text under them."""
        begin = self.blocks[self.labels[0].block].start
        last = next(m for m in reversed(self.labels) if m.level != "annex")
        stop = next((m.block for m in self.labels if m.block > last.block), len(self.blocks)) - 1
        ends = self.blocks[last.block].start, self.blocks[stop].end
        rising = [_order(m) for m in self.labels if m.level != "annex"]
        steps = sum(a <= b for a, b in itertools.pairwise(rising))
        size = len(self.text) - begin
        return (
            len(rising) >= _FEWEST
            and steps >= 0.9 * (len(rising) - 1)
            and size > 0.3 * len(self.text)
            and ends[1] - ends[0] < _SWALLOWED * (ends[0] - begin)
            and size / len(rising) < _LONGEST
            and not _EUROPEAN.search(self.text, 0, begin)
        )

    def entries(self) -> list[Entry]:
        """The divisions and annexes as entries of the contents."""
        annexes = [
            (" ".join(self.lines[m.block].split()), 1, self.blocks[m.block].start)
            for m in self.labels
            if m.level == "annex"
        ]
        return [(h.title, h.rank, self.blocks[h.block].start) for h in self.headings] + annexes

    def units(self, sections: Sequence[Section]) -> list[Unit]:
        """Each § or annex with its parts."""
        stops = sorted({m.block for m in self.labels} | {h.block for h in self.headings} | {len(self.blocks)})
        after = dict(itertools.pairwise(stops))
        paths = _Paths(sections)
        return [self._unit(mark, after[mark.block], paths) for mark in self.labels]

    def history(self) -> tuple[Span, ...]:
        """The lines before the first § on promulgation and amendment."""
        first = self.labels[0].block
        return tuple(b.span for b, line in zip(self.blocks[:first], self.lines, strict=False) if _HISTORY.match(line))

    def version(self) -> str:
        """The date of the latest amendment that is in the text, else of the law; ISO."""
        found = []
        for line in (self.text[span.start : span.end] for span in self.history()):
            match = None if _UNDONE.search(line) else _DATED.search(line)
            if match:
                found.append(match["iso"] or f"{match['year']}-{int(match['month']):02}-{int(match['day']):02}")
        return max(found, default="")

    def _unit(self, mark: _Mark, stop: int, paths: _Paths) -> Unit:
        end = stop - 1
        while end > mark.last and self.blocks[end].kind in ("note", "image"):
            end -= 1
        start = self.blocks[mark.block].start
        inside = [b for b in self.blocks[mark.last + 1 : end + 1] if b.kind != "note"]
        body = " ".join(self.text[b.start : b.end] for b in inside[:3]).strip()
        gone = bool(GONE.fullmatch(mark.title.strip().lower()) or GONE.fullmatch(body.lower()))
        parts = enumeration.parts(self.text, inside, _STYLES)
        if mark.level != "annex":
            parts = sentences.divided(self.text, inside, parts)
        path = paths.at(start) if mark.level != "annex" else ()
        return Unit(mark.label, mark.number, start, self.blocks[end].end, path, mark.level, "", gone, parts)

    def _labels(self) -> list[_Mark]:
        """The §§ or Artikel: those that are headings if the file has headings, else those that count up."""
        found: list[_Mark] = []
        for i, line in enumerate(self.lines):
            if line[:1] in "§A(" and len(line) <= _TITLE and (mark := self._label(i, line)):
                found.append(mark)
        headed = [m for m in found if self.blocks[m.block].kind == "heading"]
        marks = headed if len(headed) >= _FEWEST else _counting(self._without_contents(found))
        sections = [m for m in marks if m.label.startswith("§")]
        if len(sections) > len(marks) / 2:
            marks = [m for m in marks if m.label.startswith("§") or m.level == "annex"]
        first = next((i for i, m in enumerate(marks) if m.level != "annex"), len(marks))
        return marks[first:]

    def _label(self, i: int, line: str) -> _Mark | None:
        heading = self.blocks[i].kind == "heading"
        if match := _ANNEX.fullmatch(line):
            plain = not match["title"].strip() or match["title"].lstrip().startswith(("(", "zu ", "-", ":"))
            if heading or plain:
                return _Mark(i, i, "annex", match["label"], match["number"] or "", match["title"].strip(" :"))
            return None
        match = _LABEL.fullmatch(line)
        if not match or (not heading and (_SENTENCE.match(match["title"]) or re.search(r"[.;,:]\s*$", match["title"]))):
            return None
        number = match["many"] or match["one"] or match["article"]
        plain_number = re.sub(r"\s*(?:bis|[-–])\s*", "–", number).replace(" und ", ", ")
        plain_number = re.sub(r"(?<=\d)\s(?=[a-z])", "", plain_number) + (
            f" § {match['inner']}" if match["inner"] else ""
        )
        last = i
        if not match["title"].strip() and not heading and self._is_title(i + 1):
            last = i + 1
        level = "article" if match["article"] else "section"
        return _Mark(i, last, level, match["label"], plain_number, match["title"].strip(" .:"))

    def _is_title(self, i: int) -> bool:
        line = self.lines[i] if i < len(self.lines) else ""
        titled = 0 < len(line) <= _TITLE and line[0].isupper() and not re.search(r"[.;:,]$", line)
        return titled and not _DIVISION.fullmatch(line)

    def _without_contents(self, marks: list[_Mark]) -> list[_Mark]:
        """Without the table of contents that many laws have before their first §."""
        again = next((i for i, m in enumerate(marks) if i and m.number == marks[0].number), 0)
        apart = self.blocks[marks[again].block].start - self.blocks[marks[0].block].start if again else 0
        return marks[again:] if apart < _LISTED * again else marks

    def _headings(self) -> list[_Heading]:
        """What stands above the §§: the file's own headings, or lines that are worded as such."""
        labels = {i for m in self.labels for i in range(m.block, m.last + 1)}
        headed = self.blocks[self.labels[0].block].kind == "heading"
        first = 0 if headed else max(0, self.labels[0].block - _ABOVE)
        found: list[_Heading] = []
        for i in range(first, len(self.lines)):
            line = self.lines[i]
            match = _DIVISION.fullmatch(line) if len(line) <= _TITLE and line[:1].isupper() else None
            if i in labels or (self.blocks[i].kind != "heading" if headed else not self._is_division(match, i, labels)):
                continue
            if line and not _FOOTNOTE.fullmatch(line):
                found.append(self._heading(i, match, labels))
        return self._ranked(found)

    def _ranked(self, headings: Sequence[_Heading]) -> list[_Heading]:
        """By the file's levels, and within one that holds several kinds of division (Markdown has six) by kind."""
        order = _ranks([h.kind for h in headings if h.kind])
        levels: dict[int, set[str]] = {}
        for heading in headings:
            levels.setdefault(self.blocks[heading.block].level, set()).update([heading.kind] if heading.kind else ())
        ranked = []
        for heading in headings:
            level = self.blocks[heading.block].level
            kinds = [order[kind] for kind in levels[level]]
            inside = order.get(heading.kind, min(kinds, default=0)) if len(kinds) > 1 else 0
            ranked.append(replace(heading, rank=100 * level + inside))
        return ranked

    def _heading(self, i: int, match: re.Match[str] | None, labels: Set[int]) -> _Heading:
        kind = (match["ordered"] or match["kind"] or "roman").capitalize() if match else ""
        title = " ".join(self.lines[i].split())
        untitled = match and not match["rest"].strip(" -–—:.") and self.blocks[i].kind != "heading"
        if untitled and i + 1 not in labels and self._is_title(i + 1):
            title = f"{title} {' '.join(self.lines[i + 1].split())}"
        return _Heading(i, re.sub(r"\s+[-–—:]$", "", title), 0, kind)

    def _is_division(self, match: re.Match[str] | None, i: int, labels: Set[int]) -> bool:
        """Whether a line of plain text heads a division: "I. Die Grundrechte" only right above an article."""
        if not match or re.search(r"[;,]$", match["rest"]) or re.fullmatch(r"\s+\w.*\.", match["rest"], re.DOTALL):
            return False
        return not match["roman"] or i + 1 in labels


class _Paths:
    """The titles above a place, asked for in rising order."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections, self._next = sections, 0
        self._open: list[Section] = []

    def at(self, place: int) -> tuple[str, ...]:
        while self._next < len(self._sections) and self._sections[self._next].start <= place:
            self._open.append(self._sections[self._next])
            self._next += 1
        self._open = [s for s in self._open if place < s.end]
        return tuple(s.title for s in self._open)


def _ranks(kinds: Sequence[str]) -> dict[str, int]:
    """The kinds of division from the outside in: as they first appear, an Unterabschnitt right under Abschnitt."""
    order = [kind for kind in dict.fromkeys(kinds) if not kind.startswith("Unter")]
    for kind in dict.fromkeys(kinds):
        if kind.startswith("Unter"):
            outer = kind.removeprefix("Unter").capitalize()
            order.insert(order.index(outer) + 1 if outer in order else len(order), kind)
    return {kind: i + 1 for i, kind in enumerate(order)}


def _order(mark: _Mark) -> tuple[int, str]:
    match = re.match(r"(\d+)\s?([a-z]*)", mark.number)
    return (int(match[1]), match[2]) if match else (0, "")


def _counting(marks: Sequence[_Mark]) -> list[_Mark]:
    """The labels that go up: a § that is cited at the beginning of a line does not."""
    kept: list[_Mark] = []
    for i, mark in enumerate(marks):
        if mark.level == "annex":
            kept.append(mark)
            continue
        last = next((m for m in reversed(kept) if m.level != "annex"), None)
        following = [_order(m)[0] for m in marks[i + 1 : i + 4] if m.level != "annex"]
        step = _order(mark)[0] - _order(last)[0] if last else 0
        if last and (
            _order(mark) <= _order(last) or (step > 5 and not any(n - _order(mark)[0] in (0, 1, 2) for n in following))
        ):
            continue
        kept.append(mark)
    return kept
