"""Encodings. What is promised: a page of real writing finds its encoding. A few characters alone may not:
GB18030, Big5 and the rest share their bytes, and "common characters" needs some characters.
"""

import codecs
import contextlib
import encodings.aliases
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.encoding import NotText, decode, mojibake, of_file, score
from model.types import Problem
from tests.measure.encodings import DOCS, files, ours, truths

SIMPLIFIED = (
    "这一年的春天来得很早，他从上海回到乡下，看见门前的小河已经解冻。",
    "民事主体从事民事活动，不得违反法律，不得违背公序良俗。",
    "却说那大圣在花果山中，无拘无束，自由自在，忽然想起师父来。",
    "“你说什么？”她问道，“我没有听见。”",
    "第二天早上，大家都起来了，只有老王还没有到。",
)
TRADITIONAL = (
    "這一年的春天來得很早，他從上海回到鄉下，看見門前的小河已經解凍。",
    "卻說玄德見了孔明，心中大喜，便問天下大勢。",
    "「你說什麼？」她問道，「我沒有聽見。」",
    "話說寶玉聽了，忙笑道：「好姐姐，我們一同去罷。」",
    "列位看官：你道此書從何而來？",
)
ENGLISH = (
    "It was the best of times, it was the worst of times.",
    "Call me Ishmael. Some years ago—never mind how long precisely—",
    "“You want to tell me, and I have no objection to hearing it.”",
    "The café in the Rue de la Paix was full of naïve young men.",
)


def pages(sentences: tuple[str, ...], least: int = 4) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(sentences), min_size=least, max_size=40).map("\n".join)


SIMPLIFIED_PAGES, TRADITIONAL_PAGES, ENGLISH_PAGES = map(pages, (SIMPLIFIED, TRADITIONAL, ENGLISH))


@given(
    SIMPLIFIED_PAGES | TRADITIONAL_PAGES | ENGLISH_PAGES,
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]),
)
def test_unicode_with_a_mark(text: str, name: str) -> None:
    found = decode("\ufeff".encode(name) + text.encode(name))
    assert (found.text, found.encoding, found.replaced) == (text, name, 0)


@given(
    SIMPLIFIED_PAGES | TRADITIONAL_PAGES | ENGLISH_PAGES,
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]),
)
def test_unicode_without_a_mark(text: str, name: str) -> None:
    found = decode(text.encode(name))
    assert (found.text, found.encoding, found.replaced) == (text, name, 0)


@given(SIMPLIFIED_PAGES | TRADITIONAL_PAGES)
def test_gb18030(text: str) -> None:
    assert decode(text.encode("gb18030")).text == text


@given(TRADITIONAL_PAGES)
def test_big5(text: str) -> None:
    assert decode(text.encode("big5hkscs")).text == text


@given(ENGLISH_PAGES)
def test_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252")).text == text


@given(SIMPLIFIED_PAGES, st.integers(1, 3))
def test_a_cut_end_is_replaced_and_counted(text: str, cut: int) -> None:
    for name in ("utf-8", "gb18030"):
        found = decode(text.encode(name)[:-cut])
        assert found.encoding == name
        assert text.startswith(found.text.rstrip("\ufffd"))
        assert found.replaced == found.text.count("\ufffd") <= 1


@pytest.mark.parametrize("name", ["utf-8", "gb18030", "big5hkscs"])
def test_a_few_bad_bytes_are_replaced_and_counted(name: str) -> None:
    lines = [line.encode(name) for line in TRADITIONAL * 20]
    lines[50] = lines[50][:10] + b"\xff\xff\xff" + lines[50][10:]
    found = decode(b"\n".join(lines))
    assert found.encoding == name
    assert 1 <= found.replaced <= 6  # the three, and the halves of the character they cut
    assert found.text.split("\n")[51:] == list(TRADITIONAL * 20)[51:]


def test_a_true_replacement_character_is_no_loss() -> None:
    assert decode("a \ufffd b 中文".encode()).replaced == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cp932", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 5),
        ("euc_jp", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 5),
        ("iso2022_jp", "吾輩は猫である。名前はまだ無い。" * 5),
        ("cp949", "나는 그 사람이 어디에서 왔는지 모른다. 이것은 우리의 이야기이다." * 5),
        (
            "cp1251",
            "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. " * 5,
        ),
        (
            "koi8_r",
            "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. " * 5,
        ),
        (
            "cp1252",
            "Longtemps, je me suis couché de bonne heure. À peine ma bougie éteinte, mes yeux se fermaient. " * 5,
        ),
        (
            "cp1252",
            "Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich verwandelt – groß. " * 5,
        ),
    ],
)
def test_other_languages(name: str, text: str) -> None:
    assert decode(text.encode(name)).text == text


def test_right_and_wrong_decodings_lie_far_apart() -> None:
    text = "\n".join(TRADITIONAL)
    assert score(text) > 0.3
    assert score(text.encode("big5hkscs").decode("gb18030", "replace")) < 0.1
    assert score(text.encode("gb18030").decode("big5hkscs", "replace")) < 0.1


def test_a_named_encoding_is_obeyed() -> None:
    assert decode("中文".encode("gb18030"), "GB2312").text == "中文"
    assert decode("中文".encode("gb18030"), "latin-1").text != "中文"
    assert decode(codecs.BOM_UTF8 + b"a", "utf-8").text == "a"
    assert decode(codecs.BOM_UTF16_BE + "a".encode("utf-16-be"), "utf-16").text == "a"


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("gbk", "gbk"),
        ("cp936", "gbk"),
        ("GB2312", "gbk"),
        ("big5", "big5"),
        ("big5-hkscs", "big5hkscs"),
        ("cp950", "big5"),
        ("utf8", "utf-8"),
        (" UTF_8 ", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("shift-jis", "cp932"),
        ("sjis", "shift_jis"),
    ],
)
def test_many_names_are_known(name: str, codec: str) -> None:
    assert decode("一言".encode(codec), name).text == "一言"


@given(
    st.sampled_from(sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()})), st.binary(max_size=40)
)
def test_any_name_is_obeyed_or_refused(name: str, data: bytes) -> None:
    with contextlib.suppress(Problem):
        assert decode(data, name).replaced >= 0


@pytest.mark.parametrize("name", ["klingon", "hex", "rot13", "idna", "punycode", "undefined", "a\0b", ""])
def test_an_unknown_name(name: str) -> None:
    if not name:
        assert decode(b"a", name).text == "a"
        return
    with pytest.raises(Problem) as problem:
        decode(b"abc", name)
    assert problem.value.code == "unknown-encoding"
    assert problem.value.parameters["name"] == name


@given(SIMPLIFIED_PAGES, st.sampled_from([("gb18030", "utf-8"), ("utf-8", "big5"), ("utf-16-le", "utf-8")]))
def test_a_named_encoding_that_does_not_fit_is_refused_with_the_one_that_does(
    text: str, names: tuple[str, str]
) -> None:
    own, named = names
    with pytest.raises(Problem) as problem:
        of_file(Path("book.txt"), text.encode(own), named)
    assert problem.value.code == "wrong-encoding"
    assert problem.value.parameters == {"path": "book.txt", "encoding": named, "found": own}


@given(SIMPLIFIED_PAGES)
def test_a_named_encoding_is_kept_where_little_is_damaged_or_no_other_reads_more(text: str) -> None:
    data = (text * 5).encode()
    assert of_file(Path("x.txt"), data + b"\xff", "utf-8").replaced == 1
    damaged = data.replace("，".encode(), b"\xff\xff\xff")
    assert of_file(Path("x.txt"), damaged, "utf-8").encoding == "utf-8"


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16", "gbk"])
@pytest.mark.parametrize("data", [b"\0" * 5000, b"\0", b"\0\0\0\0", b"\xff\xfe" + b"\0" * 100])
def test_zero_bytes_are_no_book(data: bytes, encoding: str | None) -> None:
    with pytest.raises(Problem) as problem:
        of_file(Path("x.txt"), data, encoding)
    assert problem.value.code in ("binary", "wrong-encoding")


@pytest.mark.parametrize(
    "data", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b" \r\n\t ", "\ufeff\ufeff\u200b\u3000\n".encode()]
)
def test_what_shows_nothing_holds_no_text(data: bytes) -> None:
    with pytest.raises(Problem) as problem:
        of_file(Path("x.txt"), data)
    assert problem.value.code == "no-text"


@pytest.mark.skipif(not DOCS.exists(), reason=f"{DOCS} is absent")
def test_a_real_book_of_another_encoding_is_refused() -> None:
    path = DOCS / "1-novels/txt-zh/西游记.native-gbk-webnovel.txt"
    with pytest.raises(Problem) as problem:
        of_file(path, path.read_bytes(), "utf-8")
    assert (problem.value.code, problem.value.parameters["found"]) == ("wrong-encoding", "gb18030")


def test_bytes_that_are_no_text() -> None:
    noise = random.Random(0)
    for _ in range(20):
        with pytest.raises(NotText):
            decode(bytes(noise.randrange(256) for _ in range(5000)))


def test_a_mark_before_another_encoding_is_not_believed() -> None:
    text = "\n".join(SIMPLIFIED)
    found = decode(codecs.BOM_UTF8 + text.encode("gb18030"))
    assert (found.text, found.encoding) == (text, "gb18030")


def test_some_lines_in_another_encoding_are_counted_and_the_rest_is_read() -> None:
    lines = [line.encode() for line in SIMPLIFIED * 20]
    lines[7], lines[50] = (SIMPLIFIED[0].encode("gb18030"),) * 2
    found = decode(b"\n".join(lines))
    assert found.encoding == "utf-8"
    assert found.replaced > 20
    assert found.text.split("\n")[8:50] == list(SIMPLIFIED * 20)[8:50]


@pytest.mark.parametrize("name", ["utf-8", "gb18030"])
def test_zero_bytes_in_a_text_stay_and_those_of_a_broken_copy_hide_none(name: str) -> None:
    text = "\n".join(SIMPLIFIED * 20)
    for dirty in (text[:50] + "\0" + text[50:], text + "\0" * 9000, "\0" * 4096 + text):
        assert decode(dirty.encode(name)).text == dirty


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_an_odd_length_loses_one_character(name: str) -> None:
    text = "\n".join(SIMPLIFIED)
    assert decode(text.encode(name) + b"\x4e").text == text + "\ufffd"
    assert decode(text.encode(name)[:-1]).replaced == 1


def test_a_long_line_of_ascii_is_passed_over_quickly() -> None:
    assert decode(b"a" * 3_000_000 + b"\xe9" + b"b" * 3_000_000).text.count("é") == 1


@given(SIMPLIFIED_PAGES | TRADITIONAL_PAGES)
def test_what_was_read_wrong_and_saved_again_is_recognised(text: str) -> None:
    data = text.encode()
    assert mojibake(data.decode("latin-1")) == "cp1252"
    assert mojibake("".join(bytes([b]).decode("cp1252", "replace") if b < 0x80 or b > 0xA0 else chr(b) for b in data))
    assert mojibake(data.decode("gb18030", "replace")) in ("gb18030", "")
    assert mojibake(data.decode("ascii", "replace").encode().decode("gb18030", "replace")) == "gb18030"


@given(SIMPLIFIED_PAGES | TRADITIONAL_PAGES | ENGLISH_PAGES | st.text())
def test_what_was_read_right_is_no_mojibake(text: str) -> None:
    assert mojibake(text) == ""


@pytest.mark.skipif(not DOCS.exists(), reason=f"{DOCS} is absent")
def test_real_files_of_forty_encodings() -> None:
    wrong = [path.name for name, path in files() if ours(data := path.read_bytes()) not in truths(data, name)]
    assert not wrong


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_not(data: bytes) -> None:
    with contextlib.suppress(NotText):
        assert decode(data).replaced >= 0
