"""PRC: 编章节条款项目, with 之X, as Chinese laws are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.documents.document import Block, Law, Section
from app.documents.law import articles
from model.labels import HAN_NUMERAL

_ARTICLE = re.compile(rf"第{HAN_NUMERAL}[条條](?:之{HAN_NUMERAL})?(?=\s|【|\[|［|（|$)")
_TIGHT_ARTICLE = re.compile(rf"第{HAN_NUMERAL}[条條](?:之{HAN_NUMERAL})?")


def recognise(
    text: str, blocks: Sequence[Block], sections: tuple[Section, ...], insist: bool
) -> tuple[Law, tuple[Section, ...]] | None:
    """The law in a Chinese text and its sections, None if it is none."""
    for form in (_ARTICLE, _TIGHT_ARTICLE):
        if units := articles.units(text, blocks, sections, form, insist):
            return Law("CN", units), sections
    return None
