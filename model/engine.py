"""The engine: one document, one prompt, many questions. A generator of frozen events."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import torch

from model import calibration, readings
from model import device as devices
from model.catalog import ENTRIES
from model.checkpoint import Checkpoint
from model.choice import choose, estimated_tokens
from model.cite import cite, declines, main_claim
from model.decode import decode, likeliest, prefill, sampled, stream
from model.evidence import Locator
from model.forecast import key_of, timed
from model.lookup import Lookup
from model.pages import CHUNK, Pages, chain, chunks
from model.plan import RESERVE, make, stretched
from model.prompt import ending, language_of, prefix, tail
from model.read import Interrupted, check_disk, locked, read, restore, sweep
from model.supply import Chosen, named, obtain
from model.support import checked
from model.tokens import Prompt
from model.types import (
    Ask,
    Chose,
    Cited,
    Device,
    Event,
    Evidence,
    Fetch,
    Finished,
    Folders,
    Located,
    Noticed,
    Offer,
    Offered,
    Plan,
    Planned,
    Problem,
    Read,
    Reading,
    Receipt,
    Seconds,
    Source,
    Span,
    Withdrew,
    Wrote,
)
from model.weights import Model, load, page_header

ANSWER_LIMIT = 200  # tokens of an answer
QUOTED = 3  # passages that are quoted again beside the question
QUOTED_TOKENS = 450  # and how many tokens they may take together
LEARNT = 4096  # tokens after which the time that they took is kept
FRUGAL = 4  # how often a request is tried again with less memory
OUT_OF_MEMORY = ("can't allocate memory", "out of memory", "bad_alloc")  # in what torch says of it on a CPU


class Engine:
    """Keeps the last model and its pages, so that the next question starts at once."""

    def __init__(self, stopped: Callable[[], bool] = lambda: False, dtype: torch.dtype = torch.bfloat16) -> None:
        self.stopped = stopped
        self.dtype = dtype
        self.device: Device | None = None
        self.model: Model | None = None
        self.pages: Pages | None = None
        self.lookup: Lookup | None = None
        self.locator: Locator | None = None
        self.doubts: dict[str, float] = {}
        self.open = ExitStack()  # what tells other processes that the pages are in use

    def answer(self, request: Ask) -> Iterator[Event]:
        """Answer a question; read first what is not yet read. With less and less memory, if it runs out."""
        yield from self._patiently(request.reading, lambda reading: self._answer(replace(request, reading=reading)))

    def read(self, request: Read) -> Iterator[Event]:
        """Prepare a document and answer nothing."""
        yield from self._patiently(request, self._prepared)

    def fetch(self, request: Fetch) -> Iterator[Event]:
        """Bring a model of the catalogue here, ready to load."""
        clock = Clock()
        chosen = named(request.model, request.folders, self._measured(request.folders))
        yield from obtain(chosen, request.folders, request.offline, self.stopped)
        yield Finished(Receipt(0, 0, 0, 0, (), prepared_before=False), clock.seconds())

    def _answer(self, request: Ask) -> Iterator[Event]:
        """The whole story: choose and obtain a model, plan, read, locate, write, cite, report."""
        source, clock = request.reading.source, Clock()
        scope = request.scope or Span(0, len(source.text))
        plan, prompt, model, pages = yield from self._prepare(request.reading, clock, scope.end, request.so_far)
        if model and prompt and pages:
            scope = Span(scope.start, min(scope.end, _characters(prompt, pages.length)))
            seen = _seen(pages, prompt, scope)
            evidence = self._locator(source).locate(model, pages, prompt, request.question, scope)
            yield Located(evidence)
            answer = yield from self._write(model, seen, request, evidence, prompt, clock)
            if self.stopped():
                raise Interrupted(prompt.document_tokens(pages.length))
            self._learn_writing(plan, model, seen, answer, clock, Path(request.reading.folders.pages))
            yield self._cite(model, pages, source, request.question, answer, evidence, scope)
        yield Finished(_receipt(source, plan, prompt, pages, scope), clock.seconds())

    def _prepared(self, request: Read) -> Iterator[Event]:
        clock = Clock()
        plan, prompt, _, pages = yield from self._prepare(request, clock, len(request.source.text))
        whole = Span(0, len(request.source.text))
        yield Finished(_receipt(request.source, plan, prompt, pages, whole), clock.seconds())

    def _patiently(self, reading: Read, story: Callable[[Read], Iterator[Event]]) -> Iterator[Event]:
        """The story; when memory runs out, what was read stays and it is told again with a smaller plan, and why."""
        wrote = False
        for step in range(min(reading.frugality, FRUGAL), FRUGAL + 1):
            try:
                for event in story(replace(reading, frugality=step)):
                    wrote = wrote or isinstance(event, Wrote)
                    yield event
                return
            except (MemoryError, RuntimeError) as error:
                if not _is_memory(error):
                    raise
                if step == FRUGAL:
                    raise Problem("memory-out", model=reading.model) from error
            self.pages = None
            gc.collect()
            if wrote:
                yield Withdrew()
            yield Noticed("memory-shrunk", {"step": step + 1})

    def _prepare(
        self, request: Read, clock: Clock, end: int, so_far: bool = False
    ) -> Generator[Event, None, tuple[Plan, Prompt | None, Model | None, Pages | None]]:
        """Everything up to the token that writes the document's character `end`, no further than has been read if
        `so_far`; only the plan if no more was asked for.
        """
        if request.estimate_only:
            yield from self._measured_thoroughly(request.folders)
        device = self._measured(request.folders)
        if request.estimate_only and not request.model:
            yield Offered(tuple(self._offers(request, device)))
        chosen = yield from self._choose(request, device)
        if request.estimate_only and chosen.entry and not chosen.is_here(Path(request.folders.models)):
            tokens = estimated_tokens(chosen.entry, request.source.text)
            shape = chosen.entry.shape
            plan = make(chosen.name, shape, tokens, device, chosen.stretch, chosen.precision, request.layout)
            plan = timed(plan, shape, device, Path(request.folders.pages))
            yield Planned(plan)
            return plan, None, None, None
        self.doubts = dict(chosen.entry.doubts) if chosen.entry else {}
        yield from obtain(chosen, request.folders, request.offline, self.stopped)
        clock.start = time.perf_counter()  # fetching and unpacking are not loading
        checkpoint = chosen.open()
        prompt = _prompt(checkpoint, request.source)
        plan, prompt = self._plan(chosen, checkpoint, prompt, request, end)
        yield Planned(plan)
        if request.estimate_only:
            return plan, prompt, None, None
        if not so_far and request.seconds_allowed is not None and plan.seconds_to_read > request.seconds_allowed:
            raise Problem("long-read", minutes=round(plan.seconds_to_read / 60))
        model = self._load(checkpoint, plan, clock)
        pages = yield from self._read(model, plan, prompt, request, clock, end, so_far)
        return plan, prompt, model, pages

    def _measured(self, folders: Folders) -> Device:
        """This machine; its speeds as they were measured thoroughly today, if they were."""
        if self.device is None:
            kind = devices.best_kind()
            kept = calibration.measured(Path(folders.pages), devices.describe(kind))
            self.device = kept or devices.measure(kind)
        return self.device

    def _measured_thoroughly(self, folders: Folders) -> Iterator[Event]:
        """Measure this machine with patience, if that was not done today."""
        pages, kind = Path(folders.pages), devices.best_kind()
        found = calibration.measured(pages, devices.describe(kind))
        if found is None:
            yield Noticed("measuring", {})
            found = devices.measure(kind, thoroughly=True)
            calibration.keep_measured(pages, found)
        if self.device is not None:  # what is free now lacks what this engine holds
            found = replace(found, memory_free=self.device.memory_free)
        self.device = found

    def _choose(self, request: Read, device: Device) -> Generator[Event, None, Chosen]:
        name = request.model
        if not name:
            pages = Path(request.folders.pages)
            choice = choose(
                request.source, device, lambda e: readings.prepared(pages, request.source.key, e.name), pages
            )
            yield Chose(choice.entry.name, choice.reason, choice.better)
            name = choice.entry.name
        return named(name, request.folders, device, request.precision)

    def _offers(self, request: Read, device: Device) -> Iterator[Offer]:
        """What each model of the catalogue would make of the document."""
        for entry in ENTRIES:
            if entry.obstacle:
                yield Offer(entry.name, False, None, "unreadable-model")
                continue
            chosen = named(entry.name, request.folders, device, request.precision)
            here, shape, pages = chosen.is_here(Path(request.folders.models)), entry.shape, Path(request.folders.pages)
            tokens, prompt = estimated_tokens(entry, request.source.text), None
            if here:
                checkpoint = chosen.open()
                prompt = _prompt(checkpoint, request.source)
                shape, tokens = checkpoint.shape, len(prompt.tokens)
            try:
                plan = make(entry.name, shape, tokens, device, entry.stretch, chosen.precision, request.layout)
            except Problem as problem:
                fits = stretched(shape.context, entry.stretch) if problem.code == "too-long" else 0
                yield Offer(entry.name, here, None, problem.code, tokens, fits)
                continue
            if prompt:
                plan = self._with_prepared(plan, checkpoint, prompt, pages)
            yield Offer(entry.name, here, timed(plan, shape, device, pages), "", tokens, tokens)

    def _plan(
        self, chosen: Chosen, checkpoint: Checkpoint, prompt: Prompt, request: Read, end: int
    ) -> tuple[Plan, Prompt]:
        """The plan for the whole document, so that it is the same wherever reading stops; for its beginning up to
        character `end` alone where the whole is too long, and the prompt cut there.
        """
        device, shape = self._measured(request.folders), checkpoint.shape
        wanted = prompt.until(end)
        stretch = chosen.stretch if checkpoint.rope.stretches else 1.0

        def made(tokens: int) -> Plan:
            return make(
                chosen.name, shape, tokens, device, stretch, chosen.precision, request.layout, request.frugality
            )

        try:
            plan = made(len(prompt.tokens))
        except Problem as problem:
            if problem.code != "too-long" or wanted == len(prompt.ids):
                raise
            prompt = prompt.cut(wanted)
            plan = made(len(prompt.tokens))
        pages = Path(request.folders.pages)
        plan = self._with_prepared(plan, checkpoint, prompt, pages)
        return timed(plan, shape, device, pages, prompt.document_tokens(wanted)), prompt

    def _with_prepared(self, plan: Plan, checkpoint: Checkpoint, prompt: Prompt, pages: Path) -> Plan:
        """The plan, and how much of the document is sealed already."""
        header = page_header(checkpoint, plan, self.dtype)
        there = [readings.chunk_path(pages, name).exists() for name in chain(header, prompt.ids)]
        sealed = there.index(False) if False in there else len(there)
        end = chunks(header, len(prompt.ids))[sealed - 1].stop if sealed else 0
        return replace(plan, prepared_tokens=prompt.document_tokens(end))

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
        self, model: Model, plan: Plan, prompt: Prompt, request: Read, clock: Clock, end: int, so_far: bool
    ) -> Generator[Event, None, Pages]:
        """Pages with the prompt in them as far as is wanted, at least; those in memory if they are the same."""
        folder, document = Path(request.folders.pages), request.source.key
        header = page_header(model.checkpoint, plan, self.dtype)
        names, wanted = chain(header, prompt.ids), prompt.until(end)
        if self.pages is None or (self.pages.header, self.pages.names, self.pages.tier) != (header, names, plan.tier):
            capacity = plan.length if plan.tier == "resident" else CHUNK + RESERVE
            self.open.close()
            self.open.enter_context(readings.opened(folder, document))
            self.pages = Pages(header, capacity, folder / "chunks", names, model.device, plan.tier)
            self.lookup = Lookup(prompt.ids)
        pages = self.pages
        pages.newly_read = 0
        readings.touch(folder, document, header.digest())
        if so_far:
            yield from restore(pages, prompt, wanted)
            if not prompt.document_tokens(pages.length):
                raise Problem("nothing-read")
        elif pages.length < wanted:
            sweep(folder / "chunks")
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unread = 1 - max(plan.prepared_tokens, prompt.document_tokens(pages.length)) / max(1, plan.document_tokens)
            need = round(plan.disk_bytes * unread)
            limit = readings.default_limit(folder) if request.cache_bytes is None else request.cache_bytes
            readings.trim(folder, max(0, limit - need), document)
            check_disk(folder, shutil.disk_usage(folder).free, need)
            with locked(folder, document, self.stopped):
                note = readings.Note(document, plan.model, header.digest(), len(prompt.tokens), tuple(names))
                readings.keep(folder, note)
                reading = read(model, pages, prompt, self.stopped, wanted, plan.rows)
                key = key_of(plan, self._measured(request.folders))
                yield from _learning(folder, key, model, pages, reading)
        clock.has_read()
        return pages

    def _locator(self, source: Source) -> Locator:
        if self.locator is None or self.locator.source.key != source.key:
            self.locator = Locator(source)
        return self.locator

    def _write(
        self, model: Model, pages: Pages, request: Ask, evidence: tuple[Evidence, ...], prompt: Prompt, clock: Clock
    ) -> Generator[Event, None, str]:
        """The answer, piece by piece; the pages rewound to the document's end afterwards."""
        end = pages.length
        ids = _tail(model, request.reading.source, request.question, evidence)
        if end + len(ids) + ANSWER_LIMIT > pages.capacity:
            raise Problem("question-long", tokens=len(ids), limit=pages.capacity - end - ANSWER_LIMIT)
        choose = sampled(request.temperature, request.seed) if request.temperature else likeliest
        pieces = []
        try:
            logits = prefill(model, pages, ids)
            tokens = decode(model, pages, logits[-1], ANSWER_LIMIT, self.lookup, choose)
            for piece in stream(model, tokens, self.stopped):
                clock.wrote()
                pieces.append(piece)
                yield Wrote(piece)
        finally:
            pages.rewind(end)
        clock.answered()
        return "".join(pieces)

    def _learn_writing(self, plan: Plan, model: Model, pages: Pages, answer: str, clock: Clock, folder: Path) -> None:
        """Keep how long the answer's tokens took behind its first, for the next plan."""
        tokens = len(model.tokenizer.encode_text(answer)) - 1
        if tokens > 0 and self.device:
            key = key_of(plan, self.device)
            calibration.update_writing(folder, key, model.shape, pages.length, tokens, clock.writing())

    def _cite(
        self,
        model: Model,
        pages: Pages,
        source: Source,
        question: str,
        answer: str,
        evidence: tuple[Evidence, ...],
        scope: Span,
    ) -> Cited:
        """The answer's claims with their places; unanswered when its main claim has none."""
        locator = self._locator(source)
        found = [locator.passages[i] for i, _ in locator.lexical(answer, scope)[:20]]
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

    def writing(self) -> float:
        """Seconds from the first token to the last."""
        return self.reading + self.last - self.first

    def seconds(self) -> Seconds:
        return Seconds(*(round(s, 3) for s in (self.load, self.reading, self.first, self.last)))


def _prompt(checkpoint: Checkpoint, source: Source) -> Prompt:
    before = prefix(checkpoint.template, source.title, language_of(source.text[:20_000]))
    return Prompt.encode(checkpoint.tokenizer, *before, source.text)


def _seen(pages: Pages, prompt: Prompt, scope: Span) -> Pages:
    """The pages that a question about a scope attends to: all that stands, a prefix of it, or the prompt's beginning
    and the scope's own.
    """
    run = prompt.run(scope)
    if scope.start > 0:
        return pages.view([range(min(prompt.before, run.start)), run], RESERVE)
    return pages if run.stop >= pages.length else pages.view([range(run.stop)], RESERVE)


def _characters(prompt: Prompt, position: int) -> int:
    """Where the text ends that `position` tokens of the prompt write."""
    tokens = prompt.document_tokens(position)
    return prompt.tokens.ends[tokens - 1] if tokens else 0


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


def _receipt(source: Source, plan: Plan, prompt: Prompt | None, pages: Pages | None, scope: Span) -> Receipt:
    """What stands in the pages; what was prepared before if only a plan was made. What the answer was not to know is
    left out.
    """
    tokens = prompt.document_tokens(pages.length) if prompt and pages else plan.prepared_tokens
    end = prompt.tokens.ends[tokens - 1] if prompt and tokens else 0
    outside = (Span(0, scope.start), Span(min(scope.end, end) if pages else scope.end, len(source.text)))
    return Receipt(
        tokens_read=tokens,
        tokens_total=plan.document_tokens,
        sections_read=sum(chapter.end <= end for chapter in source.chapters),
        sections_total=len(source.chapters),
        left_out=tuple(span for span in outside if source.text[span.start : span.end].strip()),
        prepared_before=plan.prepared_tokens > 0 and not (pages and pages.newly_read),
    )


def _learning(
    folder: Path, key: calibration.Key, model: Model, pages: Pages, reading: Iterator[Reading | Noticed]
) -> Iterator[Event]:
    """A read's events; how long each LEARNT tokens took is kept for the next plan."""
    start, since = pages.length, 0.0
    for event in reading:
        if isinstance(event, Reading):
            restored = event.fresh == pages.newly_read
            if not restored and (pages.length - start >= LEARNT or event.done == event.total):
                calibration.update(folder, key, model.shape, start, pages.length, event.seconds - since)
            if restored or pages.length - start >= LEARNT:
                start, since = pages.length, event.seconds
            pages.newly_read = event.fresh
        yield event


def _is_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(w in str(error) for w in OUT_OF_MEMORY)
