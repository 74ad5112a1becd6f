"""`tongdu`, also `python -m app`: the window, or one command. What the other needs is not imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app import door

SWITCHES = ("--for-testing", "--quit-after-paint", "--open-at", "--search")  # that only the window knows
VALUED = ("--data-dir", "--lang", "--cache-limit", "--open-at", "--search")  # options that a value follows


def main() -> None:
    """Open the window if files are named, or nothing is; else run the command. A frozen program is its own children."""
    if door.is_for_child(sys.argv[1:]):
        door.enter(sys.argv[1:])
    elif is_for_window(sys.argv[1:]):
        from app.ui.command import window

        window(prog_name="tongdu")
    else:
        from app.cli import main as commands

        commands(prog_name="tongdu")


def is_for_window(arguments: Sequence[str]) -> bool:
    """Whether a command line names no command: it is empty, or its first word is a file, or looks like one."""
    words: list[str] = []
    skipped = False
    for argument in arguments:
        if skipped:
            skipped = False
        elif argument in ("-h", "--help", "--version"):
            return False
        elif argument.startswith("-"):
            skipped = argument in VALUED
        else:
            words.append(argument)
    if not words:
        return True
    return "." in words[0] or "/" in words[0] or "\\" in words[0] or Path(words[0]).exists()


if __name__ == "__main__":
    main()
