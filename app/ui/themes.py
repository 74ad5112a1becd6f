"""Themes: the colours of paper, ink and marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.library.records import Colour


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb. `wash` lies behind a quotation and what was cited, `marks` behind highlights."""

    name: str
    paper: str
    ink: str
    faded: str
    link: str
    wash: str
    selection: str
    panel: str
    line: str
    accent: str
    marks: Mapping[Colour, str]


THEMES: Mapping[str, Theme] = {
    theme.name: theme
    for theme in (
        Theme(
            "light", "#fdfcf9", "#1f1d1a", "#6f6a62", "#1a5a96", "#fbe9a9", "#b9d6f2", "#f3f1ec", "#dcd8cf", "#8a3b12",
            {"yellow": "#fff0a8", "green": "#d3efc4", "blue": "#cde4f7", "pink": "#f8d5de"},
        ),
        Theme(
            "sepia", "#f6ecd6", "#3a2f22", "#7d6b52", "#7a4a12", "#f2d58f", "#dcc79a", "#eee1c6", "#d8c6a2", "#8a3b12",
            {"yellow": "#f4df8c", "green": "#d3dcaa", "blue": "#c9d8d6", "pink": "#ecc9b8"},
        ),
        Theme(
            "dark", "#1c1c1e", "#d7d3cb", "#8f8a82", "#8ab8e6", "#5a4a1c", "#34506e", "#262628", "#3a3a3d", "#e0a070",
            {"yellow": "#5c5122", "green": "#34502f", "blue": "#2c4a63", "pink": "#5c3644"},
        ),
    )
}  # fmt: skip


def style_sheet(theme: Theme) -> str:
    """The colours of everything around the page, as Qt's style sheet."""
    t = theme
    fields = "QLineEdit, QPlainTextEdit, QTextBrowser, QListView, QTreeView, QComboBox, QSpinBox, QDoubleSpinBox"
    return (
        f"QWidget {{ background: {t.panel}; color: {t.ink}; }}"
        f"{fields} {{ background: {t.paper}; border: 1px solid {t.line}; border-radius: 4px; padding: 2px; }}"
        f"QPushButton {{ background: {t.paper}; border: 1px solid {t.line}; border-radius: 4px; padding: 4px 12px; }}"
        f"QPushButton:hover, QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {t.accent}; }}"
        f"QMenu::item:selected, QMenuBar::item:selected {{ background: {t.selection}; }}"
        f"QTreeView::item:selected, QListView::item:selected {{ background: {t.selection}; color: {t.ink}; }}"
        f"QAction:disabled, QMenu::item:disabled {{ color: {t.faded}; }}"
    )
