"""Indexing: a long document's passages are read alone, before the whole is, so that they can be found."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

from model import readings
from model.evidence import Locator
from model.extracts import SINKS, Extracts, header_of
from model.gist import PASSAGE
from model.header import Header
from model.language import SAMPLE, language_of
from model.plan import LAYOUT_SHARE
from model.read import make_room
from model.tokens import Prompt
from model.types import Indexing, Plan, Read
from model.weights import Model

LONG = 16_384  # tokens of a document from which the pages of the whole tell too little of a passage


def indexed(
    model: Model,
    plan: Plan,
    pages: Header,
    prompt: Prompt,
    request: Read,
    locator: Locator,
    stopped: Callable[[], bool],
    fill: bool,
) -> Generator[Indexing, None, bool]:
    """Let the locator rank by the passages read alone, where all of them are; read those that are not yet, if it may
    `fill`. False where the document is short, the model recurrent in part, or a passage missing.

    Raises Problem "disk-full".
    """
    if len(prompt.tokens) < LONG or pages.recurrence:
        return False
    source, folder = request.source, Path(request.folders.pages)
    runs = [prompt.run(span) for span in locator.passages.spans]
    after = model.tokenizer.encode_text(PASSAGE[language_of(source.text[:SAMPLE])]).ids
    passages = [prompt.ids[run.start : run.stop] for run in runs]
    own = header_of(pages, model.checkpoint.rope.theta)
    extracts = Extracts(folder / "chunks", own, prompt.ids[:SINKS], passages, after)
    if fill and not extracts.is_whole:
        tokens = sum(map(len, passages))
        need = round(tokens * model.shape.kv_bytes_per_token * LAYOUT_SHARE["int8"])
        make_room(folder, need, request.cache_bytes, source.key)
        readings.keep(
            folder, readings.Note(source.key, plan.model, own.digest(), tokens, tuple(extracts.names), "extracts")
        )
        yield from extracts.fill(model, stopped)
    if not extracts.is_whole:
        return False
    locator.know(model, extracts)
    return True
