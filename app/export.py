"""Export: what a reader marked in a book and asked about it, as Markdown, as a page of HTML and as JSON.

Every quotation is the document's own text under its address; in Markdown and HTML nothing of it acts as markup.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

import click

from app.documents.document import Document
from app.library.records import Mark
from app.library.turn import Kept
from app.reply import MARKS, struck
from model.types import Problem, Span

Form = Literal["markdown", "html", "json"]
FORMS: dict[Form, str] = {"markdown": ".md", "html": ".html", "json": ".json"}
WORDS = {
    "en": {
        "asked": "Questions and answers",
        "marked": "Highlights, notes and bookmarks",
        "unanswered": "The document does not answer this.",
        "bookmark": "Bookmark",
        "lost": "not found in the text that the book has now",
        "full": "supported",
        "partial": "partly supported",
        "none": "not supported by the document",
    },
    "zh": {
        "asked": "问答",
        "marked": "标注、笔记与书签",
        "unanswered": "文中没有回答。",
        "bookmark": "书签",
        "lost": "在书的现有文本中找不到",
        "full": "有原文支持",
        "partial": "部分有原文支持",
        "none": "没有原文支持",
    },
}
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~=:$^@])")  # what Markdown, also that of GitHub, may act upon


@dataclass(frozen=True)
class Item:
    """One entry of an export: a head, lines below it, and quotations with their addresses and what is said of them."""

    head: str
    lines: tuple[str, ...] = ()
    quotations: tuple[tuple[str, str, str], ...] = ()  # address, words, remark


def conversation(document: Document, turns: Sequence[Kept], form: Form, language: str) -> str:
    """What was asked and answered, oldest first."""
    if form == "json":
        return _json([plain_turn(document, turn) for turn in turns])
    items = [_turn(document, turn, WORDS[language]) for turn in turns]
    return WRITERS[form](document.title, WORDS[language]["asked"], items)


def marks(document: Document, found: Sequence[Mark], form: Form, language: str) -> str:
    """Highlights, notes and bookmarks in the order of the text."""
    if form == "json":
        return _json([plain_mark(document, mark) for mark in found])
    items = [_mark(document, mark, WORDS[language]) for mark in found]
    return WRITERS[form](document.title, WORDS[language]["marked"], items)


def plain_turn(document: Document, kept: Kept) -> dict[str, Any]:
    """The stable machine-readable form of a turn: places with their words, which are the document's own."""
    claims = [
        {**asdict(claim), "citations": [_place(document, span) for span in claim.citations]} for claim in kept.claims
    ]
    names = ("time", "question", "answer", "answered", "claims", "scope")
    scope = asdict(kept.scope) if kept.scope is not None else None
    return {name: {"claims": claims, "scope": scope}.get(name, getattr(kept, name)) for name in names}


def plain_mark(document: Document, mark: Mark) -> dict[str, Any]:
    """The stable machine-readable form of a mark; where it was not found again, with the words that it had."""
    place = {"text": mark.words, "address": ""} if mark.lost else _place(document, mark.span)
    told = {name: getattr(mark, name) for name in ("kind", "colour", "note", "created", "changed", "lost")}
    return {**told, **place}


def show_turns(document: Document, turns: Sequence[Kept]) -> None:
    """The turns as lines of a terminal: when, what was asked, the answer, and each claim with its places."""
    for kept in turns:
        click.echo(f"{kept.time}  {click.style(kept.question, bold=True)}\n{kept.answer}")
        for claim in kept.claims:
            places = ", ".join(dict.fromkeys(document.address(span.start) for span in claim.citations))
            click.echo(f"  {MARKS[claim.support]}: {struck(claim)}" + (f"  [{places}]" if places else ""))
        if not kept.answered:
            click.echo("  This was not answered in this document.")
        click.echo()


def write(path: Path, words: str) -> None:
    """Write an export to a file, whole or not at all. Raises Problem "no-folder" or "disk-full"."""
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_bytes(words.encode("utf-8", "surrogatepass"))
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Problem("disk-full", folder=str(path.parent), megabytes=1) from error
        raise Problem("no-folder", folder=str(path.parent), reason=error.strerror or "") from error


def form_of(path: Path) -> Form:
    """The form that a file's ending asks for; Markdown for any other."""
    return next((form for form, ending in FORMS.items() if path.suffix.lower() == ending), "markdown")


def _turn(document: Document, kept: Kept, words: dict[str, str]) -> Item:
    lines = [kept.answer] if kept.answered else [words["unanswered"]]
    quotations = [
        (document.address(span.start), document.text[span.start : span.end], f"{words[claim.support]}: {claim.text}")
        for claim in (kept.claims if kept.answered else ())
        for span in claim.citations
    ]
    return Item(kept.question, (*lines, kept.time), tuple(quotations))


def _mark(document: Document, mark: Mark, words: dict[str, str]) -> Item:
    address = words["lost"] if mark.lost else document.address(mark.span.start)
    quoted = mark.words if mark.lost else document.text[mark.span.start : mark.span.end]
    head = words["bookmark"] if mark.kind == "bookmark" else document.section_title(mark.span.start) or address
    quotation = ((address, quoted, ""),) if quoted else ()
    return Item(head, (() if quoted else (address,)) + ((mark.note,) if mark.note else ()), quotation)


def _markdown(title: str, what: str, items: Sequence[Item]) -> str:
    parts = [f"# {_flat(title)}", _flat(what)]
    for item in items:
        parts += [f"## {_flat(item.head)}", *(_lines(line) for line in item.lines)]
        for address, quoted, remark in item.quotations:
            parts += [_flat(remark)] if remark else []
            parts.append("\n".join(f"> {line}" for line in f"{_lines(quoted)}\n\n{_flat(address)}".split("\n")))
    return "\n\n".join(parts) + "\n"


def _html(title: str, what: str, items: Sequence[Item]) -> str:
    body = [f"<h1>{escape(title)}</h1>", f"<p>{escape(what)}</p>"]
    for item in items:
        body += [f"<h2>{escape(item.head)}</h2>", *(f"<p>{escape(line)}</p>" for line in item.lines)]
        for address, quoted, remark in item.quotations:
            body += [f"<p>{escape(remark)}</p>"] if remark else []
            body.append(f"<blockquote><p>{escape(quoted)}</p><cite>{escape(address)}</cite></blockquote>")
    style = "body{max-width:40em;margin:2em auto;font-family:serif;line-height:1.6}p{white-space:pre-wrap}"
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    return f"<!doctype html>\n<html><head>{head}</head><body>\n" + "\n".join(body) + "\n</body></html>\n"


WRITERS: dict[Form, Callable[[str, str, Sequence[Item]], str]] = {"markdown": _markdown, "html": _html}


def _json(items: list[dict[str, Any]]) -> str:
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _place(document: Document, span: Span) -> dict[str, Any]:
    words = document.text[span.start : span.end]
    return {"start": span.start, "end": span.end, "text": words, "address": document.address(span.start)}


def _lines(text: str) -> str:
    """Words of which nothing is markup, their lines and paragraphs kept."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join("\\\n".join(map(_inert, paragraph.split("\n"))) for paragraph in paragraphs)


def _flat(text: str) -> str:
    """Words of which nothing is markup, on one line."""
    return _inert(" ".join(text.split()))


def _inert(line: str) -> str:
    return _ACTIVE.sub(r"\\\1", line.strip())
