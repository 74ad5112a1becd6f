"""Terminal: what a text says to a terminal is shown, not obeyed.

Escape sequences in a book could clear the screen, rename the window or hide a line. Colours alone are let through: the
program's own are written with them. What goes to a file or a pipe stays as it is.
"""

from __future__ import annotations

import re
from typing import Any, TextIO

CONTROL = re.compile(r"\x1b(?!\[[\d;]*m)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]|\r(?!\n)")
PICTURES = 0x2400  # ␀ and those of the other control characters behind it


class Terminal:
    """A stream on which control characters appear as pictures of themselves."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(CONTROL.sub(_picture, text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(PICTURES + code) if code < 0x20 else "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"
