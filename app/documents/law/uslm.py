"""USLM: United States laws in XML: the Code, public laws, compilations and the Code of Federal Regulations.

Namespaces http://xml.house.gov/schemas/uslm/1.0 and http://schemas.gpo.gov/xml/uslm (2.x).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from app.documents.document import Document
from app.documents.law import tree
from app.documents.law.draft import Draft
from app.documents.law.scribe import Head, Pointer, Role, Scribe
from app.documents.law.tree import local, words

PARSER = "uslm 1"

_PARTS = ("subsection", "paragraph", "subparagraph", "clause", "subclause", "item", "subitem", "subsubitem")
_UNITS = {"section": "section", "courtRule": "rule", "reorganizationPlan": "plan"}
_ROLES: dict[Role, str] = {
    "skip": "meta leftRunningHead rightRunningHead ear page property processedBy processedDate endMarker",
    "section": "title subtitle chapter subchapter part subpart division subdivision article subarticle level "
    "preliminary appendix compiledAct courtRules reorganizationPlans",
    "part": " ".join(_PARTS),
    "num": "num",
    "heading": "heading subheading",
    "aside": "sourceCredit notes note editorialNote explanationNote citationNote editionNote organizationNote "
    "source authority legislativeHistory sidenote",
    "footnote": "footnote",
    "list": "listItem toc index",
    "quote": "quotedContent",
    "row": "tr header tocItem referenceItem headingItem row",
    "image": "img",
    "formula": "math",
    "break": "br",
    "reference": "ref",
    "inline": "b i u s sub sup span inline a date term quotedText shortTitle headingText amendingAction elided "
    "entity person organization location role name strong em del ins tt small currency committee "
    "citableAs citableAsShortTitle currentThroughPublicLaw congress action actionDescription designator label target",
}
_ROLE = {name: role for role, names in _ROLES.items() for name in names.split()}
_HOLDERS = (*_ROLES["section"].split(), "main", "preface", "notes")
_DEEPEST = 12  # levels that a reference names, at most
_GONE = ("repealed", "omitted", "reserved", "transferred", "renumbered", "terminated", "expired", "vacant", "deleted")
_GONE_HEADING = re.compile(rf"\[?(?:{'|'.join(_GONE)}|superseded|eliminated)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9A-Za-z]+(?:[.–—‐‑-][0-9A-Za-z]+)*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(path: Path, data: bytes) -> Document:
    """The Document in the bytes of a USLM file. Raises Problem: broken, no-text."""
    root, warnings = tree.parse(path, data)
    draft = Draft(_title(root) or path.stem)
    Scribe(draft, _Uslm(root)).write(root)
    return draft.document(
        path,
        format="USLM",
        parser=PARSER,
        jurisdiction="US",
        language=root.get("{http://www.w3.org/XML/1998/namespace}lang", ""),
        version=_version(root),
        warnings=warnings,
    )


class _Uslm:
    """What USLM's elements mean."""

    def __init__(self, root: etree._Element) -> None:
        self._own = root.get("identifier") or next(iter(_identifiers(root)), "")
        self._known = set(_identifiers(root))

    def role(self, element: etree._Element) -> Role:
        name = local(element)
        role = _ROLE.get(name)
        if name in _UNITS:
            named = any(local(e) in ("num", "heading") for e in element)
            return "block" if not named else "part" if _is_inside_unit(element) else "unit"
        if name == "note" and element.get("type") in ("footnote", "endnote") and element.get("id"):
            return "footnote"
        if role == "aside" and name.lower().endswith("note"):
            return _note(element)
        if name == "quotedContent" and not _has_blocks(element):
            return "inline"
        if role == "part" and not any(local(e) == "num" for e in element):
            return "block"
        return role or "block"

    def head(self, element: etree._Element, label: str) -> Head:
        name = local(element)
        number = next((e for e in element if local(e) == "num"), None)
        value = number.get("value", "") if number is not None else ""
        heading = next((words(e) for e in element if local(e) == "heading"), "")
        return Head(
            label.strip("[] "),
            _dashed(value) or _numeral(label),
            _UNITS.get(name, name),
            _day(element.get("startPeriod", "")),
            element.get("status", "") in _GONE or bool(_GONE_HEADING.match(heading.strip())),
        )

    def names(self, element: etree._Element) -> Sequence[str]:
        name = element.get("id", "")
        return [n for n in (f"#{name}" if name else "", element.get("identifier", "")) if n]

    def pointer(self, element: etree._Element) -> Pointer:
        if called := element.get("idref", ""):
            return Pointer(f"#{called}", "note", f"[{words(element)}]" if words(element) else "")
        return Pointer(self._nearest(element.get("href", "")))

    def note(self, element: etree._Element) -> tuple[str, str]:
        return f"#{element.get('id', '')}", ""

    def picture(self, element: etree._Element) -> tuple[str, str]:
        return element.get("alt", ""), element.get("src", "")

    def _nearest(self, href: str) -> str:
        """A place in this file that a reference means: the paragraph named, or what of it has a name."""
        place = href
        for _ in range(_DEEPEST):
            if place in self._known:
                return place
            if not self._own or not place.startswith(f"{self._own}/"):
                break
            place = place.rpartition("/")[0]
        return href


def _identifiers(root: etree._Element) -> list[str]:
    return [name for e in root.iter(etree.Element) if (name := e.get("identifier"))]


def _is_inside_unit(element: etree._Element) -> bool:
    """Whether a section stands inside another without the title or chapter that an act enacts."""
    parent = element.getparent()
    return parent is not None and (local(parent) in _PARTS or local(parent) in _UNITS)


def _note(element: etree._Element) -> Role:
    """Brackets beside a number ("[2651a]") are inline; a note in the middle of a provision stays in it."""
    above, before = element.getparent(), element.getprevious()
    place = local(above) if above is not None else ""
    number = before is not None and local(before) == "num"
    if local(element) == "editorialNote" and (number or place not in (*_HOLDERS, *_UNITS, *_PARTS)):
        return "inline"
    return "remark" if place in ("content", "chapeau", "continuation", "p", "note") else "aside"


def _has_blocks(element: etree._Element) -> bool:
    return any(
        _ROLE.get(local(e), "block") in ("section", "part", "block", "row") or local(e) in _UNITS for e in element
    )


def _numeral(label: str) -> str:
    """The number in a label: "§ 78u–4." is 78u-4, "SEC. 3." is 3."""
    bare = re.sub(r"\A\W*(?:section|sec|article|rule|§+)\b\.?", "", label, flags=re.IGNORECASE)
    match = _NUMBER.search(bare)
    return _dashed(match[0]) if match else ""


def _dashed(number: str) -> str:
    return re.sub(r"[–—‐‑]", "-", number.strip())


def _day(date: str) -> str:
    match = _DATE.match(date)
    return match[0] if match else ""


def _title(root: etree._Element) -> str:
    """What people call the law: the short title of an act, "Title 17—COPYRIGHTS" of the Code."""
    meta = tree.first(root, "meta")
    found = {local(e): words(e) for e in reversed(meta)} if meta is not None else {}
    if local(root) == "uscDoc" and (title := tree.first(root, "title")) is not None and len(root) > 1:
        main = next((e for e in root.iter(etree.Element) if local(e) == "title" and e.get("identifier")), title)
        heads = [words(e) for e in main if local(e) in ("num", "heading")]
        return " ".join(heads).replace("— ", "—") or found.get("title", "")
    return found.get("citableAsShortTitle") or found.get("title") or words(tree.first(root, "title"))


def _version(root: etree._Element) -> str:
    """The day whose law this is: of the release, of the last act worked in, else of the approval."""
    meta, preface = tree.first(root, "meta"), tree.first(root, "preface")
    found = {local(e): words(e) for e in meta} if meta is not None else {}
    edition = tree.first(preface, "editionNote") if preface is not None else None
    date = tree.first(edition, "date") if edition is not None else None
    amended = date.get("date", "") if date is not None else ""
    created = found.get("created", "") if local(root) == "uscDoc" else ""
    return next(
        (
            d
            for s in (found.get("docReleasePoint", ""), amended, found.get("approvedDate", ""), created)
            if (d := _day(s))
        ),
        "",
    )
