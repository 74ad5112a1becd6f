"""Options: what commands are told, one description each, gathered into frozen values."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

import click

from app.documents.document import DocumentKind, Hints
from app.paths import Places
from app.problems import LANGUAGES, render, system_language
from app.settings import Settings
from model.types import Layout, Precision, Problem

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Options:
    """The options that every command knows, before or after its name."""

    data_dir: str | None = None
    offline: bool = False
    lang: str | None = None
    cache_limit: float | None = None

    def over(self, outer: Options) -> Options:
        """These options, what is not given taken from those before the command's name."""
        return Options(
            self.data_dir or outer.data_dir,
            self.offline or outer.offline,
            self.lang or outer.lang,
            self.cache_limit or outer.cache_limit,
        )

    @property
    def places(self) -> Places:
        places = Places.find(self.data_dir)
        return places.with_models(Settings(places.config).text("models-folder"))

    @property
    def language(self) -> str:
        return self.lang or system_language()

    @property
    def cache_bytes(self) -> int | None:
        return None if self.cache_limit is None else round(self.cache_limit * 1e9)


@dataclass(frozen=True)
class Terms:
    """How a document is to be read; what is "" is chosen by what fits."""

    model: str = ""
    precision: Precision | Literal[""] = ""
    layout: Layout | Literal[""] = ""
    estimate_only: bool = False
    yes: bool = False


class Finite(click.FloatRange):
    """A number in a range: NaN and infinity are in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a number", param, ctx)
        return number


def shared(command: Command) -> Command:
    """The options of `Options`, for the group and for every command."""
    for option in (
        click.option(
            "--cache-limit",
            type=Finite(min=0, min_open=True),
            metavar="GB",
            help="Let what was read take no more of the disk; the oldest goes first.",
        ),
        click.option("--lang", type=click.Choice(LANGUAGES), help="Language of messages."),
        click.option("--offline", is_flag=True, help="Never use the network."),
        click.option("--data-dir", metavar="DIR", help="Keep everything under DIR instead of the system's places."),
    ):
        command = option(command)
    return command


def gathered(command: Callable[..., None]) -> Callable[..., None]:
    """Hand a command its merged `Options` as the first argument; a Problem becomes its sentence and exit 1."""

    @click.pass_context
    def run(context: click.Context, /, **rest: Any) -> None:
        outer = context.obj if isinstance(context.obj, Options) else Options()
        options = Options(**{field.name: rest.pop(field.name) for field in fields(Options)}).over(outer)
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


def termed(command: Command) -> Command:
    """The options of `Terms`, gathered into one argument."""

    @functools.wraps(command)
    def run(
        *arguments: Any,
        model: str,
        precision: Precision | None,
        layout: Layout | None,
        estimate_only: bool,
        yes: bool,
        **rest: Any,
    ) -> None:
        command(*arguments, terms=Terms(model, precision or "", layout or "", estimate_only, yes), **rest)

    for option in (
        click.option("--yes", is_flag=True, help="Begin a read of more than ten minutes without asking."),
        click.option("--estimate-only", is_flag=True, help="Show the plan, of every model if none is named, and stop."),
        click.option("--layout", type=click.Choice(get_args(Layout)), help="How keys and values are kept."),
        click.option("--precision", type=click.Choice(get_args(Precision)), help="The numbers of the weights."),
        click.option("--model", default="", metavar="NAME", help="A catalogue name or a model's folder."),
    ):
        run = option(run)
    return cast(Command, run)


json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
files_argument = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
