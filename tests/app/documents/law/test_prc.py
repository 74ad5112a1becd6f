import json
from pathlib import Path

import pytest

from app.documents import statute
from app.documents.document import Document
from app.documents.open import open_document
from app.documents.text import read

LAWS = Path(__file__).parents[5] / "shared/data/qa/laws"


def law(text: str) -> Document:
    return statute.applied(read(Path("law.txt"), text.encode()))


CHINESE = """中华人民共和国某某法

第一编　总则

第一章　一般规定

第一条　为了保护权益，制定本法。

第二条　本法所称某某，是指某某。

前款规定的某某，依照第一条办理。

第二章　罚则

第三条　违反本法的，处罚款。

第三条之一　（删除）

第四条　本法自公布之日起施行。
"""


def test_articles_of_a_chinese_law() -> None:
    document = law(CHINESE)
    assert document.kind == "law"
    assert document.title == "中华人民共和国某某法"
    assert [(u.label, u.number) for u in document.units] == [
        ("第一条", "1"),
        ("第二条", "2"),
        ("第三条", "3"),
        ("第三条之一", "3-1"),
        ("第四条", "4"),
    ]
    second = document.units[1]
    assert document.text[second.start : second.end].endswith("依照第一条办理。")
    assert second.path == ("第一编　总则", "第一章　一般规定")
    assert document.units[3].path == ("第一编　总则", "第二章　罚则")
    assert document.address(document.text.index("前款规定")) == "第二条"


def test_articles_are_no_headings() -> None:
    assert [s.title for s in law(CHINESE).sections] == [
        "中华人民共和国某某法",
        "第一编　总则",
        "第一章　一般规定",
        "第二章　罚则",
    ]


def test_articles_of_an_english_law() -> None:
    text = "CHAPTER I\n\nGENERAL PROVISIONS\n\n" + "\n\n".join(
        f"Article {n}\n\nSubject {n}\n\n1. This Regulation lays down rule {n}, as Article 2 says." for n in range(1, 8)
    )
    document = law(text)
    assert [u.label for u in document.units] == [f"Article {n}" for n in range(1, 8)]
    assert document.units[0].path == ("CHAPTER I GENERAL PROVISIONS",)


def test_sections_inside_articles_end_no_article() -> None:
    article = "Article {}.\n\nSection 1\nAll Powers are vested.\n\nSection 2\nThe House is composed.\n"
    document = law("\n".join(article.format(n) for n in range(1, 6)))
    assert [u.number for u in document.units] == ["1", "2", "3", "4", "5"]
    assert document.text[document.units[0].start : document.units[0].end].endswith("The House is composed.")


def test_a_novel_that_quotes_an_article_is_no_law() -> None:
    text = (
        "第一章\n"
        + "他翻开书看。\n" * 3000
        + "第一条　禁止喧哗。\n第二条　禁止饮酒。\n第三条　禁止入内。\n"
        + "他笑了。\n" * 3000
    )
    assert law(text).kind == "novel"


@pytest.mark.parametrize(("name", "articles"), [("民法典", 1260), ("刑法", 505)])
def test_every_article_of_the_gold(name: str, articles: int) -> None:
    if not (LAWS / f"{name}.txt").exists():
        pytest.skip(f"{LAWS / name}.txt is absent")
    document = open_document(LAWS / f"{name}.txt")
    gold = [json.loads(row) for row in (LAWS / f"{name}.articles.jsonl").read_text("utf-8").splitlines()]
    assert len(gold) == articles
    assert [(u.label, u.number, u.start, u.end, list(u.path)) for u in document.units] == [
        (g["article"], g["no"], g["start"], g["end"], g["path"]) for g in gold
    ]
