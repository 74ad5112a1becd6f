"""Plan dialog: what reading a book will take, before it begins; for each model of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.wording import QT_TRANSLATE_NOOP, translate
from model.types import Offer, Plan

WHY_NOT = {
    "too-long": QT_TRANSLATE_NOOP("Plan", "longer than it can read"),
    "memory": QT_TRANSLATE_NOOP("Plan", "not enough free memory"),
    "unreadable-model": QT_TRANSLATE_NOOP("Plan", "cannot be read as it is published"),
}
TIERS = {
    "resident": QT_TRANSLATE_NOOP("Plan", "whole in memory"),
    "memory": QT_TRANSLATE_NOOP("Plan", "packed in memory"),
    "host": QT_TRANSLATE_NOOP("Plan", "packed beside the GPU"),
    "file": QT_TRANSLATE_NOOP("Plan", "read from disk"),
}
COLUMNS = (
    QT_TRANSLATE_NOOP("Plan", "Model"),
    QT_TRANSLATE_NOOP("Plan", "Tokens"),
    QT_TRANSLATE_NOOP("Plan", "Context"),
    QT_TRANSLATE_NOOP("Plan", "Memory"),
    QT_TRANSLATE_NOOP("Plan", "Disk"),
    QT_TRANSLATE_NOOP("Plan", "To read"),
    QT_TRANSLATE_NOOP("Plan", "To answer"),
)


class PlanDialog(QDialog):
    """Lets the reader choose a model that fits, or wait."""

    def __init__(self, title: str, offers: Sequence[Offer], chosen: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offers = tuple(offers)
        self.setWindowTitle(self.tr("Read the whole book"))
        self.resize(1020, 400)
        said = self.tr("“{title}” is read once, from its first word to its last. Reading goes on while you read.")
        words = QLabel(said.format(title=title))
        words.setWordWrap(True)
        self.table = QTableWidget(len(self.offers), len(COLUMNS))
        self.table.setHorizontalHeaderLabels([translate("Plan", column) for column in COLUMNS])
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName(self.tr("Models"))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.begin = self.buttons.addButton(self.tr("Begin"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.itemDoubleClicked.connect(lambda: self.accept() if self.model() else None)
        layout = QVBoxLayout(self)
        for widget in (words, self.table, self.buttons):
            layout.addWidget(widget)
        for row, offer in enumerate(self.offers):
            self._fill(row, offer)
        fitting = [row for row, offer in enumerate(self.offers) if offer.plan is not None]
        wanted = next((row for row in fitting if self.offers[row].model == chosen), next(iter(fitting), -1))
        self.table.selectRow(wanted)
        self._enable()

    def model(self) -> str:
        """The model that is selected; "" where it does not fit."""
        row = self.table.currentRow()
        offer = self.offers[row] if 0 <= row < len(self.offers) else None
        return offer.model if offer is not None and offer.plan is not None else ""

    def _fill(self, row: int, offer: Offer) -> None:
        fetched = self.tr("to be fetched")
        here = "" if offer.here else f" ({fetched})"
        cells = [offer.model + here, *(plan_cells(offer.plan) if offer.plan else self._why_not(offer))]
        for column, words in enumerate(cells):
            item = QTableWidgetItem(words)
            item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            if offer.plan is None:
                item.setForeground(QColor("gray"))
            self.table.setItem(row, column, item)

    def _why_not(self, offer: Offer) -> list[str]:
        why = WHY_NOT.get(offer.problem)
        return [f"{offer.tokens:,}", translate("Plan", why) if why else offer.problem, "", "", "", ""]

    def _enable(self) -> None:
        self.begin.setEnabled(bool(self.model()))


def plan_cells(plan: Plan) -> list[str]:
    """A plan as the columns behind the model's name."""
    stretched = translate("Plan", "{context} × {times}")
    context = f"{plan.context:,}"
    if plan.length > plan.context:
        context = stretched.format(context=context, times=f"{plan.length / plan.context:.1f}")
    memory = f"{(plan.weight_bytes + plan.kv_bytes) / 1e9:.1f} GB, {translate('Plan', TIERS[plan.tier])}"
    return [
        f"{plan.document_tokens:,}",
        context,
        memory,
        f"{plan.disk_bytes / 1e9:.2f} GB",
        duration(plan.seconds_to_read),
        duration(plan.seconds_to_answer),
    ]


def duration(seconds: float) -> str:
    """A time for people: 40 s, 12 min, 2.5 h."""
    if seconds < 90:
        return translate("Plan", "{count} s").format(count=round(seconds))
    if seconds < 5400:
        return translate("Plan", "{count} min").format(count=round(seconds / 60))
    return translate("Plan", "{count} h").format(count=f"{seconds / 3600:.1f}")
