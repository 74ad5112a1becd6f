"""Adding: many files are put on the shelf one after another, in sight, until all are or the reader stops it."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.ui.wording import translate


@dataclass
class Adding:
    """How far it is. `failed`: a sentence for each file that could not be opened."""

    total: int = 0
    done: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.done >= self.total

    def words(self) -> str:
        """How far, in a sentence."""
        if not self.is_over:
            return translate("Adding", "Adding to the library: {done} of {total}").format(
                done=self.done, total=self.total
            )
        added = self.total - len(self.failed)
        said = translate("Adding", "{count} added to the library.").format(count=added)
        if self.failed:
            said += " " + translate("Adding", "{count} could not be opened.").format(count=len(self.failed))
        return said


class FailedDialog(QDialog):
    """The sentence of each file that could not be opened; it can be copied."""

    def __init__(self, failed: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Not added"))
        self.resize(640, 320)
        words = QPlainTextEdit("\n".join(failed))
        words.setReadOnly(True)
        words.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addWidget(buttons)
