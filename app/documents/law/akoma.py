"""Akoma Ntoso: acts, bills and judgments in the XML of OASIS LegalDocML, versions 2 and 3."""

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

PARSER = "akoma 1"

_ROLES: dict[Role, str] = {
    "skip": "meta",
    "section": "book tome title subtitle part subpart chapter subchapter division subdivision attachment component",
    "part": "subsection paragraph subparagraph point indent alinea clause subclause subrule level proviso transitional "
    "sublist",
    "num": "num",
    "heading": "heading subheading crossHeading docTitle",
    "list": "item li tocItem",
    "quote": "quotedStructure embeddedStructure",
    "row": "tr",
    "image": "img",
    "break": "br eol",
    "reference": "ref rref a noteRef authorialNote",
    "inline": "b i u sup sub span inline def term date time person organization concept object event location process "
    "role entity quantity mod rmod mmod quotedText embeddedText ins del remark omissis placeholder fillIn mref "
    "docType docNumber docDate docProponent docAuthority docPurpose docStage docStatus docCommittee docIntroducer "
    "docJurisdiction docketNumber shortTitle session legislature party judge lawyer witness courtType neutralCitation "
    "affectedDocument relatedDocument change outcome opinion argument signature outOfLine extractText abbr em strong",
}
_ROLE = {name: role for role, names in _ROLES.items() for name in names.split()}
_UNITS = ("section", "article", "rule", "recital")
_ANNEXES = ("schedule", "annex", "appendix")
_NAMED = (*_UNITS, *_ANNEXES, "regulation", "order", "byelaw")  # containers that are units by their name
_COUNTRIES = {"gb": "UK", "uk": "UK", "us": "US", "de": "DE", "eu": "EU", "cn": "CN", "jp": "JP"}
_LANGUAGES = {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "ita": "it", "spa": "es", "por": "pt"}
_LANGUAGES |= {"zho": "zh", "chi": "zh", "jpn": "ja", "cym": "cy", "wel": "cy", "nld": "nl", "dut": "nl"}
_HOLDS = "holds"  # set on a section that is no unit, because articles stand in it
_GONE = ("removed", "repealed", "deleted", "suspended")
_LAWS = ("act", "bill", "doc", "statement", "amendment", "officialGazette", "documentCollection", "portion")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(path: Path, data: bytes) -> Document:
    """The Document in the bytes of an Akoma Ntoso file. Raises Problem: broken, no-text."""
    root, warnings = tree.parse(path, data)
    draft = Draft(_title(root) or path.stem)
    Scribe(draft, _Akoma(root), nests=True).write(root)
    language = _attribute(root, "FRBRlanguage", "language")
    return draft.document(
        path,
        format="AKN",
        parser=PARSER,
        jurisdiction=_COUNTRIES.get(_attribute(root, "FRBRcountry", "value").lower(), ""),
        language=_LANGUAGES.get(language, language),
        version=_version(root),
        warnings=warnings,
    )


class _Akoma:
    """What Akoma Ntoso's elements mean."""

    def __init__(self, root: etree._Element) -> None:
        self._is_law = any(local(e) in _LAWS for e in root)
        self._works = {e.get("value", "") for e in root.iter(etree.Element) if local(e) in ("FRBRthis", "FRBRuri")} - {
            ""
        }
        self._notes = {_name(e): e for e in root.iter(etree.Element) if local(e) == "note" and _name(e)}
        for i, note in enumerate(root.iter("{*}authorialNote"), 1):
            note.set("marker", note.get("marker") or str(i))
            note.set("eId", _name(note) or f"authorialNote_{i}")
        self._days = _days(root)
        for article in root.iter("{*}article"):
            for above in article.iterancestors("{*}section"):
                above.set(_HOLDS, "articles")

    def role(self, element: etree._Element) -> Role:
        name = local(element)
        if name == "hcontainer":
            kind = element.get("name", "")
            return "unit" if kind in _NAMED else "part" if _has(element, "num") else "section"
        if name == "doc" and element.get("name") in _ANNEXES:
            return "unit"
        if name in _UNITS:
            return self._unit(element)
        if name == "list":
            return "block"
        role = _ROLE.get(name, "block")
        if role == "part" and (not self._is_law or not _has(element, "num")):
            return "block"
        return "unit" if role == "part" and not _is_inside_unit(element) else role

    def _unit(self, element: etree._Element) -> Role:
        """A section that holds articles is a division; an article inside a section of the law its part."""
        if not self._is_law or not _has(element, "num", "heading"):
            return "block"
        if element.get(_HOLDS):
            return "section"
        return "part" if _is_inside_unit(element) else "unit"

    def head(self, element: etree._Element, label: str) -> Head:
        name = local(element)
        level = element.get("name", name) if name in ("hcontainer", "doc") else name
        heading = next((words(e) for e in element if local(e) == "heading"), "")
        label = label or (heading if level in _ANNEXES else "")
        contents = " ".join(dict.fromkeys(s for s in (label, heading) if s)) if level in _ANNEXES else ""
        return Head(label, _numeral(label), level, self._day(element), element.get("status", "") in _GONE, contents)

    def _day(self, element: etree._Element) -> str:
        """From when the wording of an element, or of what it stands in, is in force."""
        for e in (element, *element.iterancestors()):
            if period := e.get("period"):
                return self._days.get(period.removeprefix("#"), "")
            if start := e.get("start"):
                return _iso(start)
        return ""

    def names(self, element: etree._Element) -> Sequence[str]:
        called = local(element) in ("authorialNote", "noteRef")
        return [f"#{name}"] if (name := _name(element)) and not called else []

    def pointer(self, element: etree._Element) -> Pointer:
        href = element.get("href", "") or element.get("from", "")
        if local(element) == "noteRef":
            name = href.removeprefix("#")
            mark = element.get("marker", "") or words(element) or "*"
            return Pointer(href, "note", f"[{mark}]", self._notes.get(name))
        if local(element) == "authorialNote":
            return Pointer(f"#{_name(element)}", "note", f"[{element.get('marker', '')}]", element)
        work, sign, place = href.partition("#")
        return Pointer(f"#{place}" if sign and work in self._works else href)

    def note(self, element: etree._Element) -> tuple[str, str]:
        return f"#{_name(element)}", element.get("marker", "")

    def picture(self, element: etree._Element) -> tuple[str, str]:
        return element.get("alt", "") or element.get("title", ""), element.get("src", "")


def _name(element: etree._Element) -> str:
    return element.get("eId", "") or element.get("id", "") or element.get("GUID", "")


def _has(element: etree._Element, *names: str) -> bool:
    return any(local(e) in names for e in element)


def _is_inside_unit(element: etree._Element) -> bool:
    """Whether a provision stands inside a section, an article or a schedule."""
    for above in element.iterancestors():
        name = local(above)
        if name in ("quotedStructure", "embeddedStructure"):
            return False
        named = above.get("name", "") in _NAMED and name in ("hcontainer", "doc")
        if named or (name in _UNITS and not above.get(_HOLDS)):
            return True
    return False


def _attribute(root: etree._Element, name: str, attribute: str) -> str:
    found = tree.first(root, name)
    return found.get(attribute, "") if found is not None else ""


def _iso(date: str) -> str:
    match = _DAY.match(date)
    return match[0] if match else ""


def _days(root: etree._Element) -> dict[str, str]:
    """The first day of each period of time that the file names."""
    events = {_name(e): _iso(e.get("date", "")) for e in root.iter(etree.Element) if local(e) == "eventRef"}
    days = {}
    for group in root.iter("{*}temporalGroup"):
        starts = [events.get(e.get("start", "").removeprefix("#"), "") for e in group if local(e) == "timeInterval"]
        days[_name(group)] = next((s for s in starts if s), "")
    return days


def _numeral(label: str) -> str:
    """The number in a label: "(2)", "Article 3", "Schedule 1."; "" if it has none."""
    match = re.search(r"([0-9A-Za-z]+(?:[.–-][0-9A-Za-z]+)*)\W*\Z", label)
    return match[1].replace("–", "-") if match and (re.search(r"\d", match[1]) or len(match[1]) <= 5) else ""


def _title(root: etree._Element) -> str:
    """What people call the law: its short title, its name in the metadata, its title as written."""
    alias = _attribute(root, "FRBRalias", "value")
    return words(tree.first(root, "shortTitle")) or alias or words(tree.first(root, "docTitle"))


def _version(root: etree._Element) -> str:
    """The day of the expression, else of the work."""
    for name in ("FRBRExpression", "FRBRWork"):
        part = tree.first(root, name)
        if part is not None and (day := _iso(_attribute(part, "FRBRdate", "date"))):
            return day
    return ""
