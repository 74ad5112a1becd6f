from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents import headings
from app.documents.document import Document
from app.documents.text import read

FILLER = "却说众人听了，都点头称是，于是各自散去，一夜无话。" * 20
PROSE = "It was a bright cold day in April, and the clocks were striking; he slipped through the glass doors. " * 8


def book(*heads: str, end: str = "") -> Document:
    return read(Path("book.txt"), "\n\n".join(f"{head}\n　　{FILLER}{end}" for head in heads).encode())


def titles(document: Document) -> list[str]:
    return [s.title for s in document.sections]


@pytest.mark.parametrize(
    "heads",
    [
        ["1.归来", "2.出发", "3.途中", "4.遇险", "5.终点"],
        ["１．归来", "２．出发", "３．途中", "４．遇险", "５．终点"],
        ["001 归来", "002 出发", "003 途中", "004 遇险", "005 终点"],
        ["1 归来", "2 出发", "4 遇险", "5 终点", "6 尾声"],
        ["一、归来", "二、出发", "三、途中", "四、遇险", "五、终点"],
        ["（一）", "（二）", "（三）"],
        ["001 起点", "002 中途", "003 终点"],
        ["1", "2", "3"],
        ["１", "２", "３", "４"],
        ["【第一章】归来", "【第二章】出发", "【第三章】途中"],
        ["【第一章 归来】", "【第二章 出发】", "【第三章 途中】"],
        ["[第1章] 归来", "[第2章]", "[第3章]"],
        ["第１章 归来", "第２章 出发", "第３章"],
        ["卷一 第一章 甲", "卷一 第二章 乙", "卷二 第一章 丙"],
        ["第一卷 风起 第一章 甲", "第一卷 风起 第二章 乙", "第二卷 云涌 第一章 丙"],
        ["VIP卷 第一章 起", "VIP卷 第二章 承", "VIP卷 第三章"],
        ["正文 第一章 起", "正文 第二章 承", "番外一", "番外二 重逢", "番外 某人的一天", "番外：结局之后"],
        ["内容简介", "第一章：起", "第二章：承", "第三章：", "完本感言"],
        ["第1章 标题(求月票)", "第2章 标题（第三更）", "第3章 谁？！"],
        ["第十章（上）", "第十章（下）", "第十一章（上）"],
        ["Chapter 1 - The Start", "Chapter 2 - The End", "Chapter 3 – More"],
        ["Vol.1 Chapter 1", "Vol.1 Chapter 2", "Vol.2 Chapter 1"],
        ["第一章 起", "第二章他说：“你好！”", "第三章 转"],
    ],
)
def test_forms_of_web_novels(heads: list[str]) -> None:
    assert titles(book(*heads)) == heads


@pytest.mark.parametrize("form", ["☆、{}", "=={}==", "　　{}　　", "***{}***", "\u200b{}", "——{}——"])
def test_what_adorns_a_heading_is_no_part_of_its_title(form: str) -> None:
    heads = ["第一章 起", "第二章 承", "第三章 转"]
    assert titles(book(*(form.format(head) for head in heads))) == heads


def test_a_star_is_enough_where_every_chapter_has_one() -> None:
    assert titles(book(*(f"☆、{name}" for name in ("归来", "出发", "途中", "遇险", "终点")))) == [
        "归来",
        "出发",
        "途中",
        "遇险",
        "终点",
    ]


@pytest.mark.parametrize(
    "noise",
    [
        "（本章完）",
        "本章完",
        "第一章完",
        "第一章（完）",
        "第一卷完",
        "第一章 终",
        "（未完待续）",
        "手机用户请浏览m.example.com阅读，更优质的阅读体验。",
        "【www.example.com】",
        "www.example.com 全本小说网",
        "==================",
        "☆☆☆☆☆☆",
        "* * *",
        "————————",
        "1.请收藏本站",
        "PS：求推荐票",
        "天才一秒记住本站地址",
    ],
)
def test_noise_of_web_novels_is_no_heading_and_stays_in_the_text(noise: str) -> None:
    heads = ["第一章 起", "第二章 承", "第三章 转"]
    document = book(*heads, end=f"\n{noise}\n")
    assert titles(document) == heads
    assert document.text.count(noise) >= 3
    assert sum(b.kind == "heading" for b in document.blocks) == 3


def test_a_sentence_is_no_heading_unless_the_series_lacks_it() -> None:
    sentence = "第二章你究竟是谁！"
    assert titles(book("第一章 起", sentence, "第三章 转")) == ["第一章 起", sentence, "第三章 转"]
    assert titles(book("第一章 起", "第二章 承", sentence, "第三章 转")) == ["第一章 起", "第二章 承", "第三章 转"]


@pytest.mark.parametrize("contents", ["CONTENTS", "Table of Contents", "Contents:"])
def test_titles_without_numbers_are_those_that_the_contents_list(contents: str) -> None:
    stories = ["THE LADY, OR THE TIGER?", "A WHITE HERON", "THE OPEN WINDOW", "TO BUILD A FIRE"]
    listing = "\n".join(f"  {story} .... {i}" for i, story in enumerate(stories, 10))
    text = f"STORIES\n\nBY NOBODY\n\n{contents}\n\n{listing}\n\n\n" + "\n\n\n".join(
        f"{story}\n\n{PROSE}\n\nNO HEADING THIS\n\n{PROSE}" for story in stories
    )
    assert titles(read(Path("x.txt"), text.encode())) == ["STORIES", *stories]


def test_stories_that_a_chinese_contents_lists() -> None:
    stories = ["狂人日记", "孔乙己", "明天", "一件小事"]
    text = "某集\n\n目　录\n\n" + "\n".join(stories) + "\n\n" + "\n".join(f"{s}\n{FILLER}" for s in stories)
    assert titles(read(Path("某集.txt"), text.encode())) == ["某集", *stories]


def test_a_running_title_with_the_number_of_its_page_is_no_chapter() -> None:
    assert titles(book(*(f"{n} 某书" for n in range(1, 20)))) == ["book"]


@pytest.mark.parametrize("cut", ["众人听了，都点头称", "he slipped quickly through the"])
def test_the_number_of_a_page_cuts_a_sentence_and_is_no_chapter(cut: str) -> None:
    assert titles(book(*map(str, range(1, 20)), end=cut)) == ["book"]


def test_numbers_alone_are_chapters_of_each_part() -> None:
    document = book("第一部\n1", "2", "3", "第二部\n1", "2", "3")
    assert [(s.level, s.title) for s in document.sections] == [
        *((1, "第一部"), (2, "1"), (2, "2"), (2, "3")),
        *((1, "第二部"), (2, "1"), (2, "2"), (2, "3")),
    ]


@pytest.mark.parametrize("numbers", [(1, 2), (2, 3, 4), (1, 3, 5), (3, 2, 1)])
def test_numbers_that_do_not_count_up_from_one_to_three_are_no_chapters(numbers: tuple[int, ...]) -> None:
    assert titles(book(*map(str, numbers))) == ["book"]


def test_short_lines_between_numbers_are_a_list() -> None:
    text = f"{FILLER}\n" + "\n".join(f"{n}\n鸡蛋。" for n in range(1, 9)) + f"\n{FILLER}"
    assert titles(read(Path("x.txt"), text.encode())) == ["x"]


@pytest.mark.parametrize("bullet", ["", "* ", "• "])
def test_a_chapter_that_is_spoken_of_is_none(bullet: str) -> None:
    heads = ["第 1 章 入门", "第 2 章 软件包管理", "第 3 章 系统", "第 4 章 编程"]
    mention = f"{bullet}第 2 章 软件包管理理解基本的包管理系统"
    for end in ([], ["第 5 章 终"]):
        assert titles(book(*heads, mention, *end)) == [*heads, *end]


@pytest.mark.parametrize(
    "heads",
    [
        ["第一章 起", "第二章 承", "第一章 转", "第二章 承"],  # numbered anew
        ["第十章 甲", "第十一章 乙", "第二章 丙", "第十三章 丁"],  # a slip for 十二
        ["第一章 甲", "第二章 乙", "第三章 丙", "第二章 丁", "第四章 戊"],
    ],
)
def test_numbers_that_go_back_under_other_titles_are_chapters(heads: list[str]) -> None:
    assert titles(book(*heads)) == heads


@pytest.mark.parametrize("title", ["", "长路\n\n"])
@pytest.mark.parametrize("heads", [["第一章", "第二章", "番外 一", "后记"], [f"第{n}章 起" for n in "一二三四五六"]])
def test_a_book_with_a_short_line_in_each_chapter_is_no_table_of_contents(title: str, heads: list[str]) -> None:
    text = title + "\n\n".join(f"{head}\n他走了很远。" for head in heads)
    assert titles(read(Path("x.txt"), text.encode())) == ["x"] * bool(title) + heads


LINES = st.sampled_from(
    [
        "第一章 起",
        "第二章！",
        "【第三章】",
        "☆、起",
        "1.起",
        "001 起",
        "一、起",
        "（二）",
        "目录",
        "CONTENTS",
        "A TITLE",
        "起",
        "II",
    ]
)


@given(st.lists(LINES | st.just(FILLER) | st.text(max_size=30).map(str.strip), max_size=30))
def test_headings_stand_in_order_at_blocks_that_are_there(texts: list[str]) -> None:
    found = headings.find(texts)
    places = [place for mark, _ in found for place in (mark.block, mark.last)]
    assert places == list(accumulate(places, max))
    assert all(0 <= place < len(texts) for place in places)
    assert len({mark.block for mark, _ in found}) == len(found)
    assert all(level >= 1 and mark.title.strip() for mark, level in found)


@given(st.text(max_size=120))
def test_any_line_is_a_mark_or_none(line: str) -> None:
    for in_series in (False, True):
        mark = headings.parse(line, in_series=in_series)
        assert mark is None or mark.title.strip()
