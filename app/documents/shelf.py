"""Shelf: several documents in a fixed order, read as one. Each keeps its own addresses: 刑法:第十条."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from app.documents.document import Document, Law, Section, Unit, Volume
from model.types import Span

_BETWEEN = "\n\n"


def shelf(documents: Sequence[Document]) -> Document:
    """One document of several. Pages of paper stay with the volumes: `Document.volumes` holds the originals.

    Raises ValueError for less than one document.
    """
    if not documents:
        raise ValueError("an empty shelf")
    volumes = _volumes(documents)
    return Document(
        title=" · ".join(v.name for v in volumes),
        text=_BETWEEN.join(d.text for d in documents),
        blocks=tuple(
            replace(b, start=b.start + v.start, end=b.end + v.start) for v in volumes for b in v.document.blocks
        ),
        sections=tuple(section for v in volumes for section in _sections(v)),
        authors=tuple(dict.fromkeys(author for d in documents for author in d.authors)),
        language=_language(documents),
        format="shelf",
        law=_law(volumes),
        parser="shelf 1",
        links=tuple(
            replace(link, start=link.start + v.start, end=link.end + v.start, target=_moved(link.target, v))
            for v in volumes
            for link in v.document.links
        ),
        rubies=tuple(
            replace(r, start=r.start + v.start, end=r.end + v.start) for v in volumes for r in v.document.rubies
        ),
        volumes=volumes,
    )


def _volumes(documents: Sequence[Document]) -> tuple[Volume, ...]:
    volumes: list[Volume] = []
    start = 0
    for name, document in zip(_names(documents), documents, strict=True):
        volumes.append(Volume(name, start, start + len(document.text), document))
        start += len(document.text) + len(_BETWEEN)
    return tuple(volumes)


def _names(documents: Sequence[Document]) -> list[str]:
    """A short name for each, none twice: a law without its state's name, as it is cited."""
    names = [re.sub(r"\A中华人民共和国(?=.)", "", " ".join(d.title.split())) for d in documents]
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def _sections(volume: Volume) -> list[Section]:
    """The volume's own sections under one that bears its name; its front part needs no second name."""
    inner = [
        Section(s.title, s.level + 1, s.start + volume.start, s.end + volume.start) for s in volume.document.sections
    ]
    if len(inner) > 1 and inner[0].title == volume.document.title and inner[0].end <= inner[1].start:
        inner = inner[1:]
    # The blanks after a volume belong to it: sections of one level leave no gap.
    return [Section(volume.name, 1, volume.start, volume.end), *inner]


def _language(documents: Sequence[Document]) -> str:
    """The language of most of the text."""
    sizes: Counter[str] = Counter()
    for document in documents:
        sizes[document.language] += len(document.text)
    return sizes.most_common(1)[0][0]


def _law(volumes: Sequence[Volume]) -> Law | None:
    """The articles of all codes, each path beginning with its code's name; None if there is no code."""
    laws = [(v, v.document.law) for v in volumes if v.document.law]
    if not laws:
        return None
    jurisdictions = {law.jurisdiction for _, law in laws}
    return Law(
        jurisdiction=jurisdictions.pop() if len(jurisdictions) == 1 else "",
        units=tuple(replace(_shifted(u, v.start), path=(v.name, *u.path)) for v, law in laws for u in law.units),
        history=tuple(Span(s.start + v.start, s.end + v.start) for v, law in laws for s in law.history),
    )


def _shifted(unit: Unit, by: int) -> Unit:
    return replace(
        unit, start=unit.start + by, end=unit.end + by, parts=tuple(_shifted(part, by) for part in unit.parts)
    )


def _moved(target: int, volume: Volume) -> int:
    return target + volume.start if target >= 0 else target
