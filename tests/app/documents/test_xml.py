"""XML without a reader of its own: all its words, none of its tags, nothing fetched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.open import open_document
from model.types import Problem

FEED = """<?xml version="1.0" encoding="gb2312"?>
<!DOCTYPE rss [<!ENTITY % names PUBLIC "-//W3C//ENTITIES Latin 1 for XHTML//EN" "http://127.0.0.1:9/names.ent">]>
<rss><channel><title>渡口</title><item><title>第一天</title>
<description>&lt;p&gt;水涨了。&lt;/p&gt;&lt;p&gt;船&lt;b&gt;没有&lt;/b&gt;来。&lt;/p&gt;</description></item>
<item><title>第二天</title><description>雨 <b>停</b> 了</description></item></channel></rss>"""


def test_the_words_of_a_feed(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED.encode("gb18030"))
    document = open_document(path)
    assert document.text.split("\n\n") == ["渡口", "第一天", "水涨了。", "船没有来。", "第二天", "雨 停 了"]
    assert (document.title, document.format, document.encoding) == ("渡口", "XML", "gb18030")
    assert [section.title for section in document.sections] == ["渡口", "第一天", "第二天"]
    assert document.warnings == ("vocabulary:rss",)


def test_words_in_cdata_show_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    words = "渡口的水涨了，船没有来，人们都在岸上等着。"
    path.write_bytes(
        f'<?xml version="1.0" encoding="gb2312"?><rss><item><![CDATA[{words}]]></item></rss>'.encode("gbk")
    )
    assert open_document(path).text == words


def test_a_file_that_fetches_or_grows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.xml"
    for entity in ('<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY y "words"><!ENTITY x "&y;&y;&y;">'):
        path.write_text(f'<?xml version="1.0"?><!DOCTYPE a [{entity}]><a>&x; words</a>')
        with pytest.raises(Problem) as problem:
            open_document(path)
        assert problem.value.code == "broken"


def test_without_words_there_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "data.xml"
    path.write_text('<?xml version="1.0"?><data><point x="1"/></data>')
    with pytest.raises(Problem) as problem:
        open_document(path)
    assert problem.value.code == "no-text"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(22, 400), st.binary(max_size=8))
def test_damage_is_a_document_or_a_problem(tmp_path: Path, at: int, junk: bytes) -> None:
    path = tmp_path / "damaged.xml"
    data = FEED.encode("gb18030")
    path.write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        document = open_document(path)
    except Problem as problem:
        assert problem.code in ("broken", "no-text", "binary", "unsupported")
    else:
        assert all(document.text[b.start : b.end].strip() for b in document.blocks)
