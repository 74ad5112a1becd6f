"""Welcome: the first start. Language, folders, self-check, a model, the samples; every step can be passed over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
    QWizard,
    QWizardPage,
)

from app.paths import assets
from app.ui.check_list import CheckList
from app.ui.desk import Desk
from app.ui.model_list import ModelList

SAMPLES = ("the-deaf-ground.epub", "shi-chi-ji.txt", "ferry-ordinance.en.txt", "ferry-ordinance.zh.txt")


class Welcome(QWizard):
    """`samples()` are the files that the reader wants on the shelf, once it was accepted."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        self.resize(760, 560)
        self.language, self.folders = LanguagePage(desk), FoldersPage(desk)
        self.check, self.model, self.books = CheckPage(desk), ModelPage(desk), BooksPage()
        for page in (self.language, self.folders, self.check, self.model, self.books):
            self.addPage(page)
        self.language.changed = self.retranslate
        self.retranslate()

    def samples(self) -> tuple[Path, ...]:
        """The sample books, where they were wanted."""
        folder = assets() / "samples"
        return tuple(folder / name for name in SAMPLES) if self.books.wanted.isChecked() else ()

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.setWindowTitle(self.tr("Welcome to Tongdu"))
        button = QWizard.WizardButton
        self.setButtonText(button.NextButton, self.tr("Next"))
        self.setButtonText(button.BackButton, self.tr("Back"))
        self.setButtonText(button.FinishButton, self.tr("Start reading"))
        self.setButtonText(button.CancelButton, self.tr("Skip all"))
        for page in (self.language, self.folders, self.check, self.model, self.books):
            page.retranslate()


class LanguagePage(QWizardPage):
    """The language of the window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.changed: Callable[[], None] = lambda: None
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.choices = {"en": QRadioButton("English"), "zh": QRadioButton("中文")}
        column = QVBoxLayout(self)
        column.addWidget(self.words)
        for name, button in self.choices.items():
            button.setAccessibleName(button.text())
            button.setChecked(name == desk.language)
            button.toggled.connect(lambda on, name=name: self._choose(name) if on else None)
            column.addWidget(button)
        column.addStretch(1)

    def retranslate(self) -> None:
        self.setTitle(self.tr("Read it through, then ask"))
        self.setSubTitle(self.tr("The language of the window can be changed at any time."))
        self.words.setText(
            self.tr(
                "Tongdu opens a novel or a law code and shows it as a book. If you like, a language model on this "
                "machine reads the whole of it once and answers questions with the passages that bear the answer. "
                "Nothing you read leaves this machine."
            )
        )

    def _choose(self, name: str) -> None:
        self.desk.settings.set("language", name)
        self.changed()


class FoldersPage(QWizardPage):
    """Where books' notes and models are kept."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.data, self.models = QLabel(), QLabel()
        self.data_name, self.models_name = QLabel(), QLabel()
        self.choose = QPushButton()
        self.choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.models, 1)
        row.addWidget(self.choose)
        form = QFormLayout(self)
        form.addRow(self.data_name, self.data)
        form.addRow(self.models_name, row)
        for label in (self.data, self.models):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)

    def retranslate(self) -> None:
        self.setTitle(self.tr("Where things are kept"))
        self.setSubTitle(self.tr("Your books stay where they are and are never written to."))
        self.data_name.setText(self.tr("Notes and places"))
        self.models_name.setText(self.tr("Models"))
        self.choose.setText(self.tr("Another folder…"))
        self._show()

    def _show(self) -> None:
        said = self.tr("{folder} ({free} GB free)")
        for label, folder in ((self.data, self.desk.places.data), (self.models, self.desk.places.models)):
            there = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
            label.setText(said.format(folder=folder, free=f"{shutil.disk_usage(there).free / 1e9:.0f}"))

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.choose.text())
        if folder:
            self.desk.move_models(Path(folder))
            self._show()


class CheckPage(QWizardPage):
    """The self-check."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.checks = CheckList(desk)
        QVBoxLayout(self).addWidget(self.checks)

    def initializePage(self) -> None:
        self.checks.look()

    def retranslate(self) -> None:
        self.setTitle(self.tr("This machine"))
        self.setSubTitle(self.tr("What is not good comes with the way to mend it. Reading works in any case."))


class ModelPage(QWizardPage):
    """A model, or none for now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.models = ModelList(desk)
        QVBoxLayout(self).addWidget(self.models)

    def retranslate(self) -> None:
        self.setTitle(self.tr("A language model, to ask questions"))
        self.setSubTitle(
            self.tr("Fetch one now, point to one that you have, or go on without: it can be done at any time.")
        )


class BooksPage(QWizardPage):
    """The samples."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted, self.words = QCheckBox(), QLabel()
        self.wanted.setChecked(True)
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(self.wanted)
        column.addWidget(self.words)
        column.addStretch(1)

    def retranslate(self) -> None:
        self.setTitle(self.tr("Something to read"))
        self.setSubTitle(self.tr("Books are opened from the menu, or dropped on the window."))
        self.wanted.setText(self.tr("Put the samples on the shelf: two tales and an ordinance, in English and Chinese"))
        self.words.setText(
            self.tr(
                "A question to begin with, about The Deaf Ground: Why did Dorcas’s uncle give his tuning fork the name "
                "Gabriel?"
            )
        )
