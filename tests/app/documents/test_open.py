import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.documents.document import Hints
from app.documents.open import KNOWN, open_document, sniff
from model.types import Problem


def problem(path: Path, encoding: str | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        open_document(path, Hints(encoding=encoding))
    return caught.value


def test_missing_folder_and_empty(tmp_path: Path) -> None:
    assert problem(tmp_path / "none.txt").code == "missing"
    assert problem(tmp_path).code == "folder"
    (tmp_path / "empty.epub").touch()
    assert problem(tmp_path / "empty.epub").code == "empty"
    assert problem(tmp_path / "none.txt").parameters == {"path": str(tmp_path / "none.txt")}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert problem(tmp_path / "pipe.txt").code == "no-file"


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert problem(path).code == "unreadable"
    assert problem(path).parameters["reason"] == "Permission denied"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"\xff\xd8\xff\xe0\0", "JPEG"),
        (b"RIFF\0\0\0\0WEBP", "WEBP"),
        (b"MZ\x90\0\3\0", "EXE"),
        (b"\x7fELF\2\1", "ELF"),
        (b"Rar!\x1a\x07\0", "RAR"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "DOC"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"\x1f\x8b\x08\0", "GZIP"),
    ],
)
def test_kinds_refused_by_name(tmp_path: Path, data: bytes, kind: str) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(data)
    refused = problem(path)
    assert (refused.code, refused.parameters["kind"], refused.parameters["known"]) == (
        "unsupported",
        kind,
        KNOWN,
    )


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"junk\n%PDF-1.7\n", "PDF"),
        (b"<!DOCTYPE html><p>x", "HTML"),
        (b"\xef\xbb\xbf <html>", "HTML"),
        (b'<?xml version="1.0"?><html xmlns="x">', "HTML"),
        (b'<?xml version="1.0"?><FictionBook>', "FB2"),
        (b"\0" * 60 + b"BOOKMOBI" + b"\0" * 20, "MOBI"),
        (b'<?xml version="1.0"?><uscDoc xmlns="http://xml.house.gov/schemas/uslm/1.0">', "USLM"),
        (b'<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation">', "CLML"),
        (b'<?xml version="1.0"?><akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0">', "AKN"),
        (b'<?xml version="1.0"?><ACT noNamespaceSchemaLocation="http://formex.publications.europa.eu/x">', "FORMEX"),
        (b'<?xml version="1.0"?><recipe>', "XML"),
        (b'<DOC xsi:noNamespaceSchemaLocation="http://formex.publications.europa.eu/x">', "XML"),
        (b"MZ is how this story begins.", "TXT"),
    ],
)
def test_kinds_by_their_first_bytes(tmp_path: Path, data: bytes, kind: str) -> None:
    assert sniff(data, tmp_path / "book") == kind


@pytest.mark.parametrize(
    ("name", "kind"), [("ppt/presentation.xml", "PPTX"), ("xl/workbook.xml", "XLSX"), ("a.jpg", "ZIP")]
)
def test_other_zips_are_refused_by_name(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    assert problem(path).parameters["kind"] == kind


def test_texts(tmp_path: Path) -> None:
    for name, text in (
        ("a", "# 标题\n正文"),
        ("b", "MZ is how this story begins."),
        ("c.log", "BZhang said so."),
    ):
        (tmp_path / name).write_text(text, "utf-8")
        assert open_document(tmp_path / name).text == text


def test_binary_blank_and_unknown_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(1, 32)) * 50)
    assert problem(path).code == "binary"
    path.write_bytes(b" \n\r\n\t")
    assert problem(path).code == "no-text"
    path.write_bytes(b"abc")
    refused = problem(path, "klingon")
    assert refused.code == "unknown-encoding"
    assert refused.parameters["name"] == "klingon"
    assert "GB18030" in str(refused.parameters["known"])


def test_the_same_file_has_the_same_key(tmp_path: Path) -> None:
    for name, encoding in (("a.txt", "utf-8"), ("b.txt", "gb18030"), ("c.txt", "utf-16")):
        (tmp_path / name).write_bytes(("却说众人都来了，见了他们。" * 20).encode(encoding))
    assert len({open_document(tmp_path / name).key for name in ("a.txt", "b.txt", "c.txt", "a.txt")}) == 1


def test_a_text_needs_no_epub_reader(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    code = (
        "import sys; from pathlib import Path; from app.documents.open import open_document; "
        f"open_document(Path({str(tmp_path / 'a.txt')!r})); "
        "print({'lxml', 'ebooklib', 'torch', 'PySide6', 'chardet'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
