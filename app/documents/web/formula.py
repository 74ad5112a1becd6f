"""Formula: MathML as one line of text: its own words for itself where they fit, else its signs in order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from app.documents.web.elements import local

_TOKEN = re.compile(r"[A-Za-z]+|\d+")
_ATOM = re.compile(r"[\w.,]+|[(\[{|].*[)\]}|]")
_ELSEWHERE = ("annotation", "annotation-xml")  # the same again in another notation
_SCRIPTS = {"msup": "^", "msub": "_"}
_DEEPEST = 100  # constructs within one another that are told apart


def line(math: etree._Element) -> str:
    """A formula as text. Its `alttext` counts if it names all the letters and numbers that the formula has."""
    said = " ".join((math.get("alttext") or "").split())
    signs = _signs(math, 0)
    named = set(_TOKEN.findall(said))
    if said and {t for t in _TOKEN.findall(_leaves(math)) if len(t) == 1 or t.isdigit()} <= named:
        return said
    return signs or said


def _leaves(math: etree._Element) -> str:
    return " ".join(e.text or "" for e in math.iter() if local(e) in ("mi", "mn"))


def _signs(element: etree._Element, depth: int) -> str:
    children = [e for e in element if local(e) not in (*_ELSEWHERE, "")]
    if not children or depth > _DEEPEST:
        return " ".join("".join(map(str, element.itertext())).split()) if local(element) != "mspace" else " "
    parts = [_signs(child, depth + 1) for child in children]
    return _joined(local(element), parts)


def _joined(name: str, parts: Sequence[str]) -> str:
    """The parts of one construct on a line, with a sign where their places on paper say what they mean."""
    match name, parts:
        case "mfrac", [above, below]:
            return f"{_whole(above)}/{_whole(below)}"
        case "msubsup" | "munderover", [base, below, above]:
            return f"{base}_{_whole(below)}^{_whole(above)}"
        case "msup" | "msub", [base, script]:
            return f"{base}{_SCRIPTS[name]}{_whole(script)}"
        case "msqrt", _:
            return f"√{_whole(''.join(parts))}"
        case "mroot", [base, index]:
            return f"{index}√{_whole(base)}"
        case "mfenced", _:
            return f"({', '.join(parts)})"
        case "mtable", _:
            return "; ".join(parts)
        case "mtr" | "mlabeledtr", _:
            return ", ".join(parts)
    return "".join(parts)


def _whole(part: str) -> str:
    return part if _ATOM.fullmatch(part) else f"({part})"
