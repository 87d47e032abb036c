"""Typst, called for one template at a time. Values reach it as JSON and are never pasted into its language."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import font_source_sans_pro
import orjson
import segno
import typst

#: The programme's charter wants it on every paper, in these words.
MANDATORY_SENTENCE = (
    "Opération soutenue par l’État, dans le cadre de l’action Territoires d’Innovation pédagogique du Programme"
    " d’investissements d’avenir, opérée par la Caisse des dépôts (La Banque des Territoires)"
)

_FOLDER = Path(__file__).parent
#: The charter's font where the machine has it; it may not be shipped with code. The other one is under the OFL.
_FAMILIES = ("Marianne", "Source Sans Pro")
_DARK_BLUE = "#312A74"


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF that `template`, a file beside this one, makes of `data` (what orjson takes). Thread-safe.

    A compiler of its own for each call: Typst's refuses two threads at once, and costs a millisecond.
    """
    fonts, families = _fonts()
    said = {**data, "fonts": families, "mandatory_sentence": MANDATORY_SENTENCE}
    return typst.compile(
        str(_FOLDER / template),
        root=str(_FOLDER),
        font_paths=fonts,
        sys_inputs={"data": orjson.dumps(said).decode()},
        # The document says its own dates: the moment of its making would make it another one each time.
        timestamp=0,
    )


def qr_code(url: str) -> str:
    """A QR code as SVG, its quiet zone included."""
    code, svg = segno.make_qr(url, error="m"), io.BytesIO()
    code.save(svg, kind="svg", border=4, dark=_DARK_BLUE, light="#fff", xmldecl=False)
    return svg.getvalue().decode()


@cache
def _fonts() -> tuple[typst.Fonts, list[str]]:
    """Read once: the fonts of the machine, and those that come with a package."""
    fonts = typst.Fonts(font_paths=[str(Path(font_source_sans_pro.__file__).parent / "files")])
    found = set(fonts.families())
    return fonts, [family for family in _FAMILIES if family in found]
