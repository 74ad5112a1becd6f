"""The engine: one document, one prompt, many questions. A generator of frozen events."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import torch

from model import calibration, readings
from model.answer import asked, limit_of, refuse_long, seen, sought, write
from model.checkpoint import Checkpoint
from model.clock import Clock
from model.evidence import Locator, named_first
from model.examine import examined
from model.exhaustive import compared, holding, is_exhaustive, wanted
from model.fitted import Fitted
from model.forecast import key_of
from model.header import chain
from model.indexing import indexed
from model.language import language_of
from model.lookup import Lookup
from model.pages import Pages
from model.plan import RESERVE
from model.planner import Planner, prompt_of
from model.read import Interrupted, awaited, make_room, read, restore, sweep
from model.supply import named, obtain
from model.tokens import Prompt
from model.types import (
    Ask,
    Event,
    Fetch,
    Finished,
    Folders,
    Located,
    Noticed,
    Offered,
    Plan,
    Planned,
    Problem,
    Read,
    Reading,
    Receipt,
    Search,
    Source,
    Span,
    Withdrew,
    Wrote,
)
from model.verdict import judged
from model.weights import Model, load, page_header

LEARNT = 4096  # tokens after which the time that they took is kept
UNREADABLE = ("too-long", "memory", "nothing-fits", "nothing-read")  # what leaves a search to words alone
FRUGAL = 4  # how often a request is tried again with less memory
OUT_OF_MEMORY = ("can't allocate memory", "out of memory", "bad_alloc")  # in what torch says of it on a CPU


class Engine:
    """Keeps the last model and its pages, so that the next question starts at once."""

    def __init__(self, stopped: Callable[[], bool] = lambda: False, dtype: torch.dtype = torch.bfloat16) -> None:
        self.stopped = stopped
        self.dtype = dtype
        self.planner = Planner(dtype)
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

    def search(self, request: Search) -> Iterator[Event]:
        """Rank a law's articles, or a book's passages, for a question: by words at once, then as the model reads them
        where they are prepared. Nothing is read or fetched for it.
        """
        reading, clock = request.reading, Clock()
        source, scope = reading.source, request.scope or Span(0, len(reading.source.text))
        locator = self._locator(source)
        yield Located(locator.by_words(request.question, scope, request.limit))
        try:
            aside = yield from self._aside(reading, clock, scope.end)
        except Problem as problem:
            if problem.code not in UNREADABLE:
                raise
            aside = None
        if aside:
            model, prompt, pages = aside
            if pages:
                scope = Span(scope.start, min(scope.end, _characters(prompt, pages.length)))
            yield Located(locator.locate(model, pages, prompt, request.question, scope, limit=request.limit))
        else:
            yield Noticed("search-words", {})
        yield Finished(Receipt(0, 0, 0, 0, (), prepared_before=aside is not None), clock.seconds())

    def fetch(self, request: Fetch) -> Iterator[Event]:
        """Bring a model of the catalogue here, ready to load."""
        clock = Clock()
        chosen = named(request.model, request.folders, self.planner.measured(request.folders))
        yield from obtain(chosen, request.folders, request.offline, self.stopped)
        yield Finished(Receipt(0, 0, 0, 0, (), prepared_before=False), clock.seconds())

    def examine(self) -> Iterator[Event]:
        """What this machine has."""
        clock = Clock()
        yield examined()
        yield Finished(Receipt(0, 0, 0, 0, (), prepared_before=False), clock.seconds())

    def _answer(self, request: Ask) -> Iterator[Event]:
        """The whole story: choose and obtain a model, plan, read, locate, write, cite, report."""
        source, clock = request.reading.source, Clock()
        scope = request.scope or Span(0, len(source.text))
        plan, prompt, model, pages = yield from self._prepare(
            request.reading, clock, scope.end, request.so_far, scope.start
        )
        if model and prompt and pages:
            scope = Span(scope.start, min(scope.end, _characters(prompt, pages.length)))
            in_view = seen(model, pages, prompt, scope, self.stopped, plan.rows)
            locator = self._locator(source)
            refuse_long(in_view, len(asked(model, locator, request.question, ())), limit_of(request.question))
            query = sought(model, pages, request, self.stopped)
            evidence = named_first(request.named, locator.locate(model, pages, prompt, query, scope))
            yield Located(evidence)
            end = in_view.length
            try:
                written = yield from write(model, in_view, request, locator, evidence, self.lookup, clock, self.stopped)
                if self.stopped():
                    raise Interrupted(prompt.document_tokens(pages.length))
                self._learn_writing(plan, model, end, written.text, clock, request.reading.folders)
                doubt = self.doubts.get(language_of(request.question))
                verdict = judged(
                    model, in_view, prompt, locator, request, written, evidence, query, scope, doubt, self.stopped
                )
            finally:
                in_view.rewind(end)
            yield verdict
            if is_exhaustive(request.question):
                words = wanted(request.question)
                yield compared(words, holding(source, words, scope), verdict.claims)
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
        self, request: Read, clock: Clock, end: int, so_far: bool = False, start: int = 0
    ) -> Generator[Event, None, tuple[Plan, Prompt | None, Model | None, Pages | None]]:
        """Everything up to the token that writes the document's character `end`, no further than has been read if
        `so_far`; only the plan if no more was asked for.
        """
        planner = self.planner
        if request.estimate_only:
            yield from planner.measured_thoroughly(request.folders)
            if not request.model:
                yield Offered(tuple(planner.offers(request)))
        yield from planner.gpu(request.folders)
        chosen = yield from planner.chosen(request)
        if request.estimate_only and chosen.entry and not chosen.is_here(Path(request.folders.models)):
            plan = planner.estimate(chosen, chosen.entry, request)
            yield Planned(plan)
            return plan, None, None, None
        self.doubts = dict(chosen.entry.doubts) if chosen.entry else {}
        yield from obtain(chosen, request.folders, request.offline, self.stopped)
        clock.loading()
        checkpoint = chosen.open()
        if start > 0 and checkpoint.recurrence:  # said before it is read and not behind it
            raise Problem("scope-hybrid")
        plan, prompt = planner.plan(chosen, checkpoint, prompt_of(checkpoint, request.source), request, end)
        yield Planned(plan)
        if request.estimate_only:
            return plan, prompt, None, None
        if not so_far and request.seconds_allowed is not None and plan.seconds_to_read > request.seconds_allowed:
            raise Problem("long-read", minutes=round(plan.seconds_to_read / 60))
        model = self._load(request, checkpoint, plan, clock)
        whole = start == 0 and end >= len(request.source.text) and not so_far
        header, locator = page_header(checkpoint, plan, self.dtype), self._locator(request.source)
        yield from indexed(model, plan, header, prompt, request, locator, self.stopped, fill=whole)
        if self.stopped():
            raise Interrupted(plan.prepared_tokens)
        pages = yield from self._read(model, plan, prompt, request, end, so_far)
        clock.has_read()
        return plan, prompt, model, pages

    def _aside(
        self, request: Read, clock: Clock, end: int
    ) -> Generator[Event, None, tuple[Model, Prompt, Pages | None] | None]:
        """A model and what it has read of a document, to look at passages alone: pages only where the passages have not
        been read alone; None where it has read nothing.
        """
        chosen = yield from self.planner.chosen(request)
        if not chosen.is_here(Path(request.folders.models)):
            return None
        checkpoint = chosen.open()
        plan, prompt = self.planner.plan(chosen, checkpoint, prompt_of(checkpoint, request.source), request, end)
        kept = any(n.model == plan.model for n in readings.notes(Path(request.folders.pages), request.source.key))
        if not kept or checkpoint.recurrence:
            return None
        model = self._load(request, checkpoint, plan, clock)
        header, locator = page_header(checkpoint, plan, self.dtype), self._locator(request.source)
        is_indexed = yield from indexed(model, plan, header, prompt, request, locator, self.stopped, fill=False)
        if is_indexed or not plan.prepared_tokens:
            return (model, prompt, None) if is_indexed else None
        tier = self.pages.tier if self.pages and self.pages.names == chain(header, prompt.ids) else "file"
        pages = yield from self._read(model, replace(plan, tier=tier), prompt, request, end, so_far=True)
        return model, prompt, pages

    def _load(self, request: Read, checkpoint: Checkpoint, plan: Plan, clock: Clock) -> Model:
        """The model with the plan's rotary base; the one in memory if it is the same."""
        model = self.model
        if model is None or (model.checkpoint.digest, model.precision) != (checkpoint.digest, plan.precision):
            self.model = self.pages = None
            kind = self.planner.measured(request.folders).kind
            loaded = load(checkpoint, self.dtype, plan.precision, kind, plan.kv_bytes)
            self.model = model = replace(loaded, fitted=Fitted.read(plan.model))
        model.freeze_base(plan)
        clock.loaded()
        return model

    def _read(
        self, model: Model, plan: Plan, prompt: Prompt, request: Read, end: int, so_far: bool
    ) -> Generator[Event, None, Pages]:
        """Pages with the prompt in them as far as is wanted, at least; those in memory if they are the same."""
        folder, document = Path(request.folders.pages), request.source.key
        header = page_header(model.checkpoint, plan, self.dtype)
        names, wanted = chain(header, prompt.ids), prompt.until(end)
        if self.pages is None or (self.pages.header, self.pages.names, self.pages.tier) != (header, names, plan.tier):
            capacity = plan.length if plan.tier == "resident" else header.chunk + RESERVE
            self.open.close()
            self.open.enter_context(readings.opened(folder, document))
            self.pages = Pages(header, capacity, folder / "chunks", names, model.places, plan.tier)
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
            unread = 1 - max(plan.prepared_tokens, prompt.document_tokens(pages.length)) / max(1, plan.document_tokens)
            need = round(plan.disk_bytes * unread)
            make_room(folder, need, request.cache_bytes, document)
            lock = readings.lock_of(folder, document)
            yield from awaited(lock, Noticed("document-busy", {}), self.stopped)
            try:
                note = readings.Note(document, plan.model, header.digest(), len(prompt.tokens), tuple(names))
                readings.keep(folder, note)
                reading = read(model, pages, prompt, self.stopped, wanted, plan.rows)
                key = key_of(plan, self.planner.measured(request.folders))
                yield from _learning(folder, key, model, pages, reading)
            finally:
                lock.release()
        return pages

    def _locator(self, source: Source) -> Locator:
        if self.locator is None or self.locator.source.key != source.key:
            self.locator = Locator(source)
        return self.locator

    def _learn_writing(self, plan: Plan, model: Model, end: int, answer: str, clock: Clock, folders: Folders) -> None:
        """Keep how long the answer's tokens took behind its first and `end` of the document, for the next plan."""
        tokens = len(model.tokenizer.encode_text(answer)) - 1
        if tokens > 0:
            key = key_of(plan, self.planner.measured(folders))
            calibration.update_writing(Path(folders.pages), key, model.shape, end, tokens, clock.writing())


def _characters(prompt: Prompt, position: int) -> int:
    """Where the text ends that `position` tokens of the prompt write."""
    tokens = prompt.document_tokens(position)
    return prompt.tokens.ends[tokens - 1] if tokens else 0


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
