"""Stylesheet: what legislation.gov.uk shows and CLML leaves unsaid is written into the tree.

Brackets around numbers, the numbers of lists, a section's title behind its number, marks of amendment.
"""

from __future__ import annotations

from lxml import etree

from app.documents.law.tree import local, words

_PLAIN = ("P1",)  # numbers without brackets
_SHORT = 12  # characters of what ends a quotation: "; and"
_LETTERED = {"alpha", "alphaupper", "alphaUpper"}
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def apply(root: etree._Element) -> None:
    """Write into the tree of a CLML document what its readers see."""
    elements = list(root.iter(etree.Element))
    commented = _commented(elements)
    marked: set[str] = set()
    for element in elements:
        name = local(element)
        if name == "Pnumber":
            _punctuate(element)
        elif name in ("P1group", "PsubBlock"):
            _title_behind_number(element)
        elif name == "Schedule":
            _title_beside_number(element)
        elif name == "Attachment":
            _title_in_front(element)
        elif name == "AppendText":
            _append(element)
        elif name == "OrderedList":
            _number(element)
        elif name in ("Addition", "Substitution", "Repeal") and (note := element.get("CommentaryRef")) in commented:
            if (change := element.get("ChangeId", "")) not in marked:
                _mark(element, note or "")
            marked.add(change)


def _commented(elements: list[etree._Element]) -> set[str | None]:
    return {e.get("id") for e in elements if local(e) == "Commentary"}


def _punctuate(number: etree._Element) -> None:
    """Brackets as the file says, else around all numbers but those of sections."""
    above = number.getparent()
    brackets = above is not None and local(above) not in _PLAIN
    before = number.get("PuncBefore", "(" if brackets else "")
    after = number.get("PuncAfter", ")" if brackets else "")
    if words(number):
        number.text = before + (number.text or "").lstrip()
        if len(number):
            number[-1].tail = (number[-1].tail or "").rstrip() + after
        else:
            number.text = number.text.rstrip() + after


def _title_behind_number(group: etree._Element) -> None:
    """The title over a single section stands behind its number: "2ZA Title"."""
    sections = [e for e in group if local(e) == "P1"]
    title = next((e for e in group if local(e) == "Title"), None)
    if len(sections) == 1 and title is not None and len(sections[0]) and local(sections[0][0]) == "Pnumber":
        for name in ("RestrictStartDate", "Status"):
            if name in group.attrib and name not in sections[0].attrib:
                sections[0].set(name, group.attrib[name])
        sections[0].insert(1, title)


def _append(after: etree._Element) -> None:
    """A full stop after quoted provisions stands on their last line."""
    quoted = after.getprevious()
    texts = [e for e in quoted.iter(etree.Element) if local(e) == "Text"] if quoted is not None else []
    ending = words(after)
    if quoted is None or local(quoted) != "BlockAmendment" or not texts or len(ending) > _SHORT:
        return
    if len(texts[-1]):
        texts[-1][-1].tail = (texts[-1][-1].tail or "").rstrip() + ending
    else:
        texts[-1].text = (texts[-1].text or "").rstrip() + ending
    after.text = None
    for child in list(after):
        after.remove(child)


def _title_beside_number(schedule: etree._Element) -> None:
    block = next((e for e in schedule if local(e) == "TitleBlock"), None)
    if block is not None:
        at = 1 if len(schedule) and local(schedule[0]) == "Number" else 0
        for i, title in enumerate(list(block)):
            schedule.insert(at + i, title)


def _title_in_front(attachment: etree._Element) -> None:
    title = next((e for e in attachment.iter(etree.Element) if local(e) == "MultilineTitle"), None)
    if title is not None:
        attachment.insert(0, title)


def _number(items: etree._Element) -> None:
    """The items of an ordered list begin with their numbers."""
    kind, form = items.get("Type", "arabic"), items.get("Decoration", "parens")
    start = int(items.get("Start", "1")) if items.get("Start", "1").isdigit() else 1
    for i, item in enumerate(e for e in items if local(e) == "ListItem"):
        plain = item.get("NumberOverride") or _numeral(start + i, kind)
        number = etree.Element("Pnumber")
        number.text = {"parens": f"({plain})", "period": f"{plain}.", "bracketRight": f"{plain})"}.get(form, plain)
        item.insert(0, number)


def _numeral(value: int, kind: str) -> str:
    if kind in _LETTERED:
        found = ""
        while value > 0:
            value, rest = divmod(value - 1, 26)
            found = chr(ord("a") + rest) + found
    elif kind.lower().startswith("roman"):
        found, rest = "", value
        for worth, sign in _ROMAN:
            found += sign * (rest // worth)
            rest %= worth
    else:
        found = str(value)
    return found.upper() if kind.lower().endswith("upper") else found


def _mark(change: etree._Element, note: str) -> None:
    """A call of the note on an amendment, in front of the amended words."""
    call = etree.Element("CommentaryRef", {"Ref": note})
    call.tail, change.text = change.text, None
    change.insert(0, call)
