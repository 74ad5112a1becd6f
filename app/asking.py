"""Asking: what a question itself names is answered at once; the rest is for the model."""

from __future__ import annotations

from app.documents.document import Document
from app.documents.law.question import Ruling, ruled
from app.documents.law.references import outgoing
from app.reply import Reply
from model.language import language_of
from model.types import Cited, Claim, Evidence, Span

_SAID = {
    "missing": ("This document has no {missing}: it ends at {last}.", "本文档没有{missing}：到{last}为止。"),
    "gone": ("This document has no {missing}.", "本文档没有{missing}。"),
    "law": ("This document is not {law}; open that law to ask about it.", "本文档不是{law}；请打开该法再提问。"),
    "scope": ("{labels} is outside the part that was asked about.", "{labels}不在所问的范围之内。"),
}


def decided(document: Document, question: str, scope: Span | None = None) -> Reply | None:
    """The reply to a question that asks for no more than units it names say, or names only what is not there; None
    where it takes a model. Inside the scope.
    """
    ruling = ruled(document, question)
    if ruling is None or not (ruling.complete or (ruling.missing and not ruling.targets)):
        return None
    spans = named(ruling, scope)
    reply = Reply(document, scope)
    reply.evidence = tuple(Evidence(span, 1.0) for span in spans)
    claims = tuple(Claim(document.address(span.start), "full", (span,)) for span in spans)
    reply.cited = Cited(bool(spans), claims)
    reply.references = tuple(reference for span in spans for reference in outgoing(document, span))
    reply.answer = "\n\n".join(document.text[span.start : span.end] for span in spans) or _fixed(ruling, question)
    reply.by_rule = True
    return reply


def named(ruling: Ruling, scope: Span | None = None) -> tuple[Span, ...]:
    """The units of a ruling, each once, inside the scope."""
    spans = dict.fromkeys(Span(target.start, target.end) for target in ruling.targets)
    return tuple(span for span in spans if scope is None or scope.covers(span))


def _fixed(ruling: Ruling, question: str) -> str:
    """Why nothing is shown, in the question's language."""
    if ruling.targets:
        kind = "scope"
    elif ruling.missing:
        kind = "missing" if ruling.last else "gone"
    else:
        kind = "law"
    said = _SAID[kind][language_of(question) == "zh"]
    labels = ", ".join(target.label for target in ruling.targets)
    words = {"missing": ", ".join(ruling.missing), "last": ruling.last, "law": ruling.law, "labels": labels}
    if language_of(question) == "zh":
        words = {name: f" {word} " if word[:1].isascii() else word for name, word in words.items()}
    return said.format(**words).strip()
