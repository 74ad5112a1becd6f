"""Formex: acts of the European Union in the XML of its Publications Office, versions 4 to 6.

Names and meanings: Formex Manual, https://op.europa.eu/en/web/eu-vocabularies/formex.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from lxml import etree

from app.documents.document import BlockKind, Document
from app.documents.law import enumeration, tree
from app.documents.law.act import plain_numeral
from app.documents.law.draft import Draft
from app.documents.law.passage import Passage
from app.documents.law.tree import local
from model.labels import ROMAN
from model.types import Problem, Span

PARSER = "formex 1"

_NOT_WRITTEN = (  # what a catalogue holds, not the act
    "BIB.INSTANCE BIB.INSTANCE.CONS BIB.DATA BIB.DATA.CL BIB.DOC BIB.OJ BIB.OJ.SE BIB.VOLUME BIB.LSEO BIB.SE BIB.CASE "
    "BIB.ECR BIB.JUDGMENT BIB.OPINION BIB.ORDER BIB.RULING BIB.SUMMARY BIB.REPORT.HEARING BIB.CORRIG INFO.CONSLEG "
    "INFO.PROD PUBLICATION.REF REF.PHYS DOC.MAIN.PUB DOC.SUB.PUB PDF PAPER DOCUMENT.REF DOCUMENT.REF.CONS"
)
_INSIDE_LINES = (
    "HT FT DATE QUOT.START QUOT.END REF.DOC REF.DOC.OJ REF.DOC.SE REF.DOC.ECR REF.NOTICE NOTE IE ADDR.S LINK ANCHOR "
    "NO.DOC.TXT NO.DOC.C ABBR EXPONENT IND SUP FORMULA.S CLG.MDFO BR OVER UNDER ROOT FRACTION DIVIDEND DIVISOR DEGREE "
    "FUNCTION INT SUM PRODUCT VECTOR BAR EXPR OVERLINE AMOUNT KEYWORD"
)
_LINES = (
    "P NP LIST ITEM DLIST ALINEA PARAG ARTICLE DIVISION TBL ROW CELL GR.SEQ TITLE TI STI QUOT.S ANNEX CONSID TXT "
    "CORPUS INCL.ELEMENT TI.ART STI.ART GR.NOTES VISA SIGNATURE SIGNATORY PL.DATE"
)
_SKIPPED, _INLINE, _BLOCKS = (frozenset(names.split()) for names in (_NOT_WRITTEN, _INSIDE_LINES, _LINES))
_HELD = re.compile(rb"<\?CLG\.MDFO\b[^>]*?\bACTIVE\.DOC=\"([^\"]*)\"[^>]*\?>")
_DASH = re.compile(r"[-‐‑–—•]")
_ANNEX = re.compile(rf"(?P<label>\S+(?:\s+(?P<number>(?:{ROMAN}|\d+|[A-Z])[a-z]{{0,2}})(?=$|\s|[-–—.:]))?)")
_DIVIDED = re.compile(
    rf"(?P<label>(?P<word>Section|Part|Chapter|Appendix|Abschnitt|Teil|Kapitel|Partie|Chapitre)\s+(?P<number>{ROMAN}|\d+|[A-Z]))\b",
    re.IGNORECASE,
)


def read(path: Path, data: bytes) -> Document:
    """The Document in the bytes of a Formex file. Raises Problem: broken, no-text."""
    # What amended a passage stands in processing instructions, which the parser leaves out.
    root, warnings = tree.parse(path, _HELD.sub(rb'<CLG.MDFO DOC="\1"/>', data))
    title = _title(root)
    if title is None and not any(local(e) in ("P", "TXT", "ALINEA") for e in root.iter(etree.Element)):
        raise Problem("no-text", path=str(path))
    draft = Draft(_words(title) if title is not None else path.stem)
    writer = _Writer(draft)
    writer.write(root)
    return draft.document(
        path,
        format="Formex",
        parser=PARSER,
        jurisdiction="EU",
        language=_language(root),
        version=_version(root),
        history=writer.history,
        warnings=warnings,
    )


class _Writer:
    """Writes the elements of one file into a Draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.history: list[Span] = []
        self._noted: dict[str, str] = {}  # a note's id and its mark
        self._levels: list[str] = []  # of the parts that stand open
        self._dashes = [0]  # of each open list, how many items so far
        self._quoted = 0
        self._kind: BlockKind = "paragraph"

    def write(self, element: etree._Element) -> None:
        """One element that stands on a line of its own, and all within it."""
        name = local(element)
        if not name or name in _SKIPPED:
            return
        match name:
            case "TITLE" | "TI" | "STI" | "TI.ART" | "STI.ART" | "TI.CJT" | "TI.GR.SEQ":
                self._heading(element)
            case "FAM.COMP":
                self._family(element)
            case "CONSID" | "ARTICLE" | "ANNEX" | "CONS.ANNEX" | "DIVISION" | "GR.SEQ" if not self._quoted:
                self._structure(element, name)
            case "PARAG":
                self._numbered(element, "NO.PARAG", "paragraph")
            case "NP" | "NP.ECR":
                self._numbered(element, "NO.P", "point")
            case "LIST" | "DLIST":
                self._dashes.append(0)
                self._as(element, "list")
                self._dashes.pop()
            case "QUOT.S":
                self._quoted += 1
                self._as(element, "quote")
                self._quoted -= 1
            case "ROW":
                self._row(element)
            case "NOTE":
                self._note(element)
            case "INCL.ELEMENT":
                self.draft.block(element.get("TYPE", ""), "image", 0, "", element.get("FILEREF", ""))
            case _:
                self._flow(element)

    def _flow(self, element: etree._Element) -> None:
        """Mixed content: words become a block, what stands on lines of its own is written in between."""
        passage = Passage()
        passage.add(element.text)
        for child in element:
            if self._is_inline(child):
                self._inline(child, passage)
            else:
                passage = self._ended(passage)
                self.write(child)
            passage.add(child.tail)
        self._ended(passage)

    def _ended(self, passage: Passage) -> Passage:
        if passage.text.strip():
            self.draft.block(passage.text, self._kind, references=passage.references)
        return Passage()

    def _is_inline(self, element: etree._Element) -> bool:
        """By its name; what has another is inline where words stand beside it."""
        name = local(element)
        if name in _INLINE or not name:
            return True
        if name in _SKIPPED or name in _BLOCKS or any(local(e) in _BLOCKS for e in element.iter(etree.Element)):
            return False
        parent = element.getparent()
        beside = [parent.text if parent is not None else "", element.tail]
        return any(words and words.strip() for words in beside)

    def _as(self, element: etree._Element, kind: BlockKind) -> None:
        before = self._kind
        self._kind = kind if before == "paragraph" else before
        self._flow(element)
        self._kind = before

    def _heading(self, element: etree._Element) -> None:
        """A title: each of its paragraphs is a block."""
        paragraphs = [e for e in element.iter(etree.Element) if local(e) in ("P", "NP")] or [element]
        level = max(1, self.draft.depth + (local(element) in ("TI.ART", "STI.ART")))
        listed = self._quoted or any(local(e) == "TBL" for e in element.iterancestors())
        for paragraph in paragraphs:
            passage = Passage()
            self._spoken(paragraph, passage)
            kind: BlockKind = self._kind if listed else "heading"
            self.draft.block(passage.text, kind, 0 if listed else level, references=passage.references)

    def _family(self, element: etree._Element) -> None:
        """The titles of the acts that amended and corrected this one; its own stands below."""
        for change in element.iter(etree.Element):
            title = tree.first(change, "TITLE") if local(change) in ("MOD.ACT", "CORRIG") else None
            if title is not None:
                self.history.append(self.draft.block(_words(title)))

    def _structure(self, element: etree._Element, name: str) -> None:
        with ExitStack() as opened:
            for context in self._opened(element, name):
                opened.enter_context(context)
            self._flow(element)

    def _opened(self, element: etree._Element, name: str) -> Iterator[AbstractContextManager[None]]:
        """What stands open around a structure's words: its unit, its entry in the contents."""
        title = next((e for e in element if local(e) == "TITLE"), None)
        words = _words(title)
        version = _amended(element)
        match name:
            case "CONSID":
                own = next((e for e in element if local(e) == "NP"), None)
                if own is not None and (label := _words(next((e for e in own if local(e) == "NO.P"), None))):
                    yield self.draft.unit(label, _numeral(label), "recital", version)
            case "ARTICLE":
                label = _words(tree.first(element, "TI.ART"))
                yield self.draft.unit(label, _article(label, element), "article", version, _is_gone(element))
            case "ANNEX" | "CONS.ANNEX":
                match = _ANNEX.match(words)
                numeral = plain_numeral(match["number"] or "") if match else ""
                yield self.draft.unit(match["label"] if match else words, numeral, "annex", version)
                if words:
                    yield self.draft.section(words)
            case "GR.SEQ" if self.draft.inside_unit:
                label = _words(tree.first(title, "NO.P")) if title is not None else ""
                if label:
                    yield self.draft.unit(label, _numeral(label), "point", version)
                    yield self._level("point")
                elif match := _DIVIDED.match(words):
                    numeral = plain_numeral(match["number"])
                    yield self.draft.unit(match["label"], numeral, match["word"].lower(), version)
            case _ if words:
                yield self.draft.section(words)

    def _numbered(self, element: etree._Element, number_name: str, level: str) -> None:
        """A paragraph or point: its number leads its first words. A recital's is the recital's own."""
        label = _words(next((e for e in element if local(e) == number_name), None))
        parent = element.getparent()
        with ExitStack() as opened:
            if parent is None or local(parent) != "CONSID":
                for context in self._part(label, element, level):
                    opened.enter_context(context)
            text = next((e for e in element if local(e) == "TXT"), None)
            if text is not None and _DASH.fullmatch(label):
                text.text = f"{label} {(text.text or '').lstrip()}"  # a lead that ends in a dash has no space after it
            else:
                self.draft.lead(label)
            for child in element:
                if local(child) != number_name:
                    self.write(child)

    def _part(self, label: str, element: etree._Element, level: str) -> Iterator[AbstractContextManager[None]]:
        """A part of the unit that is open, if this is one: what an act quotes has none."""
        if not label or self._quoted or not self.draft.inside_unit:
            return
        numeral = _numeral(label)
        if _DASH.fullmatch(label):
            level = "indent"
            self._dashes[-1] += 1
            numeral = str(self._dashes[-1])
        elif level == "point" and level in self._levels:
            level = "subpoint"
        yield self.draft.unit(label, numeral, level, _amended(element))
        yield self._level(level)

    @contextmanager
    def _level(self, level: str) -> Iterator[None]:
        self._levels.append(level)
        yield
        self._levels.pop()

    def _row(self, element: etree._Element) -> None:
        """A table's row is a block, a tab between its cells."""
        row = Passage()
        for i, cell in enumerate(e for e in element.iter(etree.Element) if local(e) == "CELL"):
            if i:
                row.gap("\t")
            self._spoken(cell, row)
        self.draft.block(row.text, "table", references=row.references)

    def _spoken(self, element: etree._Element, passage: Passage) -> None:
        """All words of an element in one passage, a space between what would be lines."""
        passage.add(element.text)
        for child in element:
            if local(child) in _INLINE:
                self._inline(child, passage)
            elif local(child) not in _SKIPPED:
                passage.add(" ")
                self._spoken(child, passage)
                passage.add(" ")
            passage.add(child.tail)

    def _inline(self, element: etree._Element, passage: Passage) -> None:
        name = local(element)
        if name == "NOTE":
            start = passage.length
            mark, target = self._note(element)
            passage.add(f" {mark}")
            passage.refer(start, target, "note")
        elif name in ("QUOT.START", "QUOT.END"):
            passage.add(_quotation(element))
        elif name == "BR":
            passage.gap("\n")
        else:
            upper = name == "HT" and element.get("TYPE") == "UC"
            passage.add(element.text.upper() if upper and element.text else element.text)
            for child in element:
                self._inline(child, passage)
                passage.add(child.tail.upper() if upper and child.tail else child.tail)

    def _note(self, element: etree._Element) -> tuple[str, str]:
        """The mark of a note and its name. Its words are set after the unit that is open."""
        again = element.get("NOTE.REF", "")
        if again in self._noted:
            return self._noted[again], again
        count = len(self._noted) + 1
        name = element.get("NOTE.ID") or f"note {count}"
        name = f"{name} {count}" if name in self._noted else name  # a consolidated text numbers some anew
        mark = self._noted[name] = f"(*{count})" if element.get("NUMBERING") == "STAR" else f"({count})"
        passage = Passage()
        passage.mark(mark)
        self._spoken(element, passage)
        self.draft.note(passage.text, name, references=passage.references)
        return mark, name


def _title(root: etree._Element) -> etree._Element | None:
    """The title of the whole, not of what amended it or of a division."""
    for element in root.iter(etree.Element):
        if local(element) == "TITLE" and not any(
            local(a) in ("FAM.COMP", "BIB.DATA", "DIVISION", "GR.SEQ", "TBL") for a in element.iterancestors()
        ):
            return element
    return None


def _language(root: etree._Element) -> str:
    return _words(tree.first(root, "LG.DOC", "LG.OJ")).lower()


def _version(root: etree._Element) -> str:
    """From when a consolidated text stands, else the date of the act; ISO."""
    consolidated = tree.first(root, "INFO.CONSLEG")
    date = tree.first(root, "DATE")
    said = (consolidated.get("START.DATE") if consolidated is not None else None) or (
        date.get("ISO") if date is not None else ""
    )
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", said or "")
    return "-".join(match.groups()) if match else ""


def _amended(element: etree._Element) -> str:
    """The acts that changed words in an element, as a consolidated text says."""
    found = (e.get("DOC", "") for e in element.iter(etree.Element) if local(e) == "CLG.MDFO")
    return ", ".join(dict.fromkeys(filter(None, found)))


def _words(element: etree._Element | None) -> str:
    """An element's words on one line, without its notes."""
    return " ".join("".join(_pieces(element, False)).split()) if element is not None else ""


def _pieces(element: etree._Element, upper: bool) -> Iterator[str]:
    name = local(element)
    if name == "NOTE" or name in _SKIPPED:
        return
    upper = upper or (name == "HT" and element.get("TYPE") == "UC")
    yield _quotation(element) if name.startswith("QUOT.") else " " if name in _BLOCKS else ""
    yield (element.text or "").upper() if upper else element.text or ""
    for child in element:
        yield from _pieces(child, upper)
        yield (child.tail or "").upper() if upper else child.tail or ""


def _quotation(element: etree._Element) -> str:
    """The quotation mark that Formex names by its code: CODE="2018" is ‘."""
    try:
        return chr(int(element.get("CODE", ""), 16))
    except (ValueError, OverflowError):
        return ""


def _numeral(label: str) -> str:
    """The plain numeral of a label: "1" of "1." and "(1)", "3.1" of "3.1."."""
    return "".join(label.split()).strip("().[]")


def _article(label: str, element: etree._Element) -> str:
    """An article's number: "4a"; where its title has none, the one in its identifier."""
    match = re.search(r"(\d+)\s?([a-z]{0,3})\b(?:[-‐‑–](\d+))?", label)
    if match:
        return match[1] + match[2] + (f"-{match[3]}" if match[3] else "")
    identifier = re.match(r"0*(\d+)([A-Z]*)", element.get("IDENTIFIER", ""))
    return identifier[1] + identifier[2].lower() if identifier else "1"


def _is_gone(article: etree._Element) -> bool:
    body = " ".join(_words(e) for e in article if local(e) not in ("TI.ART", "STI.ART"))
    return bool(enumeration.GONE.fullmatch(body.strip().lower()))
