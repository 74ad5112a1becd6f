"""The engine: one document, one prompt, many questions. A generator of frozen events."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from model import device as devices
from model import readings
from model.catalog import ENTRIES, Entry, entry, path_of, present
from model.checkpoint import Checkpoint, open_checkpoint
from model.choice import choose, estimated_tokens
from model.cite import cite, declines, main_claim
from model.convert import convert, converted_folder
from model.decode import decode, prefill, stream
from model.evidence import Locator
from model.fetch import Abandoned, fetch
from model.linear import int8_is_right
from model.pages import Pages, chain, chunks
from model.plan import make
from model.prompt import ending, language_of, prefix, tail
from model.read import Interrupted, check_disk, locked, read, sweep
from model.support import checked
from model.tokens import Prompt
from model.types import (
    Ask,
    Chose,
    Cited,
    Converting,
    Device,
    Event,
    Evidence,
    Fetch,
    Finished,
    Folders,
    Located,
    Plan,
    Planned,
    Precision,
    Problem,
    Read,
    Reading,
    Receipt,
    Seconds,
    Source,
    Wrote,
)
from model.weights import Model, load, page_header

ANSWER_LIMIT = 200  # tokens of an answer
QUOTED = 3  # passages that are quoted again beside the question
QUOTED_TOKENS = 450  # and how many tokens they may take together
STRETCH = 4.0  # how far a model of the user's own, unmeasured, may be stretched


@dataclass(frozen=True)
class Chosen:
    """The model that will read: a catalogue entry or a folder of the user's own."""

    name: str
    entry: Entry | None
    folder: Path
    stretch: float
    precision: Precision

    def is_here(self, models: Path) -> bool:
        return self.entry is None or (present(self.entry, models) and self.folder.exists())


class Engine:
    """Keeps the last model and its pages, so that the next question starts at once."""

    def __init__(self, stopped: Callable[[], bool] = lambda: False, dtype: torch.dtype = torch.bfloat16) -> None:
        self.stopped = stopped
        self.dtype = dtype
        self.device: Device | None = None
        self.model: Model | None = None
        self.pages: Pages | None = None
        self.locator: Locator | None = None
        self.doubts: dict[str, float] = {}

    def answer(self, request: Ask) -> Iterator[Event]:
        """The whole story: choose and obtain a model, plan, read, locate, write, cite, report."""
        source, clock = request.reading.source, Clock()
        plan, prompt, model, pages = yield from self._prepare(request.reading, clock)
        if model and prompt and pages:
            evidence = self._locator(source).locate(model, pages, prompt, request.question)
            yield Located(evidence)
            answer = yield from self._write(model, pages, source, request.question, evidence, clock)
            if self.stopped():
                raise Interrupted(prompt.document_tokens(pages.length))
            yield self._cite(model, pages, source, request.question, answer, evidence)
        yield Finished(_receipt(source, plan, prompt, pages), clock.seconds())

    def read(self, request: Read) -> Iterator[Event]:
        """Prepare a document and answer nothing."""
        clock = Clock()
        plan, prompt, _, pages = yield from self._prepare(request, clock)
        yield Finished(_receipt(request.source, plan, prompt, pages), clock.seconds())

    def fetch(self, request: Fetch) -> Iterator[Event]:
        """Bring a model of the catalogue here, ready to load."""
        clock = Clock()
        yield from self._obtain(self._named(request.model, request.folders), request.folders, request.offline)
        yield Finished(Receipt(0, 0, 0, 0, (), prepared_before=False), clock.seconds())

    def _prepare(
        self, request: Read, clock: Clock
    ) -> Generator[Event, None, tuple[Plan, Prompt | None, Model | None, Pages | None]]:
        """Everything up to the document's last token; only the plan if no more was asked for."""
        self.device = self.device or devices.measure()
        models = Path(request.folders.models)
        chosen = yield from self._choose(request, self.device)
        if request.estimate_only and chosen.entry and not chosen.is_here(models):
            tokens = estimated_tokens(chosen.entry, request.source.text)
            plan = make(chosen.name, chosen.entry.shape, tokens, self.device, chosen.stretch, chosen.precision)
            yield Planned(plan)
            return plan, None, None, None
        self.doubts = dict(chosen.entry.doubts) if chosen.entry else {}
        yield from self._obtain(chosen, request.folders, request.offline)
        clock.start = time.perf_counter()  # fetching and unpacking are not loading
        checkpoint = open_checkpoint(chosen.folder, chosen.entry.sha256 if chosen.entry else None)
        prompt = _prompt(checkpoint, request.source)
        plan = self._plan(chosen, checkpoint, prompt, request)
        yield Planned(plan)
        if request.estimate_only:
            return plan, prompt, None, None
        if request.seconds_allowed is not None and plan.seconds_to_read > request.seconds_allowed:
            raise Problem("long-read", minutes=round(plan.seconds_to_read / 60))
        model = self._load(checkpoint, plan, clock)
        pages = yield from self._read(model, plan, prompt, request, clock)
        return plan, prompt, model, pages

    def _choose(self, request: Read, device: Device) -> Generator[Event, None, Chosen]:
        folders = request.folders
        if request.model:
            return self._named(request.model, folders, request.precision)
        pages = Path(folders.pages)
        choice = choose(request.source, device, lambda e: readings.prepared(pages, request.source.key, e.name))
        yield Chose(choice.entry.name, choice.reason, choice.better)
        return self._named(choice.entry.name, folders, request.precision)

    def _named(self, name: str, folders: Folders, precision: Precision | Literal[""] = "") -> Chosen:
        """A catalogue name, or the path of a folder with safetensors in it."""
        numbers: Precision = precision or ("int8" if self.dtype == torch.bfloat16 and int8_is_right() else "bf16")
        if Path(name).is_dir() and name not in {e.name for e in ENTRIES}:
            return Chosen(Path(name).name, None, Path(name), STRETCH, numbers)
        found = entry(name)
        folder = converted_folder(path_of(found, Path(folders.models)), found.sha256, numbers)
        return Chosen(found.name, found, folder, found.stretch, numbers)

    def _obtain(self, chosen: Chosen, folders: Folders, offline: bool) -> Iterator[Event]:
        """Fetch and convert what is not here yet. Raises Interrupted and what `fetch` raises."""
        models = Path(folders.models)
        if chosen.entry is None or chosen.is_here(models):
            return
        try:
            if not present(chosen.entry, models):
                yield from fetch(chosen.entry, models, offline, self.stopped)
        except Abandoned:
            raise Interrupted(0) from None
        yield Converting(chosen.name)
        convert(path_of(chosen.entry, models), chosen.entry.sha256, chosen.precision)

    def _plan(self, chosen: Chosen, checkpoint: Checkpoint, prompt: Prompt, request: Read) -> Plan:
        """The plan, what is already prepared counted."""
        assert self.device is not None
        plan = make(chosen.name, checkpoint.shape, len(prompt.tokens), self.device, chosen.stretch, chosen.precision)
        header = page_header(checkpoint, plan, self.dtype)
        there = [readings.chunk_path(Path(request.folders.pages), n).exists() for n in chain(header, prompt.ids)]
        sealed = there.index(False) if False in there else len(there)
        prepared = prompt.document_tokens(chunks(header, len(prompt.ids))[sealed - 1].stop if sealed else 0)
        return make(
            chosen.name, checkpoint.shape, len(prompt.tokens), self.device, chosen.stretch, chosen.precision, prepared
        )

    def _load(self, checkpoint: Checkpoint, plan: Plan, clock: Clock) -> Model:
        """The model with the plan's rotary base; the one in memory if it is the same."""
        model = self.model
        if model is None or (model.checkpoint.digest, model.precision) != (checkpoint.digest, plan.precision):
            self.model = self.pages = None
            self.model = model = load(checkpoint, self.dtype, plan.precision)
        model.freeze_base(plan)
        clock.loaded()
        return model

    def _read(
        self, model: Model, plan: Plan, prompt: Prompt, request: Read, clock: Clock
    ) -> Generator[Event, None, Pages]:
        """Pages with the whole prompt in them; those in memory if they are the same."""
        folder, document = Path(request.folders.pages), request.source.key
        header = page_header(model.checkpoint, plan, self.dtype)
        names = chain(header, prompt.ids)
        if self.pages is not None and self.pages.header == header and self.pages.names == names:
            self.pages.rewind(len(prompt.ids))
            self.pages.newly_read = 0
            clock.has_read()
            return self.pages
        self.pages = None
        pages = Pages(header, plan.length, folder / "chunks", names)
        sweep(folder / "chunks")
        unread = plan.kv_bytes * (1 - plan.prepared_tokens / max(1, plan.document_tokens))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_disk(folder, shutil.disk_usage(folder).free, round(unread))
        with locked(folder, document, self.stopped):
            note = readings.Note(document, plan.model, header.digest(), len(prompt.tokens), tuple(names))
            readings.keep(folder, note)
            for event in read(model, pages, prompt, self.stopped):
                pages.newly_read = event.fresh if isinstance(event, Reading) else pages.newly_read
                yield event
        self.pages = pages
        clock.has_read()
        return pages

    def _locator(self, source: Source) -> Locator:
        if self.locator is None or self.locator.source.key != source.key:
            self.locator = Locator(source)
        return self.locator

    def _write(
        self,
        model: Model,
        pages: Pages,
        source: Source,
        question: str,
        evidence: tuple[Evidence, ...],
        clock: Clock,
    ) -> Generator[Event, None, str]:
        """The answer, piece by piece; the pages rewound to the document's end afterwards."""
        end = pages.length
        ids = _tail(model, source, question, evidence)
        if end + len(ids) + ANSWER_LIMIT > pages.capacity:
            raise Problem("question-long", tokens=len(ids), limit=pages.capacity - end - ANSWER_LIMIT)
        pieces = []
        try:
            logits = prefill(model, pages, ids)
            for piece in stream(model, decode(model, pages, logits[-1], ANSWER_LIMIT), self.stopped):
                clock.wrote()
                pieces.append(piece)
                yield Wrote(piece)
        finally:
            pages.rewind(end)
        clock.answered()
        return "".join(pieces)

    def _cite(
        self,
        model: Model,
        pages: Pages,
        source: Source,
        question: str,
        answer: str,
        evidence: tuple[Evidence, ...],
    ) -> Cited:
        """The answer's claims with their places; unanswered when its main claim has none."""
        locator = self._locator(source)
        found = [locator.passages[i] for i, _ in locator.lexical(answer)[:20]]
        claims = cite(source, answer, question, [e.span for e in evidence] + found, locator.lexicon)
        doubt = self.doubts.get(language_of(question))
        if doubt is not None:
            claims = checked(model, pages, source, question, claims, doubt)
        answered = bool(claims) and main_claim(claims).support != "none" and not declines(answer)
        return Cited(answered, claims)


class Clock:
    """Wall-clock seconds of one request's phases."""

    def __init__(self) -> None:
        self.start = self.ready = time.perf_counter()
        self.load = self.reading = self.first = self.last = 0.0

    def loaded(self) -> None:
        now = time.perf_counter()
        self.load, self.ready = now - self.start, now

    def has_read(self) -> None:
        self.reading = time.perf_counter() - self.ready

    def wrote(self) -> None:
        self.first = self.first or time.perf_counter() - self.ready

    def answered(self) -> None:
        self.last = time.perf_counter() - self.ready - self.reading

    def seconds(self) -> Seconds:
        return Seconds(*(round(s, 3) for s in (self.load, self.reading, self.first, self.last)))


def _prompt(checkpoint: Checkpoint, source: Source) -> Prompt:
    before = prefix(checkpoint.template, source.title, language_of(source.text[:20_000]))
    return Prompt.encode(checkpoint.tokenizer, *before, source.text)


def _tail(model: Model, source: Source, question: str, evidence: tuple[Evidence, ...]) -> list[int]:
    """The tokens behind the document: the best passages that fit QUOTED_TOKENS, the question, the turn's end."""
    tokenizer, template = model.tokenizer, model.checkpoint.template
    passages: list[str] = []
    room = QUOTED_TOKENS
    for item in evidence[:QUOTED]:
        words = source.text[item.span.start : item.span.end]
        tokens = tokenizer.encode_text(words)
        if len(tokens) > room:
            continue
        room -= len(tokens)
        passages.append(words)
    end = ending(template, language_of(question))
    return tokenizer.encode_text(tail(question, passages)).ids + tokenizer.encode_prompt(end)


def _receipt(source: Source, plan: Plan, prompt: Prompt | None, pages: Pages | None) -> Receipt:
    """What stands in the pages; what was prepared before if only a plan was made."""
    tokens = prompt.document_tokens(pages.length) if prompt and pages else plan.prepared_tokens
    end = prompt.tokens.ends[tokens - 1] if prompt and tokens else 0
    return Receipt(
        tokens_read=tokens,
        tokens_total=plan.document_tokens,
        sections_read=sum(chapter.end <= end for chapter in source.chapters),
        sections_total=len(source.chapters),
        left_out=plan.left_out,
        prepared_before=plan.prepared_tokens == plan.document_tokens and not (pages and pages.newly_read),
    )
