"""Office: the parts of an Office Open XML file, found by what relates to what, and parsed without harm."""

from __future__ import annotations

import codecs
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from app.documents.book.salvage import Salvage
from app.documents.web import guarded

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_MOST_TAGS = 1_500_000  # in all parts that are read; a novel of three million characters has 82,000
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Encodings of one or two bytes: all others of Python's are UTF-8, or none that an XML file is in.
_DECLARED = re.compile(
    rb"""\s*<\?xml[^>]*encoding\s*=\s*["']((?:iso-?8859|windows-|cp\d|gb|big5|shift|euc|koi8|utf-?7|mac)[\w.:-]*)""",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points to: `kind` the last word of the relation's type, `target` a part's name or an address."""

    kind: str
    target: str
    external: bool


class Parts:
    """The parts of an Office file by name. Names of the strict standard read as those of the common one.

    `damaged` are the parts that were cut or not well-formed XML and may be incomplete.
    """

    def __init__(self, path: Path) -> None:
        """Raises Problem: broken, drm."""
        self.archive = Salvage(path)
        self.damaged: list[str] = []
        self._tags = 0
        self._relations: dict[str, dict[str, Relation]] = {}

    def main(self) -> str:
        """The name of the part that holds the text. Raises Problem("broken") if there is none."""
        for name in (self.related("", "officeDocument"), self._typed(), "word/document.xml"):
            if name and self.archive.find(name):
                return name
        raise self.archive.broken("no document part")

    def _typed(self) -> str:
        """The part that the list of types calls a text of Word, "" if none."""
        types = self.tree("[Content_Types].xml")
        for part in types.iter(etree.Element) if types is not None else ():
            if re.search(r"word\S*\.main\+xml$", part.get("ContentType", "").lower()):
                return part.get("PartName", "").lstrip("/")
        return ""

    def tree(self, name: str) -> etree._Element | None:
        """The XML of a part, None if there is none. Raises Problem("broken") for a part made to harm."""
        found = self.archive.recover(name) if name else None
        if found is None:
            return None
        data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", _utf8(found[0]))
        # No part may declare a document type: it is where entities that grow or fetch come from.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise self.archive.broken(f"{name}: document type")
        self._tags += data.count(b"<")
        if self._tags > _MOST_TAGS:
            raise self.archive.broken("too large")
        try:
            return etree.fromstring(data, guarded.parser(recover=False))
        except etree.XMLSyntaxError:
            self.damaged.append(name)
        try:
            return etree.fromstring(data, guarded.parser(recover=True))
        except etree.XMLSyntaxError:
            return None

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part by their ids; of the whole file for ""."""
        if part not in self._relations:
            folder, name = posixpath.split(part)
            root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
            found = {} if root is None else {e.get("Id", ""): _relation(folder, e) for e in root.iter(etree.Element)}
            self._relations[part] = found
        return self._relations[part]

    def related(self, part: str, kind: str) -> str:
        """The name of the first part of a kind that a part relates to, "" if none."""
        found = (r.target for r in self.relations(part).values() if r.kind == kind and not r.external)
        return next(found, "")


def _relation(folder: str, element: etree._Element) -> Relation:
    kind = element.get("Type", "").rpartition("/")[2]
    target = element.get("Target", "")
    if element.get("TargetMode", "").lower() == "external":
        return Relation(kind, target, True)
    # Only names inside the zip are ever looked up, so ".." leads nowhere.
    path = posixpath.normpath(posixpath.join("/" + folder, unquote(target.replace("\\", "/"))))
    return Relation(kind, path.lstrip("/"), False)


def _utf8(data: bytes) -> bytes:
    """XML in UTF-8 whatever it was in, so that nothing can hide in another encoding."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _DECLARATION.sub("", data[len(mark) :].decode(name, "replace")).encode("utf-8", "replace")
    if data[:4] in (b"<\0?\0", b"\0<\0?"):
        name = "utf-16-le" if data[1] == 0 else "utf-16-be"
        return _DECLARATION.sub("", data.decode(name, "replace")).encode("utf-8", "replace")
    declared = _DECLARED.match(data)
    if not declared:
        return data  # also where it says UTF-16 and plainly is not
    try:
        return _DECLARATION.sub("", data.decode(declared[1].decode("ascii"))).encode("utf-8", "replace")
    except (LookupError, UnicodeDecodeError):
        return data
