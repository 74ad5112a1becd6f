"""Commands: everything a menu, a key or the palette can do, described once. The window does them by their names."""

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
    """`name` is the window's method; `text` English, translated where it is shown; `keys` the first is shown in menus.
    `book`: it needs an open one; `ai`: it is gone where the language model is switched off; `checked`: it is a switch.
    """

    name: str
    menu: Menu
    text: str
    keys: tuple[str, ...] = ()
    book: bool = False
    ai: bool = False
    checked: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("open_files", "File", QT_TRANSLATE_NOOP("Commands", "Open…"), ("Ctrl+O",)),
    Command("show_library", "File", QT_TRANSLATE_NOOP("Commands", "Library"), ("Ctrl+L",)),
    Command("close_book", "File", QT_TRANSLATE_NOOP("Commands", "Close book"), ("Ctrl+W",), book=True),
    Command("quit", "File", QT_TRANSLATE_NOOP("Commands", "Quit"), ("Ctrl+Q",)),
    Command("copy", "Edit", QT_TRANSLATE_NOOP("Commands", "Copy"), ("Ctrl+C",), book=True),
    Command(
        "copy_with_address", "Edit", QT_TRANSLATE_NOOP("Commands", "Copy with address"), ("Ctrl+Shift+C",), book=True
    ),
    Command("find_words", "Edit", QT_TRANSLATE_NOOP("Commands", "Find…"), ("Ctrl+F", "/"), book=True),
    Command("find_next", "Edit", QT_TRANSLATE_NOOP("Commands", "Find next"), ("F3",), book=True),
    Command("find_previous", "Edit", QT_TRANSLATE_NOOP("Commands", "Find previous"), ("Shift+F3",), book=True),
    Command("search_library", "Edit", QT_TRANSLATE_NOOP("Commands", "Search all books…"), ("Ctrl+Shift+F",)),
    Command("highlight", "Edit", QT_TRANSLATE_NOOP("Commands", "Highlight"), ("Ctrl+H",), book=True),
    Command("note", "Edit", QT_TRANSLATE_NOOP("Commands", "Note…"), ("Ctrl+Shift+N",), book=True),
    Command("bookmark", "Edit", QT_TRANSLATE_NOOP("Commands", "Bookmark"), ("Ctrl+D",), book=True),
    Command("edit_settings", "Edit", QT_TRANSLATE_NOOP("Commands", "Settings…"), ("Ctrl+,",)),
    Command("contents", "View", QT_TRANSLATE_NOOP("Commands", "Contents"), ("Ctrl+T",), book=True),
    Command("marks", "View", QT_TRANSLATE_NOOP("Commands", "Bookmarks and notes"), ("Ctrl+B",), book=True),
    Command("side_bar", "View", QT_TRANSLATE_NOOP("Commands", "Side bar"), ("F9",), book=True),
    Command("larger", "View", QT_TRANSLATE_NOOP("Commands", "Larger"), ("Ctrl+=", "Ctrl++")),
    Command("smaller", "View", QT_TRANSLATE_NOOP("Commands", "Smaller"), ("Ctrl+-",)),
    Command("usual_size", "View", QT_TRANSLATE_NOOP("Commands", "Usual size"), ("Ctrl+0",)),
    Command("paged", "View", QT_TRANSLATE_NOOP("Commands", "Pages"), ("Ctrl+M",), checked=True),
    Command("next_theme", "View", QT_TRANSLATE_NOOP("Commands", "Next theme"), ("Ctrl+Shift+T",)),
    Command("full_screen", "View", QT_TRANSLATE_NOOP("Commands", "Full screen"), ("F11",), checked=True),
    Command("go_to", "Go", QT_TRANSLATE_NOOP("Commands", "Go to…"), ("Ctrl+G",), book=True),
    Command("back", "Go", QT_TRANSLATE_NOOP("Commands", "Back"), ("Alt+Left",), book=True),
    Command("forward", "Go", QT_TRANSLATE_NOOP("Commands", "Forward"), ("Alt+Right",), book=True),
    Command("next_chapter", "Go", QT_TRANSLATE_NOOP("Commands", "Next chapter"), ("Ctrl+PgDown",), book=True),
    Command("previous_chapter", "Go", QT_TRANSLATE_NOOP("Commands", "Previous chapter"), ("Ctrl+PgUp",), book=True),
    Command("beginning", "Go", QT_TRANSLATE_NOOP("Commands", "Beginning"), ("Ctrl+Home",), book=True),
    Command("end", "Go", QT_TRANSLATE_NOOP("Commands", "End"), ("Ctrl+End",), book=True),
    Command("ask", "Ask", QT_TRANSLATE_NOOP("Commands", "Ask"), ("Ctrl+J",), book=True, ai=True),
    Command("prepare", "Ask", QT_TRANSLATE_NOOP("Commands", "Prepare this book…"), book=True, ai=True),
    Command("stop", "Ask", QT_TRANSLATE_NOOP("Commands", "Stop"), book=True, ai=True),
    Command("explain", "Ask", QT_TRANSLATE_NOOP("Commands", "Explain the selection"), book=True, ai=True),
    Command("translate", "Ask", QT_TRANSLATE_NOOP("Commands", "Translate the selection"), book=True, ai=True),
    Command("summarize", "Ask", QT_TRANSLATE_NOOP("Commands", "Summarize the selection"), book=True, ai=True),
    Command("palette_of_commands", "Help", QT_TRANSLATE_NOOP("Commands", "All commands…"), ("Ctrl+K",)),
    Command("shortcuts", "Help", QT_TRANSLATE_NOOP("Commands", "Keys"), ("F1",)),
    Command("about", "Help", QT_TRANSLATE_NOOP("Commands", "About Tongdu")),
)
