"""References as Chinese and Japanese laws write them: 前款, 本法第X条第X款, 第A条至第B条, 本编第三章."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.document import Document
from app.documents.law import divisions
from app.documents.law.divisions import Numbered
from app.documents.law.reference import Reference
from app.documents.law.register import Chain, Register, Step, Target, target, written
from model.labels import HAN_NUMERAL, article, number

_N = HAN_NUMERAL
_BACK = r"[一二两兩三四五六七八九十几各]?"
_OWN = r"本(?:法典|法|条例|條例|规定|規定|办法|解释|细则|决定|规则)"
_DIVISION = re.compile(rf"(?:本|第({_N}))(分[编編]|[编編章节節])")


def _grammar(paragraph: str, item: str) -> re.Pattern[str]:
    """One citation: head, division, article, paragraph, item, subitem; all may be absent but not together."""
    several = rf"第?[（(]?{_N}[）)]?(?:、第?[（(]?{_N}[）)]?)*"
    return re.compile(
        rf"(?=[本第前该該同各《（(])(?P<head>{_OWN}|《[^《》\n]{{2,60}}》(?:（[^（）\n]{{1,30}}）)?)?"
        rf"(?P<division>(?:(?:本|第{_N})(?:分[编編]|[编編章节節]))*)"
        rf"(?P<article>第\s*{_N}(?:-\d+)?\s*[条條](?:[之の]{_N})*|[本该該同][条條]|前{_BACK}[条條])?"
        rf"(?:(?P<paragraph>(?=第){several}|各?[本该該同]|前{_BACK}){paragraph})?"
        rf"(?:(?P<item>(?=第|[（(]){several}|[本该該]|前{_BACK}){item})?"
        rf"(?:第(?P<sub>{_N})目)?"
    )


_CHINESE = _grammar("款", "项")
_PARAGRAPH_FIRST = _grammar("[項项]", "[号號款]")  # Japan and Taiwan
_AND = re.compile(r"\s*(?:[、和或及与與]|或者|以及|，或者|，以及|及び|又は|並びに|若しくは)\s*")
_TO = re.compile(r"\s*(?:至|到|—|－|-|～|から|乃至)\s*")
_LAW = re.compile(r"[\u4e00-\u9fff]{1,24}(?:法典|法|条例|條例|公约)(?:（[^（）]{1,12}）)?$")
_NO_LAW = re.compile(r"(?:依|(?<!综)合|非|违|方|(?<!公)司|执|办|(?<!国)立|用|守|做|本|该|其他|有关|法律)(?:法|条例)$")
# Laws so often cited by their bare names that what stands before the name is none of it.
_KNOWN = re.compile(
    r"(?:中华人民共和国)?(?:民法典|宪法|刑法|公司法|民事诉讼法|刑事诉讼法|行政诉讼法|合同法|物权法|担保法|侵权责任法|婚姻法|"
    r"收养法|继承法|证券法|票据法|商标法|专利法|著作权法|仲裁法|企业破产法|劳动合同法|劳动法|立法法|行政处罚法|海商法)$"
)
# What stands before a law's name in a sentence; 国有资产法 and 反不正当竞争法 hold such characters themselves.
_LEADING = re.compile(
    r".*(?:依照|依据|根据|按照|比照|适用|违反|符合|参照|属于|规定|关于|所称|构成|应当|可以|承担|认定|删去|删除|修改|增加|"
    r"不(?!正当|动产)|对(?!外)|无(?!障碍)|(?<!国)有|(?<!普)及|(?<!行)为|[或和与将的是在由以于原因其受除了])|.+(?=中华人民共和国)"
)
_AMENDED = re.compile(r"(?:.*《|.*〈)?(?:中华人民共和国)?([^《》〈〉]+?)(?:修正案|[》〉].*的决定)")
_NATION = re.compile(r"^中华人民共和国")


@dataclass
class _Context:
    """What a bare 第X款 continues: the law, article and paragraph of the citation before it."""

    end: int = -1
    law: str = ""
    article: Chain = ()
    number: str = ""
    paragraph: str = ""
    chain: Chain = ()
    targets: tuple[Target, ...] = ()


def cited(document: Document, register: Register, start: int, end: int) -> Iterator[Reference]:
    """The references in [start, end), which lies in one block."""
    text = document.text
    grammar = _CHINESE if _is_chinese(document) else _PARAGRAPH_FIRST
    reader = _Reader(document, register)
    pending: Reference | None = None
    for match in grammar.finditer(text, start, end):
        if not (match["division"] or match["article"] or match["paragraph"] or match["item"]):
            continue
        gap = text[reader.last.end : match.start()] if 0 <= reader.last.end <= match.start() else "."
        before = reader.last
        reference = reader.read(match, follows=bool(_AND.fullmatch(gap) or _TO.fullmatch(gap)))
        if pending and reference and _TO.fullmatch(gap):
            pending = _range(register, pending, reference, before.chain, reader.last.chain)
            continue
        if pending:
            yield pending
        pending = reference
    if pending:
        yield pending


def _is_chinese(document: Document) -> bool:
    """Whether 款 is a paragraph (in Taiwan and Japan 項 is)."""
    return not any(p.label.endswith("項") for u in document.units[:50] for p in u.parts)


def _range(register: Register, first: Reference, last: Reference, start: Chain, end: Chain) -> Reference:
    missing = first.missing + last.missing
    if not (start and end) or missing:
        return Reference(first.start, last.end, first.targets + last.targets, first.law, missing)
    chains = register.between(start, end)
    return Reference(first.start, last.end, tuple(target(c) for c in chains), first.law)


class _Reader:
    """Reads one block's citations in order."""

    def __init__(self, document: Document, register: Register) -> None:
        self.text = document.text
        first = document.blocks[0] if document.blocks else None
        names = [document.title, document.text[first.start : min(first.end, first.start + 80)] if first else ""]
        self.names = {_NATION.sub("", name) for name in names}
        amended = next((m for name in names if (m := _AMENDED.match(name))), None)
        self.amended = amended[1] if amended else ""
        self.register = register
        self.last = _Context()

    def read(self, match: re.Match[str], follows: bool) -> Reference | None:
        """The reference a match makes. `follows`: only "、" or "和" lies between it and the last."""
        start, law = self._law(match, follows)
        here = self.register.chain(match.start())
        if match["division"] and not match["article"]:
            return None if self.amended else self._division(match, start, law, follows)
        if self.amended:
            return self._amended(match, start, law, follows)
        if not match["article"] and not follows and law == "" and not here:
            return None
        if law or (follows and self.last.law and not match["article"]):
            return self._elsewhere(match, start, law or self.last.law, follows)
        if not match["article"] and _is_quoted(self.text, match.start(), here):
            return None
        return self._here(match, start, here, follows)

    def _law(self, match: re.Match[str], follows: bool) -> tuple[int, str]:
        """Where the citation begins with its law's name, and the name ("" for this law)."""
        head = match["head"]
        if head and head.startswith("《"):
            name = head[1 : head.index("》")]
            return match.start(), "" if self._is_own(name) else name
        if head or (not (match["article"] or "").startswith("第") and not match["division"]):
            return match.start(), ""
        before = self.text[max(0, match.start() - 30) : match.start()]
        if (found := _LAW.search(before)) and not _NO_LAW.search(before):
            known = _KNOWN.search(before)
            name = known[0] if known else _LEADING.sub("", found[0])
            if len(_NATION.sub("", name)) >= 2:
                return match.start() - len(name), "" if self._is_own(name) else name
        return match.start(), self.last.law if follows else ""

    def _amended(self, match: re.Match[str], start: int, law: str, follows: bool) -> Reference | None:
        """In an amending law 第X条 is one of the law that it amends, and 前款 a paragraph in the words quoted."""
        bare = not match["article"] and re.match("第", match["paragraph"] or match["item"] or "")
        if (bare and self.last.number) or (match["article"] or "").startswith("第"):
            return self._elsewhere(match, start, law or self.amended, follows or bool(bare))
        return None

    def _is_own(self, name: str) -> bool:
        return _NATION.sub("", name) in self.names

    def _elsewhere(self, match: re.Match[str], start: int, law: str, follows: bool) -> Reference:
        cited = match["article"]
        plain = article(cited) if cited and cited.startswith("第") else self.last.number if follows else ""
        paragraphs = _numbers(match["paragraph"]) or (
            [self.last.paragraph] if not cited and self.last.paragraph else []
        )
        steps = _steps(paragraphs, _numbers(match["item"]), match["sub"])
        self.last = _Context(match.end(), law, (), plain, paragraphs[-1] if paragraphs else "")
        return Reference(start, match.end(), (), law, tuple(written(plain, s) for s in steps))

    def _here(self, match: re.Match[str], start: int, here: Chain, follows: bool) -> Reference | None:
        before = self.last
        bases, missing = self._articles(match, here, follows)
        chains: list[Chain] = []
        for base in bases:
            found, lost = self._parts(match, base, here, follows)
            chains += found
            missing += lost
        targets = tuple(target(c) for c in chains)
        if (match["paragraph"] or "") in ("各该", "該", "该", "各該") and not match["article"]:
            targets, missing = before.targets, []
        if not targets and not missing:
            return None
        self.last = _Context(
            match.end(),
            "",
            bases[-1][:1] if bases else (),
            bases[-1][0].number if bases else "",
            next((u.number for c in chains[-1:] for u in c[1:] if u.level == "paragraph"), ""),
            chains[-1] if chains else (),
            (before.targets if follows else ()) + targets,
        )
        return Reference(start, match.end(), targets, "", tuple(missing))

    def _articles(self, match: re.Match[str], here: Chain, follows: bool) -> tuple[list[Chain], list[str]]:
        """The articles that a citation names or means, and the numbers that are not there."""
        cited = match["article"]
        if not cited:
            base = self.last.article if follows and self.last.article else here[:1]
            return ([base] if base else []), []
        if cited.startswith("第"):
            found = self.register.article(plain := article(cited))
            steps = _steps(_numbers(match["paragraph"]), _numbers(match["item"]), match["sub"])
            return ([found], []) if found else ([], [written(plain, s) for s in steps])
        if cited[0] == "前":
            back = self.register.before(here[:1], _count(cited[1:-1])) if here else []
            return back, [] if len(back) == _count(cited[1:-1]) or cited[1:-1] in ("各", "几") else [cited]
        if cited[0] == "本":
            return [here[:1]] if here else [], []
        return ([self.last.article] if self.last.article else []), []

    def _parts(self, match: re.Match[str], base: Chain, here: Chain, follows: bool) -> tuple[list[Chain], list[str]]:
        """The paragraphs and items of one article that a citation names or means."""
        paragraph, item = match["paragraph"], match["item"]
        if item and not paragraph and not match["article"] and item[0] in "本前该該":
            return self._items_before(item, here)
        if not paragraph and item and not match["article"]:
            return self._bare_items(match, base, here, follows)
        if paragraph and paragraph[0] in "前本同" and not match["article"]:
            if paragraph[0] != "前":
                bases = [here[:2]] if len(here) > 1 else []
            else:
                bases = self.register.before(here[:2], _count(paragraph[1:])) if len(here) > 1 else []
                if len(bases) < _count(paragraph[1:]) and paragraph[1:] not in ("各", "几"):
                    return bases, [match[0]]
            return self._all(bases, _steps([], _numbers(item), match["sub"]))
        return self._all([base], _steps(_numbers(paragraph), _numbers(item), match["sub"]))

    def _items_before(self, item: str, here: Chain) -> tuple[list[Chain], list[str]]:
        if len(here) < 3:
            return [], []
        if item[0] != "前":
            return [here[:3]], []
        found = self.register.before(here[:3], _count(item[1:]))
        return found, [] if len(found) == _count(item[1:]) or item[1:] in ("各", "几") else [f"{item}项"]

    def _bare_items(
        self, match: re.Match[str], base: Chain, here: Chain, follows: bool
    ) -> tuple[list[Chain], list[str]]:
        """第X项 of the paragraph it stands in or continues; else of the article's one that has such an item."""
        steps = _steps([], _numbers(match["item"]), match["sub"])
        own = here[:2]
        if follows and self.last.paragraph:
            own = self.register.descend(base, [("paragraph", self.last.paragraph)])
        found = [way for base in (own, base, self.last.chain[:2]) if base and not (way := self._all([base], steps))[1]]
        return found[0] if found else self._all([base], steps)

    def _all(self, bases: Sequence[Chain], steps: Sequence[list[Step]]) -> tuple[list[Chain], list[str]]:
        chains, missing = [], []
        for base in bases:
            for way in steps:
                if found := self.register.descend(base, way):
                    chains.append(found)
                else:
                    missing.append(written(base[0].number, [*(("", u.number) for u in base[1:]), *way]))
        return chains, missing

    def _division(self, match: re.Match[str], start: int, law: str, follows: bool) -> Reference | None:
        """本章, 本编第三章第一节, 本法第二编最高额抵押权."""
        if law:
            self.last = _Context(match.end(), law)
            return Reference(start, match.end(), (), law, (match["division"],))
        known = divisions.numbered(self.register.sections, self.register.units)
        around = [d for d in known if d.section.start <= match.start() < d.section.end]
        scope: list[Numbered] = []
        for step in _DIVISION.finditer(match["division"]):
            kind = step[2].translate(_SIMPLIFIED)
            value = number(step[1]) if step[1] else 0
            found = _cited(kind, value, known, scope, around)
            if not found:
                return Reference(start, match.end(), (), "", (match["division"],)) if value else None
            scope = _holding(known, found)
        end = match.end()
        inner = [d for d in known if scope[-1].section.start < d.section.start < scope[-1].section.end]
        named = [d for d in inner if d.name and self.text.startswith(d.name, end)]
        if named:
            longest = max(named, key=lambda d: len(d.name))
            end += len(longest.name)
            scope = _holding(known, longest)
        self.last = _Context(end)
        address, label = "".join(d.address for d in scope), "".join(d.label for d in scope)
        return Reference(start, end, (Target(address, label, scope[-1].section.start, scope[-1].section.end),))


def _cited(
    kind: str, value: int, known: Sequence[Numbered], scope: Sequence[Numbered], around: Sequence[Numbered]
) -> Numbered | None:
    """The division of a kind and number: inside what was named before, else nearest around the place."""
    if not value:
        return next((d for d in reversed(around) if d.kind == kind), None)
    same = [d for d in known if d.kind == kind and d.value == value]
    for outer in [scope[-1].section] if scope else [*(d.section for d in reversed(around)), None]:
        for division in same:
            if outer is None or outer.start <= division.section.start < outer.end:
                return division
    return None


def _holding(known: Sequence[Numbered], inner: Numbered) -> list[Numbered]:
    """The divisions around one, from the outside in, and itself."""
    return [d for d in known if d.section.start <= inner.section.start and inner.section.end <= d.section.end]


_SIMPLIFIED = str.maketrans("編節", "编节")


def _is_quoted(text: str, position: int, here: Chain) -> bool:
    """Whether 前款 stands in words quoted from another law, as in 刑法修正案: there it means that law's."""
    if not here or here[0].parts:
        return False
    line = text.rfind("\n", 0, position) + 1
    return text.count("“", line, position) > text.count("”", line, position)


def _count(numeral: str) -> int:
    """How many 前…款 reach back: one if nothing is said, all if 各."""
    return 99 if numeral in ("各", "几") else number(numeral.replace("两", "二").replace("兩", "二")) if numeral else 1


def _numbers(words: str | None) -> list[str]:
    """The numbers in 第一、二 and 第（三）; none in 前 and 本."""
    if not words or words[0] not in "第（(":
        return []
    return [str(number(n)) for n in re.findall(_N, words)]


def _steps(paragraphs: Sequence[str], items: Sequence[str], sub: str | None) -> list[list[Step]]:
    """The ways down from an article: every item of the last paragraph, or every paragraph."""
    last: list[Step] = [("subitem", str(number(sub)))] if sub else []
    if items:
        above: list[Step] = [("paragraph", paragraphs[-1])] if paragraphs else []
        return [[*above, ("item", item), *last] for item in items]
    return [[("paragraph", paragraph), *last] for paragraph in paragraphs] or [[]]
