"""German: § / Artikel, Absatz, Satz, Nummer, Buchstabe of a German law, from plain text or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.document import Block, Law, Section


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The German law in a text and its sections, None if it is none."""
    return None
