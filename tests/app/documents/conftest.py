import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

MakeEpub = Callable[..., Path]
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def page(body: str, head: str = "") -> str:
    return (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>t</title>{head}</head><body>{body}</body></html>"
    )


def nav(items: str, more: str = "") -> str:
    return page(f'<nav epub:type="toc"><h1>Contents</h1><ol>{items}</ol></nav>{more}')


def ncx(points: str) -> str:
    return f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'


def point(title: str, src: str, inner: str = "") -> str:
    label = f"<navLabel><text>{title}</text></navLabel>"
    return f'<navPoint id="n{abs(hash((title, src)))}">{label}<content src="{src}"/>{inner}</navPoint>'


METADATA = (
    '<dc:identifier id="id">x</dc:identifier><dc:title>A Book</dc:title><dc:creator>Ann</dc:creator>'
    "<dc:creator>Bob</dc:creator><dc:language>en</dc:language>"
)


def opf(pages: list[str], nav_file: bool, ncx_file: bool, linear: str, extra: str, metadata: str, guide: str) -> str:
    items = "".join(f'<item id="i{i}" href="{n}" media-type="application/xhtml+xml"/>' for i, n in enumerate(pages))
    items += '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>' * nav_file
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' * ncx_file
    refs = "".join(f'<itemref idref="i{i}"{linear if i else ""}/>' for i in range(len(pages)))
    toc = ' toc="ncx"' * ncx_file
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata}</metadata><manifest>{items}{extra}</manifest><spine{toc}>{refs}</spine>"
        f"<guide>{guide}</guide></package>"
    )


@pytest.fixture
def make_epub(tmp_path: Path) -> MakeEpub:
    """Write an EPUB from its pages (name → body or whole file), contents and odd extra files."""

    def make(
        pages: dict[str, str],
        *,
        nav_items: str = "",
        nav_more: str = "",
        ncx_points: str = "",
        linear: str = "",
        more: dict[str, str | bytes] | None = None,
        manifest: str = "",
        package: str | None = None,
        metadata: str = METADATA,
        guide: str = "",
    ) -> Path:
        path = tmp_path / "book.epub"
        names = list(pages)
        listing = opf(names, bool(nav_items), bool(ncx_points), linear, manifest, metadata, guide)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
            archive.writestr("META-INF/container.xml", CONTAINER)
            archive.writestr("OPS/book.opf", listing if package is None else package)
            for name, body in pages.items():
                archive.writestr(f"OPS/{name}", body if body.lstrip().startswith("<?xml") else page(body))
            if nav_items:
                archive.writestr("OPS/nav.xhtml", nav(nav_items, nav_more))
            if ncx_points:
                archive.writestr("OPS/toc.ncx", ncx(ncx_points))
            for name, data in (more or {}).items():
                archive.writestr(name, data)
        return path

    return make
