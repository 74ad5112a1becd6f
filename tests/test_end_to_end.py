"""The whole way with a real model: a book, a question, an answer with passages that are really in the text.

The models are fetched through the program's own catalogue into TONGDU_MODELS_DIR or the user's own folder.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.documents.open import open_document
from app.paths import Places

SMALL = "smollm2-135m"


@pytest.fixture(scope="module")
def models() -> Path:
    """The folder of models, the small one in it."""
    folder = Places.find().models
    environment = os.environ | {"TONGDU_MODELS_DIR": str(folder)}
    command = [sys.executable, "-m", "app", "models", "get", SMALL]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode and "could not be fetched" in done.stderr:
        pytest.skip(f"the real model is not here: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return folder


def tongdu(*arguments: str, models: Path, data: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"TONGDU_MODELS_DIR": str(models), "TONGDU_DATA_DIR": str(data), "LANG": "C"}
    return subprocess.Popen(
        [sys.executable, "-m", "app", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def ask(path: Path, question: str, models: Path, data: Path, model: str = SMALL) -> dict[str, Any]:
    process = tongdu("ask", str(path), question, "--model", model, "--json", models=models, data=data)
    out, said = process.communicate()
    assert process.returncode == 0, said
    plain: dict[str, Any] = json.loads(out)
    return plain


def assert_quotations_are_the_text(path: Path, plain: dict[str, Any]) -> None:
    """Every passage shown is the document's own text, at an address that is its own."""
    document = open_document(path)
    cited = [c for claim in plain["claims"] for c in claim["citations"]]
    for place in [*plain["evidence"], *cited]:
        assert place["text"] == document.text[place["start"] : place["end"]] != ""
        assert place["address"] == document.address(place["start"])


def test_a_short_book_is_read_asked_and_asked_again(models: Path, tmp_path: Path) -> None:
    book = tmp_path / "bell.txt"
    filler = [
        f"On day {i} the tide came in and went out again, and the ferry crossed {i + 2} times." for i in range(30)
    ]
    fact = "The ferry’s bell had been cast in 1871 from eleven church spoons by a smith called Ansel Pike."
    book.write_text("\n\n".join([*filler[:12], fact, *filler[12:]]), encoding="utf-8")
    first = ask(book, "Who cast the ferry's bell?", models, tmp_path / "data")
    assert not first["receipt"]["prepared_before"] and first["plan"]["alpha"] == 1
    assert fact in first["evidence"][0]["text"]
    assert_quotations_are_the_text(book, first)
    second = ask(book, "Who cast the ferry's bell?", models, tmp_path / "data")
    assert second["receipt"]["prepared_before"] and second["answer"] == first["answer"]
    assert second["receipt"]["tokens_read"] == second["receipt"]["tokens_total"]


@pytest.mark.long
def test_the_tale_is_read_past_the_trained_context(models: Path, samples: Path, tmp_path: Path) -> None:
    """Read once with the base stretched, killed by Ctrl+C on the way, then two questions in new processes."""
    tale, data = samples / "the-deaf-ground.epub", tmp_path / "data"
    process = tongdu("read", str(tale), "--model", SMALL, models=models, data=data)
    chunks = data / "cache" / "pages" / "chunks"
    while len(list(chunks.glob("*.safetensors"))) < 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    kept = len(list(chunks.glob("*.safetensors")))
    assert process.returncode == 1 and "kept" in said and 3 <= kept < 20

    first = ask(tale, "What number was stamped on the lead seal of the crook?", models, data)
    second = ask(tale, "Why did Dorcas’s uncle give his tuning fork the name Gabriel?", models, data)
    assert first["plan"]["alpha"] == first["plan"]["length"] / 4096 - 1 > 1
    assert second["receipt"]["prepared_before"] and second["seconds"]["read"] < first["seconds"]["read"]
    for plain in (first, second):
        assert plain["receipt"]["tokens_read"] == plain["receipt"]["tokens_total"] > 11_000
        assert_quotations_are_the_text(tale, plain)
    assert "c3.p14" in [e["address"] for e in second["evidence"]]
    print(json.dumps({"first": first["seconds"], "second": second["seconds"], "plan": first["plan"]}))
