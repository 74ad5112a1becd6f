"""Metadata: what an EPUB's package says of the book: title, authors, language, series, cover; EPUB 2 and 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from app.documents.book.navigation import cleaned
from app.documents.web.elements import attributes, local, words


@dataclass(frozen=True)
class Statement:
    """One element of the metadata: its name and attributes without namespaces, and its words."""

    name: str
    value: str
    attributes: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass(frozen=True)
class Metadata:
    """`cover` is the id of an item or ""; `series` a name and a number: "Barsetshire, 3"."""

    title: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    series: str = ""
    cover: str = ""


def of_tree(tree: etree._Element) -> list[Statement]:
    """The statements of an OPF's metadata."""
    root = next((e for e in tree.iter() if local(e) == "metadata"), tree)
    return [statement(local(e), words(e), dict(attributes(e))) for e in root.iter() if local(e)]


def statement(name: str, value: str, given: dict[str, str]) -> Statement:
    return Statement(name, cleaned(value), {k.rpartition("}")[2].rpartition(":")[2]: v for k, v in given.items()})


def metadata(statements: Sequence[Statement]) -> Metadata:
    """What the statements say of the book."""
    refined: dict[tuple[str, str], str] = {}
    named: dict[str, str] = {}
    for said in statements:
        if said.name == "meta" and said.get("refines"):
            refined.setdefault((said.get("refines").lstrip("#"), said.get("property")), said.value)
        elif said.name == "meta" and said.get("name"):
            named.setdefault(said.get("name"), cleaned(said.get("content") or said.value))
    return Metadata(
        title=_title(statements, refined),
        authors=_authors(statements, refined),
        language=next((s.value for s in statements if s.name == "language" and s.value), ""),
        series=_series(statements, refined, named),
        cover=named.get("cover", ""),
    )


def _title(statements: Sequence[Statement], refined: dict[tuple[str, str], str]) -> str:
    """The main one of several, else the first."""
    titles = [s for s in statements if s.name == "title" and s.value]
    main = [s for s in titles if refined.get((s.get("id"), "title-type")) == "main"]
    return next((s.value for s in main + titles), "")


def _authors(statements: Sequence[Statement], refined: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """Where it is said what each of the makers did, those who wrote."""
    creators = [s for s in statements if s.name == "creator" and s.value]
    roles = [(s.get("role") or refined.get((s.get("id"), "role"), "")).lower() for s in creators]
    wrote = [s for s, role in zip(creators, roles, strict=True) if role == "aut"]
    return tuple(dict.fromkeys(s.value for s in wrote or creators))


def _series(statements: Sequence[Statement], refined: dict[tuple[str, str], str], named: dict[str, str]) -> str:
    if name := named.get("calibre:series"):
        return _numbered(name, named.get("calibre:series_index", ""))
    for said in statements:
        kind = refined.get((said.get("id"), "collection-type"), "series")
        if said.get("property") == "belongs-to-collection" and said.value and kind == "series":
            return _numbered(said.value, refined.get((said.get("id"), "group-position"), ""))
    return ""


def _numbered(name: str, number: str) -> str:
    number = number.removesuffix(".0")
    return f"{name}, {number}" if number else name
