"""Markdown: CommonMark with tables, notes and front matter becomes a Document."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.documents.document import Document
from app.documents.encoding import of_file
from app.documents.web import flow, markup, xhtml
from app.documents.web.flow import Front

PARSER = "markdown 1"

_MATTER = re.compile(r"\A---[ \t]*\n((?:.*\n){1,100}?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FIELD = re.compile(r"([A-Za-z][\w -]*):(?:[ \t]+(.*))?")
_HAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef“”‘’…—]")
_ARTICLE = re.compile(r"第.{1,9}[条條編编章節节](?:之.{1,3})?[\s\u3000]")
_LABEL = re.compile(
    rf"{_ARTICLE.pattern}|第.{{1,9}}[条條]|[（(][一二三四五六七八九十\d]{{1,4}}[)）]|[一二三四五六七八九十]{{1,4}}[、．]"
)
_STOP = re.compile(r"[。！？!?；;：:…”’」』）)．.]\s*\Z")
_MARK = re.compile(r"[。！？!?；;：:…”’」』）)．.，、,]\s*\Z")
_WORDS = re.compile(r"[^\W\d_]{2}")
_CODE = re.compile(r"[{}<>=|_$#@`\[\]]|\\(?![.)])|\w\(|^\s*(?://|%|>>>)|;\s*$.+;\s*$", re.MULTILINE)
_TOO_DEEP = re.compile(
    r"^((?:[ \t]{0,3}(?:>|[-+*](?=[ \t]))[ \t]?){30})(?:[ \t]{0,3}(?:>|[-+*](?=[ \t]))[ \t]?)+", re.MULTILINE
)
_OPEN = 500  # brackets in a line that are no links
_SHORT = 5  # characters of a note's name that is its number
_NOTE = re.compile(r"\[\^([^\]\s]+)\]:[ \t]*")
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\]")


def read(path: Path, data: bytes, encoding: str | None = None) -> Document:
    """The Document in the bytes of a Markdown file. Raises Problem: binary, broken, no-text, unknown-encoding,
    wrong-encoding."""
    decoded = of_file(path, data, encoding)
    front, text = _front(decoded.text.replace("\r\n", "\n").replace("\r", "\n"))
    tree = markup.tree(path, f"<html><body>{rendered(text)}</body></html>")
    written = xhtml.Flow()
    xhtml.Writer(written, path.name).write(tree)
    return flow.document(
        path,
        written,
        front,
        join=False,
        format="Markdown",
        parser=PARSER,
        encoding=decoded.encoding,
        warnings=decoded.warnings,
    )


def rendered(text: str) -> str:
    """The HTML of a Markdown text: places for links to headings, notes as notes, lines as their script has them."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable(["table", "strikethrough"])
    parser.block.ruler.at("reference", _definition)
    parser.inline.ruler.before("link", "note", _reference)
    parser.core.ruler.before("inline", "prose", _prose)
    parser.core.ruler.before("inline", "notes", _notes)
    parser.core.ruler.before("inline", "items", _items)
    parser.core.ruler.push("places", _places)
    parser.core.ruler.push("lines", _lines)
    return str(parser.render(_bounded(text)))


def _bounded(text: str) -> str:
    """A text without what only harms: quotes and lists too deep to be kept, open brackets that nothing closes."""
    text = _TOO_DEEP.sub(r"\1", text)
    if text.count("[") < _OPEN:
        return text
    return "\n".join(
        line.replace("[", "\\[") if line.count("[") > _OPEN + 2 * line.count("]") else line for line in text.split("\n")
    )


def _front(text: str) -> tuple[Front, str]:
    """What YAML before the text says, and the text. Lines that are no fields are no front matter."""
    match = _MATTER.match(text)
    lines = [line for line in match[1].split("\n") if line.strip()] if match else []
    if not match or not all(_FIELD.fullmatch(line) or line[0] in " \t-#" for line in lines) or not lines:
        return Front(), text
    said: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if field := _FIELD.fullmatch(line):
            name, value = field[1].lower(), field[2] or ""
            said[name] = _values(value)
        elif line.lstrip().startswith("- "):
            said.setdefault(name, []).append(_unquoted(line.lstrip()[2:]))
    first = {key: next(iter(values), "") for key, values in said.items()}
    authors = said.get("author") or said.get("authors") or said.get("creator") or []
    language = first.get("lang") or first.get("language") or ""
    return Front(first.get("title", ""), tuple(filter(None, authors)), language), text[match.end() :]


def _values(value: str) -> list[str]:
    """A scalar, or the members of a list written in one line."""
    listed = re.fullmatch(r"\[(.*)\]", value.strip())
    return [v for part in (listed[1].split(",") if listed else [value]) if (v := _unquoted(part))]


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The address of a link, which is not shown; a note of one word looks like one."""
    return not state.src.startswith("[^", state.bMarks[start] + state.tShift[start]) and reference(
        state, start, end, silent
    )


def _prose(state: StateCore) -> None:
    """Words set in by four spaces are paragraphs, whatever CommonMark says: laws are indented so. A note is one."""
    tokens: list[Token] = []
    for token in state.tokens:
        if token.type == "code_block" and _WORDS.search(token.content) and not _CODE.search(token.content):
            for piece in re.split(r"\n\s*\n", token.content.strip()):
                tokens += _paragraph(re.sub(r"(?m)^\s+", "", piece), token.level)
        elif token.type == "inline" and tokens[-1].type == "paragraph_open":
            opened = tokens.pop()
            for piece in re.split(r"\n(?=\[\^[^\]\s]+\]:)", token.content):
                tokens += replace(opened, attrs={}), replace(token, content=piece, children=[]), _closed(opened)
            tokens.pop()
        else:
            tokens.append(token)
    state.tokens = tokens


def _paragraph(words: str, level: int) -> tuple[Token, Token, Token]:
    opened = Token("paragraph_open", "p", 1, level=level)
    return opened, Token("inline", "", 0, content=words, level=level + 1, children=[]), _closed(opened)


def _closed(opened: Token) -> Token:
    return Token("paragraph_close", "p", -1, level=opened.level, hidden=opened.hidden)


def _notes(state: StateCore) -> None:
    """A paragraph that begins with [^1]: is the note to [^1], as GitHub and Pandoc write it.

    A long name is not shown: the note has its number instead.
    """
    labels: dict[str, str] = {}
    name = ""  # of a note whose words stand in the next paragraph
    for opened, inline in pairwise(state.tokens):
        if inline.type != "inline" or opened.type != "paragraph_open":
            name = name if opened.type in ("inline", "paragraph_close") else ""
            continue
        if match := _NOTE.match(inline.content):
            name, inline.content = match[1], inline.content[match.end() :]
            labels[name] = name if len(name) <= _SHORT else str(len(labels) + 1)
        if name and inline.content:
            opened.attrs |= {"role": "doc-footnote", "id": f"fn-{name}"}
            opened.hidden = False
            inline.content = f"[{labels[name]}] {inline.content}"
            name = ""
    state.env["notes"] = labels


def _items(state: StateCore) -> None:
    """A numbered list's numbers are part of what is read: an item of a law is cited by its own."""
    tokens: list[Token] = []
    for i, token in enumerate(state.tokens):
        last = tokens[-1] if tokens else None
        before = tokens[-2] if len(tokens) > 1 else None
        if token.type == "inline" and last and last.type == "paragraph_open" and before:
            token.content = f"{_number(before)}{token.content}"
        tokens.append(token)
        if _number(token) and state.tokens[i + 1].type != "paragraph_open":
            tokens += _paragraph(_number(token), token.level + 1)
    state.tokens = tokens


def _number(item: Token) -> str:
    return f"{item.info}{item.markup} " if item.type == "list_item_open" and item.info else ""


def _reference(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    label = state.env.get("notes", {}).get(match[1]) if match else None
    if not match or label is None:
        return False
    if not silent:
        opened = state.push("link_open", "a", 1)
        opened.attrs = {"href": f"#fn-{match[1]}", "role": "doc-noteref"}
        state.push("text", "", 0).content = f"[{label}]"
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _places(state: StateCore) -> None:
    """Headings get the ids by which GitHub's links name them."""
    seen: Counter[str] = Counter()
    for opened, inline in pairwise(state.tokens):
        if opened.type == "heading_open":
            slug = re.sub(r"[^\w\- ]", "", inline.content.strip().lower()).replace(" ", "-")
            opened.attrSet("id", f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1


def _lines(state: StateCore) -> None:
    """The ends of lines inside a paragraph.

    CommonMark makes spaces of them, which is right where words are spaced. Chinese has no spaces, and its
    writers begin a paragraph or a verse on a new line without an empty one between: lines that all end as
    sentences do are paragraphs, lines that all end in some mark are kept, others were only wrapped.
    """
    for opened, inline in pairwise(state.tokens):
        if inline.type == "inline" and inline.children and "\n" in inline.content:
            lines = inline.content.split("\n")[:-1]
            apart = "</p><p>" if opened.type == "paragraph_open" and not opened.hidden else "<br/>"
            stopped, marked = (all(sign.search(line) for line in lines) for sign in (_STOP, _MARK))
            _broken(inline.children, apart, apart if stopped else "<br/>" if marked else "")


def _broken(children: list[Token], apart: str, usual: str) -> None:
    """Replace the line ends among the words of one block: `usual` between Han, `apart` before an article."""
    depth, before = 0, ""
    for i, token in enumerate(children):
        depth += token.nesting
        if token.type == "softbreak":
            after = next((t.content for t in children[i + 1 :] if t.content), "")
            end = None
            if re.match(r":\s{2,}", after):
                end = ""  # a definition, as Pandoc writes them
            elif _HAN.match(before[-1:]) and _HAN.match(after):
                end = apart if _LABEL.match(after) and (_STOP.search(before) or _ARTICLE.match(after)) else usual
            if end is not None:
                token.type, token.content = "html_inline", end if not depth else end.replace("</p><p>", "<br/>")
        elif token.content:
            before = token.content
