"""`tongdu`: the commands. Results on stdout, progress on stderr; exit 0, 1 (a Problem) or 2 (usage)."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import click

from app import export, listing, report, selfcheck
from app.asking import decided, named
from app.documents.document import Document, Hints
from app.documents.find import find as find_spans
from app.documents.find import line as line_of
from app.documents.law.question import ruled
from app.documents.open import open_document
from app.documents.place import scope as scope_of
from app.documents.place import until as until_of
from app.documents.shelf import shelf
from app.exam.command import Names, Wanted, measure_answers
from app.exam.sets import REPORTED, SETS
from app.exam.systems import SYSTEMS
from app.export import FORMS, Form, plain_turn, show_turns
from app.library.conversation import Conversation
from app.library.store import Store
from app.measure import Lengths, Speed
from app.measure import speed as measure_speed
from app.options import Finite, Options, Terms, files_argument, gathered, hinted, json_option, shared, termed
from app.paths import assets
from app.problems import render
from app.reply import Reply
from app.searching import Shown, Sought
from app.searching import search as search_document
from app.session import Session
from app.terminal import Terminal
from model import readings
from model.catalog import ENTRIES, entry, present
from model.types import Ask, Fetch, Problem, Read, Search, Span, Turn, Work

PATIENCE = 600.0  # seconds: a read that would take longer is begun only with --yes


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("tongdu"), prog_name="tongdu")
@shared
@click.pass_context
def main(context: click.Context, /, **options: Any) -> None:
    """Tongdu (通读): read a whole book or law code with a local model, and ask it."""
    context.obj = Options(**options)
    if sys.stdout.isatty():
        terminal = cast(TextIO, Terminal(sys.stdout))
        context.with_resource(redirect_stdout(terminal))


@main.command()
@files_argument
@click.argument("question")
@click.option("--until", metavar="PLACE", help="No spoilers: as if nothing behind PLACE had been read.")
@click.option("--scope", metavar="PLACE[..PLACE]", help="Answer from this part alone.")
@click.option("--so-far", is_flag=True, help="Answer from what has been read, also while it is being read.")
@click.option("--follow", is_flag=True, help="A follow-up: what was asked of FILE before belongs to it.")
@click.option(
    "--temperature", type=Finite(0, 2), default=0.0, help="Above 0 the words are drawn by chance (at most 2)."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, help="The same draws again.")
@json_option
@termed
@hinted
@shared
@gathered
def ask(
    options: Options,
    files: tuple[Path, ...],
    question: str,
    until: str | None,
    scope: str | None,
    so_far: bool,
    follow: bool,
    temperature: float,
    seed: int,
    as_json: bool,
    terms: Terms,
    hints: Hints,
) -> None:
    """Read FILE, if it is not yet read, and answer QUESTION with passages of it. Several are a shelf, read as one.

    PLACE is an address as answers and the outline show it (c3.p14, 第三十条), a chapter's number or title, a share
    (40%) or an offset (12000).
    """
    _refuse_unsaid_of(question, until, scope)
    document = opened(options, files, hints)
    part = _scope(document, until, scope)
    reply = None if terms.estimate_only else decided(document, question, part)
    if reply:
        click.echo(json.dumps(reply.as_plain(None), ensure_ascii=False)) if as_json else reply.show_ruling()
    else:
        ruling = ruled(document, question)
        units = named(ruling, part) if ruling else ()
        history = _history(options, document, part) if follow else ()
        request = Ask(_reading(options, document, terms), question, part, so_far, temperature, seed, units, history)
        reply = _run(options, document, request, as_json)
    _keep(options, document, question, reply)


@main.command()
@files_argument
@click.argument("question")
@click.option("--exact", is_flag=True, help="QUESTION is one phrase: every place that says exactly this.")
@click.option("--boolean", is_flag=True, help='QUESTION is a query: words, "a phrase", AND, OR, NOT, word*, brackets.')
@click.option("--until", metavar="PLACE", help="Only before PLACE.")
@click.option("--scope", metavar="PLACE[..PLACE]", help="Only in this part.")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, metavar="N", help="At most N.")
@click.option("--model", default="", metavar="NAME", help="A catalogue name or a model's folder.")
@json_option
@hinted
@shared
@gathered
def search(
    options: Options,
    files: tuple[Path, ...],
    question: str,
    exact: bool,
    boolean: bool,
    until: str | None,
    scope: str | None,
    limit: int,
    model: str,
    as_json: bool,
    hints: Hints,
) -> None:
    """Find the articles or passages of FILE that QUESTION is about, best first. Nothing is read or written for it.

    With --exact or --boolean no model is needed, and what is found stands in the text's order.
    """
    if exact and boolean:
        raise click.UsageError("--exact and --boolean exclude each other")
    _refuse_unsaid_of(question, until, scope)
    document = opened(options, files, hints)
    kind: Literal["question", "phrase", "query"] = "phrase" if exact else "query" if boolean else "question"
    sought = Sought(question, kind, _scope(document, until, scope), limit)
    shown = Shown(document, options.language, as_json)
    search_document(document, sought, lambda: _reading(options, document, Terms(model)), options.offline, shown)


@main.command()
@files_argument
@json_option
@termed
@hinted
@shared
@gathered
def read(options: Options, files: tuple[Path, ...], as_json: bool, terms: Terms, hints: Hints) -> None:
    """Prepare FILE: read it now, so that questions are answered at once later."""
    document = opened(options, files, hints)
    _run(options, document, _reading(options, document, terms), as_json)


@main.command()
@files_argument
@json_option
@hinted
@shared
@gathered
def outline(options: Options, files: tuple[Path, ...], as_json: bool, hints: Hints) -> None:
    """Show what FILE was recognised as, and its chapters or articles. Needs no model."""
    document = opened(options, files, hints)
    listing.outline_json(document) if as_json else listing.outline(document, options.language)


@main.command()
@files_argument
@click.argument("text")
@json_option
@hinted
@shared
@gathered
def find(options: Options, files: tuple[Path, ...], text: str, as_json: bool, hints: Hints) -> None:
    """Find TEXT in FILE, whatever its case, width, quotes and line ends. Needs no model."""
    if not text.strip():
        raise click.UsageError("the text to find is empty")
    document = opened(options, files, hints)
    hits = [
        {"start": s.start, "end": s.end, "address": document.address(s.start), "line": line_of(document, s)}
        for s in find_spans(document, text)
    ]
    if as_json:
        click.echo(json.dumps(hits, ensure_ascii=False))
        return
    for hit in hits:
        click.echo(f"{hit['address']}\t{hit['line']}")
    click.echo(f"{len(hits):,} 处" if options.language == "zh" else f"{len(hits):,} found", err=True)


@main.command()
@files_argument
@hinted
@shared
@gathered
def text(options: Options, files: tuple[Path, ...], hints: Hints) -> None:
    """Print the canonical text of FILE: what is read, and what every offset counts."""
    words = opened(options, files, hints).text
    if sys.stdout.isatty():
        sys.stdout.write(words)
    else:
        sys.stdout.buffer.write(words.encode("utf-8", "surrogatepass"))


@main.command("conversation")
@files_argument
@json_option
@hinted
@shared
@gathered
def asked(options: Options, files: tuple[Path, ...], as_json: bool, hints: Hints) -> None:
    """Show what was asked of FILE and answered, oldest first. `forget` removes it."""
    document = opened(options, files, hints)
    with Store(options.places.data) as store:
        turns = Conversation(store, document).turns()
    if as_json:
        click.echo(json.dumps([plain_turn(document, turn) for turn in turns], ensure_ascii=False))
        return
    show_turns(document, turns)
    click.echo(f"{len(turns):,} 问" if options.language == "zh" else f"{len(turns):,} asked", err=True)


@main.command("export")
@files_argument
@click.option("--what", type=click.Choice(["conversation", "marks"]), default="conversation", show_default=True)
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="markdown", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; on the terminal without it.")
@hinted
@shared
@gathered
def exported(options: Options, files: tuple[Path, ...], what: str, form: Form, out: Path | None, hints: Hints) -> None:
    """Write down what was asked of FILE, or marked in it, with the words of every place."""
    document = opened(options, files, hints)
    with Store(options.places.data) as store:
        if what == "marks":
            words = export.marks(document, store.marks(document.key), form, options.language)
        else:
            words = export.conversation(document, Conversation(store, document).turns(), form, options.language)
    if out is None:
        click.echo(words, nl=False)
    else:
        export.write(out, words)


@main.command()
@files_argument
@hinted
@shared
@gathered
def forget(options: Options, files: tuple[Path, ...], hints: Hints) -> None:
    """Remove what was read of FILE from the cache, and what was asked about it. The file itself is not touched."""
    document = opened(options, files, hints)
    parts = {part.key: part for part in (document, *(volume.document for volume in document.volumes))}
    freed = sum(readings.forget(options.places.pages, key) for key in parts)
    with Store(options.places.data) as store:
        freed += sum(Conversation(store, part).clear() for part in parts.values())
    click.echo(f"forgotten: {freed / 1e6:.0f} MB freed")


@main.command()
@shared
@gathered
def samples(options: Options) -> None:
    """List the sample books that come with Tongdu."""
    for path in sorted((assets() / "samples").iterdir()):
        if path.suffix in (".epub", ".txt"):
            click.echo(path)


@main.group(invoke_without_command=True)
@json_option
@shared
@click.pass_context
def models(context: click.Context, /, as_json: bool, **options: Any) -> None:
    """List the models, or `get` one."""
    context.obj = Options(**options).over(context.obj)
    if context.invoked_subcommand is None:
        listing.catalogue(ENTRIES, context.obj.places.models, present, as_json)


@models.command()
@click.argument("name")
@shared
@gathered
def get(options: Options, name: str) -> None:
    """Fetch the model NAME and make it ready to load."""
    found = entry(name)
    _run(options, None, Fetch(found.name, options.places.folders(), options.offline), as_json=False)
    click.echo(f"{found.name} is ready in {options.places.models / found.name}")


@main.command()
@shared
@gathered
def check(options: Options) -> None:
    """Look at this machine: memory, disk, GPU, torch, models, library; each with what mends it."""
    options.places.folders()
    checks = list(selfcheck.of_machine(options.places))
    with Session(options.offline) as session:
        checks += selfcheck.of_engine(selfcheck.asked(session))
    click.echo(selfcheck.report(checks, options.language))
    if any(check.state == "bad" for check in checks):
        sys.exit(1)


@main.group()
def measure() -> None:
    """Measure this machine and its models."""


@measure.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--model", default="", metavar="NAME", help="A catalogue name or a model's folder.")
@click.option("--tokens", type=Lengths(), default="2048,8192,16384", show_default=True, help="Lengths to measure.")
@click.option("--picture", type=click.Path(path_type=Path), help="Draw time and memory against length: a PNG.")
@json_option
@shared
@gathered
def speed(
    options: Options,
    files: tuple[Path, ...],
    model: str,
    tokens: tuple[int, ...],
    picture: Path | None,
    as_json: bool,
) -> None:
    """Reading and writing speed beside transformers and llama.cpp, on the words of FILE or of the samples."""
    measure_speed(options, Speed(model, tokens, files, picture), as_json)


@measure.command()
@click.option(
    "--data", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The folder of public questions."
)
@click.option("--model", required=True, metavar="NAME", help="A catalogue name or a model's folder.")
@click.option(
    "--sets", type=Names(tuple(SETS)), default=",".join(REPORTED), show_default=True, help=f"Of {', '.join(SETS)}."
)
@click.option(
    "--systems",
    type=Names(tuple(SYSTEMS)),
    default=None,
    help=f"Of {', '.join(SYSTEMS)}; all where none is named, look-ups by those without a model.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask only the first N questions of each set.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="ANSWERS.md",
    show_default=True,
    help="The page; its pictures go beside it.",
)
@click.option("--again", is_flag=True, help="Ask again what is finished, as after a change of Tongdu.")
@json_option
@shared
@gathered
def answers(
    options: Options,
    data: Path,
    model: str,
    sets: tuple[str, ...],
    systems: tuple[str, ...] | None,
    limit: int | None,
    out: Path,
    again: bool,
    as_json: bool,
) -> None:
    """Put questions with known answers to a model and write a page of how it does.

    What is finished is kept and not asked again; Ctrl+C ends after the question in hand.
    """
    measure_answers(options, Wanted(data, model, sets, systems or (), limit, out, again), as_json)


def opened(options: Options, files: tuple[Path, ...], hints: Hints) -> Document:
    """The file as a Document, several as a shelf; what the user should know about them is said."""
    if len(set(files)) < len(files):
        raise click.UsageError("a file is named twice")
    documents = [open_document(file, hints) for file in files]
    for file, document in zip(files, documents, strict=True):
        report.warn(document, options.language, str(file) if len(files) > 1 else "")
    return documents[0] if len(documents) == 1 else shelf(documents)


def _refuse_unsaid(name: str, words: str | None) -> None:
    """Refuse words that say nothing, or are no text. Raises UsageError."""
    if words is not None and not words.strip():
        raise click.UsageError(f"{name} is empty")
    if words is not None and any("\ud800" <= c <= "\udfff" for c in words):
        raise click.UsageError(f"{name} is not valid text in this terminal's encoding")


def _refuse_unsaid_of(question: str, until: str | None, scope: str | None) -> None:
    """Refuse a question, or a part of the document, that is not one. Raises UsageError."""
    if until is not None and scope is not None:
        raise click.UsageError("--until and --scope exclude each other")
    for name, words in (("the question", question), ("--until", until), ("--scope", scope)):
        _refuse_unsaid(name, words)


def _history(options: Options, document: Document, part: Span | None) -> tuple[Turn, ...]:
    """What a follow-up question belongs to. Raises the Problems of the library."""
    with Store(options.places.data) as store:
        return Conversation(store, document).history(part)


def _keep(options: Options, document: Document, question: str, reply: Reply) -> None:
    """Keep a turn that came to an answer. Where that fails the answer stands, and it is said why."""
    if reply.cited is None:
        return
    try:
        with Store(options.places.data) as store:
            Conversation(store, document).add(
                question, reply.answer, reply.cited, reply.scope, reply.evidence, by_rule=reply.by_rule
            )
    except Problem as problem:
        report.say(render(problem.code, problem.parameters, options.language))


def _scope(document: Document, until: str | None, scope: str | None) -> Span | None:
    """The part of the document that is asked about. Raises the Problems of `app.documents.place`."""
    if until is not None:
        return until_of(document, until)
    return None if scope is None else scope_of(document, scope)


def _reading(options: Options, document: Document, terms: Terms) -> Read:
    return Read(
        source=document.source(),
        model=terms.model,
        folders=options.places.folders(),
        seconds_allowed=None if terms.yes else PATIENCE,
        estimate_only=terms.estimate_only,
        offline=options.offline,
        precision=terms.precision,
        layout=terms.layout,
        cache_bytes=options.cache_bytes,
    )


def _run(options: Options, document: Document | None, request: Work, as_json: bool) -> Reply:
    """Run one request in the worker and report its events. A long read is begun when the user agrees."""
    with Session(options.offline) as session:
        shown = report.Report(document, options.language, as_json)
        try:
            shown.follow(session, request)
        except Problem as problem:
            if problem.code != "long-read" or not sys.stdin.isatty():
                raise
            click.confirm(render(problem.code, problem.parameters, options.language), abort=True, err=True)
            shown = report.Report(document, options.language, as_json)
            shown.follow(session, _patient(request))
        return shown.reply


def _patient(request: Work) -> Work:
    """The same request without a limit of time."""
    if isinstance(request, Ask | Search):
        return replace(request, reading=replace(request.reading, seconds_allowed=None))
    return replace(request, seconds_allowed=None) if isinstance(request, Read) else request
