"""The only caller of the engine: one child process, one request at a time, events back. No Qt, no torch."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from model import types
from model.types import Ask, Event, Failed, Fetch, Finished, Read, Request, Stop, Stopped
from model.wire import pack, unpack

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "TRANSFORMERS_VERBOSITY": "error",
    "TQDM_DISABLE": "1",
}


class Session:
    """Starts the worker when it is first needed, and again when it died."""

    def __init__(self, offline: bool = False) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._sending = self._stop_wanted = False
        found = [str(Path(types.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
        ours = {"PYTHONPATH": os.pathsep.join(filter(None, found))}
        self._environment = os.environ | QUIET | ours | ({"HF_HUB_OFFLINE": "1"} if offline else {})

    def run(self, request: Read | Ask | Fetch) -> Iterator[Event]:
        """The events of one request; the last is its only ending, also when the worker dies."""
        process = self._worker()
        self._sending = True
        self._send(request)
        self._sending = False
        if self._stop_wanted:
            self.stop()
        assert process.stdout is not None
        for line in process.stdout:
            event: Event = unpack(line)
            yield event
            if isinstance(event, Finished | Stopped | Failed):
                return
        code = process.wait()
        self.close()
        yield Failed("worker-died", {"status": code})

    def stop(self) -> None:
        """Ask the worker to end the request in hand; its ending still comes. Safe in a signal handler: while the
        request itself is being written, the stop follows it.
        """
        self._stop_wanted = self._sending or self._process is None
        if not self._stop_wanted:
            self._send(Stop())

    def kill(self) -> None:
        """End the worker and what it started, at once; touches no pipe, so a signal handler may call it."""
        if self._process is not None and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        elif self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Let the worker go."""
        if self._process is None:
            return
        self.kill()  # what is sealed is sealed
        process, self._process = self._process, None
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _worker(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "model", "serve"],  # -P: a `model` in the user's folder is not ours
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                env=self._environment,
                start_new_session=True,  # Ctrl+C is the reader's to handle
            )
        return self._process

    def _send(self, request: Request) -> None:
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(pack(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:  # it died: `run` reports that when it reads
            return
