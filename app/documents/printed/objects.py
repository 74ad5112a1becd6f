"""Objects: what a file holds as pypdf finds it, for what pdfium does not tell, in bounded time."""

from __future__ import annotations

import logging
import math
import time
from io import BytesIO
from pathlib import Path
from typing import IO

import pypdf
from pypdf.generic import IndirectObject, PdfObject

_SECONDS = 2.0  # for opening a file
_WHITE = 64  # bytes of white space before an object, behind which pypdf would go on to look for it
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each flaw of a file


class Objects(pypdf.PdfReader):
    """A file whose objects can be had up to a point in time: pypdf searches all of it for each that is missing."""

    def __init__(self, file: Path | BytesIO, password: str | None) -> None:
        """Opens the file. Raises TimeoutError, and whatever pypdf runs into."""
        self.until = time.monotonic() + _SECONDS
        super().__init__(file, password=password)
        self.until = math.inf

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        """The object with a number. Raises TimeoutError behind `until`, and whatever pypdf runs into."""
        self._check_time()
        return super().get_object(indirect_reference)

    def read_object_header(self, stream: IO[bytes]) -> tuple[int, int]:
        """The number and generation of the object at a place. Raises ValueError where the file is wiped."""
        self._check_time()
        place = stream.tell()
        if not stream.read(_WHITE).strip(b"\0\t\n\f\r "):
            raise ValueError("no object")
        stream.seek(place)
        return super().read_object_header(stream)

    def _check_time(self) -> None:
        if time.monotonic() > self.until:
            raise TimeoutError
