"""Addresses tell units apart, and stay as they are where nothing is the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.documents.addresses import told_apart
from app.documents.document import Block, Document, Law, Section, Unit

PROTOCOL = ("Protocols", "PROTOCOL (No 3) ON THE STATUTE OF THE COURT")


def test_the_articles_of_another_act_stand_behind_its_name() -> None:
    names = ["Article 1", "Article 2", "Article 1", "Article 2", "Article 3", "Article 1"]
    other = ("Protocols", "PROTOCOL (No 4) ON THE BANK")
    paths = [("TITLE I",), ("TITLE I",), (*PROTOCOL, "TITLE I"), PROTOCOL, PROTOCOL, other]
    assert told_apart(names, paths) == (
        "Article 1",
        "Article 2",
        "PROTOCOL (No 3), Article 1",
        "PROTOCOL (No 3), Article 2",
        "PROTOCOL (No 3), Article 3",
        "PROTOCOL (No 4), Article 1",
    )


def test_what_nothing_tells_apart_is_counted() -> None:
    assert told_apart(["第一条", "第二条", "第一条"], [(), (), ()]) == ("第一条", "第二条", "第一条 (2)")


def test_a_label_is_cited_without_its_full_stop() -> None:
    assert told_apart(["§ 107.", "..."], [(), ()]) == ("§ 107", "...")


TITLES = st.lists(st.sampled_from(["Part I", "Part II", "ANNEX", "附件", "x" * 50]), max_size=3).map(tuple)


@given(st.lists(st.tuples(st.sampled_from(["Article 1", "Article 2", "§ 1.", "1"]), TITLES), max_size=30))
def test_no_address_twice_and_each_ends_in_its_name(units: list[tuple[str, tuple[str, ...]]]) -> None:
    names, paths = [name for name, _ in units], [path for _, path in units]
    addresses = told_apart(names, paths)
    assert len(set(addresses)) == len(addresses)
    assert all(name.rstrip(".") in address for name, address in zip(names, addresses, strict=True))
    if len(set(names)) == len(names):
        assert list(addresses) == [name.rstrip(".") for name in names]


def test_notes_right_behind_a_section_are_its_own() -> None:
    text = "§ 1. Words.\n\nA note.\n\nIts list.\n\n§ 2. Words.\n\nEnd."
    starts = [0, 13, 22, 33, 46]
    kinds = ["paragraph", "note", "list", "paragraph", "paragraph"]
    ends = [*(start - 2 for start in starts[1:]), len(text)]
    blocks = tuple(Block(a, b, kind) for a, b, kind in zip(starts, ends, kinds, strict=True))
    law = Law("US", (Unit("§ 1.", "1", 0, 11), Unit("§ 2.", "2", 33, 44)))
    document = Document("Act", text, blocks, (Section("Act", 1, 0, len(text)),), law=law)
    assert [document.address(b.start) for b in blocks] == ["§ 1", "§ 1 note", "§ 1 note", "§ 2", "c1.p5"]
