"""Listing: documents, models and plans as lines for people and JSON for programs."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from app.documents.document import Document, Section
from model.catalog import Entry
from model.types import Offer, Plan, Span

_MEASURES = {
    "character": "字",
    "page": "页",
    "document": "份文档",
    "chapter": "章",
    "article": "条",
    "section": "条",
    "recital": "条序言",
    "annex": "个附件",
    "amendment": "条修正案",
    "schedule": "个附表",
}
_WHY_NOT = {
    "too-long": "longer than it can read",
    "memory": "not enough free memory",
    "unreadable-model": "cannot be read as it is published",
}
TIERS = {
    "resident": "whole in memory",
    "memory": "packed in memory",
    "host": "packed beside the GPU",
    "file": "read from disk",
}
"""Where the pages stand while an answer is written."""


def outline(document: Document, language: str) -> None:
    """What the document was recognised as, then its contents as an indented list: in a law with article ranges."""
    click.echo(document.title)
    click.echo(recognised(document, language))
    for line in document.law.history if document.law else ():
        said = " ".join(document.text[line.start : line.end].split())
        whose = [f"{volume.name}: " for volume in document.volumes if volume.start <= line.start < volume.end]
        click.echo("".join([*whose, said]))
    for section in document.sections:
        click.echo(f"{'  ' * section.level}{section.title}  [{_place(document, section)}]")


def recognised(document: Document, language: str) -> str:
    """The facts of a document in one line: format, kind, language, length, encoding, pages."""
    unknown = "语言不明" if language == "zh" else "language unknown"
    facts = [document.format, _kind(document, language), document.language or unknown]
    facts.append(_counted(len(document.text), "character", language))
    if document.encoding:
        facts.append(document.encoding)
    if document.pages:
        facts.append(_counted(len(document.pages), "page", language))
    if document.volumes:
        facts.append(_counted(len(document.volumes), "document", language))
    return ("，" if language == "zh" else ", ").join([*facts, *document.authors])


def _kind(document: Document, language: str) -> str:
    chapters = [_counted(len(document.leaves), "chapter", language)] if not document.units else []
    if not document.law:
        return chapters[0]
    levels = Counter(unit.level for unit in document.units)
    counts = chapters + [_counted(count, level, language) for level, count in levels.items()]
    where, version = document.law.jurisdiction, document.law.version
    if language == "zh":
        return f"法律{where and f'（{where}）'}：{'、'.join(counts)}{version and f'，截至 {version}'}"
    return f"law{where and f' ({where})'}: {', '.join(counts)}{version and f', as of {version}'}"


def _counted(count: int, noun: str, language: str) -> str:
    """So many of something, as the language counts them."""
    if language == "zh":
        return f"{count:,} {_MEASURES.get(noun, noun)}"
    plural = "es" if noun.endswith("x") else "s"
    return f"{count:,} {noun}{plural if count != 1 else ''}"


def _place(document: Document, section: Section) -> str:
    """The address of a section, or the articles from its first to its last."""
    first = bisect_left(document.units, section.start, key=lambda u: u.start)
    last = bisect_left(document.units, section.end, key=lambda u: u.start) - 1
    if last < first:
        return document.address(section.start)
    labels = [document.address(document.units[i].start) for i in (first, last)]
    return " – ".join(dict.fromkeys(labels))


def chapters(document: Document, spans: tuple[Span, ...]) -> str:
    """The leaf sections that spans hold, counted as addresses count them: "the rest of chapter 4, chapters 5–12"."""
    whole, part = [], []
    for number, leaf in enumerate(document.leaves, 1):
        own = Span(leaf.start, leaf.start + len(document.text[leaf.start : leaf.end].rstrip()))
        if any(span.covers(own) for span in spans):
            whole.append(number)
        elif any(document.text[max(s.start, own.start) : min(s.end, own.end)].strip() for s in spans):
            part.append(number)
    runs = [[number for _, number in run] for _, run in groupby(enumerate(whole), lambda pair: pair[1] - pair[0])]
    said = [f"a part of chapter {number}" for number in part]
    return ", ".join(said + [f"chapter {r[0]}" if len(r) == 1 else f"chapters {r[0]}–{r[-1]}" for r in runs])


def outline_json(document: Document) -> None:
    """The stable machine-readable form of a document's structure."""
    law = document.law
    plain = {
        "key": document.key,
        "title": document.title,
        "language": document.language,
        "kind": document.kind,
        "characters": len(document.text),
        "sections": [{**asdict(s), "address": document.address(s.start)} for s in document.sections],
        "units": [asdict(u) for u in document.units],
        "format": document.format,
        "authors": document.authors,
        "series": document.series,
        "encoding": document.encoding,
        "jurisdiction": law.jurisdiction if law else "",
        "version": law.version if law else "",
        "history": [document.text[s.start : s.end] for s in law.history] if law else [],
        "pages": [asdict(page) for page in document.pages],
        "volumes": [{"name": v.name, "start": v.start, "end": v.end} for v in document.volumes],
        "warnings": document.warnings,
    }
    click.echo(json.dumps(plain, ensure_ascii=False))


def catalogue(entries: tuple[Entry, ...], models: Path, present: Callable[[Entry, Path], bool], as_json: bool) -> None:
    """The models: size, licence, where from, whether here."""
    rows = [
        {
            "name": e.name,
            "bytes": e.size,
            "licence": e.licence,
            "languages": list(e.languages),
            "context": e.shape.context,
            "places": [p.name for p in e.places],
            "present": present(e, models),
            "losses": dict(e.losses),
            "needs_gpu": e.needs_gpu,
            "obstacle": e.obstacle,
        }
        for e in entries
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for e, row in zip(entries, rows, strict=True):
        facts = [f"{e.size / 1e6:,.0f} MB", e.licence, "any language" if "*" in e.languages else ", ".join(e.languages)]
        facts += [f"trained for {e.shape.context:,} tokens", "present" if row["present"] else "not here"]
        facts += ["for a GPU"] * e.needs_gpu + [f"cannot be read: {e.obstacle}"] * bool(e.obstacle)
        losses = ", ".join(_loss(precision, loss, dict(e.losses)) for precision, loss in e.losses) or "not measured"
        places = " or ".join(p.name for p in e.places)
        click.echo(f"{e.name}: {', '.join(facts)}\n    loss {losses}\n    from {places}")


def _loss(precision: str, loss: float, losses: dict[str, float]) -> str:
    """A precision's mean loss, and by how much it is above that of the weights as they are."""
    name = "four bits, word by word" if precision == "four" else precision
    more = "" if precision == "bf16" else f" (+{100 * (loss / losses['bf16'] - 1):.1f} %)"
    return f"{name} {loss:.3f}{more}"


def plan_line(plan: Plan) -> str:
    """The plan in one line."""
    stretch = f"ntk, alpha {plan.alpha:.3g}, base {plan.theta:,.0f}" if plan.rope == "ntk" else "native rotary base"
    before = f" ({plan.prepared_tokens:,} prepared before)" if plan.prepared_tokens else ""
    return (
        f"plan: {plan.document_tokens:,} tokens{before}, {stretch}; memory {plan.weight_bytes / 1e9:.2f} GB "
        f"{plan.precision} weights + {plan.kv_bytes / 1e9:.2f} GB pages ({TIERS[plan.tier]}) of "
        f"{plan.memory_free / 1e9:.1f} GB free; {plan.disk_bytes / 1e9:.2f} GB {plan.layout} on disk; "
        f"about {plan.seconds_to_read:.0f} s to read, {plan.seconds_to_answer:.0f} s to answer"
    )


def offers(offers: tuple[Offer, ...]) -> None:
    """What each model would make of a document, as a table; what cannot read it says why, and how much it could."""
    heads = ("model", "here", "tokens", "weights + pages", "precision, layout", "pages", "disk", "read", "answer")
    rows = [heads, *(_offer(offer) for offer in offers)]
    widths = [max(len(row[i]) for row in rows if len(row) == len(heads)) for i in range(len(heads))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip())


def _offer(offer: Offer) -> tuple[str, ...]:
    """One row; its fourth and last cell is the reason where there is no plan."""
    first = (offer.model, "yes" if offer.here else "no", f"{offer.tokens:,}")
    if offer.plan is None:
        fits = f"; at most {offer.fits:,} tokens of it fit" if offer.fits else ""
        return (*first, f"{_WHY_NOT.get(offer.problem, offer.problem)}{fits}")
    plan = offer.plan
    return (
        *first,
        f"{plan.weight_bytes / 1e9:.1f} + {plan.kv_bytes / 1e9:.1f} GB",
        f"{plan.precision}, {plan.layout}",
        TIERS[plan.tier],
        f"{plan.disk_bytes / 1e9:.1f} GB",
        f"{plan.seconds_to_read / 60:,.1f} min",
        f"{plan.seconds_to_answer:,.0f} s",
    )


def offer_json(offer: Offer) -> dict[str, object]:
    """The stable machine-readable form of an offer."""
    plan = plan_json(offer.plan) if offer.plan else None
    return {**asdict(offer), "plan": plan}


def plan_json(plan: Plan) -> dict[str, object]:
    """The stable machine-readable form of a plan."""
    same = ("model", "rope", "alpha", "theta", "length", "kv_bytes", "weight_bytes", "disk_bytes")
    return {name: getattr(plan, name) for name in (*same, "precision", "layout", "tier")} | {
        "tokens": plan.document_tokens,
        "seconds": plan.seconds_to_read,
        "seconds_to_answer": plan.seconds_to_answer,
    }
