"""`python -m tests`: format, lint, types, import contracts and tests; `--all` adds the long reads."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("ruff", "mypy", "importlinter", "pytest", "xdist", "hypothesis")


def main(arguments: list[str]) -> int:
    """Run every check; report each one's result and fail if any failed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"missing: {', '.join(missing)}; run: {sys.executable} -m pip install -e '.[test]'")
        return 1
    python = [sys.executable, "-m"]
    # Each file's tests stay in one process: their fixtures are dear. The long reads want the machine for themselves.
    workers = 1 if "--all" in arguments else min(4, os.cpu_count() or 1)
    spread = ["-n", str(workers), "--dist", "loadfile"]
    everything = [] if "--all" in arguments else ["-m", "not long and not slow"]
    checks = {
        "format": [*python, "ruff", "format", "--check", "."],
        "lint": [*python, "ruff", "check", "."],
        "types": [*python, "mypy"],
        "imports": [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        "tests": [*python, "pytest", "-q", *spread, *everything, *(a for a in arguments if a != "--all")],
    }
    alone = {} if workers == 1 else {"OMP_NUM_THREADS": "1"}  # processes that share cores wait for each other's threads
    results = {}
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        results[name] = subprocess.run(command, cwd=ROOT, env={**os.environ, **alone}).returncode
    failed = [name for name, code in results.items() if code]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
