"""Terminal: a book's control characters are seen there and do nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.terminal import Terminal

HOSTILE = "Chapter 1\n\nThe \x1b]0;owned\x07fox\x1b[2J ran \x9b2J away.\r\nIt was \x08gone.\n"
pty = pytest.importorskip("pty", reason="terminals of this kind are Unix's")


def shown(text: str) -> str:
    stream = io.StringIO()
    Terminal(stream).write(text)
    return stream.getvalue()


@given(st.text(st.characters(max_codepoint=0x2000)))
def test_a_character_appears_for_each(text: str) -> None:
    found = shown(text)
    assert len(found) == len(text)
    assert all(a == b for a, b in zip(text, found, strict=True) if ord(a) >= 0xA0 or a.isprintable())
    assert all(c.isprintable() or c in "\n\t\r\x1b" or ord(c) >= 0xA0 for c in found)


def test_colours_are_let_through_and_all_else_is_seen() -> None:
    assert shown("\x1b[9mone\x1b[0m\r\n\ttwo") == "\x1b[9mone\x1b[0m\r\n\ttwo"
    assert shown("\x1b[2Ja\x1bcb\rc\x07\x7f\x9b") == "␛[2Ja␛cb␍c␇␡�"


def test_a_text_is_shown_on_a_terminal_and_whole_in_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "hostile.txt"
    path.write_text(HOSTILE, newline="")
    command = [sys.executable, "-m", "app", "text", str(path)]
    piped = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode()
    assert "\x1b]0;owned\x07" in piped

    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
        assert process.wait(60) == 0
    os.close(ours)
    assert "␛]0;owned␇" in seen.decode() and b"\x1b" not in seen and b"\x08" not in seen


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # the other end is closed
        return b""
