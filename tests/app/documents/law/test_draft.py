from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Document
from app.documents.law.draft import Draft, Reference
from model.types import Problem
from tests.app.documents.law.wholeness import check, own

PATH = Path("act.xml")


def finished(draft: Draft) -> Document:
    return draft.document(PATH, format="TEST", parser="test 1", jurisdiction="UK")


def test_a_unit_is_as_long_as_what_is_written_in_it() -> None:
    draft = Draft("An Act")
    draft.block("An Act to try.")
    with draft.section("PART I"):
        draft.block("PART I", "heading", 1)
        with draft.unit("1", "1", "section", "2020-01-01"):
            draft.lead("1")
            with draft.unit("(1)", "1", "subsection"):
                draft.lead("(1)")
                with draft.unit("(a)", "a", "paragraph"):
                    draft.block("(a) first;")
            draft.block("flush words.")
        draft.block("A note.", "note")
    document = finished(draft)
    check(document)
    assert document.text == "An Act to try.\n\nPART I\n\n1 (1)(a) first;\n\nflush words.\n\nA note."
    assert own(document, "1") == "1 (1)(a) first;\n\nflush words."
    assert own(document, "1", "1") == "(1)(a) first;"
    assert own(document, "1", "1", "a") == "(a) first;"
    (unit,) = document.units
    assert (unit.path, unit.level, unit.version) == (("PART I",), "section", "2020-01-01")
    assert unit.parts[0].path == ()
    assert [(s.title, s.level) for s in document.sections] == [("An Act", 1), ("PART I", 1)]


def test_what_holds_no_text_vanishes() -> None:
    draft = Draft("An Act")
    with draft.section("PART I"), draft.unit("1", "1", "section"):
        draft.block(" \n")
    draft.block("Words.")
    document = finished(draft)
    assert not document.units
    assert document.law is None
    assert [s.title for s in document.sections] == ["An Act"]


def test_a_lead_alone_is_a_block() -> None:
    draft = Draft("An Act")
    with draft.unit("1", "1", "section"):
        draft.lead("1")
    draft.block("Words.")
    assert finished(draft).text == "1\n\nWords."
    assert own(finished(draft), "1") == "1"


def test_links_reach_the_first_text_behind_an_anchor() -> None:
    draft = Draft("An Act")
    draft.block("  see section 2, or the web", references=[Reference(6, 15, "#2"), Reference(24, 27, "http://x")])
    with draft.unit("2", "2", "section"):
        draft.anchor("#2")
        draft.lead("2")
        draft.block("two")
    first, second = finished(draft).links
    text = finished(draft).text
    assert (text[first.start : first.end], text[first.target :], first.kind) == ("section 2", "2 two", "place")
    assert (text[second.start : second.end], second.target, second.kind) == ("web", -1, "web")
    assert second.href == "http://x"


def test_notes_stand_after_the_unit_that_calls_them() -> None:
    draft = Draft("An Act")
    with draft.unit("1", "1", "section"):
        with draft.unit("(1)", "1", "subsection"):
            draft.note("[1] A note.", "#n1")
            draft.block("(1) Words[1].", references=[Reference(9, 12, "#n1", "note")])
        draft.block("More.")
    document = finished(draft)
    assert own(document, "1") == "(1) Words[1].\n\nMore."
    (link,) = document.links
    assert document.text[link.target :] == "[1] A note."
    assert document.blocks[-1].kind == "note"


def test_an_image_needs_no_words() -> None:
    draft = Draft("An Act")
    draft.block("Words.")
    draft.block("", "image", target="seal.png")
    draft.block("More.")
    assert [b.kind for b in finished(draft).blocks] == ["paragraph", "image", "paragraph"]
    check(finished(draft))


def test_a_draft_without_text_is_a_problem() -> None:
    with pytest.raises(Problem) as problem:
        finished(Draft("An Act"))
    assert problem.value.code == "no-text"


WORDS = st.text(" ab(1)—\n", max_size=8)
STEPS: st.SearchStrategy[list[tuple[str, object]]] = st.deferred(
    lambda: st.lists(
        st.tuples(st.sampled_from(["block", "lead", "note", "anchor"]), WORDS)
        | st.tuples(st.sampled_from(["unit", "section"]), STEPS),
        max_size=5,
    )
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_is_a_whole_document(steps: list[tuple[str, object]]) -> None:
    draft = Draft("Title")
    draft.block("front")
    played(draft, steps)
    document = finished(draft)
    check(document)
    assert finished(draft).key == document.key


def played(draft: Draft, steps: object) -> None:
    assert isinstance(steps, list)
    for step, value in steps:
        with ExitStack() as stack:
            if step == "unit":
                stack.enter_context(draft.unit("1", "1", "section"))
            elif step == "section":
                stack.enter_context(draft.section("S"))
            if step in ("unit", "section"):
                played(draft, value)
        if step == "block":
            span = draft.block(value, references=[Reference(0, 3, "#a"), Reference(1, 99, "#b")])
            draft.link(span.start, span.end, "#c")
        elif step == "lead":
            draft.lead(value)
        elif step == "note":
            draft.note(value, "#n")
        elif step == "anchor":
            draft.anchor("#a")
