"""Citation: a place of a document as its own discipline cites it; one function for each family of documents."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.documents.document import Document, Unit
from app.documents.law.register import Chain, Register, label
from model.types import Span

_UNION_ACT = re.compile(
    r"(?P<kind>REGULATION|DIRECTIVE|DECISION|VERORDNUNG|RICHTLINIE|BESCHLUSS)\s+"
    r"(?P<number>(?:\((?:EU|EC|EEC|EG|EWG|Euratom)\)\s*)?(?:N[or]\.?\s*)?\d+/\d+(?:/(?:EU|EC|EEC|EG|EWG))?)",
    re.IGNORECASE,
)
_TITLE_OF_CODE = re.compile(r"\btitle\s+0*(\d+)", re.IGNORECASE)
_CONSTITUTION = re.compile(r"constitution", re.IGNORECASE)
_SHORT_GERMAN = re.compile(r"\(([A-ZÄÖÜ][\wÄÖÜäöü]{1,11})\)\s*\Z")
_GERMAN = {
    "bürgerliches gesetzbuch": "BGB",
    "handelsgesetzbuch": "HGB",
    "strafgesetzbuch": "StGB",
    "zivilprozessordnung": "ZPO",
    "strafprozessordnung": "StPO",
    "grundgesetz für die bundesrepublik deutschland": "GG",
}
_GERMAN_PARTS = {
    "paragraph": "Abs.", "sentence": "Satz", "number": "Nr.", "letter": "Buchst.", "subletter": "Buchst.",
    "point": "Buchst.", "subpoint": "Ziff.",
}  # fmt: skip
_BRITISH = {"section": "s", "regulation": "reg", "article": "art", "schedule": "sch", "rule": "r"}
_EASTERN = ("zh", "ja")


def cited(document: Document, span: Span) -> str:
    """How a place is cited: 《中华人民共和国民法典》第五百七十七条, 17 U.S.C. § 107, § 823 Abs. 1 BGB; of prose the
    author, the title and the chapter. The deepest part of a law that holds the whole place; a place that holds several
    articles from the first to the last.
    """
    for volume in document.volumes:
        if volume.start <= span.start < max(volume.end, volume.start + 1):
            end = min(span.end, volume.end) - volume.start
            return cited(volume.document, Span(span.start - volume.start, max(end, span.start - volume.start)))
    span = _trimmed(document, span)
    chains = _chains(document, span)
    if not chains or document.law is None:
        return prose(document, span)
    family = _FAMILIES.get(document.law.jurisdiction, plain)
    return family(document, chains)


def quoted(document: Document, span: Span) -> str:
    """The words of a place in quotation marks, with where they stand."""
    words = " ".join(document.text[span.start : span.end].split())
    eastern = document.language.startswith(_EASTERN)
    if eastern:
        return f"“{''.join(document.text[span.start : span.end].split())}”（{cited(document, span)}）"
    marks = ("„", "“") if document.language.startswith("de") else ("“", "”")
    return f"{marks[0]}{words}{marks[1]} ({cited(document, span)})"


def prose(document: Document, span: Span) -> str:
    """Author, title, chapter: 吴承恩：《西游记》，第一回; Mary Shelley, Frankenstein, Chapter 4."""
    chapter = document.section_title(span.start)
    if document.language.startswith(_EASTERN):
        authors = "、".join(document.authors)
        rest = f"，{chapter}" if chapter and chapter != document.title else ""
        return (f"{authors}：" if authors else "") + f"《{document.title}》" + rest
    named = [", ".join(document.authors), document.title, chapter if chapter != document.title else ""]
    return ", ".join(filter(None, named))


def chinese(document: Document, chains: tuple[Chain, ...]) -> str:
    """《中华人民共和国民法典》第五百七十七条, of several articles 第一条至第三条."""
    return f"《{document.title}》" + "至".join(label(_without_only_paragraph(chain)) for chain in chains)


def japanese(document: Document, chains: tuple[Chain, ...]) -> str:
    """民法第七百九条."""
    return document.title + "から".join(label(_without_only_paragraph(chain)) for chain in chains)


def european(document: Document, chains: tuple[Chain, ...]) -> str:
    """Regulation (EU) 2016/679, Article 17(1)(a); in German Artikel 17 Abs. 1 Buchst. a."""
    if document.language.startswith("de"):
        names = [" ".join([_headed(chain[:1]), *(_german_part(p) for p in chain[1:])]) for chain in chains]
        return f"{_union_act(document)}, {_through(names)}"
    return f"{_union_act(document)}, {_through([_headed(chain) for chain in chains])}"


def american(document: Document, chains: tuple[Chain, ...]) -> str:
    """17 U.S.C. § 107, 27 C.F.R. § 447.11, U.S. Const. art. I, § 8, cl. 3; of an act its name and the section."""
    heads = " ".join([document.title, *(s.title for s in document.sections[:1])])
    if chains[0][0].level in ("article", "amendment", "preamble"):
        named = bool(_CONSTITUTION.search(heads))
        return "U.S. Const. " + _through([_clause(c) for c in chains]) if named else plain(document, chains)
    numbers = [f"{chain[0].number}{_bracketed(chain)}" for chain in chains]
    sections = f"{'§§' if len(numbers) > 1 else '§'} {'–'.join(numbers)}"
    title = _TITLE_OF_CODE.search(heads) or re.search(r"\bUSC ?0*(\d+)", heads)
    if title and not heads.startswith("Public Law"):
        return f"{title[1]} {'C.F.R.' if '.' in chains[0][0].number else 'U.S.C.'} {sections}"
    act = _titled(document.title.partition(":")[0]).replace("Public Law", "Pub. L.")
    return f"{act}, {sections}"


def british(document: Document, chains: tuple[Chain, ...]) -> str:
    """State Pension Credit Act 2002, s 1(2)(a); Schedule 1, paragraph 2 of it is sch 1 para 2."""
    unit = chains[0][0]
    sign = _BRITISH.get(unit.level, unit.level)
    numbers = []
    for chain in chains:
        parts = chain[1:]
        if unit.level == "schedule" and parts:
            inner = "".join(f"({p.number})" for p in parts[1:])
            numbers.append(f"{chain[0].number} para {parts[0].number}{inner}")
        else:
            numbers.append(chain[0].number + _bracketed(chain))
    several = "s" if len(numbers) > 1 else ""
    return f"{document.title}, {sign}{several} {'–'.join(numbers)}"


def german(document: Document, chains: tuple[Chain, ...]) -> str:
    """§ 823 Abs. 1 Satz 1 BGB, Art. 1 Abs. 1 GG, §§ 1–3 BGB."""
    unit = chains[0][0]
    sign = {"section": "§", "article": "Art."}.get(unit.level)
    short = _short_german(document)
    if sign is None:
        return f"{unit.name} {short}"
    numbers = [" ".join([chain[0].number, *(_german_part(p) for p in chain[1:])]) for chain in chains]
    sign = "§§" if sign == "§" and len(chains) > 1 else sign
    return f"{sign} {'–'.join(numbers)} {short}"


def plain(document: Document, chains: tuple[Chain, ...]) -> str:
    """Model Ferries Ordinance, Article 12(2): a form that any law bears."""
    return f"{document.title}, {_through([_headed(chain) for chain in chains])}"


_FAMILIES: dict[str, Callable[[Document, tuple[Chain, ...]], str]] = {
    "CN": chinese,
    "JP": japanese,
    "EU": european,
    "US": american,
    "UK": british,
    "DE": german,
}


# What the families share


def _chains(document: Document, span: Span) -> tuple[Chain, ...]:
    """What a place is in: one unit with its parts, or the first and the last of several units; () outside all."""
    register = Register(document, strict=False)
    first, last = register.chain(span.start), register.chain(max(span.start, span.end - 1))
    if not first or not last:
        touched = [u for u in document.units if u.start < max(span.end, span.start + 1) and span.start < u.end]
        ends = touched[:1] + touched[-1:] if touched else []
        return tuple((unit,) for unit in dict.fromkeys(ends))
    if first[0] != last[0]:
        return (first[:1], last[:1])
    held = tuple(a for a, b in zip(first, last, strict=False) if a is b)
    at_head = span.start == first[0].start and len(span) <= len(first[0].label)
    return (held[:1] if at_head or not len(span) else held,)


def _trimmed(document: Document, span: Span) -> Span:
    """Without white space at the edges, which lies between the parts of a law."""
    words = document.text[span.start : span.end]
    if not words.strip():
        return Span(span.start, span.start)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))


def _without_only_paragraph(chain: Chain) -> Chain:
    """An article of one paragraph is cited without it: 第十条第一项, not 第十条第一款第一项."""
    if len(chain) > 1 and chain[1].level == "paragraph" and len(chain[0].parts) == 1:
        return (chain[0], *chain[2:])
    return chain


def _bracketed(chain: Chain) -> str:
    return "".join(f"({part.number})" for part in chain[1:] if part.number)


def _headed(chain: Chain) -> str:
    """Article 17(1)(a); ANNEX III as it is cited."""
    unit = chain[0]
    name = unit.name.rstrip(" .") or unit.level
    if name.isupper() and len(name) > 4:
        name = name.capitalize()
        name = f"{name.split()[0]} {unit.number}" if len(name.split()) == 2 else name
    if name[-1:] > "\u2e80":
        return label(_without_only_paragraph(chain))
    if unit.level == "recital":
        name = f"recital {unit.number}"
    return name + _bracketed(chain)


def _through(names: list[str]) -> str:
    """Article 17, or Articles 17–19 of two that say the same word."""
    if len(names) == 1:
        return names[0]
    heads = {name.rpartition(" ")[0] for name in names}
    if len(heads) == 1 and (head := heads.pop()).isalpha():
        plural = {"Artikel": "Artikel", "Annex": "Annexes"}.get(head, f"{head}s")
        return f"{plural} {'–'.join(name.rpartition(' ')[2] for name in names)}"
    return " – ".join(names)


def _union_act(document: Document) -> str:
    """The act's kind and number, without its subject; its title where that names no number."""
    match = _UNION_ACT.search(document.title)
    if match is None:
        return " ".join(document.title.split())
    return f"{match['kind'].capitalize()} {' '.join(match['number'].split())}"


def _clause(chain: Chain) -> str:
    """art. I, § 8, cl. 3 of a constitution."""
    unit = chain[0]
    if unit.level == "preamble":
        return "pmbl."
    sign = "amend." if unit.level == "amendment" else "art."
    inner = chain[1:] if unit.level == "article" or any(p.level == "section" for p in chain) else ()
    parts = [f"{'§' if p.level == 'section' else 'cl.'} {p.number}" for p in inner]
    return ", ".join([f"{sign} {_roman(unit.number)}", *parts])


def _roman(numeral: str) -> str:
    """A number as a constitution's articles bear it; what is none as it is."""
    if not numeral.isascii() or not numeral.isdigit():
        return numeral
    rest, letters = int(numeral), ""
    for value, sign in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        letters += sign * (rest // value)
        rest %= value
    return letters


def _german_part(part: Unit) -> str:
    level = "number" if part.level == "point" and part.number.isdigit() else part.level
    return f"{_GERMAN_PARTS.get(level, level)} {part.number}"


def _short_german(document: Document) -> str:
    """The letters under which a German law is cited, else its title."""
    title = document.title.strip()
    known = _GERMAN.get(title.lower())
    heads = [title, *(section.title for section in document.sections[:1])]
    written = next((match[1] for head in heads if (match := _SHORT_GERMAN.search(head))), "")
    return known or written or title


def _titled(words: str) -> str:
    """An act's name as it is cited; files shout it."""
    small = {"of", "the", "and", "for", "to", "in", "on", "a", "an"}
    if not words.isupper():
        return words
    cased = [w if i and w in small else w.capitalize() for i, w in enumerate(words.lower().split())]
    return " ".join(cased)
