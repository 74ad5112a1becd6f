"""Sets: named collections of cases, read from a folder of public questions and from the project's own samples."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.exam.case import Case, Kind, draw, is_reported, version_of
from app.exam.library import Library
from app.paths import assets
from model.types import Problem, Span

Row = dict[str, Any]
LAWS = ("民法典", "刑法", "USC17", "GDPR")
LOOKUP_KINDS: dict[str, Kind] = {
    "article_by_number": "number",
    "number_by_content": "content",
    "cross_reference": "reference",
    "nonexistent_article": "missing",
}
GATSBY = "the_great_gatsby_f_scott_fitzgerald"
TALES = 100  # of each half
STRANGE = ("the-deaf-ground", "ferry-ordinance.en")  # samples whose questions the tales do not answer


class Reader:
    """Reads sets from the layout of a data folder: laws/, lookup/, statutes/, tales/, claims/."""

    def __init__(self, data: Path, library: Library) -> None:
        self.data, self.library = data, library

    def cases(self, name: str) -> list[Case]:
        """The cases of one of SETS in their fixed order. Raises Problem "missing" or "broken", and those of opening."""
        made = (replace(case, set=name) for case in SETS[name](self))
        return [replace(case, version=self._version(case)) for case in made]

    def lookups(self) -> list[Case]:
        """Articles by number, by content and by reference, and such that do not exist, of all four laws."""
        return _drawn(case for law in LAWS for case in self._lookups(law))

    def statutes(self, part: str) -> list[Case]:
        """Lay questions with their articles of the Civil Code, of a part: score or tune."""
        document = self.data / "laws" / "民法典.txt"
        rows = self._rows(f"statutes/民法典.{part}.jsonl")
        return _drawn(self._case(row, "statute", document) for row in rows)

    def absent(self, reported: bool) -> list[Case]:
        """Lay questions that the Civil Code does not answer."""
        document = self.data / "laws" / "民法典.txt"
        rows = self._rows("statutes/民法典.unanswerable.jsonl")
        return _half((self._case(row, "absent", document) for row in rows), reported)

    def tales(self, reported: bool, limit: int = TALES) -> list[Case]:
        """The first questions of a half about the book of tales."""
        rows = self._rows("tales/val.qa.jsonl")
        return _half((self._case(row, "tale", self._tales) for row in rows), reported)[:limit]

    def absent_tales(self, reported: bool) -> list[Case]:
        """Questions about a sample's tale and about a sample ordinance, both invented, asked of the book of tales."""
        asked = (case for name in STRANGE for case in self._sample(name))
        return _half((_strange(case, self._tales) for case in asked), reported)

    def claims(self) -> list[Case]:
        """Claims about a novel as questions, the two of a pair behind each other."""
        document = self.data / "claims" / f"{GATSBY}.txt"
        rows = (row for row in self._rows("claims/claims.jsonl") if row["book_title"] == GATSBY)
        return sorted((_claim(row, document) for row in rows), key=lambda case: (draw(case.pair), case.truth))

    def samples(self) -> list[Case]:
        """The questions of the samples that come with Tongdu."""
        names = sorted(path.name.removesuffix(".questions.toml") for path in (assets() / "samples").glob("*.toml"))
        return _drawn(case for name in names for case in self._sample(name))

    @property
    def _tales(self) -> Path:
        return self.data / "tales" / "val_book.txt"

    def _lookups(self, law: str) -> Iterator[Case]:
        document = self.data / "laws" / f"{law}.txt"
        for row in self._rows(f"lookup/{law}.jsonl"):
            yield self._case(row, LOOKUP_KINDS[row["type"]], document)

    def _case(self, row: Row, kind: Kind, document: Path) -> Case:
        gold = tuple(self.library.span(document, g["start"], g["end"]) for g in row.get("gold", ()))
        answers = tuple(dict.fromkeys(row.get("answers", ())))
        return Case(row["id"], "", kind, document, row["question"], gold, answers, row.get("answerable", True))

    def _sample(self, name: str) -> Iterator[Case]:
        path = assets() / "samples" / f"{name}.questions.toml"
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        document = path.parent / written["document"]
        places = self.library.subject(document).places
        kind: Kind = "statute" if places.document.law else "tale"
        for row in written["question"]:
            gold = tuple(places.place(words) for words in row.get("gold", ()))
            answers = (row["answer"],) if "answer" in row else ()
            own: Kind = kind if gold else "absent"
            yield Case(row["id"], "", own, document, row["question"], gold, answers, bool(gold))

    def _rows(self, name: str) -> Iterator[Row]:
        """The objects in a file, one a line."""
        path = self.data / name
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise Problem("missing", path=str(path)) from None
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError:
                raise Problem("broken", path=str(path), reason=f"line {number} is no JSON") from None

    def _version(self, case: Case) -> str:
        key = self.library.subject(case.document).document.key
        return version_of(key, case.question, case.gold, case.answers, case.truth)


SETS: dict[str, Callable[[Reader], list[Case]]] = {
    "lookup": Reader.lookups,
    "statutes": lambda reader: reader.statutes("score"),
    "absent": lambda reader: reader.absent(True),
    "tales": lambda reader: reader.tales(True),
    "absent-tales": lambda reader: reader.absent_tales(True),
    "claims": Reader.claims,
    "samples": Reader.samples,
    "statutes-tune": lambda reader: reader.statutes("tune"),
    "absent-tune": lambda reader: reader.absent(False),
    "tales-tune": lambda reader: reader.tales(False),
    "absent-tales-tune": lambda reader: reader.absent_tales(False),
}
REPORTED = ("lookup", "statutes", "absent", "tales", "absent-tales", "claims")
ABOUT = {
    "lookup": "articles of 民法典, 刑法, 17 U.S.C. and GDPR by number, by content and by cross-reference, and articles "
    "that do not exist",
    "statutes": "lay questions with gold articles of 民法典 (STARD), the score split",
    "absent": "lay questions that 民法典 does not answer (STARD), the half with an odd sha1",
    "tales": f"questions with gold sections of one book of tales (FairytaleQA): the first {TALES} by sha1 of the odd "
    "half",
    "absent-tales": "questions about two of our own samples, an invented tale and an invented ordinance, asked of the "
    "book of tales, the half with an odd sha1; few of their names are in that book, so they are easier to refuse than "
    "questions nearer to it",
    "claims": "true and false claims about The Great Gatsby (NoCha), asked as “True or false: …”",
    "samples": "the questions of the project's own samples",
    "statutes-tune": "the tuning split of statutes",
    "absent-tune": "the even half of absent",
    "tales-tune": f"the first {TALES} of the even half of tales",
    "absent-tales-tune": "the even half of absent-tales",
}


def _drawn(cases: Iterable[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: draw(case.id))


def _half(cases: Iterable[Case], reported: bool) -> list[Case]:
    return _drawn(case for case in cases if is_reported(case.id) == reported)


def _strange(case: Case, document: Path) -> Case:
    """A sample's question asked of a document that knows nothing of it."""
    return replace(case, kind="absent", document=document, gold=(), answers=(), answerable=False)


def _claim(row: Row, document: Path) -> Case:
    pair = f"gatsby-{row['index']}"
    question = f"True or false: {row['claim']}"
    name, gold = f"{pair}-{str(row['type']).lower()}", tuple[Span, ...]()
    return Case(name, "", "claim", document, question, gold, truth=row["type"], pair=pair)
