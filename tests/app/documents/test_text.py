import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents import headings, lines
from app.documents.document import Document
from app.documents.text import read, structure

FILLER = "却说众人听了，都点头称是，于是各自散去，一夜无话。" * 20
PROSE = "\n".join(
    [
        "It was a bright cold day in April, and the clocks were striking; he",
        "slipped quickly through the glass doors of the mansions, though not",
    ]
    * 6
    + ["quickly enough."]
)


def chinese(*heads: str) -> Document:
    return read(Path("book.txt"), "\n\n".join(f"{head}\n　　{FILLER}" for head in heads).encode())


def english(*heads: str) -> Document:
    return read(Path("book.txt"), "\n\n\n".join(f"{head}\n\n{PROSE}\n\n{PROSE}" for head in heads).encode())


def outline(document: Document) -> list[tuple[int, str]]:
    return [(s.level, s.title) for s in document.sections]


@pytest.mark.parametrize(
    "heads",
    [
        [
            "第一回 甄士隐梦幻识通灵 贾雨村风尘怀闺秀",
            "第二回 贾夫人仙逝扬州城 冷子兴演说荣国府",
            "第三回 林黛玉",
        ],
        ["第一章", "第二章", "第三章"],
        ["第1章 归来", "第2章 谁？！", "第3章：再见"],
        ["第００１章 归来", "第００２章 出发", "第００３章 终点"],
        ["第一节 风", "第二节 雨", "第三节 雷"],
        ["楔子", "第一回 起", "第二回 承", "尾声"],
        ["序言", "第一百一十九回 起", "第一二零回 合", "后记"],
        ["卷一 少年", "卷二 中年", "卷三"],
        ["1.归来", "2.出发", "3.途中", "4.遇险", "5.终点"],
        ["一", "二", "三"],
        ["自序", "第一篇 史家对于小说之著录及论述", "第二篇 神话与传说", "附录"],
    ],
)
def test_chinese_heads(heads: list[str]) -> None:
    assert outline(chinese(*heads)) == [(1, head) for head in heads]


@pytest.mark.parametrize(
    "heads",
    [
        ["Chapter 1", "Chapter 2", "Chapter 3"],
        ["CHAPTER I.", "CHAPTER II.", "CHAPTER III."],
        ["CHAPTER 1. Loomings.", "CHAPTER 2. The Carpet-Bag.", "Epilogue"],
        ["PREFACE", "Letter 1", "Letter 2", "Chapter 1"],
        ["PROLOGUE", "CHAPTER THE FIRST", "CHAPTER THE SECOND", "EPILOGUE"],
        ["Chapter One", "Chapter Two", "Chapter Twenty-One"],
        ["I. A SCANDAL IN BOHEMIA", "II. THE RED-HEADED LEAGUE", "III. A CASE OF IDENTITY"],
        ["I", "II", "III"],
        ["INTRODUCTION", "STAVE I: MARLEY'S GHOST", "STAVE II: THE FIRST OF THE THREE SPIRITS"],
    ],
)
def test_english_heads(heads: list[str]) -> None:
    assert [title for _, title in outline(english(*heads))] == [head.rstrip() for head in heads] or [
        title.rstrip(".") for _, title in outline(english(*heads))
    ] == [head.rstrip(".") for head in heads]
    assert {level for level, _ in outline(english(*heads))} == {1}


@pytest.mark.parametrize(
    "line",
    [
        "第四回中既将薛家母子在荣府内寄居等事略已表明，此回则暂不能写矣．",
        "第一章规定的条件，应当符合本法。",
        "第二天早上，大家都起来了。",
        "第001回　宴桃園　斬黃巾 第002回　張翼德　何國舅",
        "第三回 …… 25",
        "Chapter 1 .......... 5",
        "Book I was reading when he came in",
        "Part of the crew",
        "letter I wrote yesterday",
        "chapter 5 of the book, as I said,",
        "Introduction to him was not easy, and",
        "序曲响起，众人都站起来了。",
        "Section 3 of the Act applies to him;",
    ],
)
def test_what_is_no_heading(line: str) -> None:
    mark = headings.parse(line)
    assert mark is None or mark.weak


def test_levels_of_volumes_and_chapters() -> None:
    document = chinese("第一卷 上\n第一章 甲", "第二章 乙", "第二卷 下\n第一章 丙", "第一节 丁")
    assert outline(document) == [
        (1, "第一卷 上"),
        (2, "第一章 甲"),
        (2, "第二章 乙"),
        (1, "第二卷 下"),
        (2, "第一章 丙"),
        (3, "第一节 丁"),
    ]
    assert document.sections[0].end == document.sections[3].start


def test_levels_of_parts_and_books() -> None:
    document = english("PREFACE", "PART ONE\n\nCHAPTER I", "CHAPTER II", "PART TWO\n\nCHAPTER I", "EPILOGUE")
    assert [level for level, _ in outline(document)] == [1, 1, 2, 2, 1, 2, 1]


def test_titles_on_the_next_line() -> None:
    document = english("CHAPTER I\n\nThe Shipwreck", "CHAPTER II\n\nThe Island", "CHAPTER III\n\nThe Sail")
    assert [t for _, t in outline(document)] == [
        "CHAPTER I The Shipwreck",
        "CHAPTER II The Island",
        "CHAPTER III The Sail",
    ]
    assert [t for _, t in outline(chinese("第一章\n归来", "第二章\n出发"))] == ["第一章 归来", "第二章 出发"]


def test_a_table_of_contents_is_no_chapter() -> None:
    heads = [f"第{n}回 某人做了某事 某人又做某事" for n in "一二三四五六"]
    text = "《某书》作者：某人\n\n目录\n\n" + "\n".join(heads) + "\n\n" + "\n".join(f"{h}\n{FILLER}" for h in heads)
    document = read(Path("x.txt"), text.encode())
    assert [t for _, t in outline(document)] == ["某书", *heads]
    assert (document.title, document.authors) == ("某书", ("某人",))


def test_an_english_table_of_contents_is_no_chapter() -> None:
    heads = ["ETYMOLOGY.", *(f"CHAPTER {n}. The Title." for n in range(1, 6)), "Epilogue"]
    body = "\n\n\n".join(f"{h}\n\n{PROSE}" for h in heads)
    document = read(
        Path("x.txt"),
        (
            "CONTENTS\n\n" + "\n\n".join(heads) + "\n\nNotes: this is a note of the editor, long enough.\n\n" + body
        ).encode(),
    )
    assert [t for _, t in outline(document)] == ["x", *heads]


def test_a_chapter_headed_twice_is_one_section() -> None:
    document = chinese("第一回\n\n第一回 甄士隐梦幻识通灵", "第二回\n\n第二回 贾夫人仙逝扬州城")
    assert outline(document) == [(1, "第一回 甄士隐梦幻识通灵"), (1, "第二回 贾夫人仙逝扬州城")]
    assert sum(b.kind == "heading" for b in document.blocks) == 4


def test_heads_that_run_into_their_text() -> None:
    text = "\n".join(f"第{n}回 宴桃园豪杰三结义 斩黄巾英雄首立功 {FILLER}" for n in "一二三")
    document = read(Path("x.txt"), text.encode())
    assert [t for _, t in outline(document)] == [f"第{n}回 宴桃园豪杰三结义 斩黄巾英雄首立功" for n in "一二三"]
    assert [b.kind for b in document.blocks] == ["heading", "paragraph"] * 3


def test_a_file_that_lost_its_line_ends() -> None:
    text = "某书" + "".join(f"第{n}回某人做事" + FILLER * 3 for n in "一二三四五")
    document = read(Path("x.txt"), text.encode())
    assert [t for _, t in outline(document)][1:] == [f"第{n}回" for n in "一二三四五"]
    assert max(len(b.span) for b in document.blocks) < 2000


def test_a_numbered_list_is_no_outline() -> None:
    text = f"{FILLER}\n" + "\n".join(f"{n}.鸡蛋" for n in range(1, 9)) + f"\n{FILLER}"
    assert outline(read(Path("x.txt"), text.encode())) == [(1, "x")]


def test_without_headings_the_text_is_one_section() -> None:
    document = read(Path("我的书.txt"), FILLER.encode())
    assert outline(document) == [(1, "我的书")]
    assert document.sections[0].end == len(document.text)


def test_wrapped_lines_are_one_block_and_others_are_not() -> None:
    assert len(read(Path("x.txt"), f"{PROSE}\n\n{PROSE}\n\n{PROSE}".encode()).blocks) == 3
    assert len(chinese("第一章", "第二章").blocks) == 4
    assert not lines.is_wrapped("\n".join(["A long paragraph in one line. " * 30] * 30))


def test_gutenberg_terms_are_a_section_of_their_own() -> None:
    terms = "*** END OF THIS PROJECT GUTENBERG EBOOK X ***\n\nSection 1. General Terms\n\n" + PROSE
    body = f"Title: The Book\n\nAuthor: Ann Bee\n\n\nChapter 1\n\n{PROSE}\n\n\nChapter 2\n\n{PROSE}\n\n{terms}"
    document = read(Path("x.txt"), body.encode())
    assert [t for _, t in outline(document)] == [
        "The Book",
        "Chapter 1",
        "Chapter 2",
        "Project Gutenberg License",
    ]
    assert document.authors == ("Ann Bee",)


def test_line_ends_become_one_kind_and_nothing_else_changes() -> None:
    document = read(Path("x.txt"), "\ufeff　　a\r\nb\r\rc \u00a0\n".encode())
    assert document.text == "　　a\nb\n\nc \u00a0\n"
    assert [document.text[b.start : b.end] for b in document.blocks] == ["a", "b", "c"]


def test_lost_bytes_are_told() -> None:
    document = read(Path("x.txt"), (FILLER.encode("gb18030") + b"\n") * 3 + b"\xd6")
    assert document.warnings == ("replaced:1",)


def test_text_that_was_garbled_before_is_told() -> None:
    document = read(Path("x.txt"), FILLER.encode().decode("latin-1").encode())
    assert document.warnings == ("mojibake:cp1252",)


@pytest.mark.parametrize("sign", ["\f", "\u200b", "\ufeff", "\u2060", "\r\n", "\r", "\n\x0b"])
def test_signs_before_a_heading_stay_and_do_not_hide_it(sign: str) -> None:
    text = "\n".join(f"{sign}第{n}章 起\n{FILLER}" for n in "一二三")
    document = read(Path("x.txt"), text.encode())
    assert [t for _, t in outline(document)] == [f"第{n}章 起" for n in "一二三"]
    assert document.text == text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def test_couplets_of_a_file_that_lost_its_line_ends() -> None:
    couplets = (
        "甄士隐梦幻识通灵贾雨村风尘怀闺秀",
        "贾夫人仙逝扬州城冷子兴演说荣国府",
        "中乡魁宝玉却尘缘沐皇恩贾家延世泽",
    )
    heads = [f"第{n}回{c}" for n, c in zip("一二三", couplets, strict=True)]
    text = "某书" + "".join(f"{head}话说此回{FILLER * 3}欲知后事第一回里已有" for head in heads)
    document = read(Path("x.txt"), text.encode())
    assert [t for _, t in outline(document)][1:] == heads


def test_mentions_of_chapters_are_no_chapters() -> None:
    text = "某书" + "".join(f"第{n}篇{FILLER * 3}參看本書第二篇。第三篇及注。" for n in "一二三四")
    document = read(Path("x.txt"), text.encode())
    assert [t for _, t in outline(document)][1:] == [f"第{n}篇" for n in "一二三四"]


@pytest.mark.parametrize(
    ("front", "title", "author"),
    [
        ("《长路》（校对版全本）作者：张三", "长路", "张三"),
        ("《长路》\n作者：张三", "长路", "张三"),
        ("《长路》TXT全集\n（作者：张三）", "长路", "张三"),
        ("《长路》 张三 著", "长路", "张三"),
        ("《长路》罗贯中", "长路", "罗贯中"),
        ("《长路》吴承恩（明）", "长路", "吴承恩（明）"),
        ("《长路》作者：清·吳敬梓", "长路", "清·吳敬梓"),
        ("《长路》第一章 起", "长路", ""),
        ("《长路》是一部书，我读过。", "长路", ""),
        ("长路\n张三 著", "长路", "张三"),
        ("长路\n张三著", "长路", "张三"),
        ("长路\n作者: 张三", "长路", "张三"),
        ("长路（精校版）\n作者：张三 更新时间：2007", "长路", "张三"),
        ("长路 作者：张三", "长路", "张三"),
        ("书名：长路\n作者：[英]罗琳", "长路", "罗琳"),
        ("欢迎访问www.example.com\n长路\n作者：张三", "长路", "张三"),
        ("第一章 起\n作者：张三", "x", "张三"),
        ("目录\n作者：张三", "x", "张三"),
        ("长路\n张三编著", "长路", "张三"),
        ("题记\n他望著", "x", ""),
        ("夜行\n他在那条长长的路上走著", "x", ""),
        ("The Long Road\nby Jane Smith", "The Long Road", "Jane Smith"),
        ("THE LONG ROAD;\n\nOr, A Walk\n\nBy\n\nJ. R. R. Martin", "THE LONG ROAD", "J. R. R. Martin"),
        ("The Long Road\nBY JEAN D’ARC AND VICTOR O’NEILL", "The Long Road", "JEAN D’ARC AND VICTOR O’NEILL"),
        ("The Long Road\nby the sea he lived", "x", ""),
        ("He came\nby Monday, as was said", "x", ""),
    ],
)
def test_title_and_author_stand_on_the_first_lines(front: str, title: str, author: str) -> None:
    document = read(Path("x.txt"), f"{front}\n\n{FILLER if front[0] > 'z' else PROSE}".encode())
    assert (document.title, document.authors) == (title, (author,) if author else ())


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)  # controls make it a binary file
        | st.sampled_from(["作者：", "《》", "《a》", "by", "著", "By A", "书名:"]),
        max_size=9,
    )
)
def test_any_first_lines_have_a_title_and_no_empty_author(front: list[str]) -> None:
    document = read(Path("x.txt"), "\n".join([*front, FILLER]).encode("utf-8", "replace"))
    assert document.title.strip()
    assert all(author.strip() for author in document.authors)


@given(
    st.text(alphabet=" \t\n\r\f\x0b\x00\u3000\ufeff\u200b\u2028a.Bé1第一章回话，。「\U00020000\u0301", max_size=200)
    | st.text(max_size=100)
)
def test_blocks_of_any_text(text: str) -> None:
    blocks, _ = structure(text, "T")
    assert all(a.end <= b.start for a, b in pairwise(blocks))
    assert all(text[b.start : b.end] == text[b.start : b.end].strip(" \t\n") != "" for b in blocks)
    between = [text[a:b] for a, b in pairwise([0, *(place for b in blocks for place in (b.start, b.end)), len(text)])]
    assert not "".join(between[::2]).strip()


@given(
    st.lists(
        st.sampled_from(
            [
                "第一回 起",
                "第二回",
                FILLER,
                "Chapter 1",
                "II",
                "3. x",
                "",
                PROSE,
                "《书》",
                "卷一",
                "CONTENTS",
            ]
        ),
        max_size=30,
    )
)
def test_any_arrangement_keeps_the_invariants(parts: list[str]) -> None:
    text = "\n".join(parts)
    blocks, sections = structure(text, "T")
    document = Document("T", text, blocks, sections)
    covered = "".join(text[b.start : b.end] for b in blocks)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(0 <= s.start < s.end <= len(text) for s in sections)
    assert [s.start for s in sections] == sorted(s.start for s in sections)
    assert sum(s.end - s.start for s in document.leaves) <= len(text)


def test_a_book_put_together_from_wrapped_and_unwrapped_parts() -> None:
    """Each paragraph is one block, whichever way its lines were broken; verse keeps its lines."""
    sentence = (
        "The keeper of the ferry counted every stone that lay between the landing and the far bank of the river, "
    )
    paragraph = sentence * 3 + "and wrote the number down."
    wrapped = "\n".join(textwrap.wrap(paragraph, 70))
    verse = "O river, river,\nbring me over,\nbring me home."
    text = "\n\n".join([*[wrapped] * 15, *[paragraph] * 40, verse])
    spans = lines.units(text)
    assert len(spans) == 15 + 40 + 3
    assert [text[s.start : s.end] for s in spans][14:16] == [wrapped, paragraph]
