"""Claims and the places that bear them: nothing is cited that is not in the text."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from model.cite import cite, claims_of, declines, main_claim, numbers, sentences
from model.lexical import Lexicon
from model.types import Claim, Source, Span

PARAGRAPHS = (
    "The ferry’s bell had been cast in 1871 from eleven church spoons. Nobody rang it on Sundays.",
    "Mr. Hallam kept two clocks, one for the tide and one for the train.",
    "渡口的钟是同治十年铸成的，重三百二十斤。每逢初一不许敲钟。",
)


def source_of(paragraphs: tuple[str, ...]) -> Source:
    blocks, place = [], 0
    for p in paragraphs:
        blocks.append(Span(place, place + len(p)))
        place += len(p) + 1
    text = "\n".join(paragraphs)
    return Source("k", "T", "en", text, tuple(blocks), tuple("abc"), (Span(0, len(text)),))


SOURCE = source_of(PARAGRAPHS)
LEXICON = Lexicon(PARAGRAPHS)


def claims(answer: str, question: str) -> tuple[Claim, ...]:
    return cite(SOURCE, claims_of(answer), question, SOURCE.blocks, LEXICON)


def cited_text(claim: Claim) -> list[str]:
    return [SOURCE.text[s.start : s.end] for s in claim.citations]


def test_a_claim_gets_the_sentence_that_says_it() -> None:
    (claim,) = claims("It was cast from eleven church spoons in 1871.", "What was the bell made of?")
    assert claim.support == "full"
    assert cited_text(claim) == ["The ferry’s bell had been cast in 1871 from eleven church spoons."]


def test_of_passages_that_say_the_same_the_better_located_is_cited() -> None:
    said = ("He paid four crowns for the net.", "He paid for the boat.", "Later he paid nine crowns for the net.")
    source, lexicon, question = source_of(said), Lexicon(said), "How was the net paid?"
    for ranked in (source.blocks, source.blocks[::-1]):
        (claim,) = cite(source, ["With crowns."], question, ranked, lexicon)
        assert claim.citations == (ranked[0],)
    (claim,) = cite(source, ["With nine crowns later."], question, source.blocks, lexicon)
    assert claim.citations == (source.blocks[2],)


def test_a_chinese_claim_gets_its_sentence() -> None:
    (claim,) = claims("钟重三百二十斤。", "渡口的钟有多重？")
    assert cited_text(claim) == ["渡口的钟是同治十年铸成的，重三百二十斤。"]


def test_an_invented_claim_gets_nothing() -> None:
    (claim,) = claims("The captain married a baker in Lisbon.", "What became of the captain?")
    assert claim == Claim("The captain married a baker in Lisbon.", "none", ())


def test_a_wrong_number_is_not_supported() -> None:
    (claim,) = claims("The bell was cast in 1872 from eleven church spoons.", "When was the bell cast?")
    assert claim.support == "none"


def test_a_quotation_is_found_in_spite_of_its_marks() -> None:
    (claim,) = claims('The book says: "one for the tide and one for the  train".', "What clocks were there?")
    assert cited_text(claim) == ["one for the tide and one for the train"] or claim.support == "full"


def test_refusals_are_known() -> None:
    assert declines("The document does not say.") and declines("文档没有说明。")
    assert not declines("He did not say goodbye to Anna.")


def test_a_quotation_lends_no_support_to_the_rest_of_its_claim() -> None:
    answers = (
        "In “the ferry’s bell” the queen is poisoned by her brother.",
        "“             ” killed the king of Spain.",
    )
    assert all(c.support == "none" for answer in answers for c in claims(answer, "Who killed whom?"))


def test_what_is_turned_round_is_not_fully_supported() -> None:
    (claim,) = claims("It was not cast from eleven church spoons in 1871.", "What was the bell made of?")
    assert claim.support == "partial"


def test_a_negation_elsewhere_in_the_sentence_turns_nothing_round() -> None:
    text = ("It could not be moved, because of a wire, and the seal bore the number 212.",)
    (claim,) = cite(source_of(text), ["The seal bore 212."], "What is on it?", [Span(0, len(text[0]))], Lexicon(text))
    assert claim.support == "full"


def test_titles_and_list_numbers_end_no_sentence() -> None:
    text = "Mr. Hallam kept two clocks.\n1. Dr. Pike had one."
    assert [text[s.start : s.end] for s in sentences(text)] == ["Mr. Hallam kept two clocks.", "1. Dr. Pike had one."]


def test_the_main_claim_says_something() -> None:
    first, second = Claim("Yes.", "none", ()), Claim("Mr. Hallam kept two clocks.", "full", (Span(0, 3),))
    assert main_claim((first, second)) == second and main_claim((first,)) == first


def test_a_refusal_is_no_claim() -> None:
    (claim,) = claims("The document doesn’t say what the ferry’s bell was cast from.", "Of what?")
    assert claim.support == "none" and declines(claim.text)
    assert not declines("因为他没有提到她的名字。")


@given(st.text(alphabet="ab .!?。！”’\n", max_size=60))
def test_sentences_lie_in_order_and_lose_no_word(text: str) -> None:
    found = sentences(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    inside = "".join(text[s.start : s.end] for s in found)
    assert [c for c in text if c.isalnum()] == [c for c in inside if c.isalnum()]


@given(
    st.lists(st.sampled_from([*PARAGRAPHS, "Spoons!", "十年", "1871"]), max_size=4),
    st.sampled_from(PARAGRAPHS),
)
def test_citations_are_inside_the_passages(answer: list[str], question: str) -> None:
    for claim in claims(" ".join(answer), question):
        assert (claim.support == "none") == (claim.citations == ())
        assert all(any(b.covers(s) for b in SOURCE.blocks) for s in claim.citations)


def test_numbers_ignore_their_commas() -> None:
    assert numbers("1,260 articles and 98") == {"1260", "98"}
