"""Kindle: the process that unpacks one MOBI or AZW3 file, with little memory and without a word.

`python -m app.documents.kindle FILE FOLDER` leaves mobi8/*.epub, mobi7/book.html or PLAIN in the folder. The
unpacker trusts its file: a damaged one sends it round in circles, so it never runs in the reader's process.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.documents import child

ENCRYPTED = 3  # exit status
PLAIN = "plain.txt"  # the text of a PalmDOC, which has no MOBI in it
_MEMORY = 1 << 30  # bytes
_LARGEST = 1 << 29  # bytes of one file that is written


def main(file: str, folder: str) -> int:
    """Unpack; the exit status: 0, ENCRYPTED. Anything else is damage, its kind the last line of stderr."""
    child.limit(_MEMORY, _LARGEST)
    from loguru import logger
    from mobi.kindleunpack import unpackBook, unpackException
    from mobi.mobi_header import MobiHeader
    from mobi.mobi_sectioner import Sectionizer

    logger.remove()
    database = Sectionizer(file)
    if database.ident == b"TEXtREAd":
        (Path(folder) / PLAIN).write_bytes(MobiHeader(database, 0).getRawML())
        return 0
    try:
        unpackBook(file, folder, epubver="A")
    except unpackException as error:
        if "encrypted" in str(error):
            return ENCRYPTED
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
