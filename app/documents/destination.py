"""Destination: where words lead that a reader types to go somewhere.

A page, a share, a chapter, an article, an address, in any form and any numerals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.documents.document import Document, Unit
from app.documents.law.question import ruled
from app.documents.law.wording import BESIDE
from app.documents.place import Gazetteer, key
from model.labels import HAN_NUMERAL, article, number
from model.types import Problem, Span

_PAGE = re.compile(
    rf"(?:pages?|pp?|pg|seite)\.?\s*(?P<label>[0-9ivxlcdm]{{1,8}})|第?\s*(?P<han>{HAN_NUMERAL})\s*[页頁]", re.IGNORECASE
)
_BARE = re.compile(r"(?P<whole>\d{1,6}(?:\.\d{1,4})?)(?P<letters>[a-zA-Z]{0,3})(?:\s*-\s*(?P<branch>\d{1,3}))?")
_HAN = re.compile(HAN_NUMERAL)
_SHOWN = 5  # places that a message names
_ARTICLE = 4  # digits of a bare number that is an article or a chapter; a longer one is an offset
_LONGEST = 200  # characters of words that are tried as a citation


class Destinations:
    """The places of one document, made once and asked at every key."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._gazetteer = Gazetteer(document)

    def find(self, words: str) -> Span:
        """The place that words name. Raises Problem "no-place", "no-article", "no-page", "no-pages", "many-places"."""
        words = words.strip()
        if match := _PAGE.fullmatch(words):
            return self._page(match["label"] or str(number(match["han"])), words)
        if units := list(self.articles(words)):
            return self._only(units, words)
        if self.document.law and words.isdigit() and len(words) <= _ARTICLE:
            raise Problem("no-article", place=words, last=self._last())
        if chapter := self._chapter(words):
            return chapter
        try:
            return self._gazetteer.place(words)
        except Problem:
            if (cited := self._cited(words)) is not None:
                return cited
            raise

    def articles(self, words: str) -> Iterator[Unit]:
        """The articles of a law that a bare numeral or a label names: 577, 五百七十七, 第577条, § 823, Art. 17."""
        wanted = numeral(words)
        if wanted:
            yield from (u for u in self.document.units if u.level not in BESIDE and u.number.casefold() == wanted)

    def _only(self, units: list[Unit], words: str) -> Span:
        if len(units) > 1:
            names = [self.document.address(unit.start) for unit in units]
            places = "; ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
            raise Problem("many-places", place=words, count=len(names), places=places)
        return Span(units[0].start, units[0].end)

    def _chapter(self, words: str) -> Span | None:
        """In prose a bare number is a page where the book has such, else a chapter."""
        wanted = "" if self.document.law else numeral(words)
        if not wanted.isdigit() or len(wanted) > _ARTICLE:
            return None
        if self.document.pages and words.isdigit():
            return self._page(words, words)
        forms = (f"chapter {wanted}", f"c{wanted}")
        return next((self._gazetteer.place(form) for form in forms if self._gazetteer.find(form)), None)

    def _page(self, label: str, words: str) -> Span:
        """A page by its printed label, else by its number from the first."""
        pages = self.document.pages
        found = next((p for p in pages if p.label.casefold() == label.casefold()), None)
        if found is None and label.isdigit() and 0 < int(label) <= len(pages):
            found = pages[int(label) - 1]
        if not pages:
            raise Problem("no-pages")
        if found is None:
            raise Problem("no-page", page=words, count=len(pages))
        return Span(found.start, max(found.end, found.start))

    def _last(self) -> str:
        """The label of the last article."""
        units = [u for u in self.document.units if u.level not in BESIDE] or list(self.document.units)
        return units[-1].name.rstrip(" .") if units else ""

    def _cited(self, words: str) -> Span | None:
        """What words cite as a question does. Raises Problem "no-article" where the law ends before it."""
        if not self.document.law or len(words) > _LONGEST:
            return None
        wanted = numeral(words)
        ruling = ruled(self.document, f"第{wanted}条" if wanted.isdigit() else words)
        if ruling is None:
            return None
        if not ruling.targets and ruling.last and not ruling.law:
            raise Problem("no-article", place=words, last=ruling.last)
        return Span(ruling.targets[0].start, ruling.targets[0].end) if ruling.targets else None


def numeral(words: str) -> str:
    """The plain numeral of an article that is named so and no other way, folded: "577", "133-1", "106a"; else ""."""
    said = key(words)
    if said.endswith(("条", "條")) and not said.startswith("第"):
        return numeral(f"第{said}")
    if match := _BARE.fullmatch(said):
        branch = f"-{match['branch']}" if match["branch"] else ""
        return f"{match['whole'].lstrip('0') or '0'}{match['letters']}{branch}".casefold()
    try:
        if _HAN.fullmatch(said):
            return str(number(said))
        plain = article(words)
    except ValueError:
        return ""
    return plain.casefold() if _is_all(words) else ""


def _is_all(words: str) -> bool:
    """Whether words are an article's label and no more: not 第十条第二款, not Article 6(1)."""
    return re.search(r"[款项目（(]|\d\s*\(|\)|[,;，；]|Abs|\s\S+\s\S+\s", words) is None
