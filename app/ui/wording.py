"""Wording: marks words that Qt Linguist is to translate where they are shown, not where they stand."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """The words themselves; under this name `lupdate` finds them. PySide6's own is typed as any object."""
    return text


def translate(context: str, text: str) -> str:
    """Words that were marked, in the language of the window."""
    return QCoreApplication.translate(context, text)
