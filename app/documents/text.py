"""Text: a TXT file becomes a Document, its chapters found by their headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from app.documents import headings, language, lines
from app.documents.document import Block, Document, Section
from app.documents.encoding import Decoded, mojibake, of_file
from app.documents.outline import gutenberg_licence, nested

PARSER = "text 1"
_FRONT = 4000  # characters in which a text says what it is and who wrote it
_LINES = 30  # of those characters that are looked at
_SIGNED = 6  # lines at the top, one of which may name the author
_SHORT = 60  # characters of that line, at most
_NAME = 24  # characters of an author's name, at most
_LAW = 1_000_000  # characters before the first article of a law, at most, its contents too

_BOOK = re.compile(r"《([^《》]{1,40})》")
_TITLED = re.compile(r"(?:Title:|[书書]名\s*[:：])\s*(.+)")
_AUTHOR = re.compile(r"[（(【\[]?(?:作\s*者|著者)\s*(?:[:：]|】[:：]?)\s*(?P<name>.+)")
_WROTE = re.compile(r"(?P<name>\S.{0,20}?)\s+(?:编著|編著|[著撰])|(?P<short>[^\s，。]{2,4}?)[编編]?著")
# A name is of words that begin with a capital: "by Jane Smith", not "by the sea".
_WORD = r"(?:[dlO][’'])?[A-ZÀ-Þ][\w.’'-]*"
_BY = re.compile(
    rf"(?:(?i:written )?[Bb][Yy])\s+(?P<name>{_WORD}(?:,?\s+(?:{_WORD}|and|&|del?|la|le|du|van|von|de[rn]|of)){{0,7}})"
)
# What an edition says of itself: （校对版全本）, 【完结】.
_EDITION = re.compile(
    r"校[对對]|精校|全[本集文]|完[结結本]|[电電]子[书書]|版|下[载載]|(?i:txt)|[连連][载載]|未完|正文|作品|小[说說]"
)
_NOTE = re.compile(
    r"^\s*(?:（[^（）]*）|\([^()]*\)|【[^【】]*】|\[[^\[\]]*\])"
    rf"|[（(【\[][^（(【\[]*(?:{_EDITION.pattern})[^）)】\]]*[）)】\]]"
)
_ARTICLE = re.compile(r"^(?:第一条|Article 1\b|§ ?1\b)", re.MULTILINE)


def read(path: Path, data: bytes, encoding: str | None = None) -> Document:
    """The Document in the bytes of a text file. Raises Problem: binary, no-text, unknown-encoding, wrong-encoding."""
    decoded = of_file(path, data, encoding)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    front = [line.strip() for line in text[:_FRONT].split("\n") if line.strip()][:_LINES]
    title = _title(front, text) or path.stem
    blocks, sections = structure(text, title)
    return Document(
        title=title,
        text=text,
        blocks=blocks,
        sections=sections,
        authors=_authors(front),
        language=language.detect(text),
        format="TXT",
        parser=PARSER,
        encoding=decoded.encoding,
        warnings=_warnings(decoded),
    )


def _warnings(decoded: Decoded) -> tuple[str, ...]:
    garbled = mojibake(decoded.text)
    return decoded.warnings + (f"mojibake:{garbled}",) * bool(garbled)


def structure(text: str, title: str) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """The blocks and sections of a canonical text. A text without headings is one section."""
    spans = lines.units(text)
    licence = gutenberg_licence(text)
    # What follows the novel (Gutenberg's terms have numbered sections) is not the novel's.
    texts = [text[s.start : s.end] for s in spans if not licence or s.start < licence[0][2]]
    found = headings.find(texts)
    level = {i: depth for mark, depth in found for i in range(mark.block, mark.last + 1)}
    blocks = tuple(
        Block(s.start, s.end, "heading", level[i]) if i in level else Block(s.start, s.end, "paragraph")
        for i, s in enumerate(spans)
    )
    entries = [(mark.title, depth, spans[mark.block].start) for mark, depth in found if not mark.echo]
    return blocks, nested(entries + licence, len(text), title, blocks)


def _title(front: Sequence[str], text: str) -> str:
    """《…》 in the first lines, a line that says so, the first above the author's, a law's first line, or ""."""
    if match := next((m for line in front[:5] if (m := _BOOK.match(line))), None):
        return match[1].strip()
    if match := next((m for line in front if (m := _TITLED.match(line))), None):
        return match[1].strip(" 《》")
    for i, line in enumerate(front[:_SIGNED]):
        if _signature(front, i):
            said = _AUTHOR.search(line)
            above = [*front[:i], line[: said.start()] if said else ""]
            return next((name for words in above if (name := _book_name(words))), "")
    named = front and len(front[0]) <= 80 and not front[0].endswith((",", "，", ";", "；"))
    return front[0] if named and _ARTICLE.search(text, 0, _LAW) else ""


def _book_name(line: str) -> str:
    """The line as a title, "" where it is a heading, a sentence or an address."""
    if len(line) > 80 or headings.parse(line) or re.search(r"[。，；,]$|https?:|www\.|^(?:目\s*[录錄]|CONTENTS)", line):
        return ""
    return _NOTE.sub("", line).strip(" \u3000;:：_-—/|")


def _authors(front: Sequence[str]) -> tuple[str, ...]:
    """By a line that says so, the rest of the line with the title, or the signature below it."""
    if match := next((m for line in front if (m := re.match(r"Author:\s*(.+)", line))), None):
        return (match[1],)
    for i, line in enumerate(front[:_SIGNED]):
        words = line[match.end() :].lstrip() if (match := _BOOK.match(line)) else ""
        if name := _signature([words], 0) or _beside(words) if match else _signature(front, i):
            return (name,)
    return ()


def _signature(front: Sequence[str], i: int) -> str:
    """The author whom a line names as such: 作者：张三, 张三 著, by Jane Smith; "" where it names none."""
    line = front[i]
    if match := _AUTHOR.search(line) if len(line) <= _SHORT else None:
        return _name(match["name"])
    if (match := _WROTE.fullmatch(line)) and (i == 0 or _book_name(front[i - 1])):
        return _name(match["name"] or match["short"])
    if re.fullmatch(r"(?i:by)", line) and i + 1 < len(front):
        line = f"by {front[i + 1]}"
    return match["name"].rstrip(".,") if (match := _BY.fullmatch(line)) else ""


def _beside(words: str) -> str:
    """The author in what follows 《…》 on its line, "" where it says something else."""
    name = _name(words.strip(" \u3000:：-—·/|"))
    return "" if headings.parse(name, in_series=True) or _EDITION.search(name) else name


def _name(words: str) -> str:
    """A name without what an edition says around it; "" for what is too long for one or has a sentence's marks."""
    name = re.split(r"\s{2,}|[|｜/]|\s(?=\S{2,4}[:：])", _NOTE.sub("", words).strip(" \u3000《》"))[0]
    if not re.search(r"[（(【\[]", name):
        name = name.rstrip("）)】]")
    return "" if len(name) > _NAME or re.search(r"[。！？，；：!?;:…“”]", name) else name
