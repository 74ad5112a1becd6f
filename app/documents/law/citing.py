"""Citing: the citations of a question, whatever language it is in, and where each leads in a law."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.documents.document import Block, Document, Unit
from app.documents.law import chinese_references, english_references, german_references
from app.documents.law.called import Mention
from app.documents.law.reference import Reference
from app.documents.law.register import Register, Target, target
from model.labels import ROMAN, number

_GRAMMARS = (english_references, chinese_references, german_references)
_HOME = {"CN": chinese_references, "JP": chinese_references, "DE": german_references}
_OF = re.compile(r"[\s,]*(?:(?:of|in|under|from|des|der|dem|the)\s+)*", re.IGNORECASE)
_BEHIND = re.compile(r"(?:['’]s)?[\s,:，：·的中里之规定]*(?:(?:the|in|under|of)\s+)?")
_LED = re.compile(
    r"(?:^|\b(?:under|in|of|per|by|according to)|根据|依据|按照|依照|参照|在|《)\s*(?:the\s+)?$", re.IGNORECASE
)
_SAYS_IN = re.compile(r"\W*(?:say|state|provide|mean|read)s?\s+(?:in|under)\s+(?:the\s+)?", re.IGNORECASE)
_AND = re.compile(r"\s*(?:[,、;]|and|or|und|oder|to|与|和|及|或|以及|至|到)?\s*(?:and|or|和)?\s*", re.IGNORECASE)
_NUMBER = re.compile(
    r"[\s,:]*(?P<number>\d+(?:\.\d+)?[a-zA-Z]{0,3}(?:-\d+)?(?:\([0-9a-zA-Z]{1,4}\))*)(?![\w.,%(])(?!\s?[-/]\d)"
)
_END = re.compile(r"[\s.?!。]+$")
APART = re.compile(rf"\b(?P<kind>Recitals?|Annex(?:es)?|Schedules?|Amendments?) (?P<number>\d+[A-Za-z]?|{ROMAN})(?!\w)")
_PREAMBLE = re.compile(r"\bpreamble\b|\bPräambel\b|序言|序文", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """One citation at [start, end) of a question and where it leads."""

    start: int
    end: int
    targets: tuple[Target, ...] = ()
    missing: tuple[str, ...] = ()
    law: str = ""


def blank(words: str, start: int, end: int) -> str:
    """The same words with spaces at [start, end)."""
    return words[:start] + " " * (end - start) + words[end:]


def blanked(document: Document, said: str, mentions: Sequence[Mention]) -> str:
    """A question with spaces for the names of laws; "§" before a number that only such a name, or nothing, heads."""
    bare = said
    for mention in mentions:
        bare = blank(bare, mention.start, mention.end)
        if _NUMBER.match(said, mention.end):
            bare = bare[: mention.end - 2] + "§ " + bare[mention.end :]
    match = _NUMBER.fullmatch(_END.sub("", bare))
    return f"§ {match['number']}".ljust(len(bare)) if match and all(m.own for m in mentions) else bare


def cited(document: Document, said: str, bare: str, mentions: Sequence[Mention]) -> list[Named]:
    """What a question cites, in order: of this law its targets and what is missing, of another its name."""
    found = [_read(reference) for reference in _references(document, bare)]
    found += _apart(document, bare, found)
    found.sort(key=lambda one: one.start)
    laws = _governing(said, found, mentions)
    named = []
    for one, law in zip(found, laws, strict=True):
        if law and not law.own:
            named.append(Named(one.start, one.end, law=law.name))
        else:
            named.append(one if not one.missing else replace(one, missing=_as_written(said, one, law)))
    return named


def _references(document: Document, bare: str) -> list[Reference]:
    """The references of a question as each grammar reads it: the longest wherever two overlap, the own one if equal."""
    base = len(document.text) + 2
    document = _without_amendments(document)
    block = Block(base, base + len(bare), "paragraph")
    asking = replace(document, title="", text=" " * base + bare, blocks=(block,), volumes=())
    jurisdiction = document.law.jurisdiction if document.law else ""
    register = Register(document, strict=jurisdiction in ("CN", "JP"))
    home = _HOME.get(jurisdiction, english_references)
    read = [
        replace(reference, start=reference.start - base, end=reference.end - base)
        for grammar in sorted(_GRAMMARS, key=lambda grammar: grammar is not home)
        for reference in grammar.cited(asking, register, base, block.end)
    ]
    kept: list[Reference] = []
    for reference in sorted(read, key=lambda r: (r.start - r.end, bool(r.missing))):
        if all(reference.end <= other.start or other.end <= reference.start for other in kept):
            kept.append(reference)
    return kept


def _without_amendments(document: Document) -> Document:
    """A constitution whose amendments are numbered like its articles: Article 9 is no amendment."""
    law = document.law
    units = tuple(u for u in document.units if u.level != "amendment")
    return replace(document, law=replace(law, units=units)) if law and 0 < len(units) < len(law.units) else document


def _read(reference: Reference) -> Named:
    missing = () if reference.law else reference.missing
    return Named(reference.start, reference.end, reference.targets, missing, reference.law)


def _apart(document: Document, bare: str, found: Sequence[Named]) -> list[Named]:
    """Recitals, annexes, amendments and the preamble, where no grammar finds them."""
    named = []
    for match in APART.finditer(bare):
        if any(one.start < match.end() and match.start() < one.end for one in found):
            continue
        kind = match["kind"].lower().removesuffix("es" if match["kind"].startswith("Annex") else "s")
        value = match["number"] if match["number"][0].isdigit() else str(number(match["number"]))
        unit = _unit(document.units, kind, {value, match["number"]})
        missing = () if unit else (match[0],)
        named.append(Named(match.start(), match.end(), (unit,) if unit else (), missing))
    for match in _PREAMBLE.finditer(bare):
        if preamble := next((u for u in document.units if u.level == "preamble"), None):
            named.append(Named(match.start(), match.end(), (target((preamble,)),)))
        elif section := next((s for s in document.sections if _PREAMBLE.match(s.title.replace(" ", ""))), None):
            at = Target(section.title, section.title, section.start, section.end)
            named.append(Named(match.start(), match.end(), (at,)))
    return named


def _unit(units: Iterable[Unit], level: str, numbers: set[str]) -> Target | None:
    """The unit, or the part of one, of a level and number."""
    for unit in units:
        for chain in ((unit,), *((unit, part) for part in unit.parts)):
            if chain[-1].level == level and chain[-1].number in numbers:
                return target(chain)
    return None


def _governing(said: str, found: Sequence[Named], mentions: Sequence[Mention]) -> list[Mention | None]:
    """The law that each citation is of: named beside it, beside one that it is joined to, or before it."""
    laws = [_beside(said, one, mentions) for one in found]
    for i in range(len(found) - 2, -1, -1):
        if laws[i] is None and _joined(said, found[i], found[i + 1]):
            laws[i] = laws[i + 1]
    for i in range(len(found)):
        if laws[i] is None:
            before = [
                m for m in mentions if m.end <= found[i].start and (m in laws[:i] or _LED.search(said[: m.start]))
            ]
            laws[i] = before[-1] if before else None
    return laws


def _beside(said: str, one: Named, mentions: Sequence[Mention]) -> Mention | None:
    for mention in mentions:
        if mention.start >= one.end and (
            _OF.fullmatch(said[one.end : mention.start]) or _SAYS_IN.fullmatch(said[one.end : mention.start])
        ):
            return mention
    for mention in reversed(mentions):
        if mention.start <= one.start <= mention.end or (
            mention.end <= one.start and _BEHIND.fullmatch(said[mention.end : one.start])
        ):
            return mention
    return None


def _joined(said: str, one: Named, other: Named) -> bool:
    return bool(_AND.fullmatch(said[one.end : other.start]))


def _as_written(said: str, one: Named, law: Mention | None) -> tuple[str, ...]:
    """What is missing in the question's words; of a list, the plain numbers of those that are."""
    if one.targets or len(one.missing) > 1:
        return one.missing
    start = law.start if law and law.start < one.start <= law.end else one.start
    return (" ".join(said[start : one.end].split()),)
