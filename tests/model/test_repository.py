"""Whole repositories: every file checked against what the hub says of it, and recorded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from model.catalog import LARGE, RECORD, Entry, Hub, identity, path_of, present
from model.fetch import fetch
from model.types import Problem
from tests.model.test_fetch import Server, bring, server  # noqa: F401 (a fixture)

REVISION = "a" * 40
FILES = {
    "config.json": b"{}",
    "model-00001-of-00002.safetensors": b"x" * 5000,
    "model-00002-of-00002.safetensors": b"y" * 3000,
    "pytorch_model.bin": b"a pickle",
    "modeling.py": b"a program",
}


def announced(name: str) -> str:
    """What the hub calls a file: SHA-256 of a large one, git's SHA-1 of a small one."""
    data = FILES[name]
    if name.endswith(".safetensors"):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Repository(Server):
    """A hub with a repository of several files. `false` is the file that it announces wrongly."""

    false: ClassVar[str] = ""
    revision: ClassVar[str] = REVISION

    def respond(self, body: bool) -> None:
        self.served.append(f"{self.command} {self.path}")
        path, headers = self.path.split("?")[0], {"X-Repo-Commit": self.revision}
        name = path.rsplit("/", 1)[1]
        if path.startswith("/api/models/someone/whole/tree/"):
            listing = [{"type": "file", "path": n, "size": len(d), "oid": announced(n)} for n, d in FILES.items()]
            data = json.dumps(listing).encode()
            headers["Content-Type"] = "application/json"
        elif path.startswith("/someone/whole/resolve/"):
            data = FILES[name]
            told = "f" * 64 if name == self.false else announced(name)
            headers |= {"ETag": f'"{told}"', "X-Linked-Etag": f'"{told}"', "X-Linked-Size": str(len(data))}
        else:
            data = b"a hub"
        self.send_response(200)
        for header, value in (headers | {"Content-Length": str(len(data))}).items():
            self.send_header(header, value)
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, server: type[Server]) -> Iterator[type[Repository]]:  # noqa: F811
    """The server of the other tests, answering as a repository."""
    for name in ("false", "revision"):
        setattr(server, name, getattr(Repository, name))
    monkeypatch.setattr(server, "respond", Repository.respond)
    yield server  # type: ignore[misc]


def whole(revision: str = REVISION) -> Entry:
    return replace(LARGE[0], name="whole", size=8000, places=(Hub("someone/whole", revision=revision),))


def test_what_is_wanted_arrives_checked_and_recorded(hub: type[Repository], tmp_path: Path) -> None:
    wanted = whole()
    bring(wanted, tmp_path)
    folder = path_of(wanted, tmp_path)
    kept = {name for name in FILES if not name.endswith((".bin", ".py"))}
    assert {p.name for p in folder.iterdir()} == kept | {RECORD} and present(wanted, tmp_path)
    files = json.loads((folder / RECORD).read_text())["files"]
    assert {name: file["hash"] for name, file in files.items()} == {name: announced(name) for name in kept}
    assert len(identity(wanted, tmp_path)) == 64


def test_a_file_that_is_another_is_thrown_away_and_the_rest_kept(hub: type[Repository], tmp_path: Path) -> None:
    hub.false = "model-00002-of-00002.safetensors"
    with pytest.raises(Problem) as problem:
        bring(whole(), tmp_path)
    assert (problem.value.code, problem.value.parameters["file"]) == ("wrong-file", hub.false)
    assert not present(whole(), tmp_path)
    hub.false = ""
    hub.served.clear()
    bring(whole(), tmp_path)
    fetched = [line for line in hub.served if line.startswith("GET /someone/whole/resolve")]
    assert present(whole(), tmp_path) and len(fetched) == 1 and "00002-of" in fetched[0]


def test_another_revision_than_the_pinned_is_refused(hub: type[Repository], tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        bring(whole("b" * 40), tmp_path)
    assert problem.value.code == "wrong-file"


def test_what_cannot_be_read_is_not_fetched(hub: type[Repository], tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        list(fetch(replace(whole(), obstacle="its weights are published as pickles only"), tmp_path, False, bool))
    assert problem.value.code == "unreadable-model" and not hub.served and not list(tmp_path.iterdir())
