"""`tongdu [FILE…]`: the window's own command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.ui.start import Wish, start


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--open-at", default="", metavar="PLACE", help="Show this place of FILE.")
@click.option("--search", default="", metavar="TEXT", help="Find TEXT in FILE.")
@click.option("--data-dir", metavar="DIR", help="Keep everything under DIR instead of the system's places.")
@click.option("--offline", is_flag=True, help="Never use the network.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the window.")
@click.option("--cache-limit", type=float, hidden=True)
@click.option("--for-testing", is_flag=True, help="Start fresh and keep nothing.")
@click.option("--quit-after-paint", is_flag=True, help="Leave after the first painted frame.")
def window(
    files: tuple[Path, ...],
    open_at: str,
    search: str,
    data_dir: str | None,
    offline: bool,
    lang: str | None,
    cache_limit: float | None,
    for_testing: bool,
    quit_after_paint: bool,
) -> None:
    """Read FILE and ask about it."""
    sys.exit(start(Wish(files, data_dir, offline, lang or "", open_at, search, for_testing, quit_after_paint)))
