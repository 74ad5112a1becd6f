"""Self-check: what Tongdu finds on this machine, a line each in plain words, with the way to mend what is not good."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from app.library.database import Database
from app.paths import Places
from app.problems import render
from app.session import Session
from model.catalog import ENTRIES, present
from model.types import Examine, Examined, Failed, Problem

State = Literal["good", "fair", "bad"]
SIGNS: dict[State, str] = {"good": "✓", "fair": "–", "bad": "✗"}
ROOM = 5e9  # bytes of a disk below which a long book may not fit
LEAST, ENOUGH = 4e9, 8e9  # bytes of memory: the smallest model, the usual one
Words = tuple[str, str]  # English and Chinese
WHY_NOT_GPU: dict[str, tuple[Words, Words]] = {
    "torch-without-cuda": (
        ("there is an NVIDIA driver, but this torch was built without CUDA", "有英伟达驱动，但所装的 torch 不带 CUDA"),
        ("Install the CUDA build of torch to use the GPU.", "请安装带 CUDA 的 torch 以使用 GPU。"),
    ),
    "driver-old": (
        ("its driver is older than this torch needs", "驱动版本低于 torch 的要求"),
        ("Update the NVIDIA driver.", "请更新英伟达驱动。"),
    ),
    "hidden": (
        ("it is hidden by CUDA_VISIBLE_DEVICES", "被 CUDA_VISIBLE_DEVICES 隐藏"),
        ("Start Tongdu without that variable.", "请取消该环境变量后再启动通读。"),
    ),
    "failed": (
        ("it does not start", "无法启动"),
        ("Restart the machine; if that does not help, install the driver again.", "请重启电脑；若无效，请重装驱动。"),
    ),
}


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, how it is, what was found, and what mends it ("" where nothing has to be)."""

    name: Words
    state: State
    found: Words
    mend: Words = ("", "")

    def line(self, language: str) -> str:
        """The line in words."""
        at = int(language == "zh")
        mend = f" {self.mend[at]}" if self.mend[at] else ""
        colon, stop = (": ", ".") if language != "zh" else ("：", "。")
        return f"{SIGNS[self.state]} {self.name[at]}{colon}{self.found[at].rstrip(stop)}{stop}{mend}"


def of_machine(places: Places, fonts: Check | None = None) -> tuple[Check, ...]:
    """What can be told without the engine."""
    checks = [*_folders(places), _models(places), _library(places)]
    return tuple([*checks, fonts] if fonts else checks)


def of_engine(found: Examined | Problem) -> tuple[Check, ...]:
    """What the engine found, or why it did not start."""
    if isinstance(found, Problem):
        said = tuple(render(found.code, found.parameters, language) for language in ("en", "zh"))
        return (Check(("Engine", "引擎"), "bad", (said[0], said[1])),)
    return (_memory(found), _torch(found), _gpu(found), _bitsandbytes(found))


def asked(session: Session) -> Examined | Problem:
    """What the engine's process finds."""
    found: Examined | Problem = Problem("bug", error="the engine said nothing")
    for event in session.run(Examine()):
        if isinstance(event, Examined):
            found = event
        elif isinstance(event, Failed):
            found = Problem(event.code, **event.parameters)
    return found


def report(checks: Sequence[Check], language: str) -> str:
    """All lines as they can be handed on: the home folder is written ~, and nothing is said of any book."""
    head = f"Tongdu {version('tongdu')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    lines = "\n".join([head, *(check.line(language) for check in checks)])
    return lines.replace(str(Path.home()), "~")


def fonts_of(serif: str, chinese: str) -> Check:
    """A line about fonts: the families that were found for each, "" for none."""
    name = ("Fonts", "字体")
    if not chinese:
        mend = ("Install one, for example Noto Serif CJK.", "请安装一种，例如思源宋体（Noto Serif CJK）。")
        return Check(name, "bad", ("no font here has Chinese letters", "没有含汉字的字体"), mend)
    if not serif:
        mend = ("Install one, for example DejaVu Serif.", "请安装一种，例如 DejaVu Serif。")
        return Check(name, "fair", ("no serif font for Latin letters", "没有西文衬线字体"), mend)
    return Check(name, "good", (f"{serif}; {chinese}", f"{serif}；{chinese}"))


def _folders(places: Places) -> Iterator[Check]:
    names = {
        places.data: ("Notes and library", "笔记与书库"),
        places.cache: ("What was read", "已读内容"),
        places.models: ("Models", "模型"),
    }
    for folder, name in names.items():
        yield _folder(folder, name)


def _folder(folder: Path, name: Words) -> Check:
    """Whether a folder can be written to, and how much room is left."""
    there = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if not os.access(there, os.W_OK):
        found = (f"{folder} cannot be written to", f"{folder} 不能写入")
        return Check(name, "bad", found, ("Choose another folder in the settings.", "请在设置中另选文件夹。"))
    free = shutil.disk_usage(there).free
    found = (f"{folder}, {free / 1e9:.1f} GB free", f"{folder}，剩余 {free / 1e9:.1f} GB")
    if free < ROOM:
        return Check(name, "fair", found, ("A long book may not fit; make room.", "长书可能放不下；请腾出空间。"))
    return Check(name, "good", found)


def _models(places: Places) -> Check:
    here = [entry.name for entry in ENTRIES if present(entry, places.models)]
    name = ("Models here", "已有模型")
    if here:
        return Check(name, "good", (", ".join(here), "、".join(here)))
    mend = ("Fetch one under Models; reading works without.", "请在“模型”中下载；不下载也能读书。")
    return Check(name, "fair", ("none", "没有"), mend)


def _library(places: Places) -> Check:
    name = ("Library", "书库")
    try:
        Database(places.data).close()
    except Problem as problem:
        said = tuple(render(problem.code, problem.parameters, language) for language in ("en", "zh"))
        return Check(name, "bad", (said[0], said[1]))
    return Check(name, "good", ("opens and can be written to", "可以打开和写入"))


def _memory(found: Examined) -> Check:
    device = found.device
    name = ("Processor and memory", "处理器与内存")
    total, free = device.memory, device.memory_free
    if device.kind == "cuda":
        free = total = device.host_free
    said = (
        f"{device.name}, {device.cores} threads, {free / 1e9:.1f} GB of {total / 1e9:.1f} GB free",
        f"{device.name}，{device.cores} 线程，{total / 1e9:.1f} GB 中可用 {free / 1e9:.1f} GB",
    )
    if free < LEAST:
        mend = ("Close other programs before a book is read.", "读书前请关闭其他程序。")
        return Check(name, "bad", said, mend)
    if free < ENOUGH:
        return Check(name, "fair", said, ("Enough for the smaller models.", "够用较小的模型。"))
    return Check(name, "good", said)


def _torch(found: Examined) -> Check:
    built = f"CUDA {found.cuda}" if found.cuda else "CPU"
    return Check(("torch", "torch"), "good", (f"{found.torch}, built for {built}", f"{found.torch}，{built} 版"))


def _gpu(found: Examined) -> Check:
    device, name = found.device, ("GPU", "GPU")
    if device.gpu_memory:
        said = f"{device.gpu_name}, {device.gpu_free / 1e9:.1f} / {device.gpu_memory / 1e9:.1f} GB"
        return Check(name, "good", (said, said))
    if device.why_not_gpu:
        why, mend = WHY_NOT_GPU[device.why_not_gpu]
        return Check(name, "fair", (f"not used: {why[0]}", f"未使用：{why[1]}"), mend)
    found_words = ("none that torch can use; the processor reads", "没有 torch 能用的；由处理器来读")
    return Check(name, "good", found_words)


def _bitsandbytes(found: Examined) -> Check:
    name = ("bitsandbytes", "bitsandbytes")
    if found.bitsandbytes_fault:
        mend = ("Install it again, in the version that fits this CUDA.", "请重装与此 CUDA 相符的版本。")
        said = (f"{found.bitsandbytes} cannot be loaded", f"{found.bitsandbytes} 无法加载")
        return Check(name, "bad", said, mend)
    if found.bitsandbytes:
        return Check(name, "good", (found.bitsandbytes, found.bitsandbytes))
    if found.device.kind == "cuda":
        mend = ("Install it to read with eight or four bits.", "安装后可用八位或四位量化。")
        return Check(name, "fair", ("not installed", "未安装"), mend)
    return Check(name, "good", ("not installed, and not needed without a GPU", "未安装；没有 GPU 不需要"))
