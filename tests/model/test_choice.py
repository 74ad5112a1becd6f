"""The default model: the best that is soon enough, knows the language and fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model.catalog import ENTRIES, Entry
from model.choice import SOON, choose, estimate, estimated_tokens, is_for, precision_of
from model.types import Problem, Source, Span
from tests.model.test_plan import DEVICE

FAST = replace(DEVICE, flops=1e14, bandwidth=1e12)
SLOW = replace(DEVICE, flops=2e10, bandwidth=2e9)


def source_of(text: str, language: str) -> Source:
    return Source("k", "T", language, text, (Span(0, len(text)),), ("c1.p1",), (Span(0, len(text)),))


NOWHERE = Path("no-such-folder")  # nothing was read here before

TALE = source_of("word " * 10_000, "en")
CHINESE = source_of("字" * 9_000, "zh-Hans")


def never(entry: Entry) -> bool:
    return False


def test_a_fast_machine_gets_the_best() -> None:
    choice = choose(TALE, FAST, never, NOWHERE)
    assert choice.entry.quality == max(e.quality for e in ENTRIES if is_for(e, FAST)) and choice.better is None


def test_a_slow_machine_gets_what_is_soon_and_hears_of_the_better() -> None:
    choice = choose(TALE, SLOW, never, NOWHERE)
    assert choice.better is not None and "min" in choice.better
    assert choice.entry.quality < max(e.quality for e in ENTRIES if is_for(e, FAST))


def test_the_best_within_the_limit_is_taken() -> None:
    for flops in (1e10, 1e11, 3e11, 1e12):
        device = replace(DEVICE, flops=flops)
        soon = [e for e in ENTRIES if is_for(e, device) and (estimate(e, TALE, device, NOWHERE) or 1e9) <= SOON]
        if soon:
            assert choose(TALE, device, never, NOWHERE).entry == max(soon, key=lambda e: e.quality)


def test_chinese_never_gets_an_english_model() -> None:
    for device in (FAST, SLOW):
        assert choose(CHINESE, device, never, NOWHERE).entry.speaks("zh")


def test_what_has_read_it_before_answers() -> None:
    choice = choose(TALE, FAST, lambda e: e.name == "smollm2-135m", NOWHERE)
    assert choice.entry.name == "smollm2-135m" and choice.better is not None


def test_nothing_fits_is_said() -> None:
    with pytest.raises(Problem) as problem:
        choose(TALE, replace(DEVICE, memory_free=10**7), never, NOWHERE)
    assert problem.value.code == "nothing-fits"


def test_tokens_are_estimated_from_both_scripts() -> None:
    entry = ENTRIES[-1]
    english, chinese = entry.characters_per_token
    assert estimated_tokens(entry, "a" * 1000 + "字" * 1000) == pytest.approx(1000 / english + 1000 / chinese, rel=0.01)


def test_a_model_that_wants_a_gpu_is_chosen_on_one_alone() -> None:
    gpu = replace(FAST, kind="cuda", memory_free=140 * 10**9)
    assert choose(TALE, gpu, never, NOWHERE).entry.needs_gpu and not choose(TALE, FAST, never, NOWHERE).entry.needs_gpu
    assert not choose(TALE, gpu, never, NOWHERE).entry.obstacle


@pytest.mark.parametrize(("gigabytes", "precision"), [(30, "bf16"), (16, "int8"), (9, "nf4")])
def test_a_gpu_takes_as_many_bits_as_fit(gigabytes: int, precision: str) -> None:
    entry = next(e for e in ENTRIES if e.name == "qwen2.5-7b-instruct-1m")
    assert precision_of(entry, replace(FAST, kind="cuda", memory_free=gigabytes * 10**9)) == precision


def test_chinese_is_not_read_in_four_bits_unasked() -> None:
    small = replace(FAST, kind="cuda", memory_free=9 * 10**9)
    chosen = choose(CHINESE, small, never, NOWHERE).entry
    assert precision_of(chosen, small) != "nf4"
