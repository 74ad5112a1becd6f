import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents import statute
from app.documents.document import Block, Document, Law, Unit
from app.documents.law.references import Reference, references
from app.documents.open import open_document
from app.documents.text import read
from tests.measure.references import SHARED, score

Found = dict[str, tuple[list[str], str, list[str]]]
"""The words of a reference → its targets' addresses, its law, what is missing."""


def law(text: str) -> Document:
    return statute.applied(read(Path("law.txt"), text.encode()))


def found(document: Document) -> Found:
    return {
        document.text[r.start : r.end]: ([t.address for t in r.targets], r.law, list(r.missing))
        for r in references(document)
    }


def chinese(*articles: str) -> Found:
    """The references of the last of a law's articles; those before it hold what can be cited."""
    text = (
        "中华人民共和国某某法\n第一章　总则\n第一条　有下列情形之一的：\n（一）甲：\n1.子；\n2.丑。\n"
        "（二）乙；\n（三）丙。\n次款的内容。\n第二条　内容。\n第二条之一　内容。\n第二条之二　内容。\n"
        "第二章　责任\n第一节　罚款\n第三条　内容。\n第二节　其他\n"
    )
    return found(law(text + "\n".join(articles) + "\n"))


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ("第一条", ["1"]),
        ("本法第一条第一款第三项", ["1(1)(3)"]),
        ("第一条第三项", ["1(1)(3)"]),
        ("第一条第一款第一项第2目", ["1(1)(1)(2)"]),
        ("第一条第二款", ["1(2)"]),
        ("第二条之一", ["2-1"]),
        ("前条", ["3"]),
        ("前两条", ["2-2", "3"]),
        ("本条", ["4"]),
        ("第二条至第三条", ["2", "2-1", "2-2", "3"]),
        ("第一条第一款第一项至第三项", ["1(1)(1)", "1(1)(2)", "1(1)(3)"]),
        ("第一条第一款第一、三项", ["1(1)(1)", "1(1)(3)"]),
        ("本章", ["第二章"]),
        ("本节", ["第二章第二节"]),
        ("本章第一节", ["第二章第一节"]),
        ("本法第一章", ["第一章"]),
    ],
)
def test_what_chinese_words_cite(words: str, targets: list[str]) -> None:
    assert chinese(f"第四条　依照{words}的规定处理。")[words] == (targets, "", [])


BOOKS = (
    "中华人民共和国某某法典\n总则\n第一章　基本规定\n第一条　适用本编第一章的规定。\n"
    "第二条　适用本法第三编第一章的规定。\n{}"
    "合同编\n第一章　通则\n第五条　本编未规定的，适用本法第一编第一章和第九编。\n第六条　内容。\n"
)


def test_books_without_numbers_count_in_their_order() -> None:
    document = law(BOOKS.format("物权编\n第一章　一般规定\n第三条　内容。\n第四条　内容。\n"))
    assert found(document) == {
        "本编第一章": (["第一编第一章"], "", []),
        "本法第三编第一章": (["第三编第一章"], "", []),
        "本编": (["第三编"], "", []),
        "本法第一编第一章": (["第一编第一章"], "", []),
        "第九编": ([], "", ["第九编"]),
    }
    labels = {t.address: t.label for r in references(document) for t in r.targets}
    assert labels == {"第一编第一章": "总则第一章", "第三编第一章": "合同编第一章", "第三编": "合同编"}


def test_books_do_not_count_where_one_between_is_lost() -> None:
    document = law(BOOKS.format(""))
    assert found(document)["本法第三编第一章"] == ([], "", ["第三编第一章"])
    assert found(document)["本法第一编第一章"] == (["第一编第一章"], "", [])
    assert found(document)["本编"] == (["合同编"], "", [])


def test_books_with_and_without_numbers_are_cited_alike() -> None:
    zh = SHARED / "docs/2-law/zh"
    if not zh.exists():
        pytest.skip(f"{zh} is absent")
    cited = []
    for file in ("docx/民法典.docx", "txt/民法典.gb18030.txt"):
        document = open_document(zh / file)
        body = references(document, document.units[0].start)
        words = [(document.text[r.start : r.end], r) for r in body]
        cited.append([(w, [t.address for t in r.targets], r.missing) for w, r in words if re.search("[编章节]", w)])
    numbered, unnumbered = cited
    assert unnumbered == numbered
    assert len(numbered) > 50 and not any(missing for _, _, missing in numbered)


def test_lists_carry_their_article_on() -> None:
    document = chinese("第四条　适用第二条、第三条和第一条第一款第二项或者第三项的规定。")
    assert [targets for targets, _, _ in document.values()] == [["2"], ["3"], ["1(1)(2)"], ["1(1)(3)"]]


def test_paragraphs_before_and_items_of_their_own_paragraph() -> None:
    document = chinese(
        "第四条　首款。",
        "次款有下列情形：",
        "（一）甲；",
        "（二）前项以外的。",
        "犯前两款罪，依照第二款第一项、前款处理。",
    )
    assert document == {
        "前项": (["4(2)(1)"], "", []),
        "前两款": (["4(1)", "4(2)"], "", []),
        "第二款第一项": (["4(2)(1)"], "", []),
        "前款": (["4(2)"], "", []),
    }


def test_what_is_not_there_is_missing_and_never_something_else() -> None:
    document = chinese("第四条　依照第九条、第三条第二款、第一条第一款第九项、第二条之九的规定，前款除外。")
    assert all(not targets for targets, _, _ in document.values())
    assert [missing for _, _, missing in document.values()] == [["9"], ["3(2)"], ["1(1)(9)"], ["2-9"], ["前款"]]


@pytest.mark.parametrize(
    ("words", "name", "addresses"),
    [
        ("《中华人民共和国刑法》第二百六十四条", "中华人民共和国刑法", ["264"]),
        ("刑法第一条第二款", "刑法", ["1(2)"]),
        ("反不正当竞争法第一条", "反不正当竞争法", ["1"]),
        ("公司法第三条", "公司法", ["3"]),
        ("民法典第三编", "民法典", ["第三编"]),
    ],
)
def test_articles_of_another_law_are_not_looked_up_here(words: str, name: str, addresses: list[str]) -> None:
    assert chinese(f"第四条　违反{words}的，处罚款。")[words] == ([], name, addresses)


def test_the_laws_own_name_is_this_law() -> None:
    assert chinese("第四条　《中华人民共和国某某法》第二条适用。")["《中华人民共和国某某法》第二条"] == (["2"], "", [])


def test_an_amending_law_cites_the_law_it_amends() -> None:
    document = law(
        "中华人民共和国刑法修正案（九十九）\n2020年12月26日第十三届全国人民代表大会常务委员会第二十四次会议通过\n"
        "一、将刑法第二条第一款修改为：“前款规定，从轻。”\n二、在第三条后增加一条，作为第三条之一。\n三、删去第二条。\n"
    )
    assert found(document) == {
        "刑法第二条第一款": ([], "刑法", ["2(1)"]),
        "第三条": ([], "刑法", ["3"]),
        "第三条之一": ([], "刑法", ["3-1"]),
        "第二条": ([], "刑法", ["2"]),
    }


def test_japanese_words_for_the_same() -> None:
    document = law(
        "見本法\n第一条　この法律は、次に掲げる事項を定めることを目的とする。\n一　甲をいう。\n二　乙をいう。\n"
        "２　前項第一号を除く。\n"
        "第二条　前条第一項第二号の規定は、これを適用しない。\n第三条　第一条から前条までの規定による。\n"
    )
    assert found(document)["前項第一号"] == (["1(1)(1)"], "", [])
    assert found(document)["前条第一項第二号"] == (["1(1)(2)"], "", [])


def marked(jurisdiction: str, title: str, *articles: tuple[str, str]) -> Document:
    """A law whose articles are (number, text); a part begins with its label at the start of a line."""
    text, blocks, units = "", [], []
    level = {"US": ("section", ("subsection", "paragraph")), "EU": ("article", ("paragraph", "point"))}
    level["DE"] = ("article", ("paragraph", "number"))
    name, inner = level[jurisdiction]
    for number, body in articles:
        start = len(text)
        label = {"US": f"§ {number}.", "EU": f"Article {number}", "DE": f"§ {number}"}[jurisdiction]
        parts: list[Unit] = []
        for line in f"{label} {body}".split("\n"):
            blocks.append(Block(len(text), len(text) + len(line), "paragraph"))
            if match := re.match(r"\(([a-z]|\d)\)", line):
                sign = match[1]
                depth = int(sign.isdigit() != (jurisdiction != "US") and bool(parts))
                part = Unit(f"({sign})", sign, len(text), len(text) + len(line), (), inner[depth])
                if depth:
                    above = parts.pop()
                    part = Unit(
                        above.label, above.number, above.start, part.end, (), above.level, parts=(*above.parts, part)
                    )
                parts.append(part)
            text += line + "\n\n"
        units.append(Unit(label, number, start, len(text) - 2, (), name, parts=tuple(parts)))
    language = "de" if jurisdiction == "DE" else "en"
    return Document(title, text, tuple(blocks), (), language=language, law=Law(jurisdiction, tuple(units)))


AMERICAN = (
    ("106", "Rights."),
    ("106A", "Authors.\n(a) Rights:\n(1) to claim;\n(2) to prevent.\n(b) Scope."),
    ("107", "Fair use."),
    ("108", "Libraries."),
)


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ("section 106A(a)(2)", ["106A(a)(2)"]),
        ("sections 106 through 108", ["106", "106A", "107", "108"]),
        ("sections 106, 107, and 108", ["106", "107", "108"]),
        ("§ 106A(b)", ["106A(b)"]),
        ("paragraph (2) of section 106A(a)", ["106A(a)(2)"]),
        ("section 106A(a)(1) and (2)", ["106A(a)(1)", "106A(a)(2)"]),
        ("section 106A(a)(1) or (b)", ["106A(a)(1)", "106A(b)"]),
        ("subsection (b)", ["109(b)"]),
        ("subsection (a)(1) of this section", ["109(a)(1)"]),
        ("section 107 of this title", ["107"]),
    ],
)
def test_what_american_words_cite(words: str, targets: list[str]) -> None:
    body = f"Limits.\n(a) In general:\n(1) one.\n(b) Subject to {words}, five days after this section 3 rules apply."
    assert found(marked("US", "TITLE 17 - COPYRIGHTS", *AMERICAN, ("109", body))) == {words: (targets, "", [])}


@pytest.mark.parametrize(
    ("words", "name", "addresses"),
    [
        ("section 203 of title 18", "title 18", ["203"]),
        ("47 U.S.C. 339(c)(3)", "47 U.S.C.", ["339(c)(3)"]),
        ("section 107 of the Communications Act of 1934", "Communications Act of 1934", ["107"]),
        ("sections 106 and 107 of the 1998 Act", "1998 Act", ["106", "107"]),
        ("paragraph (1) of section 107 of Public Law 94–553", "Public Law 94–553", ["107(1)"]),
    ],
)
def test_american_words_for_another_law(words: str, name: str, addresses: list[str]) -> None:
    document = marked("US", "TITLE 17 - COPYRIGHTS", *AMERICAN, ("109", f"Subject to {words}, it is so."))
    assert found(document) == {words: ([], name, addresses)}


EUROPEAN = (
    ("4", "Definitions\n(1) one;\n(2) two."),
    ("6", "Lawfulness\n(1) Processing is lawful if:\n(a) consent;\n(b) contract;\n(f) interests.\n(2) States may act."),
    ("13", "Information."),
    ("14", "More information."),
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Article 6(1)(f)", (["6(1)(f)"], "", [])),
        ("Articles 13 and 14", (["13", "14"], "", [])),
        ("Articles 4 to 13", (["4", "6", "13"], "", [])),
        ("point (a) of Article 6(1)", (["6(1)(a)"], "", [])),
        ("points (a) and (b) of Article 6(1)", (["6(1)(a)", "6(1)(b)"], "", [])),
        ("Article 6(1), point (f)", (["6(1)(f)"], "", [])),
        ("Article 4, point (1), of this Regulation", (["4(1)"], "", [])),
        ("Article 6(1)(a), (b) and (2)", (["6(1)(a)", "6(1)(b)", "6(2)"], "", [])),
        ("paragraph 1", (["15(1)"], "", [])),
        ("Article 99(1)", ([], "", ["99(1)"])),
        ("Article 6(9)", ([], "", ["6(9)"])),
        ("Article 16 TFEU", ([], "TFEU", ["16"])),
        ("Article 6(1) of Directive 95/46/EC", ([], "Directive 95/46/EC", ["6(1)"])),
        ("Article 28(2) of Regulation (EC) No 45/2001", ([], "Regulation (EC) No 45/2001", ["28(2)"])),
        ("Article 8 of the Charter of Fundamental Rights", ([], "Charter of Fundamental Rights", ["8"])),
    ],
)
def test_what_words_of_eu_law_cite(words: str, expected: tuple[list[str], str, list[str]]) -> None:
    document = marked(
        "EU", "Regulation (EU) 2016/679", *EUROPEAN, ("15", f"Access\n(1) Rights.\n(2) Under {words}, it is so.")
    )
    key = words.removesuffix(", of this Regulation")
    assert {w.split(", of this")[0]: rest for w, rest in found(document).items()} == {key: expected}


def test_a_law_named_after_two_citations_governs_both() -> None:
    body = "Adopted under Article 4(1) or Article 6(2) of Directive 95/46/EC."
    document = marked("EU", "Regulation (EU) 2016/679 repealing Directive 95/46/EC", *EUROPEAN, ("15", body))
    assert {law for _, law, _ in found(document).values()} == {"Directive 95/46/EC"}


GERMAN = (
    ("433", "Kauf\n(1) Pflichten:\n(2) Käufer."),
    ("434", "Mangel."),
    ("434a", "Digital."),
    ("435", "Rechtsmangel."),
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("§ 433 Abs. 1", (["433(1)"], "", [])),
        ("§ 433 Absatz 2 Satz 2", (["433(2)"], "", [])),
        ("§§ 433 bis 435", (["433", "434", "434a", "435"], "", [])),
        ("§§ 433, 434a und 435", (["433", "434a", "435"], "", [])),
        ("§ 433 Abs. 1 und 2", (["433(1)", "433(2)"], "", [])),
        ("§§ 433 Abs. 2, 435", (["433(2)", "435"], "", [])),
        ("§ 999", ([], "", ["999"])),
        ("§ 433 des Strafgesetzbuchs", ([], "Strafgesetzbuch", ["433"])),
        ("§ 3 Nummer 33 des Telekommunikationsgesetzes", ([], "Telekommunikationsgesetz", ["3(33)"])),
        ("§ 433 StGB", ([], "StGB", ["433"])),
        ("Absatz 1", (["436(1)"], "", [])),
    ],
)
def test_what_german_words_cite(words: str, expected: tuple[list[str], str, list[str]]) -> None:
    document = marked(
        "DE", "Bürgerliches Gesetzbuch (BGB)", *GERMAN, ("436", f"Lasten\n(1) Erstens.\n(2) Nach {words} gilt dies.")
    )
    assert found(document) == {words: expected}


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), min_size=1, max_size=6))
def test_every_number_is_resolved_to_itself_or_missing(cited: list[tuple[int, int]]) -> None:
    numerals = "零一二三四五六七八九"
    words = "，另见".join(
        f"第{numerals[a] if a < 10 else '十' + numerals[a - 10] * (a > 10)}条" + f"第{numerals[p]}款" * (p > 0)
        for a, p in cited
    )
    head = "".join(f"第{numerals[n]}条　规则。\n次款。\n" for n in range(1, 8))
    document = law(f"某某法\n{head}第八条　见{words}。\n第九条　施行。\n")
    expected = [f"{a}" + f"({p})" * (p > 0) for a, p in cited]
    paragraphs = dict.fromkeys(range(1, 8), 2) | {8: 1, 9: 1}
    answers = [(r.targets[0].address, "") if r.targets else ("", r.missing[0]) for r in references(document)]
    assert answers == [
        (e, "") if p <= paragraphs.get(a, -1) else ("", e) for e, (a, p) in zip(expected, cited, strict=True)
    ]


@given(st.text(alphabet="第一二百条款项前本至、和之（）《》法 §12aAbsof(),.Article\n", max_size=200))
def test_any_text_is_read(words: str) -> None:
    for jurisdiction in ("US", "EU", "DE"):
        document = marked(jurisdiction, "A Law", ("1", "One."), ("2", words))
        assert all(is_inside(r, document) for r in references(document))
    assert all(
        is_inside(r, d) for d in [law(f"某某法\n第一条 甲。\n第二条 {words}\n第三条 丙。\n")] for r in references(d)
    )


def is_inside(reference: Reference, document: Document) -> bool:
    size = len(document.text)
    places = [(reference.start, reference.end), *((t.start, t.end) for t in reference.targets)]
    return all(0 <= a < b <= size for a, b in places) and bool(reference.targets or reference.missing or reference.law)


def test_endless_citations_are_read_in_bounded_depth() -> None:
    for words in (
        "Article 1 or ",
        "point (a) of ",
        "Article 1, point (a), ",
        "§ 1 oder ",
        "§ 1 in Verbindung mit ",
        "第一条、",
    ):
        for jurisdiction in ("EU", "DE"):
            document = marked(jurisdiction, "A Law", ("1", "One."), ("2", words * 2000 + "Article 1."))
            assert all(is_inside(r, document) for r in references(document))


def test_only_the_range_asked_for_is_read() -> None:
    document = law("某某法\n第一条　甲。\n第二条　见第一条和第三条。\n第三条　见第一条。\n")
    whole = references(document)
    assert references(document, 0, whole[1].start) == whole[:1]
    assert references(document, whole[1].start, whole[2].start) == whole[1:2]


def test_a_novel_has_none() -> None:
    assert references(read(Path("a.txt"), "他说：依照第三条。".encode())) == ()


def test_hand_labelled_references() -> None:
    if not (SHARED / "qa/laws/民法典.txt").exists():
        pytest.skip(f"{SHARED / 'qa/laws'} is absent")
    result = score("qa/laws")
    assert result.references == 88
    assert result.precision >= 0.95, result.misses
    assert result.recall >= 0.95, result.misses


def test_hand_labelled_references_of_the_samples() -> None:
    result = score("ferry-ordinance")
    assert (result.precision, result.recall, result.references) == (1.0, 1.0, 12)


def test_targets_are_named_as_the_law_is_cited() -> None:
    def labels(document: Document) -> set[str]:
        return {target.label for reference in references(document) for target in reference.targets}

    first = "第一条　有下列情形之一的：\n（一）甲：\n1.子；\n2.丑。\n（二）乙。\n第二条　内容。\n"
    assert labels(law(f"某某法\n{first}第三条　依照第一条第一款第一项第2目处理。\n")) == {"第一条第一款第一项第2目"}
    german = marked("DE", "BGB", *GERMAN, ("436", "Lasten\n(1) Nach § 433 Abs. 1 gilt dies."))
    assert labels(german) == {"§ 433 Abs. 1"}
    assert labels(marked("US", "TITLE 17", *AMERICAN, ("109", "Under section 106A(a)(2)."))) == {"§ 106A(a)(2)"}
