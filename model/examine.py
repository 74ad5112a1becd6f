"""Examine: what the engine finds on this machine, for a self-check. Nothing is timed."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import torch

from model.device import best_kind, describe
from model.types import Examined


def examined() -> Examined:
    """This machine, its GPU, and the libraries that use it. bitsandbytes is imported only where there is a GPU for it:
    that takes seconds.
    """
    device = describe(best_kind())
    known = _version("bitsandbytes")
    fault = _fault("bitsandbytes") if known and device.kind == "cuda" else ""
    return Examined(device, torch.__version__, torch.version.cuda or "", known, fault)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _fault(package: str) -> str:
    """What a package that is installed says when it cannot be imported; "" where it can."""
    try:
        import_module(package)
    except (ImportError, OSError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return ""
