"""Reply: an answer with its passages, as lines for people and as JSON for programs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

import click

from app import listing
from app.documents.document import Document
from app.documents.law.references import Reference
from app.documents.place import Gazetteer
from model.types import Cited, Claim, Evidence, Finished, Listed, Offer, Plan, Receipt, Span

MARKS = {"full": "supported", "partial": "partly supported", "none": "NOT supported by the document"}


@dataclass
class Reply:
    """What has come of one question so far."""

    document: Document
    scope: Span | None = None
    so_far: bool = False
    offers: tuple[Offer, ...] = ()
    plan: Plan | None = None
    evidence: tuple[Evidence, ...] = ()
    answer: str = ""
    cited: Cited | None = None
    listed: Listed | None = None
    references: tuple[Reference, ...] = ()
    by_rule: bool = False

    def show_ruling(self) -> None:
        """The units that the question named, with what they refer to; or the sentence why there are none."""
        if not self.evidence:
            click.echo(self.answer)
        for item in self.evidence:
            self._quote("", item.span)
        if self.references:
            click.echo("refers to: " + "; ".join(reference.destination for reference in self.references))

    def show(self, receipt: Receipt) -> None:
        """The claims with their passages, or that there are none; what was listed; what was read."""
        if self.cited is not None:
            self._citations(self.cited, receipt)
        if self.listed is not None:
            self._lists(self.listed)
        notes = ["prepared before"] * receipt.prepared_before + [self._limits(receipt)]
        said = "; ".join(filter(None, notes))
        click.echo(
            f"read {receipt.tokens_read:,} of {receipt.tokens_total:,} tokens, "
            f"{receipt.sections_read} of {receipt.sections_total} chapters{said and f' ({said})'}"
        )

    def as_plain(self, event: Finished | None) -> dict[str, Any]:
        """The stable machine-readable form of an answer; of the offers alone where nothing came of them."""
        cited = self.cited or Cited(False, ())
        receipt = {**asdict(event.receipt), "left_out": [asdict(s) for s in event.receipt.left_out]} if event else None
        return {
            "answer": self.answer,
            "answered": cited.answered,
            "scope": asdict(self.scope) if self.scope is not None else None,
            "so_far": self.so_far,
            "evidence": [{**self._place(e.span), "score": e.score} for e in self.evidence],
            "claims": [
                {
                    "text": c.text,
                    "support": c.support,
                    "citations": [self._place(s) for s in c.citations],
                    "corrections": [asdict(correction) for correction in c.corrections],
                }
                for c in cited.claims
            ],
            "references": [self._reference_plain(reference) for reference in self.references],
            "listed": self._listed_plain(self.listed) if self.listed else None,
            "receipt": receipt,
            "plan": listing.plan_json(self.plan) if self.plan else None,
            "offers": [listing.offer_json(offer) for offer in self.offers],
            "seconds": asdict(event.seconds) if event else None,
        }

    def _known(self, receipt: Receipt) -> str:
        """What the answer was allowed to know, where that is not all: "c1..c4"."""
        if self.scope is None and not (self.so_far and receipt.left_out):
            return ""
        known = self.scope or Span(0, len(self.document.text))
        behind = [s.start for s in receipt.left_out if s.start > known.start]
        known = Span(known.start, max(known.start, min([known.end, *behind])))
        return Gazetteer(self.document).name(known)

    def _limits(self, receipt: Receipt) -> str:
        """Why something is left out of the answer, and what."""
        left_out = listing.chapters(self.document, receipt.left_out)
        if not left_out:
            return ""
        if self.scope is None:
            return f"asked of what is read so far, without {left_out}" if self.so_far else f"without {left_out}"
        if self.scope.start or self.so_far:
            return f"asked of {self._known(receipt)} alone, without {left_out}"
        return f"asked to stop before the rest: {left_out}"

    def _citations(self, cited: Cited, receipt: Receipt) -> None:
        known = self._known(receipt)
        click.echo("\n")
        if not cited.answered:
            where = f"{known}, all that was asked of" if known else "this document"
            click.echo(f"This is not answered in {where}; what the model wrote above is not supported by it.")
            click.echo("Nearest passages (no evidence):\n")
            for item in self.evidence[:3]:
                self._quote("·", item.span)
            return
        if known:
            click.echo(f"From {known} alone:")
        for number, claim in enumerate(cited.claims, 1):
            click.echo(f"[{number}] {MARKS[claim.support]}: {struck(claim)}")
            for span in claim.citations:
                self._quote("   ", span)

    def _quote(self, mark: str, span: Span) -> None:
        """A passage as it stands in the document, its address and chapter before it."""
        place = f"{self.document.address(span.start)} · {self.document.section_title(span.start)}"
        click.echo(f"{mark + ' ' if mark else ''}{place}\n{self.document.text[span.start : span.end]}\n")

    def _place(self, span: Span) -> dict[str, Any]:
        return {
            "start": span.start,
            "end": span.end,
            "text": self.document.text[span.start : span.end],
            "address": self.document.address(span.start),
            "title": self.document.section_title(span.start),
        }

    def _reference_plain(self, reference: Reference) -> dict[str, Any]:
        targets = [{"label": t.label, "start": t.start, "end": t.end} for t in reference.targets]
        own = {"start": reference.start, "end": reference.end, "law": reference.law}
        return {**own, "targets": targets, "missing": list(reference.missing)}

    def _lists(self, listed: Listed) -> None:
        """The program's own list beside the model's: counts, and what each missed."""
        kind = "articles" if self.document.units else "paragraphs"
        click.echo(f"The program's own search: “{listed.words}” stands in {len(listed.found):,} {kind}.")
        for words, spans in (
            ("found by it, not cited above", listed.unlisted),
            ("cited above, without these words", listed.beyond),
        ):
            if spans:
                places = ", ".join(dict.fromkeys(self.document.address(s.start) for s in spans))
                click.echo(f"  {words} ({len(spans):,}): {places}")
        click.echo()

    def _listed_plain(self, listed: Listed) -> dict[str, Any]:
        lists = {"found": listed.found, "unlisted": listed.unlisted, "beyond": listed.beyond}
        places = {
            name: [{"start": s.start, "end": s.end, "address": self.document.address(s.start)} for s in spans]
            for name, spans in lists.items()
        }
        return {"words": listed.words, **places}


def struck(claim: Claim) -> str:
    """The claim's words, each wrong number struck and followed by the right one."""
    rights = {correction.said: correction.right for correction in claim.corrections}
    if not rights:
        return claim.text
    wrong = "|".join(re.escape(said) for said in sorted(rights, key=len, reverse=True))
    return re.sub(  # not inside a longer number: Article 5 is no part of Article 57
        rf"(?:{wrong})(?!\d)",
        lambda match: f"{click.style(match[0], strikethrough=True)} → {rights[match[0]]}",
        claim.text,
    )
