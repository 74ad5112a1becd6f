"""Settings dialog: made from the descriptions of `app.settings`; what is changed holds at once."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.settings import Group, Setting, Settings, Value
from app.ui.wording import QT_TRANSLATE_NOOP, translate

GROUPS: dict[Group, str] = {
    "reading": QT_TRANSLATE_NOOP("Settings", "Reading"),
    "asking": QT_TRANSLATE_NOOP("Settings", "Asking"),
    "program": QT_TRANSLATE_NOOP("Settings", "Program"),
}


class SettingsDialog(QDialog):
    """One field for each setting, under its name in the language of the window."""

    def __init__(self, settings: Settings, language: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings, self._called = settings, int(language == "zh")
        self.fields: dict[str, QWidget] = {}
        self.setWindowTitle(translate("Settings", "Settings"))
        layout = QVBoxLayout(self)
        for group, title in GROUPS.items():
            box = QGroupBox(translate("Settings", title))
            form = QFormLayout(box)
            for setting in settings:
                if setting.group == group:
                    field = self.fields[setting.name] = self._field(setting)
                    field.setAccessibleName(setting.called[self._called])
                    form.addRow(setting.called[self._called], field)
            layout.addWidget(box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _field(self, setting: Setting) -> QWidget:
        value = self.settings[setting.name]
        if isinstance(setting.default, bool):
            switch = QCheckBox()
            switch.setChecked(bool(value))
            switch.toggled.connect(lambda on: self._set(setting, on))
            return switch
        if setting.choices:
            return self._choice(setting, str(value))
        if isinstance(setting.default, str):
            words = QLineEdit(str(value))
            words.editingFinished.connect(lambda: self._set(setting, words.text()))
            return words
        return self._number(setting, value)

    def _choice(self, setting: Setting, value: str) -> QWidget:
        choice = QComboBox()
        for name, called in setting.choices.items():
            choice.addItem(called[self._called], name)
        choice.setCurrentIndex(list(setting.choices).index(value))
        choice.activated.connect(lambda: self._set(setting, choice.currentData()))
        return choice

    def _number(self, setting: Setting, value: Value) -> QWidget:
        if isinstance(setting.default, int):
            whole = QSpinBox()
            whole.setRange(round(setting.low), round(setting.high))
            whole.setValue(round(float(value)))
            whole.setSuffix(f" {setting.unit}" if setting.unit else "")
            whole.valueChanged.connect(lambda number: self._set(setting, number))
            return whole
        number = QDoubleSpinBox()
        number.setRange(setting.low, setting.high)
        number.setSingleStep(setting.step)
        number.setDecimals(1)
        number.setValue(float(value))
        number.valueChanged.connect(lambda changed: self._set(setting, round(changed, 2)))
        return number

    def _set(self, setting: Setting, value: Value) -> None:
        self.settings.set(setting.name, value)
