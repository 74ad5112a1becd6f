"""Door: how the program starts a part of itself as a child, also where it is frozen and there is no `python -m`."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence

WORD = "--child"  # as the first argument of the frozen program; no command of the user's
ROOMS = frozenset({"app.documents.kindle", "app.documents.printed", "app.documents.printed.painter"})  # all that may


def command(module: str) -> list[str]:
    """The command line that runs a module as a program; its arguments may follow. -P: a namesake in the user's folder
    is not ours.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, WORD, module]
    return [sys.executable, "-P", "-W", "ignore", "-m", module]


def is_for_child(arguments: Sequence[str]) -> bool:
    """Whether a command line (without the program's name) asks for a module of `ROOMS`."""
    return len(arguments) > 1 and arguments[0] == WORD and arguments[1] in ROOMS


def enter(arguments: Sequence[str]) -> None:
    """Be the child that the command line asks for: the module runs as with `python -m`, and ends so."""
    _, module, *rest = arguments
    sys.argv[1:] = rest
    runpy.run_module(module, run_name="__main__", alter_sys=True)
