"""Sets: a folder of the public layout becomes cases in a fixed order, their gold places where the document has them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.case import draw, is_reported
from app.exam.library import Alignment, Library
from app.exam.sets import REPORTED, SETS, Reader
from model.types import Problem


@pytest.fixture
def reader(data: Path) -> Reader:
    return Reader(data, Library())


@pytest.mark.parametrize("name", SETS)
def test_every_set_has_cases_in_its_order(reader: Reader, name: str) -> None:
    cases = reader.cases(name)
    assert cases and {case.set for case in cases} == {name}
    assert len({case.id for case in cases}) == len(cases)
    order = [draw(case.pair or case.id) for case in cases]
    assert order == sorted(order)
    for case in cases:
        text = reader.library.subject(case.document).document.text
        assert case.version and all(text[g.start : g.end].strip() for g in case.gold)
        assert not (case.gold and not case.answerable)


def test_halves_are_by_the_ids_digest(reader: Reader) -> None:
    for name in ("absent", "tales", "absent-tales"):
        odd, even = ({case.id for case in reader.cases(half)} for half in (name, f"{name}-tune"))
        assert not odd & even and all(map(is_reported, odd)) and not any(map(is_reported, even))


def test_a_lookup_is_told_by_its_kind(reader: Reader) -> None:
    cases = reader.cases("lookup")
    assert {case.kind for case in cases} == {"number", "content", "missing"}
    assert all(case.answerable == (case.kind != "missing") for case in cases)


def test_gold_is_whole_sentences_of_the_tales(reader: Reader) -> None:
    cases = [case for name in ("tales", "tales-tune") for case in reader.cases(name)]
    texts = {reader.library.subject(c.document).document.text[c.gold[0].start : c.gold[0].end] for c in cases}
    assert "His daughter wove a rope of barley straw." in {" ".join(text.split()) for text in texts}


def test_the_samples_gold_is_found_by_address(reader: Reader) -> None:
    cases = {case.id: case for case in reader.cases("samples")}
    case = cases["law-zh-02"]
    text = reader.library.subject(case.document).document.text
    assert "洲岛居民，是指" in text[case.gold[0].start : case.gold[0].end] and case.kind == "statute"
    assert cases["zh-28"].kind == "absent" and not cases["zh-28"].answerable


def test_claims_come_in_pairs_with_their_truth(reader: Reader) -> None:
    cases = reader.cases("claims")
    assert [case.truth for case in cases] == [False, True] and len({case.pair for case in cases}) == 1
    assert cases[0].question == "True or false: The light is yellow."


def test_a_changed_question_is_another_case(reader: Reader, data: Path, tmp_path: Path) -> None:
    other = tmp_path / "data"
    shutil.copytree(data, other)
    path = other / "statutes" / "民法典.score.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("多大年纪", "满几周岁"), encoding="utf-8")
    versions = {case.id: case.version for case in reader.cases("statutes")}
    changed = {case.id for case in Reader(other, Library()).cases("statutes") if case.version != versions[case.id]}
    assert changed == {"s1"}


def test_a_folder_without_the_set_is_a_problem(tmp_path: Path) -> None:
    for name in REPORTED:
        with pytest.raises(Problem) as caught:
            Reader(tmp_path, Library()).cases(name)
        assert caught.value.code == "missing"


def test_a_line_that_is_no_json_is_a_problem(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "data"
    shutil.copytree(data, other)
    with (other / "statutes" / "民法典.score.jsonl").open("a") as file:
        file.write("{")
    with pytest.raises(Problem) as caught:
        Reader(other, Library()).cases("statutes")
    assert caught.value.code == "broken" and "line 4" in str(caught.value.parameters["reason"])


@given(words=st.lists(st.text("ab书 ", min_size=1), min_size=1), gaps=st.lists(st.sampled_from([" ", "\n", "  "])))
def test_offsets_survive_other_white_space(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], gaps: list[str]
) -> None:
    spaces = [*gaps, *[" "] * len(words)]
    raw = "".join(word + gap for word, gap in zip(words, spaces, strict=False))
    path = tmp_path_factory.mktemp("text") / "t.txt"
    path.write_bytes(raw.encode())
    text = " ".join(raw.split())
    alignment = Alignment(path, text)
    for start in range(len(raw)):
        if raw[start:].split() and raw[start : start + 5].strip():
            span = alignment.span(start, min(len(raw), start + 5))
            assert text[span.start : span.end].split() == "".join(raw[start : start + 5]).split()


def test_offsets_of_another_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("a b c")
    with pytest.raises(Problem):
        Alignment(path, "a b d")
    with pytest.raises(Problem):
        Alignment(path, "a b c").span(3, 9)
