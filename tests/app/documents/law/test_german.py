import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.document import Document, Law, Section, Unit
from app.documents.law import german
from app.documents.open import open_document
from app.documents.text import read

LAWS = Path(__file__).parents[5] / "shared/data/docs/2-law/de"

LAW = """Beispielgesetz (BspG)

Ausfertigungsdatum: 1896-08-18

Zuletzt geändert durch: Art. 4 Abs. 6 G v. 7.5.2021 I 850

Inhaltsübersicht

§ 1 Anwendung

§ 2 Begriffe

Buch 1 - Allgemeines

Abschnitt 1

Grundlagen

§ 1 Anwendung

Dieses Gesetz gilt für alle. Es gilt nicht, wenn § 2 Abs. 1 Satz 1 Nr. 1 etwas anderes bestimmt.

§ 2 Begriffe

(1) Verträge sind

1. Vereinbarungen, die

a) schriftlich oder

b) mündlich geschlossen werden,

2. (weggefallen)

3. Absprachen.

Ihnen stehen Zusagen gleich. Dies gilt vom 1. Januar 2020 an, z. B. nach Vollendung des 18. Lebensjahres.

(1a) Der Antrag ist zu stellen.

(2) (weggefallen)

Abschnitt 2 - Besonderes

§§ 3 bis 6 (weggefallen)

§ 7a

Titel des Paragraphen

§ 5 Absatz 2 gilt entsprechend.

Buch 2 - Schluss

§ 8 Inkrafttreten

Dieses Gesetz tritt in Kraft.

Anlage 1 (zu § 2)

Liste der Verträge
"""


def recognised(text: str, insist: bool = False) -> tuple[Document, Law, tuple[Section, ...]] | None:
    document = read(Path("gesetz.txt"), text.encode())
    found = german.recognise(document.text, document.blocks, document.sections, insist)
    return (document, *found) if found else None


@cache
def law() -> tuple[Document, Law, tuple[Section, ...]]:
    found = recognised(LAW)
    assert found
    return found


def every(units: Sequence[Unit]) -> Iterator[Unit]:
    for found in units:
        yield found
        yield from every(found.parts)


def check(units: Sequence[Unit], start: int, end: int) -> None:
    for found in units:
        assert start <= found.start < found.end <= end
        start = found.end
        check(found.parts, found.start, found.end)


def unit(number: str) -> Unit:
    return next(u for u in law()[1].units if u.number == number)


def words(found: Unit) -> str:
    return law()[0].text[found.start : found.end]


def test_sections_with_their_numbers_and_paths() -> None:
    document, found, _ = law()
    check(found.units, 0, len(document.text))
    assert found.jurisdiction == "DE"
    assert [(u.level, u.label, u.number, u.repealed) for u in found.units] == [
        ("section", "§ 1", "1", False),
        ("section", "§ 2", "2", False),
        ("section", "§§ 3 bis 6", "3–6", True),
        ("section", "§ 7a", "7a", False),
        ("section", "§ 8", "8", False),
        ("annex", "Anlage 1", "1", False),
    ]
    assert unit("2").path == ("Buch 1 - Allgemeines", "Abschnitt 1 Grundlagen")
    assert unit("7a").path == ("Buch 1 - Allgemeines", "Abschnitt 2 - Besonderes")
    assert unit("8").path == ("Buch 2 - Schluss",)
    assert words(unit("7a")).endswith("§ 5 Absatz 2 gilt entsprechend.")


def test_absatz_satz_nummer_buchstabe_nest() -> None:
    first, inserted, gone = unit("2").parts
    assert [(p.level, p.number) for p in every([first])] == [
        ("paragraph", "1"),
        ("sentence", "1"),
        ("number", "1"),
        ("letter", "a"),
        ("letter", "b"),
        ("number", "2"),
        ("number", "3"),
        ("sentence", "2"),
        ("sentence", "3"),
    ]
    assert [p.repealed for p in first.parts[0].parts] == [False, True, False]
    assert words(first.parts[1]) == "Ihnen stehen Zusagen gleich."
    assert (inserted.number, inserted.parts) == ("1a", ())
    assert (gone.number, gone.repealed) == ("2", True)


def test_an_abbreviation_or_a_date_ends_no_sentence() -> None:
    assert [words(p) for p in unit("1").parts] == [
        "Dieses Gesetz gilt für alle.",
        "Es gilt nicht, wenn § 2 Abs. 1 Satz 1 Nr. 1 etwas anderes bestimmt.",
    ]
    assert words(unit("2").parts[0].parts[2]).endswith("18. Lebensjahres.")


def test_the_dates_of_a_law() -> None:
    document, found, _ = law()
    assert found.version == "2021-05-07"
    assert [document.text[s.start : s.end].split(":")[0] for s in found.history] == [
        "Ausfertigungsdatum",
        "Zuletzt geändert durch",
    ]


def test_a_sentence_may_end_with_a_number() -> None:
    text = "\n\n".join(
        f"§ {n}\n\nEs gilt § {n + 1}. Der Verkäufer haftet nach Absatz 2. Im Jahr 2020. Das war es." for n in (1, 2, 3)
    )
    found = recognised(text)
    assert found
    assert [len(u.parts) for u in found[1].units] == [4, 4, 4]


def test_articles_of_a_constitution() -> None:
    articles = "\n\n".join(
        f"Artikel {n}\n\n(1) Die Würde ist die {n}. Würde.\n\n(2) Das Volk ist frei." for n in range(1, 6)
    )
    found = recognised(f"Grundgesetz\n\nI. Die Grundrechte\n\n{articles}")
    assert found
    assert [(u.level, u.label) for u in found[1].units] == [("article", f"Artikel {n}") for n in range(1, 6)]
    assert found[1].units[0].path == ("I. Die Grundrechte",)


def test_an_act_of_the_european_union_is_none_of_germany() -> None:
    articles = "\n\n".join(f"Artikel {n}\n\n(1) Diese Verordnung gilt für die Mitgliedstaaten." for n in range(1, 6))
    assert recognised(f"Verordnung\n\nHABEN FOLGENDE VERORDNUNG ERLASSEN:\n\n{articles}") is None


def test_a_story_or_an_english_code_is_no_german_law() -> None:
    page = "Er ging hinaus in den Regen und sprach mit niemandem, denn es war spät.\n\n" * 40
    assert recognised(page + "§ 1 Ruhe\n\n§ 2 Ordnung\n\n§ 3 Schluss\n\n" + page) is None
    assert (
        recognised("\n\n".join(f"§ {n}. Title\n\nThe owner of the copyright has the right." for n in range(101, 109)))
        is None
    )


LINES = st.sampled_from(
    [*LAW.splitlines()[::2], "§ 9", "aa) x", "(3) Text. Satz.", "Artikel 1", "Anhang", "- y", "2. z"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=40))
def test_units_lie_in_order_inside_each_other_whatever_the_text(lines: list[str]) -> None:
    text = "\n\n".join(filter(None, lines))
    if text and (found := recognised(text, insist=True)):
        check(found[1].units, 0, len(found[0].text))


@cache
def opened(name: str) -> Document:
    path = LAWS / f"{name}.md"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return open_document(path)


def heads(name: str) -> list[str]:
    """The labels that the file itself marks as headings."""
    text = (LAWS / f"{name}.md").read_text("utf-8")
    return re.findall(r"^#+ *(?:\(XXXX\) *)?((?:§§?|Art) *\d+)", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "count"),
    [pytest.param("BGB", 2527, marks=pytest.mark.slow), ("GG", 201), ("HGB", 679), ("StGB", 559), ("ZPO", 1078)],
)
def test_every_section_of_a_real_law(name: str, count: int) -> None:
    document = opened(name)
    assert document.law
    assert document.law.jurisdiction == "DE"
    check(document.units, 0, len(document.text))
    labels = [u.label for u in document.units if u.level != "annex"]
    assert len(labels) == count
    assert [re.sub(r"(\d+).*", r"\1", label) for label in labels] == heads(name)
    assert not any(s.title.startswith("§") for s in document.sections)


@pytest.mark.parametrize("name", ["BGB", "HGB", "StGB", "ZPO"])
def test_sentences_that_a_real_law_cites_are_there(name: str) -> None:
    """A citation "§ 312 Absatz 1 Satz 2" of the law itself needs two sentences in that paragraph."""
    document = opened(name)
    by_number = {u.number: u for u in document.units}
    named = r"[^.;]*?(?:[Gg]esetze?s|[Oo]rdnung|[Bb]uche?s|[Vv]ertrags)"
    form = re.compile(rf"§\s(\d+[a-z]?)\s(?:Abs\.|Absatz)\s(\d+[a-z]?)\sSatz\s(\d+)(?!{named})")
    cited = missing = 0
    for number, paragraph, sentence in form.findall(document.text):
        parts = by_number[number].parts if number in by_number else ()
        found = next((p for p in parts if p.level == "paragraph" and p.number == paragraph), None)
        if found:
            cited += 1
            missing += max(1, sum(p.level == "sentence" for p in found.parts)) < int(sentence)
    assert cited > 5
    assert missing <= cited / 50
