"""XHTML: markup becomes clean text with blocks and anchors, as a browser would show it without styles."""

from __future__ import annotations

import html.entities
import posixpath
import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from lxml import etree
from lxml import html as lxml_html

from app.documents.document import Block, BlockKind, Link, Ruby

_HIDDEN = {
    "head",
    "script",
    "style",
    "template",
    "rt",
    "rp",
    "noscript",
    "audio",
    "video",
    "iframe",
    "object",
    "map",
}
_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main nav ol optgroup p pre section "
    "summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_NOTE = re.compile(r"\b(?:footnotes?|endnotes?|rearnotes?|doc-footnote|doc-endnotes?|note)\b")
_VERSE = re.compile(r"\b(?:z3998:(?:verse|poem|song|hymn|lyrics)|poem|poetry|verse|stanza|lyrics?)\b")
_PAGE = re.compile(r"\b(?:pagebreak|doc-pagebreak|pagenum|pageno|page-number)\b")
_BLANK = re.compile(r"[ \t\n\r\f]+")  # what a browser collapses: not the no-break space
_DROPPED = {ord("\u00ad"): None, ord("\ufeff"): None}
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_DECLARED = re.compile(r"<!ENTITY\s+(%?)\s*([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)'|(SYSTEM|PUBLIC))", re.IGNORECASE)
_CHAPTER_LIKE = 1500  # characters of a block that no paragraph with line breaks has
_INITIAL = 2  # characters of an alt text that is a drop capital and belongs to its word


class Hostile(ValueError):
    """Markup made to harm: entities that grow, or that fetch."""


@dataclass
class Flow:
    """The text so far, its blocks, and where each anchor ("file" or "file#id") lies in it."""

    text: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    rubies: list[Ruby] = field(default_factory=list)

    def links(self) -> tuple[Link, ...]:
        """The links of all that was written, resolved; call it when all files are."""
        return ()


def local(element: etree._Element) -> str:
    """An element's name without namespace or prefix; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def words(element: etree._Element) -> str:
    """All text inside an element, as it stands."""
    return "".join(str(piece) for piece in element.itertext())


def attributes(element: etree._Element) -> list[tuple[str, str]]:
    """Names with their namespaces, and values."""
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def parse(data: bytes) -> etree._Element | None:
    """The tree of an XML or HTML file, None if there is none to be had. Fetches and expands nothing.

    Raises Hostile for entities that would grow or fetch.
    """
    markup = _markup(data)
    if not markup.strip():
        return None
    # Bytes, because lxml refuses characters that carry a declaration, even a broken one.
    data = markup.encode("utf-8", "replace")
    try:
        return etree.fromstring(data, _strict_parser())
    except etree.XMLSyntaxError:
        return _lenient(markup)


def _strict_parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
    )


def _lenient(markup: str) -> etree._Element | None:
    """What is not well formed is read as HTML, where <a/> and <title/> would swallow what follows."""
    opened = re.sub(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>", r"<\1\2></\1>", markup)
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)
        return lxml_html.document_fromstring(opened.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _markup(data: bytes) -> str:
    """Characters without declaration and doctype; HTML's named characters become themselves."""
    text = _decoded(data)
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    doctype = re.search(r"<!DOCTYPE[^\[>]*(?:\[(.*?)\]\s*)?>", text, re.IGNORECASE | re.DOTALL)
    declared = _declared(doctype[1] or "", text[doctype.end() :]) if doctype else {}
    text = text[: doctype.start()] + text[doctype.end() :] if doctype else text
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
    return _ENTITY.sub(lambda match: _entity(match, declared), text)


def _entity(match: re.Match[str], declared: dict[str, str]) -> str:
    name = match[1]
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return match[0]
    if name in declared:
        return declared[name]
    return html.entities.html5.get(f"{name};", f"&amp;{name};")


def _declared(subset: str, body: str) -> dict[str, str]:
    """The file's own entities, plain words only: one that names another or a file is refused if used."""
    found: dict[str, str] = {}
    for percent, name, double, single, external in _DECLARED.findall(subset):
        value = double or single
        if percent or external or "&" in re.sub(r"&#\w+;", "", value) or "<" in value:
            if percent or f"&{name};" in body:
                raise Hostile(name)
        elif len(value) * body.count(f"&{name};") > 1_000_000:
            raise Hostile(name)
        else:
            found[name] = value
    return found


def _decoded(data: bytes) -> str:
    """By its mark, its own declaration, else UTF-8; what cannot be read becomes U+FFFD."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if data[:4] == b"<\0?\0":
        return data.decode("utf-16-le", "replace")
    if data[:4] == b"\0<\0?":
        return data.decode("utf-16-be", "replace")
    named = re.search(rb"""(?:encoding\s*=\s*["']|charset\s*=\s*["']?)([\w.:-]+)""", data[:1024])
    for name in ("utf-8", named[1].decode() if named else "", "gb18030"):
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")


@dataclass(frozen=True)
class _Style:
    """What a block inherits from the elements around it."""

    kind: BlockKind = "paragraph"
    level: int = 0
    target: str = ""
    preformatted: bool = False
    in_cell: bool = False


class Writer:
    """Appends one file's elements to a Flow. Use: `Writer(flow, path).write(tree)`."""

    def __init__(self, flow: Flow, path: str) -> None:
        self.flow, self.path = flow, path
        self._buffer: list[str] = []
        self._size = 0
        self._pending: list[str] = [path]  # anchors that wait for the next text
        self._waiting: list[tuple[str, int]] = []  # anchors inside the open block
        self._images: list[tuple[str, str]] = []  # pictures that stand inside the open block
        self._style = _Style()

    def write(self, tree: etree._Element) -> None:
        """Write a whole file; the anchors of an empty one point at what comes next."""
        if local(tree) == "svg":
            self._svg(tree)
        else:
            self._element(tree, _Style())
        self._close()
        for anchor in self._pending:
            self.flow.anchors.setdefault(anchor, self.flow.length)

    def _element(self, element: etree._Element, style: _Style) -> None:
        name = local(element)
        if not name or name in _HIDDEN or _is_hidden(element):
            if name:
                self._anchor(element)
            return
        if name in ("img", "image", "svg", "math"):
            self._anchor(element)
            self._replaced(element, name)
            return
        if name == "br":
            self._text("\n", _Style(preformatted=True))
            return
        if name == "hr":
            self._close()
            return
        self._container(element, name, style)

    def _container(self, element: etree._Element, name: str, style: _Style) -> None:
        inner = _inherit(element, name, style)
        block = name in _BLOCKS and not style.in_cell
        if block:
            self._close()
        elif style.in_cell and name in _BLOCKS:
            self._text("\t" if name in ("td", "th") else " ", _Style(preformatted=True))
        self._anchor(element)
        self._style = inner if block or not self._size else self._style
        self._text(element.text, inner)
        for child in element:
            self._element(child, inner)
            self._style = inner if block and not self._size else self._style
            self._text(child.tail, inner)
        if block:
            self._close()
            self._style = style

    def _text(self, text: str | None, style: _Style) -> None:
        if not text:
            return
        text = text.translate(_DROPPED)
        if not style.preformatted:
            text = _BLANK.sub(" ", text)
            if not self._size or self._buffer[-1].endswith((" ", "\n", "\t")):
                text = text.lstrip(" ") if not text.startswith("\t") else text
        if text and (self._size or text.strip(" \n\t")):
            self._begin()
            self._buffer.append(text)
            self._size += len(text)

    def _begin(self) -> None:
        """Anchors that waited for text have found it."""
        self._waiting += [(anchor, self._size) for anchor in self._pending]
        self._pending = []

    def _anchor(self, element: etree._Element) -> None:
        for name in (element.get("id"), element.get("name") if local(element) == "a" else None):
            if name:
                self._pending.append(f"{self.path}#{name}")

    def _close(self) -> None:
        """The open block ends: its text goes to the flow, then the pictures that stood in it."""
        text = _tidy("".join(self._buffer), self._style.preformatted)
        if text.strip():
            self._emit(text, self._style.kind, self._style.level, self._style.target)
        else:
            self._pending = [anchor for anchor, _ in self._waiting] + self._pending
        self._buffer, self._size, self._waiting = [], 0, []
        images, self._images = self._images, []
        for alt, target in images:
            self._waiting = [(anchor, 0) for anchor in self._pending]
            self._pending = []
            self._emit(alt, "image", 0, target)
            self._waiting = []

    def _emit(self, text: str, kind: BlockKind, level: int, target: str) -> None:
        flow = self.flow
        if text and flow.length:
            flow.text.append("\n\n")
            flow.length += 2
        start = flow.length
        for anchor, offset in self._waiting:
            flow.anchors.setdefault(anchor, start + min(offset, len(text)))
        anchor = next((a for a, offset in self._waiting if offset == 0 and "#" in a), self.path)
        for piece_start, piece_end in _broken(text, kind):
            flow.blocks.append(Block(start + piece_start, start + piece_end, kind, level, anchor, target))
        flow.text.append(text)
        flow.length += len(text)

    def _replaced(self, element: etree._Element, name: str) -> None:
        """A picture or formula: inline words if it is a letter or a formula, else a block of its own."""
        if name == "math":
            self._text(element.get("alttext") or _BLANK.sub(" ", words(element)), _Style())
            return
        if name == "svg":
            self._svg(element)
            return
        alt = _BLANK.sub(" ", element.get("alt") or element.get("title") or "").strip()
        if 0 < len(alt) <= _INITIAL and _has_text(element):
            self._text(alt, _Style())
            return
        self._image(alt, _source(element))

    def _svg(self, element: etree._Element) -> None:
        labels = [t for e in element.iter() if local(e) in ("title", "text") and (t := " ".join(words(e).split()))]
        pictures = [_source(e) for e in element.iter() if local(e) == "image"]
        self._image(element.get("aria-label") or " ".join(labels), pictures[0] if pictures else "")

    def _image(self, alt: str, source: str) -> None:
        remote = re.match(r"[a-z][a-z0-9+.-]+:", source, re.IGNORECASE)
        target = (
            source
            if remote or not source
            else posixpath.normpath(posixpath.join(posixpath.dirname(self.path), unquote(source)))
        )
        self._images.append((alt.translate(_DROPPED), target[:1000]))


def _source(element: etree._Element) -> str:
    return next((v for k, v in attributes(element) if k.rpartition("}")[2] in ("src", "href", "xlink:href")), "")


def _has_text(element: etree._Element) -> bool:
    """Whether words stand beside a picture in its paragraph."""
    block = next((a for a in element.iterancestors() if local(a) in _BLOCKS), None)
    return block is not None and bool(words(block).strip())


def _kinds(element: etree._Element) -> str:
    """Everything by which an element says what it is: epub:type, role, class."""
    values = (
        v
        for k, v in attributes(element)
        if k == "class" or k == "role" or k.rpartition("}")[2] in ("type", "epub:type")
    )
    return " ".join(values).lower()


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style", "").replace(" ", "").lower()
    if local(element) == "a" and "backlink" in _kinds(element) and not re.search(r"\w", words(element)):
        return True  # the arrow after a note is furniture
    return element.get("hidden") is not None or "display:none" in style or bool(_PAGE.search(_kinds(element)))


def _inherit(element: etree._Element, name: str, style: _Style) -> _Style:
    """The style inside an element, from its name and from what it says it is."""
    kinds = _kinds(element)
    if name in _BLOCKS and (found := _NOTE.search(kinds)):
        # A list of notes says only what its items are; each item points back for itself.
        return _Style("note", target="" if found[0].endswith("s") else _backlink(element), in_cell=style.in_cell)
    if style.kind == "note":
        return replace(style, preformatted=name == "pre" or style.preformatted, in_cell=style.in_cell or name == "tr")
    if re.fullmatch("h[1-6]", name):
        return _Style("heading", int(name[1]))
    if name == "hgroup" or style.kind == "heading":
        return _Style("heading", style.level or _hgroup_level(element))
    if name == "tr":
        return _Style("table", in_cell=True)
    if name == "pre":
        return _Style("code", preformatted=True)
    if _VERSE.search(kinds) or style.kind == "verse":
        return _Style("verse", in_cell=style.in_cell)
    if name == "blockquote":
        return _Style("quote", in_cell=style.in_cell)
    if name in ("li", "dt", "dd") and style.kind == "paragraph":
        return _Style("list")
    return style


def _hgroup_level(element: etree._Element) -> int:
    return next((int(local(e)[1]) for e in element.iter() if re.fullmatch("h[1-6]", local(e))), 1)


def _backlink(element: etree._Element) -> str:
    """Where a note points back to: its first link that says so, else its first link within the book."""
    links = [e for e in element.iter() if local(e) == "a" and "#" in e.get("href", "")]
    back = [e for e in links if "backlink" in _kinds(e)]
    return next((e.get("href", "") for e in back + links), "")


def _tidy(text: str, preformatted: bool) -> str:
    if preformatted:
        return text.strip("\n").rstrip()
    return re.sub(r" *\n *", "\n", re.sub(r" *\t *", "\t", text)).strip(" \n\t")


def _broken(text: str, kind: BlockKind) -> list[tuple[int, int]]:
    """The pieces of a block: one, but a whole chapter set with <br/> for its paragraphs is cut there."""
    if kind not in ("paragraph", "quote", "list") or len(text) < _CHAPTER_LIKE or text.count("\n") < 5:
        return [(0, len(text))]
    return [(match.start(), match.end()) for match in re.finditer(r"\S(?:[^\n]*\S)?", text)]
