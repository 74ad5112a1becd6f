"""Residue: what a question asks beyond the words of the units that it names. Nothing left: no model is needed."""

from __future__ import annotations

import re

# All that a question may say when it wants to be shown a unit. One word beyond these, and it asks for more.
_ENGLISH = re.compile(
    r"(?<![\w'’])(?:what(?:['’]?s)?|which|where|does|do|did|is|are|it|say|says|said|state|states|stated|provide|provides|"
    r"provided|contain|contains|read|reads|stand|stands|written|find|found|passage|the|exact|full|complete|whole|entire|"
    r"original|text|texts|wording|words?|content|contents|provisions?|articles?|sections?|paragraphs?|units?|recitals?|"
    r"annex|schedule|of|in|from|to|and|that|this|these|those|its|me|us|you|can|could|would|please|show|quote|give|tell|"
    r"print|display|open|find|look|up|out|aloud|verbatim|exactly|word|for|go|here|law|act|document|book|text|refers?|"
    r"referred|cites?|cited|referenced|references?|by|see|let|i|want|like|sentence|chapter|phrase|following|"
    r"was|under|und|steht|lautet|der|die|das|den|dem|des|wortlaut|von|zeige|zeig|mir|zitiere|bitte|text|inhalt|sagt|regelt|wie|wo)"
    r"(?![\w'’])|['’]s\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"请问|我国|中国|现行|请|我想看看?|我要看|想看|麻烦|帮我|给我|告诉我|一下|朗读|读出来?|显示|列出|查看|查找|查询|查|展示|引述|看看|看|"
    r"(?:所|中|里|所?被)?(?:引用|援引|提到|提及|指向|参照)(?:了|的)?|的?具体内容|的?完整内容|的?内容|全文|原文|原话|条文|正文|规定|文字|"
    r"是什么|是啥|是|什么|怎么样?|怎样|如何|说了?|写了?|写着|讲了?|写|了|的|和|与|以及|及|、|"
    r"哪一?[条條款项項章节回段句个]|哪些?(?:条款|条文|法条|地方)|哪里|哪儿|何处|出自|在|本法|这部法律|这一?[条條]|该[条條]|那一?[条條]|"
    r"法条|条款|有|含有|包含|句话|这|第几[条款项章节回]|呢|吗(?=\W*$)|出来|给|我|读|里|中|文|哪"
)


def asks_no_more(rest: str) -> bool:
    """Whether what is left of a question without its citations, laws and quotations asks only to see them."""
    rest = _CHINESE.sub(" ", _ENGLISH.sub(" ", rest))
    return not any(c.isalnum() for c in rest) and "§" not in rest


__all__ = ["asks_no_more"]
