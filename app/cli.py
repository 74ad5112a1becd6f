"""`tongdu`: the commands. Results on stdout, progress on stderr; exit 0, 1 (a Problem) or 2 (usage)."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import click

from app import listing, report
from app.documents.document import Document, DocumentKind, Hints
from app.documents.find import find as find_spans
from app.documents.find import line as line_of
from app.documents.open import open_document
from app.documents.shelf import shelf
from app.paths import Places, assets
from app.problems import LANGUAGES, render, system_language
from app.session import Session
from model import readings
from model.catalog import ENTRIES, entry, present
from model.types import Ask, Fetch, Problem, Read

PATIENCE = 600.0  # seconds: a read that would take longer is begun only with --yes
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Options:
    """The options that every command knows, before or after its name."""

    data_dir: str | None = None
    offline: bool = False
    lang: str | None = None

    def over(self, outer: Options) -> Options:
        """These options, what is not given taken from those before the command's name."""
        return Options(self.data_dir or outer.data_dir, self.offline or outer.offline, self.lang or outer.lang)

    @property
    def places(self) -> Places:
        return Places.find(self.data_dir)

    @property
    def language(self) -> str:
        return self.lang or system_language()


def shared(command: Command) -> Command:
    """The options of `Options`, for the group and for every command."""
    for option in (
        click.option("--lang", type=click.Choice(LANGUAGES), help="Language of messages."),
        click.option("--offline", is_flag=True, help="Never use the network."),
        click.option("--data-dir", metavar="DIR", help="Keep everything under DIR instead of the system's places."),
    ):
        command = option(command)
    return command


def gathered(command: Callable[..., None]) -> Callable[..., None]:
    """Hand a command its merged `Options` as the first argument; a Problem becomes its sentence and exit 1."""

    @click.pass_context
    def run(context: click.Context, /, data_dir: str | None, offline: bool, lang: str | None, **rest: Any) -> None:
        outer = context.obj if isinstance(context.obj, Options) else Options()
        options = Options(data_dir, offline, lang).over(outer)
        try:
            command(options, **rest)
        except Problem as problem:
            click.echo(render(problem.code, problem.parameters, options.language), err=True)
            sys.exit(1)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


def hinted(command: Command) -> Command:
    """The options of `Hints`, gathered into one argument."""

    @functools.wraps(command)
    def run(
        *arguments: Any,
        encoding: str | None,
        kind: DocumentKind | None,
        chapters: str | None,
        password: str | None,
        **rest: Any,
    ) -> None:
        for name, value in (("--encoding", encoding), ("--chapters", chapters)):
            if value == "":
                raise click.UsageError(f"{name} is empty")
        command(*arguments, hints=Hints(encoding, kind, chapters, password), **rest)

    for option in (
        click.option("--password", metavar="WORD", help="Open an encrypted PDF."),
        click.option("--chapters", metavar="REGEX", help="A chapter begins where a line matches REGEX."),
        click.option("--kind", type=click.Choice(get_args(DocumentKind)), help="What it is, if recognised wrongly."),
        click.option("--encoding", metavar="NAME", help="Read a text file in this encoding."),
    ):
        run = option(run)
    return cast(Command, run)


json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
model_option = click.option("--model", default="", metavar="NAME", help="A catalogue name or a model's folder.")
estimate_option = click.option("--estimate-only", is_flag=True, help="Show the plan and stop.")
yes_option = click.option("--yes", is_flag=True, help="Begin a read of more than ten minutes without asking.")
files_argument = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("tongdu"), prog_name="tongdu")
@shared
@click.pass_context
def main(context: click.Context, data_dir: str | None, offline: bool, lang: str | None) -> None:
    """Tongdu (通读): read a whole book or law code with a local model, and ask it."""
    context.obj = Options(data_dir, offline, lang)


@main.command()
@files_argument
@click.argument("question")
@model_option
@json_option
@estimate_option
@yes_option
@hinted
@shared
@gathered
def ask(
    options: Options,
    files: tuple[Path, ...],
    question: str,
    model: str,
    as_json: bool,
    estimate_only: bool,
    yes: bool,
    hints: Hints,
) -> None:
    """Read FILE, if it is not yet read, and answer QUESTION with passages of it. Several are a shelf, read as one."""
    if not question.strip():
        raise click.UsageError("the question is empty")
    if not question.isprintable() and any("\ud800" <= c <= "\udfff" for c in question):
        raise click.UsageError("the question is not valid text in this terminal's encoding")
    document = opened(options, files, hints)
    reading = _reading(options, document, model, estimate_only, yes)
    _run(options, document, Ask(reading, question), as_json)


@main.command()
@files_argument
@model_option
@json_option
@estimate_option
@yes_option
@hinted
@shared
@gathered
def read(
    options: Options,
    files: tuple[Path, ...],
    model: str,
    as_json: bool,
    estimate_only: bool,
    yes: bool,
    hints: Hints,
) -> None:
    """Prepare FILE: read it now, so that questions are answered at once later."""
    document = opened(options, files, hints)
    _run(options, document, _reading(options, document, model, estimate_only, yes), as_json)


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
    sys.stdout.buffer.write(opened(options, files, hints).text.encode("utf-8", "surrogatepass"))


@main.command()
@files_argument
@hinted
@shared
@gathered
def forget(options: Options, files: tuple[Path, ...], hints: Hints) -> None:
    """Remove what was read of FILE from the cache. The file itself is not touched."""
    document = opened(options, files, hints)
    keys = {document.key, *(volume.document.key for volume in document.volumes)}
    freed = sum(readings.forget(options.places.pages, key) for key in keys)
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
def models(context: click.Context, as_json: bool, data_dir: str | None, offline: bool, lang: str | None) -> None:
    """List the models, or `get` one."""
    context.obj = Options(data_dir, offline, lang).over(context.obj)
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


def opened(options: Options, files: tuple[Path, ...], hints: Hints) -> Document:
    """The file as a Document, several as a shelf; what the user should know about them is said."""
    if len(set(files)) < len(files):
        raise click.UsageError("a file is named twice")
    documents = [open_document(file, hints) for file in files]
    for file, document in zip(files, documents, strict=True):
        report.warn(document, options.language, str(file) if len(files) > 1 else "")
    return documents[0] if len(documents) == 1 else shelf(documents)


def _reading(options: Options, document: Document, model: str, estimate_only: bool, yes: bool) -> Read:
    return Read(
        source=document.source(),
        model=model,
        folders=options.places.folders(),
        seconds_allowed=None if yes else PATIENCE,
        estimate_only=estimate_only,
        offline=options.offline,
    )


def _run(options: Options, document: Document | None, request: Read | Ask | Fetch, as_json: bool) -> None:
    """Run one request in the worker and report its events. A long read is begun when the user agrees."""
    with Session(options.offline) as session:
        try:
            report.Report(document, options.language, as_json).follow(session, request)
        except Problem as problem:
            if problem.code != "long-read" or not sys.stdin.isatty():
                raise
            click.confirm(render(problem.code, problem.parameters, options.language), abort=True, err=True)
            report.Report(document, options.language, as_json).follow(session, _patient(request))


def _patient(request: Read | Ask | Fetch) -> Read | Ask | Fetch:
    """The same request without a limit of time."""
    if isinstance(request, Ask):
        return replace(request, reading=replace(request.reading, seconds_allowed=None))
    return replace(request, seconds_allowed=None) if isinstance(request, Read) else request
