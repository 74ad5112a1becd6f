"""Markup made by hand: what becomes text, which blocks, readings and tables; what does not overflow."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.web import elements, markup, xhtml
from app.documents.web.cells import is_label

HEAD = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'


def written(body: str) -> xhtml.Flow:
    tree = elements.parse(f"{HEAD}{body}</body></html>")
    flow = xhtml.Flow()
    assert tree is not None
    xhtml.Writer(flow, "a.xhtml").write(tree)
    return flow


def text(body: str) -> str:
    return "".join(written(body).text)


def blocks(body: str) -> list[tuple[str, str]]:
    flow = written(body)
    whole = "".join(flow.text)
    return [(b.kind, whole[b.start : b.end]) for b in flow.blocks]


def readings(body: str) -> list[tuple[str, str]]:
    flow = written(body)
    whole = "".join(flow.text)
    return [(whole[r.start : r.end], r.reading) for r in flow.rubies]


def test_kinds_of_blocks() -> None:
    body = (
        "<blockquote><p>said</p></blockquote><ul><li>milk</li><li>eggs</li></ul>"
        "<table><caption>Sums</caption><tr><th>a</th><th>b</th></tr><tr><td><p>1</p></td><td>2</td></tr></table>"
        '<div class="poem"><p>rose<br/>red</p></div><pre>\n  x = 1\n  y</pre>'
    )
    assert blocks(body) == [
        ("quote", "said"),
        ("list", "milk"),
        ("list", "eggs"),
        ("table", "Sums"),
        ("table", "a\tb"),
        ("table", "1\t2"),
        ("verse", "rose\nred"),
        ("code", "x = 1\n  y"),
    ]


def test_what_is_not_seen_is_not_text() -> None:
    body = (
        "<script>s</script><style>s</style><p hidden=''>h</p><p style='display: none'>d</p>"
        "<p>co\u00adoperate\u00a0now<span epub:type='pagebreak'>12</span>, &eacute;</p><!-- c --><p>\u00a0</p>"
    )
    assert text(body) == "cooperate\u00a0now, é"


def test_what_only_looks_like_a_page_number_is_text() -> None:
    assert text('<p class="pagebreak">A whole paragraph begins a new page.</p>').startswith("A whole")


def test_rules_and_page_breaks_part_paragraphs_and_keep_their_places() -> None:
    flow = written('<div>one<hr id="h"/>two<hr class="pagebreak" id="p"/>three<br id="b"/>four</div>')
    whole = "".join(flow.text)
    assert whole == "one\n\ntwo\n\nthree\nfour"
    assert [whole[flow.anchors[f"a.xhtml#{name}"] :][:4] for name in "hpb"] == ["two\n", "thre", "four"]


def test_what_stands_in_for_sound_and_film_is_text() -> None:
    assert text("<video src='x'><p>A film of a horse.</p></video><object data='y'>A map.</object>") == (
        "A film of a horse.\n\nA map."
    )


def test_broken_markup_is_read_leniently() -> None:
    assert text("<p>one<p>two & three <a id='x'/> four<b>bold</p>") == "one\n\ntwo & three fourbold"


def test_line_breaks_have_no_space_round_them() -> None:
    assert text("<p>one <br/> two <i> </i><br/>three<br/></p>") == "one\ntwo\nthree"


def test_a_chapter_set_with_line_breaks_has_many_blocks_in_their_places() -> None:
    lines = [
        f'　　<a id="l{i}" href="#l0">话说</a><ruby>天<rt>tian</rt></ruby>下大势，' + "分久必合。" * 30
        for i in range(12)
    ]
    flow = written(f"<p>{'<br/>'.join(lines)}</p>")
    whole = "".join(flow.text)
    assert len(flow.blocks) == 12
    assert all(whole[a.end : b.start] == "\n\n" for a, b in pairwise(flow.blocks))
    assert [flow.anchors[f"a.xhtml#l{i}"] for i in range(1, 12)] == [b.start for b in flow.blocks[1:]]
    assert {whole[p.start : p.end] for p in flow.pointers} == {"话说"}
    assert {whole[r.start : r.end] for r in flow.rubies} == {"天"}


@pytest.mark.parametrize(
    ("ruby", "base", "expected"),
    [
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>", "漢字", [("漢", "かん"), ("字", "じ")]),
        ("<ruby><rb>漢</rb><rb>字</rb><rt>かん</rt><rt>じ</rt></ruby>", "漢字", [("漢", "かん"), ("字", "じ")]),
        ("<ruby>\n <rb>今日</rb>\n <rt>きょう</rt>\n</ruby>", "今日", [("今日", "きょう")]),
        ("<ruby><rb>今</rb><rb>日</rb><rt>きょう</rt></ruby>", "今日", [("今日", "きょう")]),
        ("<ruby><rb>東</rb><rb>京</rb><rtc>とうきょう</rtc></ruby>", "東京", [("東京", "とうきょう")]),
        (
            "<ruby><rbc><rb>10</rb><rb>31</rb></rbc><rtc><rt>Month</rt><rt>Day</rt></rtc><rtc><rt>Date</rt></rtc></ruby>",
            "1031",
            [("10", "Month"), ("1031", "Date"), ("31", "Day")],
        ),
        ("<ruby><b>中</b><rt> zhōng </rt></ruby>", "中", [("中", "zhōng")]),
        ("<ruby>字</ruby>", "字", []),
        ("<ruby><rt>よみ</rt></ruby>", "", []),
    ],
)
def test_ruby_is_kept_beside_its_characters(ruby: str, base: str, expected: list[tuple[str, str]]) -> None:
    assert text(f"<p>これは{ruby}だ</p>") == f"これは{base}だ"
    assert readings(f"<p>これは{ruby}だ</p>") == expected


def test_a_number_in_a_cell_joins_the_first_paragraph_beside_it() -> None:
    row = "<tr><td><p>({})</p></td><td>{}</td></tr>"
    inner = "<p>where:</p><table>" + row.format("i", "<p>it is;</p>") + "</table><p>or not.</p>"
    body = "<table>" + row.format(1, "<p>One.</p>") + row.format(2, inner) + row.format(3, "<span>Three.</span>")
    assert blocks(body + "</table>") == [
        ("paragraph", "(1)\tOne."),
        ("paragraph", "(2)\twhere:"),
        ("paragraph", "(i)\tit is;"),
        ("paragraph", "or not."),
        ("paragraph", "(3)\tThree."),
    ]


def test_a_table_that_only_lays_out_reads_as_paragraphs() -> None:
    body = "<table><tr><td><h1>Title</h1><p>One.</p><p>Two.</p></td></tr></table>"
    assert blocks(body) == [("heading", "Title"), ("paragraph", "One."), ("paragraph", "Two.")]
    prose = "<p>" + "word " * 60 + "</p>"
    assert len(blocks(f"<table><tr><td>{prose}{prose}</td><td>{prose}</td></tr></table>")) == 3


def test_rows_of_data_stay_rows() -> None:
    body = (
        "<table><tr><th rowspan='2'>North</th><th>A</th><td rowspan='2'>x<br/>y</td><td>1</td></tr>"
        "<tr><td>B</td><td><p>2</p><p>3</p></td></tr><tr><td></td><td>C</td><td/><td>4</td></tr></table>"
    )
    assert blocks(body) == [("table", "North\tA\tx y\t1"), ("table", "B\t\t2 3"), ("table", "C\t\t4")]


@pytest.mark.parametrize("label", ["(1)", "12.", "(a)", "iv)", "—", "•", "（一）", "1.2.", "§ 5", "‘(3)"])
def test_labels_of_rows(label: str) -> None:
    assert is_label(label)
    assert not is_label(f"{label} and more")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('<math alttext="x squared"><msup><mi>x</mi><mn>2</mn></msup></math>', "x^2"),
        ('<math alttext="x^{2}"><msup><mi>x</mi><mn>2</mn></msup></math>', "x^{2}"),
        ('<math alttext="not available"><mi>n</mi></math>', "n"),
        ("<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math>", "a/(b+1)"),
        ("<math><semantics><mi>y</mi><annotation>\\y</annotation></semantics></math>", "y"),
        ('<math alttext="all of it"/>', "all of it"),
    ],
)
def test_formulas_are_lines(formula: str, expected: str) -> None:
    assert text(f"<p>so {formula}.</p>") == f"so {expected}."


def test_drawings_say_what_is_written_in_them() -> None:
    svg = '<svg><title>Map</title><text><tspan x="1">North</tspan><tspan x="2">Sea</tspan></text>{}</svg>'
    assert blocks(svg.format("")) == [("image", "Map North Sea")]
    inner = "<foreignObject><p>A <b>word</b>.</p></foreignObject>"
    assert ("paragraph", "A word.") in blocks(svg.format(inner))


def test_growing_entities_are_counted_together() -> None:
    entities = "".join(f'<!ENTITY e{i} "{"x" * 900}">' for i in range(50))
    uses = "".join(f"&e{i};" * 30 for i in range(50))
    with pytest.raises(elements.Hostile):
        elements.parse(f"<!DOCTYPE html [{entities}]><html><p>{uses}</p></html>")


NAMES = re.findall(
    r"\w+",
    "p div b i h1 h2 li ul table tr td th a ruby rb rt rtc rp sup section aside br img svg math pre blockquote "
    "foreignObject hgroup caption",
)
WORDS = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=6)
OPEN = st.builds(
    "<{} {}>".format,
    st.sampled_from(NAMES),
    st.sampled_from(
        ["", 'id="x"', 'href="#x"', 'class="footnote"', 'epub:type="noteref"', 'role="doc-pagebreak"', 'rowspan="2"']
    ),
)
MARKUP = st.lists(st.one_of(WORDS, OPEN, st.sampled_from(NAMES).map("</{}>".format), st.just(" \n")), max_size=60)


def check(flow: xhtml.Flow) -> None:
    """Everything written is in its place."""
    links = flow.links()
    whole = "".join(flow.text)
    assert len(whole) == flow.length
    filled = [b for b in flow.blocks if b.start < b.end]
    assert all(whole[b.start : b.end] == whole[b.start : b.end].strip(" \t\n") for b in filled)
    assert "\n\n".join(whole[b.start : b.end] for b in filled) == whole
    assert all(a.end <= b.start for a, b in pairwise(links))
    assert all(whole[link.start : link.end].strip() and -1 <= link.target <= len(whole) for link in links)
    assert all(whole[r.start : r.end].strip() and r.reading for r in flow.rubies)
    assert all(0 <= place <= len(whole) for place in flow.anchors.values())


@settings(deadline=None)
@given(MARKUP)
def test_whatever_the_markup_everything_written_is_in_its_place(pieces: list[str]) -> None:
    check(written("".join(pieces)))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_make_a_tree_that_can_be_written_or_none(data: bytes) -> None:
    for page in (data, b"<html><p>" + data, b"<?xml version='1.0' encoding='gbk'?><html>" + data):
        try:
            tree, _ = markup.parsed(page)
        except elements.Hostile:
            continue
        if tree is not None:
            flow = xhtml.Flow()
            xhtml.Writer(flow, "a").write(tree)
            check(flow)
