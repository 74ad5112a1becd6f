"""The window as a reader uses it: books are dropped, read, marked, asked about, and are there again afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.library.store import Store
from app.paths import Places
from app.settings import Settings
from app.ui.bridge import Bridge, Request
from app.ui.commands import COMMANDS
from app.ui.window import Window
from model.types import (
    Ask,
    Cited,
    Claim,
    Event,
    Evidence,
    Failed,
    Finished,
    Located,
    Receipt,
    Search,
    Seconds,
    Span,
    Stopped,
    Wrote,
)

BOOK = "Chapter 1\n\nThe bell 🔔 was cast in 1871.\n\n" + "\n\n".join(
    f"Paragraph {n} tells of the tide. " * 4 for n in range(80)
)
BOOK += "\n\nChapter 2\n\nAnsel Pike cast it from spoons.\n\n" + "The end came. " * 50
LAW = "渡口条例\n\n第一条　为了保护渡口，制定本条例。\n\n第二条　夜间不得敲钟。\n\n第三条　违反第二条的，处以罚款。\n"
PIKE = "Ansel Pike cast it from spoons."
Make = Callable[[], Window]


class Answers:
    """A session that knows one answer about the book, and fails at everything else."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def run(self, request: Request) -> Iterator[Event]:
        self.asked.append(request)
        if not isinstance(request, Ask | Search):
            yield Stopped(0)
            return
        text = request.reading.source.text
        start = text.find(PIKE)
        if isinstance(request, Search):
            yield Located((Evidence(Span(start, start + len(PIKE)), 1.0),))
            yield Finished(Receipt(0, 10, 0, 2, (), False), Seconds(0, 0, 0, 0))
            return
        if start < 0 or (request.scope and request.scope.end <= start):
            yield Failed("memory-out", {"model": "m"})
            return
        span = Span(start, start + len(PIKE))
        yield Located((Evidence(span, 2.0), Evidence(Span(0, 9), 1.0)))
        yield Wrote("Ansel Pike ")
        yield Wrote("cast it.")
        yield Cited(True, (Claim("Ansel Pike cast it.", "full", (span,)),))
        yield Finished(Receipt(10, 10, 2, 2, (), True), Seconds(0, 0, 0, 0))

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, answers: Answers) -> Iterator[Make]:
    made: list[Window] = []

    def make() -> Window:
        places = Places(tmp_path / "data", tmp_path / "cache", tmp_path / "models")
        window = Window(places, Settings(tmp_path / "config"), Store(places.data), Bridge(answers))
        qtbot.addWidget(window)
        window.show()
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "the bell 钟.txt"
    path.write_text(BOOK, encoding="utf-8")
    return path


def drop(window: Window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none = Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))


def dropped(window: Window, path: Path, qtbot: QtBot) -> None:
    drop(window, path)
    qtbot.waitUntil(lambda: window.desk.document is not None)


def test_a_dropped_book_is_read_marked_asked_and_there_again(
    make: Make, book: Path, qtbot: QtBot, answers: Answers
) -> None:
    window = make()
    dropped(window, book, qtbot)
    document = window.desk.document
    assert document and window.desk.view.document is document and window.pages.currentIndex() == 1
    start = document.text.index("1871")
    window.desk.view.select(Span(start, start + 4))
    window.menus.actions["marker.highlight"].trigger()
    window.navigator.go_to_words("Chapter 2")
    window.menus.actions["marker.bookmark"].trigger()
    place = window.desk.view.place
    window.ask_panel.question.setPlainText("Who cast the bell?")
    qtbot.keyClick(window.ask_panel.question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.asker.dialogue and window.asker.dialogue.exchanges[-1].state == "done"))
    assert "Ansel Pike cast it." in window.ask_panel.views[-1].toPlainText()
    span = Span(document.text.index(PIKE), document.text.index(PIKE) + len(PIKE))
    assert window.desk.view.cited == (span,) and window.strip.heat[0][0] == span
    window.navigator.go_to_words("0%")
    link = f"cite:{span.start}-{span.end}"
    assert window.ask_panel.views[-1].quotation(link) == PIKE
    window.ask_panel.views[-1].anchorClicked.emit(QUrl(link))
    assert window.desk.view.lit == span and window.desk.view.rectangles(span)
    window.menus.actions["navigator.back"].trigger()
    assert window.desk.view.place == 0
    window.desk.view.go(place)
    window.close()

    again = make()
    (known,) = again.desk.store.books()
    assert known.path == str(book) and known.place == place and 0 < known.progress < 1
    again.library.opened.emit(known)
    qtbot.waitUntil(lambda: again.desk.document is not None)
    assert again.desk.view.place == place
    highlight, bookmark = again.desk.view.marks
    assert (highlight.words, highlight.kind, bookmark.span.start) == ("1871", "highlight", place)
    assert "Ansel Pike cast it." in again.ask_panel.views[0].toPlainText()


def test_an_article_that_is_named_needs_no_model(make: Make, tmp_path: Path, qtbot: QtBot, answers: Answers) -> None:
    path = tmp_path / "law.txt"
    path.write_text(LAW, encoding="utf-8")
    window = make()
    dropped(window, path, qtbot)
    assert window.desk.document and [unit.number for unit in window.desk.document.units] == ["1", "2", "3"]
    window.asker.ask("第二条", 0)
    window.asker.ask("第九条", 0)
    two, nine = (view.toPlainText() for view in window.ask_panel.views)
    assert "夜间不得敲钟" in two and "没有" in nine and "第三条" in nine and answers.asked == []


def test_what_cannot_be_opened_is_one_sentence_in_place(make: Make, tmp_path: Path, book: Path, qtbot: QtBot) -> None:
    window = make()
    empty = tmp_path / "empty.txt"
    empty.touch()
    for path, words in ((tmp_path / "gone.epub", "no file"), (empty, "is empty")):
        drop(window, path)
        qtbot.waitUntil(lambda words=words: words in window.desk.notice.words.text())  # type: ignore[misc]
        assert window.desk.notice.isVisible() and window.desk.document is None
    dropped(window, book, qtbot)


def test_a_failure_of_the_engine_is_said_in_the_answer(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.asker.ask("Who cast it?", 1)  # up to here: the answer is behind
    qtbot.waitUntil(lambda: bool(window.asker.dialogue and window.asker.dialogue.exchanges[-1].state == "failed"))
    assert "not enough memory" in window.ask_panel.views[-1].toPlainText()


def test_the_scope_that_was_chosen_is_asked(make: Make, book: Path, qtbot: QtBot, answers: Answers) -> None:
    window = make()
    dropped(window, book, qtbot)
    assert window.desk.document
    window.navigator.go_to_words("Chapter 2")
    place, leaf = window.desk.view.place, window.desk.document.leaves[1]
    window.desk.view.select(Span(12, 20))
    for scope in range(4):
        window.asker.ask("Who?", scope)
    qtbot.waitUntil(lambda: len(answers.asked) == 4)
    asked = [request.scope for request in answers.asked if isinstance(request, Ask)]
    assert asked[0] is None and asked[3] == Span(12, 20)
    assert asked[1] == Span(0, place) and asked[2] == Span(leaf.start, leaf.end)


def test_words_are_found_one_after_another(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.menus.actions["window.find_words"].trigger()
    window.find_panel.words.setText("tide")
    window.find_panel.search()
    hits = window.find_panel.hits
    assert len(hits) == 320 and window.desk.view.found == hits
    seen = []
    for name in ("navigator.find_next", "navigator.find_next", "navigator.find_previous"):
        window.menus.actions[name].trigger()
        assert window.desk.view.lit
        seen.append(hits.index(window.desk.view.lit))
    assert seen == [0, 1, 0]


def test_copies_are_the_text_and_its_address(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    start = BOOK.index("bell 🔔")
    window.desk.view.select(Span(start, start + 10))
    window.menus.actions["marker.copy"].trigger()
    assert QGuiApplication.clipboard().text() == "bell 🔔 was"
    window.menus.actions["marker.copy_with_address"].trigger()
    assert QGuiApplication.clipboard().text().endswith("c1.p1") and "bell 🔔 was" in QGuiApplication.clipboard().text()


def test_every_command_has_a_method_and_no_two_the_same_key(make: Make) -> None:
    window = make()
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys)) and all(keys)
    for command in COMMANDS:
        action = window.menus.actions[command.name]
        assert action.text() and action.isEnabled() == (not command.book), command.name


def test_the_language_model_can_be_switched_off(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    assert window.docks["ask"].isVisible()
    window.settings.set("ai", False)
    assert not window.docks["ask"].isVisible() and not window.menus.actions["window.ask"].isEnabled()
    assert not window.menus.bar["Ask"].menuAction().isVisible()


def test_looks_change_at_once(make: Make, book: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.navigator.go_to_words("50%")
    place = window.desk.view.place
    for name in ("looks.larger", "looks.larger", "looks.smaller", "looks.next_theme"):
        window.menus.actions[name].trigger()
    assert window.settings["size"] == 18 and window.desk.view.flow.typography.size == 18
    assert window.desk.view.theme.name == window.theme.name != "system" and abs(window.desk.view.place - place) < 300


def test_what_can_be_done_with_an_exchange(make: Make, book: Path, qtbot: QtBot, answers: Answers) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.asker.ask("Who cast the bell?", 0)
    dialogue = window.asker.dialogue
    assert dialogue
    qtbot.waitUntil(lambda: dialogue.exchanges[-1].is_over)
    view = window.ask_panel.views[0]
    assert "Ask again" in view.toPlainText()
    view.anchorClicked.emit(QUrl("do:copy"))
    assert PIKE in QGuiApplication.clipboard().text()
    view.anchorClicked.emit(QUrl("do:again"))
    qtbot.waitUntil(lambda: len(dialogue.exchanges) == 2 and dialogue.exchanges[1].is_over)
    assert window.desk.document
    key = window.desk.document.key
    kept = window.desk.store.turns(key)
    assert [turn.question for turn in kept] == ["Who cast the bell?"] * 2 and kept[0].evidence and kept[0].receipt
    view.anchorClicked.emit(QUrl("do:remove"))
    assert not view.isVisible() and window.desk.store.turns(key) == kept[1:]


def test_passages_alone_are_listed_and_lead_to_their_places(
    make: Make, book: Path, qtbot: QtBot, answers: Answers
) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.ask_panel.question.setPlainText("the bell")
    window.ask_panel.search_button.click()
    dialogue = window.asker.dialogue
    assert dialogue
    qtbot.waitUntil(lambda: dialogue.exchanges[-1].is_over)
    exchange, view = dialogue.exchanges[-1], window.ask_panel.views[-1]
    assert PIKE in view.toPlainText() and window.desk.document
    span = exchange.evidence[0].span
    view.anchorClicked.emit(QUrl(f"cite:{span.start}-{span.end}"))
    assert window.desk.view.lit == span
    assert window.desk.store.turns(window.desk.document.key) == ()


def test_a_conversation_is_exported_and_cleared(
    make: Make, book: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make()
    dropped(window, book, qtbot)
    window.asker.ask("Who cast the bell?", 0)
    dialogue = window.asker.dialogue
    assert dialogue and window.desk.document
    qtbot.waitUntil(lambda: dialogue.exchanges[-1].is_over)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out.html"), ""))
    window.menus.actions["asker.export"].trigger()
    assert PIKE in (tmp_path / "out.html").read_text(encoding="utf-8")
    answer = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    window.menus.actions["asker.clear"].trigger()
    assert window.desk.store.turns(window.desk.document.key)
    answer = QMessageBox.StandardButton.Ok
    window.menus.actions["asker.clear"].trigger()
    assert not window.desk.store.turns(window.desk.document.key) and not window.ask_panel.views
