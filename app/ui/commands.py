"""Commands: everything a menu, a key or the palette can do, described once; done by the method of their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.ui.wording import QT_TRANSLATE_NOOP

Menu = Literal["File", "Edit", "View", "Go", "Ask", "Models", "Help"]
MENUS: tuple[Menu, ...] = ("File", "Edit", "View", "Go", "Ask", "Models", "Help")
MENU_TITLES = {
    "File": QT_TRANSLATE_NOOP("Commands", "&File"),
    "Edit": QT_TRANSLATE_NOOP("Commands", "&Edit"),
    "View": QT_TRANSLATE_NOOP("Commands", "&View"),
    "Go": QT_TRANSLATE_NOOP("Commands", "&Go"),
    "Ask": QT_TRANSLATE_NOOP("Commands", "&Ask"),
    "Models": QT_TRANSLATE_NOOP("Commands", "&Models"),
    "Help": QT_TRANSLATE_NOOP("Commands", "&Help"),
}


@dataclass(frozen=True)
class Command:
    """`name` is a part of the window and its method; `text` English, translated where it is shown; of `keys` the first
    is shown in menus. `book`: it needs an open one; `ai`: it is gone where the language model is switched off;
    `checked`: it is a switch.
    """

    name: str
    menu: Menu
    text: str
    keys: tuple[str, ...] = ()
    book: bool = False
    ai: bool = False
    checked: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("librarian.open_files", "File", QT_TRANSLATE_NOOP("Commands", "Open…"), ("Ctrl+O",)),
    Command("librarian.add_folder", "File", QT_TRANSLATE_NOOP("Commands", "Add a folder…")),
    Command("window.show_library", "File", QT_TRANSLATE_NOOP("Commands", "Library"), ("Ctrl+L",)),
    Command("asker.export", "File", QT_TRANSLATE_NOOP("Commands", "Export conversation…"), book=True, ai=True),
    Command("marker.export", "File", QT_TRANSLATE_NOOP("Commands", "Export marks…"), book=True),
    Command("window.close_book", "File", QT_TRANSLATE_NOOP("Commands", "Close book"), ("Ctrl+W",), book=True),
    Command("window.quit", "File", QT_TRANSLATE_NOOP("Commands", "Quit"), ("Ctrl+Q",)),
    Command("marker.undo", "Edit", QT_TRANSLATE_NOOP("Commands", "Undo highlight or bookmark"), ("Ctrl+Z",), book=True),
    Command("marker.copy", "Edit", QT_TRANSLATE_NOOP("Commands", "Copy"), ("Ctrl+C",), book=True),
    Command(
        "marker.copy_with_address",
        "Edit",
        QT_TRANSLATE_NOOP("Commands", "Copy with address"),
        ("Ctrl+Shift+C",),
        book=True,
    ),
    Command("marker.copy_citation", "Edit", QT_TRANSLATE_NOOP("Commands", "Copy citation"), ("Ctrl+Alt+C",), book=True),
    Command(
        "marker.copy_quotation",
        "Edit",
        QT_TRANSLATE_NOOP("Commands", "Copy as quotation with citation"),
        ("Ctrl+Alt+Shift+C",),
        book=True,
    ),
    Command("window.find_words", "Edit", QT_TRANSLATE_NOOP("Commands", "Find…"), ("Ctrl+F", "/"), book=True),
    Command("navigator.find_next", "Edit", QT_TRANSLATE_NOOP("Commands", "Find next"), ("F3",), book=True),
    Command(
        "navigator.find_previous", "Edit", QT_TRANSLATE_NOOP("Commands", "Find previous"), ("Shift+F3",), book=True
    ),
    Command("window.search_library", "Edit", QT_TRANSLATE_NOOP("Commands", "Search all books…"), ("Ctrl+Shift+F",)),
    Command("marker.highlight", "Edit", QT_TRANSLATE_NOOP("Commands", "Highlight"), ("Ctrl+H",), book=True),
    Command("marker.note", "Edit", QT_TRANSLATE_NOOP("Commands", "Note…"), ("Ctrl+Shift+N",), book=True),
    Command("marker.bookmark", "Edit", QT_TRANSLATE_NOOP("Commands", "Bookmark"), ("Ctrl+D",), book=True),
    Command("window.edit_settings", "Edit", QT_TRANSLATE_NOOP("Commands", "Settings…"), ("Ctrl+,",)),
    Command("window.contents", "View", QT_TRANSLATE_NOOP("Commands", "Contents"), ("Ctrl+T",), book=True),
    Command("window.marks", "View", QT_TRANSLATE_NOOP("Commands", "Bookmarks and notes"), ("Ctrl+B",), book=True),
    Command("window.side_bar", "View", QT_TRANSLATE_NOOP("Commands", "Side bar"), ("F9",), book=True),
    Command("window.next_pane", "View", QT_TRANSLATE_NOOP("Commands", "Next pane"), ("F6",)),
    Command("window.previous_pane", "View", QT_TRANSLATE_NOOP("Commands", "Previous pane"), ("Shift+F6",)),
    Command("looks.larger", "View", QT_TRANSLATE_NOOP("Commands", "Larger"), ("Ctrl+=", "Ctrl++")),
    Command("looks.smaller", "View", QT_TRANSLATE_NOOP("Commands", "Smaller"), ("Ctrl+-",)),
    Command("looks.usual_size", "View", QT_TRANSLATE_NOOP("Commands", "Usual size"), ("Ctrl+0",)),
    Command("looks.paged", "View", QT_TRANSLATE_NOOP("Commands", "Pages"), ("Ctrl+M",), checked=True),
    Command(
        "looks.page_pictures",
        "View",
        QT_TRANSLATE_NOOP("Commands", "Pages as printed (PDF)"),
        ("Ctrl+Shift+M",),
        book=True,
        checked=True,
    ),
    Command("looks.next_theme", "View", QT_TRANSLATE_NOOP("Commands", "Next theme"), ("Ctrl+Shift+T",)),
    Command("window.full_screen", "View", QT_TRANSLATE_NOOP("Commands", "Full screen"), ("F11",), checked=True),
    Command("navigator.go_to", "Go", QT_TRANSLATE_NOOP("Commands", "Go to…"), ("Ctrl+G",), book=True),
    Command("navigator.back", "Go", QT_TRANSLATE_NOOP("Commands", "Back"), ("Alt+Left",), book=True),
    Command("navigator.forward", "Go", QT_TRANSLATE_NOOP("Commands", "Forward"), ("Alt+Right",), book=True),
    Command("navigator.next_chapter", "Go", QT_TRANSLATE_NOOP("Commands", "Next chapter"), ("Ctrl+PgDown",), book=True),
    Command(
        "navigator.previous_chapter", "Go", QT_TRANSLATE_NOOP("Commands", "Previous chapter"), ("Ctrl+PgUp",), book=True
    ),
    Command("navigator.next_link", "Go", QT_TRANSLATE_NOOP("Commands", "Next link"), ("Alt+Down",), book=True),
    Command("navigator.previous_link", "Go", QT_TRANSLATE_NOOP("Commands", "Previous link"), ("Alt+Up",), book=True),
    Command("navigator.beginning", "Go", QT_TRANSLATE_NOOP("Commands", "Beginning"), ("Ctrl+Home",), book=True),
    Command("navigator.end", "Go", QT_TRANSLATE_NOOP("Commands", "End"), ("Ctrl+End",), book=True),
    Command("window.ask", "Ask", QT_TRANSLATE_NOOP("Commands", "Ask"), ("Ctrl+J",), book=True, ai=True),
    Command("asker.prepare", "Ask", QT_TRANSLATE_NOOP("Commands", "Prepare this book…"), book=True, ai=True),
    Command("asker.stop", "Ask", QT_TRANSLATE_NOOP("Commands", "Stop"), book=True, ai=True),
    Command("asker.clear", "Ask", QT_TRANSLATE_NOOP("Commands", "Clear the conversation…"), book=True, ai=True),
    Command("asker.explain", "Ask", QT_TRANSLATE_NOOP("Commands", "Explain the selection"), book=True, ai=True),
    Command("asker.translate", "Ask", QT_TRANSLATE_NOOP("Commands", "Translate the selection"), book=True, ai=True),
    Command("asker.summarize", "Ask", QT_TRANSLATE_NOOP("Commands", "Summarize the selection"), book=True, ai=True),
    Command("models.choose", "Models", QT_TRANSLATE_NOOP("Commands", "Models…"), ai=True),
    Command("models.folder", "Models", QT_TRANSLATE_NOOP("Commands", "Folder of models…"), ai=True),
    Command("models.check", "Help", QT_TRANSLATE_NOOP("Commands", "Self-check…")),
    Command("models.welcome", "Help", QT_TRANSLATE_NOOP("Commands", "Welcome…")),
    Command("window.palette_of_commands", "Help", QT_TRANSLATE_NOOP("Commands", "All commands…"), ("Ctrl+K",)),
    Command("window.shortcuts", "Help", QT_TRANSLATE_NOOP("Commands", "Keys"), ("F1",)),
    Command("window.about", "Help", QT_TRANSLATE_NOOP("Commands", "About Tongdu")),
)
