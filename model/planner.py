"""Planner: which model reads a document on this machine, and what that will take."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import torch

from model import calibration, readings
from model import device as devices
from model.catalog import ENTRIES, Entry
from model.checkpoint import Checkpoint
from model.choice import choose, estimated_tokens
from model.forecast import timed
from model.header import chain, chunks
from model.language import SAMPLE, language_of
from model.plan import make, stretched
from model.prompt import prefix
from model.supply import Chosen, named
from model.tokens import Prompt
from model.types import Chose, Device, Event, Folders, Noticed, Offer, Plan, Problem, Read, Source
from model.weights import page_header

WHY_NOT = {  # what `Device.why_not_gpu` says
    "torch-without-cuda": "this torch was built without CUDA; install torch's build for CUDA",
    "driver-old": "its driver is too old for this torch; update the NVIDIA driver",
    "hidden": "CUDA_VISIBLE_DEVICES hides it",
    "failed": "it does not compute; update its driver, or ask nvidia-smi what it lacks",
}


class Planner:
    """Measures the machine once and plans by it. `dtype` is that of the pages."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.device: Device | None = None
        self.explained = False

    def measured(self, folders: Folders) -> Device:
        """This machine; its speeds as they were measured thoroughly today, if they were."""
        if self.device is None:
            kind = devices.best_kind()
            kept = calibration.measured(Path(folders.pages), devices.describe(kind))
            self.device = kept or devices.measure(kind)
        return self.device

    def measured_thoroughly(self, folders: Folders) -> Iterator[Event]:
        """Measure this machine with patience, if that was not done today."""
        pages, kind = Path(folders.pages), devices.best_kind()
        found = calibration.measured(pages, devices.describe(kind))
        if found is None:
            yield Noticed("measuring", {})
            found = devices.measure(kind, thoroughly=True)
            calibration.keep_measured(pages, found)
        if self.device is not None:  # what is free now lacks what this process holds
            found = replace(found, memory_free=self.device.memory_free)
        self.device = found

    def gpu(self, folders: Folders) -> Iterator[Event]:
        """Why a GPU that is there is not used; said once."""
        why = "" if self.explained else self.measured(folders).why_not_gpu
        self.explained = True
        if why:
            yield Noticed("gpu-unused", {"reason": WHY_NOT[why]})

    def chosen(self, request: Read) -> Generator[Event, None, Chosen]:
        """The model that was named, else the best for this document here. Raises what `choose` and `named` raise."""
        name, device, pages = request.model, self.measured(request.folders), Path(request.folders.pages)
        if not name:
            key = request.source.key
            choice = choose(request.source, device, lambda e: readings.prepared(pages, key, e.name), pages)
            yield Chose(choice.entry.name, choice.reason, choice.better)
            name = choice.entry.name
        return named(name, request.folders, device, request.precision)

    def offers(self, request: Read) -> Iterator[Offer]:
        """What each model of the catalogue would make of the document."""
        for entry in ENTRIES:
            if entry.obstacle:
                tokens = estimated_tokens(entry, request.source.text)
                yield Offer(entry.name, False, None, "unreadable-model", tokens)
            else:
                yield self._offer(entry, request)

    def estimate(self, chosen: Chosen, entry: Entry, request: Read) -> Plan:
        """The plan for a model that is not here yet, its tokens estimated. Raises what `make` raises."""
        device, tokens = self.measured(request.folders), estimated_tokens(entry, request.source.text)
        plan = make(chosen.name, entry.shape, tokens, device, chosen.stretch, chosen.precision, request.layout)
        return timed(plan, entry.shape, device, Path(request.folders.pages))

    def plan(
        self, chosen: Chosen, checkpoint: Checkpoint, prompt: Prompt, request: Read, end: int
    ) -> tuple[Plan, Prompt]:
        """The plan for the whole document, so that it is the same wherever reading stops; for its beginning up to
        character `end` alone where the whole is too long, and the prompt cut there. Raises what `make` raises.
        """
        device, shape = self.measured(request.folders), checkpoint.shape
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

    def _offer(self, entry: Entry, request: Read) -> Offer:
        """What one model would make of it; tokens counted if it is here, else estimated."""
        chosen = named(entry.name, request.folders, self.measured(request.folders), request.precision)
        here, tokens = chosen.is_here(Path(request.folders.models)), estimated_tokens(entry, request.source.text)
        try:
            if not here:
                return Offer(entry.name, here, self.estimate(chosen, entry, request), "", tokens, tokens)
            checkpoint = chosen.open()
            prompt = prompt_of(checkpoint, request.source)
            tokens = len(prompt.tokens)
            plan, _ = self.plan(chosen, checkpoint, prompt, request, len(request.source.text))
            return Offer(entry.name, here, plan, "", tokens, tokens)
        except Problem as problem:
            fits = stretched(entry.shape.context, entry.stretch) if problem.code == "too-long" else 0
            return Offer(entry.name, here, None, problem.code, tokens, fits)

    def _with_prepared(self, plan: Plan, checkpoint: Checkpoint, prompt: Prompt, pages: Path) -> Plan:
        """The plan, and how much of the document is sealed already."""
        header = page_header(checkpoint, plan, self.dtype)
        there = [readings.chunk_path(pages, name).exists() for name in chain(header, prompt.ids)]
        sealed = there.index(False) if False in there else len(there)
        end = chunks(header, len(prompt.ids))[sealed - 1].stop if sealed else 0
        return replace(plan, prepared_tokens=prompt.document_tokens(end))


def prompt_of(checkpoint: Checkpoint, source: Source) -> Prompt:
    """The document in the checkpoint's tokens, what its template says before it included."""
    before = prefix(checkpoint.template, source.title, language_of(source.text[:SAMPLE]))
    return Prompt.encode(checkpoint.tokenizer, *before, source.text)
