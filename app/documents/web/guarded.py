"""Guarded: lxml parsers that expand, fetch and trust nothing, whatever the file declares."""

from __future__ import annotations

from lxml import etree


def parser(recover: bool = False) -> etree.XMLParser:
    """For XML in UTF-8. With `recover` it reads on behind an error, as far as there is anything to read."""
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
