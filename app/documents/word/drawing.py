"""Drawing: what is anchored in a paragraph: pictures with their descriptions, boxes of text, the words of diagrams."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from app.documents.word.line import Line
from app.documents.word.office import Parts
from app.documents.word.styles import W

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
V = "{urn:schemas-microsoft-com:vml}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_O = "{urn:schemas-microsoft-com:office:office}"
_LONGEST_NAME = 1000

Inside = Callable[[etree._Element], None]
"""Reads what an element holds."""


class Drawings:
    """The pictures and boxes that wait for the end of their paragraph."""

    def __init__(self, parts: Parts, part: str) -> None:
        self._parts, self._part = parts, part
        self._pictures: list[Line] = []
        self._boxes: list[etree._Element] = []
        self._descriptions = [""]  # of the drawings that are being read, from the outside in

    def taken(self) -> tuple[list[Line], list[etree._Element]]:
        """What has been waiting."""
        pictures, self._pictures = self._pictures, []
        boxes, self._boxes = self._boxes, []
        return pictures, boxes

    def box(self, element: etree._Element) -> None:
        """Paragraphs or a table inside a paragraph: they are read after it."""
        self._boxes.append(element)

    def drawing(self, element: etree._Element, inside: Inside) -> None:
        """A drawing: it describes the pictures in it; one without any is described itself."""
        before = len(self._pictures), len(self._boxes)
        found = _description(element.find(WP + "docPr"))
        self._described(found, element, inside)
        if found and before == (len(self._pictures), len(self._boxes)):
            self._pictures.append(_picture(found, ""))

    def picture(self, element: etree._Element, inside: Inside) -> None:
        """A picture of several in a drawing, perhaps with a description of its own."""
        self._described(_description(element.find(f"{PIC}nvPicPr/{PIC}cNvPr")), element, inside)

    def shape(self, element: etree._Element, inside: Inside) -> None:
        """A drawing in the older language."""
        self._described(element.get("alt", ""), element, inside)

    def image(self, element: etree._Element) -> None:
        """The file of a picture, in one of the two languages that draw."""
        ids = (element.get(R + "embed"), element.get(R + "id"), element.get(R + "link"))
        relation = self._parts.relations(self._part).get(next(filter(None, ids), ""))
        if relation:
            self._pictures.append(_picture(self._descriptions[-1] or element.get(_O + "title", ""), relation.target))

    def diagram(self, element: etree._Element) -> None:
        """The words of a chart or diagram, which have a part of their own."""
        relation = self._parts.relations(self._part).get(element.get(R + "dm", "") or element.get(R + "id", ""))
        root = self._parts.tree(relation.target) if relation and not relation.external else None
        if root is not None:
            self._boxes += root.iter(A + "p")

    def _described(self, description: str, element: etree._Element, inside: Inside) -> None:
        self._descriptions.append(description or self._descriptions[-1])
        inside(element)
        self._descriptions.pop()


def branch(alternate: etree._Element) -> etree._Element | None:
    """The one of several versions that is read: the first with words, else the first."""
    branches = [e for e in alternate if e.tag in (MC + "Choice", MC + "Fallback")]
    words = (e for e in branches if next(e.iter(W + "t", A + "t"), None) is not None)
    return next(words, branches[0] if branches else None)


def caption(paragraph: etree._Element) -> Line:
    """A paragraph of words in a drawing."""
    line = Line()
    line.write("".join(str(t.text or "") for t in paragraph.iter(A + "t")))
    return line


def _picture(description: str, target: str) -> Line:
    line = Line(kind="image", target=target[:_LONGEST_NAME])
    line.write(" ".join(description.split()))
    return line


def _description(properties: etree._Element | None) -> str:
    return (properties.get("descr") or properties.get("title") or "") if properties is not None else ""
