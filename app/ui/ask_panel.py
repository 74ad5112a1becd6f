"""Ask panel: questions and answers about the open book, as they come; each mark leads to its passage."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCursor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTextBrowser,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.documents.document import Document
from app.ui.answer_html import Exchange, exchange_html, span_of
from app.ui.themes import Theme
from app.ui.wording import QT_TRANSLATE_NOOP, translate
from model.types import Span

LONGEST_TIP = 600  # characters of a quotation that hovering shows
SCOPES = (
    QT_TRANSLATE_NOOP("Ask", "The whole book"),
    QT_TRANSLATE_NOOP("Ask", "Up to here (no spoilers)"),
    QT_TRANSLATE_NOOP("Ask", "This chapter"),
    QT_TRANSLATE_NOOP("Ask", "The selection"),
)


class ExchangeView(QTextBrowser):
    """One question and its answer, as high as its words. Emits `cited` with a place that was clicked."""

    cited = Signal(object)
    unfolded = Signal()
    acted = Signal(str)

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.book, self.theme = document, theme
        self.exchange = Exchange("")
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.anchorClicked.connect(self._clicked)
        self.highlighted.connect(self._hovered)

    def show_exchange(self, exchange: Exchange) -> None:
        """Show this now."""
        self.exchange = exchange
        self.setHtml(exchange_html(exchange, self.book, self.theme))
        self._fit()

    def quotation(self, link: str) -> str:
        """The document's words that a mark stands for."""
        span = span_of(link)
        words = self.book.text[span.start : span.end] if span else ""
        return words if len(words) <= LONGEST_TIP else words[:LONGEST_TIP] + "…"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(round(self.document().size().height()) + 6)

    def _clicked(self, url: QUrl) -> None:
        span = span_of(url.toString())
        if span is not None:
            self.cited.emit(span)
        elif url.scheme() == "unfold":
            self.unfolded.emit()
        elif url.scheme() == "do":
            self.acted.emit(url.path())

    def _hovered(self, url: QUrl) -> None:
        words = self.quotation(url.toString())
        if words:
            QToolTip.showText(QCursor.pos() + QPoint(8, 8), words, self)
        else:
            QToolTip.hideText()


class Question(QPlainTextEdit):
    """Where the question is typed. Enter sends, Shift+Enter begins a line, Esc stops."""

    sent = Signal()
    stopped = Signal()
    busy = False  # whether an answer is being written

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.insertPlainText("\n")
            else:
                self.sent.emit()
        elif event.key() == Qt.Key.Key_Escape and self.busy:
            self.stopped.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()  # the window's: back to the text
        else:
            super().keyPressEvent(event)


class AskPanel(QWidget):
    """Emits `asked` with the question and the index of SCOPES, `sought` with the same where passages alone are wanted,
    `cited` with a place, `stopped`, `shown` with the exchange whose places are to be seen in the book, and `acted` with
    an exchange's number and "copy", "again" or "remove".
    """

    asked = Signal(str, int)
    sought = Signal(str, int)
    acted = Signal(int, str)
    cited = Signal(object)
    stopped = Signal()
    shown = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.book = Document("", "", (), ())
        self.views: list[ExchangeView] = []
        self.question, self.scope = Question(), QComboBox()
        self.send, self.search_button, self.stop_button = QPushButton(), QPushButton(), QPushButton()
        self.hint = QLabel()
        self._set_up()
        self.retranslate()
        self.set_busy(False)

    def show_document(self, document: Document) -> None:
        """Talk about this one."""
        self.book = document
        for view in self.views:
            view.deleteLater()
        self.views = []
        self.hint.show()

    def add(self, exchange: Exchange) -> int:
        """Show one more exchange. Returns its number."""
        view = ExchangeView(self.book, self.theme)
        view.setAccessibleName(self.tr("Answer to: {question}").format(question=exchange.question))
        number = len(self.views)
        view.cited.connect(self.cited)
        view.unfolded.connect(lambda: self.unfold(number))
        view.acted.connect(lambda what: self.acted.emit(number, what))
        view.selectionChanged.connect(lambda: self.shown.emit(view.exchange))
        self.views.append(view)
        self._column.insertWidget(self._column.count() - 1, view)
        self.hint.hide()
        self.show_exchange(number, exchange)
        return number

    def show_exchange(self, number: int, exchange: Exchange) -> None:
        """What has come of one of them."""
        bar = self._area.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 40
        self.views[number].show_exchange(exchange)
        if at_end:
            self._column.activate()
            bar.setValue(bar.maximum())

    def remove(self, number: int) -> None:
        """Show one of them no more."""
        self.views[number].hide()

    def unfold(self, number: int) -> None:
        """Show, or fold away, the words that nothing bore out."""
        exchange = self.views[number].exchange
        self.show_exchange(number, replace(exchange, unfolded=not exchange.unfolded))

    def set_busy(self, busy: bool) -> None:
        """Whether an answer is being written."""
        self.question.busy = busy
        self.stop_button.setVisible(busy)
        self.send.setVisible(not busy)
        self.search_button.setVisible(not busy)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.theme = theme
        for view in self.views:
            view.theme = theme
            view.show_exchange(view.exchange)

    def retranslate(self) -> None:
        """Words in the language of the window."""
        self.question.setPlaceholderText(self.tr("Ask about this book"))
        self.question.setAccessibleName(self.tr("Question"))
        self.scope.setAccessibleName(self.tr("What the answer may come from"))
        self.send.setText(self.tr("Ask"))
        self.search_button.setText(self.tr("Find passages"))
        self.search_button.setToolTip(self.tr("The articles or passages that it is about; nothing is written"))
        self.stop_button.setText(self.tr("Stop"))
        self.hint.setText(self.tr("The whole book is read once; then every answer shows where in it it stands."))
        chosen = max(0, self.scope.currentIndex())
        self.scope.clear()
        self.scope.addItems([translate("Ask", words) for words in SCOPES])
        self.scope.setCurrentIndex(chosen)
        for view in self.views:
            view.show_exchange(view.exchange)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _set_up(self) -> None:
        self.question.setFixedHeight(72)
        self.question.setTabChangesFocus(True)
        self.question.sent.connect(self._send)
        self.question.stopped.connect(self.stopped)
        self.send.clicked.connect(self._send)
        self.search_button.clicked.connect(self._search)
        self.stop_button.clicked.connect(self.stopped)
        self.hint.setWordWrap(True)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.hint)
        self._column.addStretch(1)
        self._area.setWidget(inner)
        row = QHBoxLayout()
        row.addWidget(self.scope, 1)
        row.addWidget(self.search_button)
        row.addWidget(self.send)
        row.addWidget(self.stop_button)
        outer = QVBoxLayout(self)
        outer.addWidget(self._area, 1)
        outer.addWidget(self.question)
        outer.addLayout(row)

    def _send(self) -> None:
        words = self.question.toPlainText().strip()
        if words:
            self.question.clear()
            self.asked.emit(words, self.scope.currentIndex())

    def _search(self) -> None:
        words = self.question.toPlainText().strip()
        if words:
            self.sought.emit(words, self.scope.currentIndex())


def part_of(document: Document, scope: int, place: int, selection: Span | None) -> Span | None:
    """The characters that one of SCOPES means at a place; None the whole."""
    if scope == 1:
        return Span(0, max(1, place))
    if scope == 2:
        return next((Span(s.start, s.end) for s in document.leaves if s.start <= place < s.end), None)
    return selection if scope == 3 else None
