"""Misses: in what way a result falls short of what is measured, in a few words that can be counted."""

from __future__ import annotations

from collections.abc import Callable

from app.exam.metrics import Result, bears, clicked, exact, rank_of, verdict

Why = Callable[[Result], str]
BANDS = (3, 10)


def failed(result: Result) -> str:
    """The failure that ended it; "" where none did."""
    return f"failed: {result.outcome.problem}" if result.outcome.problem else ""


def misplaced(result: Result) -> str:
    """Where the gold place is instead of first."""
    rank = rank_of(result)
    band = next((f"among the first {depth} of" for depth in BANDS if rank <= depth), "further down in")
    found = f"gold is {band} the evidence" if rank else "gold is not in the evidence"
    return failed(result) or ("refused; " if result.outcome.answered is False else "") + found


def incomplete(result: Result) -> str:
    """How many of the gold places are among the first ten."""
    gold, evidence = result.case.gold, result.outcome.evidence[:10]
    found = sum(any(bears(span, place) for span in evidence) for place in gold)
    return failed(result) or f"{found} of {len(gold)} found"


def unrefused(result: Result) -> str:
    """Why a question without an answer was not refused."""
    supported = any(claim.support != "none" for claim in result.outcome.claims)
    how = "with a claim that passed as supported" if supported else "without a supported claim"
    return failed(result) or f"answered all the same, {how}"


def unverified(result: Result) -> str:
    """How much of an answer is not borne out."""
    claims = result.outcome.claims
    none = sum(claim.support == "none" or not claim.citations for claim in claims)
    return failed(result) or f"{none} of {len(claims)} claims unsupported"


def misjudged(result: Result) -> str:
    """What was said of a claim instead of the right verdict."""
    said = {True: "called true", False: "called false", None: "no verdict"}[verdict(result.outcome.text)]
    return failed(result) or ("refused" if result.outcome.answered is False else said)


def inexact(result: Result) -> str:
    """How many of the places shown are wrong ones."""
    wrong = sum(not value for value in exact(result)) or sum(not value for value in clicked(result))
    return failed(result) or f"{wrong} of {len(result.outcome.shown)} places"


def slow(result: Result) -> str:
    """How long citing and checking took, in whole seconds."""
    return failed(result) or f"{result.outcome.took.citing:.0f} s"
