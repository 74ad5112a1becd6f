"""Picture dialog: a picture of a book, large; the wheel and + and - zoom, dragging moves it, Esc closes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QDialog, QGraphicsScene, QGraphicsView, QVBoxLayout, QWidget

STEP = 1.25
NEAREST, FARTHEST = 16.0, 0.05  # pixels of the screen for one of the picture


class PictureView(QGraphicsView):
    """One picture, at first as large as fits."""

    def __init__(self, image: QImage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        scene = QGraphicsScene(self)
        self.item = scene.addPixmap(QPixmap.fromImage(image))
        self.item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self.fitting = True
        self.setScene(scene)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setAccessibleName(self.tr("Picture"))

    def zoom(self, factor: float) -> None:
        """Nearer or farther."""
        scale = self.transform().m11() * factor
        if FARTHEST <= scale <= NEAREST:
            self.fitting = False
            self.scale(factor, factor)

    def fit(self) -> None:
        """As large as fits, never larger than it is."""
        self.resetTransform()
        room, size = self.viewport().size(), self.item.boundingRect().size()
        scale = min(1.0, room.width() / max(1.0, size.width()), room.height() / max(1.0, size.height()))
        self.scale(scale, scale)
        self.fitting = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.fitting:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(STEP if event.angleDelta().y() > 0 else 1 / STEP)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)


class PictureDialog(QDialog):
    """As large as the window that it belongs to."""

    def __init__(self, image: QImage, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Picture"))
        self.resize(parent.size() * 0.9)
        self.view = PictureView(image)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.view.setFocus()
