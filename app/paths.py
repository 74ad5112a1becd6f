"""Where Tongdu keeps things: data (notes), cache (prepared pages), models; and where its samples are."""

from __future__ import annotations

import os
import site
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path

from model.types import Folders, Problem

PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Places:
    """The three folders, apart so that each can be kept, moved or emptied alone."""

    data: Path
    cache: Path
    models: Path

    @classmethod
    def find(cls, data_dir: str | None = None) -> Places:
        """The system's own places; everything under `data_dir` when one is given (or TONGDU_DATA_DIR), or in the
        folder `portable` beside the program. TONGDU_MODELS_DIR moves the models alone.
        """
        root = data_dir or os.environ.get("TONGDU_DATA_DIR") or portable()
        data = Path(root).expanduser().resolve() if root else user_data_path("tongdu")
        cache = data / "cache" if root else user_cache_path("tongdu")
        models = os.environ.get("TONGDU_MODELS_DIR")
        return cls(data, cache, Path(models).expanduser().resolve() if models else data / "models")

    def with_models(self, folder: str) -> Places:
        """The same places with models in a folder of the reader's choice, unless that is "" or the environment says
        where they are.
        """
        if not folder or os.environ.get("TONGDU_MODELS_DIR"):
            return self
        return replace(self, models=Path(folder).expanduser())

    def folders(self) -> Folders:
        """What the engine needs to know, made if missing, private to the user. Raises Problem "no-folder"."""
        for folder in (self.data, self.cache, self.models):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
            except OSError as error:
                raise Problem("no-folder", folder=str(folder), reason=error.strerror or "") from error
        return Folders(models=str(self.models), pages=str(self.pages))

    @property
    def config(self) -> Path:
        """Where the settings are: the system's own place, or beside the data where a folder was given."""
        given = os.environ.get("TONGDU_DATA_DIR") or self.data != user_data_path("tongdu")
        return self.data / "config" if given else user_config_path("tongdu")

    @property
    def pages(self) -> Path:
        return self.cache / "pages"


def portable() -> str:
    """The folder `portable` beside a frozen program, as on a stick that is carried about; "" where there is none."""
    folder = Path(sys.executable).resolve().parent / "portable"
    return str(folder) if getattr(sys, "frozen", False) and folder.is_dir() else ""


def assets() -> Path:
    """The folder of icons, fonts and sample books: beside the source, installed, or in a frozen bundle.

    Raises FileNotFoundError when the installation is incomplete.
    """
    source = Path(__file__).resolve().parent.parent / "assets"
    installed = [Path(root) / "share" / "tongdu" / "assets" for root in (sys.prefix, site.getuserbase())]
    frozen = [Path(sys._MEIPASS) / "assets"] if hasattr(sys, "_MEIPASS") else []
    places = [*frozen, source, *installed]
    for place in places:
        if (place / "samples").is_dir():
            return place
    raise FileNotFoundError(f"assets are in none of {', '.join(map(str, places))}")
