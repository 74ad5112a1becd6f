import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import statute
from app.documents.document import Document
from app.documents.law.question import Ruling, ruled
from app.documents.open import open_document
from app.documents.shelf import shelf
from app.documents.text import read
from tests.conftest import ROOT

DATA = ROOT.parent / "shared" / "data"
LAWS, LOOKUP, ACTS = DATA / "qa" / "laws", DATA / "qa" / "lookup", DATA / "docs" / "2-law"


def law(text: str, name: str = "law") -> Document:
    return statute.applied(read(Path(f"{name}.txt"), text.encode()), "law")


def chinese(name: str = "某某法") -> Document:
    return law(
        f"中华人民共和国{name}\n第一章　总则\n第一条　有下列情形之一的：\n（一）甲；\n（二）乙；\n（三）丙。\n"
        "次款的内容。\n第二条　依照本法第四条的规定处理。\n第二条之一　承租人应当按照约定的方法使用租赁物。\n"
        "第三条　出租人应当交付租赁物。\n第二章　责任\n"
        "第四条　承租人未按照约定的方法使用租赁物，致使租赁物受到损失的，应当赔偿损失。\n"
        "第五条　本法自公布之日起施行。\n"
    )


def english() -> Document:
    return law(
        "Regulation (EU) 2016/679 (GDPR)\n\nArticle 1 - Scope\n(1) First paragraph.\n(2) It applies where:\n(a) one;\n"
        "(b) two.\n\nArticle 2 - Duties\n(1) The controller shall keep a record of all processing, as in Article 4.\n\n"
        "Article 3 - Rights\n(1) The data subject may at any time ask for the erasure of what is kept.\n\n"
        "Article 3a - More\n(1) Words.\n\nArticle 4 - End\n(1) Last words of the text.\n"
    )


def novel() -> Document:
    return read(
        Path("novel.txt"),
        b"Chapter I\n\nIt was a bright cold day in April, and the clocks were striking thirteen.\n\nHe ran.\n\n"
        b"Article 5 of the club's rules stood on section 3 of the wall.\n",
    )


def addresses(ruling: Ruling | None) -> list[str]:
    return [t.address for t in ruling.targets] if ruling else []


@pytest.mark.parametrize(
    ("question", "targets"),
    [
        *(
            (q, ["4"])
            for q in ("第四条", "第4条", "第４条", "4条", "Article 4", "article four", "art. 4", "Art 4", "§ 4", "4")
        ),
        *((q, ["2-1"]) for q in ("第二条之一", "第2条之1", "2条之1")),
        *((q, ["2-1"]) for q in ("2-1", "第2-1条", "Article 2-1", "第二之一条")),
        ("第一条第一款第（二）项", ["1(1)(2)"]),
        ("第一条第二款", ["1(2)"]),
        ("Article 1(1)(3)", ["1(1)(3)"]),
        ("第三条和第五条", ["3", "5"]),
        ("第五条、第三条", ["5", "3"]),
        ("第3、5条", ["3", "5"]),
        ("第三条至第五条", ["3", "4", "5"]),
        ("3-5条", ["3", "4", "5"]),
        ("Articles 3 to 5", ["3", "4", "5"]),
        ("《中华人民共和国某某法》第三条", ["3"]),
        ("请问某某法第三条规定了什么？", ["3"]),
        ("某某法3", ["3"]),
        ("本法第三条", ["3"]),
        ("承租人能依据第三条要求赔偿吗", ["3"]),
        ("第二条所引用的第四条是怎样规定的？", ["4", "2"]),
        ("第二条引用的条文是怎样规定的？", ["4", "2"]),
        ("第二条引用了哪些条款？", ["4", "2"]),
        ("哪一条规定：“出租人应当交付租赁物”？", ["3"]),
        ("哪条写着：出租人应当交付租赁物", ["3"]),
        ("哪一条规定“承租人应当按照约定的方法利用租赁物”？", ["2-1"]),
        ("哪一条规定：“承租人未按照约定……应当赔偿损失”？", ["4"]),
        ("哪条提到“第四条”？", ["2", "4"]),
    ],
)
def test_a_question_leads_to_the_articles_of_a_chinese_law(question: str, targets: list[str]) -> None:
    ruling = ruled(chinese(), question)
    assert ruling and not ruling.law and not ruling.missing
    assert sorted(addresses(ruling)) == sorted(targets) if "提到" in question else addresses(ruling) == targets


@pytest.mark.parametrize(
    ("question", "targets"),
    [
        *(
            (q, ["3"])
            for q in ("Article 3", "ARTICLE 3", "art 3", "Art. 3 GDPR", "GDPR 3", "第三条", "第3条", "section 3", "§3")
        ),
        *((q, ["1(2)(a)"]) for q in ("Article 1(2)(a)", "Art. 1(2)(a) GDPR", "point (a) of Article 1(2)")),
        *((q, ["1(2)(a)"]) for q in ("article 1 paragraph 2 point a", "第一条第二款第（一）项", "第1条第2款(a)项")),
        ("Art. 1 Abs. 2 lit. b DSGVO", ["1(2)(b)"]),
        ("Articles 2, 3 and 4", ["2", "3", "4"]),
        ("Articles 2-3", ["2", "3"]),
        ("Article 3A", ["3a"]),
        ("the GDPR's Article 4", ["4"]),
        ("Regulation (EU) 2016/679, Article 4", ["4"]),
        ("《通用数据保护条例》第四条", ["4"]),
        ("Does Article 3 GDPR apply where the AI Act does?", ["3"]),
        ("Article 2 refers to Article 4. What does that provision say?", ["4", "2"]),
        ("What does the provision referred to in Article 2(1) say?", ["4", "2(1)"]),
        ("What does Article 2 refer to?", ["4", "2"]),
        ('Which provision contains: "a record of all processing"?', ["2"]),
        ('Where does it say "data subject can at any time ask for erasure of what was kept"?', ["3"]),
    ],
)
def test_a_question_leads_to_the_articles_of_an_english_law(question: str, targets: list[str]) -> None:
    ruling = ruled(english(), question)
    assert ruling and not ruling.law and not ruling.missing
    assert addresses(ruling) == targets


@pytest.mark.parametrize(
    "question", ["第六条", "第四条之一", "Article 99", "第十条第二款", "§ 4a", "99条", "section 100"]
)
def test_a_number_that_is_not_there_is_missing_and_no_neighbour_stands_for_it(question: str) -> None:
    ruling = ruled(chinese(), question)
    assert ruling and ruling.missing and not ruling.targets and ruling.last == "第五条"


def test_what_is_missing_is_said_as_the_question_says_it() -> None:
    ruling = ruled(english(), "What does Article 71e GDPR say?")
    assert ruling and ruling.missing == ("Article 71e",) and ruling.last == "Article 4"
    both = ruled(english(), "Articles 2 and 71")
    assert both and both.missing == ("71",) and addresses(both) == ["2"]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("《中华人民共和国刑法》第三条", "中华人民共和国刑法"),
        ("刑法第三条的内容是什么", "刑法"),
        ("GDPR第3条", "GDPR"),
        ("Article 3 of the AI Act", "AI Act"),
        ("Under the AI Act, what does Article 3 say?", "AI Act"),
        ("17 U.S.C. § 3", "17 U.S.C."),
        ("§ 3 BGB", "BGB"),
        ("某某法实施条例第三条", "某某法实施条例"),
        ("《刑法》哪一条规定：“出租人应当交付租赁物”？", "刑法"),
    ],
)
def test_an_article_of_another_law_is_not_sought_in_this_one(question: str, name: str) -> None:
    ruling = ruled(chinese(), question)
    assert ruling and ruling.law == name and not ruling.targets and not ruling.missing


@pytest.mark.parametrize(
    "question",
    [
        *(
            "第三条的内容是什么？",
            "第三条怎么规定",
            "请问第三条规定了什么",
            "第三条原文",
            "第二条所引用的第四条是怎样规定的？",
        ),
        *("Article 3", "What does Article 3 say? Quote it.", "show me § 3", "read out article 3, please"),
        "哪一条规定：“出租人应当交付租赁物”？",
    ],
)
def test_a_question_for_the_words_is_complete(question: str) -> None:
    ruling = ruled(chinese(), question)
    assert ruling and ruling.complete


@pytest.mark.parametrize(
    "question",
    [
        *(
            "第三条是什么意思",
            "出租人违反第三条怎么办？",
            "比较第三条和第四条",
            "第三条适用于转租吗",
            "第三条为什么这样规定",
        ),
        *(
            "Can the tenant rely on Article 3 if the roof leaks?",
            "What does Article 3 say about rent?",
            "Summarise Article 3",
        ),
        "哪一条规定了“租赁物”，为什么？",
    ],
)
def test_a_question_for_more_is_not_complete(question: str) -> None:
    ruling = ruled(chinese(), question)
    assert ruling and ruling.targets and not ruling.complete


@pytest.mark.parametrize(
    "question",
    [
        "",
        " \n",
        "本法有5条吗",
        "列出3条理由",
        "如果欠款1000元，3年",
        "第三人是什么",
        "what is a lease?",
        "a 3-day stay",
    ],
)
def test_other_numbers_name_nothing(question: str) -> None:
    assert ruled(chinese(), question) is None


@pytest.mark.parametrize(
    "question", ["Which article I should read?", "in 5 articles, list all", "the definite article, 3 times"]
)
def test_the_word_article_alone_names_nothing(question: str) -> None:
    assert ruled(english(), question) is None


@pytest.mark.parametrize(
    "question", ["What happened in section 3 of the race?", "在第三条街上", "Article 5", "3年", 'Who is "He"?']
)
def test_numbers_name_nothing_in_a_novel(question: str) -> None:
    assert ruled(novel(), question) is None


@pytest.mark.parametrize(
    "words",
    [
        "It was a bright cold day in April",
        "it was a brigth cold day in Apirl, and the clocks were stricking",
        "bright cold … were striking",
    ],
)
def test_a_long_quotation_leads_to_its_paragraph_in_a_novel(words: str) -> None:
    document = novel()
    ruling = ruled(document, f'Where does it say "{words}"?')
    assert ruling and ruling.complete
    [found] = ruling.targets
    assert document.text[found.start : found.end].startswith("It was") and found.label == document.address(found.start)


def test_words_that_are_nowhere_lead_nowhere() -> None:
    assert ruled(english(), 'Which provision contains: "Blue cheese is better than green cheese on Mondays"?') is None


def test_numbers_inside_a_quotation_name_nothing_else() -> None:
    assert addresses(ruled(chinese(), "哪一条规定：“依照本法第四条的规定处理”？")) == ["2"]


def test_on_a_shelf_the_law_that_is_named_answers_else_all_that_have_the_number() -> None:
    documents = shelf([chinese("甲某法"), chinese("乙某法"), novel()])
    one = ruled(documents, "乙某法第三条的内容是什么")
    assert one and addresses(one) == ["乙某法:3"] and one.complete and not one.law
    assert documents.text[one.targets[0].start :].startswith("第三条")
    assert addresses(ruled(documents, "第三条")) == ["甲某法:3", "乙某法:3"]
    lost = ruled(documents, "甲某法第九条")
    assert lost and lost.missing and not lost.targets
    other = ruled(documents, "刑法第三条")
    assert other and other.law == "刑法" and not other.targets


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("第三四条款项之、和至《》“”\"'()（）§ 0129aI.-ArticleAbsof,\n\x00\ud800\u200b一千"),
        max_size=80,
    )
)
def test_no_question_breaks_it(question: str) -> None:
    for document in (CHINESE, ENGLISH):
        if ruling := ruled(document, question):
            assert ruling.targets or ruling.missing or ruling.law
            assert all(0 <= t.start < t.end <= len(document.text) for t in ruling.targets)


CHINESE, ENGLISH = chinese(), english()


@pytest.mark.parametrize(
    "piece",
    ["第三条", "Article 3(", "“第三条", "《", "a" * 50, "§", "(((", "第一百", "3-", "Abs. ", "\ud800", "The Act of "],
)
def test_a_question_of_ten_thousand_characters_is_read_at_its_front(piece: str) -> None:
    for document in (CHINESE, ENGLISH, novel()):
        ruled(document, piece * (10_000 // len(piece)))


# Real laws.


@pytest.fixture(scope="module")
def laws() -> dict[str, Document]:
    if not LOOKUP.exists():
        pytest.skip(f"no look-up questions at {LOOKUP}")
    return {name: open_document(LAWS / f"{name}.txt") for name in ("刑法", "民法典", "USC17", "GDPR")}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["刑法", "民法典", "USC17", "GDPR"])
def test_every_look_up_leads_to_its_article(laws: dict[str, Document], name: str) -> None:
    document = laws[name]
    missed = []
    for case in map(json.loads, (LOOKUP / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()):
        ruling = ruled(document, case["question"])
        if not ruling or ruling.law or not ruling.complete:
            missed.append(case["id"])
        elif not case["gold"]:
            missed += [case["id"]] * bool(ruling.targets or not ruling.missing)
        else:
            gold, first = case["gold"][0], ruling.targets[0]
            same = (
                document.text[first.start : first.end].rstrip() == document.text[gold["start"] : gold["end"]].rstrip()
            )
            missed += [case["id"]] * (first.start != gold["start"] or not same)
    assert not missed


def han(n: int) -> str:
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]
    said = "".join(digits[int(d)] + (units[len(str(n)) - i - 1] if d != "0" else "") for i, d in enumerate(str(n)))
    said = re.sub("零+", "零", said).rstrip("零")
    return said[1:] if said.startswith("一十") else said


def forms(number: str) -> list[str]:
    """The ways to write an article's number in Chinese and English."""
    first, *rest = number.split("-")
    behind, han_behind = "".join(f"之{n}" for n in rest), "".join(f"之{han(int(n))}" for n in rest)
    wide = first.translate({ord("0") + i: ord("０") + i for i in range(10)})
    return [
        *(f"第{first}条{behind}", f"{first}条{behind}", f"第{wide}条{behind}", f"第{han(int(first))}条{han_behind}"),
        *(f"第{number}条", f"Article {number}", f"art. {number}", f"§ {number}"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "step"), [("刑法", 7), ("民法典", 29)])
def test_every_article_answers_to_each_way_to_write_its_number(laws: dict[str, Document], name: str, step: int) -> None:
    document = laws[name]
    for unit in document.units[::step]:
        for form in forms(unit.number):
            ruling = ruled(document, f"{form}的内容是什么？" if "条" in form else f"What does {form} say?")
            assert ruling and ruling.complete, form
            assert [(t.start, t.end) for t in ruling.targets] == [(unit.start, unit.end)], form


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(number=st.integers(1, 9999))
def test_a_number_beyond_the_end_is_never_resolved(laws: dict[str, Document], number: int) -> None:
    for name in ("刑法", "GDPR"):
        numbers = {u.number for u in laws[name].units}
        for form in forms(str(number)):
            ruling = ruled(laws[name], form)
            assert ruling and bool(ruling.targets) == (str(number) in numbers) != bool(ruling.missing)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "question", "targets"),
    [
        ("de/StGB.md", "§ 263a StGB", ["263a"]),
        ("de/StGB.md", "§ 34 Satz 2", ["34(2)"]),
        ("de/GG.md", "Art. 20 Abs. 3 GG", ["20(3)"]),
        ("de/GG.md", "Article 1", ["1"]),
        ("de/StGB.md", "§ 9999", []),
        ("uk/ukpga_20020016_en.clml.xml", "s. 3(1)", ["3(1)"]),
        ("uk/ukpga_20020016_en.clml.xml", "section 3 of the 2002 Act", ["3"]),
        ("uk/ukpga_20020016_en.clml.xml", "schedule 2", ["schedule 2"]),
        ("uk/ukpga_20020016_en.clml.xml", "Section 2ZA", []),
        ("eu/ai-act_2024-1689_en.eurlex.html", "AI Act art. 5(1)(a)", ["5(1)(a)"]),
        ("eu/ai-act_2024-1689_en.eurlex.html", "annex iii", ["annex 3"]),
        ("eu/ai-act_2024-1689_en.eurlex.html", "附件三", ["annex 3"]),
        ("eu/ai-act_2024-1689_en.eurlex.html", "recital 26", ["recital 26"]),
        ("eu/ai-act_2024-1689_en.eurlex.html", "Article 114", []),
        ("us/us_constitution_27-amendments.txt", "14th Amendment", ["14"]),
        ("us/us_constitution_27-amendments.txt", "Article II", ["2"]),
        ("us/us_constitution_27-amendments.txt", "Article 9", []),
    ],
)
def test_a_question_leads_to_the_articles_of_a_real_act(file: str, question: str, targets: list[str]) -> None:
    if not (ACTS / file).exists():
        pytest.skip(f"no acts at {ACTS}")
    ruling = ruled(_opened(file), question)
    assert ruling and addresses(ruling) == targets and bool(ruling.missing) == (not targets) and not ruling.law


_OPENED: dict[str, Document] = {}


def _opened(file: str) -> Document:
    if file not in _OPENED:
        _OPENED[file] = open_document(ACTS / file)
    return _OPENED[file]
