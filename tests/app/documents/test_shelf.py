from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import statute
from app.documents.document import Document
from app.documents.shelf import shelf
from app.documents.text import read


def law(name: str, articles: int) -> Document:
    title = f"中华人民共和国{name}法"
    lines = [title] + [f"第{i}条　{name}的规定之{i}，依法办理。" for i in range(1, articles + 1)]
    return replace(statute.applied(read(Path(f"{name}.txt"), "\n\n".join(lines).encode())), title=title)


def tale() -> Document:
    return read(Path("tale.txt"), b"Chapter 1\n\nIt rained.\n\nChapter 2\n\nIt stopped.\n")


def test_each_volume_keeps_its_own_addresses() -> None:
    first, second = law("船", 5), law("桥", 4)
    both = shelf([first, second])
    assert both.kind == "law" and both.law and both.law.jurisdiction == "CN"
    place = both.text.index("桥的规定之3")
    assert both.address(place) == "桥法:第3条"
    assert [u.path[0] for u in both.units] == ["船法"] * 5 + ["桥法"] * 4
    assert [s.title for s in both.sections if s.level == 1] == ["船法", "桥法"]


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(3, 9), min_size=1, max_size=4), novel=st.booleans())
def test_every_span_says_on_the_shelf_what_it_says_in_its_volume(sizes: list[int], novel: bool) -> None:
    documents = [law(f"甲{i}", size) for i, size in enumerate(sizes)] + [tale()] * novel
    whole = shelf(documents)
    units = iter(whole.units)
    for volume, document in zip(whole.volumes, documents, strict=True):
        assert whole.text[volume.start : volume.end] == document.text
        for unit in document.units:
            moved = next(units)
            assert whole.text[moved.start : moved.end] == document.text[unit.start : unit.end]
        for block in document.blocks:
            assert whole.address(block.start + volume.start) == f"{volume.name}:{document.address(block.start)}"
    assert len(whole.blocks) == sum(len(d.blocks) for d in documents)
    assert len(whole.source().labels) == len(whole.source().blocks)


def test_the_order_matters_and_nothing_else() -> None:
    a, b = law("船", 5), law("桥", 4)
    assert shelf([a, b]).key == shelf([a, b]).key != shelf([b, a]).key


def test_two_volumes_of_one_name_are_told_apart() -> None:
    assert [v.name for v in shelf([tale(), tale()]).volumes] == ["tale", "tale (2)"]


def test_an_empty_shelf_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        shelf([])
