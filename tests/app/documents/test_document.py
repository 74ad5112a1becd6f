import time

import pytest

from app.documents.document import Block, Document, Law, Section, Unit


def book() -> Document:
    text = "One\n\nfirst\n\nsecond\n\nTwo\n\nthird"
    blocks = tuple(
        Block(
            text.index(word),
            text.index(word) + len(word),
            "heading" if word in ("One", "Two") else "paragraph",
        )
        for word in text.split("\n\n")
    )
    return Document("T", text, blocks, (Section("One", 1, 0, 20), Section("Two", 1, 20, len(text))))


def test_addresses_count_paragraphs_in_their_leaf() -> None:
    document = book()
    assert [document.address(b.start) for b in document.blocks] == ["c1", "c1.p1", "c1.p2", "c2", "c2.p1"]
    assert document.source().labels == ("c1", "c1.p1", "c1.p2", "c2", "c2.p1")


def test_the_key_follows_text_and_units_alone() -> None:
    document = book()
    assert document.key == Document("other", document.text, (), ()).key
    units = (Unit("第一条", "1", 0, 3, ()),)
    assert document.key != Document("T", document.text, (), (), law=Law("CN", units)).key
    assert len(document.key) == 32


@pytest.mark.parametrize("spans", [[(0, 3), (2, 5)], [(4, 5), (0, 3)], [(0, 99)]])
def test_blocks_out_of_order_are_a_bug(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="blocks"):
        Document("T", "abcdefgh", tuple(Block(a, b, "paragraph") for a, b in spans), ())


def test_what_a_span_touches() -> None:
    document = book()
    assert [document.text[b.start : b.end] for b in document.blocks_at(6, 13)] == ["first", "second"]
    assert [document.text[b.start : b.end] for b in document.blocks_at(5, 6)] == ["first"]
    assert document.blocks_at(3, 4) == ()


def test_a_long_book_is_handed_over_at_once() -> None:
    text = "word\n" * 60_000
    blocks = tuple(Block(i * 5, i * 5 + 4, "paragraph") for i in range(60_000))
    sections = tuple(Section(str(i), 1, i * 500, i * 500 + 500) for i in range(600))
    start = time.perf_counter()
    assert Document("T", text, blocks, sections).source().labels[-1] == "c600.p100"
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    ("label", "level", "name"),
    [
        ("第一百三十三条之一", "article", "第一百三十三条之一"),
        ("§ 106A.", "section", "§ 106A."),
        ("2ZA", "section", "section 2ZA"),
        ("(26)", "recital", "recital (26)"),
        ("一、", "article", "一、"),
    ],
)
def test_a_bare_number_is_named_with_its_level(label: str, level: str, name: str) -> None:
    assert Unit(label, "1", 0, 1, level=level).name == name
