"""Tongue: the language of the window, changed at once; Qt's own words with it."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from app.paths import assets
from app.problems import system_language
from app.settings import Settings

LOCALES = {"en": QLocale(QLocale.Language.English), "zh": QLocale(QLocale.Language.Chinese)}


class Tongue(QObject):
    """Speaks what the settings say; `given` (a command line's) before them."""

    def __init__(self, settings: Settings, given: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings, self.given = settings, given
        self._translators: list[QTranslator] = []
        settings.listen(lambda name: self.speak() if name == "language" else None)
        self.speak()

    @property
    def language(self) -> str:
        """The language of the window: "en" or "zh"."""
        chosen = self.settings.text("language")
        return chosen if chosen != "system" else self.given or system_language()

    def speak(self) -> None:
        """Put every word into this language; widgets hear of it as LanguageChange."""
        for translator in self._translators:
            QApplication.removeTranslator(translator)
        self._translators = []
        QLocale.setDefault(LOCALES[self.language])
        if self.language == "en":
            return
        own, folder = assets() / "translations", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, place in (("tongdu_zh", str(own)), ("qtbase_zh_CN", folder)):
            translator = QTranslator(self)
            if translator.load(name, place):
                QApplication.installTranslator(translator)
                self._translators.append(translator)
