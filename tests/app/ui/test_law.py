"""A law in the window: its tree, its cross-references, going to an article, and copying citations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from app.documents.document import Link
from app.documents.open import open_document
from app.documents.shelf import shelf
from app.ui.contents import Contents
from app.ui.cross_links import CrossLinks
from app.ui.go_to_dialog import GoToDialog
from app.ui.window import Window
from model.types import Span
from tests.app.ui.test_window import answers, dropped, make

__all__ = ["answers", "make"]  # fixtures
CODE = Path(__file__).resolve().parents[4] / "shared" / "data" / "qa" / "laws" / "民法典.txt"
Make = Callable[[], Window]


@pytest.fixture
def law(samples: Path) -> Path:
    return samples / "ferry-ordinance.zh.txt"


def rows(contents: Contents, parent: QTreeWidgetItem | None = None) -> list[tuple[str, str]]:
    """What is shown: words and range, unless hidden."""
    tree = contents.tree
    items = (
        [parent.child(i) for i in range(parent.childCount())]
        if parent
        else [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    )
    shown = []
    for item in items:
        if not item.isHidden():
            shown += [(item.text(0), item.text(1)), *rows(contents, item)]
    return shown


def test_the_tree_has_chapters_with_ranges_and_articles_with_their_words(qtbot: QtBot, law: Path) -> None:
    contents = Contents()
    qtbot.addWidget(contents)
    contents.show_document(open_document(law))
    shown = rows(contents)
    assert ("第三章 码头", "25–33") in shown or any(r == "25–33" for _, r in shown)
    (twelfth,) = [words for words, _ in shown if words.startswith("第十二条")]
    assert len(twelfth) > len("第十二条") + 4
    assert contents.head.text() == "Wording of 2023-06-09" and not contents.head.isHidden()


@pytest.mark.parametrize("typed", ["12", "十二", "第12条", "第十二条", "12条", "Art. 12", "§ 12"])
def test_the_filter_finds_an_article_by_any_numeral(qtbot: QtBot, law: Path, typed: str) -> None:
    contents = Contents()
    qtbot.addWidget(contents)
    contents.show_document(open_document(law))
    contents.filter.setText(typed)
    assert contents.tree.currentItem().text(0).startswith("第十二条")
    before = len(rows(contents))
    assert before < 30
    chosen: list[int] = []
    contents.chosen.connect(chosen.append)
    qtbot.keyClick(contents.filter, Qt.Key.Key_Return)
    assert chosen == [open_document(law).units[11].start] or contents.document.text.startswith("第十二条", chosen[0])
    contents.filter.clear()
    assert len(rows(contents)) > 92


def test_the_filter_finds_words_and_keeps_what_they_are_under(qtbot: QtBot, law: Path) -> None:
    contents = Contents()
    qtbot.addWidget(contents)
    document = open_document(law)
    contents.show_document(document)
    contents.filter.setText("no such words")
    assert rows(contents) == []
    title = next(s.title for s in document.sections if "第三章" in s.title)
    contents.filter.setText(" ".join(title.split()))
    (only,) = rows(contents)
    assert only[0] == " ".join(title.split())


def test_the_tree_follows_the_reader_and_takes_them_there(make: Make, law: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, law, qtbot)
    document = window.desk.document
    assert document
    window.navigator.go_to_words("三十")
    assert window.contents_panel.tree.currentItem().text(0).startswith("第三十条")
    item = next(i for i in window.contents_panel._items if i.text(0).startswith("第四十条"))
    window.contents_panel.tree.itemClicked.emit(item, 0)
    assert document.address(window.desk.view.place) == "第四十条"
    window.menus.actions["navigator.back"].trigger()
    assert document.address(window.desk.view.place) == "第三十条"


def test_references_are_links_that_show_lead_and_come_back(make: Make, law: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, law, qtbot)
    document, view = window.desk.document, window.desk.view
    assert document
    place = document.text.index("依照第三十六条")
    view.go(place)
    (block,) = document.blocks_at(place, place + 1)
    link = next(k for k in view.links.within(block.span) if k.start > place - 3)
    goal = view.links.goal(link)
    assert goal is not None and document.unit_at(goal.start)
    spot = view.rectangles(Span(link.start + 1, link.start + 2))[0].center().toPoint()
    QApplication.sendEvent(view.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, spot, view.mapToGlobal(spot)))
    assert document.text[goal.start : goal.start + 12] in QToolTip.text()
    before = view.place
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert view.place == goal.start and view.lit == goal
    window.menus.actions["navigator.back"].trigger()
    assert view.place == before


def test_links_of_the_file_go_before_references_and_those_out_of_it_behind(law: Path) -> None:
    document = open_document(law)
    place = document.text.index("依照第三十六条")
    (block,) = document.blocks_at(place, place + 1)
    (found, *_) = [k for k in CrossLinks(document).within(block.span) if k.end > place]
    web = Link(found.start, found.end, -1, "web", "https://example.org")
    own = Link(found.start, found.end, 0, "place")
    for links, kept in (((web,), found), ((own,), own), ((web, own), own)):
        assert CrossLinks(replace(document, links=links)).at(found.start) == kept
    beside = Link(block.start, block.start + 1, -1, "web", "https://example.org")
    cross = CrossLinks(replace(document, links=(beside,)))
    assert cross.at(block.start) == beside and cross.goal(beside) is None and cross.tip(beside) == beside.href


def test_nothing_is_searched_for_references_before_it_is_looked_at(law: Path) -> None:
    document = open_document(law)
    links = CrossLinks(document)
    assert links._found == {} and links._crossings is None
    some = document.blocks_at(5000, 5001)[0].span
    links.within(some)
    assert list(links._found) == [(some.start, some.end)]


def test_on_a_shelf_a_reference_stays_in_its_own_law(samples: Path) -> None:
    both = shelf([open_document(samples / f"ferry-ordinance.{name}.txt") for name in ("en", "zh")])
    second = both.volumes[1]
    links = CrossLinks(both)
    found = [k for b in both.blocks if b.start >= second.start for k in links.within(b.span)]
    assert len(found) > 20 and all(k.target >= second.start for k in found)


def test_links_are_reached_and_followed_by_keys(make: Make, law: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, law, qtbot)
    document, view = window.desk.document, window.desk.view
    assert document
    every = [link for block in document.blocks for link in view.links.within(block.span)]
    for link in every[:6]:
        window.menus.actions["navigator.next_link"].trigger()
        assert view.selection == Span(link.start, link.end) and view.rectangles(view.selection)
    window.menus.actions["navigator.previous_link"].trigger()
    chosen = every[4]
    assert view.selection == Span(chosen.start, chosen.end)
    before = view.place
    qtbot.keyClick(view, Qt.Key.Key_Return)
    goal = view.links.goal(chosen)
    assert goal and view.lit == goal
    window.menus.actions["navigator.back"].trigger()
    assert view.place == before
    view.select(Span(every[-1].start, every[-1].end))
    window.menus.actions["navigator.next_link"].trigger()
    assert "no other link" in window.desk.notice.words.text()
    view.select(Span(0, 3))
    qtbot.keyClick(view, Qt.Key.Key_Return)  # no link, nothing happens
    assert view.selection == Span(0, 3)


def test_go_to_shows_what_is_there_and_says_when_nothing_is(make: Make, law: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, law, qtbot)
    assert window.desk.document

    def drive() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, GoToDialog)
        qtbot.keyClicks(dialog.words, "999")
        dialog.look()
        assert "999" in dialog.preview.text() and dialog.span is None
        qtbot.keyClick(dialog.words, Qt.Key.Key_Return)
        assert dialog.isVisible()
        dialog.words.clear()
        qtbot.keyClicks(dialog.words, "20")
        dialog.look()
        assert dialog.preview.text().startswith("第二十条")
        qtbot.keyClick(dialog.words, Qt.Key.Key_Return)

    QTimer.singleShot(0, drive)
    window.menus.actions["navigator.go_to"].trigger()
    assert window.desk.document.address(window.desk.view.place) == "第二十条"
    assert window.desk.view.lit is not None
    window.menus.actions["navigator.back"].trigger()
    assert window.desk.view.place == 0


def test_citations_are_copied(make: Make, law: Path, qtbot: QtBot) -> None:
    window = make()
    dropped(window, law, qtbot)
    document = window.desk.document
    assert document
    window.navigator.go_to_words("十")
    window.menus.actions["marker.copy_citation"].trigger()
    assert QGuiApplication.clipboard().text() == "《榆汀市渡运与码头示范条例》第十条"
    start = document.units[9].start
    window.desk.view.select(Span(start, start + 20))
    window.menus.actions["marker.copy_quotation"].trigger()
    said = QGuiApplication.clipboard().text()
    assert said.startswith("“第十条") and said.endswith("”（《榆汀市渡运与码头示范条例》第十条）")
    window.desk.view.select(None)
    window.menus.actions["marker.copy_quotation"].trigger()
    assert "Select the words" in window.desk.notice.words.text()


def test_the_civil_code_opens_its_tree_at_once(qtbot: QtBot) -> None:
    if not CODE.exists():
        pytest.skip(f"{CODE} is not here")
    document = open_document(CODE)
    contents = Contents()
    qtbot.addWidget(contents)
    contents.show_document(document)
    shown = dict(rows(contents))
    assert shown["第三编 合同"] == "463–988" and shown["第八章 违约责任"] == "577–594"
    for typed in ("577", "五百七十七", "第577条"):
        contents.filter.setText(typed)
        assert contents.tree.currentItem().text(0).startswith("第五百七十七条")
    links = CrossLinks(document)
    place = document.text.index("依据本法第五百一十条", document.text.index("第五百八十二条"))
    found = links.at(place + 3)
    assert isinstance(found, Link)
    goal = links.goal(found)
    assert goal and document.text.startswith("第五百一十条", goal.start) and links.tip(found).startswith("第五百一十条")
