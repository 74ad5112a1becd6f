"""Code points and UTF-16 units, there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.ui.utf16 import Utf16


@given(st.text(alphabet=st.sampled_from("a钟\U0001f514\U00020000\u0301"), max_size=30))
def test_every_character_has_its_unit(text: str) -> None:
    units = Utf16(text)
    for place in range(len(text) + 1):
        unit = len(text[:place].encode("utf-16-le")) // 2
        assert units.unit(place) == unit and units.place(unit) == place
    for place, character in enumerate(text):
        if character > "\uffff":  # its second half is in it
            assert units.place(units.unit(place) + 1) == place
