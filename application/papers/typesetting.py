"""Typeset a template with Typst. Values are passed as JSON, never pasted into Typst's language."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import font_source_sans_pro
import manimgx_fonts
import manimgx_fonts_cjk
import orjson
import segno
import typst

from application.papers.logos import NO_LOGOS, Logo, Logos

log = logging.getLogger(__name__)

#: Required on every paper, in these words, by the programme's charter.
MANDATORY_SENTENCE = (
    "Opération soutenue par l’État, dans le cadre de l’action Territoires d’Innovation pédagogique du Programme"
    " d’investissements d’avenir, opérée par la Caisse des dépôts (La Banque des Territoires)"
)

_FOLDER = Path(__file__).parent
#: The charter's font if installed (its licence forbids shipping it), else a font under the OFL.
_FAMILIES = ("Marianne", "Source Sans Pro")
#: Noto Sans of twenty scripts, from Arabic to Thai, and that of Chinese, Japanese and Korean: names and titles are
#: written in those that French fonts lack.
_OTHER_SCRIPTS = [str(Path(fonts.__file__).parent) for fonts in (manimgx_fonts, manimgx_fonts_cjk)]
_DARK_BLUE = "#312A74"
#: For screen readers (ISO 14289-1), and for archives (ISO 19005-2, level A).
_STANDARDS = ["ua-1", "a-2a"]


def typeset(
    template: str,
    data: Mapping[str, Any],
    mandatory_sentence: str = MANDATORY_SENTENCE,
    logos: Logos = NO_LOGOS,
    accessible: bool = False,
) -> bytes:
    """Return the PDF that `template`, a file beside this module, makes of `data`. Thread-safe.

    Creates a compiler for each call, which costs a millisecond: Typst's refuses two threads at once. `accessible`: as
    PDF/UA-1 and PDF/A-2a, unless something in it, such as a picture, cannot be.
    """
    fonts, families = _fonts()
    inputs = {**data, "fonts": families, "mandatory_sentence": mandatory_sentence, "logos": logos.content()}

    def compiled(standards: list[Any]) -> bytes:
        return typst.compile(
            str(_FOLDER / template),
            root=str(_FOLDER),
            font_paths=fonts,
            sys_inputs={"data": orjson.dumps(inputs).decode()},
            # A creation date would make the bytes differ each time.
            timestamp=0,
            pdf_standards=standards,
        )

    if not accessible:
        return compiled([])
    try:
        return compiled(_STANDARDS)
    except typst.TypstError as error:
        log.warning("paper without PDF/UA and PDF/A", extra={"template": template, "error": error.message})
        return compiled([])


def preview(logo: Logo) -> bytes | None:
    """Return how a picture shows on white paper, within a square, as PNG; None if papers cannot show it."""
    picture = (
        "#set page(width: 200pt, height: 200pt, margin: 0pt, fill: white)\n"
        f'#image(bytes(json(bytes(sys.inputs.data))), format: "{logo.format}", width: 100%, height: 100%,'
        ' fit: "contain")'
    )
    inputs = {"data": orjson.dumps(list(logo.content)).decode()}
    try:
        return typst.compile(picture.encode(), sys_inputs=inputs, format="png", ppi=144.0)
    except typst.TypstError:
        return None


def made_on(day: date) -> dict[str, int]:
    """Return the date of a document as templates take it."""
    return {"year": day.year, "month": day.month, "day": day.day}


def font_files() -> list[tuple[str, int]]:
    """Return the file of each font that a paper may be set in, and its number in that file."""
    fonts, _ = _fonts()
    return [(font.path, font.index) for font in fonts.fonts() if font.path is not None]


def qr_code(url: str) -> str:
    """Return a QR code as SVG, quiet zone included."""
    code, svg = segno.make_qr(url, error="m"), io.BytesIO()
    code.save(svg, kind="svg", border=4, dark=_DARK_BLUE, light="#fff", xmldecl=False)
    return svg.getvalue().decode()


@cache
def _fonts() -> tuple[typst.Fonts, list[str]]:
    """Load the machine's fonts and those of the package, once."""
    fonts = typst.Fonts(font_paths=[str(Path(font_source_sans_pro.__file__).parent / "files"), *_OTHER_SCRIPTS])
    installed = set(fonts.families())
    return fonts, [family for family in _FAMILIES if family in installed]
