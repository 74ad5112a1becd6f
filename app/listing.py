"""Listing: documents and models as lines for people and JSON for programs."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from app.documents.document import Document, Section
from model.catalog import Entry

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
        }
        for e in entries
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for e, row in zip(entries, rows, strict=True):
        here = "present" if row["present"] else "not here"
        languages = "any language" if "*" in e.languages else ", ".join(e.languages)
        places = " or ".join(p.name for p in e.places)
        click.echo(
            f"{e.name}: {e.size / 1e6:.0f} MB, {e.licence}, {languages}, trained for {e.shape.context:,} tokens, "
            f"{here}\n    from {places}"
        )
