"""The lexical ranking against BM25 written out, and its terms in both languages."""

from __future__ import annotations

from math import log

import pytest

from model.lexical import K1, B, Lexicon, terms

PASSAGES = ["the bell was rung", "bells and bells and ropes", "a rope", "第一百条 渡口不得收费"]


def test_terms_are_stems_and_bigrams() -> None:
    assert terms("The Bells’ ropes") == ["bell", "rope"]
    assert {"渡", "口", "渡口", "收费"} <= set(terms("渡口收费"))
    assert "的" not in terms("渡口的费")
    assert terms("GDPR第17条")[:1] == ["gdpr"] and "17" in terms("GDPR第17条")


def test_scores_are_bm25() -> None:
    lexicon = Lexicon(PASSAGES)
    lengths = [len(terms(p)) for p in PASSAGES]
    mean = sum(lengths) / len(lengths)
    idf = log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    want = [
        idf * n * (K1 + 1) / (n + K1 * (1 - B + B * length / mean)) if n else 0
        for n, length in zip([1, 2, 0, 0], lengths, strict=True)
    ]
    assert lexicon.scores("bells") == pytest.approx(want)


def test_coverage_is_a_share_of_what_is_wanted() -> None:
    lexicon = Lexicon(PASSAGES)
    assert lexicon.coverage(["bell", "rope"], ["bell", "rope", "x"]) == 1
    assert lexicon.coverage(["bell"], ["rope"]) == 0 == lexicon.coverage([], ["rope"])
    assert 0 < lexicon.coverage(["bell", "unheard"], ["bell"]) < 0.5
