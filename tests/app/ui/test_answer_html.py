"""An answer as HTML: words of books and models are words, marks lead to their places."""

from __future__ import annotations

import re

import pytest

from app.documents.document import Block, Document
from app.ui.answer_html import Exchange, exchange_html, receipt_line, span_of
from app.ui.themes import THEMES
from model.types import Claim, Correction, Evidence, Listed, Receipt, Span

TEXT = "The bell <b>rang</b> & fell.\n\nNobody came."
DOCUMENT = Document("T", TEXT, (Block(0, 28, "paragraph"), Block(30, 42, "paragraph")), (), language="en")
THEME = THEMES["light"]
SPAN = Span(0, 28)


def html(**fields: object) -> str:
    return exchange_html(Exchange("Who <i>rang</i>?", **fields), DOCUMENT, THEME)  # type: ignore[arg-type]


def links(page: str) -> list[Span | None]:
    return [span_of(link) for link in re.findall(r'href="([^"]*)"', page)]


def test_each_claim_has_its_mark_and_leads_to_its_places() -> None:
    claims = (
        Claim("It rang.", "full", (SPAN,)),
        Claim("It fell.", "partial", (SPAN, Span(30, 42))),
        Claim("He cried.", "none", ()),
    )
    page = html(answered=True, claims=claims, state="done")
    assert [span for span in links(page) if span] == [SPAN, SPAN, Span(30, 42)]
    assert page.count("●") == 1 and page.count("◐") == 2 and page.count("○") == 1


@pytest.mark.parametrize("field", ["text", "problem", "progress"])
def test_words_are_never_markup(field: str) -> None:
    page = html(**{field: "<img src=x onerror=alert(1)> & “no”"})
    assert "<img" not in page and "&lt;img" in page and "<i>rang" not in page


def test_where_nothing_bears_it_out_the_words_are_folded_away() -> None:
    fields = {"answered": False, "text": "It was Ansel.", "evidence": (Evidence(SPAN, 1.0),), "state": "done"}
    page = html(**fields)
    assert "does not answer" in page and "no evidence" in page and "Ansel" not in page and links(page)[0] == SPAN
    assert "Ansel" in html(**fields, unfolded=True)


def test_a_wrong_number_is_struck_and_the_right_one_shown() -> None:
    claim = Claim("Article 577 says so.", "full", (SPAN,), (Correction("577", "585"),))
    page = html(answered=True, claims=(claim,))
    assert "<s>577</s>" in page and "585" in page


def test_a_unit_is_quoted_word_for_word() -> None:
    page = html(answered=True, by_rule=True, evidence=(Evidence(SPAN, 1.0),))
    assert "The bell &lt;b&gt;rang&lt;/b&gt; &amp; fell." in page and f'bgcolor="{THEME.wash}"' in page
    assert "does not exist" in html(answered=False, by_rule=True, text="It does not exist.")


def test_lists_stand_beside_the_answer() -> None:
    listed = Listed("bell", (SPAN, Span(30, 42)), (Span(30, 42),), ())
    page = html(answered=True, claims=(Claim("It rang.", "full", (SPAN,)),), listed=listed)
    assert "stands in 2 places" in page and "not cited above: 1" in page and links(page)[-1] == Span(30, 42)


def test_the_receipt_says_what_was_read() -> None:
    line = receipt_line(Receipt(1234, 5678, 3, 9, (), True))
    assert line == "read 1,234 of 5,678 tokens, 3 of 9 chapters · prepared before"


@pytest.mark.parametrize("link", ["cite:1", "cite:-1-2", "cite:a-b", "http://x/1-2", "", "unfold:"])
def test_other_links_lead_nowhere(link: str) -> None:
    assert span_of(link) is None
