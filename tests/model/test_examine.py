"""Examining: the engine says what it has, through the worker's own door."""

from __future__ import annotations

import io
import sys

import pytest
import torch

from model import examine
from model.serve import ended, events
from model.types import Examine, Examined, Finished
from model.wire import pack, unpack


def test_what_is_found_comes_as_an_event_and_crosses_the_border() -> None:
    from model.engine import Engine

    found, end = ended(events(Engine(lambda: False), Examine()))
    assert isinstance(found, Examined) and isinstance(end, Finished)
    assert found.torch == torch.__version__ and found.device.memory > 0 and found.device.name
    assert unpack(pack(found)) == found and unpack(pack(Examine())) == Examine()


def test_a_library_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine._version("torch") and examine._version("no-such-package") == ""
    assert examine._fault("json") == "" and "ModuleNotFoundError" in examine._fault("no_such_module")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert examine.examined().bitsandbytes_fault == ""  # no GPU: it is not imported
