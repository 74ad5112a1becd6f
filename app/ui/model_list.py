"""Model list: the models of the catalogue, what each needs and whether it is here; fetched, chosen and removed here."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.problems import render
from app.ui.desk import Desk
from app.ui.wording import QT_TRANSLATE_NOOP, translate
from model.catalog import ENTRIES, Entry, present
from model.types import Converting, Event, Failed, Fetch, Fetching, Finished, Stopped

BESIDE = 1.5e9  # bytes that reading takes beside the weights; the 1.5B was measured at 5.2 GB in all
LANGUAGES = {"en": QT_TRANSLATE_NOOP("Models", "English"), "zh": QT_TRANSLATE_NOOP("Models", "Chinese")}
COLUMNS = (
    QT_TRANSLATE_NOOP("Models", "Model"),
    QT_TRANSLATE_NOOP("Models", "To fetch"),
    QT_TRANSLATE_NOOP("Models", "Languages"),
    QT_TRANSLATE_NOOP("Models", "Trained for"),
    QT_TRANSLATE_NOOP("Models", "State"),
)
NAME = Qt.ItemDataRole.UserRole


class ModelList(QWidget):
    """Lets the reader fetch, choose and remove models. Emits `chosen` with a name or a folder."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.job = desk, 0
        self.list, self.about, self.bar = QTreeWidget(), QLabel(), QProgressBar()
        self.fetch_button, self.stop_button = QPushButton(), QPushButton()
        self.use_button, self.remove_button, self.own_button = QPushButton(), QPushButton(), QPushButton()
        self._set_up()
        self.retranslate()
        self._select(desk.settings.text("model") or recommended().name)

    @property
    def entry(self) -> Entry:
        """The model that is selected."""
        item = self.list.currentItem()
        return next((e for e in ENTRIES if item and e.name == item.data(0, NAME)), recommended())

    def show_models(self) -> None:
        """Show every model as it stands now."""
        selected = self.entry.name
        self.list.clear()
        self.list.setHeaderLabels([translate("Models", column) for column in COLUMNS])
        for entry in ENTRIES:
            self._add(entry)
        self._select(selected)
        for column in range(len(COLUMNS) - 1):
            self.list.resizeColumnToContents(column)

    def fetch(self) -> None:
        """Bring the selected model here; progress is shown."""
        self.job = self.desk.bridge.submit(
            Fetch(self.entry.name, self.desk.places.folders(), self.desk.settings.on("offline"))
        )
        self.bar.setRange(0, 0)
        self._enable()

    def stop(self) -> None:
        """End the fetch; what has arrived is kept, and fetching goes on from there."""
        self.desk.bridge.stop(self.job)

    def use(self) -> None:
        """Read with the selected model from now on."""
        self._choose(self.entry.name)

    def own(self) -> None:
        """Read with a model that lies in a folder of the reader's."""
        folder = QFileDialog.getExistingDirectory(self, self.tr("The folder of a model"))
        if not folder:
            return
        if is_model(Path(folder)):
            self._choose(folder)
        else:
            self.about.setText(
                self.tr(
                    "{folder} holds no config.json with safetensors beside it; choose the folder that does."
                ).format(folder=folder)
            )

    def remove(self) -> None:
        """Remove the selected model from the disk, once the reader has said so."""
        entry, folder = self.entry, self.desk.places.models / self.entry.name
        size = bytes_in(folder)
        said = self.tr("{model} takes {size} GB in {folder}. It can be fetched again.")
        words = said.format(model=entry.name, size=f"{size / 1e9:.1f}", folder=folder)
        buttons = QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel
        if QMessageBox.question(self, self.tr("Remove the model"), words, buttons) != QMessageBox.StandardButton.Ok:
            return
        shutil.rmtree(folder, ignore_errors=True)
        left = bytes_in(folder)
        self.show_models()
        if left:
            said = self.tr("{folder} could not be removed whole; close what uses it and try again.")
            self.about.setText(said.format(folder=folder))

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.list.setAccessibleName(self.tr("Models"))
        self.bar.setAccessibleName(self.tr("Progress of fetching"))
        self.about.setAccessibleName(self.tr("About the model"))
        self.fetch_button.setText(self.tr("Fetch"))
        self.stop_button.setText(self.tr("Stop"))
        self.use_button.setText(self.tr("Use this one"))
        self.remove_button.setText(self.tr("Remove…"))
        self.own_button.setText(self.tr("A folder I have…"))
        self.show_models()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _set_up(self) -> None:
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.currentItemChanged.connect(lambda: self._enable())
        self.about.setWordWrap(True)
        self.about.setMinimumHeight(3 * self.fontMetrics().height())
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.bar.hide()
        row = QHBoxLayout()
        for button, do in (
            (self.fetch_button, self.fetch),
            (self.stop_button, self.stop),
            (self.use_button, self.use),
            (self.remove_button, self.remove),
            (self.own_button, self.own),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(do)
            row.addWidget(button)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.list, 1)
        outer.addWidget(self.about)
        outer.addWidget(self.bar)
        outer.addLayout(row)
        self.desk.bridge.came.connect(self._hear)

    def _add(self, entry: Entry) -> None:
        spoken = [translate("Models", LANGUAGES.get(name, name)) for name in entry.languages if name != "*"]
        trained = translate("Models", "{count} tokens").format(count=f"{entry.shape.context:,}")
        cells = [entry.name, megabytes(entry.size), ", ".join(spoken) or translate("Models", "many"), trained]
        item = QTreeWidgetItem([*cells, self._state(entry)])
        item.setData(0, NAME, entry.name)
        if entry.name == self.desk.settings.text("model"):
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
        self.list.addTopLevelItem(item)

    def _state(self, entry: Entry) -> str:
        if entry.name == self.desk.settings.text("model"):
            return translate("Models", "in use")
        if present(entry, self.desk.places.models):
            return translate("Models", "here")
        if entry.obstacle:
            return translate("Models", "cannot be read")
        if entry.needs_gpu:
            return translate("Models", "for a GPU")
        return translate("Models", "fits") if fits(entry) else translate("Models", "too large for this machine")

    def _select(self, name: str) -> None:
        for item in self.list.findItems(name, Qt.MatchFlag.MatchExactly, 0):
            self.list.setCurrentItem(item)

    def _enable(self) -> None:
        entry, busy = self.entry, self.job > 0
        here = present(entry, self.desk.places.models)
        self.fetch_button.setEnabled(not here and not busy and not entry.obstacle)
        self.stop_button.setVisible(busy)
        self.bar.setVisible(busy)
        self.use_button.setEnabled(not entry.obstacle and self.desk.settings.text("model") != entry.name)
        self.remove_button.setEnabled(here and not busy)
        if not busy:
            self.about.setText(self._about(entry))

    def _about(self, entry: Entry) -> str:
        """What a reader wants to know before fetching it."""
        need, have = memory_of(entry) / 1e9, psutil.virtual_memory().total / 1e9
        said = self.tr("Licence {licence}. Takes about {need} GB of memory while it reads; this machine has {have} GB.")
        words = said.format(licence=entry.licence, need=f"{need:.0f}", have=f"{have:.0f}")
        if entry.obstacle:
            words += " " + self.tr("It cannot be read as it is published.")
        elif entry.name == recommended().name:
            words += " " + self.tr("Recommended for this machine.")
        folder = self.desk.places.models
        room = self.tr("It is kept in {folder} ({free} GB free).")
        free = shutil.disk_usage(folder if folder.exists() else self.desk.places.data).free / 1e9
        return f"{words}\n{room.format(folder=folder, free=round(free))}"

    def _choose(self, name: str) -> None:
        self.desk.settings.set("model", name)
        self.show_models()
        self.chosen.emit(name)

    def _hear(self, job: int, events: Sequence[Event]) -> None:
        for event in events if job == self.job else ():
            if isinstance(event, Fetching):
                self.bar.setRange(0, 1000)
                self.bar.setValue(round(1000 * event.done / max(1, event.total)))
                said = self.tr("Fetching {model} from {place}: {done} of {total}")
                self.about.setText(
                    said.format(
                        model=event.model, place=event.place, done=megabytes(event.done), total=megabytes(event.total)
                    )
                )
            elif isinstance(event, Converting):
                self.bar.setRange(0, 0)
                self.about.setText(self.tr("Unpacking it once, for fast loading…"))
            elif isinstance(event, Finished | Failed | Stopped):
                self._ended(event)

    def _ended(self, event: Finished | Failed | Stopped) -> None:
        self.job = 0
        self.show_models()
        self._enable()
        if isinstance(event, Failed):
            self.about.setText(render(event.code, event.parameters, self.desk.language))
        elif isinstance(event, Stopped):
            self.about.setText(self.tr("Stopped. What has arrived is kept; fetching goes on from there."))


def memory_of(entry: Entry) -> float:
    """About how many bytes a model takes while it reads: its weights in sixteen bits, or in eight and in four, and
    what reading takes beside them.
    """
    return 2 * entry.shape.parameters + BESIDE


def fits(entry: Entry) -> bool:
    """Whether this machine's memory holds it."""
    return memory_of(entry) <= psutil.virtual_memory().total


def recommended() -> Entry:
    """The best model that this machine's processor and memory can read with."""
    able = [entry for entry in ENTRIES if not entry.needs_gpu and not entry.obstacle and fits(entry)]
    return max(able or ENTRIES[:1], key=lambda entry: entry.quality)


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def is_model(folder: Path) -> bool:
    """Whether a folder looks like a model's: the engine looks closer when it loads it."""
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def bytes_in(folder: Path) -> int:
    """How much a folder takes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
