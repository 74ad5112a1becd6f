"""Formula: mathematics in one line, with the signs that its form would show."""

from __future__ import annotations

from lxml import etree

from app.documents.word.styles import W

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_REMOVED = (W + "del", W + "moveFrom")


def linear(element: etree._Element) -> str:
    """All characters of a formula in reading order: a/b, f(x), ∑."""
    match element.tag:
        case tag if tag in (M + "t", W + "t"):
            return element.text or ""
        case tag if tag in _REMOVED:
            return ""
        case tag if tag == M + "f":
            return "/".join(linear(e) for e in element if e.tag in (M + "num", M + "den"))
        case tag if tag == M + "d":
            own = element.find(M + "dPr")
            inner = _sign(own, "sepChr", "|").join(linear(e) for e in element.iterchildren(M + "e"))
            return _sign(own, "begChr", "(") + inner + _sign(own, "endChr", ")")
        case tag if tag == M + "nary":
            return _sign(element.find(M + "naryPr"), "chr", "∫") + "".join(map(linear, element))
    return "".join(map(linear, element))


def _sign(properties: etree._Element | None, name: str, usual: str) -> str:
    found = properties.find(M + name) if properties is not None else None
    return found.get(M + "val", "") if found is not None else usual
