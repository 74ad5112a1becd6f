"""Settings: each described once, for the loader, the dialog and the documentation. Kept as TOML, changed at once.

What a file says that is not in a setting's range, or of a setting that is not known here, is left in the file and
reported; the default stands in for it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import tomli_w
from filelock import FileLock, Timeout

from app.paths import PRIVATE
from model.types import Problem

Value = str | int | float | bool
Group = Literal["reading", "asking", "program"]
NAME = "settings.toml"
_PATIENCE = 5.0  # seconds to wait for another window that writes


@dataclass(frozen=True)
class Setting:
    """One setting: its `name` in the file, what it is called in English and Chinese, its default, and what it may be:
    one of `choices` (each with its two names), or from `low` to `high` in steps of `step`, or a switch, or words.
    """

    name: str
    group: Group
    called: tuple[str, str]
    default: Value
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    unit: str = ""

    def takes(self, value: object) -> bool:
        """Whether it may be this."""
        if isinstance(self.default, bool):
            return isinstance(value, bool)
        if self.choices:
            return value in self.choices
        if isinstance(self.default, str):
            return isinstance(value, str)
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


_LIST = (
    Setting(
        "language",
        "program",
        ("Language", "语言"),
        "system",
        {"system": ("As the system", "跟随系统"), "en": ("English", "English"), "zh": ("中文", "中文")},
    ),
    Setting(
        "theme",
        "reading",
        ("Theme", "主题"),
        "system",
        {
            "system": ("As the system", "跟随系统"),
            "light": ("Light", "浅色"),
            "sepia": ("Sepia", "米黄"),
            "dark": ("Dark", "深色"),
        },
    ),
    Setting(
        "typeface",
        "reading",
        ("Typeface", "字体"),
        "serif",
        {"serif": ("Serif", "衬线（宋体）"), "sans": ("Sans serif", "无衬线（黑体）")},
    ),
    Setting("size", "reading", ("Size", "字号"), 17, low=8, high=48, unit="px"),
    Setting("line-height", "reading", ("Line height", "行高"), 1.6, low=1.0, high=3.0, step=0.1),
    Setting("measure", "reading", ("Width of the text", "版心宽度"), 36, low=16, high=80, unit="em"),
    Setting("justified", "reading", ("Justified", "两端对齐"), True),
    Setting("indented", "reading", ("Indent first lines", "段首缩进"), True),
    Setting(
        "mode",
        "reading",
        ("Mode", "翻阅方式"),
        "scroll",
        {"scroll": ("Scroll", "滚动"), "paged": ("Pages", "分页")},
    ),
    Setting("ai", "asking", ("Ask a language model", "使用语言模型"), True),
    Setting("model", "asking", ("Model (empty: the best that fits)", "模型（留空则自动选择）"), ""),
    Setting("models-folder", "asking", ("Folder of models (empty: the usual one)", "模型文件夹（留空则默认）"), ""),
    Setting(
        "cache-limit",
        "asking",
        ("Disk for what was read (0: as fits)", "已读内容的磁盘上限（0 为自动）"),
        0,
        low=0,
        high=2000,
        unit="GB",
    ),
    Setting("offline", "program", ("Never use the network", "从不使用网络"), False),
)
SETTINGS: Mapping[str, Setting] = MappingProxyType({setting.name: setting for setting in _LIST})


class Settings:
    """The values as they stand. `wrong` names what the file says that cannot be used."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` None: nothing is read or kept."""
        self.path = folder / NAME if folder else None
        self.wrong: tuple[str, ...] = ()
        self._heard: list[Callable[[str], None]] = []
        self._values: dict[str, Value] = {name: setting.default for name, setting in SETTINGS.items()}
        plain = self._file()
        self.wrong += tuple(f"{name} = {value!r}" for name, value in plain.items() if not _fits(name, value))
        self._values |= {name: value for name, value in plain.items() if _fits(name, value)}

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[Setting]:
        return iter(SETTINGS.values())

    def number(self, name: str) -> float:
        """A number's value."""
        return float(self._values[name])

    def text(self, name: str) -> str:
        """A choice or words."""
        return str(self._values[name])

    def on(self, name: str) -> bool:
        """A switch."""
        return bool(self._values[name])

    def set(self, name: str, value: Value) -> None:
        """Change one, keep it, tell whoever listens. Raises ValueError for what it cannot be, Problem "no-folder"."""
        if not _fits(name, value):
            raise ValueError(f"{name} = {value!r}")
        if self._values[name] == value:
            return
        self._values[name] = value
        self._keep(name, value)
        for hear in list(self._heard):
            hear(name)

    def listen(self, hear: Callable[[str], None]) -> None:
        """Call `hear` with a setting's name whenever it changes."""
        self._heard.append(hear)

    def _file(self) -> dict[str, Any]:
        if self.path is None or not self.path.exists():
            return {}
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
            self.wrong = (f"{self.path}: {error}",)
            return {}

    def _keep(self, name: str, value: Value) -> None:
        """Write one value; what else the file says stays, also what another window wrote. A file that cannot be read
        is put aside.
        """
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
            with FileLock(self.path.with_suffix(".lock"), timeout=_PATIENCE):
                self.wrong = ()
                written = self._file() | {name: value}
                if self.wrong:
                    self.path.replace(self.path.with_suffix(".damaged"))
                fresh = self.path.with_suffix(".new")
                fresh.write_text(tomli_w.dumps(written), encoding="utf-8")
                fresh.replace(self.path)
        except (OSError, Timeout) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Problem("no-folder", folder=str(self.path.parent), reason=reason) from error


def _fits(name: str, value: object) -> bool:
    return name in SETTINGS and SETTINGS[name].takes(value)
