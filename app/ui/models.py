"""Models: the commands of their menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QVBoxLayout, QWidget

from app.ui.check_list import CheckList
from app.ui.desk import Desk
from app.ui.librarian import Librarian
from app.ui.model_list import ModelList
from app.ui.welcome import Welcome
from model.types import Problem


class Models(QObject):
    """Each public method without arguments is a command."""

    def __init__(self, desk: Desk, librarian: Librarian, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk, self.librarian, self.window = desk, librarian, parent

    def choose(self) -> None:
        """The models, to fetch, choose and remove them."""
        dialog = self._dialog(self.tr("Models"), ModelList(self.desk))
        dialog.exec()

    def folder(self) -> None:
        """Keep models in another folder from now on."""
        folder = QFileDialog.getExistingDirectory(
            self.window, self.tr("Folder of models"), str(self.desk.places.models)
        )
        if folder:
            self.desk.move_models(Path(folder))
            self.desk.say(self.tr("Models are kept in {folder} from now on.").format(folder=folder))

    def check(self) -> None:
        """What is good on this machine, and what mends the rest."""
        checks = CheckList(self.desk)
        dialog = self._dialog(self.tr("Self-check"), checks)
        checks.look()
        dialog.exec()

    def welcome(self) -> None:
        """The first steps, as at the first start."""
        welcome = Welcome(self.desk, self.window)
        if welcome.exec() and (wanted := welcome.samples()):
            self.librarian.add(wanted)
        welcome.deleteLater()
        try:
            self.desk.remembered.keep(welcomed=True)
        except Problem as problem:
            self.desk.say_problem(problem)

    def _dialog(self, title: str, content: QWidget) -> QDialog:
        dialog = QDialog(self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)  # else it goes on hearing of every job
        dialog.setWindowTitle(title)
        dialog.resize(760, 480)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(dialog.reject)
        column = QVBoxLayout(dialog)
        column.addWidget(content, 1)
        column.addWidget(buttons)
        return dialog
