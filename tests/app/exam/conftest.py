"""A data folder with a few questions in the layout of the public ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

LAW = "中华人民共和国渡船法\n\n第一章　总则\n\n" + "\n\n".join(
    f"第{n}条　{words}"
    for n, words in zip(
        "一二三四五六七八九十",
        [
            "为了规范渡船经营活动，制定本法。",
            "渡船应当每年检验一次。",
            "船工须年满二十周岁。",
            "乘客不得携带易燃物品。",
            "夜间渡运应当悬挂红灯。",
            "渡资由县人民政府核定。",
            "大雾天气停止渡运。",
            "超载的处五百元罚款。",
            "渡口应当设置救生圈。",
            "本法自公布之日起施行。",
        ],
        strict=True,
    )
)
TALE = (
    "THE MILLER\n\nOnce a miller kept a\ngoose that spoke on Sundays.\n\n"
    "His daughter wove a rope\nof barley straw.\n\nThe bishop bought the mill for nine pence.\n"
)
NOVEL = "CHAPTER 1\n\nGatsby looked at the green light.\n\nDaisy wept over the shirts.\n"


def gold(text: str, words: str) -> dict[str, int]:
    start = text.index(words)
    return {"start": start, "end": start + len(words)}


def article(label: str) -> dict[str, int]:
    return gold(LAW, next(line for line in LAW.split("\n") if line.startswith(label)))


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def statutes() -> list[dict[str, object]]:
    asked = [
        ("s1", "船工要多大年纪？", "第三条"),
        ("s2", "晚上渡船要挂什么灯？", "第五条"),
        ("s3", "渡船超载罚多少钱？", "第八条"),
    ]
    return [{"id": name, "question": question, "gold": [article(label)]} for name, question, label in asked]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for law in ("民法典", "刑法", "USC17", "GDPR"):
        (folder / "laws").mkdir(exist_ok=True)
        (folder / "laws" / f"{law}.txt").write_text(LAW, encoding="utf-8")
        write(
            folder / "lookup" / f"{law}.jsonl",
            [
                {
                    "id": f"{law}-num",
                    "type": "article_by_number",
                    "question": "第四条的内容是什么？",
                    "gold": [article("第四条")],
                },
                {
                    "id": f"{law}-rev",
                    "type": "number_by_content",
                    "question": "哪一条规定：“大雾天气停止渡运”？",
                    "gold": [article("第七条")],
                },
                {
                    "id": f"{law}-none",
                    "type": "nonexistent_article",
                    "question": "第八十条的内容是什么？",
                    "gold": [],
                    "answerable": False,
                },
            ],
        )
    write(folder / "statutes" / "民法典.score.jsonl", statutes())
    write(folder / "statutes" / "民法典.tune.jsonl", statutes()[:1])
    absent = [{"id": f"a{i}", "question": f"渡船能不能运第{i}头牛？", "answerable": False} for i in range(8)]
    write(folder / "statutes" / "民法典.unanswerable.jsonl", list[dict[str, object]](absent))
    (folder / "tales").mkdir()
    (folder / "tales" / "val_book.txt").write_text(TALE, encoding="utf-8")
    tales: list[dict[str, object]] = [
        {
            "id": f"t{i}",
            "question": question,
            "answers": [answer, answer],
            "gold": [gold(TALE, words)],
        }
        for i, (question, answer, words) in enumerate(
            [
                ("What did the miller keep?", "a goose", "Once a miller kept a\ngoose that spoke on Sundays."),
                ("Who wove a rope?", "his daughter", "His daughter wove a rope\nof barley straw."),
                ("Who bought the mill?", "the bishop", "The bishop bought the mill for nine pence."),
            ]
            * 4
        )
    ]
    write(folder / "tales" / "val.qa.jsonl", tales)
    (folder / "claims").mkdir()
    (folder / "claims" / "the_great_gatsby_f_scott_fitzgerald.txt").write_text(NOVEL, encoding="utf-8")
    claims: list[dict[str, object]] = [
        {"book_title": "the_great_gatsby_f_scott_fitzgerald", "claim": claim, "type": truth, "index": 7}
        for claim, truth in [("The light is green.", True), ("The light is yellow.", False)]
    ]
    write(folder / "claims" / "claims.jsonl", [*claims, {**claims[0], "book_title": "another"}])
    return folder
