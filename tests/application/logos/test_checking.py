"""Which files are taken for a logo: pictures that are whole and large enough, and drawings that do nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from application.logos.checking import PNG, SVG, logo_of
from application.papers.logos import MOST_BYTES
from domain.kernel.errors import DomainError, ErrorCode

NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
INKSCAPE = 'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'


def svg(inside: str, before: str = "", attributes: str = "") -> bytes:
    return f'{before}<svg {NAMESPACES} viewBox="0 0 40 20" {attributes}>{inside}</svg>'.encode()


def png(side: int, mode: str = "RGB", height: int | None = None, colour: str | int = "black") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (side, height or side // 2), 0 if mode == "1" else colour).save(file, "PNG")
    return file.getvalue()


def checked(folder: Path, content: bytes) -> str:
    path = folder / "draft"
    path.write_bytes(content)
    return logo_of(path, len(content)).media_type


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(200), PNG),
        (png(4_000, "1"), PNG),
        (svg('<rect width="40" height="20" fill="#312A74"/>'), SVG),
        (svg("<path d='M0 0h40v9z'/>", before='<?xml version="1.0" encoding="UTF-8"?>\n<!-- Un logo -->'), SVG),
        (png(600, height=60), PNG),
        (
            svg(
                '<defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient></defs>'
                '<style>.b{fill:red}</style><rect id="c" class="b" width="9" height="9" fill="url(#a)"/>'
                '<use xlink:href="#c" x="9"/>'
            ),
            SVG,
        ),
        (
            svg("<inkscape:grid/><circle r='9' inkscape:label='x'/>", attributes=f"{INKSCAPE} inkscape:version='1.3'"),
            SVG,
        ),
        (svg("<text y='9'>Mairie de Bourges</text>").replace(b"<svg", b"\xef\xbb\xbf<svg"), SVG),
    ],
    ids=range(8),
)
def test_a_picture_and_a_drawing_are_taken_by_their_content(tmp_path, content, media_type):
    assert checked(tmp_path, content) == media_type


BOMB = "".join(f'<g id="a{n}"><use href="#a{n - 1}"/><use href="#a{n - 1}"/></g>' for n in range(1, 30))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vide"),
        (b"GIF89a" + b"0" * 500, "ni un PNG, ni un SVG"),
        (b"<html><body/></html>", "élément interdit (« html »)"),
        (png(199), "199 pixels"),
        (png(4_001, "1"), "4001 pixels"),
        (png(300)[:-40], ""),
        (svg("<g/>") + b" " * MOST_BYTES, "trop volumineux"),
        (svg("<g>"), "mal formé"),
        (svg("<script>alert(1)</script>"), "« script »"),
        (svg("<foreignObject/>"), "« foreignObject »"),
        (svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>'), "« script »"),
        (svg("<inkscape:a><script>1</script></inkscape:a>", attributes=INKSCAPE), "« script »"),
        (svg("<g/>", attributes='onload="alert(1)"'), "programme (« onload »)"),
        (svg('<animate attributeName="x"/>'), "« animate »"),
        (svg('<image href="https://example.org/a.png"/>'), "« image »"),
        (svg('<use href="https://example.org/a.svg#b"/>'), "hors de lui-même"),
        (svg('<use xlink:href="file:///etc/passwd"/>'), "hors de lui-même"),
        (svg('<rect fill="url(https://example.org/#a)"/>'), "hors de lui-même"),
        (svg("<style>@import 'https://example.org/a.css';</style>"), "style interdit"),
        (svg("<style>.a{fill:u\\72l(https://example.org/)}</style>"), "style interdit"),
        (svg("<g/>", before="<!DOCTYPE svg>"), "DOCTYPE"),
        (svg("&a;", before='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "DOCTYPE"),
        (svg("<g/>", before='<?xml-stylesheet href="a.css"?>'), "« xml-stylesheet »"),
        (svg(f'<g id="a0"/>{BOMB}'), "complexe"),
        (svg('<g id="a"><use href="#a"/></g>'), "sans fin"),
        (svg("<g>" * 100 + "</g>" * 100), "complexe"),
        (svg(""), "ne montre rien"),
        (svg("<g><title>Logo</title><defs><rect width='9' height='9'/></defs></g>"), "ne montre rien"),
        (svg("<rect width='40' height='20' fill='white'/><path d=''/><text> </text>"), "ne montre rien"),
        (svg("<rect x='100' width='9' height='9'/>"), "ne montre rien"),
        (png(300, "RGBA", colour=0), "ne montre rien"),
        (png(300, colour="white"), "ne montre rien"),
        (png(4_000, height=1), "trop étiré"),
        (png(300) + b"<script>alert(1)</script>", "suivie d'autres données"),
        (svg("<rect width='40' height='1'/>"), "trop étiré"),
    ],
    ids=range(35),
)
def test_anything_else_is_refused_by_its_field_and_says_why_and_what_is_expected(tmp_path, content, reason):
    with pytest.raises(DomainError) as refused:
        checked(tmp_path, content)
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == (ErrorCode.INVALID, ("file",))
    assert reason in problem.message
    assert "PNG (de 200 à 4 000 pixels de côté) ou SVG, de 500 ko au plus" in problem.message
