import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import labels


def write_chinese(n: int) -> str:
    """A slow writer of Chinese numerals, 1 to 9999, as books print them."""
    digits, text = "零一二三四五六七八九", ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // place % 10
        if digit:
            text += digits[digit] + unit
        elif text and n % place and not text.endswith("零"):
            text += "零"
    return text[1:] if text.startswith("一十") else text


def write_roman(n: int) -> str:
    pairs = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")]
    text = ""
    for value, letters in [*pairs, (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]:
        text += letters * (n // value)
        n %= value
    return text


@given(st.integers(1, 9999))
def test_chinese_numerals_round_trip(n: int) -> None:
    assert labels.number(write_chinese(n)) == n
    assert labels.number(write_chinese(n).replace("零", "〇")) == n
    assert labels.number(write_chinese(n).translate(str.maketrans("一二三十百千", "壹貳叁拾佰仟"))) == n


@given(st.integers(1, 9999))
def test_digit_rows_and_widths(n: int) -> None:
    assert labels.number("".join("〇一二三四五六七八九"[int(d)] for d in str(n))) == n
    assert labels.number("".join(chr(ord("０") + int(d)) for d in str(n))) == n
    assert labels.number(f"{n:05}") == n


@given(st.integers(1, 4999))
def test_roman_numerals_round_trip(n: int) -> None:
    assert labels.number(write_roman(n)) == n


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("两百", 200),
        ("廿三", 23),
        ("一百五", 105),
        ("一万零三", 10003),
        ("萬", 10000),
        ("Ⅻ", 12),
        ("XXXX", 40),
        ("xii", 12),
        ("Twenty-one", 21),
        ("first", 1),
        ("thirtieth", 30),
        ("一二零", 120),
    ],
)
def test_numerals_by_example(numeral: str, value: int) -> None:
    assert labels.number(numeral) == value


@pytest.mark.parametrize("numeral", ["", "甲", "IC", "hello", "one one", "twenty-ten", "三十x"])
def test_what_is_no_numeral_is_refused(numeral: str) -> None:
    with pytest.raises(ValueError, match="not a numeral"):
        labels.number(numeral)


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("第三十条之一", "30-1"),
        ("第一千二百六十条", "1260"),
        ("Article 30-1", "30-1"),
        ("Article 12a.", "12a"),
        ("§ 104A", "104A"),
        ("Article XIV", "14"),
        ("第１２条", "12"),
        ("第三十條", "30"),
    ],
)
def test_articles_in_plain_form(label: str, plain: str) -> None:
    assert labels.article(label) == plain


def test_what_is_no_article_is_refused() -> None:
    with pytest.raises(ValueError, match="not an article"):
        labels.article("第一章")
