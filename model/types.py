"""What crosses between reader and engine: frozen values and events, standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Support = Literal["full", "partial", "none"]
Precision = Literal["bf16", "int8", "nf4"]
Layout = Literal["exact", "int8", "k8v4"]
Tier = Literal["resident", "memory", "host", "file"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters [start, end) of a document's canonical text, counted in Unicode code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlap(self, other: Span) -> int:
        """How many characters the two have in common."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Source:
    """A document as the engine sees it: text and places, no file, no page, no window.

    `blocks` are ordered, disjoint spans of paragraph-like units; `labels` gives each one's address.
    `chapters` are the ordered, disjoint spans of the leaf sections, for the receipt. `units` are those of a law's
    articles, empty in prose.
    """

    key: str
    title: str
    language: str
    text: str
    blocks: tuple[Span, ...]
    labels: tuple[str, ...]
    chapters: tuple[Span, ...]
    units: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the engine keeps what it fetches (`models`) and what it has read (`pages`). Absolute paths."""

    models: str
    pages: str


@dataclass(frozen=True, slots=True)
class Read:
    """Request: prepare a document. `model` is a catalogue name, a folder, or "" for the default choice.

    `seconds_allowed`: a read that would take longer is refused and not begun (None: no limit). `precision` and
    `layout` of weights and pages are chosen by what fits where they are "". `frugality` counts the times that memory
    ran out: each step takes less of it. `cache_bytes` is the most that pages of all documents may take on disk.
    """

    source: Source
    model: str
    folders: Folders
    seconds_allowed: float | None = None
    estimate_only: bool = False
    offline: bool = False
    precision: Precision | Literal[""] = ""
    layout: Layout | Literal[""] = ""
    frugality: int = 0
    cache_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked before, and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Request: read what is not yet read, then answer the question.

    `scope`: answer from these characters alone. One that begins at 0 is a prefix: the answer is, exactly, as if
    nothing behind its end had been read (no more than the rest of one chunk is). Any other is attended to alone, with
    the prompt's beginning; it was read knowing what is before it.
    `so_far`: read nothing more, answer from what has been read. `temperature` 0 writes the likeliest token; above it
    tokens are drawn, `seed` makes them the same again. `named` are units that the question itself names: evidence
    before all other. `history` is what was said before, oldest first.
    """

    reading: Read
    question: str
    scope: Span | None = None
    so_far: bool = False
    temperature: float = 0.0
    seed: int = 0
    named: tuple[Span, ...] = ()
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Request: rank a law's articles, or a book's passages, for a question; nothing is written.

    Nothing is read for it either: where the document is not prepared its words alone rank, and `Noticed`
    "search-words" says so. `Located` comes at once by words, and again when the model has been asked.
    """

    reading: Read
    question: str
    scope: Span | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Fetch:
    """Request: bring a model of the catalogue onto this machine, ready to load."""

    model: str
    folders: Folders
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Examine:
    """Request: say what the engine finds on this machine."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Request: end the work in hand at the next token or chunk."""


Work = Read | Ask | Search | Fetch | Examine
Request = Work | Stop


@dataclass(frozen=True, slots=True)
class Device:
    """What this machine has: cores, bytes of memory, measured FLOP/s of bf16 matrix products and
    bytes/s of reading weights. `kind` is torch's device type. `flops_int8`: of int8 products, 0 where they are wrong or
    no faster. On a GPU the memory is the GPU's and `host_free` what is free beside it.

    `name` is the processor's. `bandwidth_int8` and `bandwidth_four`: bytes/s of reading weights of eight and of four
    bits, 0 where that was not measured. `attention_64` and `attention_128`: FLOP/s of attention at these sizes of
    a head. `gpu_memory` is 0 where no GPU works; `why_not_gpu` then says why one that is there is not used:
    "torch-without-cuda", "driver-old", "hidden" (by CUDA_VISIBLE_DEVICES) or "failed".
    """

    kind: str
    cores: int
    memory: int
    memory_free: int
    flops: float
    bandwidth: float
    flops_int8: float = 0.0
    host_free: int = 0
    name: str = ""
    bandwidth_int8: float = 0.0
    bandwidth_four: float = 0.0
    attention_64: float = 0.0
    attention_128: float = 0.0
    gpu_name: str = ""
    gpu_memory: int = 0
    gpu_free: int = 0
    gpu_capability: tuple[int, int] = (0, 0)
    why_not_gpu: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's sizes, read from its config: all that planning needs. Counts, bytes per parameter.

    `layers` are those that attend; `state_bytes` is what recurrent ones beside them remember.
    """

    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    parameters: int
    context: int
    rope_theta: float
    bytes_per_value: int = 2
    state_bytes: int = 0

    @property
    def kv_bytes_per_token(self) -> int:
        """Keys and values of one token in all layers, exact layout, in bytes."""
        return 2 * self.layers * self.kv_heads * self.head_dim * self.bytes_per_value


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reading will be, fixed before it starts.

    `length` is the planned total (document, question, answer; rounded up) from which `alpha` follows;
    `theta` is the stretched rotary base. Bytes and seconds are estimates: `kv_bytes` in memory, in the tier where they
    stand, `disk_bytes` in the files. `rows` tokens go through the model at a time. `left_out` is empty unless
    the caller chose to read a part: nothing is dropped silently.
    """

    model: str
    rope: str
    alpha: float
    theta: float
    length: int
    context: int
    document_tokens: int
    kv_bytes: int
    weight_bytes: int
    memory_free: int
    seconds_to_read: float
    seconds_to_answer: float
    precision: Precision = "bf16"
    layout: Layout = "exact"
    tier: Tier = "resident"
    disk_bytes: int = 0
    rows: int = 512
    prepared_tokens: int = 0
    left_out: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What one model of the catalogue would make of a document on this machine: its plan, or why there is none
    (a `Problem`'s code) and the most tokens of this document that would fit.

    `here`: nothing has to be fetched first. Tokens are estimated where the tokenizer is not here.
    """

    model: str
    here: bool
    plan: Plan | None
    problem: str = ""
    tokens: int = 0
    fits: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A located passage and its score (higher is better, comparable inside one question only). `bearing`: how much it
    bears on the question, the same scale for all questions (`model.fitted`); None where the model was not asked.
    """

    span: Span
    score: float
    bearing: float | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A number of an article that a claim got wrong, and the right one; both as they are written."""

    said: str
    right: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of the answer, by its place in the answer's text, with the spans that bear it.

    `corrections`: where its words are another article's than the number that it says; the reader's, who knows numbers.
    """

    text: str
    support: Support
    citations: tuple[Span, ...]
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was really read, in tokens of the document and in leaf sections."""

    tokens_read: int
    tokens_total: int
    sections_read: int
    sections_total: int
    left_out: tuple[Span, ...]
    prepared_before: bool


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall-clock seconds. `load`: weights; `first_token`: from weights loaded to the first token."""

    load: float
    read: float
    first_token: float
    answer: float


@dataclass(frozen=True, slots=True)
class Chose:
    """Which model reads, why, and a better one that fits if the user waits (or None)."""

    model: str
    reason: str
    better: str | None


@dataclass(frozen=True, slots=True)
class Fetching:
    """Bytes of a model that have arrived, of how many, and from where."""

    model: str
    done: int
    total: int
    place: str


@dataclass(frozen=True, slots=True)
class Converting:
    """The weights are being converted once into the mapped copy."""

    model: str


@dataclass(frozen=True, slots=True)
class Offered:
    """Every model's offer, when only an estimate was asked for and no model was named."""

    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    plan: Plan


@dataclass(frozen=True, slots=True)
class Reading:
    """Progress of a reading. `done` of `total` tokens stand; `fresh` of them were read by this run."""

    done: int
    total: int
    fresh: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Indexing:
    """A long document's passages are read alone, to be found: `done` of `total` are, `fresh` of them by this run."""

    done: int
    total: int
    fresh: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Located:
    """The passages that a question is about, best first. May come again: the last holds."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Wrote:
    """The next piece of the answer; the pieces since the last `Withdrew`, joined, are the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """The claims of the finished answer. `answered` is False if the document does not answer."""

    answered: bool
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """To a question for every …: what the program's own search finds beside the model's list.

    `words` are what was searched for; `found` the articles or passages that hold them, in the text's order;
    `unlisted` those of them in which the answer cites nothing; `beyond` the answer's citations in none of them.
    """

    words: str
    found: tuple[Span, ...]
    unlisted: tuple[Span, ...]
    beyond: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """What the engine finds: the machine without its speeds, torch's version and the CUDA that it was built for ("" for
    none), the version of bitsandbytes ("" where it is not installed) and what it says where it cannot be imported.
    """

    device: Device
    torch: str
    cuda: str
    bitsandbytes: str
    bitsandbytes_fault: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something the user should know that ends nothing: a damaged page was found and read again."""

    code: str
    parameters: dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Withdrew:
    """What was written of the answer so far no longer holds; the answer begins again with the next piece."""


@dataclass(frozen=True, slots=True)
class Finished:
    receipt: Receipt
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Stopped:
    """The user stopped the work; `done` tokens stay prepared."""

    done: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The world's fault (a `Problem`'s code and parameters) or ours (`code` is "bug")."""

    code: str
    parameters: dict[str, str | int | float]


Event = (
    Chose
    | Examined
    | Fetching
    | Converting
    | Offered
    | Planned
    | Reading
    | Indexing
    | Located
    | Wrote
    | Cited
    | Listed
    | Noticed
    | Withdrew
    | Finished
    | Stopped
    | Failed
)
Ending = Finished | Stopped | Failed


class Problem(Exception):
    """The world's fault: a code and its parameters, worded at the edge by `app.problems`.

    Raised by the reader's side and by the engine alike; crosses the process border as `Failed`.
    """

    def __init__(self, code: str, **parameters: str | int | float) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters
