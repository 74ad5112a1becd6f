"""Record: what a script measured, as a line of JSON and, with --record, under today's date in RESULTS.md."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
import transformers

RESULTS = Path(__file__).with_name("RESULTS.md")
Row = dict[str, Any]


def options(about: str) -> argparse.ArgumentParser:
    """The options of every script."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--device", default="cuda", help="cuda, or cpu to see that the script runs")
    parser.add_argument("--tiny", action="store_true", help="sizes that take a second")
    parser.add_argument("--record", action="store_true", help=f"append what is measured to {RESULTS.name}")
    return parser


def run(name: str, given: argparse.Namespace, measure: Callable[[argparse.Namespace], Iterator[Row]]) -> list[Row]:
    """Print each row as it comes; record them all if that was asked for."""
    rows = []
    for row in measure(given):
        rows.append(row)
        print(json.dumps(row), flush=True)
    if given.record:
        lines = [f"\n## {datetime.now(UTC):%Y-%m-%d} {name}\n\n{hardware(given.device)}\n"]
        lines += [f"    {json.dumps(row)}" for row in rows]
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return rows


def hardware(device: str) -> str:
    """One line: the device, torch, transformers, Python."""
    name = torch.cuda.get_device_name() if device == "cuda" else platform.processor() or platform.machine()
    versions = f"torch {torch.__version__}, transformers {transformers.__version__}, Python {platform.python_version()}"
    return f"{name}; {versions}"


def waited(device: str) -> None:
    """Let the device finish what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def peak_memory(device: str) -> int:
    """The most bytes that torch held on the GPU; 0 on a CPU."""
    return torch.cuda.max_memory_allocated() if device == "cuda" else 0
