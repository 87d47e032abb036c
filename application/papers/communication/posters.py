"""The poster of an animation, its flyers and the slide that ends it.

A title that no font can write has a white place to be written in by hand: nobody is left without a poster.
"""

from __future__ import annotations

from enum import StrEnum

from application.papers.communication.announcement import Announcement
from application.papers.logos import NO_LOGOS, Logos
from application.papers.typesetting import qr_code, typeset

_TEMPLATE, _SLIDE = "communication/poster.typ", "communication/slide.typ"


class PosterFormat(StrEnum):
    A3 = "A3"
    A4 = "A4"


#: Width and height of the sheet in millimetres, columns and rows of what stands on it.
_SHEETS = {PosterFormat.A3: (297, 420, 1, 1), PosterFormat.A4: (210, 297, 1, 1)}
#: Four of A5 on a sheet of A3; printed on A4, they come out as A6.
_FLYERS = (297, 420, 2, 2)


def poster_pdf(announcement: Announcement, paper: PosterFormat, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset one page."""
    return _typeset(_TEMPLATE, {**announcement.content("Affiche"), "sheet": _SHEETS[paper]}, logos)


def flyers_pdf(announcement: Announcement, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset one sheet of flyers to cut."""
    return _typeset(_TEMPLATE, {**announcement.content("Flyers"), "sheet": _FLYERS}, logos)


def slide_pdf(announcement: Announcement, questionnaire_url: str, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset the last slide, which leads to the questionnaire."""
    code = {"qr": qr_code(questionnaire_url), "qr_says": f"QR code du questionnaire : {questionnaire_url}"}
    return _typeset(_SLIDE, {**announcement.content("Dernière diapositive"), **code}, logos)


def _typeset(template: str, content: dict[str, object], logos: Logos) -> bytes:
    return typeset(template, content, logos=logos, accessible=True)
