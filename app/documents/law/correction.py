"""Correction: a claim's numbers of articles against the articles that its words are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from app.documents.document import Document, Unit
from app.documents.law import called, citing, wording
from app.documents.law.references import outgoing
from model.types import Cited, Correction, Span


def corrected(document: Document, cited: Cited) -> Cited:
    """The same claims, each with the corrections of its numbers."""
    claims = (replace(c, corrections=corrections(document, c.text, c.citations)) for c in cited.claims)
    return replace(cited, claims=tuple(claims))


def corrections(document: Document, claim: str, citations: Sequence[Span]) -> tuple[Correction, ...]:
    """The numbers in a claim that are those of none of the articles that bear it, each with the one that does.

    A number stands where the claim names every article that it cites, where a cited article itself refers to
    it, or where it is another law's.
    """
    for volume in document.volumes:
        if citations and volume.start <= citations[0].start < volume.end:
            inside = [Span(s.start - volume.start, s.end - volume.start) for s in citations if s.end <= volume.end]
            return corrections(volume.document, claim, inside)
    bearing = [
        unit
        for unit in document.units
        if unit.level not in wording.BESIDE and any(s.overlap(Span(unit.start, unit.end)) for s in citations)
    ]
    if not bearing:
        return ()
    spelled = wording.cited(document, wording.plain(claim))
    named = [one for one in _named(document, spelled) if not one.law]
    unnamed = [unit for unit in bearing if not any(_leads_to(one, unit) for one in named)]
    if not unnamed:
        return ()
    referred = [t for u in bearing for r in outgoing(document, Span(u.start, u.end)) for t in r.targets]
    found = []
    for one in named:
        stands = any(_leads_to(one, unit) for unit in bearing) or any(
            _overlap(t.start, t.end, r.start, r.end) for t in one.targets for r in referred
        )
        if not stands:
            found.append(Correction(_written(claim, spelled, one.start, one.end), unnamed[0].name.rstrip(" .")))
    return tuple(found)


def _named(document: Document, spelled: str) -> list[citing.Named]:
    """What a claim cites. Its first words may be a bare number: in an answer that is an amount."""
    mentions = called.mentions(document, spelled)
    bare = spelled
    for mention in mentions:
        bare = citing.blank(bare, mention.start, mention.end)
    return citing.cited(document, spelled, bare, mentions)


def _leads_to(named: citing.Named, unit: Unit) -> bool:
    return any(_overlap(t.start, t.end, unit.start, unit.end) for t in named.targets)


def _overlap(start: int, end: int, other_start: int, other_end: int) -> bool:
    return start < other_end and other_start < end


def _written(claim: str, spelled: str, start: int, end: int) -> str:
    """The claim's own words for [start, end) of the same claim spelled out."""
    first, last = len(claim), 0
    for kind, i, j, k, m in SequenceMatcher(None, claim, spelled, autojunk=False).get_opcodes():
        if k < end and start < m:
            first = min(first, i + max(0, start - k) if kind == "equal" else i)
            last = max(last, i + min(m, end) - k if kind == "equal" else j)
    return claim[first:last].strip()
