"""Typography: how a kind of paragraph is set, from the reader's settings and the document's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtGui import QFont, QFontMetricsF

from app.documents.document import Block
from app.settings import Settings

SERIF = ("Source Serif 4", "Charter", "Georgia", "Noto Serif", "Liberation Serif", "DejaVu Serif")
SANS = ("Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", "DejaVu Sans")
SONG = ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun")
HEI = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")
MONO = ("JetBrains Mono", "Cascadia Mono", "Menlo", "Consolas", "DejaVu Sans Mono", *HEI)
HEADINGS = {1: 1.6, 2: 1.35, 3: 1.15}  # sizes of headings by level, of the text's
SMALLER = 0.88  # notes, code and tables


@dataclass(frozen=True)
class Style:
    """How one paragraph is set; lengths in pixels. `indent`: of its first line, `inset`: of all lines on both sides."""

    font: QFont
    line_height: float
    indent: float = 0.0
    inset: float = 0.0
    above: float = 0.0
    below: float = 0.0
    justified: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Typography:
    """The reader's choices; `size` in pixels, `measure` in sizes."""

    typeface: str
    size: float
    line_height: float
    measure: float
    justified: bool
    indented: bool
    is_chinese: bool

    @classmethod
    def of(cls, settings: Settings, language: str) -> Typography:
        """As the settings stand, for a document in a language."""
        return cls(
            settings.text("typeface"),
            settings.number("size"),
            settings.number("line-height"),
            settings.number("measure"),
            settings.on("justified"),
            settings.on("indented"),
            language.startswith("zh"),
        )

    @property
    def width(self) -> float:
        """Of a line, in pixels, where the window has room for it."""
        return self.measure * self.size

    @cached_property
    def families(self) -> list[str]:
        """Best first. Quotes are the same characters in both scripts: the document's own font writes them."""
        western, eastern = (SERIF, SONG) if self.typeface == "serif" else (SANS, HEI)
        return [*eastern, *western] if self.is_chinese else [*western, *eastern]

    def font(self, scale: float = 1.0, bold: bool = False, mono: bool = False) -> QFont:
        """A font of the text's families."""
        font = QFont()
        font.setFamilies(list(MONO) if mono else self.families)
        font.setPixelSize(max(1, round(self.size * scale)))
        font.setBold(bold)
        font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def style(self, block: Block, is_first: bool) -> Style:
        """How a block is set. `is_first`: nothing or a heading stands before it."""
        em, gap = self.size, 0.0 if self.indented else 0.7 * self.size
        if block.kind == "heading":
            scale = HEADINGS.get(block.level, 1.05)
            font = self.font(scale, bold=True)
            above = 2.4 * em if block.level <= 1 else 1.6 * em
            return Style(font, 1.3, above=above, below=0.8 * em, centred=block.level <= 1)
        if block.kind == "verse":
            return Style(self.font(), self.line_height, inset=2 * em, above=0.4 * em, below=0.4 * em)
        if block.kind == "quote":
            return Style(self.font(), self.line_height, 0, 2 * em, 0.4 * em, 0.4 * em, self.justified)
        if block.kind == "list":
            return Style(self.font(), self.line_height, inset=1.5 * em, below=0.3 * em, justified=self.justified)
        if block.kind == "note":
            return Style(self.font(SMALLER), self.line_height, above=0.3 * em, justified=self.justified)
        if block.kind in ("code", "table"):
            return Style(self.font(SMALLER, mono=block.kind == "code"), 1.4, above=0.5 * em, below=0.5 * em)
        if block.kind == "image":
            return Style(self.font(SMALLER), self.line_height, above=em, below=em, centred=True)
        indent = (2 * em if self.is_chinese else 1.5 * em) if self.indented else 0.0
        return Style(
            self.font(),
            self.line_height,
            indent=indent if self.is_chinese or not is_first else 0.0,
            below=gap,
            justified=self.justified,
        )


def line_space(style: Style) -> float:
    """From one line to the next, in pixels."""
    return max(QFontMetricsF(style.font).height(), style.font.pixelSize() * style.line_height)
