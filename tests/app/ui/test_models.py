"""Models, self-check and the first start in the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWizard
from pytestqt.qtbot import QtBot

from app.ui import model_list
from app.ui.bridge import Request
from app.ui.check_list import CheckList
from app.ui.model_list import ModelList, fits, memory_of, recommended
from app.ui.start import is_first
from app.ui.welcome import SAMPLES, Welcome
from model.catalog import entry, path_of
from model.types import Device, Event, Examine, Examined, Failed, Fetch, Fetching, Finished, Receipt, Seconds, Stopped
from tests.app.ui import test_window
from tests.app.ui.test_window import Make, make

__all__ = ["make"]  # a fixture
SMALL = "smollm2-135m"
DONE = Finished(Receipt(0, 0, 0, 0, (), False), Seconds(0, 0, 0, 0))
CPU = Device("cpu", 4, 16_000_000_000, 12_000_000_000, 0.0, 0.0, name="A Processor")


class Fetches(test_window.Answers):
    """A session that fetches what a test says, and examines a machine without a GPU."""

    def __init__(self) -> None:
        super().__init__()
        self.ending: Event = DONE
        self.arrives: Path | None = None

    def run(self, request: Request) -> Iterator[Event]:
        self.asked.append(request)
        if isinstance(request, Examine):
            yield Examined(CPU, "2.13.0+cpu", "", "")
            yield DONE
        elif isinstance(request, Fetch):
            yield Fetching(request.model, 50, 100, "PyPI")
            if self.arrives is not None:
                self.arrives.parent.mkdir(parents=True)
                with self.arrives.open("wb") as file:
                    file.truncate(entry(request.model).size)  # a hole: no bytes are written
            yield self.ending
        else:
            yield Stopped(0)


@pytest.fixture
def answers() -> Fetches:
    return Fetches()


def listed(make: Make, qtbot: QtBot) -> ModelList:
    window = make()
    models = ModelList(window.desk, window)
    qtbot.addWidget(models)
    models.show()
    models._select(SMALL)
    return models


def state(models: ModelList, name: str) -> str:
    models._select(name)
    return models.list.currentItem().text(4)


def test_a_model_is_fetched_used_and_removed(
    make: Make, qtbot: QtBot, answers: Fetches, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = listed(make, qtbot)
    path = answers.arrives = path_of(entry(SMALL), models.desk.places.models)
    assert state(models, SMALL) == "fits" and not models.remove_button.isEnabled()
    models.fetch_button.click()
    assert models.job and not models.fetch_button.isEnabled()
    qtbot.waitUntil(lambda: not models.job)
    assert state(models, SMALL) == "here" and not models.fetch_button.isEnabled()
    models.use_button.click()
    assert state(models, SMALL) == "in use" and models.desk.settings.text("model") == SMALL
    answer = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    models.remove_button.click()
    assert path.exists()
    answer = QMessageBox.StandardButton.Ok
    models.remove_button.click()
    assert not path.parent.exists() and not models.remove_button.isEnabled()


def test_a_fetch_that_fails_is_one_sentence_and_can_be_tried_again(make: Make, qtbot: QtBot, answers: Fetches) -> None:
    models = listed(make, qtbot)
    answers.ending = Failed("offline", {"model": SMALL, "megabytes": 98})
    models.fetch_button.click()
    qtbot.waitUntil(lambda: not models.job)
    assert SMALL in models.about.text() and "98" in models.about.text() and models.fetch_button.isEnabled()
    answers.ending = Stopped(0)
    models.fetch_button.click()
    qtbot.waitUntil(lambda: not models.job)
    assert "is kept" in models.about.text()


def test_what_the_machine_cannot_hold_is_not_recommended(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = psutil.virtual_memory()
    monkeypatch.setattr(model_list.psutil, "virtual_memory", lambda: memory._replace(total=int(2.5e9)))
    assert recommended().name == SMALL and not fits(entry("qwen2.5-coder-1.5b"))
    models = listed(make, qtbot)
    assert state(models, "qwen2.5-coder-1.5b") == "too large for this machine"
    monkeypatch.setattr(model_list.psutil, "virtual_memory", lambda: memory._replace(total=int(16e9)))
    assert recommended().name == "qwen2.5-coder-1.5b"
    assert 4.5e9 < memory_of(entry("qwen2.5-coder-1.5b")) < 5.6e9  # measured: 5.2 GB


def test_a_folder_of_one_s_own_is_looked_at(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, folder = listed(make, qtbot), tmp_path / "own model"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    models.own_button.click()
    assert "config.json" in models.about.text() and not models.desk.settings.text("model")
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    models.own_button.click()
    assert models.desk.settings.text("model") == str(folder)


def test_the_self_check_is_shown_and_copied(make: Make, qtbot: QtBot) -> None:
    window = make()
    checks = CheckList(window.desk, window)
    checks.look()
    assert "being asked" in checks.text.toPlainText()
    qtbot.waitUntil(lambda: "A Processor" in checks.text.toPlainText())
    assert "being asked" not in checks.text.toPlainText()
    checks.copy()
    assert "torch: 2.13.0+cpu" in QGuiApplication.clipboard().text()


def test_the_first_start_goes_through_to_the_samples(make: Make, qtbot: QtBot) -> None:
    window = make()
    assert is_first(window)
    welcome = Welcome(window.desk, window)
    qtbot.addWidget(welcome)
    welcome.show()
    welcome.language.choices["zh"].click()
    assert window.desk.language == "zh" and welcome.buttonText(QWizard.WizardButton.NextButton) == "下一步"
    welcome.language.choices["en"].click()
    titles = []
    while welcome.nextId() >= 0:
        titles.append(welcome.currentPage().title())
        welcome.next()
    assert len(set(titles)) == 4
    welcome.back()
    welcome.next()
    welcome.accept()
    assert [path.name for path in welcome.samples()] == list(SAMPLES)
    window.librarian.add(welcome.samples())
    qtbot.waitUntil(lambda: len(window.library.books.books) == len(SAMPLES), timeout=20_000)
    assert window.desk.document is None and not is_first(window)


def test_skipping_the_first_start_leaves_a_reader_that_reads(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make()
    monkeypatch.setattr(Welcome, "exec", lambda self: 0)
    window.models.welcome()
    assert not is_first(window) and not window.library.books.books
    path = tmp_path / "a book.txt"
    path.write_text("Chapter 1\n\nThe bell rang.\n", encoding="utf-8")
    test_window.dropped(window, path, qtbot)
    assert window.desk.document and "The bell rang." in window.desk.document.text


def test_without_the_language_model_its_menus_are_gone(make: Make) -> None:
    window = make()
    assert window.menus.bar["Models"].menuAction().isVisible()
    window.settings.set("ai", False)
    assert (
        not window.menus.bar["Models"].menuAction().isVisible() and not window.menus.bar["Ask"].menuAction().isVisible()
    )
    assert window.menus.actions["models.check"].isVisible()
