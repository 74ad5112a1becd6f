"""Story: the body or the notes of a Word document become lines, as its reader sees them in print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lxml import etree

from app.documents.word import fields, formula, table
from app.documents.word.drawing import CHART, DIAGRAM, MC, PIC, WP, A, Drawings, R, V, branch, caption
from app.documents.word.fields import Fields
from app.documents.word.formula import M
from app.documents.word.line import NOTE, Line
from app.documents.word.numbering import Number, Numbering
from app.documents.word.numerals import written
from app.documents.word.office import Parts
from app.documents.word.styles import Style, Styles, W, is_on, properties, value
from app.documents.word.symbols import has_symbols, shown, symbol

# What is no part of the text: properties, what was deleted, what stands at the edge of the page.
_OUTSIDE_NAMES = (
    "pPr rPr tblPr tblGrid trPr tcPr sdtPr sdtEndPr sectPr del moveFrom delText delInstrText instrText rubyPr "
    "footnoteRef endnoteRef annotationRef separator continuationSeparator customXmlPr smartTagPr fldData pgNum"
)
_OUTSIDE = frozenset(W + name for name in _OUTSIDE_NAMES.split())
_INLINE = (W + "r", W + "hyperlink", M + "oMath", M + "oMathPara")
# Where a paragraph cannot go on in what comes after.
_WHOLES = frozenset(W + name for name in ("body", "tc", "txbxContent", "footnote", "endnote"))
_LONGEST_HEADING = 200  # characters; a heading style on more is a mistake
_CODE = ("html preformatted", "plain text", "source code", "code", "macro", "preformatted text")
_QUOTES = ("quote", "intense quote", "block text", "quotations", "引用", "明显引用")


class Story:
    """Reads the elements of one part. The styles and the numbering are those of the whole document."""

    def __init__(self, parts: Parts, part: str, styles: Styles, numbering: Numbering, root: etree._Element) -> None:
        self.parts, self.part, self.styles, self.numbering = parts, part, styles, numbering
        self.warnings: list[str] = []
        self._fields = Fields(root)
        self._line = Line()
        self._joined: Line | None = None  # a paragraph whose end was deleted goes on in the next
        self._drawings = Drawings(parts, part)
        self._marks: dict[str, str] = {}  # notes and their numbers
        self._counts: Counter[str] = Counter()
        self._awaited = ""  # a note whose mark is the next text
        self._waiting: list[str] = []  # bookmarks between paragraphs
        self._is_hidden = False  # by the style of the paragraph

    def lines(self, parent: etree._Element) -> Iterator[Line]:
        """The lines of all that stands in an element, in reading order."""
        for child in parent:
            yield from self._block(child)
        if parent.tag in _WHOLES:
            yield from self._ended()

    def _ended(self) -> Iterator[Line]:
        """The paragraph that nothing follows to go on in."""
        if self._joined is not None:
            yield from self._finished(self._joined, Style(), Style(), False)

    def mark(self, note: str) -> str:
        """The mark of a note as it stands in the text, "" if the author set it by hand."""
        return self._marks.get(note, "")

    def _block(self, element: etree._Element) -> Iterator[Line]:
        tag = element.tag
        if tag == W + "p":
            yield from self._paragraph(element)
        elif tag == W + "tbl":
            yield from self._ended()
            yield from self._table(element)
        elif tag == MC + "AlternateContent":
            if (chosen := branch(element)) is not None:
                yield from self.lines(chosen)
        elif tag == W + "altChunk":
            self._leave_out(element)
        elif tag == W + "bookmarkStart":
            self._waiting.append(element.get(W + "name", ""))
        elif tag == A + "p":
            yield caption(element)
        elif tag in _INLINE:
            # Runs outside a paragraph are against the rules; a lenient reader shows them.
            yield from self._paragraph(element)
        elif tag not in _OUTSIDE:
            yield from self.lines(element)

    def _paragraph(self, element: etree._Element) -> Iterator[Line]:
        own = element.find(W + "pPr")
        line = self._line = self._joined or Line()
        self._joined = None
        line.anchors += [(line.size, name) for name in self._waiting]
        self._waiting = []
        self._fields.enter(line)
        style = self.styles.paragraph(value(own, "pStyle"))
        before = line.size
        self._is_hidden = style.hidden
        if element.tag == W + "p":
            self._inline(element)
        else:
            _HANDLERS.get(element.tag, Story._inline)(self, element)
        self._fields.leave(line)
        mark = own.find(W + "rPr") if own is not None else None
        if mark is not None and (mark.find(W + "del") is not None or mark.find(W + "moveFrom") is not None):
            self._joined = line
            return
        hidden = is_on(mark, "vanish") and line.size == before
        yield from self._finished(line, properties(own), style, bool(hidden))

    def _finished(self, line: Line, own: Style, style: Style, hidden: bool) -> Iterator[Line]:
        """A paragraph with its number and kind, then the pictures and boxes that are anchored in it."""
        self._joined = None
        pictures, boxes = self._drawings.taken()
        number = None if hidden else self.numbering.number(own, style)
        if number and (number.kind != "bullet" or line.text.strip()):
            line.prefix(number.text)
        _classify(line, own, style, number)
        yield line
        yield from pictures
        for box in boxes:
            kept, self._line = self._line, Line()
            yield from self._block(box)
            self._line = kept

    def _inline(self, parent: etree._Element) -> None:
        # At most two calls to a level of elements, of which there are 256: Python allows a thousand.
        for child in parent:
            handler = _HANDLERS.get(child.tag)
            if handler is not None:
                handler(self, child)
            elif child.tag not in _OUTSIDE:
                self._inline(child)

    def _write(self, text: str) -> None:
        if self._fields.is_silent:
            return
        start = self._line.size
        self._line.write(text)
        if self._awaited and text.strip():
            self._line.link(start, NOTE + self._awaited)
            self._awaited = ""

    def _run(self, run: etree._Element) -> None:
        own = run.find(W + "rPr")
        hidden = is_on(own, "vanish")
        if hidden is None:
            style = value(own, "rStyle")
            hidden = self._is_hidden or bool(style and self.styles.style(style).hidden)
        if hidden:
            # Fields begin and end in hidden runs too.
            for mark in run.iter(W + "fldChar", W + "instrText"):
                _HANDLERS[mark.tag](self, mark)
            return
        self._inline(run)

    def _text(self, element: etree._Element) -> None:
        text = element.text or ""
        if len(element):
            text = "".join(str(piece) for piece in element.itertext())
        if "\n" in text or "\r" in text:
            text = text.replace("\r", "").replace("\n", " ")
        if has_symbols(text):
            run = element.getparent()
            fonts = run.find(f"{W}rPr/{W}rFonts") if run is not None else None
            text = shown(text, fonts.get(W + "ascii", "") if fonts is not None else "")
        self._write(text)

    def _symbol(self, element: etree._Element) -> None:
        code = element.get(W + "char", "")
        if code and all(c in "0123456789abcdefABCDEF" for c in code) and len(code) <= 6:
            self._write(symbol(int(code, 16), element.get(W + "font", "")))

    def _hyperlink(self, element: etree._Element) -> None:
        start, line = self._line.size, self._line
        self._inline(element)
        relation = self.parts.relations(self.part).get(element.get(R + "id", ""))
        place = element.get(W + "anchor", "")
        address = relation.target if relation and relation.external else ""
        line.link(start, address + (f"#{place}" if place else ""))

    def _simple_field(self, element: etree._Element) -> None:
        start, line = self._line.size, self._line
        self._inline(element)
        line.link(start, fields.href(element.get(W + "instr", "")))

    def _field_mark(self, element: etree._Element) -> None:
        self._fields.mark(element, self._line)

    def _instruction(self, element: etree._Element) -> None:
        self._fields.instruct(element.text or "")

    def _bookmark(self, element: etree._Element) -> None:
        if (name := element.get(W + "name", "")) and name != "_GoBack":
            self._line.anchors.append((self._line.size, name))

    def _ruby(self, element: etree._Element) -> None:
        base, reading = element.find(W + "rubyBase"), element.find(W + "rt")
        start = self._line.size
        if base is not None:
            self._inline(base)
        words = "".join(str(t.text or "") for t in reading.iter(W + "t")) if reading is not None else ""
        if words.strip() and self._line.size > start:
            self._line.rubies.append((start, self._line.size, words.strip()))

    def _note(self, element: etree._Element) -> None:
        """The mark of a note: [1], as plain text sets what stands above the line in print."""
        if self._fields.is_silent:
            return
        kind = "footnote" if element.tag == W + "footnoteReference" else "endnote"
        note = f"{kind}-{element.get(W + 'id', '')}"
        start = self._line.size
        if element.get(W + "customMarkFollows", "0").lower() in ("1", "true", "on"):
            self._marks[note], self._awaited = "", note
            return
        if note not in self._marks:
            self._marks[note] = self._next_mark(kind)
        self._write(self._marks[note])
        self._line.link(start, NOTE + note)

    def _next_mark(self, kind: str) -> str:
        self._counts[kind] += 1
        return f"[{written(self._counts[kind], 'decimal' if kind == 'footnote' else 'lowerRoman')}]"

    def _leave_out(self, element: etree._Element) -> None:
        relation = self.parts.relations(self.part).get(element.get(R + "id", ""))
        code = "unread" if element.tag == W + "subDoc" else "inserted"
        self.warnings.append(f"{code}:{relation.target if relation else ''}")

    def _word_art(self, element: etree._Element) -> None:
        self._write(element.get("string", ""))

    def _box(self, element: etree._Element) -> None:
        if not self._fields.is_silent:
            self._drawings.box(element)

    def _drawing(self, element: etree._Element) -> None:
        self._drawings.drawing(element, self._inline)

    def _picture(self, element: etree._Element) -> None:
        self._drawings.picture(element, self._inline)

    def _shape(self, element: etree._Element) -> None:
        self._drawings.shape(element, self._inline)

    def _image(self, element: etree._Element) -> None:
        if not self._fields.is_silent:
            self._drawings.image(element)

    def _diagram(self, element: etree._Element) -> None:
        self._drawings.diagram(element)

    def _alternate(self, element: etree._Element) -> None:
        if (chosen := branch(element)) is not None:
            self._inline(chosen)

    def _formula(self, element: etree._Element) -> None:
        self._write(formula.linear(element))

    def _table(self, element: etree._Element) -> Iterator[Line]:
        outer, self._line = self._line, Line()
        rows = [[self._cell(cell, merged) for cell, merged in table.cells(row)] for row in table.rows(element)]
        self._line = outer
        yield from table.lines(rows)

    def _cell(self, cell: etree._Element, merged: bool) -> list[Line]:
        lines = [line for line in self.lines(cell) if line.text.strip() or line.kind == "image"]
        return [] if merged else lines


def _classify(line: Line, own: Style, style: Style, number: Number | None) -> None:
    level = own.level if own.level is not None else style.level
    text = line.text.strip()
    line.centred = own.centred or style.centred
    if level and len(text) <= _LONGEST_HEADING and not text.endswith(("。", "；")):
        line.kind, line.level = "heading", level
    elif style.is_title:
        line.is_title = True
    elif style.name in _CODE:
        line.kind = "code"
    elif style.name in _QUOTES:
        line.kind = "quote"
    elif (number and number.kind != "label") or style.name.startswith("list"):
        line.kind = "list"


_HANDLERS: dict[str | bytes | bytearray | etree.QName, Callable[[Story, etree._Element], None]] = {
    W + "t": Story._text,
    M + "oMath": Story._formula,
    W + "r": Story._run,
    W + "tab": lambda story, _: story._write("\t"),
    W + "ptab": lambda story, _: story._write("\t"),
    W + "br": lambda story, _: story._write("\n"),
    W + "cr": lambda story, _: story._write("\n"),
    W + "noBreakHyphen": lambda story, _: story._write("\u2011"),
    W + "softHyphen": lambda story, _: None,
    W + "sym": Story._symbol,
    W + "hyperlink": Story._hyperlink,
    W + "fldSimple": Story._simple_field,
    W + "fldChar": Story._field_mark,
    W + "instrText": Story._instruction,
    W + "bookmarkStart": Story._bookmark,
    W + "ruby": Story._ruby,
    W + "footnoteReference": Story._note,
    W + "endnoteReference": Story._note,
    W + "subDoc": Story._leave_out,
    W + "txbxContent": Story._box,
    W + "tbl": Story._box,
    W + "p": Story._box,
    A + "p": Story._box,
    A + "blip": Story._image,
    V + "imagedata": Story._image,
    CHART + "chart": Story._diagram,
    DIAGRAM + "relIds": Story._diagram,
    V + "textpath": Story._word_art,
    V + "shape": Story._shape,
    WP + "inline": Story._drawing,
    WP + "anchor": Story._drawing,
    PIC + "pic": Story._picture,
    MC + "AlternateContent": Story._alternate,
}
