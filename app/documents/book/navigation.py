"""Navigation: what an EPUB lists of itself: contents, pages of paper, and landmarks; from nav, NCX and guide."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from app.documents.web.elements import attribute, attributes, local, words

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A line of the contents. `level` counts from 1; `href` is a path in the zip, perhaps with #fragment."""

    title: str
    level: int
    href: str


@dataclass(frozen=True)
class Landmark:
    """A place with a part to play: `role` "cover", "bodymatter", "endnotes", …"""

    role: str
    title: str
    href: str


@dataclass(frozen=True)
class Lists:
    """All that a book lists. Pages are entries whose title is the number."""

    contents: tuple[Entry, ...] = ()
    pages: tuple[Entry, ...] = ()
    landmarks: tuple[Landmark, ...] = ()


def of_nav(tree: etree._Element | None, path: str) -> Lists:
    """The lists of a navigation document."""
    found: dict[str, list[Entry]] = {}
    landmarks: list[Landmark] = []
    for nav in tree.iter() if tree is not None else ():
        if local(nav) != "nav":
            continue
        kinds = " ".join(v for k, v in attributes(nav) if k.endswith("type") or k == "role").replace("doc-", "").split()
        for kind in ("toc", "page-list", "pagelist"):
            if kind in kinds and kind not in found:
                found[kind] = list(_of_list(nav, path, 0))
        if "landmarks" in kinds:
            landmarks += _landmarks(nav, path)
    pages = found.get("page-list") or found.get("pagelist") or ()
    return Lists(tuple(found.get("toc", ())), tuple(pages), tuple(landmarks))


def _of_list(parent: etree._Element, path: str, level: int) -> Iterator[Entry]:
    for child in parent:
        name = local(child)
        if name in ("ol", "ul"):
            yield from _of_list(child, path, level + 1)
        elif name == "li":
            yield from _of_list(child, path, level)
        elif name in ("a", "span") and level:
            href = child.get("href") or ""
            if title := _title(child):
                yield Entry(title, level, target(path, href) if href else "")
        elif name in ("div", "section", "nav", "p"):
            yield from _of_list(child, path, level)


def _title(element: etree._Element) -> str:
    """Its words, else those of its picture, else its tooltip."""
    said = [words(element), *(e.get("alt", "") for e in element.iter() if local(e) == "img"), element.get("title", "")]
    return next((line for text in said if (line := cleaned(text))), "")


def _landmarks(nav: etree._Element, path: str) -> Iterator[Landmark]:
    for link in nav.iter():
        if local(link) == "a" and (href := link.get("href")):
            for role in attribute(link, "type").split():
                yield Landmark(role, _title(link), target(path, href))


def of_ncx(tree: etree._Element | None, path: str) -> Lists:
    """The lists of an EPUB 2 NCX."""
    contents: list[Entry] = []
    pages: list[Entry] = []
    for point in tree.iter() if tree is not None else ():
        kind = local(point).lower()  # read as HTML its names are in lower case
        if kind not in ("navpoint", "pagetarget"):
            continue
        label = _child(point, "navlabel")
        title = cleaned(words(label)) if label is not None else ""
        content = _child(point, "content")
        href = target(path, source) if content is not None and (source := content.get("src", "")) else ""
        if kind == "navpoint" and title:
            level = 1 + sum(local(a).lower() == "navpoint" for a in point.iterancestors())
            contents.append(Entry(title, level, href))
        elif kind == "pagetarget" and (value := title or point.get("value", "")):
            pages.append(Entry(value, 1, href))
    return Lists(tuple(contents), tuple(pages))


def of_guide(references: Iterable[etree._Element], path: str) -> tuple[Landmark, ...]:
    """The landmarks of an EPUB 2 guide in the OPF at `path`."""
    return tuple(
        Landmark(e.get("type", "").lower(), cleaned(e.get("title", "")), target(path, e.get("href", "")))
        for e in references
    )


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((e for e in element if local(e).lower() == name), None)


def cleaned(value: str) -> str:
    return " ".join(value.split())


def target(path: str, href: str) -> str:
    """A path in the zip from a link in the file at `path`; "#x" stays in that file."""
    name, mark, fragment = href.strip().partition("#")
    whole = joined(posixpath.dirname(path), name) if name else path
    return whole + mark + unquote(fragment)


def joined(base: str, href: str) -> str:
    """A path in the zip. What lies elsewhere in the world stays as it is: never fetched, never found in the zip."""
    if _SCHEME.match(href):
        return href
    return posixpath.normpath(posixpath.join(base, unquote(href))).lstrip("/")
