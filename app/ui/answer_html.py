"""Answer as HTML: one mark behind each claim, in three states; each leads to the passage that bears it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from app.documents.document import Document
from app.ui.themes import Theme
from app.ui.wording import QT_TRANSLATE_NOOP, translate
from model.types import Claim, Evidence, Listed, Receipt, Span

State = Literal["waiting", "reading", "writing", "done", "stopped", "failed"]
SIGNS = {"full": "●", "partial": "◐", "none": "○"}
NEAREST = 3  # passages that are shown where there is no answer
SHOWN = 90  # characters of a passage in a list
SAID = {
    "full": QT_TRANSLATE_NOOP("Answer", "supported by the text"),
    "partial": QT_TRANSLATE_NOOP("Answer", "partly supported by the text"),
    "none": QT_TRANSLATE_NOOP("Answer", "not supported by the text"),
}


@dataclass(frozen=True)
class Exchange:
    """One question and what has come of it so far."""

    question: str
    scope: Span | None = None
    state: State = "waiting"
    progress: str = ""
    text: str = ""
    answered: bool | None = None
    claims: tuple[Claim, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    listed: Listed | None = None
    receipt: Receipt | None = None
    problem: str = ""
    notices: tuple[str, ...] = ()
    unfolded: bool = False  # whether the words of an answer that nothing bears out are shown
    by_rule: bool = False
    lost: tuple[str, ...] = ()  # words that were cited and that the book does not say any more
    search: bool = False  # only passages were asked for
    kept: int = 0  # its number in the library; 0 where it is not kept

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.state in ("done", "stopped", "failed")

    def cited(self) -> tuple[Span, ...]:
        """All places that the claims cite."""
        return tuple(span for claim in self.claims for span in claim.citations)


def exchange_html(exchange: Exchange, document: Document, theme: Theme) -> str:
    """The whole exchange. Links are `cite:START-END` and `unfold:`; every quotation is the document's own text."""
    parts = [f'<p style="margin-bottom:4px"><b>{_words(exchange.question)}</b></p>']
    parts += [f'<p style="color:{theme.faded}">{_words(notice)}</p>' for notice in exchange.notices]
    if exchange.problem:
        parts.append(f'<p style="color:{theme.accent}">{_words(exchange.problem)}</p>')
    elif exchange.search:
        parts += _passages(exchange, document, theme)
    elif exchange.answered is None:
        parts.append(f"<p>{_words(exchange.text)}</p>" if exchange.text else "")
        parts.append(f'<p style="color:{theme.faded}">{_words(exchange.progress)}</p>' if exchange.progress else "")
    elif exchange.by_rule:
        parts += _units(exchange, document, theme)
    elif exchange.answered:
        parts.append("<p>" + " ".join(_claim(claim, theme) for claim in exchange.claims) + "</p>")
        parts += _listed(exchange, document, theme)
    else:
        parts += _unanswered(exchange, document, theme)
    if exchange.lost:
        said = translate("Answer", "The book has another text now; not found in it: {count}")
        parts.append(f'<p style="color:{theme.faded}">{_words(said.format(count=len(exchange.lost)))}</p>')
    if exchange.receipt is not None:
        parts.append(f'<p style="color:{theme.faded}; font-size:small">{_words(receipt_line(exchange.receipt))}</p>')
    if exchange.is_over:
        parts.append(_actions(exchange, theme))
    return "".join(parts)


def exchange_text(exchange: Exchange, document: Document) -> str:
    """The exchange as plain text, each place with its words."""
    lines = [exchange.question, "", exchange.text] if exchange.text else [exchange.question]
    spans = exchange.cited() or tuple(item.span for item in exchange.evidence if exchange.search or exchange.by_rule)
    quotations = [f"{document.text[s.start : s.end]}\n— {document.title}, {document.address(s.start)}" for s in spans]
    return "\n".join(lines) + "".join(f"\n\n{quotation}" for quotation in quotations)


def receipt_line(receipt: Receipt) -> str:
    """How much of the document was read for the answer."""
    said = translate("Answer", "read {read} of {total} tokens, {sections} of {all} chapters")
    line = said.format(
        read=f"{receipt.tokens_read:,}",
        total=f"{receipt.tokens_total:,}",
        sections=receipt.sections_read,
        all=receipt.sections_total,
    )
    before = translate("Answer", "prepared before")
    return f"{line} · {before}" if receipt.prepared_before else line


def span_of(link: str) -> Span | None:
    """The place that a link leads to."""
    kind, _, rest = link.partition(":")
    start, _, end = rest.partition("-")
    return Span(int(start), int(end)) if kind == "cite" and start.isdigit() and end.isdigit() else None


def _claim(claim: Claim, theme: Theme) -> str:
    """A claim's words, wrong numbers struck with the right ones behind them, and its mark."""
    words = _words(claim.text)
    for correction in claim.corrections:
        said, right = _words(correction.said), _words(correction.right)
        words = words.replace(said, f'<s>{said}</s> <b style="color:{theme.accent}">{right}</b>')
    if claim.support == "none" or not claim.citations:
        return f'<span style="color:{theme.faded}">{words} {SIGNS["none"]}</span>'
    marks = "".join(_link(span, SIGNS[claim.support], theme) for span in claim.citations)
    return f"{words} {marks}"


def _units(exchange: Exchange, document: Document, theme: Theme) -> list[str]:
    """What the question named, word for word; or why there is nothing."""
    spans = [item.span for item in exchange.evidence]
    if not spans:
        return [f"<p>{_words(exchange.text)}</p>"]
    return [_quotation(span, document, theme) for span in spans]


def _passages(exchange: Exchange, document: Document, theme: Theme) -> list[str]:
    """What a search found, best first, as far as it is."""
    parts = [f'<p style="color:{theme.faded}">{_words(exchange.progress)}</p>'] if exchange.progress else []
    found = [item.span for item in exchange.evidence]
    if found:
        parts.append(_list(found, document, theme, "ol"))
    elif exchange.is_over:
        nothing = translate("Answer", "Nothing was found.")
        parts.append(f"<p>{nothing}</p>")
    return parts


def _actions(exchange: Exchange, theme: Theme) -> str:
    """What can be done with it."""
    named = [("copy", translate("Answer", "Copy")), ("again", translate("Answer", "Ask again"))]
    named.append(("remove", translate("Answer", "Remove")))
    style = f"color:{theme.faded}; text-decoration:none"
    links = " · ".join(f'<a href="do:{name}" style="{style}">{_words(words)}</a>' for name, words in named)
    return f'<p style="font-size:small">{links}</p>'


def _unanswered(exchange: Exchange, document: Document, theme: Theme) -> list[str]:
    said = translate("Answer", "The document does not answer this.")
    parts = [f"<p>{said}</p>"]
    nearest = [item.span for item in exchange.evidence[:NEAREST]]
    if nearest:
        label = translate("Answer", "Nearest passages (no evidence):")
        parts.append(f'<p style="color:{theme.faded}">{label}</p>{_list(nearest, document, theme)}')
    if exchange.text:
        words = translate("Answer", "What the model wrote") + (" ▾" if exchange.unfolded else " ▸")
        parts.append(f'<p><a href="unfold:" style="color:{theme.faded}">{words}</a></p>')
        if exchange.unfolded:
            parts.append(f'<p style="color:{theme.faded}">{_words(exchange.text)}</p>')
    return parts


def _listed(exchange: Exchange, document: Document, theme: Theme) -> list[str]:
    """The program's own list beside the model's."""
    listed = exchange.listed
    if listed is None:
        return []
    said = translate("Answer", "“{words}” stands in {count} places of the text.")
    parts = [f"<p>{_words(said.format(words=listed.words, count=len(listed.found)))}</p>"]
    for label, spans in (
        (translate("Answer", "not cited above: {count}"), listed.unlisted),
        (translate("Answer", "cited above, without these words: {count}"), listed.beyond),
    ):
        if spans:
            head = _words(label.format(count=len(spans)))
            parts.append(f'<p style="color:{theme.faded}">{head}</p>{_list(spans, document, theme)}')
    return parts


def _list(spans: Sequence[Span], document: Document, theme: Theme, tag: str = "ul") -> str:
    items = []
    for span in spans:
        words = " ".join(document.text[span.start : span.end].split())
        shown = words if len(words) <= SHOWN else words[:SHOWN] + "…"
        items.append(f"<li>{_link(span, document.address(span.start), theme)} {_words(shown)}</li>")
    return f"<{tag}>{''.join(items)}</{tag}>"


def _quotation(span: Span, document: Document, theme: Theme) -> str:
    """The document's words on their own background, with their address."""
    words = _words(document.text[span.start : span.end])
    address = _link(span, document.address(span.start), theme)
    return f'<table width="100%" cellpadding="6"><tr><td bgcolor="{theme.wash}">{words}<br>{address}</td></tr></table>'


def _link(span: Span, words: str, theme: Theme) -> str:
    style = f"color:{theme.link}; text-decoration:none"
    return f'<a href="cite:{span.start}-{span.end}" style="{style}">{_words(words)}</a>'


def _words(text: str) -> str:
    return escape(text).replace("\n", "<br>")
