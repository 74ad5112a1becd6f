"""Reference: words that cite units of a law."""

from __future__ import annotations

from dataclasses import dataclass

from app.documents.law.register import Chain, Register, Step, Target, address, target, written


@dataclass(frozen=True, slots=True)
class Reference:
    """Words [start, end) of the text that cite. `targets` are the places they lead to in this document;
    `law` is the name of another law if they cite one ("" for this law); `missing` the addresses
    ("17(1)(f)") that are not in this document: of the other law, or numbers that this law does not have.
    """

    start: int
    end: int
    targets: tuple[Target, ...]
    law: str = ""
    missing: tuple[str, ...] = ()

    @property
    def destination(self) -> str:
        """What it leads to, as it is cited; of another law its name and the number."""
        labels = [target.label for target in self.targets] + list(self.missing)
        return " ".join(filter(None, [self.law, ", ".join(labels)]))


def resolved(
    register: Register, start: int, end: int, law: str, number: str, steps: list[Step], kind: str = ""
) -> Reference:
    """The reference to one article or a part of it, by its number."""
    named = f"{kind} {written(number, steps)}".strip()
    if law:
        return Reference(start, end, (), law, (named,))
    article = register.article(number, kind)
    chain = register.descend(article, steps) if article else ()
    return Reference(start, end, (target(chain),)) if chain else Reference(start, end, (), "", (named,))


def to(start: int, end: int, chains: list[Chain]) -> Reference:
    """A reference to units already found."""
    return Reference(start, end, tuple(target(c) for c in chains))


__all__ = ["Reference", "address", "resolved", "to"]
