from dataclasses import replace
from pathlib import Path

import pytest

from app.documents import statute
from app.documents.document import Document
from app.documents.text import read
from model.types import Problem

LAW = "某某法\n第一章　总则\n第一条　甲。\n第二条　乙。\n第三条　丙。\n"
NOVEL = "第一章　回家\n" + "他走在路上，想起了从前的事。\n" * 40 + "第二章　出门\n" + "她说不。\n" * 40


def document(text: str) -> Document:
    return read(Path("a.txt"), text.encode())


def test_the_kind_is_recognised() -> None:
    assert statute.applied(document(LAW)).kind == "law"
    assert statute.applied(document(NOVEL)).kind == "novel"


def test_the_user_overrides_what_is_recognised() -> None:
    assert statute.applied(document(LAW), "novel").kind == "novel"
    novel = NOVEL + "第一条　禁止入内。\n" + "他笑了。\n" * 400
    assert statute.applied(document(novel)).kind == "novel"
    assert [u.number for u in statute.applied(document(novel), "law").units] == ["1"]


def test_a_law_wanted_of_a_text_without_articles_is_refused() -> None:
    with pytest.raises(Problem) as problem:
        statute.applied(document(NOVEL), "law")
    assert problem.value.code == "no-articles"


def test_a_law_that_its_reader_marked_stays_as_it_is() -> None:
    marked = statute.applied(document(LAW))
    assert statute.applied(marked) is marked


def test_the_producer_of_a_word_or_pdf_file_is_no_author_of_a_law() -> None:
    for kind, authors in (("DOCX", ()), ("PDF", ()), ("EPUB", ("某人",))):
        produced = replace(document(LAW), format=kind, authors=("某人",))
        assert statute.applied(produced).authors == authors
        assert statute.applied(produced, "novel").authors == ("某人",)


def test_german_sections_are_german_law_and_american_ones_american() -> None:
    german = "Gesetz\n\n" + "\n\n".join(
        f"§ {n} Zweck\n\n(1) Die Behörde ist für das Verfahren und die Akten zuständig, wenn nicht das Gericht es ist."
        for n in range(1, 9)
    )
    american = "TITLE 17 - COPYRIGHTS\n\n" + "\n\n".join(
        f"§ {n}. Rights of the owner\n(a) The owner of the copyright has the right to do and to authorize that."
        for n in range(101, 109)
    )
    for text, jurisdiction in ((german, "DE"), (american, "US")):
        law = statute.applied(document(text)).law
        assert law is not None and law.jurisdiction == jurisdiction
        assert len(law.units) == 8


def test_blocks_that_head_a_section_are_headings() -> None:
    law = statute.applied(document(LAW))
    starts = {s.start for s in law.sections[1:]}
    assert all(b.kind == "heading" for b in law.blocks if b.start in starts)
