"""Enumeration: the numbered parts of an article, (1), (a), (i), —, found by their labels and nested."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.documents.document import Block, Unit
from model.labels import ROMAN, number

_DASH = "—"
_GAP = 30  # how many numbers a list may leave out, as where they were deleted
_INLINE = re.compile(r"(?:[:;,.]|\b(?:and|or|und|oder|sowie|et|ou))\s+(?P<label>\((?:\d{1,3}|[a-z]{1,4})\))\s")
_AFTER_STOP = re.compile(r"[;.]\s+(?P<label>\((?:\d{1,3}|[a-z]{1,4})\))\s")
_OPENING = re.compile(r":\s+\(")
_LETTERS = frozenset("ivxlcdm")
_LABEL = re.compile(
    r"(?:(?P<decimal>\d{1,2}(?:\.\d{1,2}){1,4})\.?|(?P<dot>\d{1,3}[a-z]{0,2})\.|\(\s?(?P<round>\d{1,3}[a-z]{0,2})\s?\)"
    r"|\((?P<letter>[a-z]{1,5})\)|(?P<half>(?:[a-z]{1,3}|\d{1,2}))\)|(?P<capital>[A-Z])\.|(?P<dash>[-—–•]))(?=\s|$|\((?:weggefallen|aufgehoben))"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How labels of one kind look ("dot" 1., "round" (1), "letter" (a), "roman" (i), "half" a), "pair" aa), …).

    `holds`: it stays open over what follows unnumbered, as a paragraph does and a point does not.
    """

    name: str
    level: str
    inner: str = ""  # the level inside another part of the same level
    holds: bool = False


@dataclass(slots=True)
class _Token:
    """A block, or the piece of one that begins with a label; `label` is "" where it has none."""

    start: int
    end: int
    text: str
    label: str = ""
    style: str = ""
    numeral: str = ""
    inline: bool = False
    depth: int = -1  # of an accepted label
    restarts: bool = False


@dataclass(slots=True)
class _Item:
    """A part that is not yet closed."""

    token: _Token
    level: str
    end: int
    parts: list[Unit] = field(default_factory=list)

    def unit(self) -> Unit:
        token = self.token
        return Unit(
            token.label, token.numeral, token.start, self.end, (), self.level, "", _is_gone(token), tuple(self.parts)
        )


def parts(text: str, blocks: Sequence[Block], styles: Sequence[Style]) -> tuple[Unit, ...]:
    """The numbered parts in the blocks of one unit, nested as their labels count."""
    known = {style.name: style for style in styles}
    tokens = [token for block in blocks for token in _tokens(text, block, known)]
    tokens = _with_bodies(_outside_quotations(tokens))
    _accept(tokens)
    return tuple(_tree(tokens, known))


def order(style: str, numeral: str, last: str = "") -> tuple[int, ...]:
    """Where a numeral stands in its list: 2a after 2, (aa) after (a), or after (z) where `last` is that far."""
    if style == "dash":
        return (int(numeral),)
    if style == "decimal":
        return tuple(int(n) for n in numeral.split("."))
    digits = re.match(r"\d+", numeral)
    if digits:
        return (int(digits[0]), *(ord(c) - 96 for c in numeral[digits.end() :]))
    numeral = numeral.lower()
    if style == "roman":
        main = numeral if re.fullmatch(ROMAN, numeral.upper()) else numeral[:-1]
        return (number(main), *(ord(c) - 96 for c in numeral[len(main) :]))
    if style == "pair":
        return (ord(numeral[0]) - 96,)
    if len(numeral) > 1 and last and (last == "z" or (len(last) > 1 and last[0] == numeral[0])):
        return (26 + ord(numeral[-1]) - 96,) if last == "z" else (*order(style, last)[:-1], ord(numeral[-1]) - 96)
    return tuple(ord(c) - 96 for c in numeral)


def _tokens(text: str, block: Block, known: dict[str, Style]) -> Iterator[_Token]:
    """A block as one token, or as several where a flattened list runs on inside it."""
    content = text[block.start : block.end]
    if block.kind in ("heading", "note", "table", "image", "code"):
        content_end = block.end
        yield _Token(block.start, content_end, content)
        return
    prefix = re.match(r"(?:[▼►]\s?[A-Z]\d*\s+)?", content)
    skipped = prefix.end() if prefix else 0
    label = _LABEL.match(content, skipped)
    cuts: list[tuple[int, re.Match[str] | None]] = [(0, label if label and _style(label, known) else None)]
    if "letter" in known:
        cuts += _inline(content, known)
    for (start, match), (end, _) in zip(cuts, [*cuts[1:], (len(content), None)], strict=True):
        piece = content[start:end].rstrip()
        token = _Token(block.start + start, block.start + start + len(piece), piece, inline=start > 0)
        if match:
            token.label, token.style = match[0], _style(match, known)
            token.numeral = (match[match.lastgroup or 0] or "").strip()
        yield token


def _style(match: re.Match[str], known: dict[str, Style]) -> str:
    """The style of a label, "" for one that this law does not use."""
    name = match.lastgroup or ""
    if name == "half" and len(match["half"]) > 1 and "pair" in known:
        name = "pair"
    return name if name in known else ""


def _inline(content: str, known: dict[str, Style]) -> list[tuple[int, re.Match[str] | None]]:
    """Where labels stand inside a paragraph: after a colon one that opens a list, then those that go on.

    In a piece of a paragraph that was cut no list opens, and "points (a), (b)" is none.
    """
    before = _INLINE if _OPENING.search(content) else _AFTER_STOP
    found: list[tuple[int, re.Match[str] | None]] = []
    for match in before.finditer(content):
        label = _LABEL.match(content, match.start("label"))
        if label and _style(label, known):
            found.append((match.start("label"), label))
    return found


def _outside_quotations(tokens: list[_Token]) -> list[_Token]:
    """Labels inside a passage that an act quotes to insert it are not the act's own."""
    opened = -1
    for i, token in enumerate(tokens):
        words = token.text[len(token.label) :].lstrip()
        if opened < 0 and re.match(r"[‘“„«]", words) and not re.search(r"[’”“»](?=[\s.,;:)]|$)", words[1:]):
            opened = i
        elif opened >= 0 and re.search(r"[’”“»]\s*[.,;]?(?: and| or)?$", token.text):
            for quoted in tokens[opened + 1 : i + 1]:
                quoted.label = ""
            opened = -1
    return tokens


def _with_bodies(tokens: list[_Token]) -> list[_Token]:
    """A label in a block of its own has its words in the next."""
    joined: list[_Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        if last and last.label and last.text.strip() == last.label and not token.label and not token.inline:
            last.end, last.text = token.end, f"{last.text} {token.text}"
        else:
            joined.append(token)
    return joined


def _accept(tokens: Sequence[_Token]) -> None:
    """Give each label its depth, or take it away where it counts in no list."""
    stack: list[_Token] = []
    for i, token in enumerate(tokens):
        if not token.label:
            continue
        if token.style == "letter" and _is_roman(token, stack, tokens, i):
            token.style = "roman"
        place = next((d for d in range(len(stack) - 1, -1, -1) if stack[d].style == token.style), -1)
        if token.style == "dash":
            token.numeral = str(int(stack[place].numeral) + 1) if place >= 0 else "1"
        before = tokens[i - 1] if i else None
        if place >= 0 and _goes_on(token, stack[place]):
            token.depth = place
        elif _is_first(token) and _may_open(token, before):
            token.depth = len(stack) if place < 0 else place
            token.restarts = place >= 0
        else:
            token.label = ""
            continue
        del stack[token.depth :]
        stack.append(token)


def _goes_on(token: _Token, last: _Token) -> bool:
    here, there = order(token.style, token.numeral, last.numeral), order(token.style, last.numeral)
    if token.inline:
        return here[0] == there[0] + 1 or (here[0] == there[0] and here > there)
    return here > there and here[0] - there[0] <= _GAP


def _is_first(token: _Token) -> bool:
    if token.style == "decimal":
        return token.numeral.endswith((".1", ".0"))
    return order(token.style, token.numeral)[0] == 1


def _may_open(token: _Token, before: _Token | None) -> bool:
    return not token.inline or (before is not None and before.text.rstrip().endswith(":"))


def _is_roman(token: _Token, stack: Sequence[_Token], tokens: Sequence[_Token], i: int) -> bool:
    """Whether (i), (v), (x) … count as roman numerals here and not as letters."""
    numeral = token.numeral
    main = numeral if re.fullmatch(ROMAN, numeral.upper()) else numeral[:-1]
    if not main or not set(main) <= _LETTERS or not re.fullmatch(ROMAN, main.upper()):
        return False
    letter = next((t for t in reversed(stack) if t.style == "letter"), None)
    if numeral == "i":
        if not letter or order("letter", letter.numeral)[0] != 8:
            return True
        after = next((t.numeral for t in tokens[i + 1 :] if t.numeral in ("ii", "j") and t.label), "")
        return after == "ii" if after else tokens[i - 1].text.rstrip().endswith(":")
    roman = next((t for t in reversed(stack) if t.style == "roman"), None)
    if not roman:
        return False
    here, there = order("roman", numeral), order("roman", roman.numeral)
    return here[0] == there[0] + 1 or (len(numeral) > 1 and here > there)


def _tree(tokens: Sequence[_Token], known: dict[str, Style]) -> list[Unit]:
    """The accepted labels as nested units, with what follows them unnumbered."""
    top: list[Unit] = []
    stack: list[_Item] = []

    def close(depth: int) -> None:
        while len(stack) > depth:
            item = stack.pop()
            (stack[-1].parts if stack else top).append(item.unit())

    for i, token in enumerate(tokens):
        if token.label:
            close(token.depth)
            stack.append(_Item(token, _level(known[token.style], stack), token.end))
        elif stack and (i == 0 or tokens[i - 1].label):
            close(_owner(tokens, i, stack, known) + 1)
        for item in stack:
            item.end = max(item.end, token.end)
    close(0)
    return top


def _level(style: Style, stack: Sequence[_Item]) -> str:
    return style.inner if style.inner and any(i.level in (style.level, style.inner) for i in stack) else style.level


def _owner(tokens: Sequence[_Token], i: int, stack: Sequence[_Item], known: dict[str, Style]) -> int:
    """The depth of the part to which the unnumbered text from token `i` on belongs, -1 for none."""
    last = len(stack) - 1
    holder = next((d for d in range(last, -1, -1) if known[stack[d].token.style].holds), -1)
    following = next((t for t in tokens[i:] if t.label), None)
    owner = holder
    if following:
        owner = following.depth - following.restarts
    if owner >= last or not _ends_list(tokens[i - 1].text, tokens[i].text):
        return last
    return max(owner, holder)


def _ends_list(before: str, after: str) -> bool:
    """Whether a text that follows the last item stands outside it: the item is finished, or a sentence goes on.

    The words "(Mängel)" are an item's title and not the item.
    """
    if re.fullmatch(r"\S+\s+\([^()]*\)", before):
        return False
    return bool(re.search(r"[.!?][’”“»\")\]]*(?:\s*\(\d+\))?$", before.rstrip())) or after[:1].islower()


def _is_gone(token: _Token) -> bool:
    """Whether only the number is left."""
    body = token.text[len(token.label) :].strip().lower()
    return bool(GONE.fullmatch(body))


GONE = re.compile(
    r"[(\[]?\s*(?:weggefallen|aufgehoben|gestrichen|entfallen|deleted|repealed|—+|\.{3,}|_{3,}|-{3,})\s*[)\]]?\.?"
)
"""What stands, in small letters, where the words of a part were repealed."""
