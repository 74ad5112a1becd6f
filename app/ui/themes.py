"""Themes: the colours of paper, ink and marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from app.library.records import Colour
from app.paths import assets


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
            {"yellow": "#fff0a8", "green": "#d3efc4", "blue": "#cde4f7", "pink": "#f8d5de", "violet": "#e3d7f5"},
        ),
        Theme(
            "sepia", "#f6ecd6", "#3a2f22", "#7d6b52", "#7a4a12", "#f2d58f", "#dcc79a", "#eee1c6", "#d8c6a2", "#8a3b12",
            {"yellow": "#f4df8c", "green": "#d3dcaa", "blue": "#c9d8d6", "pink": "#ecc9b8", "violet": "#dccbd8"},
        ),
        Theme(
            "dark", "#1c1c1e", "#d7d3cb", "#8f8a82", "#8ab8e6", "#5a4a1c", "#34506e", "#262628", "#3a3a3d", "#e0a070",
            {"yellow": "#5c5122", "green": "#34502f", "blue": "#2c4a63", "pink": "#5c3644", "violet": "#4a3d66"},
        ),
    )
}  # fmt: skip


def palette_of(theme: Theme) -> QPalette:
    """The colours of everything around the page, so that every control of Qt's own style takes them."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.ink,
        role.Base: theme.paper,
        role.AlternateBase: theme.panel,
        role.Text: theme.ink,
        role.PlaceholderText: theme.faded,
        role.Button: theme.panel,
        role.ButtonText: theme.ink,
        role.ToolTipBase: theme.paper,
        role.ToolTipText: theme.ink,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.ink,
        role.Accent: theme.accent,
        role.Link: theme.link,
        role.LinkVisited: theme.link,
        role.Light: theme.paper,
        role.Mid: theme.line,
        role.Dark: theme.line,
    }
    palette = QPalette()
    for name, colour in colours.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(group.Disabled, name, QColor(theme.faded))
    return palette


def style_sheet(theme: Theme) -> str:
    """What a palette cannot say: thin lines around fields, quiet dock titles."""
    t, tick = theme, (assets() / "icons/tick.svg").as_posix()
    fields = "QLineEdit, QPlainTextEdit, QTextBrowser, QListView, QTreeView, QTableView"
    return (
        f"{fields} {{ border: 1px solid {t.line}; border-radius: 4px; padding: 2px; }}"
        f"QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {t.accent}; }}"
        "QTreeView::item, QListWidget::item { padding: 2px; }"
        f"QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px; background: {t.paper};"
        f" border: 1px solid {t.faded}; }}"
        "QCheckBox::indicator { border-radius: 3px; } QRadioButton::indicator { border-radius: 8px; }"
        f"QCheckBox::indicator:checked {{ background: {t.accent}; image: url({tick}); }}"
        f"QRadioButton::indicator:checked {{ background: {t.accent}; border: 3px solid {t.paper};"
        " width: 10px; height: 10px; }"
        f"QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {t.accent}; }}"
        "QDockWidget::title { padding: 6px 8px; }"
        f"QMainWindow::separator {{ background: {t.line}; width: 1px; height: 1px; }}"
        "QStatusBar::item { border: none; }"
    )
