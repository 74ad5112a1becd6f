from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model.folding import fold

# What folding must get right: letters of changing length, marks, widths, quotes, spaces, astral characters.
LETTERS = "aBß ﬁİıſΣς\u0301\u0308ÄＡｶ\u3099—-–“”'「」"
OTHERS = " \n\t\u3000\u00a0\u00ad\u200b第一回宴桃园，。𠀀😀각가…½ﷺ"
AWKWARD = st.text(alphabet=LETTERS + OTHERS, max_size=60)


@given(AWKWARD | st.text(max_size=60))
def test_every_folded_character_has_a_place(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))
    pairs = list(zip(folded.starts, folded.ends, strict=True))
    assert all(before == after or before[1] <= after[0] for before, after in pairwise(pairs))


@given(AWKWARD)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(AWKWARD, st.data())
def test_a_span_folds_to_its_part(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    if start < end and folded.whole(start, end):
        span = folded.span(start, end)
        # White space at an edge depends on the neighbour that the cut took away.
        assert fold(text[span.start : span.end]).text.strip() == folded.text[start:end].strip()


@given(st.text(alphabet="abcXYZ ,.", max_size=40))
def test_plain_words_keep_their_length(text: str) -> None:
    words = " ".join(text.split())
    assert fold(words).text == words.lower()


def test_forms_of_one_text_fold_alike() -> None:
    assert fold("“It’s”\n—  Straße").text == fold('"it\'s" - STRASSE').text
    assert fold("看\n\n秋 月").text == "看秋月"
    assert fold("ＡＢＣ，ｶﾞ").text == "abc,ガ"
    assert fold("e\u0301").text == fold("É").text
