"""Claims of an answer and the document's own words that bear them. The program points; it never invents.

A citation is a span: what is shown is `text[span]` and nothing else. A claim's place is sought among the
sentences of candidate passages: by exact and fuzzy alignment of its words, and by how much of what it says
beyond the question a sentence says too. No torch.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import partial_ratio_alignment

from model.folding import fold
from model.lexical import Lexicon, terms
from model.types import Claim, Source, Span, Support

FULL, PARTIAL = 0.6, 0.35  # shares of a claim's new terms that a passage must have
LATER, LATEST = 0.05, 12  # what each rank takes from a share, fitted on tuning questions, and after how many no more
ALIGNED = {"en": 80.0, "zh": 90.0}  # fuzzy scores (0-100) that invented quotations do not reach
QUOTED_LETTERS = 8  # a quotation with fewer letters is found everywhere
QUOTED = re.compile(r"[“\"「『]([^”\"」』]{12,})[”\"」』]")
SENTENCE_END = re.compile(
    r"(?<=[。！？!?])[”’」』）)]*"
    r"|(?<=[a-z0-9’”)]\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bNo\.)(?<!^\d\.)[”’)]*(?=\s)"
    r"|\n+",
    re.MULTILINE,
)
REFUSALS = re.compile(
    r"\b(document|text|passage|story|book)s? (does not|do not|did not|doesn['’]t|don['’]t|didn['’]t)"
    r" (say|state|mention|specify|provide|answer|tell|give)"
    r"|\bnot (mentioned|stated|specified|provided|said|given) in the (document|text|passage|story|book)"
    r"|(文档|文中|原文|书中|文章|段落|条例|法)[^。，]{0,6}(没有|未)(说明|提到|提及|写到|给出|明确|提供|规定)",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,;:，；：、。.!?！？]\s*")
NEGATIONS = re.compile(
    r"\b(not|no|never|none|nobody|nothing|neither|nor|cannot)\b|n['’]t\b|[不没未无莫非]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Bearing:
    """How a span bears a claim: the share of what the claim says that the span says, 0 to 1; `rank` of its passage."""

    span: Span
    share: float
    rank: int

    @property
    def worth(self) -> float:
        """What it is chosen by: of two passages that say about as much, the earlier."""
        return self.share - LATER * min(self.rank, LATEST)


def sentences(text: str) -> list[Span]:
    """The sentences of a text as spans without surrounding white space."""
    places = [0, *(m.end() for m in SENTENCE_END.finditer(text)), len(text)]
    found = []
    for start, end in itertools.pairwise(places):
        words = text[start:end]
        if any(c.isalnum() for c in words):
            found.append(Span(start + len(words) - len(words.lstrip()), start + len(words.rstrip())))
    return found


def declines(answer: str) -> bool:
    """Whether the model itself says that the document does not answer."""
    first = answer[: sentences(answer)[0].end] if sentences(answer) else answer
    return REFUSALS.search(first) is not None


def claims_of(answer: str) -> list[str]:
    """An answer's sentences, each a claim."""
    return [answer[span.start : span.end] for span in sentences(answer)]


def cite(
    source: Source,
    claims: Sequence[str],
    question: str,
    passages: Sequence[Span],
    lexicon: Lexicon,
    wording: Mapping[str, str] | None = None,
) -> tuple[Claim, ...]:
    """Claims, each with its support and, unless that is "none", the spans that bear it. `wording`: what some of them
    say in the document's language, in which `question` is too.
    """
    said = wording or {}
    return tuple(replace(_claim(source, said.get(c, c), question, passages, lexicon), text=c) for c in claims)


def main_claim(claims: Sequence[Claim]) -> Claim:
    """The first claim that says something: what stands before it are numbers of a list and the like."""
    return next((c for c in claims if len(terms(c.text)) > 1), claims[0])


def _claim(source: Source, claim: str, question: str, passages: Sequence[Span], lexicon: Lexicon) -> Claim:
    best = max(_bearings(source, claim, question, passages, lexicon), key=lambda b: b.worth, default=None)
    support = _support(best.share if best else 0.0)
    if best is None or support == "none" or REFUSALS.search(claim):
        return Claim(claim, "none", ())
    words = source.text[best.span.start : best.span.end]
    said = [clause for clause in CLAUSE.split(words) if _new(claim, question) & set(terms(clause))]
    turned = bool(NEGATIONS.search(claim)) != any(NEGATIONS.search(clause) for clause in said)
    put_together = len(sentences(words)) > 1
    return Claim(claim, "partial" if turned or put_together else support, (best.span,))


def _new(claim: str, question: str) -> set[str]:
    """The terms that a claim adds to its question; all of them when it adds none."""
    said = set(terms(claim))
    return said - set(terms(question)) or said


def _support(share: float) -> Support:
    return "full" if share >= FULL else "partial" if share >= PARTIAL else "none"


def _bearings(
    source: Source, claim: str, question: str, passages: Sequence[Span], lexicon: Lexicon
) -> Iterable[Bearing]:
    """Every way in which a passage may bear the claim; passages come best first."""
    said = terms(claim)
    new = list(_new(claim, question))
    for rank, passage in enumerate(passages):
        text = source.text[passage.start : passage.end]
        if not numbers(claim) - numbers(question) <= numbers(text):
            continue  # a number that the passage does not have is no paraphrase
        whole = lexicon.coverage(new, terms(text))
        if whole < PARTIAL:
            continue
        for quoted in _aligned(source, claim, passage):
            yield Bearing(quoted, whole, rank)
        yield Bearing(_smallest(text, passage, new, said, lexicon), whole, rank)


def _smallest(text: str, passage: Span, new: list[str], said: list[str], lexicon: Lexicon) -> Span:
    """The sentence of a passage that says most of the claim; the passage when no single one says nearly all."""
    parts = sentences(text)
    shares = [lexicon.coverage(new, terms(text[s.start : s.end])) for s in parts]
    context = [lexicon.coverage(said, terms(text[s.start : s.end])) for s in parts]
    best = max(range(len(parts)), key=lambda i: (shares[i], context[i]))
    if shares[best] < 0.8 * lexicon.coverage(new, terms(text)):
        return passage
    return Span(passage.start + parts[best].start, passage.start + parts[best].end)


def _aligned(source: Source, claim: str, passage: Span) -> Iterable[Span]:
    """The places of the claim's own quotations in a passage, exact or nearly so."""
    folded = fold(source.text[passage.start : passage.end])
    limit = ALIGNED["zh" if source.language.startswith("zh") else "en"]
    for quotation in QUOTED.findall(claim):
        wanted = fold(quotation).text
        found = partial_ratio_alignment(wanted, folded.text, score_cutoff=limit)
        if found is not None and QUOTED_LETTERS <= sum(map(str.isalnum, wanted)) <= len(folded.text):
            inner = folded.span(found.dest_start, found.dest_end)
            yield Span(passage.start + inner.start, passage.start + inner.end)


def numbers(text: str) -> set[str]:
    """The numbers written in digits in a text, commas inside them dropped."""
    return {n.replace(",", "") for n in re.findall(r"\d+(?:,\d{3})*", text)}
