"""The window with the real worker and the real small model: from a dropped file to the words that an answer cites."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot

from app.library.store import Store
from app.paths import Places
from app.session import Session
from app.settings import Settings
from app.ui import preparer
from app.ui.bridge import Bridge
from app.ui.plan_dialog import PlanDialog
from app.ui.window import Window
from tests.app.ui.test_window import dropped
from tests.test_end_to_end import SMALL, models

__all__ = ["models"]  # the fixture
FACT = "The ferry’s bell had been cast in 1871 from eleven church spoons by a smith called Ansel Pike."
LONG = 60_000  # milliseconds


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "bell.txt"
    tides = [f"On day {n} the tide came in and went out again, and the ferry crossed {n + 2} times." for n in range(30)]
    path.write_text("\n\n".join(["Chapter 1", *tides[:20], FACT, *tides[20:]]), encoding="utf-8")
    return path


def window_of(folder: Path, models: Path, qtbot: QtBot) -> Window:
    places = Places(folder / "data", folder / "cache", models)
    settings = Settings(folder / "config")
    settings.set("model", SMALL)
    window = Window(places, settings, Store(places.data), Bridge(Session(offline=True)))
    qtbot.addWidget(window)
    window.show()
    return window


def test_a_book_is_prepared_asked_and_its_words_are_lit(
    models: Path, book: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparer, "PlanDialog", type("Chosen", (PlanDialog,), {"exec": lambda self: 1}))
    window = window_of(tmp_path, models, qtbot)
    dropped(window, book, qtbot)
    document = window.desk.document
    assert document
    window.menus.actions["asker.prepare"].trigger()
    qtbot.waitUntil(lambda: bool(window.preparer.preparations), timeout=LONG)
    qtbot.waitUntil(lambda: not window.preparer.preparations, timeout=LONG)
    window.ask_panel.question.setPlainText("Who cast the ferry's bell?")
    qtbot.keyClick(window.ask_panel.question, Qt.Key.Key_Return)
    dialogue = window.asker.dialogue
    assert dialogue
    qtbot.waitUntil(lambda: dialogue.exchanges[-1].state == "done", timeout=LONG)
    exchange = dialogue.exchanges[-1]
    assert exchange.receipt and exchange.receipt.prepared_before and not exchange.receipt.left_out
    assert any(FACT in document.text[item.span.start : item.span.end] for item in exchange.evidence[:1])
    assert window.strip.heat and window.strip.box(window.strip.heat[0][0]).height() > 0
    span = (*exchange.cited(), exchange.evidence[0].span)[0]  # a model so small may find no words to cite
    window.ask_panel.views[-1].anchorClicked.emit(QUrl(f"cite:{span.start}-{span.end}"))
    assert window.desk.view.lit == span and window.desk.view.rectangles(span)
    window.close()

    again = window_of(tmp_path, models, qtbot)
    (known,) = again.desk.store.books()
    assert again.library.tile.states[known.key].ready
    again.library.opened.emit(known)
    qtbot.waitUntil(lambda: again.desk.document is not None)
    assert again.ask_panel.views[-1].exchange.question == exchange.question
    assert again.ask_panel.views[-1].exchange.claims == exchange.claims
    again.close()
