"""Check list: what the self-check finds, a line each, as it comes; what the engine says comes last."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app import selfcheck
from app.selfcheck import SIGNS, Check
from app.ui.desk import Desk
from app.ui.typography import SERIF
from app.ui.wording import translate
from model.types import Event, Examine, Examined, Failed, Problem


class CheckList(QWidget):
    """Looks at this machine when it is shown first. Text that can be read out, selected and copied."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.job = desk, 0
        self.checks: tuple[Check, ...] = ()
        self.text, self.copy_button = QTextBrowser(), QPushButton()
        self.text.setAccessibleName(self.tr("Self-check"))
        self.copy_button.setText(self.tr("Copy the report"))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self.copy)
        row = QHBoxLayout()
        row.addWidget(self.copy_button)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.text, 1)
        outer.addLayout(row)
        desk.bridge.came.connect(self._hear)

    def look(self) -> None:
        """Look at everything; the engine is asked in its own process."""
        self.checks = selfcheck.of_machine(self.desk.places, fonts())
        self._show(waiting=True)
        self.job = self.desk.bridge.submit(Examine())

    def copy(self) -> None:
        """The whole report, without personal paths."""
        QGuiApplication.clipboard().setText(selfcheck.report(self.checks, self.desk.language))

    def _hear(self, job: int, events: Sequence[Event]) -> None:
        for event in events if job == self.job else ():
            if isinstance(event, Examined):
                self._end(event)
            elif isinstance(event, Failed):
                self._end(Problem(event.code, **event.parameters))

    def _end(self, found: Examined | Problem) -> None:
        self.checks = (*self.checks, *selfcheck.of_engine(found))
        self._show(waiting=False)

    def _show(self, waiting: bool) -> None:
        at, theme = int(self.desk.language == "zh"), self.desk.view.theme
        rows = [
            f'<tr><td style="color:{theme.link if c.state == "good" else theme.accent}">{SIGNS[c.state]}&nbsp;</td>'
            f"<td><b>{escape(c.name[at])}</b>&nbsp;&nbsp;{escape(c.found[at])}<br>{escape(c.mend[at])}</td></tr>"
            for c in self.checks
        ]
        last = translate("Check", "The engine is being asked…") if waiting else ""
        self.text.setHtml(f'<table cellpadding="3">{"".join(rows)}</table><p>{last}</p>')


def fonts() -> Check:
    """A line about the fonts that this window can use."""
    families = set(QFontDatabase.families())
    serif = next((family for family in SERIF if family in families), "")
    chinese = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    return selfcheck.fonts_of(serif, chinese[0] if chinese else "")
