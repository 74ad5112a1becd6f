"""CLML: acts and instruments of the United Kingdom in the XML of legislation.gov.uk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from app.documents.document import Document
from app.documents.law import stylesheet, tree
from app.documents.law.draft import Draft
from app.documents.law.scribe import Head, Pointer, Role, Scribe
from app.documents.law.tree import local, words
from model.labels import ENGLISH_NUMERAL, ROMAN, number

PARSER = "clml 1"

_ROLES: dict[Role, str] = {
    "skip": "Metadata Resources Versions",
    "section": "Group Part Chapter Pblock PsubBlock EUPart EUTitle EUChapter EUSection EUSubsection Schedules "
    "AttachmentGroup Attachment Appendix",
    "part": "P2 P3 P4 P5 P6 P7",
    "num": "Pnumber Number ContentsNumber",
    "heading": "Title Subtitle MultilineTitle",
    "aside": "ExplanatoryNotes EarlierOrders",
    "footnote": "Footnote Commentary MarginNote",
    "list": "ListItem Contents ContentsItem",
    "quote": "BlockAmendment BlockExtract",
    "row": "tr KeyListItem MadeDate LaidDate ComingIntoForce",
    "image": "Image",
    "formula": "math",
    "break": "br",
    "reference": "FootnoteRef CommentaryRef MarginNoteRef Citation CitationSubRef CitationListRef InternalLink "
    "ExternalLink a",
    "inline": "Emphasis Strong Underline SmallCaps Superior Inferior Uppercase Acronym Abbreviation Definition Term "
    "Span Expanded Addition Substitution Repeal Strike Proviso Character DateText InlineAmendment "
    "em strong i b sub sup span",
}
_ROLE = {name: role for role, names in _ROLES.items() for name in names.split()}
_CALLS = ("FootnoteRef", "CommentaryRef", "MarginNoteRef")
_IN_SECTION = ("section", "subsection", "paragraph", "sub-paragraph", "head", "sub-head", "sub-head")
_IN_ORDER = ("paragraph", "sub-paragraph", "head", "sub-head", "sub-head", "sub-head")
_IN_SCHEDULE = ("paragraph", "sub-paragraph", "paragraph", "sub-paragraph", "head", "sub-head", "sub-head")
_IN_TREATY = ("article", "paragraph", "point", "indent", "indent", "indent", "indent")
_MINOR = {"regulation": "regulation", "order": "article", "rule": "rule", "scheme": "paragraph", "byelaw": "byelaw"}
_DOTS = frozenset(".…* \t\n\u00a0\u2003")
_FEWEST_DOTS = 3
_NUMBERED = re.compile(
    rf"(?:schedule|annex|protocol|atodlen)s?\s*(?:\(?no\.?\s*)?([0-9]+[A-Z]*|{ROMAN})\b|\b({ENGLISH_NUMERAL})\s+schedule",
    re.IGNORECASE,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(path: Path, data: bytes) -> Document:
    """The Document in the bytes of a CLML file. Raises Problem: broken, no-text."""
    root, warnings = tree.parse(path, data)
    stylesheet.apply(root)
    draft = Draft(words(tree.first(root, "title")) or path.stem)
    clml = _Clml(root)
    Scribe(draft, clml, nests=True).write(root)
    return draft.document(
        path,
        format="CLML",
        parser=PARSER,
        jurisdiction="EU" if clml.kind == "EuropeanUnionTreaty" else "UK",
        language=words(tree.first(root, "language")),
        version=_version(root),
        warnings=warnings,
    )


class _Clml:
    """What CLML's elements mean."""

    def __init__(self, root: etree._Element) -> None:
        self.kind = _value(root, "DocumentMainType")
        self._levels = self._words_for_levels(_value(root, "DocumentMinorType"))
        self._notes: dict[str, etree._Element] = {}
        self._marks: dict[str, str] = {}
        for element in root.iter(etree.Element):
            if _ROLE.get(local(element)) == "footnote":
                self._notes[element.get("id", "")] = element
        self._count_notes(root)
        self._pictures = {
            resource.get("id", ""): version.get("URI", "")
            for resource in root.iter("{*}Resource")
            if (version := resource.find("{*}ExternalVersion")) is not None
        }

    def _count_notes(self, root: etree._Element) -> None:
        """The marks of the notes: their own, else counted as they are called: 1, 2; F1, F2 by type; M1."""
        called = [e.get("Ref", "") for e in root.iter(etree.Element) if local(e) in _CALLS]
        counts: Counter[str] = Counter()
        for name in dict.fromkeys([*called, *self._notes]):
            if (note := self._notes.get(name)) is not None:
                sign = note.get("Type", "") if local(note) == "Commentary" else local(note)[:1].strip("F")
                counts[sign] += 1
                own = next((words(e) for e in note if local(e) == "Number"), "")
                self._marks[name] = own or f"{sign}{counts[sign]}"

    def _words_for_levels(self, minor: str) -> Sequence[str]:
        if self.kind.startswith("EuropeanUnion"):
            return _IN_TREATY
        if minor or "Instrument" in self.kind or "Order" in self.kind or "Rule" in self.kind:
            return (_MINOR.get(minor, "article" if "Order" in self.kind else "regulation"), *_IN_ORDER)
        return _IN_SECTION

    def role(self, element: etree._Element) -> Role:
        name = local(element)
        above = element.getparent()
        place = local(above) if above is not None else ""
        if name == "P1":
            return "part" if _holder(element) == "Schedule" else "unit"
        if name == "Schedule":
            return "unit"
        if name == "Attachment" and _is_annex(element):
            return "unit"
        if name == "Division" and any(local(e) == "Number" for e in element):
            return "unit" if place == "EUPreamble" else "part" if _holder(element) == "Attachment" else "block"
        if place.endswith("Prelims") and name == "Number":
            return "block"
        if name == "Title" and place in ("Commentary", "Footnote"):
            return "block"
        return _ROLE.get(name, "block")

    def head(self, element: etree._Element, label: str) -> Head:
        name = local(element)
        if name in ("Schedule", "Attachment"):
            titles = [e for e in element if _ROLE.get(local(e)) == "heading"]
            first = next(iter(titles[0]), titles[0]) if titles else None
            title = " ".join([label, *(words(e) for e in titles)]).strip()
            label = label or words(first)
            level = "schedule" if name == "Schedule" else "annex"
            return Head(label, _number_of_schedule(label), level, *_state(element), contents=title or label)
        depth = int(name[1:]) - 1 if re.fullmatch(r"P\d", name) else 1
        levels = _IN_SCHEDULE if _holder(element) == "Schedule" else self._levels
        level = "recital" if name == "Division" and _holder(element) == "EUPreamble" else levels[depth]
        return Head(label, _numeral(label), level, *_state(element))

    def names(self, element: etree._Element) -> Sequence[str]:
        name = element.get("id", "")
        return [n for n in (element.get("IdURI", ""), f"#{name}" if name else "") if n]

    def pointer(self, element: etree._Element) -> Pointer:
        name = local(element)
        called = element.get("Ref", "")
        if name in _CALLS:
            mark = self._marks.get(called, "")
            return Pointer(f"#{called}", "note", f"[{mark}]" if mark else "", self._notes.get(called))
        if name == "InternalLink":
            return Pointer(f"#{called}")
        return Pointer(element.get("URI", "") or element.get("href", ""))

    def note(self, element: etree._Element) -> tuple[str, str]:
        name = element.get("id", "")
        return f"#{name}", self._marks.get(name, "")

    def picture(self, element: etree._Element) -> tuple[str, str]:
        return element.get("Description", ""), self._pictures.get(element.get("ResourceRef", ""), "")


def _value(root: etree._Element, name: str) -> str:
    found = tree.first(root, name)
    return found.get("Value", "") if found is not None else ""


def _holder(element: etree._Element) -> str:
    """The schedule, annex or body that an element stands in."""
    names = (local(e) for e in element.iterancestors())
    return next((n for n in names if n in ("Schedule", "Attachment", "Body", "EUBody", "EUPreamble")), "")


def _is_annex(element: etree._Element) -> bool:
    """Whether an attachment is one text and not an act with articles of its own."""
    return not any(local(e) in ("P1", "Attachment", "Schedule") for e in element.iterdescendants(etree.Element))


def _state(element: etree._Element) -> tuple[str, bool]:
    """From when the wording stands, and whether it is repealed: it says so or only dots are left."""
    line = [element, *element.iterancestors()]
    date = next((d for e in line if (d := e.get("RestrictStartDate"))), "")
    status = next((s for e in line if (s := e.get("Status"))), "")
    body = "".join(words(e) for e in element if _ROLE.get(local(e)) not in ("num", "heading"))
    return ("prospective" if status == "Prospective" else date), status == "Repealed" or _is_dots(body)


def _is_dots(body: str) -> bool:
    """Whether a row of dots stands for words that are gone."""
    return set(body) <= _DOTS and (body.count(".") >= _FEWEST_DOTS or "…" in body)


def _numeral(label: str) -> str:
    """The number in a label: "(2)", "Article 3"; "" if it has none."""
    match = re.search(r"[0-9A-Za-z]+(?:[.–-][0-9A-Za-z]+)*\W*\Z", label)
    return match[0].rstrip(" .,:;)]").replace("–", "-") if match else ""


def _number_of_schedule(label: str) -> str:
    """The number of "SCHEDULE 1A", "FIRST SCHEDULE", "ANNEX II"; "" if it has none."""
    match = _NUMBERED.search(label)
    found = (match[1] or match[2]) if match else ""
    if not re.fullmatch(rf"{ROMAN}|{ENGLISH_NUMERAL}", found, re.IGNORECASE):
        return found
    try:
        return str(number(found))
    except ValueError:  # "twenty twelfth"
        return ""


def _version(root: etree._Element) -> str:
    """The day whose law this is: of the wording, else of the making."""
    valid, enacted = tree.first(root, "valid"), tree.first(root, "EnactmentDate", "Made")
    dated = enacted.get("Date", "") if enacted is not None else ""
    found = (
        root.get("RestrictStartDate", ""),
        words(valid),
        dated,
        _spelled(words(tree.first(root, "DateOfEnactment"))),
    )
    return next((match[0] for date in found if (match := _DAY.match(date))), "")


def _spelled(date: str) -> str:
    """ "25th February 2003" as 2003-02-25, "" for no date."""
    match = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)? ([A-Z][a-z]+) (\d{4})", date[max(0, date.find("Royal Assent")) :])
    month = _MONTHS.index(match[2][:3]) + 1 if match and match[2][:3] in _MONTHS else 0
    return f"{match[3]}-{month:02}-{int(match[1]):02}" if match and month else ""
